"""Every text of ours stands in the catalog, in Chinese, with the same names to fill in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from api.web import languages
from api.web.languages import read_catalog, translations, wanted
from api.web.words import WORDS
from facility.alert import AlertAction, Condition, Severity
from facility.person import Right, Role
from facility.quality import Quality
from facility.register import TABLES
from facility.site import ACCESS_CLASSES, ZONE_KINDS
from facility.work_order import Action, State

ROOT = Path(__file__).parents[2]
API = ROOT / "api"
PACKAGES = ("api", "collector", "dutyroom", "facility", "inspections", "notify", "response", "rules", "storage")
METHODS = [("web/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]


def texts() -> Iterator[tuple[str, str]]:
    """(text, where) of everything that is marked."""
    keywords = {"_": None, "N_": None}
    for file, line, message, _, _ in extract_from_dir(API, METHODS, keywords=keywords):
        assert isinstance(message, str), (file, line)
        yield message, f"{file}:{line}"


def test_every_text_has_a_chinese_translation() -> None:
    catalog = read_catalog("zh")
    found = list(texts())
    assert len(found) > 300
    missing = [(text, where) for text, where in found if not (m := catalog.get(text)) or not m.string]
    assert missing == []


def test_the_catalog_holds_nothing_that_is_no_longer_said() -> None:
    said = {text for text, _ in texts()}
    catalog: Catalog = read_catalog("zh")
    assert [message.id for message in catalog if message.id and message.id not in said] == []


def test_translations_fill_in_the_same_names() -> None:
    def names(text: str) -> list[str]:
        return sorted(re.findall(r"%\((\w+)\)s", text))

    for message in read_catalog("zh"):
        assert names(str(message.id)) == names(str(message.string)), message.id


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("severity", [str(int(severity)) for severity in Severity]),
        ("condition", [condition.value for condition in Condition]),
        ("alert-action", [action.value for action in AlertAction]),
        ("order-state", [state.value for state in State]),
        ("order-action", [action.value for action in Action]),
        ("role", [role.value for role in Role]),
        ("right", [right.value for right in Right]),
        ("quality", [str(int(quality)) for quality in Quality]),
        ("zone-kind", list(ZONE_KINDS)),
        ("access", list(ACCESS_CLASSES)),
        ("table", list(TABLES)),
    ],
)
def test_every_stored_word_has_one_that_people_read(kind: str, stored: list[str]) -> None:
    assert set(stored) == set(WORDS[kind])


def test_every_part_of_the_product_that_acts_has_a_name() -> None:
    """Facts name it as ``system:…``; pages say it in words."""
    parts = {part for name in PACKAGES for file in (ROOT / name).rglob("*.py") for part in acting(file)}
    assert {"system:rules", "system:start"} <= parts
    assert parts <= set(WORDS["part"])


def acting(file: Path) -> list[str]:
    return re.findall(r'"(system:[a-z-]+)"', file.read_text("utf-8"))


def test_every_kind_of_work_that_a_rule_names_has_a_word() -> None:
    from tests.api.seed import BOOK

    kinds = {rule.response.work_order for rule in BOOK if rule.response.work_order}
    clocks = {promise.name for rule in BOOK for promise in rule.response.clocks}
    assert kinds <= set(WORDS["order-kind"])
    assert clocks <= set(WORDS["clock"])


def test_english_is_the_text_itself() -> None:
    assert translations("en").gettext("Sign in") == "Sign in"
    assert translations("zh").gettext("Sign in") == "登录"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW", "zh"),
        ("en-US,en;q=0.5", "en"),
        ("fr,en;q=0.1,zh;q=0.7", "zh"),
        ("de", ""),
        ("", ""),
        ("en;q=x, zh;q=0.1", "zh"),
        ("*", ""),
        ("EN", "en"),
    ],
)
def test_the_best_language_of_the_browser_is_taken(header: str, language: str) -> None:
    assert wanted(header) == language


def test_there_is_a_catalog_for_each_language_but_english() -> None:
    assert {path.parent.name for path in languages.FOLDER.glob("*/*.po")} | {"en"} == set(languages.LANGUAGES)

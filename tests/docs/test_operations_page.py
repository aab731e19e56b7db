"""docs/operations.md says what every setting, metric and alert of our own is, and what to do."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from dutyroom.settings import Settings
from facility.self_alert import KINDS, Limits
from rules.links import LINK_RULES
from tests.architecture.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
ROOMS = ("collector", "inspections", "response", "rules", "notify", "dutyroom")
RAISERS = {"Cause", "own_alert"}


def section(title: str) -> str:
    """What stands under that heading, up to the next one of its height."""
    height = title.partition(" ")[0]
    return re.split(rf"^{height} ", PAGE.split(f"\n{title}\n")[1], flags=re.MULTILINE)[0]


def raised_by(module: ModuleType, tree: ast.Module) -> Iterator[str]:
    """Rules of the alerts that this module raises about something that no rule judges."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id in RAISERS:
            given = [word.value for word in call.keywords if word.arg == "rule"] or call.args[:1]
            yield from texts_of(module, given[0])


def texts_of(module: ModuleType, expression: ast.expr) -> Iterator[str]:
    """A constant's value; of a table all of its values."""
    match expression:
        case ast.Name(id=name):
            found = getattr(module, name, None)
        case ast.Subscript(value=ast.Name(id=name)):
            found = getattr(module, name, {}).values()
        case _:
            return
    yield from [found] if isinstance(found, str) else found or ()


def own_rules() -> set[str]:
    found = {*KINDS, *LINK_RULES}
    for file in (path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py")):
        text = file.read_text("utf-8")
        if "own_alert" in text or "Cause(" in text:
            module = importlib.import_module(".".join(file.relative_to(CHECKOUT).with_suffix("").parts))
            raised = {str(rule) for rule in raised_by(module, ast.parse(text))}
            found |= raised | ({str(rule) for rule in getattr(module, "OURS", ())} if raised else set())
    return found


def test_every_alert_of_its_own_says_what_to_do() -> None:
    told = section("## Alerts of its own")
    rules = own_rules()
    assert len(rules) >= 25
    assert {rule for rule in rules if f"### {rule}\n" not in told and f"`{rule}`" not in told} == set()
    for kind in KINDS:
        assert re.search(r"\b1\. ", told.split(f"### {kind}\n")[1].split("\n### ")[0]), f"{kind}: no steps"


def test_nothing_is_told_of_alerts_that_there_are_not() -> None:
    told = section("## Alerts of its own")
    named = set(re.findall(r"^### ([a-z-]+)$", told, re.MULTILINE))
    named |= {
        rule for row in re.findall(r"^\| (`[^|]+`) \|", told, re.MULTILINE) for rule in re.findall(r"`([^`]+)`", row)
    }
    assert named - own_rules() - {"video-too-short", "video-too-long"} == set()


def test_every_setting_is_told_with_its_default() -> None:
    told = section("## Settings")
    assert {name for name in Settings.model_fields if f"`DUTYROOM_{name.upper()}`" not in told} == set()
    for name, field in Settings.model_fields.items():
        if name.endswith("_limit"):
            assert f"| `DUTYROOM_{name.upper()}` | `{field.default:g}` |" in told


def test_the_settings_limits_are_those_that_are_watched_by_default() -> None:
    assert Settings(_env_file=None).limits == Limits()  # type: ignore[call-arg]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([\w/.-]+\.md)(?:#[\w-]+)?\)", PAGE))))
def test_every_page_it_leads_to_is_there(link: str) -> None:
    assert (CHECKOUT / "docs" / link).is_file()

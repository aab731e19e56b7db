"""docs/rules.md says what the code does."""

import re
from pathlib import Path
from typing import get_args

import pytest

from facility.definition_files.values import Table
from rules.definition import load_book, read_rule
from rules.file import (
    AppliesTable,
    ClockName,
    InhibitionTable,
    LevelTable,
    ModeTable,
    ResponseTable,
    RuleFile,
    StoryTable,
)
from rules.kind import Kind, all_kinds
from rules.kinds.quality import WORDS
from rules.stories import MEANS, QUALITY_WORDS, tell_all, told

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
ROW = re.compile(r"^\| `(\w+)` \|(.*)\|$", re.MULTILINE)


def section(title: str) -> str:
    """The text under a heading, down to the next one."""
    found = re.search(rf"^##+ {re.escape(title)}$(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title!r}"
    return found.group(1)


def rows(title: str) -> dict[str, bool]:
    """Key → whether the table says that it is needed."""
    return {key: rest.startswith(" yes ") for key, rest in ROW.findall(section(title))}


def keys(table: type[Table]) -> dict[str, bool]:
    return {field.alias or name: field.is_required() for name, field in table.model_fields.items()}


@pytest.mark.parametrize("kind", list(all_kinds().values()), ids=lambda kind: kind.NAME)
def test_each_kind_has_a_section_with_exactly_its_keys(kind: Kind) -> None:
    assert rows(kind.NAME) == keys(kind.Table)


def test_the_keys_of_a_rule_are_those_of_the_page() -> None:
    assert rows("Keys of every rule") == keys(RuleFile)


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("applies", AppliesTable),
        ("response", ResponseTable),
        ("level", LevelTable),
        ("inhibited_by", InhibitionTable),
        ("mode", ModeTable),
    ],
)
def test_the_keys_of_inner_tables_are_those_of_the_page(title: str, table: type[Table]) -> None:
    assert set(rows(title)) == set(keys(table))


def test_the_keys_of_a_story_are_those_of_the_page() -> None:
    assert rows("Stories") == keys(StoryTable)


def test_the_words_are_those_of_the_page() -> None:
    stories = section("Stories")
    assert {f"`!{word}`" for word in QUALITY_WORDS} <= set(re.findall(r"`!\w+`", stories))
    assert set(MEANS) <= set(re.findall(r"`(\w+)`", stories))
    assert set(WORDS) <= set(re.findall(r"`([\w-]+)`", section("quality")))
    assert set(get_args(ClockName)) <= set(re.findall(r"`(\w+)`", section("response")))


def test_the_example_of_the_page_is_a_rule_that_holds() -> None:
    text = re.findall(r"```toml\n(.*?)```", section("Write one"), re.DOTALL)[0]
    rule = read_rule(text, "docs/rules.md")
    for telling in tell_all([rule]):
        assert telling.held, told(telling)
    assert rule.id not in load_book().rules

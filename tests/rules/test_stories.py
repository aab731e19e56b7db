"""Stories prove the manual's rules, and say where they do not hold."""

import pytest

from rules.definition import load_book, read_rule
from rules.kind import all_kinds
from rules.rule import Rule
from rules.stories import tell, tell_all, told
from tests.rules.room import rule_text

MANUAL = load_book()
STORIES = [(rule, story) for rule in MANUAL for story in rule.stories]


@pytest.mark.parametrize(("rule", "story"), STORIES, ids=lambda value: getattr(value, "name", getattr(value, "id", "")))
def test_each_story_of_the_manual_holds(rule: Rule, story: object) -> None:
    [telling] = [one for one in tell_all([rule]) if one.story is story]
    assert telling.held, told(telling)


@pytest.mark.parametrize("rule", list(MANUAL), ids=lambda rule: rule.id)
def test_each_rule_of_the_manual_is_proved_by_two_stories_and_says_what_to_do(rule: Rule) -> None:
    assert len(rule.stories) >= 2
    assert rule.do_first.zh
    assert rule.do_first.en
    assert rule.clause


def test_every_kind_is_used_by_the_manual() -> None:
    used = {rule.kind.NAME for rule in MANUAL}
    assert used == set(all_kinds())


def test_life_safety_waits_for_nothing() -> None:
    raised = {rule.spec.raises for rule in MANUAL}
    for rule in MANUAL:
        if rule.life_safety:
            assert rule.spec.hold_for == 0, rule.id
            assert rule.severity.name == ("HIGH" if rule.id in raised else "CRITICAL"), rule.id


def test_a_story_that_does_not_hold_shows_file_line_and_step() -> None:
    text = rule_text("low", '[minimum]\nlimit = "0.3 MPa"\nhold_for = "20s"') + (
        '[[story]]\nname = "low"\nevery = "10s"\nvalues = "0.4 0.2 _ 0.2"\nexpect = "ok firing pending firing"\n'
    )
    rule = read_rule(text, "low.toml")
    telling = tell(rule, rule.stories[0])
    assert telling.wrong == [1]
    assert told(telling).splitlines() == [
        "low.toml:10: low: low",
        "       time  value  expected  found",
        "       0s    0.4    ok        ok",
        "    →  10s   0.2    firing    pending",
        "       20s   _      pending   pending",
        "       30s   0.2    firing    active",
    ]


@pytest.mark.parametrize(
    ("values", "expect", "wanted"),
    [
        ("0.4", "fine", "'fine' is nothing that can be expected; allowed: ok, pending, firing"),
        ("high", "ok", "'high' is no value; allowed: a number, _ for nothing"),
        ("!gone", "ok", "'!gone': no such quality; allowed: !stamped, !fault"),
        ("nan", "ok", "'nan' is no value"),
    ],
)
def test_a_word_without_meaning_is_told(values: str, expect: str, wanted: str) -> None:
    story = f'[[story]]\nname = "s"\nevery = "10s"\nvalues = "{values}"\nexpect = "{expect}"\n'
    rule = read_rule(rule_text("low", '[minimum]\nlimit = "0.3 MPa"') + story, "low.toml")
    assert wanted in tell(rule, rule.stories[0]).problem


def test_a_rule_for_named_points_can_tell_a_story() -> None:
    story = '[[story]]\nname = "s"\nevery = "10s"\nvalues = "0.4 0.2"\nexpect = "ok firing"\n'
    applies = 'applies = { quantity = "pressure", points = "pump-*.pressure", access = ["staff"], model = "PT-16" }'
    rule = read_rule(rule_text("low", '[minimum]\nlimit = "0.3 MPa"', applies=applies) + story, "low.toml")
    assert tell(rule, rule.stories[0]).held

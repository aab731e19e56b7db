"""One value of a rule's file is changed; everything else stays as it was written."""

import pytest

from rules.definition import MANUAL, read_rule
from rules.editing import CannotEdit, editable, edited
from rules.pictures import picture
from rules.rule import Rule
from tests.rules.room import manual, rule_text

BAND = read_rule((MANUAL / "pump-pressure-band.toml").read_text("utf-8"), "band.toml")


def test_what_may_be_edited_is_what_the_kind_takes_as_text() -> None:
    found = {one.key: (one.text, one.needed) for one in editable(BAND)}
    assert found == {
        "around": ("set_pressure", True),
        "within": ("0.1 MPa", True),
        "deadband": ("0.02 MPa", False),
        "hold_for": ("30s", False),
        "clear_for": ("5m", False),
    }
    smoke = [one.key for one in editable(manual().rules["smoke-alarm"])]
    assert "bad" not in smoke


def test_a_changed_value_leaves_comments_and_layout_alone() -> None:
    text = edited(BAND, {"around": "night_pressure", "within": "0.15 MPa", "hold_for": " 1m "})
    changed = [(old, new) for old, new in zip(BAND.text.split("\n"), text.split("\n"), strict=True) if old != new]
    assert changed == [
        (
            'around    = "set_pressure"       # a setting of the point, with its approver',
            'around    = "night_pressure"       # a setting of the point, with its approver',
        ),
        ('within    = "0.1 MPa"', 'within    = "0.15 MPa"'),
        ('hold_for  = "30s"', 'hold_for  = "1m"'),
    ]
    assert read_rule(text, "").spec.hold_for == 60_000


def test_nothing_changed_is_the_very_same_file() -> None:
    assert edited(BAND, {one.key: one.text for one in editable(BAND)}) == BAND.text
    assert edited(BAND, {}) == BAND.text


def test_an_empty_value_is_taken_out_and_a_missing_one_is_put_in() -> None:
    without = edited(BAND, {"deadband": ""})
    assert "\ndeadband" not in without
    again = edited(read_rule(without, ""), {"deadband": "0.03 MPa"})
    assert '[band]\ndeadband = "0.03 MPa"\naround' in again
    assert read_rule(again, "").version == read_rule(BAND.text.replace("0.02 MPa", "0.03 MPa"), "").version


def test_a_value_cannot_break_out_of_its_quotes() -> None:
    text = edited(BAND, {"within": '0.1 MPa"\nseverity = "low'})
    assert text.count("\n") == BAND.text.count("\n")
    assert '\nwithin    = "0.1 MPa\\"\\nseverity = \\"low"\n' in text


def test_a_value_without_a_line_of_its_own_is_left_to_its_author() -> None:
    inline = read_rule(rule_text("low", 'minimum = { limit = "0.5 MPa" }'), "")
    with pytest.raises(CannotEdit, match=r"minimum\.limit has no line of its own"):
        edited(inline, {"limit": "0.4 MPa"})
    with pytest.raises(CannotEdit):
        edited(inline, {"hold_for": "1m"})


def test_every_rule_of_the_manual_can_be_edited() -> None:
    for rule in manual():
        for one in editable(rule):
            assert edited(rule, {one.key: one.text or "1s"}) is not None


def test_a_story_is_drawn_as_it_went() -> None:
    found = picture(BAND, BAND.stories[0])
    assert (found.low, found.high, found.unit, found.held) == (0.5, 0.7, "MPa", True)
    assert [step.value for step in found.steps] == [0.6, 0.49, 0.49, 0.49, 0.49, None, None, 0.6]
    assert [step.found for step in found.steps][:3] == ["ok", "pending", "pending"]
    fault = next(story for story in BAND.stories if "wire" in story.name)
    assert [(step.value, step.good) for step in picture(BAND, fault).steps][:2] == [(0.6, True), (0.0, False)]


def test_a_story_that_does_not_hold_shows_where() -> None:
    rule = read_rule(edited(BAND, {"within": "0.2 MPa"}), "")
    found = picture(rule, rule.stories[0])
    assert not found.held
    assert [step.wrong for step in found.steps] == [False, *[True] * 7]


@pytest.mark.parametrize("rule", list(manual()), ids=lambda rule: rule.id)
def test_every_story_of_the_manual_can_be_drawn(rule: Rule) -> None:
    for story in rule.stories:
        found = picture(rule, story)
        assert found.held
        assert len(found.steps) == len(story.values)

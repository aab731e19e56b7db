"""What pages and programs ask of the rules."""

import json

import pytest

from rules.book import limit_text, limits_at, sentence
from rules.definition import load_book
from rules.file import rule_file_model
from rules.kind import all_kinds
from rules.schema import schema, schema_text
from tests.rules.room import DOOR, GAUGE, SMOKE, T0, book_of, register, rule_text, setting

MANUAL = load_book()


def test_the_rules_of_a_point_come_most_urgent_first() -> None:
    house = register()
    found = [rule.id for rule in MANUAL.rules_for(house.points[SMOKE], house)]
    assert found == [
        "smoke-confirmed",
        "sensor-fault-life-safety",
        "silence-life-safety",
        "smoke-alarm",
        "calibration-expired",
        "clock-wrong",
    ]


def test_only_the_chosen_point_of_a_device_has_its_silence_rule() -> None:
    house = register()
    battery = [rule.id for rule in MANUAL.rules_for(house.points["smoke.battery"], house)]
    assert "silence-life-safety" not in battery
    assert [point.id for point in MANUAL.points_of(MANUAL.rules["silence-life-safety"], house)] == [SMOKE]


def test_rules_of_a_point_and_points_of_a_rule_agree() -> None:
    house = register()
    pairs = {(rule.id, point.id) for rule in MANUAL for point in MANUAL.points_of(rule, house)}
    turned = {(rule.id, point.id) for point in house.points.values() for rule in MANUAL.rules_for(point, house)}
    assert pairs == turned
    assert ("door-forced-sensitive", DOOR) in pairs
    assert ("door-forced", DOOR) not in pairs


def test_limits_over_time_follow_the_set_pressure() -> None:
    house = register(settings=[setting(0.6, since=100), setting(0.8, since=T0)])
    rule, point = MANUAL.rules["pump-pressure-band"], house.points[GAUGE]
    assert limits_at(rule, point, house, 99) is None
    before, after = limits_at(rule, point, house, T0 - 1), limits_at(rule, point, house, T0)
    assert before is not None
    assert after is not None
    assert ((before.low, before.high), (after.low, after.high)) == ((0.5, 0.7), (0.7, 0.9))
    assert limit_text(rule, point, house, 99).en == "cannot judge: no set_pressure"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rule_is_a_sentence_in_both_languages(language: str) -> None:
    for rule in MANUAL:
        said = sentence(rule, language)
        assert said.endswith("。" if language == "zh" else ".")
        assert rule.clause in said


def test_the_pressure_rule_reads_like_the_manual() -> None:
    assert sentence(MANUAL.rules["pump-pressure-band"], "en") == (
        "When pressure (pump-room-gauge) is more than 0.1 MPa away from its set pressure for 30 s, this raises a high alert "
        "and opens a work order; it returns once it has been good for 5 min (manual EQ-4)."
    )
    assert "持续 30 秒时，" in sentence(MANUAL.rules["pump-pressure-band"], "zh")
    assert "；恢复正常 5 分钟后解除" in sentence(MANUAL.rules["pump-pressure-band"], "zh")


def test_the_schema_allows_what_the_loader_allows() -> None:
    found = schema()
    assert set(found["properties"]) == set(rule_file_model().model_fields)
    assert found["oneOf"] == [{"required": [name]} for name in all_kinds()]
    assert found["additionalProperties"] is False
    assert json.loads(schema_text()) == found


def test_filters_are_anded_and_unless_takes_away() -> None:
    applies = 'applies = { quantity = "pressure", points = ["gauge*"], unless = { points = "gauge.pres*" } }'
    house = register()
    book = book_of(rule_text("none", '[minimum]\nlimit = "0.3 MPa"', applies=applies))
    assert book.points_of(book.rules["none"], house) == []
    book = book_of(rule_text("some", '[minimum]\nlimit = "0.3 MPa"', applies=applies.replace("pres*", "x*")))
    assert [point.id for point in book.points_of(book.rules["some"], house)] == [GAUGE]

"""Duties as files: what ships carries the manual out, what is wrong is told, and a site's own adds and replaces."""

import json
from pathlib import Path

import pytest

from dutyroom.register_files import contents
from facility.clause import CLAUSES
from facility.duty import CheckKind, Every
from facility.rota import Rota
from facility.rota_files import ROTA_TABLES, read_rota
from facility.site import time_zone
from facility.text import Text
from inspections.duty_files import SHIPPED, BrokenDuties, load_duties, read_duty
from inspections.duty_shape import schema_text
from inspections.duty_trial import tell
from response.class_files import load_classes

ROTA = Path(__file__).parents[2] / "examples" / "riverside" / "rota"
ZONE = time_zone("Asia/Shanghai")
BY_DUTY = {
    "EQ-1": ["box-terminals"],
    "EQ-2": ["box-insulation"],
    "EQ-3": ["emergency-lights-discharge", "emergency-lights-switch"],
    "EQ-5": ["pipes-endoscope"],
    "EQ-6": ["stair-rails"],
    "EQ-7": ["tile-slip"],
    "EQ-8": ["camera-blind-area"],
    "MP-1": ["lift-inspection", "lift-safety", "lift-service"],
    "MP-2": ["air-filters"],
    "FI-2": ["fire-drill"],
    "AP-2": ["permission-review"],
    "IN-1": ["storm-readiness", "storm-warning"],
}
"""Clauses that the manual carries out by a duty → the duties whose own clause it is. FI-1 and LA-2 have many."""
LEAST = """
id      = "sandbags"
clause  = "IN-1"
title   = { zh = "沙袋", en = "Sandbags" }
do      = { zh = "清点", en = "Count them" }
applies = { site = true }
every   = "month"
[[check]]
id    = "count"
title = { zh = "数量", en = "How many" }
kind  = "number"
low   = 50
"""

OPENING = """"2 hours"
opens  = "09:00"
closes = "22:00"
grace  = "30m"
"""


def test_every_clause_that_is_carried_out_by_a_duty_has_one() -> None:
    duties = load_duties()
    for clause, expected in BY_DUTY.items():
        assert sorted(one.id for one in duties.values() if one.clause == clause) == expected
    assert {"extinguishers", "hydrants", "smoke-detectors", "fire-pump-run"} <= {
        one.id for one in duties.values() if "FI-1" in one.clauses
    }
    assert {clause for one in duties.values() for clause in one.clauses} <= CLAUSES.keys()


def test_every_story_comes_true_and_every_duty_has_one() -> None:
    for duty in load_duties().values():
        assert duty.stories, duty.id
        assert [str(telling) for telling in tell(duty, ZONE) if telling.wrong] == []


def test_the_cadences_are_those_of_the_manual_and_the_law() -> None:
    every = {one.id: (one.cadence.every, one.cadence.count) for one in load_duties().values()}
    assert every["lift-safety"] == (Every.MONTH, 1)
    assert every["lift-service"] == (Every.DAYS, 15)
    assert every["smoke-detectors"] == every["hydrants"] == every["extinguishers"] == (Every.MONTH, 1)
    assert every["fire-drill"] == every["air-filters"] == (Every.QUARTER, 1)
    assert every["pipes-endoscope"] == (Every.HALF_YEAR, 1)
    assert every["stair-rails"] == every["tile-slip"] == every["camera-blind-area"] == (Every.DAY, 1)
    assert every["fire-pump-auto-start"] == (Every.WEEK, 1)


def test_the_limits_are_those_of_the_manual() -> None:
    duties = load_duties()
    checks = {(duty.id, check.id): check for duty in duties.values() for check in duty.checks}
    insulation = checks["box-insulation", "resistance"]
    assert (insulation.low, insulation.unit, insulation.instrument) == (0.5, "MΩ", "insulation-tester")
    assert checks["tile-slip", "coefficient"].low == 0.5
    assert checks["camera-blind-area", "share"].high == 5
    assert checks["video-oldest-frame", "days"].low == 30
    assert duties["fire-patrol"].people == duties["fire-check"].people == 2


def test_whom_and_what_they_name_there_is() -> None:
    rota, classes = read_rota(contents(ROTA, ROTA_TABLES), current=Rota()), load_classes()
    skills = {skill for person in rota.people.values() for skill in person.skills}
    for duty in load_duties().values():
        assert not duty.team or duty.team in rota.teams, duty.id
        assert set(duty.skills) <= skills, duty.id
        assert {duty.work_order, duty.fail_order} <= {"", *classes}, duty.id


def test_a_file_is_named_by_its_id() -> None:
    assert {Path(duty.path).stem: duty.id for duty in load_duties().values()} == {one: one for one in load_duties()}


def test_a_sites_own_file_replaces_and_adds(tmp_path: Path) -> None:
    (tmp_path / "bags.toml").write_text(LEAST, "utf-8")
    (tmp_path / "patrol.toml").write_text(
        LEAST.replace("sandbags", "fire-patrol").replace('"month"', OPENING),
        "utf-8",
    )
    duties = load_duties(tmp_path)
    assert duties["sandbags"].title == Text("沙袋", "Sandbags")
    patrol = duties["fire-patrol"].cadence
    assert (patrol.every, patrol.count, patrol.opens, patrol.closes) == (Every.HOURS, 2, 9 * 60, 22 * 60)
    assert duties["lift-safety"].path == str(SHIPPED / "lift-safety.toml")


def test_the_version_is_of_what_it_says_and_not_of_how_it_is_laid_out() -> None:
    assert read_duty(LEAST, "a.toml").version == read_duty(LEAST + "\n# a remark\n", "b.toml").version
    assert read_duty(LEAST, "a.toml").version != read_duty(LEAST.replace("50", "40"), "a.toml").version


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('every   = "month"', 'every   = "fortnight"', r"every: 'fortnight' is no cadence; allowed: day, week"),
        ('every   = "month"', 'every   = "0 days"', "every: '0 days' is no cadence"),
        ('"IN-1"', '"IN-9"', "clause: 'IN-9' is not a clause of the manual; allowed: EQ-1"),
        ("{ site = true }", '{ site = true, asset = ["lift"] }', "applies: names one of three"),
        ("{ site = true }", "{ }", "applies: names one of three"),
        ('"month"\n', '"month"\nopens = "09:00"\n', "opens: only hours have opening hours"),
        ('"month"\n', '"month"\ngrace = "31d"\n', "grace: reaches past the next due date"),
        ('"month"\n', '"month"\nanchor = "completion"\nmonths = [5]\n', "anchor: hours and months of the year"),
        ('"month"\n', '"month"\nby = "25:00"\n', "by: '25:00' is not a time of day; allowed: hours and minutes"),
        ('"month"\n', '"month"\nwarned = ["1d"]\n', "warned: is not a key here; did you mean 'warn'?"),
        ("low   = 50", "low   = 50\nhigh  = 40", r"check.0.low: 50.0 is above high \(40.0\)"),
        ('kind  = "number"', 'kind  = "pass"', "check.0.kind: only a number has a unit and limits"),
        ('kind  = "number"\nlow   = 50', 'kind  = "choice"', "check.0.choices: a choice, and only a choice"),
        (
            "[[check]]",
            "[[check]]\nid = 'count'\ntitle = { zh = '数', en = 'n' }\n[[check]]",
            "'count' is there already",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_key_and_what_is_allowed(old: str, new: str, told: str) -> None:
    assert old in LEAST
    with pytest.raises(BrokenDuties, match=told) as broken:
        read_duty(LEAST.replace(old, new), "mine.toml")
    assert all(problem.path == "mine.toml" and problem.line for problem in broken.value.problems)


@pytest.mark.parametrize("who", ["manual", "law"])
def test_a_duty_is_never_owed_less_often_than_the_manual_or_the_law_asks_for(who: str) -> None:
    asked = f'[{who}]\nzh = "每周"\nen = "weekly"\nevery = "week"\n[[check]]'
    with pytest.raises(BrokenDuties, match=f"every: is less often than the {who} asks for"):
        read_duty(LEAST.replace("[[check]]", asked), "mine.toml")
    stricter = LEAST.replace("[[check]]", asked).replace('every   = "month"', 'every   = "day"')
    assert read_duty(stricter, "mine.toml").cadence.every is Every.DAY


def test_one_broken_file_keeps_all_of_them_out(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(LEAST, "utf-8")
    (tmp_path / "b.toml").write_text(LEAST, "utf-8")
    with pytest.raises(BrokenDuties, match="allowed: one file an id"):
        load_duties(tmp_path)


def test_the_schema_that_ships_is_what_the_reader_reads() -> None:
    assert (SHIPPED / "duty.schema.json").read_text("utf-8") == schema_text()
    assert json.loads(schema_text())["title"] == "Dutyroom duty"


def test_a_choice_tells_what_each_answer_means() -> None:
    [rust] = [check for check in load_duties()["pipes-endoscope"].checks if check.kind is CheckKind.CHOICE]
    assert [(name, outcome) for name, _, outcome in rust.choices] == [
        ("none", "pass"),
        ("some", "flag"),
        ("through", "fail"),
    ]

"""Incidents, bulletins, reviews and measures come back whole, on every database."""

from dataclasses import replace

import pytest

from facility.alert import Severity
from facility.bulletin import Bulletin
from facility.incident import Act, Incident, State, advance, begin
from facility.incident_step import Deed
from facility.playbook import Choice, Command, Evidence, Joins, Phase, Playbook, Script, Twice
from facility.review import Measure, Review
from facility.text import Text
from storage.records.incidents import IncidentFilter
from storage.records.port import Conflict, NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON

CONFIRM = Script(
    id="confirm",
    title=Text("确认", "Confirm"),
    how=Text("", ""),
    who=Text("保安", "guard"),
    choices=(Choice(id="large", title=Text("大", "large"), also_after=("small",)),),
    must=True,
)
LIFTS = Script(
    id="lifts",
    title=Text("迫降", "Lifts home"),
    how=Text("", ""),
    who=Text("值班员", "officer"),
    when=("confirm=large",),
    phase=Phase.AFTER,
    evidence=Evidence.NUMBER,
    command=Command(
        assets=("lift",),
        quantity="switch",
        state="on",
        send="recall",
        around=Joins.BUILDING,
        twice=Twice.PEOPLE,
        within=9,
    ),
)
FIRE = Playbook(
    id="fire",
    version="ab",
    clause="FI-3",
    title=Text("火警", "Fire"),
    about=Text("", ""),
    severity=Severity.CRITICAL,
    life_safety=True,
    steps=(CONFIRM, LIFTS),
)


def fire(place: str = "t1", *, drill: bool = False, at: int = NOON) -> Incident:
    return begin(
        FIRE, place=place, zone=place, at=at, event_at=at - 5, who="system:incidents", drill=drill, alerts=(12,)
    )


def test_an_incident_comes_back_with_all_that_was_written_down_and_done(records: SqlRecords) -> None:
    with records.begin() as unit:
        opened = unit.incidents.open(fire())
        act = Act(deed=Deed.CHOOSE, step="confirm", who="li", at=NOON + 3, choice="large")
        kept = unit.incidents.update(advance(opened, act))
        assert unit.incidents.get(opened.id) == kept == unit.incidents.open_of("fire@t1")
    assert kept.steps[0].choice == "large"
    assert kept.steps[1].script == LIFTS


def test_one_is_open_a_cause_and_a_drill_is_a_cause_of_its_own(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.incidents.open(fire())
        with pytest.raises(Conflict):
            unit.incidents.open(fire())
        drill, other = unit.incidents.open(fire(drill=True)), unit.incidents.open(fire("t2"))
        assert unit.incidents.open_ones() == [first, other, drill]
        unit.incidents.update(replace(first, state=State.OVER))
        again = unit.incidents.open(fire())
        assert unit.incidents.open_of("fire@t1") == again


def test_incidents_are_found_by_what_they_are_about(records: SqlRecords) -> None:
    with records.begin() as unit:
        made = [
            unit.incidents.open(replace(fire(str(n)), alerts=alerts, work_order=n))
            for n, alerts in enumerate([(12,), (1, 12), (12, 3), (1, 12, 3), (121, 2, 212)], 1)
        ]
        assert unit.incidents.of_alert(12) == made[:4]
        assert unit.incidents.of_order(3) == [made[2]]
        assert unit.incidents.find(IncidentFilter(work_order=2, states=(State.OPEN,), drill=False)).rows == [made[1]]
        page = unit.incidents.find(IncidentFilter(playbooks=("fire",), since=NOON - 5, until=NOON), limit=3)
        assert page.rows == made[:1:-1]
        assert unit.incidents.find(IncidentFilter(), page.cursor).rows == made[1::-1]
        assert unit.incidents.find(IncidentFilter(since=NOON)).rows == []


def test_the_one_who_saw_an_older_version_loses(records: SqlRecords) -> None:
    with records.begin() as unit:
        opened = unit.incidents.open(fire())
        unit.incidents.update(opened)
        with pytest.raises(Conflict, match="version 1"):
            unit.incidents.update(opened)
        with pytest.raises(NotFound):
            unit.incidents.get(10**30)


TOLD = Bulletin(
    incident=1,
    place="t1",
    title=Text("停水", "No water"),
    body=Text("抢修中", "Under repair"),
    posted=NOON,
    posted_by="li",
)


def test_what_stands_and_is_not_over_is_public_and_nothing_else(records: SqlRecords) -> None:
    with records.begin() as unit:
        shown, until = unit.bulletins.add(TOLD), unit.bulletins.add(replace(TOLD, until=NOON + 9))
        for change in ({"drill": True}, {"withdrawn": NOON}, {"corrected_by": 1}, {"incident": 2, "until": NOON}):
            unit.bulletins.add(replace(TOLD, **change))
        assert unit.bulletins.public(NOON) == [until, shown]
        assert unit.bulletins.public(NOON + 9) == [shown]
        assert [bulletin.id for bulletin in unit.bulletins.of(1)] == [1, 2, 3, 4, 5]
        changed = unit.bulletins.update(replace(shown, corrected_by=2, why="错字"))
        assert unit.bulletins.get(shown.id) == changed


def test_a_thing_has_one_review(records: SqlRecords) -> None:
    with records.begin() as unit:
        assert unit.reviews.of("incident", 3) is None
        made = unit.reviews.add(Review(noun="incident", subject=3))
        with pytest.raises(Conflict):
            unit.reviews.add(Review(noun="incident", subject=3))
        kept = unit.reviews.update(replace(made, happened="水管爆裂", body='{"a":1}', digest="cd", finished=NOON))
        assert unit.reviews.of("incident", 3) == kept
        assert unit.reviews.of("work-order", 3) is None


def test_measures_are_tracked_until_they_are_done(records: SqlRecords) -> None:
    first = Measure(noun="incident", subject=3, text="换阀门", owner="li", due=NOON + 9, created=NOON, created_by="lin")
    with records.begin() as unit:
        late, soon = unit.reviews.add_measure(first), unit.reviews.add_measure(replace(first, due=NOON + 5))
        assert unit.reviews.open_measures() == [soon, late]
        done = unit.reviews.update_measure(replace(soon, done=NOON + 4, done_by="li", note="换了"))
        assert unit.reviews.open_measures() == [late]
        assert unit.reviews.measures_of("incident", 3) == [late, done]
        assert unit.reviews.measures().rows == [done, late]
        assert unit.reviews.measure(soon.id) == done

"""A round that was walked whole settles the duty that its route names, where walking is all that is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facility.duty import CheckKind, Duty, DutyCheck
from facility.inspection import Outcome
from facility.instant import HOUR, MINUTE
from facility.occurrence import Occurrence, Standing
from facility.rota import rota_difference
from facility.text import Text
from inspections.duty_files import load_duties
from inspections.rounds.carrying import Carrying
from storage.records.results import ResultFilter
from tests.facility.patrols import STOPS, TEN, route
from tests.inspections.rounds.house import House, rota

SCAN = DutyCheck(id="walk", title=Text("走完", "Walk it"), kind=CheckKind.SCAN)
PHOTO = DutyCheck(id="photo", title=Text("照片", "A photo"), kind=CheckKind.PHOTO, must=False)
DUTY = replace(load_duties()["fire-patrol"], checks=(SCAN, PHOTO))


def owe(house: House, *, target: str = "home", opens: int = TEN - HOUR, due: int = TEN + HOUR) -> int:
    one = Occurrence(
        key=f"{DUTY.id}/{target}/{due}",
        duty=DUTY.id,
        duty_version=DUTY.version,
        clause=DUTY.clause,
        target=target,
        opens=opens,
        due=due,
        closes=due,
        missed=due + 2 * HOUR,
        standing=Standing.OPEN,
    )
    with house.records.begin() as unit:
        unit.occurrences.plan([one])
        return unit.occurrences.by_key(one.key).id


def patrol(house: House, duty: Duty = DUTY, *points: str) -> None:
    house.followed.settle = Carrying(duties=lambda: {duty.id: duty}).settle
    house.registers(route(team="guards", duty=DUTY.id), STOPS)
    known = rota()
    people = known.people | {"li": replace(known.people["li"], account="li-account")}
    with house.records.begin() as unit:
        unit.rota.apply(rota_difference(unit.rota.load(), replace(known, people=people)), "test", house.now)
    house.plan()
    for minutes, point in zip((0, 5, 11), points or ("a", "b", "c"), strict=False):
        house.jump(minutes)
        house.scan(point)
    house.look()
    house.at(30)


def stands(house: House, number: int) -> Standing:
    with house.records.read() as unit:
        return unit.occurrences.get(number).standing


def test_a_round_walked_whole_does_the_duty_by_whoever_walked_it(house: House) -> None:
    number = owe(house)
    patrol(house)
    assert stands(house, number) is Standing.DONE
    with house.records.read() as unit:
        (result,) = unit.results.of_occurrence(number)
        facts = [(fact.noun, fact.what) for fact in unit.facts.after(0) if fact.noun in ("result", "occurrence")]
    assert (result.who, result.outcome, result.done) == ("li-account", Outcome.PASS, TEN + 11 * MINUTE)
    assert [point for point, _ in result.sensors] == ["a.scan", "b.scan", "c.scan"]
    assert facts == [("result", "submitted"), ("occurrence", "done")]


def test_a_round_that_was_not_walked_whole_does_nothing(house: House) -> None:
    number = owe(house)
    patrol(house, DUTY, "a", "b")
    assert stands(house, number) is Standing.OPEN


def test_what_walking_does_not_answer_is_left_to_a_person(house: House) -> None:
    number = owe(house)
    asks = DutyCheck(id="exits", title=Text("出口", "Exits"))
    patrol(house, replace(DUTY, checks=(SCAN, asks)))
    assert stands(house, number) is Standing.OPEN


def test_a_photo_that_must_be_there_must_have_come(house: House) -> None:
    number = owe(house)
    patrol(house, replace(DUTY, checks=(SCAN, replace(PHOTO, must=True))))
    assert stands(house, number) is Standing.OPEN


@pytest.mark.parametrize(("target", "expected"), [("t1", Standing.DONE), ("a", Standing.DONE), ("t9", Standing.OPEN)])
def test_it_is_done_where_the_route_leads_and_nowhere_else(house: House, target: str, expected: Standing) -> None:
    number = owe(house, target=target)
    patrol(house)
    assert stands(house, number) is expected


def test_one_round_is_not_two_days_patrols_and_does_nothing_before_its_window(house: House) -> None:
    first, second = owe(house), owe(house, due=TEN + 2 * HOUR)
    later = owe(house, opens=TEN + HOUR, due=TEN + 3 * HOUR)
    patrol(house)
    assert [stands(house, one) for one in (first, second, later)] == [Standing.DONE, Standing.OPEN, Standing.OPEN]
    with house.records.read() as unit:
        assert unit.results.count(ResultFilter(duties=(DUTY.id,))) == 1

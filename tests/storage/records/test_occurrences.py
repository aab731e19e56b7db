"""Due dates are planned once, change only from what is known of them, and are found by what people ask for."""

from dataclasses import replace

import pytest

from facility.instant import DAY
from facility.occurrence import Occurrence, Postponement, Standing
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Conflict, NotFound, Records
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, at_once

POSTPONED = Postponement(until=NOON + 3 * DAY, why="没有备件", who="chen", approver="wang", at=NOON)


def occurrence(target: str = "ext-1", due: int = NOON, duty: str = "extinguishers", **more: object) -> Occurrence:
    found = Occurrence(
        key=f"{duty}/{target}/{due}",
        duty=duty,
        duty_version="a" * 64,
        clause="FI-1",
        target=target,
        asset=target,
        zone="t1-b1",
        opens=due - DAY,
        due=due,
        closes=due,
        missed=due + DAY,
        team="security",
        attend_at=due - DAY,
    )
    return replace(found, **more)  # type: ignore[arg-type]


def test_an_occurrence_comes_back_whole(records: SqlRecords) -> None:
    whole = occurrence(
        standing=Standing.MISSED,
        assignee="liu",
        frozen=NOON,
        result=7,
        made_up=8,
        postponed=(POSTPONED,),
        why="maintenance:12",
        cause="work-order:7",
        version=3,
    )
    with records.begin() as unit:
        assert unit.occurrences.plan([whole]) == 1
        found = unit.occurrences.by_key(whole.key)
    assert found == replace(whole, id=found.id)


def test_planning_again_inserts_only_what_is_not_there(records: SqlRecords) -> None:
    days = [occurrence(due=NOON + day * DAY) for day in range(2_500)]
    with records.begin() as unit:
        assert unit.occurrences.plan([]) == 0
        assert unit.occurrences.plan(days[:1_200]) == 1_200
        assert unit.occurrences.plan(days) == 1_300
        assert unit.occurrences.plan(days) == 0
        assert unit.occurrences.count(OccurrenceFilter()) == 2_500


def test_planning_leaves_alone_what_became_of_one(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.occurrences.plan([occurrence()])
        done = unit.occurrences.update(
            replace(unit.occurrences.by_key(occurrence().key), standing=Standing.DONE, result=1)
        )
        unit.occurrences.plan([occurrence()])
        assert unit.occurrences.get(done.id) == done


def test_two_that_plan_at_once_insert_each_once(shared: SqlRecords) -> None:
    days = [occurrence(due=NOON + day * DAY) for day in range(300)]

    def plan(_: int) -> int:
        with shared.begin() as unit:
            return unit.occurrences.plan(days)

    counts = [found for found in at_once(4, plan) if not isinstance(found, Conflict)]
    assert sum(found for found in counts if isinstance(found, int)) == 300
    with shared.read() as unit:
        assert unit.occurrences.count(OccurrenceFilter()) == 300


def test_of_two_that_change_one_the_later_is_told(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.occurrences.plan([occurrence()])
        seen = unit.occurrences.by_key(occurrence().key)
        changed = unit.occurrences.update(replace(seen, standing=Standing.OPEN))
        assert changed.version == 2
        with pytest.raises(Conflict):
            unit.occurrences.update(replace(seen, standing=Standing.LATE))
        with pytest.raises(NotFound):
            unit.occurrences.update(replace(seen, id=99))


def test_many_change_at_once_or_none(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.occurrences.plan([occurrence(due=NOON + day * DAY) for day in range(700)])
        seen = unit.occurrences.of("extinguishers", "ext-1", 0, NOON + 1_000 * DAY)
        opened = unit.occurrences.update_all([replace(one, standing=Standing.OPEN) for one in seen])
        assert unit.occurrences.of("extinguishers", "ext-1", 0, NOON + 1_000 * DAY) == opened
        assert unit.occurrences.update_all([]) == []
    with pytest.raises(Conflict), records.begin() as unit:
        unit.occurrences.update_all([opened[0], seen[1]])
    with records.read() as unit:
        assert unit.occurrences.get(opened[0].id) == opened[0]


def test_only_what_is_planned_can_be_withdrawn(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.occurrences.plan([occurrence(due=NOON + day * DAY) for day in range(3)])
        one, two, three = unit.occurrences.of("extinguishers", "ext-1", 0, NOON + 9 * DAY)
        unit.occurrences.update(replace(two, standing=Standing.OPEN))
        assert unit.occurrences.withdraw([one.id, two.id, three.id, 99]) == [one.id, three.id]
        assert list(unit.occurrences.some([one.id, two.id, three.id])) == [two.id]


def test_pages_go_by_the_due_date_from_either_end(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.occurrences.plan([occurrence(target, NOON + day * DAY) for day in (2, 0, 1) for target in ("a", "b")])
        newest = _walk(unit.occurrences, soonest=False)
        soonest = _walk(unit.occurrences, soonest=True)
        assert [one.due for one in soonest] == sorted(one.due for one in soonest)
        assert newest == soonest[::-1]
        assert len(newest) == 6
        page = unit.occurrences.find(OccurrenceFilter(), limit=4)
        with pytest.raises(ValueError, match="cursor"):
            unit.occurrences.find(OccurrenceFilter(), page.cursor, soonest=True)
        with pytest.raises(ValueError, match="cursor"):
            unit.occurrences.find(OccurrenceFilter(), "nonsense")


def _walk(occurrences: object, *, soonest: bool) -> list[Occurrence]:
    found: list[Occurrence] = []
    cursor = None
    while True:
        page = occurrences.find(OccurrenceFilter(), cursor, 4, soonest=soonest)  # type: ignore[attr-defined]
        found += page.rows
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (OccurrenceFilter(duties=("extinguishers",)), [1, 2]),
        (OccurrenceFilter(targets=("hyd-1",)), [3]),
        (OccurrenceFilter(assets=("hyd-1", "ext-1")), [1, 2, 3]),
        (OccurrenceFilter(clauses=("MP-1",)), [4]),
        (OccurrenceFilter(zones=("t2",)), [4]),
        (OccurrenceFilter(teams=("lifts",)), [4]),
        (OccurrenceFilter(assignees=("liu",)), [2]),
        (OccurrenceFilter(standings=(Standing.LATE, Standing.MISSED)), [2, 3]),
        (OccurrenceFilter(open=True), [1, 2]),
        (OccurrenceFilter(open=False), [3, 4]),
        (OccurrenceFilter(since=NOON + DAY), [2, 3, 4]),
        (OccurrenceFilter(until=NOON + DAY), [1]),
        (OccurrenceFilter(since=-(10**30), until=10**30, open=True, assignees=("liu", "")), [1, 2]),
    ],
)
def test_a_filter_finds_and_counts_the_same(records: SqlRecords, wanted: OccurrenceFilter, numbers: list[int]) -> None:
    with records.begin() as unit:
        unit.occurrences.plan(
            [
                occurrence(),
                occurrence(due=NOON + DAY, standing=Standing.LATE, assignee="liu"),
                occurrence("hyd-1", NOON + 2 * DAY, "hydrants", standing=Standing.MISSED),
                occurrence(
                    "lift-1",
                    NOON + 3 * DAY,
                    "lift-service",
                    clause="MP-1",
                    zone="t2",
                    team="lifts",
                    standing=Standing.DONE,
                ),
            ]
        )
        assert [one.id for one in unit.occurrences.find(wanted, soonest=True).rows] == numbers
        assert unit.occurrences.count(wanted) == len(numbers)
        assert sum(unit.occurrences.counts(wanted).values()) == len(numbers)


def test_what_waits_for_the_clock_comes_by_its_instant(records: SqlRecords) -> None:
    with records.begin() as unit:
        rows = [
            occurrence("a", attend_at=NOON + 5),
            occurrence("b", attend_at=NOON - 5),
            occurrence("c", attend_at=None),
            occurrence("d", attend_at=NOON),
        ]
        unit.occurrences.plan(rows)
        assert [one.target for one in unit.occurrences.to_attend(NOON, 10)] == ["b", "d"]
        assert [one.target for one in unit.occurrences.to_attend(NOON, 1)] == ["b"]


def test_what_a_change_may_still_change_is_not_settled(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.occurrences.plan([occurrence(due=NOON + day * DAY) for day in range(4)])
        first, *_ = unit.occurrences.of("extinguishers", "ext-1", 0, NOON + 9 * DAY)
        unit.occurrences.update(replace(first, standing=Standing.MISSED))
        unit.occurrences.plan([occurrence(duty="hydrants")])
        found = unit.occurrences.owed("extinguishers")
    assert [one.due for one in found] == [NOON + DAY, NOON + 2 * DAY, NOON + 3 * DAY]


def test_the_last_of_each_target_is_known(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.occurrences.plan([occurrence(target, NOON + day * DAY) for target in ("a", "b") for day in (1, 0)])
        unit.occurrences.plan([occurrence("a", NOON + 9 * DAY, "hydrants")])
        unit.occurrences.plan([occurrence("a", NOON + 8 * DAY, cause="result:7")])
        found = unit.occurrences.last("extinguishers")
    assert {target: one.due for target, one in found.items()} == {"a": NOON + DAY, "b": NOON + DAY}


def test_an_occurrence_that_there_is_not_is_not_found(records: Records) -> None:
    with records.read() as unit:
        for number in (1, -1, 10**30):
            with pytest.raises(NotFound):
                unit.occurrences.get(number)
        with pytest.raises(NotFound):
            unit.occurrences.by_key("x")

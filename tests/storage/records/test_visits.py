"""Visits, who came, where badges were seen, and retrievals, on every database."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.crossing import Crossing, Judgement
from facility.guest import Guest, erased
from facility.instant import HOUR
from facility.retrieval import About, Basis, Retrieval
from facility.visit import Visit, VisitState
from storage.records.port import Conflict, NotFound
from storage.records.retrievals import RetrievalFilter
from storage.records.sql import SqlRecords
from storage.records.visits import VisitFilter
from tests.storage.records.examples import NOON, Undo, at_once
from tests.storage.records.test_round_trip import noun

VISIT = Visit(zones=("t1", "b1"), expected=NOON, until=NOON + HOUR, registered=NOON - HOUR, registered_by="li")
HERE = replace(VISIT, state=VisitState.IN_HOUSE, badge="b1", arrived=NOON)
GUEST = Guest(visit=1, name="王芳", phone="13800000000", document_hash="aa", given=NOON, until=NOON + 9)
CROSSING = Crossing(visit=1, point="d.entry", zone="t1", at=NOON, event="granted", badge="b1", judgement=Judgement.FINE)
LOOK = Retrieval(
    at=NOON, who="li", about=About.VISIT, subject="1", purpose="theft", basis=Basis.DUTY, until=NOON + 9, for_whom="110"
)


@given(noun(Visit, id=st.just(0), version=st.integers(0, 2**40)), noun(Guest))
@settings(max_examples=40, deadline=None)
def test_a_visit_and_its_guest_come_back_as_they_were(lasting: SqlRecords, visit: Visit, guest: Guest) -> None:
    with suppress(Undo), lasting.begin() as unit:
        kept = unit.visits.add(visit)
        unit.visits.put_guest(guest)
        assert unit.visits.get(kept.id) == kept == replace(visit, id=kept.id)
        assert unit.visits.guest(guest.visit) == guest == unit.visits.guests([guest.visit])[guest.visit]
        raise Undo


@given(noun(Crossing, id=st.just(0), version=st.integers(0, 2**40)), noun(Retrieval, id=st.just(0), version=st.just(0)))
@settings(max_examples=40, deadline=None)
def test_a_crossing_and_a_retrieval_come_back_as_they_were(lasting: SqlRecords, one: Crossing, look: Retrieval) -> None:
    with suppress(Undo), lasting.begin() as unit:
        kept = unit.visits.cross(one)
        assert kept is not None
        assert unit.visits.crossings(one.visit) == [replace(one, id=kept.id)]
        assert unit.visits.update_crossing(kept).version == one.version + 1
        found = unit.retrievals.add(look)
        assert unit.retrievals.get(found.id) == found == replace(look, id=found.id)
        raise Undo


def test_a_badge_is_with_one_visit_at_a_time_and_free_afterwards(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.visits.add(HERE)
        unit.visits.add(VISIT)
        assert unit.visits.holder("b1") == first
        assert (unit.visits.holder(""), unit.visits.holder("b2")) == (None, None)
    with pytest.raises(Conflict), records.begin() as unit:
        unit.visits.add(replace(HERE, state=VisitState.OVERSTAYED))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.visits.update(replace(unit.visits.get(2), state=VisitState.IN_HOUSE, badge="b1"))
    with records.begin() as unit:
        unit.visits.update(replace(first, state=VisitState.LEFT, left=NOON + 5, closed=NOON + 5))
        last = unit.visits.add(HERE)
        assert [visit.id for visit in unit.visits.of_badges(["b1", "", "zz"])["b1"]] == [1, last.id]
        assert [visit.id for visit in unit.visits.of_badges(["b1"], newest=1)["b1"]] == [last.id]
        assert unit.visits.badges() == {"b1"}


def test_of_two_guards_who_give_the_same_badge_one_is_told(tmp_path: Path) -> None:
    store = SqlRecords(f"sqlite:///{tmp_path}/records.db")
    store.migrate()

    def give(_: int) -> int:
        with store.begin() as unit:
            return unit.visits.add(HERE).id

    told = at_once(3, give)
    assert sum(isinstance(one, Conflict) for one in told) == 2
    store.close()


def test_visits_are_found_by_what_they_are(records: SqlRecords) -> None:
    several = [
        VISIT,
        replace(HERE, host="lin"),
        replace(VISIT, state=VisitState.LEFT, closed=NOON, badge="b2"),
        replace(VISIT, expected=NOON + 5, until=NOON + 2 * HOUR),
    ]
    with records.begin() as unit:
        for one in several:
            unit.visits.add(one)

        def found(**by: object) -> list[int]:
            wanted = VisitFilter(**by)  # type: ignore[arg-type]
            assert unit.visits.count(wanted) == len(unit.visits.all(wanted))
            assert [one.id for one in unit.visits.find(wanted).rows][::-1] == [
                one.id for one in unit.visits.all(wanted)
            ]
            return [one.id for one in unit.visits.all(wanted)]

        assert found() == [1, 2, 3, 4]
        assert found(states=(VisitState.EXPECTED,)) == [1, 4]
        assert found(states=(VisitState.EXPECTED, VisitState.LEFT)) == [1, 3, 4]
        assert found(hosts=("lin",)) == found(badge="b1") == [2]
        assert found(until=NOON + 1) == [1, 2, 3]
        assert found(since=NOON + 2 * HOUR) == [4]
        assert set(unit.visits.some([1, 3, 99])) == {1, 3}
        page = unit.visits.find(VisitFilter(), None, 3)
        assert [one.id for one in unit.visits.find(VisitFilter(), page.cursor, 3).rows] == [1]
        with pytest.raises(ValueError, match="cursor"):
            unit.visits.find(VisitFilter(), "nonsense")
        with pytest.raises(NotFound):
            unit.visits.get(10**30)


def test_what_the_clock_owes_is_found_and_the_rest_is_not(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.visits.add(VISIT)
        unit.visits.add(HERE)
        unit.visits.add(replace(HERE, badge="b2", until=NOON + 5))
        unit.visits.add(replace(HERE, badge="b3", state=VisitState.OVERSTAYED))
        unit.visits.add(replace(VISIT, state=VisitState.CANCELLED, closed=NOON))

        def due(before: int, waited: int) -> list[int]:
            return [visit.id for visit in unit.visits.to_attend(before, waited)]

        assert due(NOON + HOUR - 1, NOON + HOUR - 1) == [3]
        assert due(NOON + HOUR, NOON) == [3, 2]
        assert due(NOON, NOON + HOUR) == [1]
        assert [visit.id for visit in unit.visits.to_attend(NOON + HOUR, NOON + HOUR, 1)] == [3]


def test_a_guest_is_found_by_the_whole_number_only_and_ends_once_the_visit_is_over(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.visits.add(HERE)
        unit.visits.add(replace(VISIT, state=VisitState.LEFT, closed=NOON))
        unit.visits.put_guest(GUEST)
        unit.visits.put_guest(replace(GUEST, visit=2, document_hash="bb"))
        assert [one.visit for one in unit.visits.guests_by(phone="13800000000")] == [1, 2]
        assert [one.visit for one in unit.visits.guests_by(document="aa")] == [1]
        assert unit.visits.guests_by(phone="1380000") == unit.visits.guests_by(document="%") == []
        assert unit.visits.guests_by() == []
        assert unit.visits.guests_ending(NOON + 8) == []
        assert [one.visit for one in unit.visits.guests_ending(NOON + 9)] == [2]
        unit.visits.put_guest(erased(unit.visits.guest(2), "system:retention", NOON + 9))
        assert unit.visits.guests_ending(NOON + 9) == unit.visits.guests_by(document="bb") == []
        with pytest.raises(NotFound):
            unit.visits.guest(3)


def test_a_passage_is_written_down_once(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.visits.cross(CROSSING)
        assert first is not None
        assert unit.visits.cross(replace(CROSSING, visit=7, judgement=Judgement.OUTSIDE)) is None
        assert unit.visits.cross(replace(CROSSING, seq=1)) is not None
        known = ("d.entry", NOON, "granted", "b1", 0)
        assert unit.visits.crossed(["b1", "b2"], NOON, NOON + 1) == {known, (*known[:4], 1)}
        assert unit.visits.crossed(["b1"], NOON + 1, NOON + 9) == unit.visits.crossed([], NOON, NOON + 9) == set()
        unit.visits.update_crossing(replace(first, confirmed_by="li"))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.visits.update_crossing(first)


def test_where_an_escort_may_still_be_heard_of_and_where_somebody_was_last(records: SqlRecords) -> None:
    judgements = (Judgement.WAITING, Judgement.UNESCORTED, Judgement.ESCORTED, Judgement.REFUSED)
    with records.begin() as unit:
        for place, judgement in enumerate(judgements):
            unit.visits.cross(replace(CROSSING, at=NOON + place, judgement=judgement))
        unit.visits.cross(replace(CROSSING, visit=2, at=NOON - 5))
        assert [one.at for one in unit.visits.crossings_open(NOON)] == [NOON, NOON + 1]
        assert [one.at for one in unit.visits.crossings_open(NOON + 1)] == [NOON + 1]
        last = unit.visits.last_seen([1, 2, 3])
        assert {visit: one.at for visit, one in last.items()} == {1: NOON + 2, 2: NOON - 5}


def test_retrievals_are_found_by_what_they_are_about_and_end(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.retrievals.add(LOOK)
        unit.retrievals.add(replace(LOOK, about=About.VIDEO, subject="cam-1", who="wu", at=NOON + 5, until=NOON + 99))
        unit.retrievals.add(replace(LOOK, for_whom=""))

        def found(**by: object) -> list[int]:
            wanted = RetrievalFilter(**by)  # type: ignore[arg-type]
            assert unit.retrievals.count(wanted) == len(unit.retrievals.find(wanted).rows)
            return [one.id for one in unit.retrievals.find(wanted).rows]

        assert found() == [3, 2, 1]
        assert (
            found(about=(About.VIDEO,)) == found(subjects=("cam-1",)) == found(who="wu") == found(since=NOON + 5) == [2]
        )
        assert found(until=NOON + 5) == [3, 1]
        assert [one.id for one in unit.retrievals.ending(NOON + 8)] == []
        assert [one.id for one in unit.retrievals.ending(NOON + 9)] == [1]
        changed = unit.retrievals.update(replace(unit.retrievals.get(1), for_whom="", erased=NOON + 9))
        assert (changed.version, unit.retrievals.ending(NOON + 9)) == (1, [])
    with pytest.raises(Conflict), records.begin() as unit:
        unit.retrievals.update(replace(changed, version=0))

"""Residents' reports, the numbers that came with them and the codes on the walls, on every database."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.place_code import Contact, PlaceCode
from facility.report_photo import ReportPhoto
from facility.residents_report import Outcome, ReportState, ResidentsReport, Way
from storage.records.port import Conflict, NotFound
from storage.records.reports import ReportFilter
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, Undo
from tests.storage.records.test_round_trip import noun

REPORT = ResidentsReport(way=Way.WEB, code=1, zone="t1-b1", guess="lift", kind="lift", received=NOON, link="a" * 64)
CODE = PlaceCode(code="Abc_-1234567", zone="t1-b1", asset="t1-lift-1", created=NOON, created_by="manager")


@given(noun(ResidentsReport, id=st.just(0), version=st.integers(0, 2**40)))
@settings(max_examples=40, deadline=None)
def test_a_report_comes_back_as_it_was(lasting: SqlRecords, report: ResidentsReport) -> None:
    with suppress(Undo), lasting.begin() as unit:
        kept = unit.reports.add(report)
        assert unit.reports.get(kept.id) == kept == replace(report, id=kept.id)
        raise Undo


@given(noun(PlaceCode, id=st.just(0)), noun(Contact))
@settings(max_examples=40, deadline=None)
def test_a_code_and_a_number_come_back_as_they_were(lasting: SqlRecords, code: PlaceCode, contact: Contact) -> None:
    with suppress(Undo), lasting.begin() as unit:
        kept = unit.place_codes.add(code)
        unit.reports.leave_number(contact)
        assert unit.place_codes.by_code(code.code) == kept == replace(code, id=kept.id)
        assert unit.reports.number(contact.report) == contact
        raise Undo


def test_of_two_that_change_a_report_one_is_told(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.reports.add(REPORT)
        unit.reports.update(replace(first, state=ReportState.ASSIGNED))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.reports.update(replace(first, state=ReportState.DISMISSED))


def test_a_form_that_is_sent_twice_finds_its_link_taken(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.reports.add(REPORT)
        unit.reports.add(replace(REPORT, link=None))
        unit.reports.add(replace(REPORT, link=None))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.reports.add(replace(REPORT, words="again"))
    with records.read() as unit:
        assert unit.reports.by_link("a" * 64).id == 1
        with pytest.raises(NotFound):
            unit.reports.by_link("b" * 64)


def test_reports_are_found_by_what_they_are(records: SqlRecords) -> None:
    several = [
        REPORT,
        replace(REPORT, link=None, words="电梯 100% 坏了 Lift STUCK", state=ReportState.ASSIGNED, work_order=7),
        replace(REPORT, link=None, kind="water", guess="lift", received=NOON + 5, zone="t2"),
        replace(REPORT, link=None, emergency=True),
        replace(REPORT, link=None, emergency=True, looked_at=NOON),
        replace(REPORT, link=None, emergency=True, state=ReportState.CLOSED, outcome=Outcome.CONFIRMED),
        replace(REPORT, link=None, escalated=NOON, code=2, asset="a"),
    ]
    wanted = {
        (2,): ReportFilter(states=(ReportState.ASSIGNED,)),
        (3,): ReportFilter(kinds=("water",)),
        (7,): ReportFilter(escalated=True),
        (4,): ReportFilter(urgent=True),
        (1, 2, 4, 5, 6, 7): ReportFilter(until=NOON + 5),
        (2, 3): ReportFilter(since=NOON + 5, zones=("t2",)),
    }
    with records.begin() as unit:
        for one in several:
            unit.reports.add(one)

        def found(by: ReportFilter) -> list[int]:
            assert unit.reports.count(by) == len(unit.reports.all(by))
            assert [one.id for one in unit.reports.find(by).rows][::-1] == [one.id for one in unit.reports.all(by)]
            return [one.id for one in unit.reports.all(by)]

        wanted.pop((2, 3))
        for numbers, by in wanted.items():
            assert found(by) == list(numbers)
        assert found(ReportFilter(since=NOON + 5, zones=("t2",))) == [3]
        assert found(ReportFilter(orders=(7,))) == found(ReportFilter(words="stuck")) == [2]
        assert found(ReportFilter(words="100%")) == [2]
        assert found(ReportFilter(words="1%0")) == []
        assert found(ReportFilter(code=2, assets=("a",))) == [7]


def test_a_list_goes_on_where_it_ended(records: SqlRecords) -> None:
    with records.begin() as unit:
        for _ in range(5):
            unit.reports.add(replace(REPORT, link=None))
        first = unit.reports.find(ReportFilter(), None, 2)
        second = unit.reports.find(ReportFilter(), first.cursor, 2)
        assert [one.id for one in [*first.rows, *second.rows]] == [5, 4, 3, 2]
        with pytest.raises(ValueError, match="cursor"):
            unit.reports.find(ReportFilter(), "nonsense")


def test_numbers_whose_end_has_come_are_found_until_they_are_erased(records: SqlRecords) -> None:
    number = Contact(report=3, phone="13800000000", given=NOON, consent="1", until=NOON + 10)
    with records.begin() as unit:
        unit.reports.leave_number(number)
        unit.reports.leave_number(replace(number, report=4, until=NOON + 5))
        assert unit.reports.numbered([3, 4, 5]) == {3, 4}
        assert [one.report for one in unit.reports.numbers_ending(NOON + 9)] == [4]
        assert [one.report for one in unit.reports.numbers_ending(NOON + 10)] == [4, 3]
        unit.reports.leave_number(replace(number, phone="", erased=NOON + 10))
        assert [one.report for one in unit.reports.numbers_ending(NOON + 10)] == [4]
        assert unit.reports.numbered([3, 4]) == {4}
        with pytest.raises(NotFound):
            unit.reports.number(5)


def test_a_photo_is_kept_once_its_end_moves_and_what_is_dropped_is_gone(records: SqlRecords) -> None:
    photo = ReportPhoto(report=3, media="image/jpeg", body=b"body", thumb=b"small", given=NOON, until=NOON + 10)
    with records.begin() as unit:
        unit.reports.leave_photo(photo)
        unit.reports.leave_photo(replace(photo, body=b"another"))
        assert unit.reports.photo(3) == photo
        assert unit.reports.photographed([3, 4]) == {3}
        assert (unit.reports.photos_ending(NOON + 9), unit.reports.photos_ending(NOON + 10)) == ([], [3])
        unit.reports.end_photo(3, NOON + 20)
        unit.reports.end_photo(4, NOON)
        assert (unit.reports.photos_ending(NOON + 19), unit.reports.photo(3).until) == ([], NOON + 20)
        assert [unit.reports.drop_photo(3) for _ in range(2)] == [True, False]
        with pytest.raises(NotFound):
            unit.reports.photo(3)


def test_links_of_what_was_closed_long_ago_are_found(records: SqlRecords) -> None:
    closed = replace(REPORT, state=ReportState.CLOSED, closed=NOON)
    with records.begin() as unit:
        unit.reports.add(closed)
        unit.reports.add(replace(closed, link="b", state=ReportState.SOLVED))
        unit.reports.add(replace(closed, link=None))
        unit.reports.add(replace(closed, link="c", closed=NOON + 5))
        assert [one.id for one in unit.reports.links_ending(NOON + 1)] == [1]


def test_a_code_stands_once_and_can_be_revoked(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.place_codes.add(CODE)
        unit.place_codes.update(replace(first, revoked=NOON, revoked_by="manager", why="spread"))
        assert not unit.place_codes.get(first.id).good
        assert unit.place_codes.all() == [unit.place_codes.by_code(CODE.code)]
        with pytest.raises(NotFound):
            unit.place_codes.by_code("other")
        with pytest.raises(NotFound):
            unit.place_codes.update(replace(first, id=99))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.place_codes.add(CODE)

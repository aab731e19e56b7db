"""Reports for inspectors, their accounts' limits, and what they looked at."""

from dataclasses import replace

import pytest

from facility.instant import DAY, MINUTE
from facility.issued_report import IssuedReport, Making
from facility.person import Role, Scope
from storage.records.port import Conflict, NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import ACCOUNT, NOON

REPORT = IssuedReport(
    key="hand/1",
    since=NOON - 30 * DAY,
    until=NOON,
    zones=("t1",),
    clauses=("FI-1",),
    asked=NOON,
    asked_by="li",
    recipients=("fire@example.com",),
)


def test_a_report_is_asked_for_once_a_key(records: SqlRecords) -> None:
    with records.begin() as unit:
        one = unit.issued_reports.ask(REPORT)
        assert unit.issued_reports.ask(replace(REPORT, language="en")) == one
        other = unit.issued_reports.ask(replace(REPORT, key="hand/2"))
    with records.read() as unit:
        assert unit.issued_reports.get(one.id) == replace(REPORT, id=one.id)
        assert unit.issued_reports.find(limit=1).rows == [other]
        cursor = unit.issued_reports.find(limit=1).cursor
        assert unit.issued_reports.find(cursor).rows == [one]


def test_the_oldest_that_nobody_has_in_hand_is_made_next(records: SqlRecords) -> None:
    with records.begin() as unit:
        one, other = (unit.issued_reports.ask(replace(REPORT, key=key)) for key in ("a", "b"))
        assert unit.issued_reports.to_make(NOON) == one
        one = unit.issued_reports.update(replace(one, claimed_until=NOON + MINUTE))
        assert unit.issued_reports.to_make(NOON) == other
        assert unit.issued_reports.to_make(NOON + MINUTE) == one
        made = unit.issued_reports.update(replace(one, making=Making.MADE, made=NOON, pdf="aa", xlsx="bb"))
        assert unit.issued_reports.to_make(NOON + MINUTE) == other
        assert unit.issued_reports.of_file("aa") == made == unit.issued_reports.of_file("bb")
        assert unit.issued_reports.of_file("") is None
        with pytest.raises(Conflict):
            unit.issued_reports.update(one)
        with pytest.raises(NotFound):
            unit.issued_reports.get(10**30)


def test_an_account_ends_and_is_limited(records: SqlRecords) -> None:
    account = replace(ACCOUNT, role=Role.INSPECTOR, until=NOON, buildings=("t1",), clauses=("FI-1", "FI-2"))
    with records.begin() as unit:
        unit.people.add(account)
        assert unit.people.get(account.id) == account
        assert account.scope == Scope(buildings=("t1",), clauses=("FI-1", "FI-2"))
        unit.people.update(replace(account, buildings=(), clauses=(), until=None))
        assert unit.people.get(account.id).scope.whole


def test_many_looks_at_one_address_are_one_look(records: SqlRecords) -> None:
    with records.begin() as unit:
        note = unit.looks.note
        assert note("li", "/compliance", NOON, 10 * MINUTE)
        assert not note("li", "/compliance", NOON + MINUTE, 10 * MINUTE)
        assert note("li", "/clauses", NOON + MINUTE, 10 * MINUTE)
        assert note("chen", "/compliance", NOON + MINUTE, 10 * MINUTE)
        assert note("li", "/compliance", NOON + 10 * MINUTE, 10 * MINUTE)

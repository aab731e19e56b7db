"""What phones brought is kept once, whoever sends it at the same time."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.instant import MINUTE
from facility.phone import EntryOutcome, Phone, PhoneEntry
from storage.records.phones import PhoneEntryFilter
from storage.records.port import Conflict
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, Undo, at_once
from tests.storage.records.test_round_trip import JSON, WORDS, noun

ENTRY = PhoneEntry(
    key="6f1c1f0e-8a52-4a55-9a0e-3d8f0a1c2b7d",
    account="wang",
    device="d-1",
    kind="result",
    about="occurrence:12",
    device_at=NOON - 30 * MINUTE,
    offset=90_000,
    round_trip=40,
    received=NOON,
    outcome=EntryOutcome.TAKEN,
    digest="ab" * 32,
    body={"occurrence": 12, "findings": [{"check": "压力", "value": 0.62}]},
    answer={"result": 7},
)
PHONE = Phone(device="d-1", account="wang", first=NOON, seen=NOON, offset=90_000, waits=3, agent="Chrome")


def test_an_entry_comes_back_as_it_was_and_only_to_its_account(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = unit.phone_entries.add(ENTRY)
    with records.read() as unit:
        assert unit.phone_entries.by_key("wang", ENTRY.key) == replace(ENTRY, id=kept.id)
        assert unit.phone_entries.by_key("li", ENTRY.key) is None


def test_two_people_may_have_entries_of_the_same_key_and_one_may_not(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.phone_entries.add(ENTRY)
        unit.phone_entries.add(replace(ENTRY, account="li"))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.phone_entries.add(replace(ENTRY, body={}))


def test_of_several_that_send_the_same_at_once_one_is_taken(shared: SqlRecords) -> None:
    def send(_: int) -> bool:
        try:
            with shared.begin() as unit:
                unit.phone_entries.add(ENTRY)
        except Conflict:
            return False
        return True

    assert sorted(map(bool, at_once(4, send))) == [False, False, False, True]


def test_entries_are_found_newest_first_by_what_they_are(records: SqlRecords) -> None:
    with records.begin() as unit:
        for number, outcome in enumerate((EntryOutcome.TAKEN, EntryOutcome.REFUSED, EntryOutcome.CONFLICT)):
            unit.phone_entries.add(replace(ENTRY, key=str(number), outcome=outcome, received=NOON + number))
        unit.phone_entries.add(replace(ENTRY, key="s", kind="scan", account="li", device="d-2", about=""))
    with records.read() as unit:
        find = unit.phone_entries.find
        first = find(PhoneEntryFilter(), limit=3)
        assert [one.key for one in first.rows] == ["s", "2", "1"]
        assert [one.key for one in find(PhoneEntryFilter(), first.cursor, 3).rows] == ["0"]
        wrong = PhoneEntryFilter(outcomes=(EntryOutcome.REFUSED, EntryOutcome.CONFLICT))
        assert [one.key for one in find(wrong).rows] == ["2", "1"]
        assert unit.phone_entries.count(PhoneEntryFilter(accounts=("li",), kinds=("scan",))) == 1
        assert unit.phone_entries.count(PhoneEntryFilter(about="occurrence:12")) == 3
        assert unit.phone_entries.count(PhoneEntryFilter(since=NOON + 1, until=NOON + 2)) == 1
        with pytest.raises(ValueError, match="cursor"):
            find(PhoneEntryFilter(), "nonsense")


def test_a_phone_is_one_row_a_person_and_keeps_when_it_was_first_seen(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.phones.note(PHONE)
        unit.phones.note(replace(PHONE, first=NOON + MINUTE, seen=NOON + MINUTE, offset=-5, round_trip=30, waits=0))
        unit.phones.note(replace(PHONE, account="li", seen=NOON + 2))
    with records.read() as unit:
        wang, li = unit.phones.all()
        assert (wang.account, wang.first, wang.seen, wang.offset, wang.round_trip, wang.waits) == (
            "wang",
            NOON,
            NOON + MINUTE,
            -5,
            30,
            0,
        )
        assert li.account == "li"


@given(noun(PhoneEntry, id=st.just(0), body=st.dictionaries(WORDS, JSON, max_size=3), answer=st.just({})))
def test_whatever_an_entry_holds_comes_back_the_same(lasting: SqlRecords, entry: PhoneEntry) -> None:
    with suppress(Undo, TypeError), lasting.begin() as unit:
        kept = unit.phone_entries.add(entry)
        assert unit.phone_entries.by_key(entry.account, entry.key) == replace(entry, id=kept.id)
        raise Undo

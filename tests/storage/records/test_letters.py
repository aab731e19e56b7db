from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table

from storage.records.port import NotFound
from storage.records.sql import SqlRecords
from storage.records.sql.letters import LARGEST_PAYLOAD, MOST_ROWS, REST
from storage.records.sql.tables import DEAD_LETTERS, UNCLAIMED
from tests.storage.records.examples import LETTER, NOON, STRANGER, at_once


def test_a_letter_is_kept_with_its_bytes(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.letters.bury(replace(LETTER, payload=bytes(range(256))))
    with records.read() as unit:
        assert unit.letters.get_dead(1) == replace(LETTER, id=1, payload=bytes(range(256)), size=256)


def test_like_letters_are_counted_in_one_row_with_the_newest_bytes(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.letters.bury(replace(LETTER, payload=b"first", size=5))
        unit.letters.bury(replace(LETTER, payload=b"newest", size=6, first=NOON + 9, last=NOON + 9, count=2))
        unit.letters.bury(replace(LETTER, payload=b"late", size=4, first=NOON - 9, last=NOON - 9))
        unit.letters.bury(replace(LETTER, reason="another"))
    with records.read() as unit:
        counted, other = unit.letters.dead().rows
        assert counted == replace(
            LETTER, id=counted.id, payload=b"newest", size=6, first=NOON - 9, last=NOON + 9, count=4
        )
        assert other.count == 1
        assert unit.letters.counts() == (5, 0)


def test_a_large_letter_is_cut_and_keeps_its_true_size(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.letters.bury(replace(LETTER, payload=b"x" * (LARGEST_PAYLOAD + 7), size=0))
    with records.read() as unit:
        kept = unit.letters.get_dead(1)
    assert len(kept.payload) == LARGEST_PAYLOAD
    assert kept.size == LARGEST_PAYLOAD + 7


def test_names_that_no_database_can_store_are_replaced(records: SqlRecords) -> None:
    with records.begin() as unit:
        for _ in range(2):
            unit.letters.bury(replace(LETTER, topic="a\x00b", reason="\ud800"))
            unit.letters.notice(replace(STRANGER, external_id="\x00", key="k\udc00"))
    with records.begin() as unit:
        (letter,), (device,) = unit.letters.dead().rows, unit.letters.unclaimed().rows
        assert (letter.topic, letter.reason, letter.count) == ("a\ufffdb", "\ufffd", 2)
        assert (device.external_id, device.key, device.count) == ("\ufffd", "k\ufffd", 2)
        unit.letters.claimed(STRANGER.source, "\x00")
        assert unit.letters.counts() == (2, 0)


def test_a_topic_and_a_name_may_be_as_long_as_mqtt_allows(records: SqlRecords) -> None:
    # Random enough that no compression makes it fit an index page.
    long = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(21_000))
    with records.begin() as unit:
        unit.letters.bury(replace(LETTER, topic=long, reason=long))
        unit.letters.notice(replace(STRANGER, external_id=long, key=long, topic=long))
    with records.read() as unit:
        assert unit.letters.get_dead(1).topic == long
        assert unit.letters.get_unclaimed(1).key == long


def test_a_resolved_letter_leaves_the_list_and_its_like_begins_anew(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.letters.bury(LETTER)
        unit.letters.ask_retry(1, NOON)
        unit.letters.resolve(1, NOON + 1)
        unit.letters.resolve(1, NOON + 2)
        unit.letters.bury(LETTER)
    with records.read() as unit:
        assert [letter.id for letter in unit.letters.dead().rows] == [2]
        (resolved,) = unit.letters.dead(resolved=True).rows
        assert (resolved.id, resolved.resolved, resolved.retry) == (1, NOON + 1, None)
        assert unit.letters.counts() == (1, 0)
        assert unit.letters.to_retry() == []


def test_retries_are_served_in_the_order_in_which_they_were_asked_for(records: SqlRecords) -> None:
    with records.begin() as unit:
        for number in range(3):
            unit.letters.bury(replace(LETTER, topic=f"t{number}"))
        unit.letters.ask_retry(3, NOON)
        unit.letters.ask_retry(1, NOON + 1)
        assert [letter.id for letter in unit.letters.to_retry()] == [3, 1]
        unit.letters.retried(3, "still no number")
    with records.read() as unit:
        assert [letter.id for letter in unit.letters.to_retry()] == [1]
        assert unit.letters.get_dead(3).reason == "still no number"


def test_after_a_failed_retry_like_letters_are_counted_under_the_new_reason(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.letters.bury(LETTER)
        unit.letters.retried(1, "new")
        unit.letters.bury(replace(LETTER, reason="new"))
        unit.letters.bury(LETTER)
        unit.letters.retried(2, "new")
    with records.read() as unit:
        assert {letter.id: (letter.reason, letter.count) for letter in unit.letters.dead().rows} == {
            1: ("new", 2),
            2: ("new", 1),
        }


def test_letters_that_are_not_there_are_not_found(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.letters.bury(LETTER)
        unit.letters.resolve(1, NOON)
        with pytest.raises(NotFound):
            unit.letters.get_dead(5)
        with pytest.raises(NotFound):
            unit.letters.resolve(5, NOON)
        with pytest.raises(NotFound):
            unit.letters.ask_retry(1, NOON)
        with pytest.raises(NotFound):
            unit.letters.retried(5, "")
        with pytest.raises(NotFound):
            unit.letters.get_unclaimed(5)


def test_the_list_goes_by_when_they_were_last_seen(records: SqlRecords) -> None:
    with records.begin() as unit:
        for topic, last in (("a", 3), ("b", 1), ("c", 3), ("d", 2), ("e", 3)):
            unit.letters.bury(replace(LETTER, topic=topic, first=0, last=last))
        first = unit.letters.dead(limit=2)
        second = unit.letters.dead(first.cursor, limit=2)
        third = unit.letters.dead(second.cursor, limit=2)
    assert [letter.topic for page in (first, second, third) for letter in page.rows] == ["e", "c", "a", "d", "b"]
    assert third.cursor is None


def fill(records: SqlRecords, table: Table, rows: int, **columns: Any) -> None:
    """As many different rows as a hostile device would make."""
    with records.engine.begin() as connection:
        connection.execute(table.insert(), [{**columns, "likeness": f"made up {number}"} for number in range(rows)])


def test_a_device_that_makes_up_topics_without_end_fills_no_disk_and_loses_nothing(records: SqlRecords) -> None:
    columns = {"topic": "t", "reason": "r", "payload": b"", "size": 0, "first": 0, "last": 0, "count": 1}
    fill(records, DEAD_LETTERS, MOST_ROWS - 1, source=LETTER.source, **columns)
    with records.begin() as unit:
        for number in range(5):
            unit.letters.bury(replace(LETTER, topic=f"t{number}", last=NOON + number))
        unit.letters.bury(replace(LETTER, topic="t0"))
        unit.letters.bury(replace(LETTER, source="other", topic="t"))
    with records.read() as unit:
        rest, first, other = unit.letters.dead(limit=3).rows
        assert (rest.topic, rest.count, rest.source, rest.last) == (REST, 4, LETTER.source, NOON + 4)
        assert (other.topic, other.count) == ("t0", 2)
        assert (first.source, first.topic) == ("other", "t")
        assert unit.letters.counts() == (MOST_ROWS - 1 + 7, 0)


def test_what_is_put_away_makes_room_again(records: SqlRecords) -> None:
    columns = {"topic": "t", "reason": "r", "payload": b"", "size": 0, "first": 0, "last": 0, "count": 1}
    fill(records, DEAD_LETTERS, MOST_ROWS, source=LETTER.source, **columns)
    with records.begin() as unit:
        unit.letters.resolve(unit.letters.dead(limit=1).rows[0].id, NOON)
        unit.letters.bury(LETTER)
        assert unit.letters.dead(limit=1).rows[0].topic == LETTER.topic


def test_neither_does_one_that_makes_up_names(records: SqlRecords) -> None:
    columns = {
        "external_id": "e",
        "key": "",
        "topic": "t",
        "payload": b"",
        "guess": "",
        "first": 0,
        "last": 0,
        "count": 1,
    }
    fill(records, UNCLAIMED, MOST_ROWS - 1, source=STRANGER.source, **columns)
    with records.begin() as unit:
        for number in range(4):
            unit.letters.notice(replace(STRANGER, external_id=f"e{number}", key="k", last=NOON + number))
    with records.read() as unit:
        assert unit.letters.counts() == (0, MOST_ROWS + 1)
        rest = unit.letters.unclaimed(limit=1).rows[0]
        assert (rest.external_id, rest.key, rest.count) == (REST, "", 3)


def test_strangers_are_counted_and_forgotten_once_claimed(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.letters.notice(STRANGER)
        unit.letters.notice(replace(STRANGER, guess="native", payload=b"new", last=NOON + 4, first=NOON + 4))
        for key in ("battery", "humidity"):
            unit.letters.notice(replace(STRANGER, external_id="known", key=key, last=NOON - 1))
    with records.begin() as unit:
        assert unit.letters.get_unclaimed(1) == replace(
            STRANGER, id=1, guess="native", payload=b"new", last=NOON + 4, count=2
        )
        assert [device.key for device in unit.letters.unclaimed().rows] == ["", "humidity", "battery"]
        unit.letters.claimed(STRANGER.source, "known", "battery")
        assert unit.letters.counts() == (0, 2)
        unit.letters.claimed(STRANGER.source, "known")
        unit.letters.claimed(STRANGER.source, STRANGER.external_id)
        assert unit.letters.unclaimed().rows == []


def test_many_threads_count_the_same_letter_together(shared: SqlRecords) -> None:
    def bury(_: int) -> None:
        for _ in range(5):
            with shared.begin() as unit:
                unit.letters.bury(LETTER)
                unit.letters.notice(STRANGER)

    assert at_once(8, bury) == [None] * 8
    with shared.read() as unit:
        assert [letter.count for letter in unit.letters.dead().rows] == [40]
        assert [device.count for device in unit.letters.unclaimed().rows] == [40]


def test_all_rows_of_one_device_are_found_and_no_other_devices(records: SqlRecords) -> None:
    with records.begin() as unit:
        for source, name, key in (("s", "a", ""), ("s", "a", "k"), ("s", "b", ""), ("t", "a", "")):
            unit.letters.notice(replace(STRANGER, source=source, external_id=name, key=key))
    with records.read() as unit:
        assert [(row.source, row.external_id, row.key) for row in unit.letters.unclaimed_of("s", "a")] == [
            ("s", "a", ""),
            ("s", "a", "k"),
        ]
        assert unit.letters.unclaimed_of("u", "a") == []

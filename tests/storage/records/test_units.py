import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from storage.records.port import AlertFilter, NotFound, Records, RecordsUnavailable, WorkOrderFilter
from storage.records.sql import SqlRecords
from tests.storage.records.examples import ACCOUNT, ALERT, FACT, LETTER, NOON, ORDER, Undo, at_once


def test_the_store_is_what_the_port_says(records: SqlRecords) -> None:
    port: Records = records
    with port.begin() as unit:
        unit.notes.put("a", 1)
    with port.read() as unit:
        assert unit.notes.get("a") == 1


def test_a_unit_that_raises_leaves_nothing_behind(records: SqlRecords) -> None:
    with suppress(Undo), records.begin() as unit:
        unit.alerts.open(ALERT)
        unit.work_orders.add(ORDER)
        unit.facts.append(FACT)
        unit.letters.bury(LETTER)
        unit.people.add(ACCOUNT)
        unit.notes.put("a", 1)
        raise Undo
    with records.read() as unit:
        assert unit.alerts.count(AlertFilter()) == 0
        assert unit.work_orders.count(WorkOrderFilter()) == 0
        assert unit.facts.head() == 0
        assert unit.letters.counts() == (0, 0)
        assert unit.people.accounts() == []
        assert unit.notes.names("") == []


def test_a_unit_sees_what_it_wrote(records: SqlRecords) -> None:
    with records.begin() as unit:
        alert = unit.alerts.open(ALERT)
        assert unit.alerts.get(alert.id) == alert
        assert unit.alerts.count(AlertFilter(open=True)) == 1


def test_a_unit_that_only_reads_refuses_to_write(records: SqlRecords) -> None:
    with records.read() as unit:
        with pytest.raises(RuntimeError, match="only reads"):
            unit.notes.put("a", 1)
        with pytest.raises(RuntimeError, match="only reads"):
            unit.facts.append(FACT)


def test_reading_sees_one_state_while_others_write(shared: SqlRecords) -> None:
    with shared.read() as reading:
        assert reading.notes.get("a") is None
        with shared.begin() as writing:
            writing.notes.put("a", 1)
        assert reading.notes.get("a") is None
    with shared.read() as reading:
        assert reading.notes.get("a") == 1


def test_writers_wait_for_one_another_and_lose_no_update(shared: SqlRecords) -> None:
    def write(number: int) -> None:
        with shared.begin() as unit:
            unit.notes.put(f"note-{number}", number)

    assert at_once(32, write) == [None] * 32
    with shared.read() as unit:
        assert len(unit.notes.names("note-")) == 32


def test_threads_may_share_records_in_memory() -> None:
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()

    def write(number: int) -> int | None:
        with records.begin() as unit:
            unit.notes.put(f"note-{number}", number)
        with records.read() as unit:
            found: int | None = unit.notes.get(f"note-{number}")
            return found

    assert sorted(map(str, at_once(16, write))) == sorted(map(str, range(16)))
    records.close()


def test_a_unit_inside_a_unit_is_a_mistake_that_is_told_at_once(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path}/records.db")
    records.migrate()
    with records.begin(), pytest.raises(RuntimeError, match="inside a unit already"), records.begin():
        pass
    with records.begin() as unit:
        unit.notes.put("a", 1)
    records.close()


def test_a_writer_that_never_ends_is_waited_for_only_so_long(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path}/records.db", patience=0.05)
    records.migrate()

    def write() -> Any:
        with records.begin():
            pass

    with records.begin(), ThreadPoolExecutor(1) as pool, pytest.raises(RecordsUnavailable, match="been writing"):
        pool.submit(write).result()
    records.close()


def test_records_can_be_used_again_after_they_were_closed(shared: SqlRecords) -> None:
    shared.close()
    shared.close()
    with shared.read() as unit:
        assert unit.notes.get("a") is None


def test_a_number_beyond_any_row_is_not_found(records: SqlRecords) -> None:
    with records.begin() as unit:
        finds: list[Callable[[int], object]] = [
            unit.alerts.get,
            unit.work_orders.get,
            unit.letters.get_dead,
            unit.letters.get_unclaimed,
            lambda number: unit.letters.resolve(number, NOON),
            lambda number: unit.people.revoke_token(number, NOON),
        ]
        for find, number in product(finds, (10**30, -(10**30), 2**63, 0)):
            with pytest.raises(NotFound):
                find(number)
        assert unit.work_orders.count(WorkOrderFilter(alert=10**30)) == 0


def test_a_time_beyond_any_row_filters_like_any_other(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.alerts.open(ALERT)
        unit.facts.append(FACT)
        assert unit.alerts.count(AlertFilter(since=-(10**30), until=10**30)) == 1
        assert unit.alerts.count(AlertFilter(since=10**30)) == 0
        assert unit.facts.after(10**30) == []
        assert len(unit.facts.after(-(10**30))) == 1
        assert unit.registers.load(10**30).version == 0


def test_only_a_server_has_a_clock_of_its_own(records: SqlRecords) -> None:
    before = time.time_ns() // 1_000_000
    told = records.clock()
    if records.check().startswith("SQLite"):
        assert told is None
    else:
        assert told is not None
        assert abs(told - before) < 60_000

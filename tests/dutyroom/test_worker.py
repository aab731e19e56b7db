"""The worker's loop, with everything around it that is not asked about left out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from collector.conduct import Conduct
from dutyroom.worker import STANDSTILL, TICK, Worker
from facility.permission import Permissions, permission_difference
from rules.late import Backlog
from storage.records.port import Conflict, RecordsUnavailable
from storage.records.sql import SqlRecords
from tests.facility.permissions import some_permissions
from tests.rules.room import SECOND, T0
from tests.storage.records.away import AwayRecords

FLOOD = {"device": "gauge-1", "a_minute": 9_000, "thinned": 7, "last": T0}


class Notes:
    def get(self, name: str) -> Any:
        return {"conduct": {"floods": [FLOOD], "claims": []}} if name == "worker/w" else None


class Unit:
    notes = Notes()


class Records:
    """Can be read, or not."""

    def __init__(self) -> None:
        self.there = True

    @contextmanager
    def read(self) -> Iterator[Unit]:
        if not self.there:
            raise RecordsUnavailable("gone")
        yield Unit()


class Judge:
    def __init__(self) -> None:
        self.backlog, self.told = Backlog(), list[str]()

    def reload(self, unit: Unit) -> None:
        del unit
        self.told.append("reloaded")

    def link(self, now: int, *, connected: bool) -> None:
        del now
        self.told.append("heard" if connected else "deaf")


class Ingest:
    def __init__(self, judge: Judge) -> None:
        self.judge, self.fails, self.conduct = judge, False, Conduct()

    def once(self, now: int, timeout: float) -> None:
        del now, timeout
        self.judge.told.append("judged")
        if self.fails:
            raise Conflict("somebody was first")


class Loop:
    """A worker between two ticks."""

    def __init__(self) -> None:
        self.now, self.slept, self.records, self.judge = T0, 0.0, Records(), Judge()
        self.ingest = Ingest(self.judge)
        parts: dict[str, Any] = {"records": self.records, "judge": self.judge, "ingest": self.ingest}
        parts |= {"readings": None, "rules": None}
        self.worker = Worker(name="w", clock=self.clock, about={}, version=1, sleep=self.sleep, **parts)
        self.worker._next_tick = self.worker._next_health = T0 + 1_000 * SECOND

    def clock(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def step(self, after: int = SECOND) -> list[str]:
        self.now += after
        self.judge.told.clear()
        self.worker.step()
        return list(self.judge.told)


def test_who_lost_a_race_and_could_not_read_again_judges_nothing_until_it_has() -> None:
    loop = Loop()
    loop.ingest.fails, loop.records.there = True, False
    assert loop.step() == ["judged"]
    assert loop.step() == []
    assert loop.slept > 0
    loop.ingest.fails, loop.records.there = False, True
    assert loop.step() == ["reloaded", "judged"]
    assert loop.step() == ["judged"]


def test_what_was_told_of_devices_before_a_restart_is_told_on() -> None:
    assert Loop().ingest.conduct.note(T0)["floods"] == [FLOOD]


def test_after_a_standstill_nobody_is_called_silent_for_what_could_not_be_heard() -> None:
    loop = Loop()
    assert loop.step() == ["judged"]
    assert loop.step(STANDSTILL + 1) == ["deaf", "judged"]
    assert loop.step() == ["judged"]


def test_a_clock_that_is_set_back_puts_nothing_off_until_that_time_comes_again() -> None:
    loop = Loop()
    loop.worker._next_watch = T0 + 1_000 * SECOND
    loop.step()
    loop.step(-900 * SECOND)
    assert loop.worker._next_tick == loop.now + TICK
    assert max(loop.worker._next_health, loop.worker._next_watch, loop.worker._look_back_at) < T0


def test_the_collector_is_told_which_cards_are_shown_under_duress_and_when_that_changes() -> None:
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()
    told: list[frozenset[str]] = []
    loop = Loop()
    loop.worker._records = records
    loop.ingest.hush = told.append  # type: ignore[attr-defined]
    for wanted in (some_permissions(), Permissions()):
        with records.begin() as unit:
            unit.permissions.apply(permission_difference(unit.permissions.load(), wanted), "lin", T0)
        loop.worker._follow_cards()
        loop.worker._follow_cards()
    records.close()
    assert told == [{"c-forced"}, frozenset()]


class Collector:
    """A collector that has nothing to do, and says how it is."""

    def __init__(self) -> None:
        self.conduct = Conduct()
        self.rests = True

    def once(self, now: int, timeout: float) -> None:
        del now, timeout

    def health(self, now: int) -> dict[str, Any]:
        del now
        return {"messages": 3, "readings": 4, "connected": True, "lag": 0}


class Following:
    """Rules that nobody changes."""

    def __init__(self) -> None:
        self.refused = dict[str, Any]()

    def keep(self) -> None:
        """Nothing."""


class Quiet(Judge):
    def health(self) -> list[Any]:
        return []


def kept_note(records: SqlRecords) -> dict[str, Any]:
    with records.read() as unit:
        note = unit.notes.get("worker/w")
    assert isinstance(note, dict)
    return note


def test_its_note_tells_of_the_machine_of_its_end_and_that_the_records_were_away() -> None:
    records, now, parts = AwayRecords("sqlite:///:memory:"), [T0], dict[str, Any]()
    records.migrate()
    parts = {"readings": None, "ingest": Collector(), "judge": Quiet(), "rules": Following(), "about": {}, "version": 1}
    worker = Worker(name="w", records=records, clock=lambda: now[0], machine=lambda: {"host": "north"}, **parts)
    worker._next_tick = T0 + 1_000 * SECOND
    worker.step()
    note = kept_note(records)
    assert (note["machine"], note["stopped"], note["records_away"]) == ({"host": "north"}, False, {})
    for away, later in ((True, 2), (True, 60), (False, 90)):
        records.away, now[0] = away, T0 + later * SECOND
        worker.step()
    assert kept_note(records)["records_away"] == {"since": T0 + 2 * SECOND, "until": T0 + 90 * SECOND}
    stop = threading.Event()
    stop.set()
    worker.run(stop)
    assert kept_note(records)["stopped"] is True
    with records.read() as unit:
        assert unit.notes.get("totals/w") == {"messages": 3, "readings": 4}
    records.close()

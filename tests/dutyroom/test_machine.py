"""What a process says of the machine under it."""

from __future__ import annotations

import socket
from pathlib import Path

from api.machines import resident
from dutyroom.absence import Absence
from dutyroom.machine import Machine, kernel_keeps_time
from storage.records.port import RecordsUnavailable


class Clocks:
    """A time of day, a tick, and a database's clock, each on its own."""

    def __init__(self) -> None:
        self.now, self.tick, self.database, self.kept = 1_000_000, 5_000, 1_000_000, True
        self.away = False

    def machine(self, folder: Path) -> Machine:
        return Machine(folder, lambda: self.now, database=self.ask, tick=lambda: self.tick, kept=lambda: self.kept)

    def ask(self) -> int:
        if self.away:
            raise RecordsUnavailable("gone")
        return self.database

    def go_on(self, milliseconds: int) -> None:
        self.now += milliseconds
        self.tick += milliseconds
        self.database += milliseconds


def test_the_disk_and_the_process_are_told(tmp_path: Path) -> None:
    note = Clocks().machine(tmp_path).note()
    assert note["disk"]["folder"] == str(tmp_path)
    assert 0 < note["disk"]["free"] < note["disk"]["total"]
    assert note["host"] == socket.gethostname()
    assert note["cpu"] > 0
    assert min(note["memory"], resident()) > 1 << 20


def test_a_clock_that_somebody_sets_is_noticed_and_one_that_goes_on_is_not(tmp_path: Path) -> None:
    clocks = Clocks()
    machine = clocks.machine(tmp_path)
    clocks.go_on(60_000)
    assert machine.note()["clock"]["steps"] == 0
    clocks.now -= 3_600_000
    told = machine.note()["clock"]
    assert (told["steps"], told["stepped_ms"], told["stepped_at"]) == (1, -3_600_000, clocks.now)
    clocks.go_on(2_000)
    assert machine.note()["clock"]["steps"] == 1


def test_the_databases_clock_is_compared_once_a_minute(tmp_path: Path) -> None:
    clocks = Clocks()
    clocks.database += 7_000
    machine = clocks.machine(tmp_path)
    assert machine.note()["clock"]["database_ms"] == 7_000
    clocks.database -= 7_000
    assert machine.note()["clock"]["database_ms"] == 7_000
    clocks.go_on(60_000)
    assert machine.note()["clock"]["database_ms"] == 0
    clocks.away = True
    clocks.go_on(60_000)
    assert machine.note()["clock"]["database_ms"] == 0


def test_a_clock_that_nothing_keeps_is_told_since_when(tmp_path: Path) -> None:
    clocks = Clocks()
    machine = clocks.machine(tmp_path)
    assert machine.note()["clock"]["unkept_since"] is None
    clocks.kept = False
    clocks.go_on(60_000)
    since = clocks.now
    machine.note()
    clocks.go_on(60_000)
    assert machine.note()["clock"]["unkept_since"] == since


def test_the_kernel_is_asked_whether_its_clock_is_kept() -> None:
    assert kernel_keeps_time() is not None


def test_an_absence_is_told_when_it_is_over() -> None:
    absence = Absence()
    absence.back(1)
    assert absence.note() == {}
    absence.away(10)
    absence.away(20)
    absence.back(30)
    absence.back(40)
    assert absence.note() == {"since": 10, "until": 30}

"""The worker's thread that forwards, with a real InfluxDB behind a connection that can be cut."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dutyroom.journal_motion import JournalMotion
from facility.reading import Reading
from storage.readings.influx import InfluxReadings
from storage.readings.influx_url import parse_influx_url
from storage.readings.journal import Journal
from storage.readings.journalled import JournalledReadings
from storage.readings.memory import MemoryReadings
from storage.readings.port import ReadingsRefused
from storage.records.sql import SqlRecords

T0 = 1_764_000_000_000
POINT = "pump-1.pressure"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqlRecords]:
    made = SqlRecords(f"sqlite:///{tmp_path / 'records.db'}")
    made.migrate()
    yield made
    made.close()


class Line:
    """A TCP connection to somewhere else, that can be cut and mended."""

    def __init__(self, host: str, port: int) -> None:
        self._to, self.whole = (host, port), True
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.whole = False
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if not self.whole:
                    near.close()
                    continue
                far = socket.create_connection(self._to)
                self._open += [near, far]
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    def _carry(self, a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while data := a.recv(65_536):
                b.sendall(data)
        for one in (a, b):
            with suppress(OSError):
                one.close()


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        threading.Event().wait(0.05)
    return found


@contextmanager
def moving(motion: JournalMotion) -> Iterator[None]:
    motion.start()
    try:
        yield
    finally:
        motion.stop()


def readings(start: int, many: int) -> list[Reading]:
    return [Reading(POINT, T0 + n * 1_000, n / 10, received=T0 + n * 1_000) for n in range(start, start + many)]


def now() -> int:
    return time.time_ns() // 1_000_000


def test_what_came_while_the_line_was_cut_is_in_influxdb_once_it_is_mended(
    influx2_db_url: str, tmp_path: Path, records: SqlRecords
) -> None:
    address = urlsplit(influx2_db_url)
    assert address.hostname
    assert address.port
    with closing(Line(address.hostname, address.port)) as line:
        url = influx2_db_url.replace(f":{address.port}", f":{line.port}", 1)
        history = InfluxReadings(parse_influx_url(url), lambda _: ("riverside", "pressure"))
        with closing(JournalledReadings(Journal(tmp_path / "journal.db"), history)) as store:
            motion = JournalMotion(store, records, now, tmp_path / "journal.lock")
            with moving(motion):
                store.append(readings(0, 500))
                assert until(lambda: store.journal.waiting().rows == 0)
                line.cut()
                for part in range(10):
                    store.append(readings(500 + part * 50, 50))
                assert until(lambda: motion.note()["away_since"] is not None)
                assert store.journal.waiting().rows == 500
                line.whole = True
                assert until(lambda: store.journal.waiting().rows == 0)
            assert motion.note()["error"] == ""
            assert [r.value for r in history.range(POINT, 0, T0 + 10**9)] == [n / 10 for n in range(1_000)]


def test_what_the_server_refuses_for_good_is_a_dead_letter(tmp_path: Path, records: SqlRecords) -> None:
    class Refusing(MemoryReadings):
        def append(self, *given: object) -> None:
            raise ReadingsRefused(["Reading('x')", "Reading('y')"], "field type conflict")

    with closing(JournalledReadings(Journal(tmp_path / "journal.db"), Refusing())) as store:
        motion = JournalMotion(store, records, now, tmp_path / "journal.lock")
        with moving(motion):
            store.append(readings(0, 2))
            assert until(lambda: store.journal.waiting().rows == 0)
    with records.read() as unit:
        [letter] = unit.letters.dead().rows
    assert (letter.source, letter.count) == ("history", 2)
    assert letter.reason == "refused by the history: field type conflict"
    assert letter.payload == b"Reading('x')\nReading('y')"


def test_of_two_processes_on_one_journal_one_forwards(tmp_path: Path, records: SqlRecords) -> None:
    stores = [JournalledReadings(Journal(tmp_path / "journal.db"), MemoryReadings()) for _ in range(2)]
    motions = [JournalMotion(store, records, now, tmp_path / "journal.lock") for store in stores]
    with moving(motions[0]):
        stores[0].append(readings(0, 2))
        assert until(lambda: motions[0].note()["forwarded"] == 2)
        with moving(motions[1]):
            stores[1].append(readings(2, 2))
            assert until(lambda: stores[1].journal.waiting().rows == 0)
    assert [motion.note()["forwarded"] for motion in motions] == [4, 0]
    for store in stores:
        store.close()


def test_readings_without_a_journal_say_nothing_of_one(tmp_path: Path, records: SqlRecords) -> None:
    motion = JournalMotion(MemoryReadings(), records, now, tmp_path / "journal.lock")
    with moving(motion):
        assert motion.note() == {}


class Standing(MemoryReadings):
    """A server that takes what it is given, and does not answer before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def append(self, *given: Any) -> None:
        super().append(*given)
        assert self.go_on.wait(60)


def test_what_comes_is_settled_while_the_server_does_not_answer(tmp_path: Path, records: SqlRecords) -> None:
    server, journal = Standing(), Journal(tmp_path / "journal.db")

    def settled() -> int:
        with journal._file.reading() as connection:
            return int(connection.execute("SELECT coalesce(sum(length(body)), 0) / 26 FROM runs").fetchone()[0])

    with closing(JournalledReadings(journal, server)) as store:
        store.append(readings(0, 10))
        with moving(JournalMotion(store, records, now, tmp_path / "journal.lock")):
            assert until(lambda: len(server.range(POINT, 0, T0 + 10_000)) == 10)
            store.append(readings(10, 5))
            assert until(lambda: settled() == 15)
            assert journal.waiting().rows == 15
            server.go_on.set()
            assert until(lambda: journal.waiting().rows == 0)
            assert settled() == 15

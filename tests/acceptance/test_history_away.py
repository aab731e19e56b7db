"""InfluxDB is away while a pipe bursts: the same alarms, over a restart too, and history is whole when it is back."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from facility.instant import DAY
from facility.reading import Passage, Reading, Scan
from simulators.scenario import find
from storage.readings.forwarding import Forwarder
from storage.readings.journal import Journal
from storage.readings.journalled import JournalledReadings
from storage.readings.memory import MemoryReadings
from storage.readings.port import ReadingsUnavailable
from storage.records.sql import SqlRecords
from tests.acceptance.timeline import DutyRoom, at_once, duty_room, open_again, play
from tests.simulators.riverside import register

SCENARIO = find("burst-pipe")


class Server(MemoryReadings):
    """Answers nothing while it is away."""

    away = False

    def __getattribute__(self, name: str) -> Any:
        if name in ("append", "range", "before", "last", "buckets", "columns", "check") and type(self).away:
            raise ReadingsUnavailable("away")
        return super().__getattribute__(name)

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        super().append(readings, passages, scans)


def raised(room: DutyRoom) -> list[tuple[str, str, int, int | None]]:
    return sorted((alert.rule, alert.point, alert.started, alert.raised) for alert in room.alerts())


def test_alarms_go_on_when_the_history_does_not(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with duty_room(tmp_path / "plain", register(), SCENARIO.start) as room:
        play(room, SCENARIO, at_once(SCENARIO, register()))
        wanted = raised(room)
        points = room.readings.last(register().points)
    assert any(rule == "pump-pressure-band" for rule, *_ in wanted)

    server = Server()
    journal = Journal(tmp_path / "journal.db")
    store = JournalledReadings(journal, server)
    with duty_room(tmp_path, register(), SCENARIO.start) as first, closing(store):
        found = _played_while_away(first.records, store, first)
        assert found == wanted
        Server.away = False
        forwarder = Forwarder(store=store, bury=lambda *_: None)
        while forwarder.once(SCENARIO.start + DAY):
            pass
        assert journal.waiting().rows == 0
        assert server.last(register().points) == points


def _played_while_away(
    records: SqlRecords, store: JournalledReadings, first: DutyRoom
) -> list[tuple[str, str, int, int | None]]:
    """In the middle the worker is started again."""
    rooms = [open_again(records, store, first.link, SCENARIO.start)]
    Forwarder(store=store, bury=lambda *_: None, points=lambda: register().points).once(SCENARIO.start)
    Server.away = True
    middle = SCENARIO.start + SCENARIO.duration // 2

    def relieve(now: int) -> DutyRoom:
        if now >= middle and len(rooms) == 1:
            rooms.append(open_again(records, store, first.link, now))
        return rooms[-1]

    play(first, SCENARIO, at_once(SCENARIO, register()), relieve)
    assert len(rooms) == 2
    return raised(first)

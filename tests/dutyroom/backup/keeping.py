"""A duty room that is kept and made again: what it takes to load it, and to compare every table."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson

from dutyroom.settings import Settings, load
from facility.instant import SECOND
from tests.acceptance.timeline import DutyRoom, duty_room
from tests.simulators.riverside import register

START = 1_795_479_000_000
Table = list[tuple[object, ...]]


def settings_of(folder: Path, **given: str) -> Settings:
    return load(data=str(folder), **given)


POINT = "t1-pump-1.pressure"
TOPIC = "dutyroom/v1/riverside/t1-pump-gw/batch"


def send(room: DutyRoom, value: float, at: int) -> None:
    """It arrives, and is not taken in yet."""
    said = {"device": "t1-pump-1", "ts": at, "values": {"pressure": value}}
    room.link.deliver(TOPIC, orjson.dumps([said]), arrived=at)


@contextmanager
def at_work(folder: Path) -> Iterator[DutyRoom]:
    """With a gauge that has been too low for a minute, and its alert."""
    with duty_room(folder, register(), START) as room:
        for second in range(0, 70, 10):
            send(room, 0.6 if second < 10 else 0.3, START + second * SECOND)
            room.take_in(START + second * SECOND)
        yield room


class Load(threading.Thread):
    """One message after the other, each stored, judged and acknowledged, until it is told to stop."""

    def __init__(self, room: DutyRoom) -> None:
        super().__init__(daemon=True)
        self.room, self.stopping, self.acknowledged = room, threading.Event(), 0
        self.running = threading.Event()

    def run(self) -> None:
        at = START + 100 * SECOND
        while not self.stopping.is_set():
            at += SECOND
            send(self.room, 0.3, at)
            self.room.ingest.once(at)
            self.acknowledged = at
            self.running.set()

    def __enter__(self) -> Load:
        self.start()
        assert self.running.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.join(30)


def tables(file: Path) -> dict[str, Table]:
    """Every table of a SQLite file, each row."""
    with closing(sqlite3.connect(file)) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for (name,) in names.fetchall()
        }

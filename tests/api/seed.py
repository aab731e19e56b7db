"""A property for the tests: Riverside's register, people, readings, alerts, work orders, letters."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.accounts import digest
from api.context import Context
from facility.alert import Alert, Condition, Severity
from facility.clock import Clock
from facility.fact import Fact
from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.letter import DeadLetter, Unclaimed
from facility.maintenance import Maintenance
from facility.person import Role
from facility.point import Point
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register, difference
from facility.register_files import read_tables
from facility.scope import Extent
from facility.test_mode import TestMode
from facility.work_order import WorkOrder
from rules.book import RuleBook, limit_text
from rules.definition import load_book
from rules.respond import alert_fact, new_work_order
from storage.readings.memory import MemoryReadings
from storage.records.people import Account, Token
from storage.records.port import Records, Unit
from storage.records.sql import SqlRecords

RIVERSIDE = Path(__file__).parents[2] / "examples" / "riverside" / "register"
NOW = 1_795_479_000_000
"""2026-11-24T08:10:00+08:00"""
PASSWORD = "correct horse battery"
HASH = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)
"""Cheap to check: the parameters stand in the hash."""
PEOPLE = {
    "officer": ("周敏 Zhou", Role.OFFICER),
    "engineer": ("王工 Wang", Role.ENGINEER),
    "engineer-2": ("赵工 Zhao", Role.ENGINEER),
    "guard": ("陈师傅 Chen", Role.GUARD),
    "inspector": ("刘处 Liu", Role.INSPECTOR),
    "manager": ("林经理 Lin", Role.ADMIN),
}
GAUGE = "t1-pump-1.pressure"


@dataclass
class Clockwork:
    """A clock that tests wind."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class RunningClock(Clockwork):
    """A clock that starts at ``now`` and runs, for browsers."""

    started: float = field(default_factory=time.monotonic)

    def __call__(self) -> int:
        return self.now + int((time.monotonic() - self.started) * 1000)


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that a test may want to write to."""

    context: Context
    clock: Clockwork
    records: Records
    readings: MemoryReadings
    book: RuleBook

    def register(self) -> Register:
        with self.records.read() as unit:
            return self.context.register(unit)

    def raise_alert(self, rule: str, point: str, *, value: float | None = None, ago: int = 5 * MINUTE) -> Alert:
        """An alert as the rules raise it, with its fact and its work order."""
        with self.records.begin() as unit:
            return raise_alert(
                unit, self.book, self.context.register(unit), rule, point, self.clock(), value=value, ago=ago
            )

    def say(
        self, point: str, value: float, *, ago: int = 0, quality: Quality = Quality.GOOD, test: bool = False
    ) -> None:
        """One reading."""
        at = self.clock() - ago
        self.readings.append([Reading(point, at, value, quality, test, at + 300)])


BOOK = load_book()


def house(url: str = "sqlite:///:memory:", clock: Clockwork | None = None, *, register: bool = True) -> House:
    """An empty property, or Riverside without a single reading."""
    records, readings, ticking = SqlRecords(url), MemoryReadings(), clock or Clockwork()
    records.migrate()
    with records.begin() as unit:
        for name, (title, role) in PEOPLE.items():
            unit.people.add(Account(id=name, name=title, role=role, password=HASH, created=NOW - DAY))
        for role in Role:
            unit.people.add_token(
                Token(digest=digest(f"dr_{role.value}"), name=role.value, role=role, created=NOW, created_by="manager")
            )
        if register:
            files = {path.name: path.read_bytes() for path in RIVERSIDE.glob("*.csv")}
            wanted = read_tables(files)
            unit.registers.apply(difference(unit.registers.load(), wanted), "manager", NOW - 30 * DAY, "first import")
    return _house(records, readings, ticking)


def reopen(url: str, clock: Clockwork) -> House:
    """A property whose records stand already; without readings."""
    return _house(SqlRecords(url), MemoryReadings(), clock)


def _house(records: SqlRecords, readings: MemoryReadings, clock: Clockwork) -> House:
    context = Context(records=records, readings=readings, book=lambda: BOOK, clock=clock, version="0.1.0")
    return House(context=context, clock=clock, records=records, readings=readings, book=BOOK)


def raise_alert(
    unit: Unit, book: RuleBook, register: Register, rule: str, point: str, now: int, *, value: float | None, ago: int
) -> Alert:
    """Into the store, as the rules do it."""
    law, where = book.rules[rule], register.points[point]
    asset = register.assets[where.asset]
    raised = Alert(
        rule=rule,
        rule_version=law.version,
        clause=law.clause,
        point=point,
        asset=asset.id,
        zone=asset.zone,
        severity=law.severity,
        life_safety=law.life_safety,
        title=law.title,
        started=now - ago,
        raised=now - ago + 30 * SECOND,
        opened=now - ago + 31 * SECOND,
        value=value,
        latest=value,
        unit=where.unit if value is not None else "",
        limit=limit_text(law, where, register, now),
    )
    alert = unit.alerts.open(raised)
    unit.facts.append(alert_fact(alert, "raised", "normal", raised.opened))
    if law.response.work_order:
        order = unit.work_orders.add(new_work_order(alert, law, raised.opened))
        unit.facts.append(
            Fact(
                at=raised.opened,
                noun="work-order",
                subject=str(order.id),
                what="opened",
                after="new",
                who="system:rules",
            )
        )
        alert = unit.alerts.update(replace(alert, work_order=order.id))
    return alert


def fill(home: House) -> None:
    """A lively morning: values, alerts of every priority, work orders, letters, a worker's note."""
    _readings(home)
    home.raise_alert("smoke-alarm", first(home, "smoke"), value=1.0, ago=2 * MINUTE)
    home.raise_alert("pump-pressure-band", GAUGE, value=0.48, ago=12 * MINUTE)
    home.raise_alert("insulation-minimum", first(home, "insulation_resistance"), value=0.42, ago=50 * MINUTE)
    home.raise_alert("silence-device", first(home, "humidity"), ago=3 * HOUR)
    over = home.raise_alert("door-held-open", first(home, "door"), value=2.0, ago=26 * HOUR)
    with home.records.begin() as unit:
        normal = replace(unit.alerts.get(over.id), condition=Condition.NORMAL, ended=NOW - 25 * HOUR)
        unit.facts.append(alert_fact(unit.alerts.update(normal), "returned", "unacknowledged", NOW - 25 * HOUR))
        _letters(unit)
        unit.notes.put("worker/worker", WORKER)
        _tests_and_windows(unit)


WORKER = {
    "at": NOW - 2 * SECOND,
    "started": NOW - 3 * DAY,
    "url": "mqtt://127.0.0.1:1883",
    "connected": True,
    "link": {"address": "mqtt://127.0.0.1:1883", "connected": True, "connections": 2, "queued": 0, "overflowed": 0},
    "received": 1_204_314,
    "decoded": 1_204_308,
    "judged": 2_408_622,
    "acknowledged": 1_204_311,
    "messages": 1_204_311,
    "readings": 2_408_622,
    "passages": 40,
    "scans": 12,
    "letters": 3,
    "reasons": {"format": 2, "unit": 1},
    "batches": 61_000,
    "last_batch": 20,
    "retries": 1,
    "conflicts": 0,
    "store_errors": {"readings": 1},
    "message_rate": 41.5,
    "reading_rate": 83.0,
    "spent": {"decode": 61.2, "store": 122.5, "judge": 24.1, "commit": 80.9, "acknowledge": 3.3},
    "busy": {"decode": 0.002, "store": 0.004, "judge": 0.001, "commit": 0.003, "acknowledge": 0.0},
    "lag": 12,
    "in_hand": 0,
    "errors": [],
    "rules": [{"rule": "pump-pressure-band", "last": NOW - SECOND, "error": None}],
    "stores": {"readings": "memory", "records": "sqlite"},
    "machine": {
        "host": "north", "pid": 7, "cpu": 300.5, "memory": 120 << 20,
        "disk": {"folder": "/var/lib/dutyroom", "free": 40 << 30, "total": 100 << 30},
        "clock": {"database_ms": None, "unkept_since": None, "stepped_ms": None, "stepped_at": None, "steps": 0},
    },
}  # fmt: skip


def first(home: House, quantity: str) -> str:
    """A point of that quantity."""
    return next(point.id for point in home.register().points.values() if point.quantity == quantity)


def _readings(home: House) -> None:
    for point in home.register().points.values():
        if point.quantity == "pressure":
            home.readings.append(list(_pressure(point)))
        elif point.interval and point.quantity != "smoke":
            home.readings.append([Reading(point.id, NOW - 20 * SECOND, _quiet(point), received=NOW - 19 * SECOND)])
    gap = [Reading(GAUGE, NOW - 55 * MINUTE + n * 10 * SECOND, 0.6, Quality.GOOD, True, NOW) for n in range(12)]
    home.readings.append(gap)
    home.readings.append([Reading(first(home, "smoke"), NOW - 2 * MINUTE, 1.0, received=NOW - 2 * MINUTE)])


def _pressure(point: Point) -> list[Reading]:
    """Two hours at ten seconds with a saw-tooth, a gap, and a leak at the end of the first gauge."""
    leaks = point.id == GAUGE
    before = [_at(point, NOW - at, 0.0) for at in range(30 * DAY if leaks else 0, 2 * HOUR, -20 * MINUTE)]
    drops = {at: max(0, 14 * MINUTE - at) / MINUTE * 0.012 if leaks else 0.0 for at in range(2 * HOUR, 0, -10 * SECOND)}
    silent = range(40 * MINUTE + 1, 44 * MINUTE)
    tested = range(53 * MINUTE, 55 * MINUTE + 1) if leaks else range(0)
    return before + [_at(point, NOW - at, drop) for at, drop in drops.items() if at not in silent and at not in tested]


def _at(point: Point, at: int, drop: float) -> Reading:
    wave = 0.02 * abs((at / 1000 % 600) / 300 - 1) + 0.003 * math.sin(at / 7777)
    return Reading(point.id, at, round(0.59 + wave - drop, 3), received=at + 400)


def _quiet(point: Point) -> float:
    low = {"insulation_resistance": 12.4, "temperature": 21.5, "humidity": 48, "battery": 87, "residual_current": 31}
    return float(low.get(point.quantity, 0.0 if point.low is None else max(point.low, 0.0)))


def _tests_and_windows(unit: Unit) -> None:
    """Last month's test with one signal missing, and a window planned for tonight."""
    smoke = sorted(id for id, point in unit.registers.load().points.items() if point.quantity == "smoke")[:4]
    mode = TestMode(
        extent=Extent.ZONE,
        scope="t1",
        since=NOW - 30 * DAY,
        until=NOW - 30 * DAY + HOUR,
        who="engineer",
        why="Monthly test",
        expected=tuple(smoke),
        ended=NOW - 30 * DAY + HOUR,
        reported=NOW - 30 * DAY + HOUR,
        came=tuple(smoke[:3]),
        missed=tuple(smoke[3:]),
    )
    unit.test_modes.add(mode)
    unit.maintenance.add(
        Maintenance(
            extent=Extent.ASSET,
            scope="t1-pump-1",
            since=NOW + 9 * HOUR,
            until=NOW + 12 * HOUR,
            who="engineer",
            why="Gauge replaced",
            created=NOW - HOUR,
        )
    )


def _letters(unit: Unit) -> None:
    unit.letters.bury(
        DeadLetter(
            source="native",
            topic="dutyroom/v1/riverside/t1-pump-1/readings",
            reason="values.pressure: null is not a number; allowed: a finite number",
            payload=b'{"ts": 1764000000250, "values": {"pressure": null}}',
            size=52,
            first=NOW - HOUR,
            last=NOW - MINUTE,
        )
    )
    unit.letters.bury(
        DeadLetter(
            source="zigbee2mqtt",
            topic="zigbee2mqtt/烟感-12",
            reason="payload: not JSON (line 1, column 1); allowed: one JSON object",
            payload=bytes(range(64)),
            size=64,
            first=NOW - DAY,
            last=NOW - DAY,
        )
    )
    unit.letters.notice(
        Unclaimed(
            source="native",
            external_id="gauge-9",
            topic="dutyroom/v1/riverside/gauge-9/readings",
            payload=b'{"values": {"pressure": 0.61, "battery": 88}, "unit": {"pressure": "MPa"}}',
            guess="native",
            first=NOW - HOUR,
            last=NOW - 4 * SECOND,
        )
    )


def order_of(home: House, alert: Alert) -> WorkOrder:
    """The alert's work order."""
    with home.records.read() as unit:
        return unit.work_orders.get(unit.alerts.get(alert.id).work_order or 0)


__all__ = ["GAUGE", "NOW", "PASSWORD", "Clock", "Clockwork", "House", "Severity", "fill", "first", "house", "order_of"]

"""A small building for the tests of rules, and a judge with real records that can crash between two steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from facility.alert import Alert
from facility.fact import Fact
from facility.point import Device, Point, Setting
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register
from facility.site import Asset, Site, Zone
from facility.text import Text
from facility.work_order import WorkOrder
from rules.book import RuleBook
from rules.definition import load_book, read_rule
from rules.judge import Judge
from storage.readings.memory import MemoryReadings
from storage.readings.port import Readings
from storage.records.breaches import BreachFilter
from storage.records.port import AlertFilter, WorkOrderFilter
from storage.records.sql import SqlRecords

T0 = 1_764_000_000_000
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
GAUGE, SMOKE, BOX, DOOR, SCAN = "gauge.pressure", "smoke.smoke", "box.insulation", "door.door", "checkpoint.scan"

ALARM, QUIET = 1.0, 0.0


def point(id: str, quantity: str, unit: str = "", resolution: float = 1.0, interval: int = 10 * SECOND) -> Point:
    device = id.partition(".")[0]
    name = Text(f"{id} 点", id)
    return Point(
        id=id,
        asset=device,
        name=name,
        quantity=quantity,
        unit=unit,
        resolution=resolution,
        interval=interval,
        device=device,
    )


POINTS = (
    point(GAUGE, "pressure", "MPa", 0.001),
    point(SMOKE, "smoke", interval=5 * MINUTE),
    point("smoke.battery", "battery", "%", interval=12 * HOUR),
    point(BOX, "insulation_resistance", "MΩ", 0.01, interval=24 * HOUR),
    point(DOOR, "door", interval=0),
    point(SCAN, "scan", interval=2 * HOUR),
)
KINDS = {
    "gauge": "pump-room-gauge",
    "smoke": "smoke-detector",
    "box": "distribution-box",
    "door": "door",
    "checkpoint": "checkpoint",
}


def setting(value: float, since: int = 0, point: str = GAUGE) -> Setting:
    return Setting(point=point, name="set_pressure", value=value, since=since, approver="chief engineer")


def register(
    points: Iterable[Point] = POINTS, settings: Iterable[Setting] = (setting(0.6),), registered: int = 0
) -> Register:
    points = list(points)
    names = {name: Text(f"{name} 物", name) for name in {one.asset for one in points}}
    return Register(
        version=1,
        sites={"site": Site(id="site", name=Text("物业", "property"))},
        zones={"room": Zone(id="room", site="site", access="sensitive", name=Text("泵房", "pump room"))},
        assets={id: Asset(id=id, zone="room", kind=KINDS.get(id, id), name=name) for id, name in names.items()},
        devices={id: Device(id=id, name=name) for id, name in names.items()},
        points={one.id: one for one in points},
        settings={f"{one.point}/{one.name}/{one.since}": one for one in settings},
        registered={one.id: registered for one in points},
    )


def rule_text(id: str, kind: str, **more: str) -> str:
    """A rule file with the least that it needs; ``more`` replaces lines."""
    lines = {
        "id": f'id = "{id}"',
        "clause": "",
        "title": 'title = { zh = "规则", en = "rule" }',
        "do_first": 'do_first = { zh = "看", en = "look" }',
        "severity": 'severity = "high"',
        "applies": 'applies = { quantity = "pressure" }',
        **more,
    }
    return "\n".join([*lines.values(), kind]) + "\n"


def book_of(*texts: str) -> RuleBook:
    rules = [read_rule(text, f"rule-{number}.toml") for number, text in enumerate(texts)]
    return RuleBook(rules={rule.id: rule for rule in rules})


def only(*ids: str) -> RuleBook:
    """Some of the manual's rules."""
    return RuleBook(rules={id: manual().rules[id] for id in ids})


@cache
def manual() -> RuleBook:
    """The manual's rules, read once."""
    return load_book()


@dataclass
class Room:
    """Everything that a worker has, without its link."""

    book: RuleBook
    register: Register = field(default_factory=register)
    started: int = T0
    url: str = "sqlite:///:memory:"
    late_by: int = 0
    """How long after the newest reading of a batch it is judged."""

    def __post_init__(self) -> None:
        self.records = SqlRecords(self.url)
        self.records.migrate()
        self.readings: Readings = MemoryReadings()
        self.judge = Judge(self.book, self.started, register=self.register)

    def take(self, readings: Sequence[Reading], now: int | None = None) -> None:
        """Store, judge, commit, adopt: as the collector does."""
        now = now if now is not None else max(reading.at for reading in readings) + self.late_by
        arrived = [reading._replace(received=reading.received or now) for reading in readings]
        self.readings.append(arrived)
        with self.records.begin() as unit:
            adopt = self.judge.judge(unit, arrived, now)
            unit.notes.put("watermark/worker-1", max(reading.received for reading in arrived))
        adopt()
        self.look_back(now)

    def look_back(self, now: int) -> None:
        """Judge again what late readings left, until nothing is left."""
        while self.judge.backlog.waiting:
            with self.records.read() as unit:
                findings = self.judge.look_back(unit, self.readings, now)
            with self.records.begin() as unit:
                adopt = self.judge.correct(unit, findings, now)
            adopt()

    def breaches(self) -> list[tuple[str, str, int, int, int | None]]:
        """(rule, point, started, raised, ended) of everything that was found and stands."""
        with self.records.read() as unit:
            found = unit.breaches.find(BreachFilter(), limit=10_000)
        return sorted((b.rule, b.point, b.started, b.raised, b.ended) for b in found)

    def store_only(self, readings: Sequence[Reading], received: int) -> None:
        """Stored, and then the power goes."""
        self.readings.append([reading._replace(received=received) for reading in readings])

    def tick(self, now: int) -> None:
        with self.records.begin() as unit:
            adopt = self.judge.tick(unit, now)
        adopt()

    def restart(self, now: int) -> None:
        """Everything in memory is lost."""
        self.judge = Judge(self.book, now)
        with self.records.begin() as unit:
            self.judge.use(unit, self.register, now)()
            self.judge.restore(unit, self.readings)

    def alerts(self) -> list[Alert]:
        """Oldest first."""
        with self.records.read() as unit:
            return unit.alerts.find(AlertFilter(), limit=500).rows[::-1]

    def orders(self) -> list[WorkOrder]:
        with self.records.read() as unit:
            return unit.work_orders.find(WorkOrderFilter(), limit=500).rows[::-1]

    def facts(self) -> list[Fact]:
        with self.records.read() as unit:
            return unit.facts.after(0)

    def told(self) -> list[str]:
        return [f"{fact.noun} {fact.what}" for fact in self.facts()]

    def lives(self) -> list[tuple[str, str, int, int, int | None]]:
        """What was found, whatever the times at which it was committed."""
        found = [(alert.rule, alert.point, alert.started, alert.raised, alert.ended) for alert in self.alerts()]
        return sorted(found, key=lambda life: life[:4])

    def acknowledge(self, number: int, at: int) -> None:
        from facility.alert_life import acknowledge

        with self.records.begin() as unit:
            unit.alerts.update(acknowledge(unit.alerts.get(number), "officer", at))


def series(point: str, values: Iterable[float | None], every: int = 10 * SECOND, start: int = T0) -> list[Reading]:
    """Readings one after another; None leaves a gap."""
    pairs = enumerate(values)
    return [Reading(point, start + step * every, value) for step, value in pairs if value is not None]


def faulty(reading: Reading, quality: Quality = Quality.SENSOR_FAULT) -> Reading:
    return reading._replace(quality=quality)

"""Nouns to keep, each complete, with what a test cares about changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any, TypeVar

from facility.alert import Alert, Severity
from facility.clock import Clock
from facility.fact import Fact
from facility.letter import DeadLetter, Unclaimed
from facility.person import Role
from facility.point import Point, Setting
from facility.register import Register
from facility.site import Asset, Site, Zone
from facility.text import Text
from facility.work_order import WorkOrder
from storage.records.people import Account, Session, Token

T = TypeVar("T")
NOON = 1_795_492_800_000

ALERT = Alert(
    rule="pump-pressure-band",
    rule_version="9f2c",
    clause="EQ-4",
    point="pump-1.pressure",
    asset="pump-1",
    zone="b1-pump-room",
    severity=Severity.HIGH,
    title=Text("水泵房压力超出设定值", "Pump-room pressure outside set pressure"),
    started=NOON - 30_000,
    raised=NOON,
    opened=NOON + 120,
    value=0.49,
    latest=0.49,
    unit="MPa",
    low=0.5,
    high=0.7,
    limit=Text("0.50–0.70 MPa"),
)
ORDER = WorkOrder(
    alert=1,
    kind="water-supply",
    title=ALERT.title,
    clause="EQ-4",
    severity=Severity.HIGH,
    point=ALERT.point,
    asset=ALERT.asset,
    zone=ALERT.zone,
    limit=ALERT.limit,
    value=0.49,
    unit="MPa",
    opened=NOON,
    event_at=NOON,
    clocks=(Clock(name="respond", started=NOON, limit=300_000, clause="RS-1"),),
)
FACT = Fact(
    at=NOON, noun="alert", subject="1", what="raised", after="unacknowledged", who="system:rules", data={"value": 0.49}
)
LETTER = DeadLetter(
    source="native",
    topic="dutyroom/v1/riverside/gauge-1/readings",
    reason="values.pressure: 'high' is not a number",
    payload=b'{"values": {"pressure": "high"}}',
    size=32,
    first=NOON,
    last=NOON,
)
STRANGER = Unclaimed(
    source="chirpstack",
    external_id="24e124136b502217",
    topic="application/1/device/24e124136b502217/event/up",
    payload=b"{}",
    guess="chirpstack",
    first=NOON,
    last=NOON,
)
ACCOUNT = Account(id="li", name="李工", role=Role.ENGINEER, password="$argon2id$…", created=NOON)
SESSION = Session(digest="5e55", account="li", csrf="c5f", created=NOON, seen=NOON, expires=NOON + 1, agent="Firefox")
TOKEN = Token(digest="70ce", name="gateway", role=Role.INSPECTOR, created=NOON, created_by="admin")


class Undo(Exception):
    """Ends a unit so that it leaves nothing behind."""


def point(name: str = "pump-1.pressure", **changed: Any) -> Point:
    found = Point(
        id=name,
        asset="pump-1",
        name=Text("出水压力", "Outlet pressure"),
        quantity="pressure",
        unit="MPa",
        resolution=0.01,
        low=0.0,
        high=1.6,
        interval=10_000,
        device="gauge-1",
    )
    return replace(found, **changed)


def setting(value: float, since: int, **changed: Any) -> Setting:
    return replace(
        Setting(
            point="pump-1.pressure", name="set_pressure", value=value, since=since, approver="王主管", reason="年检"
        ),
        **changed,
    )


def register(*points: Point, settings: tuple[Setting, ...] = ()) -> Register:
    return Register(
        sites={"riverside": Site(id="riverside", name=Text("河畔花园", "Riverside"))},
        zones={"b1-pump-room": Zone(id="b1-pump-room", site="riverside", kind="room", name=Text("水泵房"))},
        assets={"pump-1": Asset(id="pump-1", zone="b1-pump-room", kind="pump-room-gauge", name=Text("1 号泵"))},
        points={one.id: one for one in points},
        settings={f"{one.point}/{one.name}/{one.since}": one for one in settings},
    )


def at_once(threads: int, work: Callable[[int], T]) -> list[T | Exception]:
    """What ``work`` returns or raises in each of so many threads that start together."""
    barrier = Barrier(threads)

    def one(number: int) -> T | Exception:
        barrier.wait()
        try:
            return work(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))

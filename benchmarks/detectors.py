"""Smoke detectors beside a property's gauges, and which of them have their alert."""

from __future__ import annotations

from dataclasses import replace

from facility.point import Device, Point
from facility.register import Register
from facility.site import Asset
from facility.text import Text
from storage.records.port import AlertFilter, Records


def with_detectors(register: Register, count: int, source: str = "native") -> Register:
    """The same with ``smoke-0`` and so on, which speak by ``source``."""
    names = [f"smoke-{number}" for number in range(count)]
    text = {name: Text("烟感", name) for name in names}
    return replace(
        register,
        assets=register.assets | {n: Asset(id=n, zone="room-0", kind="smoke-detector", name=text[n]) for n in names},
        devices=register.devices | {n: Device(id=n, name=text[n], source=source) for n in names},
        points=register.points | {f"{n}.smoke": _smoke(n) for n in names},
    )


def _smoke(name: str) -> Point:
    return Point(
        id=f"{name}.smoke",
        asset=name,
        name=Text("烟雾", "smoke"),
        quantity="smoke",
        unit="",
        resolution=1,
        interval=3_600_000,
        device=name,
        key="smoke",
    )


def alerted(records: Records, most: int) -> list[str]:
    """The detectors whose alert is committed, ``most`` of them at the most."""
    with records.read() as unit:
        found = unit.alerts.find(AlertFilter(open=True, rules=("smoke-alarm",)), limit=most).rows
    return [alert.point.removesuffix(".smoke") for alert in found]

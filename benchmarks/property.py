"""A property of any size, and three rules for each of its gauges."""

from __future__ import annotations

from facility.point import Device, Point, Setting
from facility.register import Register
from facility.site import Asset, Site, Zone
from facility.text import Text

_HEAD = """
id = "{id}"
title = {{ zh = "{id}", en = "{id}" }}
do_first = {{ zh = "看一看", en = "look" }}
severity = "high"
applies = {{ quantity = "pressure" }}
"""

RULES = {
    "band.toml": _HEAD.format(id="band")
    + '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"\ndeadband = "0.02 MPa"\nhold_for = "30s"\nclear_for = "5m"\n',
    "minimum.toml": _HEAD.format(id="minimum") + '[minimum]\nlimit = "0.1 MPa"\nhold_for = "10s"\n',
    "maximum.toml": _HEAD.format(id="maximum") + '[maximum]\nlimit = "1.2 MPa"\nhold_for = "10s"\n',
}


def property_of(points: int, per_device: int = 1) -> Register:
    """So many pressures with their set values, ``per_device`` on each gauge, twenty gauges to a room."""
    gauges = [f"gauge-{number}" for number in range(points // per_device)]
    rooms = [f"room-{number}" for number in range(len(gauges) // 20 + 1)]
    pressures = [_point(gauge, number) for gauge in gauges for number in range(per_device)]
    return Register(
        version=1,
        sites={"site": Site(id="site", name=Text("物业", "property"))},
        zones={room: Zone(id=room, site="site", kind="room", name=Text(f"{room} 房", room)) for room in rooms},
        assets={gauge: _asset(gauge, number // 20) for number, gauge in enumerate(gauges)},
        devices={gauge: Device(id=gauge, name=Text(f"{gauge} 表", gauge)) for gauge in gauges},
        points={point.id: point for point in pressures},
        settings={f"{point.id}/set_pressure/0": _setting(point) for point in pressures},
        registered={point.id: 0 for point in pressures},
    )


def _setting(point: Point) -> Setting:
    return Setting(point=point.id, name="set_pressure", value=0.6, since=0, approver="chief")


def _asset(gauge: str, room: int) -> Asset:
    return Asset(id=gauge, zone=f"room-{room}", kind="pump-room-gauge", name=Text(f"{gauge} 表", gauge))


def _point(gauge: str, number: int) -> Point:
    key = f"pressure-{number}" if number else "pressure"
    return Point(
        id=f"{gauge}.{key}",
        asset=gauge,
        name=Text(f"{gauge} 压力 {number}", f"{gauge} {key}"),
        quantity="pressure",
        unit="MPa",
        resolution=0.001,
        low=0.0,
        high=1.6,
        interval=10_000,
        device=gauge,
        key=key,
    )

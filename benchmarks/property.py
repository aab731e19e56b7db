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


def property_of(points: int) -> Register:
    """So many gauges with their devices and set pressures, twenty to a room."""
    rooms = range(points // 20 + 1)
    gauges = [f"gauge-{number}" for number in range(points)]
    settings = [
        Setting(point=f"{gauge}.pressure", name="set_pressure", value=0.6, since=0, approver="chief")
        for gauge in gauges
    ]
    return Register(
        version=1,
        sites={"site": Site(id="site", name=Text("物业", "property"))},
        zones={
            f"room-{n}": Zone(id=f"room-{n}", site="site", kind="room", name=Text(f"{n} 号房", f"Room {n}"))
            for n in rooms
        },
        assets={g: _asset(g, n) for n, g in enumerate(gauges)},
        devices={g: Device(id=g, name=Text(f"{g} 表", g)) for g in gauges},
        points={f"{g}.pressure": _point(g) for g in gauges},
        settings={f"{setting.point}/set_pressure/0": setting for setting in settings},
        registered={f"{g}.pressure": 0 for g in gauges},
    )


def _asset(gauge: str, number: int) -> Asset:
    return Asset(id=gauge, zone=f"room-{number // 20}", kind="pump-room-gauge", name=Text(f"{gauge} 表", gauge))


def _point(gauge: str) -> Point:
    return Point(
        id=f"{gauge}.pressure",
        asset=gauge,
        name=Text(f"{gauge} 压力", f"{gauge} pressure"),
        quantity="pressure",
        unit="MPa",
        resolution=0.001,
        low=0.0,
        high=1.6,
        interval=10_000,
        device=gauge,
        key="pressure",
    )

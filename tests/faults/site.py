"""The site of a fault run: gauges behind one gateway, and two rules that judge them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from facility.point import Device, Point
from facility.register import Register
from facility.site import Asset, Site, Zone
from facility.text import Text
from tests.faults.town import CLEAR, GATEWAY, HOLD, KEY, LIMIT, point_of

SITE = "town"
TOPIC = f"dutyroom/v1/{SITE}/{GATEWAY}/batch"
RULE, FRESH_RULE = "gauge-too-hot", "fresh-gauge-too-hot"
FRESH = "fresh"
"""Speaks at the end, to show that all is well again."""
KINDS = {RULE: "town-gauge", FRESH_RULE: "fresh-gauge"}

_RULE = """\
id       = "{id}"
title    = {{ zh = "仪表过热", en = "A gauge is too hot" }}
severity = "high"
applies  = {{ quantity = "temperature", asset = "{kind}" }}

[do_first]
zh = "去看一看。"
en = "Go and look."

[maximum]
limit     = "{limit:g} °C"
hold_for  = "{hold}s"
clear_for = "{clear}s"

[[story]]
name   = "too hot is too hot"
every  = "{every}s"
values = "20.0 60.0 60.0"
expect = "ok {first} firing"
"""


def rule(id: str, *, hold: int, clear: int) -> str:
    """A rule's file."""
    first = "pending" if hold else "firing"
    every = max(1, hold // 1_000)
    return _RULE.format(
        id=id, kind=KINDS[id], limit=LIMIT, hold=hold // 1_000, clear=clear // 1_000, first=first, every=every
    )


def write_site(folder: Path) -> None:
    """The site's folder, as ``DUTYROOM_SITE`` names it."""
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / f"{RULE}.toml").write_text(rule(RULE, hold=HOLD, clear=CLEAR), encoding="utf-8")
    (folder / "rules" / f"{FRESH_RULE}.toml").write_text(rule(FRESH_RULE, hold=0, clear=0), encoding="utf-8")


def register(gauges: Iterable[str]) -> Register:
    """Every gauge that will ever speak, behind the gateway, and the fresh one."""
    kinds = dict.fromkeys(gauges, KINDS[RULE]) | {FRESH: KINDS[FRESH_RULE]}
    return Register(
        sites={SITE: Site(id=SITE, name=Text("小镇", "Town"))},
        zones={"hall": Zone(id="hall", site=SITE, name=Text("大厅", "Hall"))},
        assets={one: Asset(id=one, zone="hall", kind=kind, name=Text(one, one)) for one, kind in kinds.items()},
        devices={GATEWAY: Device(id=GATEWAY, name=Text("网关", "Gateway"))}
        | {one: Device(id=one, name=Text(one, one), gateway=GATEWAY) for one in kinds},
        points={point_of(one): _point(one) for one in kinds},
    )


def _point(gauge: str) -> Point:
    """It speaks when it likes: nothing here is to be found silent."""
    return Point(
        id=point_of(gauge),
        asset=gauge,
        name=Text("温度", "temperature"),
        quantity="temperature",
        unit="°C",
        resolution=0.001,
        interval=0,
        device=gauge,
        key=KEY,
    )

"""A small property, and a collector on fakes around it. Everything that differs between tests is an argument."""

from __future__ import annotations

import orjson

from collector.decoding import Decoded
from collector.ingest import Ingest
from collector.judge_fake import NotingJudge
from collector.link import Link
from collector.qualify import Arrival, Qualified, Qualifier
from collector.sources import Sources, read_sources
from collector.thinning import RATE
from facility.point import Device, Point
from facility.register import Register
from facility.site import Asset, Site, Zone
from facility.text import Text
from storage.readings.memory import MemoryReadings
from storage.readings.port import Readings
from storage.records.port import Records
from storage.records.sql import SqlRecords

NOW = 1_795_478_400_000
"""2026-11-24T08:00:00+08:00"""
KEY = b"a key of the site's own, 32 bytes"

SOURCES = read_sources(
    """
[[source]]
name = "zigbee"
filter = "zigbee2mqtt/{device#}"
decoder = "zigbee2mqtt"
ignore = ["linkquality"]
[source.devices]
"B1/F03/smoke-07" = "smoke-7"

[[source]]
name = "lora"
decoder = "chirpstack"
[source.keys.water_kpa]
as = "pressure"
unit = "kPa"
[[source.model]]
model = "EM500-PP"
[source.model.keys.pressure]
as = "pressure"
unit = "kPa"

[[source]]
name = "plant"
decoder = "sparkplug_b"
""",
)


def point(id: str, device: str, quantity: str = "pressure", unit: str = "MPa", **more: object) -> Point:
    """A point of the one asset."""
    fields: dict[str, object] = {"resolution": 0.001, "interval": 60_000} | more
    return Point(id=id, asset="pump", name=Text(id), quantity=quantity, unit=unit, device=device, **fields)  # type: ignore[arg-type]


def device(id: str, source: str = "native", **more: str) -> Device:
    """A device of that name."""
    return Device(id=id, name=Text(id), source=source, **more)


DEVICES = (
    device("gauge-1", gateway="gateway-1"),
    device("gateway-1"),
    device("door-1"),
    device("post-1"),
    device("smoke-7", source="elsewhere"),
    device("smoke-1"),
    device("lora-1", source="lora", external_id="24e124126a148401", model="EM500-PP"),
    device("probe-1", source="lora", external_id="a84041000181c061"),
    device("edge-1", source="plant", external_id="Plant/edge-1/gauge"),
)
POINTS = (
    point("gauge-1.pressure", "gauge-1", low=0.0, high=1.6),
    point("door-1.state", "door-1", "door", ""),
    point("door-1.entry", "door-1", "entry", ""),
    point("post-1.scan", "post-1", "scan", ""),
    point("smoke-7.smoke", "smoke-7", "smoke", ""),
    point("smoke-1.smoke", "smoke-1", "smoke", ""),
    point("lora-1.pressure", "lora-1", low=0.0, high=1.6),
    point("probe-1.pressure", "probe-1", key="Water_pressure_MPa", loop="IDC_intput_mA", low=0.0, high=1.6),
    point("edge-1.pressure", "edge-1"),
)


def register(*points: Point, devices: tuple[Device, ...] = DEVICES) -> Register:
    """The small property, or the same with other points."""
    return Register(
        version=1,
        sites={"riverside": Site(id="riverside", name=Text("滨江"))},
        zones={"room": Zone(id="room", site="riverside", name=Text("泵房"))},
        assets={"pump": Asset(id="pump", zone="room", kind="pump-room-gauge", name=Text("泵"))},
        devices={d.id: d for d in devices},
        points={p.id: p for p in points or POINTS},
    )


def arrival(source: str = "native", arrived: int = NOW, *, retained: bool = False) -> Arrival:
    """By one of the small property's sources."""
    found = SOURCES.named(source)
    assert found is not None
    return Arrival(source=found, arrived=arrived, received=arrived, retained=retained)


def qualified(decoded: Decoded, *points: Point, source: str = "native", retained: bool = False) -> Qualified:
    """What the small property makes of it at ``NOW``."""
    return Qualifier(register(*points), KEY).qualify(decoded, arrival(source, retained=retained))


def fresh_records() -> SqlRecords:
    """An empty records store in memory."""
    records = SqlRecords("sqlite://")
    records.migrate()
    return records


def ingest(
    link: Link,
    *,
    records: Records | None = None,
    readings: Readings | None = None,
    judge: NotingJudge | None = None,
    sources: Sources = SOURCES,
    known: Register | None = None,
    rate: int = RATE,
) -> Ingest:
    """A collector; whatever is not given is fresh and fake."""
    return Ingest(
        name="worker-1",
        link=link,
        records=fresh_records() if records is None else records,
        readings=MemoryReadings() if readings is None else readings,
        register=register() if known is None else known,
        sources=sources,
        judge=NotingJudge() if judge is None else judge,
        pseudonym_key=KEY,
        rate=rate,
        pause=lambda seconds: None,
    )


def pressure(value: object, at: int = NOW) -> bytes:
    """A native reading of a gauge."""
    return orjson.dumps({"ts": at, "values": {"pressure": value}})


TOPIC = "dutyroom/v1/riverside/gauge-1/readings"

"""A small property as register files, and made-up registers of any size and shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from facility.camera import Camera
from facility.point import Device, Point, Setting
from facility.register import Register, key_of
from facility.round import Route, Stop
from facility.site import ACCESS_CLASSES, ZONE_KINDS, Asset, Site, Zone
from facility.text import Text
from facility.units import QUANTITIES

SMALL: dict[str, str] = {
    "sites.csv": "id,name_zh,name_en,timezone\nhome,家园,Home,Asia/Shanghai\n",
    "zones.csv": (
        "id,site,parent,kind,access,level,name_zh,name_en\n"
        "t1,home,,building,public,0,1号楼,Tower 1\n"
        "t1-f01,home,t1,floor,public,1,1层,Floor 1\n"
        "pump-room,home,t1,room,sensitive,0,水泵房,Pump room\n"
    ),
    "assets.csv": (
        "id,zone,kind,model,name_zh,name_en\n"
        "pump-1,pump-room,pump-room-gauge,PT-16,压力表,Gauge\n"
        "cp-1,t1-f01,checkpoint,,巡更点,Checkpoint\n"
    ),
    "devices.csv": (
        "id,name_zh,name_en,model,source,external_id,gateway\n"
        "gw,网关,Gateway,,native,,\n"
        "pump-1,变送器,Transmitter,,native,,gw\n"
        "cp-1,读卡器,Reader,,chirpstack,70b3d5a4d3100027,\n"
    ),
    "points.csv": (
        "id,asset,name_zh,name_en,quantity,unit,resolution,low,high,interval,device,key,sent_unit,scale,loop,"
        "calibration_due\n"
        "pump-1.pressure,pump-1,压力,pressure,pressure,MPa,0.001,0,1.6,10s,pump-1,,kPa,1,loop,2027-03-31\n"
        "cp-1.scan,cp-1,打点,scan,scan,,1,,,0s,cp-1,,,1,,\n"
    ),
    "settings.csv": (
        "point,name,value,since,approver,reason\n"
        "pump-1.pressure,set_pressure,0.6,2026-01-05T09:00:00+08:00,王建国,年度核定\n"
    ),
    "cameras.csv": (
        "id,zone,name_zh,name_en,x,y,height,yaw,tilt,hfov,width_px\ncam-1,t1-f01,大堂摄像机,,1,2,2.8,45,20,95,2560\n"
    ),
    "routes.csv": "id,site,name_zh,name_en,every\nnight,home,夜巡,Night,2h\n",
    "stops.csv": "route,order,point,walk\nnight,1,cp-1.scan,1m30s\n",
    "instruments.csv": (
        "id,kind,name_zh,name_en,serial,calibration_due,certificate\n"
        "MEG-07,insulation-tester,兆欧表,Megohmmeter,A1,2027-03-31,检-2026-11\n"
    ),
}


def small(**changed: str | None) -> dict[str, bytes]:
    """The small property, with some files replaced (by their name without .csv) or, with None, left out."""
    texts: dict[str, str | None] = {**SMALL, **{f"{name}.csv": text for name, text in changed.items()}}
    return {file: text.encode() for file, text in texts.items() if text is not None}


def edited(table: str, old: str, new: str) -> dict[str, bytes]:
    """The small property with one edit in one file."""
    text = SMALL[f"{table}.csv"]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {table}.csv"
    return small(**{table: text.replace(old, new)})


_IDS = st.text("abcXYZ019._-", min_size=1, max_size=12)
_LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=15).map(str.strip)
_SPICED = st.one_of(
    _LINES, st.sampled_from(["=1+1", "+86", "-5", "@home", 'a "b", c', ";;", "水泵房，甲", "１２", "'x"])
)
_NAMES = st.builds(Text, _SPICED, _SPICED).filter(lambda name: bool(name.zh or name.en))
_NUMBERS = st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: value + 0.0)
_POSITIVE = st.floats(1e-9, 1e9)
_DURATIONS = st.integers(0, 3660 * 86_400_000)
_TIMES = st.integers(-30_000_000_000_000, 200_000_000_000_000)
_ZONES = st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Australia/Lord_Howe"])


def _by_key(nouns: list[Any]) -> dict[str, Any]:
    return {key_of(noun): noun for noun in nouns}


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Any register that its own files may describe."""
    ids = st.lists(_IDS, min_size=1, max_size=3, unique=True)
    sites = [Site(id=i, name=draw(_NAMES), timezone=draw(_ZONES)) for i in draw(ids)]
    site = st.sampled_from([s.id for s in sites])
    zones: list[Zone] = []
    for i in draw(ids):
        around = draw(st.sampled_from([None, *zones]))
        zones.append(
            Zone(
                id=i,
                site=around.site if around else draw(site),
                parent=around.id if around else "",
                kind=draw(st.sampled_from(ZONE_KINDS)),
                access=draw(st.sampled_from(ACCESS_CLASSES)),
                level=draw(st.integers(-9, 99)),
                name=draw(_NAMES),
            )
        )
    zone = st.sampled_from([z.id for z in zones])
    assets = [
        Asset(
            id=i,
            zone=draw(zone),
            kind=draw(st.sampled_from(["door", "pump-room-gauge"])),
            model=draw(_SPICED),
            name=draw(_NAMES),
        )
        for i in draw(ids)
    ]
    devices: list[Device] = []
    for number, i in enumerate(draw(ids)):
        gateway = draw(st.sampled_from(["", *(d.id for d in devices)]))
        devices.append(
            Device(
                id=i,
                name=draw(_NAMES),
                model=draw(_SPICED),
                source=draw(_IDS),
                external_id=f"#{number}",
                gateway=gateway,
            )
        )
    points = [draw(_point(i, number, assets, devices)) for number, i in enumerate(draw(ids))]
    found = Register(
        sites=_by_key(sites),
        zones=_by_key(zones),
        assets=_by_key(assets),
        devices=_by_key(devices),
        points=_by_key(points),
        cameras=_by_key([Camera(id=i, zone=draw(zone), name=draw(_NAMES), x=draw(_NUMBERS)) for i in draw(ids)]),
        routes=_by_key(
            [Route(id=i, site=draw(site), name=draw(_NAMES), every=max(1, draw(_DURATIONS))) for i in draw(ids)]
        ),
    )
    return _with_history(draw, found)


@st.composite
def _point(draw: st.DrawFn, id: str, number: int, assets: list[Asset], devices: list[Device]) -> Point:
    quantity = QUANTITIES[draw(st.sampled_from([*QUANTITIES, "scan"]))]
    device = draw(st.sampled_from(["", *(d.id for d in devices)]))
    low = draw(st.none() | _NUMBERS)
    unit = draw(st.sampled_from([*quantity.units])) if quantity.units else ""
    return Point(
        id=id,
        asset=draw(st.sampled_from(assets)).id,
        name=draw(_NAMES),
        quantity=quantity.id,
        unit=unit,
        resolution=draw(_POSITIVE),
        low=low,
        high=None if low is None else low + abs(low) + 1,
        interval=draw(_DURATIONS),
        device=device,
        key=f"key-{number}" if device else "",
        sent_unit=draw(st.sampled_from(["", unit])) if device else "",
        scale=draw(_POSITIVE),
        loop=draw(_SPICED) if device else "",
        calibration_due=draw(st.none() | _TIMES),
    )


def _with_history(draw: st.DrawFn, found: Register) -> Register:
    settings: list[Setting] = []
    stops: list[Stop] = []
    for point in found.points.values():
        value = 0.0 if point.low is None else point.low
        if draw(st.booleans()):
            since, approver = draw(_TIMES), draw(_SPICED.filter(bool))
            settings.append(
                Setting(point=point.id, name="set", value=value, since=since, approver=approver, reason=draw(_SPICED))
            )
        if point.quantity == "scan":
            route = draw(st.sampled_from([*found.routes]))
            stops.append(Stop(route=route, order=len(stops) + 1, point=point.id, walk=draw(_DURATIONS)))
    return replace(found, settings=_by_key(settings), stops=_by_key(stops))

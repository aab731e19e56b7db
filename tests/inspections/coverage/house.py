"""A site of two rooms with three cameras, its records and its readings; tests say what the cameras say."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from facility.alert import Alert
from facility.camera import Camera
from facility.fact import Fact
from facility.floor_plan import AreaKind, FloorPlan, PlanChange
from facility.instant import DAY, HOUR, SECOND
from facility.point import Point, Setting
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register, difference
from facility.site import Asset, Site, Zone
from facility.text import Text
from inspections.coverage.daily import Daily
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.watching import CameraWatch
from storage.readings.memory import MemoryReadings
from storage.records.port import AlertFilter
from storage.records.sql import SqlRecords
from tests.inspections.coverage.plans import area, box, camera

NOON = 1_790_000_000_000 // DAY * DAY + 4 * HOUR
"""Noon in Shanghai."""
MIDNIGHT = NOON + 12 * HOUR
"""The next one there."""
BARE = CoverageSettings(dead_zone=False, far_edge=False)
ALL_ROUND = {"hfov": 360.0, "width_px": 100_000}


def floor(zone: str) -> FloorPlan:
    """Two rooms with a wall between them."""
    return FloorPlan(
        zone=zone,
        width=10.0,
        height=10.0,
        walls=(((5.0, 0.0), (5.0, 10.0)),),
        areas=(area("left", box(0, 0, 5, 10), group="hall"), area("right", box(5, 0, 10, 10), group="hall")),
    )


def register(**instead: Camera) -> Register:
    cameras = {
        "left": camera("left", 2.5, 5, 0, zone="hall", **ALL_ROUND),
        "right": camera("right", 7.5, 5, 0, zone="hall", **ALL_ROUND),
        "only": camera("only", 2.5, 5, 0, zone="yard", **ALL_ROUND),
    } | instead
    points = [
        Point(
            id=f"{id}.{key}", asset=id, name=Text("", ""), quantity=quantity, unit=unit, resolution=1.0, interval=every
        )
        for id in cameras
        for key, quantity, unit, every in (
            ("online", "online", "", 20 * SECOND),
            ("view", "camera_view", "", 20 * SECOND),
            ("oldest", "oldest_frame", "d", DAY),
        )
    ]
    return Register(
        sites={"s": Site(id="s", name=Text("园区", "Site"))},
        zones={zone: Zone(id=zone, site="s", name=Text(zone, zone)) for zone in ("hall", "yard")},
        assets={id: Asset(id=id, zone=one.zone, kind="camera", name=one.name) for id, one in cameras.items()},
        cameras=cameras,
        points={point.id: point for point in points},
    )


@dataclass(kw_only=True)
class House:
    records: SqlRecords
    readings: MemoryReadings
    watch: CameraWatch
    daily: Daily

    def says(self, camera: str, at: int, online: float = 1, view: float = 0, quality: Quality = Quality.GOOD) -> None:
        self.readings.append(
            [
                Reading(f"{camera}.online", at, online, quality, False, at),
                Reading(f"{camera}.view", at, view, quality, False, at),
            ]
        )

    def all_well(self, since: int, until: int, *silent: str) -> None:
        """A word every 20 s."""
        self.readings.append(
            [
                Reading(f"{id}.{key}", at, value, Quality.GOOD, False, at)
                for at in range(since, until, 20 * SECOND)
                for id in ("left", "right", "only")
                for key, value in (("online", 1.0), ("view", 0.0))
                if id not in silent
            ]
        )

    def look(self, at: int, *others: str) -> None:
        """All cameras but ``others`` speak, and the watch looks."""
        self.all_well(at, at + 1, *others)
        self.watch.run(self.records, at)

    def alerts(self, rule: str, *, open: bool | None = True) -> dict[str, Alert]:
        with self.records.read() as unit:
            return {one.point: one for one in unit.alerts.find(AlertFilter(rules=(rule,), open=open)).rows}

    def facts(self, noun: str) -> list[Fact]:
        with self.records.read() as unit:
            return [fact for fact in unit.facts.after(0, 10_000) if fact.noun == noun]

    def change(self, at: int = NOON, **instead: Camera) -> None:
        with self.records.begin() as unit:
            unit.registers.apply(difference(unit.registers.load(), register(**instead)), "lin", at)

    def draw(self, plan: FloorPlan, at: int = NOON) -> None:
        with self.records.begin() as unit:
            unit.plans.put(plan, "lin", at)

    def erase(self, zone: str, at: int = NOON) -> None:
        with self.records.begin() as unit:
            unit.plans.apply([PlanChange(key=zone, before=unit.plans.of(zone), after=None)], "lin", at)

    def setting(self, point: str, name: str, value: float) -> None:
        with self.records.begin() as unit:
            before = unit.registers.load()
            one = Setting(point=point, name=name, value=value, since=0, approver="lin", reason="")
            after = replace(before, settings=before.settings | {f"{point}/{name}/0": one})
            unit.registers.apply(difference(before, after), "lin", NOON)


def toilet(zone: str, x: float = 8.0) -> FloorPlan:
    plan = floor(zone)
    return replace(plan, areas=(*plan.areas, area("wc", box(x, 0, 10, 2), AreaKind.FORBIDDEN)))


@cache
def _migrated() -> Path:
    """An empty database, made once: bringing one up to date takes longer than a test."""
    file = Path(mkdtemp()) / "records.db"
    records = SqlRecords(f"sqlite:///{file}")
    records.migrate()
    records.close()
    return file


@contextmanager
def house(folder: Path, since: int = NOON - DAY) -> Iterator[House]:
    shutil.copy(_migrated(), folder / "records.db")
    records, readings = SqlRecords(f"sqlite:///{folder / 'records.db'}"), MemoryReadings()
    found = House(
        records=records,
        readings=readings,
        watch=CameraWatch(readings=lambda: readings, settings=BARE),
        daily=Daily(readings=lambda: readings, settings=BARE),
    )
    found.change(since)
    found.draw(floor("hall"), since)
    yield found
    records.close()

"""Whether a camera sees, from what it says of itself: a fold over readings. Pure; unknown counts as not seeing."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from facility.instant import SECOND
from facility.maintenance import Maintenance
from facility.point import Point
from facility.quality import TRUE_BUT_UNTIMELY, Quality
from facility.reading import Reading
from facility.register import Register

ONLINE, VIEW = "online", "camera_view"
WATCHED = (ONLINE, VIEW)
"""The quantities by which a camera tells its state. Their points belong to the asset of the camera's own id."""
MISSED = 2.5
"""So many intervals without a word are a silence."""
LEAST_PATIENCE = 10 * SECOND
FOR_EVER = 2**62


class CameraState(StrEnum):
    """From the worst down; only the last one sees."""

    OUT_OF_SERVICE = "out-of-service"
    """A maintenance window covers it."""
    OFFLINE = "offline"
    NO_PICTURE = "no-picture"
    COVERED = "covered"
    MOVED = "moved"
    SILENT = "silent"
    """Its heartbeat stopped, it never spoke, or what it says is no evidence."""
    UNWATCHED = "unwatched"
    """The register has no point that tells: nobody knows."""
    WORKING = "working"


_ORDER = {state: place for place, state in enumerate(CameraState)}
_VIEWS = {
    0: CameraState.WORKING,
    1: CameraState.COVERED,
    2: CameraState.MOVED,
    3: CameraState.NO_PICTURE,
}


@dataclass(frozen=True, slots=True)
class Spell:
    """One state from ``since`` up to, not including, ``until``."""

    since: int
    until: int
    state: CameraState


def points_of(register: Register) -> dict[str, tuple[Point, ...]]:
    """Camera → its points that tell its state; none of one that nobody watches."""
    found: dict[str, list[Point]] = {camera: [] for camera in register.cameras}
    for point in register.points.values():
        if point.quantity in WATCHED and point.asset in found:
            found[point.asset].append(point)
    return {camera: tuple(points) for camera, points in found.items()}


def patience(point: Point) -> int:
    """How long its last word stands; for ever where it speaks only when something happens."""
    return max(LEAST_PATIENCE, round(point.interval * MISSED)) if point.interval else FOR_EVER


def said(point: Point, reading: Reading) -> CameraState:
    """What one reading says, while it is fresh."""
    if reading.quality is Quality.STALE:
        return CameraState.OFFLINE  # its last will, or its gateway's word
    if reading.quality not in TRUE_BUT_UNTIMELY:
        return CameraState.SILENT
    if point.quantity == ONLINE:
        return CameraState.WORKING if reading.value == 1 else CameraState.OFFLINE
    return _VIEWS.get(int(reading.value), CameraState.SILENT)


def worst(states: Iterable[CameraState]) -> CameraState:
    """One that tells of several things is as its worst says; nothing said at all: nobody watches."""
    return min(states, key=_ORDER.__getitem__, default=CameraState.UNWATCHED)


def state_now(points: Sequence[Point], last: Mapping[str, Reading], now: int) -> CameraState:
    """By the newest reading of each point."""
    return worst(_now(point, last.get(point.id), now) for point in points)


def _now(point: Point, reading: Reading | None, now: int) -> CameraState:
    if reading is None or now - reading.at > patience(point):
        return CameraState.SILENT
    return said(point, reading)


def spells(points: Sequence[Point], readings: Mapping[str, Sequence[Reading]], start: int, end: int) -> list[Spell]:
    """What one camera was over [start, end), without a gap. ``readings``: in order, from the last one before ``start`` on."""
    if not points:
        return [Spell(start, end, CameraState.UNWATCHED)]
    return together([list(_of_point(point, readings.get(point.id, ()), start, end)) for point in points])


def _of_point(point: Point, readings: Sequence[Reading], start: int, end: int) -> Iterator[Spell]:
    stands, at = patience(point), start
    for number, reading in enumerate(readings):
        if reading.at >= end:
            break
        following = readings[number + 1].at if number + 1 < len(readings) else end
        until = min(following, end, reading.at + stands)
        if reading.at > at:
            yield Spell(at, reading.at, CameraState.SILENT)
            at = reading.at
        if until > at:
            yield Spell(at, until, said(point, reading))
            at = until
    if at < end:
        yield Spell(at, end, CameraState.SILENT)


def together(tracks: Sequence[Sequence[Spell]]) -> list[Spell]:
    """Several tracks over the same stretch: the worst of them at each time, like neighbours as one."""
    cuts = sorted({spell.since for track in tracks for spell in track})
    end = tracks[0][-1].until
    current = [0] * len(tracks)
    found: list[Spell] = []
    for since, until in zip(cuts, [*cuts[1:], end], strict=True):
        for number, track in enumerate(tracks):
            while track[current[number]].until <= since:
                current[number] += 1
        state = worst(track[current[number]].state for number, track in enumerate(tracks))
        if found and found[-1].state is state:
            found[-1] = Spell(found[-1].since, until, state)
        else:
            found.append(Spell(since, until, state))
    return found


def set_aside(windows: Iterable[Maintenance], points: Sequence[Point], register: Register, now: int) -> bool:
    """Whether somebody has taken the camera out of service: a window in force covers one of its points."""
    return any(window.in_force(now) and _covers(window, points, register) for window in windows)


def _covers(window: Maintenance, points: Sequence[Point], register: Register) -> bool:
    return any(window.covers(point.id, register, life_safety=False) for point in points)


def without_windows(
    found: Sequence[Spell], windows: Iterable[Maintenance], points: Sequence[Point], register: Register
) -> list[Spell]:
    """The same spells, out of service while a window covers the camera."""
    start, end = found[0].since, found[-1].until
    tracks: list[list[Spell]] = [list(found)]
    for window in windows:
        since, until = (
            max(start, window.since),
            min(end, window.until, FOR_EVER if window.ended is None else window.ended),
        )
        if since < until and _covers(window, points, register):
            tracks.append(_one(start, since, until, end))
    return together(tracks)


def _one(start: int, since: int, until: int, end: int) -> list[Spell]:
    track = [
        Spell(start, since, CameraState.WORKING),
        Spell(since, until, CameraState.OUT_OF_SERVICE),
        Spell(until, end, CameraState.WORKING),
    ]
    return [spell for spell in track if spell.since < spell.until]


def cuts(tracks: Iterable[Sequence[Spell]]) -> list[int]:
    """Every instant at which one of several cameras changes, in order."""
    return list(dict.fromkeys(heapq.merge(*([spell.since for spell in track] for track in tracks))))

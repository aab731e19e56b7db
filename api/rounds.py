"""What pages and programs read of rounds: a day of them, figures with the lists behind, checkpoints, how much was walked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from api.context import Context
from api.work_figures import plain
from facility.calendar import DAY_MINUTES, instant_of, local_day
from facility.floor_plan import AreaKind, FloorPlan
from facility.instant import DAY, iso
from facility.reading import Scan
from facility.register import Register
from facility.round import Flag, PointStatus, Round, RoundState, RoundStop, Stop
from facility.round_figures import Counted, Tally, last_visits, tallies, total
from inspections.rounds.cover import REACH, Cover, cover, walks_of
from inspections.rounds.gathering import is_door
from storage.records.port import Unit
from storage.records.rounds import RoundFilter

LONGEST = 400 * DAY
STORED = 180 * DAY
"""So long where nothing ends scans by itself."""
MOST_OUTSIDE = 200
"""Scans outside rounds that are looked for at one point, and shown."""
MOST_LOOKED_AT = 200
"""Scans of a point from the newest on; behind so many ghosts nobody is looked for."""

WHICH: dict[str, Callable[[RoundStop], bool]] = {
    "planned": lambda _: True,
    "visited": lambda stop: stop.counts,
    "on-time": lambda stop: stop.on_time,
    "effective": lambda stop: stop.effective,
    "early": lambda stop: stop.counts and stop.status is PointStatus.EARLY,
    "late": lambda stop: stop.counts and stop.status is PointStatus.LATE,
    "missed": lambda stop: stop.status is PointStatus.MISSED,
    "uploaded-late": lambda stop: Flag.UPLOADED_LATE in stop.flags,
    "out-of-order": lambda stop: Flag.OUT_OF_ORDER in stop.flags,
    "too-fast": lambda stop: Flag.TOO_FAST in stop.flags,
}
"""The lists behind the figures: each count is exactly the points that its function says yes to."""
BY: dict[str, Callable[[Round | Counted, tzinfo], str]] = {
    "route": lambda one, _: one.route,
    "team": lambda one, _: one.team,
    "day": lambda one, zone: local_day(one.start, zone).isoformat(),
    "month": lambda one, zone: local_day(one.start, zone).isoformat()[:7],
}


def day_span(day: date, zone: tzinfo) -> tuple[int, int]:
    """The local day, as instants."""
    return instant_of(day, 0, zone), instant_of(day, DAY_MINUTES, zone)


@dataclass(frozen=True, kw_only=True)
class BoardLine:
    """Rounds in one line."""

    running: list[Round]
    overdue: int
    """Points that can still be saved."""
    coming: Round | None
    missed: int
    """Rounds of the last day that were missed or not whole."""

    @property
    def anything(self) -> bool:
        """Whether there are routes at all."""
        return bool(self.running or self.missed or self.coming)


def board_line(unit: Unit, now: int) -> BoardLine:
    """Of the last day, now, and what comes next."""
    running = unit.rounds.all(RoundFilter(states=(RoundState.RUNNING,)))
    coming = unit.rounds.find(RoundFilter(states=(RoundState.PLANNED,), since=now), limit=1, soonest=True).rows
    bad = RoundFilter(states=(RoundState.MISSED, RoundState.INCOMPLETE), since=now - DAY, until=now)
    return BoardLine(
        running=running,
        overdue=sum(len(one.overdue) for one in running),
        coming=next(iter(coming), None),
        missed=unit.rounds.count(bad),
    )


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of a period: all of it, and by what was asked."""

    since: int
    until: int
    by: str
    whole: Tally
    parts: dict[str, Tally]


def figures(unit: Unit, span: tuple[int, int], by: str, zone: tzinfo) -> Figures:
    """Rounds that start in [since, until) and are over."""
    over = unit.rounds.counted(RoundFilter(since=span[0], until=span[1]))
    parts = tallies(over, lambda one: BY[by](one, zone))
    whole = total(one.tally for one in over)
    return Figures(since=span[0], until=span[1], by=by, whole=whole, parts=dict(sorted(parts.items())))


def points_behind(
    unit: Unit, wanted: RoundFilter, which: str, part: tuple[str, str], zone: tzinfo
) -> list[tuple[Round, RoundStop]]:
    """The list behind a figure, the newest first. ``part``: (by, key), or two empty words for all."""
    by, key = part
    found = (one for one in unit.rounds.all(wanted) if one.over and (not by or BY[by](one, zone) == key))
    return [(one, stop) for one in found for stop in one.stops if WHICH[which](stop)][::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A point of some route, and when somebody was last there."""

    point: str
    asset: str
    zone: str
    routes: tuple[str, ...]
    last: int | None
    never: bool
    """Nobody ever was: it is younger than what is stored. False without ``last``: nobody was in the stored period."""
    since: int | None = None
    """Since when it is registered."""


def stored_for(context: Context) -> int:
    """How long scans are kept, as the classes of personal data say."""
    kept = context.personal_data()["scans"].kept
    return STORED if kept is None else kept


def checkpoints(context: Context, unit: Unit, now: int) -> list[Checkpoint]:
    """All of them, those that nobody visited for longest first. Raises ``ReadingsUnavailable``."""
    register, since = context.register(unit), now - stored_for(context)
    recent = last_visits(unit.rounds.all(RoundFilter(since=now - 8 * DAY, until=now + DAY)))
    stops: dict[str, list[Stop]] = {}
    for stop in register.stops.values():
        stops.setdefault(stop.point, []).append(stop)
    found = []
    for point, some in stops.items():
        last = recent.get(point) or _last_scan(context, register, some, (since, now + 1))
        found.append(_checkpoint(register, some, last, since))
    return sorted(found, key=lambda one: (one.last is not None, one.last or 0, one.point))


def _checkpoint(register: Register, stops: Sequence[Stop], last: int | None, stored: int) -> Checkpoint:
    point = stops[0].point
    known, since = register.points.get(point), register.registered.get(point)
    asset = register.assets.get(known.asset) if known else None
    return Checkpoint(
        point=point,
        asset=asset.id if asset else "",
        zone=asset.zone if asset else "",
        routes=tuple(dict.fromkeys(stop.route for stop in stops)),
        last=last,
        never=last is None and since is not None and since > stored,
        since=since,
    )


def _last_scan(context: Context, register: Register, stops: Sequence[Stop], span: tuple[int, int]) -> int | None:
    """Outside rounds too; ghosts are none. People who go through a door are no guards: it is visited on rounds only."""
    point = stops[0].point
    if is_door(register, point):
        return None
    tags = {context.hide("tag", tag) for stop in stops for tag in stop.tags}
    found = context.readings.scans(point, *span, MOST_LOOKED_AT)
    return next((scan.at for scan in found if not tags or scan.tag in tags), None)


def outside(context: Context, unit: Unit, span: tuple[int, int]) -> list[Scan]:
    """Scans of known tags that belong to no round, the newest first. Raises ``ReadingsUnavailable``."""
    register = context.register(unit)
    held = unit.rounds.open_at(*span)
    found: list[Scan] = []
    for point, tags in _tags(context, register).items():
        times = [(one.opens, one.closes) for one in held if any(stop.point == point for stop in one.stops)]
        for scan in context.readings.scans(point, *span, MOST_OUTSIDE):
            known = not tags or scan.tag in tags
            if known and not any(opens <= scan.at < closes for opens, closes in times):
                found.append(scan)
    return sorted(found, key=lambda scan: -scan.at)[:MOST_OUTSIDE]


def _tags(context: Context, register: Register) -> dict[str, set[str]]:
    """Scan point of some route → the tags there, as scans carry them; empty: any."""
    found: dict[str, set[str]] = {}
    for stop in register.stops.values():
        if not is_door(register, stop.point):
            found.setdefault(stop.point, set()).update(context.hide("tag", tag) for tag in stop.tags)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShare:
    """Where there is no plan: checkpoints of one zone that somebody visited."""

    zone: str
    all: int
    visited: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.visited / self.all


@dataclass(frozen=True, kw_only=True)
class Walked:
    """How much of what must be patrolled was near where somebody was, in a period."""

    since: int
    until: int
    reach: float
    plans: list[Cover]
    zones: list[ZoneShare]

    @property
    def share(self) -> float | None:
        """Over all plans, by area; None where no plan says what must be patrolled."""
        whole = sum(one.whole for one in self.plans)
        return sum(one.near for one in self.plans) / whole if whole else None


def walked(unit: Unit, register: Register, span: tuple[int, int], reach: float = REACH) -> Walked:
    """By the rounds that start in [since, until), those that go on included."""
    rounds = unit.rounds.all(RoundFilter(since=span[0], until=span[1]))
    walks = walks_of(rounds)
    covers = [found for plan in unit.plans.all().values() if (found := cover(plan, walks, reach)) is not None]
    return Walked(
        since=span[0],
        until=span[1],
        reach=reach,
        plans=covers,
        zones=_zone_shares(register, {asset for walk in walks for asset in walk}),
    )


def _zone_shares(register: Register, visited: set[str]) -> list[ZoneShare]:
    by_zone: dict[str, set[str]] = {}
    for stop in register.stops.values():
        point = register.points.get(stop.point)
        asset = register.assets.get(point.asset) if point else None
        if asset is not None:
            by_zone.setdefault(asset.zone, set()).add(asset.id)
    shares = [ZoneShare(zone=zone, all=len(all), visited=len(all & visited)) for zone, all in by_zone.items()]
    return sorted(shares, key=lambda one: (one.share, one.zone))


def plans_of(unit: Unit, round: Round) -> list[FloorPlan]:
    """The plans on which points of the round are marked, in the order of the walk."""
    plans = unit.plans.all().values()
    assets = [stop.asset for stop in round.stops]
    found = {plan.zone: plan for asset in assets for plan in plans if asset in plan.marks}
    return list(found.values())


def patrolled(plan: FloorPlan) -> bool:
    """Whether something on it must be walked."""
    return any(area.kind is AreaKind.PATROL for area in plan.areas)


COLUMNS = (
    "round", "route", "team", "state", "start", "order", "point", "zone", "due", "status", "at", "received", "guard",
    "flags", "effective",
)  # fmt: skip


def as_csv(found: Iterable[tuple[Round, RoundStop]]) -> str:
    """One point a line. A spreadsheet takes the mark at the beginning for UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one, stop in found:
        words = [one.route, one.team, str(one.state), iso(one.start)]
        times = ["" if at is None else iso(at) for at in (stop.at, stop.received)]
        writer.writerow(
            [
                one.id,
                *map(plain, words),
                stop.order,
                plain(stop.point),
                plain(stop.zone),
                iso(stop.due),
                stop.told,
                *times,
                stop.guard,
                " ".join(stop.flags),
                "yes" if stop.effective else "no",
            ]
        )
    return out.getvalue()

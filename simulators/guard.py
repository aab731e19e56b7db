"""A guard who walks a route, round after round, and scans each checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import ClassVar

from facility.calendar import WorkCalendar
from facility.instant import DAY, MINUTE, SECOND
from facility.register import Register
from facility.round import Route, Stop
from facility.round_timetable import Timetable, rounds
from simulators.devices.model import DURATION, NUMBER, Kinds, read_parameters
from simulators.people import People, local_hour
from simulators.spoken import Spoken

LOOKING = (10 * SECOND, 40 * SECOND)
"""Time spent at a checkpoint."""
DAWDLE = (1.05, 1.35)
"""How much longer than the least walking time a guard takes."""
FIRST_ROUND = (5 * SECOND, 25 * SECOND)
"""After the start of the simulation, so that there is something to see; of a route with a team, after the time of the round."""
LINGERS = 0.25
"""How often somebody on a round by timetable is kept at a point, so that the next one is late."""
KEPT = 90 * SECOND
"""So much longer than would still be on time."""
NEVER = 10**15


def tag_of(point: str) -> str:
    """The UID of the tag at a checkpoint: four bytes in hexadecimal, always the same for one point."""
    return hashlib.sha256(f"tag/{point}".encode()).hexdigest()[:8].upper()


@dataclass(slots=True, kw_only=True)
class Guard:
    """``next_stop`` counts through ``stops``; ``round_at`` is when the round began."""

    route: Route
    stops: tuple[Stop, ...]
    register: Register = field(repr=False)
    people: People = field(repr=False)
    utc_offset: int
    rng: Random
    due: int
    round_at: int
    next_stop: int = 0
    skipped: frozenset[int] = frozenset()
    """Stop orders that are left out, round after round, until the guard is told."""
    table: Timetable | None = None
    """By which a route with a team is walked; any other is walked round after round since the start."""
    offset: int = 0
    """So long after its time the guard begins a round by timetable."""
    lingers_at: int = -1
    """On this round, which stop will be reached late; -1: none."""

    can: ClassVar[Mapping[str, Kinds]] = {
        "skip": {"stop": NUMBER},
        "skip-none": {},
        "dawdle": {"by": DURATION},
    }

    @classmethod
    def on(cls, route: Route, *, register: Register, people: People, utc_offset: int, rng: Random, start: int) -> Guard:
        """A guard whose first round begins soon after ``start``, or when the timetable says so."""
        stops = sorted((s for s in register.stops.values() if s.route == route.id), key=lambda s: s.order)
        offset = rng.randint(*FIRST_ROUND)
        table = timetable(register) if route.team else None
        first = start + offset if table is None else next_round(register, route, table, start) + offset
        return cls(
            route=route,
            stops=tuple(stops),
            register=register,
            people=people,
            utc_offset=utc_offset,
            rng=rng,
            due=first if stops else start + NEVER,
            round_at=first,
            table=table,
            offset=offset,
            lingers_at=lingering(rng, len(stops)) if table is not None else -1,
        )

    def step(self, now: int) -> list[Spoken]:
        """Scan the checkpoint, walk on."""
        stop = self.stops[self.next_stop]
        said = [] if stop.order in self.skipped else self._scan(stop, now)
        self._walk_on(now)
        return said

    def _scan(self, stop: Stop, now: int) -> list[Spoken]:
        point = self.register.points.get(stop.point)
        if point is None or not point.device:
            return []
        guard = self.people.guard_on(local_hour(now, self.utc_offset), self._number()).card
        tag = tag_of(stop.point)
        return [Spoken(device=point.device, at=now, event="scan", tag=tag, guard=guard, urgent=True)]

    def _number(self) -> int:
        return list(self.register.routes).index(self.route.id)

    def _walk_on(self, now: int) -> None:
        self.next_stop += 1
        if self.next_stop < len(self.stops):
            walk = self.stops[self.next_stop].walk or MINUTE
            self.due = now + round(walk * self.rng.uniform(*DAWDLE)) + self.rng.randint(*LOOKING)
            if self.next_stop == self.lingers_at:
                self.due = self._too_late()
            return
        self.next_stop = 0
        if self.table is None:
            self.round_at += self.route.every
            self.due = max(self.round_at, now + MINUTE)
            return
        self.round_at = next_round(self.register, self.route, self.table, now) + self.offset
        self.lingers_at = lingering(self.rng, len(self.stops))
        self.due = self.round_at

    def _too_late(self) -> int:
        """A little after the next point was due and could still have been on time."""
        most = sum(stop.most_walk for stop in self.stops[: self.next_stop + 1])
        return self.round_at + most + self.route.tolerance + KEPT

    def happen(self, what: str, given: Mapping[str, object], now: int) -> list[Spoken]:
        """A scenario's step. Raises ``CannotHappen``."""
        parameters = read_parameters(self.can, what, given)
        match what:
            case "skip":
                self.skipped |= {round(parameters["stop"])}
            case "skip-none":
                self.skipped = frozenset()
            case _:
                self.due = max(self.due, now) + round(parameters["by"])
        return []


def timetable(register: Register) -> Timetable:
    """As the product plans by, but for what it draws by lot: nobody knows that but the product."""
    return Timetable(zone=register.time_zone, calendar=WorkCalendar(), draw=lambda _: 0, hide=lambda _kind, _text: "")


def next_round(register: Register, route: Route, table: Timetable, now: int) -> int:
    """When the next one begins, at ``now`` or after; of a route that is walked seldom, within a month."""
    for days in (2, 31):
        found = rounds(register, route, table, now, now + days * DAY)
        if found:
            return found[0].start
    return now + NEVER


def lingering(rng: Random, stops: int) -> int:
    """The stop that will be reached late on a round; -1: none."""
    return rng.randrange(1, stops) if stops > 1 and rng.random() < LINGERS else -1

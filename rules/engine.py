"""Every rule on every point it watches, laid out as arrays. Frozen: a change of rules or register is a new engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from facility.alert import Timing
from facility.point import Point
from facility.register import Register
from facility.units import quantity_named
from rules.book import RuleBook, watched
from rules.kind import CannotJudge, Kind, all_kinds
from rules.limits import Floats, Index, Ints, Limits, LimitTable, table
from rules.rule import Rule, signature

FOREVER = 2**62
"""Later than any instant."""


class Segment(NamedTuple):
    """Limits with the time in which they are in force, [since, until). None: cannot be judged."""

    limits: Limits | None
    since: int = -FOREVER
    until: int = FOREVER


@dataclass(frozen=True, kw_only=True)
class Group:
    """All rows of one kind, ordered by point, so that a point's rows stand together."""

    kind: Kind
    base: int
    """The number of its first row among the rows of all kinds."""
    rule: Ints
    """Row → index into the engine's rules."""
    point: Index
    """Row → index into the engine's points."""
    limits: LimitTable
    since: Ints
    until: Ints
    first: Index
    """Point → its first row here."""
    count: Index
    """Point → how many rows it has here."""

    def __len__(self) -> int:
        return len(self.rule)

    @cached_property
    def one_each(self) -> bool:
        """Every point has exactly one row: a reading's row is found without expanding anything."""
        return bool((self.count == 1).all())

    @cached_property
    def at_most_one(self) -> bool:
        """No point has more than one row."""
        return bool((self.count <= 1).all())

    @cached_property
    def in_force(self) -> tuple[int, int]:
        """The time in which all its limits are those of the table."""
        return int(self.since.max(initial=-FOREVER)), int(self.until.min(initial=FOREVER))


@dataclass(frozen=True, kw_only=True)
class Engine:
    """``compile_engine`` makes one."""

    book: RuleBook
    register: Register
    rules: list[Rule]
    points: list[Point]
    index: dict[str, int]
    """Point id → index."""
    resolution: Floats
    """By point; 1 for a state."""
    groups: list[Group]
    cannot: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Rule → why it cannot judge → the points."""
    errors: dict[str, str] = field(default_factory=dict)
    """Rules whose code raised while their limits were worked out."""

    @cached_property
    def rule_index(self) -> dict[str, int]:
        """Rule id → index."""
        return {rule.id: number for number, rule in enumerate(self.rules)}

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(len(group) for group in self.groups)

    @cached_property
    def next_change(self) -> int:
        """The instant at which a limit in the tables ends."""
        return min((group.in_force[1] for group in self.groups), default=FOREVER)

    def group_of(self, row: int) -> Group:
        """The group that holds the row."""
        return next(group for group in self.groups if group.base <= row < group.base + len(group))

    def row(self, rule: str, point: str) -> int | None:
        """The row of a rule on a point; None where the rule does not watch it."""
        number, place = self.rule_index.get(rule), self.index.get(point)
        if number is None or place is None:
            return None
        kind = self.rules[number].kind
        group = next((found for found in self.groups if found.kind is kind), None)
        if group is None:
            return None
        first = int(group.first[place])
        found = np.flatnonzero(group.rule[first : first + int(group.count[place])] == number)
        return group.base + first + int(found[0]) if len(found) else None

    def of(self, row: int) -> tuple[Rule, Point]:
        """The rule and the point of a row."""
        group = self.group_of(row)
        local = row - group.base
        return self.rules[int(group.rule[local])], self.points[int(group.point[local])]

    def timing(self, row: int) -> Timing:
        """Hold and clear times of a row."""
        rule, point = self.of(row)
        return rule.timing(point)

    def limits_at(self, row: int, at: int) -> Limits | None:
        """What was in force at ``at``."""
        rule, point = self.of(row)
        return _segment(rule, point, self.register, at).limits

    def rows_of(self, rule: str) -> int:
        """How many points a rule watches."""
        number = self.rule_index[rule]
        return sum(int((group.rule == number).sum()) for group in self.groups)


def compile_engine(book: RuleBook, register: Register, now: int) -> Engine:
    """Lay everything out with the limits in force at ``now``."""
    points = list(register.points.values())
    index = {point.id: number for number, point in enumerate(points)}
    engine = Engine(
        book=book,
        register=register,
        rules=list(book),
        points=points,
        index=index,
        resolution=np.array([_resolution(point) for point in points], np.float64),
        groups=[],
    )
    rows = _rows(engine, now)
    base = 0
    for kind in all_kinds().values():
        group = _group(kind, base, rows.get(kind.NAME, []), len(points))
        if len(group):
            engine.groups.append(group)
            base += len(group)
    return engine


def _resolution(point: Point) -> float:
    return 1.0 if quantity_named(point.quantity).is_state else point.resolution


class _Row(NamedTuple):
    point: int
    rule: int
    segment: Segment


def _rows(engine: Engine, now: int) -> dict[str, list[_Row]]:
    signatures = {point.id: signature(point, engine.register) for point in engine.points}
    found: dict[str, list[_Row]] = {}
    for number, rule in enumerate(engine.rules):
        rows = found.setdefault(rule.kind.NAME, [])
        try:
            points = watched(rule, engine.register, signatures)
            rows += _rows_of(engine, number, points, now)
        except Exception as error:  # noqa: BLE001 - a rule's error is that rule's, and touches no other
            engine.errors[rule.id] = f"{type(error).__name__}: {error}"
    return found


def _rows_of(engine: Engine, number: int, points: Iterable[Point], now: int) -> Iterator[_Row]:
    rule = engine.rules[number]
    shared: dict[object, Segment] = {}
    for point in points:
        key = _alike(point) if not rule.spec.setting else point.id
        if key not in shared:
            shared[key] = _segment(rule, point, engine.register, now, engine.cannot)
        yield _Row(engine.index[point.id], number, shared[key])


def _alike(point: Point) -> object:
    """Points that agree in these share their limits; see ``rules.kind.Kind``."""
    return point.quantity, point.unit, point.resolution, point.low, point.high, point.interval


def _segment(
    rule: Rule, point: Point, register: Register, at: int, cannot: dict[str, dict[str, list[str]]] | None = None
) -> Segment:
    since, until = _in_force(rule, point, register, at)
    try:
        return Segment(rule.limits(point, register, at), since, until)
    except CannotJudge as error:
        if cannot is not None:
            cannot.setdefault(rule.id, {}).setdefault(error.reason, []).append(point.id)
        return Segment(None, since, until)


def _in_force(rule: Rule, point: Point, register: Register, at: int) -> tuple[int, int]:
    """The time around ``at`` in which the rule's setting does not change."""
    if not rule.spec.setting:
        return -FOREVER, FOREVER
    changes = [setting.since for setting in register.settings_history(point.id, rule.spec.setting)]
    before = [since for since in changes if since <= at]
    after = [since for since in changes if since > at]
    return (max(before) if before else -FOREVER), (min(after) if after else FOREVER)


def _group(kind: Kind, base: int, rows: list[_Row], points: int) -> Group:
    rows = sorted(rows, key=lambda row: (row.point, row.rule))
    of_point = np.array([row.point for row in rows], np.intp)
    count = np.bincount(of_point, minlength=points).astype(np.intp)
    return Group(
        kind=kind,
        base=base,
        rule=np.array([row.rule for row in rows], np.int64),
        point=of_point,
        limits=table([row.segment.limits for row in rows]),
        since=np.array([row.segment.since for row in rows], np.int64),
        until=np.array([row.segment.until for row in rows], np.int64),
        first=(np.cumsum(count) - count).astype(np.intp),
        count=count,
    )

"""Lays rules and register out as arrays: what is alike is worked out once, so that 100,000 points are ready in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from facility.point import Point
from facility.register import Register
from facility.units import quantity_named
from rules.book import Census, RuleBook, census, watched
from rules.engine import FOREVER, Engine, Group
from rules.kind import CannotJudge, Kind, all_kinds
from rules.levels import with_levels
from rules.limits import Index, Ints, Limits, compact, table
from rules.rule import Rule


class _Rows(NamedTuple):
    """One rule's rows: the points, which of ``limits`` each is held to, and since and until when."""

    rule: int
    points: Index
    limits: list[Limits | None]
    place: Index
    since: Ints
    until: Ints


def compile_engine(book: RuleBook, register: Register, now: int) -> Engine:
    """Lay everything out with the limits in force at ``now``."""
    points = list(register.points.values())
    engine = Engine(
        book=book,
        register=register,
        rules=with_levels(book),
        points=points,
        index={point.id: number for number, point in enumerate(points)},
        resolution=np.array([_resolution(point) for point in points], np.float64),
        groups=[],
    )
    rows = _all_rows(engine, now)
    base = 0
    for kind in all_kinds().values():
        if rows.get(kind.NAME):
            group = _group(kind, base, rows[kind.NAME], len(points))
            engine.groups.append(group)
            base += len(group)
    return engine


def _resolution(point: Point) -> float:
    return 1.0 if quantity_named(point.quantity).is_state else point.resolution


def _all_rows(engine: Engine, now: int) -> dict[str, list[_Rows]]:
    known, alike = census(engine.register), _alike(engine.points)
    found: dict[str, list[_Rows]] = {}
    for number, rule in enumerate(engine.rules):
        try:
            rows = _rows(engine, number, known, alike, now)
        except Exception as error:  # noqa: BLE001 - a rule's error is that rule's, and touches no other
            engine.errors[rule.id] = f"{type(error).__name__}: {error}"
        else:
            if len(rows.points):
                found.setdefault(rule.kind.NAME, []).append(rows)
    return found


def _alike(points: list[Point]) -> Index:
    """Point → the number of its class; points of one class share their limits, see ``rules.kind.Kind``."""
    classes: dict[object, int] = {}
    keys = ((p.quantity, p.unit, p.resolution, p.low, p.high, p.interval) for p in points)
    return np.array([classes.setdefault(key, len(classes)) for key in keys], np.intp)


def _rows(engine: Engine, number: int, known: Census, alike: Index, now: int) -> _Rows:
    rule = engine.rules[number]
    points = np.array(watched(rule, engine.register, known), np.intp)
    since, until = np.full(len(points), -FOREVER, np.int64), np.full(len(points), FOREVER, np.int64)
    if rule.depends:
        for row, point in enumerate(points.tolist()):
            since[row], until[row] = _in_force(rule, engine.points[point], engine.register, now)
    settings = [_in_force_now(rule, engine.points[point], engine.register, now) for point in points.tolist()]
    classes: dict[object, int] = {}
    keys = zip(alike[points].tolist(), settings, strict=True)
    place = np.array([classes.setdefault(key, len(classes)) for key in keys], np.intp)
    first = np.unique(place, return_index=True)[1].tolist()
    found = [_limits(rule, engine.points[points[row]], engine.register, now) for row in first]
    for at, reason in enumerate(found):
        if isinstance(reason, str):
            names = [engine.points[point].id for point in points[place == at].tolist()]
            engine.cannot.setdefault(rule.id, {}).setdefault(reason, []).extend(names)
    return _Rows(number, points, [None if isinstance(one, str) else one for one in found], place, since, until)


def _in_force_now(rule: Rule, point: Point, register: Register, at: int) -> tuple[float | None, ...]:
    """The values that the rule's limits depend on."""
    if not rule.depends:
        return ()
    found = (register.setting(holder, name, at) for holder, name in rule.held_by(point, register))
    return tuple(setting.value if setting else None for setting in found)


def _limits(rule: Rule, point: Point, register: Register, at: int) -> Limits | str:
    """The limits, or why there are none."""
    try:
        return rule.limits(point, register, at)
    except CannotJudge as error:
        return error.reason


def _in_force(rule: Rule, point: Point, register: Register, at: int) -> tuple[int, int]:
    """The time around ``at`` in which no setting that the rule's limits depend on changes."""
    held = rule.held_by(point, register)
    changes = [one.since for holder, name in held for one in register.settings_history(holder, name)]
    before = [since for since in changes if since <= at]
    after = [since for since in changes if since > at]
    return (max(before) if before else -FOREVER), (min(after) if after else FOREVER)


def _group(kind: Kind, base: int, rows: list[_Rows], points: int) -> Group:
    """All rules' rows together, ordered by point and then by rule."""
    of_point = np.concatenate([part.points for part in rows])
    of_rule = np.concatenate([np.full(len(part.points), part.rule) for part in rows])
    order = np.lexsort((of_rule, of_point))
    limits = [limit for part in rows for limit in part.limits]
    count = np.bincount(of_point, minlength=points)
    return Group(
        kind=kind,
        base=base,
        rule=of_rule[order].astype(np.int32),
        point=of_point[order].astype(np.int32),
        limits=table(limits, np.concatenate(list(_places(rows)))[order]),
        since=compact(np.concatenate([part.since for part in rows])[order]),
        until=compact(np.concatenate([part.until for part in rows])[order]),
        first=(np.cumsum(count) - count).astype(np.intp),
        count=count.astype(np.intp),
    )


def _places(rows: list[_Rows]) -> Iterator[Index]:
    """Each part's places, moved behind the limits of the parts before it."""
    before = 0
    for part in rows:
        yield part.place + before
        before += len(part.limits)

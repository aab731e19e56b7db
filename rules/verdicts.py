"""One rule on one point over columns of history: a verdict for each reading, with the limits in force at its own time. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facility.point import Point
from facility.register import Register
from facility.units import quantity_named
from rules.kind import CannotJudge
from rules.limits import Bools, Bytes, Floats, Ints, Limits, table
from rules.rule import Rule
from rules.timeline import BREACHED, CLEAR, IN_DEADBAND, UNKNOWN
from rules.windows import Past, as_window, keep, window_at


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Readings of one point as ``rules.limits.Samples``, oldest first. ``age`` is how late each arrived."""

    at: Ints
    steps: Floats
    value: Floats
    quality: Bytes
    test: Bools
    age: Ints


def steps_of(value: Floats, point: Point) -> Floats:
    """Whole steps of the point's resolution; a state's number."""
    resolution = 1.0 if quantity_named(point.quantity).is_state else point.resolution
    return np.rint(value / resolution)


def codes(rule: Rule, point: Point, register: Register, past: History) -> Ints:
    """A verdict, or ``IN_DEADBAND``, for each reading. What the rule cannot judge, for want of a setting then, is UNKNOWN."""
    changes, limits = limits_over(rule, point, register)
    held, place = table(limits), np.searchsorted(changes, past.at, side="right").astype(np.intp)
    breached = rule.kind.breached(past, held, place)
    near = rule.kind.not_clear(past, held, place)
    known = rule.kind.evidence(past, held, place) & held.known[place]
    found = np.where(breached, BREACHED, np.where(near, IN_DEADBAND, CLEAR))
    return np.asarray(np.where(known, found, UNKNOWN), np.int64)


def windowed_codes(rule: Rule, point: Point, register: Register, past: History, window: list[Past]) -> Ints:
    """As ``codes``, for a kind that judges windows. ``window`` holds what came before, and holds these as well afterwards."""
    kind = as_window(rule.kind)
    assert kind is not None
    changes, limits = limits_over(rule, point, register)
    place = np.searchsorted(changes, past.at, side="right").tolist()
    held = table(limits)
    known = kind.evidence(past, held, np.asarray(place, np.intp))
    found, reach = np.full(len(past.at), UNKNOWN, np.int64), kind.reach(rule.spec)
    for number in np.flatnonzero(known).tolist():
        at, limit = int(past.at[number]), limits[place[number]]
        keep(window, reach, Past(at, float(past.steps[number])))
        if limit is not None:
            found[number] = kind.verdict(rule.spec, limit, window_at(window, reach, at))
    return found


def quiet(rule: Rule, point: Point, register: Register, past: History) -> bool:
    """Whether none of the readings breaches: usual, and soon told. Of windows it is not known before they are looked at."""
    if as_window(rule.kind):
        return not len(past.at)
    if not set(np.flatnonzero(np.bincount(past.quality, minlength=1)).tolist()) & rule.kind.BREACHES:
        return True
    changes, limits = limits_over(rule, point, register)
    place = np.searchsorted(changes, past.at, side="right").astype(np.intp)
    return not rule.kind.breached(past, table(limits), place).any()


def limits_over(rule: Rule, point: Point, register: Register) -> tuple[list[int], list[Limits | None]]:
    """(instants at which the limits change, the limits before the first and from each of them on)."""
    held = rule.held_by(point, register) if rule.depends else ()
    changes = sorted({one.since for holder, name in held for one in register.settings_history(holder, name)})
    times = [changes[0] - 1 if changes else 0, *changes]
    return changes, [_limits(rule, point, register, at) for at in times]


def _limits(rule: Rule, point: Point, register: Register, at: int) -> Limits | None:
    try:
        return rule.limits(point, register, at)
    except CannotJudge:
        return None

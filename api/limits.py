"""What the rules say of a point: its limits now, and as they were in force over a stretch of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from facility.alert import Severity
from facility.point import Point
from facility.register import Register
from facility.text import Text
from rules.book import RuleBook, limit_text, limits_at
from rules.limits import Limits
from rules.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One rule on one point, with its limits in the point's unit."""

    rule: str
    title: Text
    severity: Severity
    clause: str
    low: float | None
    high: float | None
    set_value: float | None = None
    judges: bool = True
    """False where the point lacks what the rule needs; ``text`` then says what."""
    text: Text
    """The limit in words, with its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Limits that were in force from ``start`` to ``end``."""

    rule: str
    start: int
    end: int
    low: float | None
    high: float | None
    set_value: float | None


def watches(book: RuleBook, point: Point, register: Register, at: int) -> list[Watch]:
    """Every rule that watches the point, the most urgent first."""
    return [_watch(rule, point, register, at) for rule in book.rules_for(point, register)]


def _watch(rule: Rule, point: Point, register: Register, at: int) -> Watch:
    limits = limits_at(rule, point, register, at)
    return Watch(
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        clause=rule.clause,
        low=limits.low if limits else None,
        high=limits.high if limits else None,
        set_value=set_value(rule, point, register, at),
        judges=limits is not None,
        text=limit_text(rule, point, register, at),
    )


def set_value(rule: Rule, point: Point, register: Register, at: int) -> float | None:
    """The approved value that the limits are taken around, such as a set pressure."""
    found = register.setting(point.id, rule.spec.setting, at) if rule.spec.setting else None
    return found.value if found else None


def numeric(found: list[Watch]) -> Watch | None:
    """The rule whose limits stand beside the value: the most urgent one that has a number."""
    return next((watch for watch in found if watch.low is not None or watch.high is not None), None)


def stretches(book: RuleBook, point: Point, register: Register, start: int, end: int) -> list[Stretch]:
    """Limits as they were in force over [start, end), cut where a setting changed."""
    cuts = sorted({start, *(c for c in _changes(register, point) if start < c < end)})
    ends = [*cuts[1:], end]
    return [
        stretch
        for rule in book.rules_for(point, register)
        for stretch in _joined(_stretch(rule, point, register, start=a, end=b) for a, b in zip(cuts, ends, strict=True))
        if stretch.low is not None or stretch.high is not None
    ]


def _changes(register: Register, point: Point) -> list[int]:
    return [setting.since for setting in register.settings.values() if setting.point == point.id]


def _stretch(rule: Rule, point: Point, register: Register, *, start: int, end: int) -> Stretch:
    limits = limits_at(rule, point, register, start) or Limits()
    return Stretch(
        rule=rule.id,
        start=start,
        end=end,
        low=limits.low,
        high=limits.high,
        set_value=set_value(rule, point, register, start),
    )


def _joined(pieces: Iterator[Stretch]) -> list[Stretch]:
    """Neighbours with the same limits become one."""
    joined: list[Stretch] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and (last.low, last.high, last.set_value) == (piece.low, piece.high, piece.set_value):
            joined[-1] = Stretch(
                rule=last.rule, start=last.start, end=piece.end, low=last.low, high=last.high, set_value=last.set_value
            )
        else:
            joined.append(piece)
    return joined

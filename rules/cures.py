"""What would have stopped an alarm that chatters or goes stale: a longer hold, a slower return, another deadband. Pure.

Found by judging the same history again with each value of a short list, the least change first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from facility.alarm_flood import chatter
from facility.alarm_limits import AlarmLimits
from facility.breach import Spell
from facility.instant import MINUTE, SECOND
from facility.point import Point
from facility.register import Register
from rules.amounts import Amount
from rules.fold import Verdicts, fold
from rules.kind import CannotJudge, SpecError
from rules.rule import Rule
from rules.verdicts import History, codes
from rules.windows import as_window

DELAYS = tuple(n * SECOND for n in (5, 10, 20, 30)) + tuple(n * MINUTE for n in (1, 2, 3, 5, 10, 15, 30))
STEPS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80, 100)
"""Deadbands, in steps of the point's resolution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """One change of the rule, and what it would have made of the same history."""

    key: str
    """hold_for, clear_for or deadband."""
    value: float
    """Milliseconds; for a deadband an amount in the point's unit."""
    unit: str
    """Empty for a duration."""
    raises: int
    """How often it would have gone off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the rule as it is made of the history, and the least change of each kind that would have stopped it."""

    raises: int
    most: int
    """The most within the chatter time."""
    longest: int
    """The longest that it went on."""
    cures: tuple[Cure, ...]


def diagnose(
    rule: Rule, point: Point, register: Register, past: History, limits: AlarmLimits, *, end: int
) -> Diagnosis:
    """Judge ``past`` (readings of ``point``, oldest first, up to ``end``) as the rule is, and as it might be.

    Life safety is never delayed: only its return may be. A rule over windows is told without a cure.
    """
    spells = _spells(rule, point, register, past)
    bad = _trouble(spells, limits, end)
    found = tuple(_least(_Trial(point, register, past, limits, end), rule)) if any(bad) else ()
    return Diagnosis(
        raises=len(spells),
        most=chatter([spell.raised for spell in spells], limits),
        longest=max((_length(spell, end) for spell in spells), default=0),
        cures=found,
    )


def _trouble(spells: Sequence[Spell], limits: AlarmLimits, end: int) -> tuple[bool, bool]:
    """(chatters, stale)"""
    most = chatter([spell.raised for spell in spells], limits)
    return most >= limits.chatter_raises, any(_length(spell, end) > limits.stale_after for spell in spells)


def _length(spell: Spell, end: int) -> int:
    return (end if spell.cleared is None else spell.cleared) - spell.raised


class _Trial(NamedTuple):
    """What each change is tried on."""

    point: Point
    register: Register
    past: History
    limits: AlarmLimits
    end: int


def _least(trial: _Trial, rule: Rule) -> Iterator[Cure]:
    """Of each kind the first that stops all that is wrong."""
    for changes in _changes(rule, trial.point):
        for key, value, unit, changed in changes:
            spells = _spells(changed, trial.point, trial.register, trial.past)
            if not any(_trouble(spells, trial.limits, trial.end)):
                yield Cure(key=key, value=value, unit=unit, raises=len(spells))
                break


def _changes(rule: Rule, point: Point) -> Iterator[list[tuple[str, float, str, Rule]]]:
    """For each key the values to try, the least change first."""
    spec: Any = rule.spec
    if not rule.life_safety:
        yield [
            ("hold_for", delay, "", replace(rule, spec=replace(spec, hold_for=delay)))
            for delay in DELAYS
            if delay > spec.hold_for
        ]
    nearest = sorted(
        (delay for delay in (0, *DELAYS) if delay != spec.clear_for), key=lambda d: abs(d - spec.clear_for)
    )
    yield [("clear_for", delay, "", replace(rule, spec=replace(spec, clear_for=delay))) for delay in nearest]
    if isinstance(getattr(spec, "deadband", None), Amount):
        widths = sorted(
            (round(n * point.resolution, 12) for n in (0, *STEPS)), key=lambda w: abs(w - spec.deadband.value)
        )
        yield [
            ("deadband", width, point.unit, replace(rule, spec=replace(spec, deadband=Amount(width, point.unit))))
            for width in widths
        ]


def _spells(rule: Rule, point: Point, register: Register, past: History) -> Sequence[Spell]:
    if as_window(rule.kind) is not None:
        return ()
    try:
        found = codes(rule, point, register, past)
    except (CannotJudge, SpecError):
        return ()
    return fold(Verdicts(past.at, found, past.value), rule.timing(point)).spells

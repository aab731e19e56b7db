"""One point of stored history judged again: columns against given rules, with the register as it was in force at each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from facility.alert import QUIET, Condition, Track
from facility.breach import Spell
from facility.instant import DAY, HOUR, MINUTE
from facility.point import Point
from facility.register import Register
from rules.book import RuleBook, census, watched
from rules.fold import Verdicts, fold
from rules.levels import with_levels
from rules.limits import Ints
from rules.rule import Rule
from rules.verdicts import History, codes, quiet, steps_of, windowed_codes
from rules.windows import Past as Counted
from rules.windows import as_window
from storage.readings.port import Readings, Series

Key = tuple[str, str]
"""(rule, point); a level of a rule has its own, see ``rules.levels``."""
Spells = dict[Key, list[Spell]]

NOT_REPLAYED = frozenset({"silence", "together"})
"""Kinds whose findings do not follow from one point's readings: silence is judged by the collector's clock, and history does
not hold its ticks and restarts; ``together`` judges the alerts of other rules."""
AT_ONCE = 400_000
"""About so many readings of a point are looked at in one go: 20 MB."""
WARM_UP = DAY
"""At most so much is looked at before the start, so that a hold that was under way counts."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What is judged, by what, and from where on. ``registers``: (in force since, register), the first from before ``start``."""

    book: RuleBook
    registers: Sequence[tuple[int, Register]]
    start: int
    end: int
    firing: Mapping[Key, Spell] = field(default_factory=dict)
    """What was in breach at ``begin``: judging goes on from there, as it does when a rule is changed while it fires."""

    @cached_property
    def rules(self) -> list[Rule]:
        """Each rule that can be replayed, and each level of it."""
        return [rule for rule in with_levels(self.book) if rule.kind.NAME not in NOT_REPLAYED]

    @cached_property
    def left_out(self) -> list[str]:
        """The rules that cannot."""
        return [rule.id for rule in self.book if rule.kind.NAME in NOT_REPLAYED]

    @cached_property
    def begin(self) -> int:
        """Where reading starts."""
        longest = max((rule.spec.hold_for + rule.spec.clear_for for rule in self.rules), default=0)
        return self.start - min(WARM_UP, 2 * longest + 10 * MINUTE)

    @cached_property
    def watchers(self) -> list[dict[str, list[Rule]]]:
        """For each register: point → the rules that watch it."""
        return [_watchers(self.rules, register) for _, register in self.registers]


def _watchers(rules: Iterable[Rule], register: Register) -> dict[str, list[Rule]]:
    known, points = census(register), list(register.points)
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        for place in watched(rule, register, known):
            found.setdefault(points[place], []).append(rule)
    return found


@dataclass(kw_only=True)
class Found:
    """What judging it again found. ``errors``: rule → what its code raised."""

    spells: Spells = field(default_factory=dict)
    readings: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def add(self, other: Found) -> None:
        """What other points held."""
        self.spells |= other.spells
        self.readings += other.readings
        self.errors |= other.errors


def replay_point(past: Past, readings: Readings, point: str) -> Found:
    """All breaches of one point that are in force at some time from ``past.start`` to ``past.end``."""
    replaying = _Replaying(past, point, readings)
    for number, start, end in _stretches(past, point):
        rules = past.watchers[number].get(point, [])
        replaying.leave({rule.id for rule in rules}, start)
        if rules:
            replaying.judge(rules, past.registers[number][1], readings.columns(point, start, end))
    return replaying.found()


def within(spell: Spell, start: int, end: int) -> bool:
    """Whether it is in force at some time from ``start`` to ``end``."""
    return spell.raised < end and (spell.cleared is None or spell.cleared > start)


class _Replaying:
    """One point on its way through history."""

    def __init__(self, past: Past, point: str, readings: Readings) -> None:
        self._past, self._point, self._store = past, point, readings
        self._windows: dict[str, list[Counted]] = {}
        self._spells = {rule: [spell] for (rule, of), spell in past.firing.items() if of == point}
        self._tracks = {rule: _firing(spell) for rule, [spell] in self._spells.items()}
        self._readings = 0
        self._errors: dict[str, str] = {}

    def found(self) -> Found:
        start, end = self._past.start, self._past.end
        kept = {rule: [s for s in spells if within(s, start, end)] for rule, spells in self._spells.items()}
        spells = {(rule, self._point): found for rule, found in kept.items() if found}
        return Found(spells=spells, readings=self._readings, errors=self._errors)

    def leave(self, watching: set[str], at: int) -> None:
        """Rules that no longer watch the point: what they found ends here."""
        for rule in [rule for rule in self._tracks if rule not in watching]:
            if self._tracks.pop(rule).firing:
                self._spells[rule][-1] = self._spells[rule][-1]._replace(ended=at, cleared=at)

    def judge(self, rules: Iterable[Rule], register: Register, series: Series) -> None:
        """The next stretch."""
        point = register.points[self._point]
        past = history(series, point)
        self._readings += len(series.at)
        for rule in rules:
            try:
                self._follow(rule, point, register, past)
            except Exception as error:  # noqa: BLE001 - a rule's error is that rule's, and touches no other
                self._errors[rule.id] = f"{type(error).__name__}: {error}"

    def _follow(self, rule: Rule, point: Point, register: Register, past: History) -> None:
        track = self._tracks.get(rule.id, QUIET)
        if track.condition is Condition.NORMAL and quiet(rule, point, register, past):
            return
        told = self._codes(rule, point, register, past)
        folded = fold(Verdicts(past.at, told, past.value), rule.timing(point), track)
        spells, more = self._spells.setdefault(rule.id, []), list(folded.spells)
        if track.firing:
            first = more.pop(0)
            spells[-1] = spells[-1]._replace(ended=first.ended, cleared=first.cleared)
        spells += more
        self._tracks[rule.id] = folded.track

    def _codes(self, rule: Rule, point: Point, register: Register, past: History) -> Ints:
        window = as_window(rule.kind)
        if window is None:
            return codes(rule, point, register, past)
        if rule.id not in self._windows:
            self._windows[rule.id] = []
            start = int(past.at[0])
            before = history(self._store.columns(self._point, start - window.reach(rule.spec).over, start), point)
            windowed_codes(rule, point, register, before, self._windows[rule.id])
        return windowed_codes(rule, point, register, past, self._windows[rule.id])


def history(series: Series, point: Point) -> History:
    """Columns as the rules see them."""
    return History(
        at=series.at,
        steps=steps_of(series.value, point),
        value=series.value,
        quality=series.quality,
        test=series.test,
        age=series.received - series.at,
    )


def _firing(spell: Spell) -> Track:
    return Track(Condition.ACTIVE, bad_since=spell.started, raised=spell.raised, last=spell.raised)


def _stretches(past: Past, point: str) -> Iterator[tuple[int, int, int]]:
    """(which register, start, end), none longer than fits into memory."""
    for number, (since, register) in enumerate(past.registers):
        until = past.registers[number + 1][0] if number + 1 < len(past.registers) else past.end
        start, end = max(since if number else past.begin, past.begin), min(until, past.end)
        known = register.points.get(point)
        step = max(HOUR, known.interval * AT_ONCE) if known and known.interval else 31 * DAY
        for at in range(start, end, step):
            yield number, at, min(at + step, end)

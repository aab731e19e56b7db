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
from rules.engine import FOREVER
from rules.failing import FAILING
from rules.fold import Verdicts, fold
from rules.kinds import silence, together
from rules.levels import family, known_as, with_levels
from rules.limits import Ints
from rules.links import LINK_RULES
from rules.listening import JUST_BEFORE, Listening
from rules.rule import Rule
from rules.silent import Deaf
from rules.timeline import Transition, What
from rules.verdicts import History, codes, quiet, steps_of, windowed_codes
from rules.windows import Past as Counted
from rules.windows import as_window
from storage.readings.port import Readings, Series

Key = tuple[str, str]
"""(rule, point); a level of a rule has its own, see ``rules.levels``."""
Spells = dict[Key, list[Spell]]

NOT_REPLAYED = (*sorted(LINK_RULES), FAILING)
"""Rules that are in no book: what became of links and of the rules themselves is not stored with the readings."""
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
    deaf: Sequence[Deaf] = ()
    """When nobody could hear, in order."""
    heard_until: int = FOREVER
    """Silence has been judged up to here."""
    only: frozenset[str] = frozenset()
    """The ids of the rules that are asked about, where others are judged for their sake alone; empty: all."""

    @cached_property
    def rules(self) -> list[Rule]:
        """Each rule that judges readings, or the want of them, and each level of it."""
        return [rule for rule in with_levels(self.book) if not isinstance(rule.spec, together.Spec)]

    def asked(self, rule: str) -> bool:
        """Whether the rule, or level, is one that is asked about."""
        return not self.only or known_as(rule) in self.only

    @cached_property
    def parts(self) -> frozenset[str]:
        """The ids of the rules, and levels, whose breaches others put together."""
        named = {part for rule in self.book if isinstance(rule.spec, together.Spec) for part in rule.spec.rules}
        return frozenset(rule.id for rule in self.rules if family(rule.id) in named)

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
    early: Spells = field(default_factory=dict)
    """Of rules that others put together: what was over before ``start``."""
    incomplete: list[str] = field(default_factory=list)
    """Rules that put others together, and of whose parts not all were replayed: nothing is said of these."""

    def add(self, other: Found) -> None:
        """What other points held."""
        self.spells |= other.spells
        self.early |= other.early
        self.readings += other.readings
        self.errors |= other.errors


def replay_point(past: Past, readings: Readings, point: str) -> Found:
    """All breaches of one point that are in force at some time from ``past.start`` to ``past.end``."""
    replaying = _Replaying(past, point, readings)
    for number, start, end in _stretches(past, point):
        rules = past.watchers[number].get(point, [])
        replaying.leave({rule.id for rule in rules}, start)
        if rules:
            replaying.judge(rules, past.registers[number][1], readings.columns(point, start, end), end)
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
        self._listening: dict[str, Listening] = {}
        self._readings = 0
        self._errors: dict[str, str] = {}

    def found(self) -> Found:
        start, end = self._past.start, self._past.end
        for rule, listening in self._listening.items():
            self._tell(rule, listening.to_the_end())
        parts = self._past.parts
        early = {
            rule: [s for s in self._spells[rule] if not within(s, start, end)] for rule in parts & set(self._spells)
        }
        kept = {rule: [s for s in spells if within(s, start, end)] for rule, spells in self._spells.items()}
        return Found(spells=self._by_key(kept), readings=self._readings, errors=self._errors, early=self._by_key(early))

    def _by_key(self, spells: Mapping[str, list[Spell]]) -> Spells:
        return {(rule, self._point): found for rule, found in spells.items() if found}

    def leave(self, watching: set[str], at: int) -> None:
        """Rules that no longer watch the point: what they found ends here."""
        for rule in self._listening.keys() - watching:
            self._tell(rule, self._listening.pop(rule).up_to(at))
        for rule in [rule for rule in self._tracks if rule not in watching]:
            if self._tracks.pop(rule).firing:
                self._spells[rule][-1] = self._spells[rule][-1]._replace(ended=at, cleared=at)

    def judge(self, rules: Iterable[Rule], register: Register, series: Series, until: int) -> None:
        """The next stretch, up to ``until``."""
        point = register.points[self._point]
        past = history(series, point)
        self._readings += len(series.at)
        for rule in rules:
            try:
                if rule.kind.NAME == silence.NAME:
                    self._listen(rule, point, register, past, until)
                else:
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

    def _listen(self, rule: Rule, point: Point, register: Register, past: History, until: int) -> None:
        after = rule.limits(point, register, until).after
        listening = self._listening.get(rule.id)
        if listening is None:
            older = self._store.before(point.id, self._past.begin, JUST_BEFORE)
            listening = Listening(self._past, older, after, self._tracks.get(rule.id, QUIET))
            self._listening[rule.id] = listening
        self._tell(rule.id, listening.held_to(after, register.registered.get(point.id, 0)))
        self._tell(rule.id, listening.hear(past, codes(rule, point, register, past), until))

    def _tell(self, rule: str, found: Iterable[Transition]) -> None:
        """Silence that began and ended."""
        spells = self._spells.setdefault(rule, [])
        for what, track, value in found:
            self._tracks[rule] = track
            if what is What.RAISED:
                spells.append(Spell(track.bad_since, track.raised, value=value))
            elif what is What.RETURNED:
                # News that was on its way when silence was found can be older than the silence's start.
                ended = max(track.good_since, spells[-1].started)
                spells[-1] = spells[-1]._replace(ended=ended, cleared=track.last)

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

"""What is stored of a stretch of history, as far as judging it again needs it: registers in force, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from facility.breach import Spell
from facility.register import Register
from rules.book import RuleBook
from rules.differences import Comparison, compare
from rules.hearing import read_hearing
from rules.kinds import together
from rules.levels import known_as, with_levels
from rules.replay import Progress, replay
from rules.replaying import NOT_REPLAYED, Found, Key, Past, Spells, within
from storage.readings.port import Readings
from storage.records.breaches import BreachFilter
from storage.records.port import Unit

MOST = 100_000
"""So many stored breaches are compared with, at most."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A replay ready to run: nothing of it needs the records any more."""

    past: Past
    points: list[str]
    stored: Spells


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A replay and what it differs in. ``before`` and ``after`` count the breaches that are stored and that were found."""

    found: Found
    comparison: Comparison
    before: int
    after: int
    left_out: list[str]
    """Rules that were not judged."""


def set_up(
    unit: Unit,
    book: RuleBook,
    start: int,
    end: int,
    *,
    points: Sequence[str] = (),
    rules: Sequence[str] = (),
) -> Setup:
    """``points`` are globs; none means all that the rules watch. ``rules``: compare these alone; none means all."""
    draft = Past(book=_only(book, rules), registers=[(0, Register())], start=start, end=end)
    registers = _registers(unit, draft.begin, end)
    heard = read_hearing(unit)
    past = replace(
        draft,
        registers=registers,
        deaf=heard.deaf,
        heard_until=end if heard.until is None else min(end, heard.until),
        only=frozenset(rules),
    )
    stored = _stored(unit, past)
    wanted = _wanted(past, stored, points)
    alive = {rule.id for rule in with_levels(past.book)}
    firing = {
        key: found[-1] for key, spells in stored.items() if (found := [s for s in spells if s.fires_after(past.begin)])
    }
    past = replace(past, firing={key: spell for key, spell in firing.items() if key[0] in alive})
    kept = {key: spells for key, spells in stored.items() if key[1] in set(wanted) and past.asked(key[0])}
    return Setup(past=past, points=wanted, stored=_clipped(kept, start, end))


def run(
    setup: Setup, open_readings: Callable[[], Readings], *, processes: int = 1, progress: Progress | None = None
) -> Replayed:
    """Judge it again and compare. May take minutes."""
    found = replay(setup.past, open_readings, setup.points, processes=processes, progress=progress)
    return compared(setup, found)


def compared(setup: Setup, found: Found) -> Replayed:
    """What was found, against what is stored."""
    gone = {known_as(rule) for rule in found.incomplete}
    stored = {key: spells for key, spells in setup.stored.items() if known_as(key[0]) not in gone}
    return Replayed(
        found=found,
        comparison=compare(stored, found.spells, setup.past.end),
        before=sum(map(len, stored.values())),
        after=sum(map(len, found.spells.values())),
        left_out=[*sorted(gone), *NOT_REPLAYED],
    )


def _only(book: RuleBook, rules: Sequence[str]) -> RuleBook:
    """These, and the parts of those that put others together."""
    if not rules:
        return book
    wanted = {id: rule for id, rule in book.rules.items() if id in rules}
    parts = {part for rule in wanted.values() if isinstance(rule.spec, together.Spec) for part in rule.spec.rules}
    return RuleBook(rules={id: rule for id, rule in book.rules.items() if id in wanted or id in parts})


def _registers(unit: Unit, begin: int, end: int) -> list[tuple[int, Register]]:
    """What was in force at ``begin``, and each later one until ``end``. Before there was a register, the first one holds."""
    changes: list[int] = []
    for version in range(unit.registers.version(), 0, -1):
        written = next((f.at for f in unit.facts.of("register", str(version)) if f.what in ("imported", "changed")), 0)
        if written <= begin:
            break
        if written < end:
            changes.append(written)
    found = [(at, unit.registers.load(at)) for at in [begin, *sorted(set(changes))]]
    if len(found) > 1 and not found[0][1].version:
        return [(begin, found[1][1]), *found[2:]]
    return found


def _stored(unit: Unit, past: Past) -> Spells:
    """Of the rules that are asked about, and of those that are judged for their sake."""
    found: Spells = {}
    for breach in unit.breaches.find(BreachFilter(since=past.begin, until=past.end), limit=MOST):
        if not past.only or known_as(breach.rule) in past.book.rules:
            found.setdefault((breach.rule, breach.point), []).append(breach.spell)
    return found


def _clipped(spells: Spells, start: int, end: int) -> Spells:
    kept = {key: [spell for spell in found if within(spell, start, end)] for key, found in spells.items()}
    return {key: found for key, found in kept.items() if found}


def _wanted(past: Past, stored: dict[Key, list[Spell]], globs: Sequence[str]) -> list[str]:
    known = {point: None for watchers in past.watchers for point in watchers} | {point: None for _, point in stored}
    return [point for point in known if not globs or any(fnmatchcase(point, glob) for glob in globs)]

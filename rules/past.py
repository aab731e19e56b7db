"""What is stored of a stretch of history, as far as judging it again needs it: registers in force, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from facility.breach import Spell
from facility.register import Register
from rules.book import RuleBook
from rules.differences import Comparison, compare
from rules.levels import family
from rules.replay import Progress, replay
from rules.replaying import Found, Key, Past, Spells, within
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
    past = Past(book=draft.book, registers=registers, start=start, end=end)
    stored = _stored(unit, past.begin, end, rules)
    wanted = _wanted(past, stored, points)
    firing = {key: spells[0] for key, spells in stored.items() if _in_force(spells[0], past.begin)}
    alive = {rule.id for rule in past.rules}
    past = Past(
        book=past.book,
        registers=registers,
        start=start,
        end=end,
        firing={key: spell for key, spell in firing.items() if key[0] in alive},
    )
    gone = set(past.left_out)
    kept = {key: spells for key, spells in stored.items() if key[1] in set(wanted) and family(key[0]) not in gone}
    return Setup(past=past, points=wanted, stored=_clipped(kept, start, end))


def run(
    setup: Setup, open_readings: Callable[[], Readings], *, processes: int = 1, progress: Progress | None = None
) -> Replayed:
    """Judge it again and compare. May take minutes."""
    found = replay(setup.past, open_readings, setup.points, processes=processes, progress=progress)
    return compared(setup, found)


def compared(setup: Setup, found: Found) -> Replayed:
    """What was found, against what is stored."""
    return Replayed(
        found=found,
        comparison=compare(setup.stored, found.spells, setup.past.end),
        before=sum(map(len, setup.stored.values())),
        after=sum(map(len, found.spells.values())),
        left_out=setup.past.left_out,
    )


def _only(book: RuleBook, rules: Sequence[str]) -> RuleBook:
    return RuleBook(rules={id: rule for id, rule in book.rules.items() if not rules or id in rules})


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


def _stored(unit: Unit, begin: int, end: int, rules: Sequence[str]) -> Spells:
    found: Spells = {}
    for breach in unit.breaches.find(BreachFilter(since=begin, until=end), limit=MOST):
        if not rules or family(breach.rule) in rules:
            found.setdefault((breach.rule, breach.point), []).append(breach.spell)
    return found


def _in_force(spell: Spell, at: int) -> bool:
    return spell.fires_after(at)


def _clipped(spells: Spells, start: int, end: int) -> Spells:
    kept = {key: [spell for spell in found if within(spell, start, end)] for key, found in spells.items()}
    return {key: found for key, found in kept.items() if found}


def _wanted(past: Past, stored: dict[Key, list[Spell]], globs: Sequence[str]) -> list[str]:
    known = {point: None for watchers in past.watchers for point in watchers} | {point: None for _, point in stored}
    return [point for point in known if not globs or any(fnmatchcase(point, glob) for glob in globs)]

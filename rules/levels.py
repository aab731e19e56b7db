"""Several severities of one rule: each level is judged as a row of its own, and all of them make one alert. Pure.

A level is a rule to the engine, with an id such as ``pump-pressure-band#critical``. The alert has the severity of the most
urgent level that fires; it returns when none fires any more. A rule that raises another's alert is a level of that other rule,
with an id such as ``smoke-alarm#+smoke-confirmed``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from facility.alert import QUIET, Condition, Severity, Track
from rules.rule import Mode, Rule
from rules.timeline import Move, Transition, What

if TYPE_CHECKING:
    from rules.engine import Engine
    from rules.memory import Memory

MARK = "#"
"""Between a rule's id and a level's name; no rule's id has it."""
RAISED_BY = "+"
"""Before the id of a rule that is a level of another."""


def with_levels(rules: Iterable[Rule]) -> list[Rule]:
    """Each rule, and right behind it its further levels as rules of their own."""
    return [each for rule in rules for each in ((_raising(rule),) if rule.spec.raises else (rule, *_levels(rule)))]


def _raising(rule: Rule) -> Rule:
    return replace(rule, id=f"{rule.spec.raises}{MARK}{RAISED_BY}{rule.id}", level_of=rule.spec.raises)


def _levels(rule: Rule) -> Iterable[Rule]:
    for level in rule.levels:
        name = f"{rule.id}{MARK}{level.severity.name.lower()}"
        yield replace(
            rule, id=name, severity=level.severity, spec=level.spec, levels=(), modes=_shared(rule), level_of=rule.id
        )


def _shared(rule: Rule) -> tuple[Mode, ...]:
    """A mode that calls nobody does so at every level; its other limits are those of the rule's own severity."""
    return tuple(replace(mode, spec=None) for mode in rule.modes if mode.off)


def family(rule: str) -> str:
    """The id under which people know a rule or one of its levels."""
    return rule.partition(MARK)[0]


def raised_by(rule: str) -> str:
    """The rule that is a level of another, by that level's id; empty for all others."""
    level = rule.partition(MARK)[2]
    return level.removeprefix(RAISED_BY) if level.startswith(RAISED_BY) else ""


def known_as(rule: str) -> str:
    """The id of the file in which a rule, or a level, is written."""
    return raised_by(rule) or family(rule)


def families(rules: list[Rule]) -> dict[int, tuple[int, ...]]:
    """Index of each rule that has levels, and of each level → the whole family, the rule itself first."""
    found: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        found.setdefault(rule.level_of or rule.id, []).append(number)
    for members in found.values():
        members.sort(
            key=lambda number: bool(rules[number].level_of)
        )  # one that raises may be read before the rule itself
    return {number: tuple(members) for members in found.values() if len(members) > 1 for number in members}


def merged(engine: Engine, memory: Memory, moves: list[Move]) -> tuple[list[Move], list[Move]]:
    """(moves of rows, the last word on levels taken from them; what the levels did together, told of the rule's own row)."""
    if not engine.families:
        return moves, []
    plain: list[Move] = []
    several: dict[tuple[int, str], list[Move]] = {}
    for move in moves:
        number = engine.rule_number(move.row)
        if move.transitions and number in engine.families:
            several.setdefault((engine.families[number][0], engine.of(move.row)[1].id), []).append(move)
            plain.append(move._replace(transitions=()))
        else:
            plain.append(move)
    folded = [_family_move(engine, memory, number, point, found) for (number, point), found in several.items()]
    return plain, [move for move in folded if move.transitions]


def _family_move(engine: Engine, memory: Memory, number: int, point: str, moves: list[Move]) -> Move:
    rows = {engine.row(engine.rules[member].id, point): member for member in engine.families[number]}
    levels = {row: engine.rules[member].severity for row, member in rows.items() if row is not None}
    tracks = {row: memory.track(row) for row in levels}
    events = [(found, move.row) for move in moves for found in move.transitions]
    events.sort(key=lambda event: event[0].track.last)
    found: list[tuple[Transition, int]] = []
    while events:
        at = events[0][0].track.last
        now = [event for event in events if event[0].track.last == at]
        events = events[len(now) :]
        before = dict(tracks)
        tracks.update({row: transition.track for transition, row in now})
        found += _step(before, tracks, levels, now)
    base = next(iter(levels))
    return Move(base, tracks[base], tuple(step for step, _ in found), tuple(row for _, row in found))


def _step(
    before: Mapping[int, Track],
    after: Mapping[int, Track],
    levels: Mapping[int, Severity],
    events: list[tuple[Transition, int]],
) -> Iterable[tuple[Transition, int]]:
    """What one instant's transitions mean for the alert: at most one, with the row of the level that decides."""
    old, new = most_urgent(before, levels), most_urgent(after, levels)
    row = new if new is not None else old
    if row is None:
        return
    value = next((found.value for found, of in events if of == row), events[-1][0].value)
    track = together(after.values(), max(found.track.good_since for found, _ in events))
    what = _what(old, new, levels, changed=track.condition is not together(before.values(), 0).condition)
    if what is not None:
        yield Transition(what, track, value), row


def _what(old: int | None, new: int | None, levels: Mapping[int, Severity], *, changed: bool) -> What | None:
    if old is None:
        return What.RAISED
    if new is None:
        return What.RETURNED
    if levels[new] != levels[old]:
        return What.RAISED_SEVERITY if levels[new] < levels[old] else What.LOWERED
    return What.MOVED if changed else None


def most_urgent(tracks: Mapping[int, Track], levels: Mapping[int, Severity]) -> int | None:
    """The row of the most urgent level that fires."""
    firing = [row for row, track in tracks.items() if track.firing]
    return min(firing, key=lambda row: levels[row], default=None)


def together(tracks: Iterable[Track], good_since: int) -> Track:
    """All levels' tracks as one. ``good_since`` holds where none fires any more."""
    tracks = list(tracks)
    firing = [track for track in tracks if track.firing]
    last = max((track.last for track in tracks), default=0)
    if not firing:
        return QUIET._replace(good_since=good_since, last=last)
    active = any(track.condition is Condition.ACTIVE for track in firing)
    return Track(
        Condition.ACTIVE if active else Condition.CLEARING,
        bad_since=min(map(attrgetter("bad_since"), firing)),
        raised=min(map(attrgetter("raised"), firing)),
        good_since=0 if active else max(map(attrgetter("good_since"), firing)),
        last=last,
    )


def left_alone(engine: Engine, memory: Memory, gone: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """(rule, point) of which a level has been taken away, and none of those that are left fires."""
    keys = {(family(rule), point) for rule, point in gone if MARK in rule}
    return {key for key in keys if not any(_fires(engine, memory, member, key) for member in engine.rules)}


def _fires(engine: Engine, memory: Memory, member: Rule, key: tuple[str, str]) -> bool:
    row = engine.row(member.id, key[1]) if key[0] in (member.id, member.level_of) else None
    return row is not None and memory.track(row).firing

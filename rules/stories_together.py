"""Stories of rules that put others together: each word names the rules whose alerts go on at that step, one point each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from facility.alert import QUIET, Condition, Track
from facility.register import Register
from facility.text import Text
from rules.book import RuleBook
from rules.engine import Engine
from rules.judging import Outcome
from rules.kind import all_kinds
from rules.kinds import state, together
from rules.layout import compile_engine
from rules.memory import Memory, fresh_memory
from rules.rule import Rule, Story
from rules.timeline import Move, Transition, What

NONE = "none"
_FOUND = {True: "active", False: "ok"}


class UnknownPart(ValueError):
    """A word names no part of the rule."""


def found_together(rule: Rule, spec: together.Spec, story: Story, stage: Register, start: int) -> Iterator[str]:
    """What is found after each step. Raises ``UnknownPart``."""
    words = [_parts(word, spec) for word in story.values]
    most = {name: max((parts.count(name) for parts in words), default=0) for name in spec.rules}
    register = _with_points(stage, sum(most.values()) or 1)
    engine = compile_engine(_book(rule, spec), register, start)
    memory = fresh_memory(engine, start)
    for step, parts in enumerate(words):
        _go(engine, memory, most, parts, start + step * story.every)
        rows = [engine.row(rule.id, point) for point in register.points]
        yield _FOUND[any(row is not None and memory.track(row).firing for row in rows)]


def _parts(word: str, spec: together.Spec) -> list[str]:
    names = [] if word in (NONE, "_") else word.split("+")
    for name in names:
        if name not in spec.rules:
            raise UnknownPart(
                f"{word!r}: {name!r} is no part of it; allowed: {NONE}, {', '.join(spec.rules)}, joined by +"
            )
    return names


def _with_points(stage: Register, most: int) -> Register:
    [first] = stage.points.values()
    points = [replace(first, id=f"{first.id}-{number}", name=Text("故事", "story")) for number in range(most)]
    return replace(stage, points={point.id: point for point in points})


def _book(rule: Rule, spec: together.Spec) -> RuleBook:
    """The rule with stand-ins for its parts: what they find is told by the story."""
    parts = {
        name: replace(
            rule, id=name, kind=all_kinds()[state.NAME], spec=state.Spec(quantity="", bad=frozenset()), stories=()
        )
        for name in spec.rules
    }
    return RuleBook(rules={**parts, rule.id: rule})


def _go(engine: Engine, memory: Memory, most: dict[str, int], parts: list[str], at: int) -> None:
    """Each rule has its own points, and its alerts fill them from the first."""
    moves, first = [], 0
    for name, size in most.items():
        for number in range(size):
            row = engine.row(name, engine.points[first + number].id)
            firing = number < parts.count(name)
            if row is not None and memory.track(row).firing != firing:
                moves.append(_move(row, at, firing=firing))
        first += size
    for move in Outcome(moves=moves).with_levels(engine, memory).moves:
        memory.put(move.row, move.after)


def _move(row: int, at: int, *, firing: bool) -> Move:
    track = (
        Track(Condition.ACTIVE, bad_since=at, raised=at, last=at) if firing else QUIET._replace(good_since=at, last=at)
    )
    return Move(row, track, (Transition(What.RAISED if firing else What.RETURNED, track, None),))

"""Stories: proofs of a rule, told as data and run by the same engine that judges the building."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from facility.alert import Condition
from facility.instant import DAY, duration_text
from facility.point import Device, Point, Setting
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register
from facility.site import ACCESS_CLASSES, Asset, Site, Zone
from facility.text import Text
from facility.units import QUANTITIES, UnitError, quantity_named, state_number
from rules.book import RuleBook
from rules.columns import columns
from rules.engine import Engine
from rules.judging import Outcome, judge_batch, overdue
from rules.kinds import together as together_kind
from rules.layout import compile_engine
from rules.levels import most_urgent, together
from rules.memory import Memory, fresh_memory
from rules.rule import Rule, Story
from rules.stories_together import UnknownPart, found_together

START = 20_000 * DAY
"""When every story begins: midnight somewhere in 2024."""

QUALITY_WORDS = {
    "stamped": Quality.STAMPED,
    "fault": Quality.SENSOR_FAULT,
    "range": Quality.OUT_OF_RANGE,
    "uncalibrated": Quality.UNCALIBRATED,
    "clock": Quality.BAD_CLOCK,
    "stale": Quality.STALE,
}
FOUND_WORDS: dict[Condition, str] = {
    Condition.NORMAL: "ok",
    Condition.PENDING: "pending",
    Condition.ACTIVE: "active",
    Condition.CLEARING: "clearing",
}
MEANS: dict[str, frozenset[str]] = {
    "ok": frozenset({"ok"}),
    "pending": frozenset({"pending"}),
    "firing": frozenset({"active", "clearing"}),
    "active": frozenset({"active"}),
    "clearing": frozenset({"clearing"}),
    "unknown": frozenset({"unknown"}),
}
"""What each word of ``expect`` is content with: an alert fires until it has been clear for long enough."""


class BadStory(ValueError):
    """A word of the story means nothing. The text says which, and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story as it went."""

    rule: Rule
    story: Story
    found: tuple[str, ...] = ()
    problem: str = ""
    """Why it could not be told to its end; empty when it could."""

    @property
    def wrong(self) -> list[int]:
        """The steps at which something else was found than expected."""
        pairs = enumerate(zip(self.story.expect, self.found, strict=False))
        return [step for step, (expected, found) in pairs if not _fits(expected, found)]

    @property
    def held(self) -> bool:
        """Whether it went as told."""
        return not self.problem and not self.wrong


def _fits(expected: str, found: str) -> bool:
    """``firing`` is content with ``active:high``; ``firing:critical`` is not."""
    word, _, severity = expected.partition(":")
    stands, _, level = found.partition(":")
    return stands in MEANS.get(word, frozenset()) and severity in ("", level)


def tell(rule: Rule, story: Story) -> Telling:
    """Run one story."""
    try:
        _check(rule, story)
        return Telling(rule=rule, story=story, found=tuple(_found(rule, story)))
    except BadStory as error:
        return Telling(rule=rule, story=story, problem=str(error))


def _check(rule: Rule, story: Story) -> None:
    for expected in story.expect:
        word, colon, severity = expected.partition(":")
        if word not in MEANS:
            raise BadStory(f"{expected!r} is nothing that can be expected; allowed: {', '.join(MEANS)}")
        levels = [level.severity for level in rule.levels]
        possible = [level.name.lower() for level in (rule.severity, *levels)] if levels else []
        if colon and severity not in possible:
            allowed = ", ".join(possible) or f"{word} alone, the rule has no levels"
            raise BadStory(f"{expected!r}: the rule has no such level; allowed: {allowed}")


def tell_all(rules: Iterable[Rule]) -> list[Telling]:
    """Every story of every rule."""
    return [tell(rule, story) for rule in rules for story in rule.stories]


def told(telling: Telling) -> str:
    """What a person reads when a story fails: which file and line, and the steps side by side."""
    story = telling.story
    head = f"{telling.rule.path}:{story.line}: {telling.rule.id}: {story.name}"
    if telling.problem:
        return f"{head}\n    {telling.problem}\n"
    rows = [("", "time", "value", "expected", "found")]
    rows += [_row(telling, step) for step in range(len(story.values))]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([head, *(line.rstrip() for line in lines)]) + "\n"


def _row(telling: Telling, step: int) -> tuple[str, str, str, str, str]:
    story = telling.story
    mark = "→" if step in telling.wrong else ""
    time = duration_text(step * story.every)
    return mark, time, story.values[step], story.expect[step], telling.found[step]


def _found(rule: Rule, story: Story) -> Iterator[str]:
    if isinstance(rule.spec, together_kind.Spec):
        yield from _found_together(rule, rule.spec, story)
        return
    engine = compile_engine(RuleBook(rules={rule.id: rule}), stage(rule, story), START)
    point = _point_id(rule)
    rows = {name: row for name in engine.rule_index if (row := engine.row(name, point)) is not None}
    if rule.id in engine.errors:
        raise BadStory(f"the rule's code failed: {engine.errors[rule.id]}")
    if not rows:
        raise BadStory("the rule does not watch the point that its applies describes")
    memory = fresh_memory(engine, START)
    for step, word in enumerate(story.values):
        at = START + step * story.every
        _step(engine, memory, readings_of(rule, story, word, at), at)
        yield _state(engine, memory, list(rows.values()))


def _found_together(rule: Rule, spec: together_kind.Spec, story: Story) -> Iterator[str]:
    try:
        yield from found_together(rule, spec, story, START)
    except UnknownPart as error:
        raise BadStory(str(error)) from None


def _state(engine: Engine, memory: Memory, rows: list[int]) -> str:
    """Where the alert stands, and how urgent it is where the rule has levels: ``active:critical``."""
    tracks = {row: memory.track(row) for row in rows}
    track = together(tracks.values(), 0)
    top = most_urgent(tracks, {row: engine.of(row)[0].severity for row in rows})
    if top is not None and len(rows) > 1:
        return f"{FOUND_WORDS[track.condition]}:{engine.of(top)[0].severity.name.lower()}"
    if top is not None:
        return FOUND_WORDS[track.condition]
    if any(one.condition is Condition.PENDING for one in tracks.values()):
        return FOUND_WORDS[Condition.PENDING]
    known = any(engine.group_of(row).limits.known[row - engine.group_of(row).base] for row in rows)
    return FOUND_WORDS[Condition.NORMAL] if known else "unknown"


def _step(engine: Engine, memory: Memory, readings: list[Reading], now: int) -> None:
    batch = columns(readings, engine.index)
    _adopt(memory, judge_batch(engine, memory, batch, now))
    memory.saw(batch, now)
    _adopt(memory, overdue(engine, memory, now))


def _adopt(memory: Memory, outcome: Outcome) -> None:
    for rule, error in outcome.errors.items():
        raise BadStory(f"{rule}: the rule's code failed: {error}")
    for move in outcome.moves:
        memory.put(move.row, move.after)


def _point_id(rule: Rule) -> str:
    """An id that the rule's own globs fit."""
    globs = rule.applies.only.points
    return globs[0].replace("*", "story").replace("?", "x") if globs else "story.point"


def readings_of(rule: Rule, story: Story, word: str, at: int) -> list[Reading]:
    """One word: ``0.49``, ``alarm``, ``_`` (nothing), ``!fault`` or ``!fault:0.49``, any of them after ``t:`` (a test)."""
    if word == "_":
        return []
    test, rest = word.startswith("t:"), word.removeprefix("t:")
    quality, value = Quality.GOOD, rest
    if rest.startswith("!"):
        name, _, value = rest[1:].partition(":")
        if name not in QUALITY_WORDS:
            raise BadStory(f"{word!r}: no such quality; allowed: {', '.join('!' + known for known in QUALITY_WORDS)}")
        quality = QUALITY_WORDS[name]
    return [Reading(_point_id(rule), at, _value(quantity_of(rule, story), word, value or "0"), quality, test, at)]


def _value(quantity: str, word: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = np.nan
    if np.isfinite(number):
        return number
    if quantity_named(quantity).is_state:
        try:
            return state_number(quantity, value)
        except UnitError as error:
            raise BadStory(str(error)) from None
    raise BadStory(f"{word!r} is no value; allowed: a number, _ for nothing, !fault and the like, t: before a test")


def quantity_of(rule: Rule, story: Story) -> str:
    """The rule's own; a rule for any quantity is told by a pressure, or by what the story's unit belongs to."""
    if rule.applies.only.quantity:
        return rule.applies.only.quantity[0]
    taken = {name for other in rule.applies.unless for name in other.quantity}
    fitting = [name for name, known in QUANTITIES.items() if name not in taken and story.unit in (*known.units, "")]
    return fitting[0] if fitting else "pressure"


def stage(rule: Rule, story: Story) -> Register:
    """A register with one point that the rule watches."""
    only = rule.applies.only
    quantity = quantity_of(rule, story)
    known = quantity_named(quantity)
    first = next(iter(known.units), "")
    point = Point(
        id=_point_id(rule),
        asset="story",
        name=Text("故事", "story"),
        quantity=quantity,
        unit=story.unit if story.unit in known.units else first,
        resolution=1.0 if known.is_state else story.resolution,
        interval=story.every if story.interval is None else story.interval,
        device="story",
    )
    asset = Asset(
        id="story",
        zone="story",
        kind=only.asset[0] if only.asset else "",
        model=only.model[0] if only.model else "",
        name=point.name,
    )
    zone = Zone(id="story", site="story", access=_access(rule), name=point.name)
    return Register(
        version=1,
        sites={"story": Site(id="story", name=point.name)},
        zones={"story": zone},
        assets={"story": asset},
        devices={"story": Device(id="story", name=point.name)},
        points={point.id: point},
        settings={name: _setting(point.id, name, value) for name, value in story.settings},
        registered={point.id: START},
    )


def _access(rule: Rule) -> str:
    taken = {access for other in rule.applies.unless for access in other.access}
    left = [access for access in ACCESS_CLASSES if access not in taken]
    return (rule.applies.only.access or tuple(left) or ("",))[0]


def _setting(point: str, name: str, value: float) -> Setting:
    return Setting(point=point, name=name, value=value, since=START, approver="story")

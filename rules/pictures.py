"""A story as something to look at: the value at each step, the limits it is held to, and what was found. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from facility.reading import Reading
from facility.units import quantity_named
from rules.book import limits_at
from rules.rule import Rule, Story
from rules.stories import START, BadStory, Telling, quantity_of, readings_of, stage, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. ``found`` is the state without its severity."""

    at: int
    """Milliseconds from the story's start."""
    word: str
    value: float | None
    """None where nothing arrives, or where what arrives has no value worth drawing."""
    good: bool
    """Whether the value is evidence and no test."""
    expected: str
    found: str
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``low`` and ``high`` are the limits in ``unit``, where there are any; ``is_state``: values are words."""

    name: str
    steps: tuple[Step, ...]
    low: float | None
    high: float | None
    unit: str
    is_state: bool
    held: bool
    problem: str


def picture(rule: Rule, story: Story) -> Picture:
    """The story, run now."""
    telling = tell(rule, story)
    register = stage(rule, story)
    [point] = register.points.values()
    limits = limits_at(rule, point, register, START)
    return Picture(
        name=story.name,
        steps=tuple(_steps(rule, story, telling)) if not telling.problem else (),
        low=limits.low if limits else None,
        high=limits.high if limits else None,
        unit=point.unit,
        is_state=quantity_named(quantity_of(rule, story)).is_state,
        held=telling.held,
        problem=telling.problem,
    )


def _steps(rule: Rule, story: Story, telling: Telling) -> list[Step]:
    wrong = set(telling.wrong)
    return [_step(rule, story, telling, number, wrong=number in wrong) for number in range(len(story.values))]


def _step(rule: Rule, story: Story, telling: Telling, number: int, *, wrong: bool) -> Step:
    word, at = story.values[number], number * story.every
    arrived = _arrived(rule, story, word, START + at)
    bare = "!" in word and ":" not in word
    return Step(
        at=at,
        word=word,
        value=None if not arrived or bare else arrived[0].value,
        good="!" not in word and not word.startswith("t:"),
        expected=story.expect[number].partition(":")[0],
        found=telling.found[number].partition(":")[0],
        wrong=wrong,
    )


def _arrived(rule: Rule, story: Story, word: str, at: int) -> list[Reading]:
    """Nothing to draw where the words are no values, as in stories of rules that judge other rules' alerts."""
    try:
        return readings_of(rule, story, word, at)
    except BadStory:
        return []

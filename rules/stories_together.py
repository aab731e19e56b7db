"""Stories of rules that put others together: each word names the rules whose alerts go on at that step, one point each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from facility.breach import Spell
from rules.kinds import together
from rules.rule import Rule, Story
from rules.together import Part, weave

NONE = "none"
_FOUND = {True: "active", False: "ok"}


class UnknownPart(ValueError):
    """A word names no part of the rule."""


def found_together(rule: Rule, spec: together.Spec, story: Story, start: int) -> Iterator[str]:
    """What is found after each step. Raises ``UnknownPart``."""
    levels = {rule.severity: spec}
    levels |= {level.severity: level.spec for level in rule.levels if isinstance(level.spec, together.Spec)}
    parts = list(_spells([_parts(word, spec) for word in story.values], story.every, start))
    woven = {severity: weave(one, parts, start) for severity, one in levels.items()}
    for step in range(len(story.values)):
        at = start + step * story.every
        firing = [severity for severity, found in woven.items() if any(one.spell.fires_after(at) for one in found)]
        level = f":{min(firing).name.lower()}" if firing and rule.levels else ""
        yield _FOUND[bool(firing)] + level


def _parts(word: str, spec: together.Spec) -> list[str]:
    names = [] if word in (NONE, "_") else word.split("+")
    for name in names:
        if name not in spec.rules:
            raise UnknownPart(
                f"{word!r}: {name!r} is no part of it; allowed: {NONE}, {', '.join(spec.rules)}, joined by +"
            )
    return names


def _spells(steps: list[list[str]], every: int, start: int) -> Iterator[Part]:
    """Each rule has its own points, and its alerts fill them from the first."""
    begun: dict[tuple[str, int], int] = {}
    for step, names in enumerate([*steps, []]):
        at = start + step * every
        now = {(name, number) for name, count in Counter(names).items() for number in range(count)}
        for name, number in sorted(begun.keys() - now):
            since = begun.pop((name, number))
            over = None if step == len(steps) else at
            yield Part(name, f"{name}-{number}", Spell(since, since, over, over))
        begun |= dict.fromkeys(now - begun.keys(), at)

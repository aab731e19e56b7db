"""Small pictures as SVG: a rule's stories, and what a change would have done to its alerts. No script, no inline style."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup

from facility.breach import Spell
from facility.instant import duration_text
from rules.pictures import Picture, Step

WIDTH, HEIGHT = 320, 96
TOP, BOTTOM = 8, 66
"""Between these the values are drawn; the states stand under them."""
FLOOR = 92
TALL = {"ok": 4, "unknown": 4, "pending": 9, "clearing": 14, "active": 20}
"""A state is told by height as well as by colour."""


def story_svg(picture: Picture, words: Callable[[str], str]) -> Markup:
    """``words`` says a state in the reader's language."""
    label = f"{picture.name}: {', '.join(f'{words(found)} ×{count}' for found, count in runs(picture.steps))}"
    body = Markup("").join([*_limits(picture), *_curve(picture), *_states(picture, words)])
    return Markup('<svg class="story" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, label, body
    )


def runs(steps: Iterable[Step]) -> list[tuple[str, int]]:
    """State after state, with how many steps each lasts."""
    found: list[tuple[str, int]] = []
    for step in steps:
        if found and found[-1][0] == step.found:
            found[-1] = (step.found, found[-1][1] + 1)
        else:
            found.append((step.found, 1))
    return found


def _x(picture: Picture, number: float) -> float:
    return round(6 + (WIDTH - 12) * (number + 0.5) / max(1, len(picture.steps)), 1)


def _y(picture: Picture, value: float) -> float:
    known = [step.value for step in picture.steps if step.value is not None]
    known += [limit for limit in (picture.low, picture.high) if limit is not None]
    low, high = min(known), max(known)
    if low == high:
        return (TOP + BOTTOM) / 2
    return round(BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low), 1)


def _limits(picture: Picture) -> Iterator[Markup]:
    if picture.is_state or not picture.steps:
        return
    for limit in (picture.low, picture.high):
        if limit is not None:
            y = _y(picture, limit)
            told = f"{limit:g} {picture.unit}".strip()
            yield Markup('<line class="limit" x1="0" x2="{}" y1="{}" y2="{}"><title>{}</title></line>').format(
                WIDTH, y, y, told
            )


def _curve(picture: Picture) -> Iterator[Markup]:
    """Lines between neighbours that both arrived, and a dot for each; hollow where it is no evidence."""
    drawn = [(number, step) for number, step in enumerate(picture.steps) if step.value is not None]
    for (number, step), (after, other) in pairwise(drawn):
        if after == number + 1 and step.good and other.good:
            yield Markup('<line class="value" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
                _x(picture, number), _y(picture, step.value or 0), _x(picture, after), _y(picture, other.value or 0)
            )
    for number, step in drawn:
        kind = "dot" if step.good else "dot bare"
        yield Markup('<circle class="{}" cx="{}" cy="{}" r="2.6"/>').format(
            kind, _x(picture, number), _y(picture, step.value or 0)
        )


def _states(picture: Picture, words: Callable[[str], str]) -> Iterator[Markup]:
    width = round((WIDTH - 12) / max(1, len(picture.steps)), 2)
    for number, step in enumerate(picture.steps):
        tall = TALL.get(step.found, 4)
        told = f"{duration_text(step.at)}: {step.word} → {words(step.found)}"
        kind = f"st {step.found}" + (" wrong" if step.wrong else "")
        yield Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
            kind, round(6 + width * number, 2), FLOOR - tall, max(0.5, width - 0.6), tall, told
        )


def strip_svg(before: Sequence[Spell], after: Sequence[Spell], start: int, end: int, label: str) -> Markup:
    """One point's time: above, the alerts as they were; under them, as they would have been."""
    was = Markup("").join(_bars(before, (start, end), ("was", 2)))
    would_be = Markup("").join(_bars(after, (start, end), ("would", 13)))
    return Markup(
        '<svg class="strip" viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<line class="axis" x1="0" x2="1000" y1="12" y2="12"/>{}{}</svg>'
    ).format(label, was, would_be)


def _bars(spells: Iterable[Spell], bounds: tuple[int, int], look: tuple[str, int]) -> Iterator[Markup]:
    start, end = bounds
    for spell in spells:
        left = max(0.0, 1000 * (spell.started - start) / (end - start))
        right = min(1000.0, 1000 * ((spell.ended or end) - start) / (end - start))
        yield Markup('<rect class="{}" x="{}" y="{}" width="{}" height="9"/>').format(
            look[0], round(left, 2), look[1], round(max(2.0, right - left), 2)
        )

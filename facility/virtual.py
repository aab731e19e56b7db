"""Virtual points: which points an expression takes, whether their units fit, and its value at one time. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from facility.expression import Both, Call, ExpressionError, Node, Number, Points, Share, compute, parse
from facility.point import Point
from facility.quality import Quality
from facility.reading import Reading
from facility.units import UnitError, convert, quantity_named, state_number

GAP = 3
"""An input is known for so many of its intervals; one that speaks only when something happens, until it speaks again."""
NUMBER = ""
"""The quantity of what has no unit: numbers, shares, a pressure by a pressure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Virtual:
    """An expression bound to the points that it takes."""

    point: Point
    node: Node
    globs: Mapping[str, tuple[Point, ...]]
    words: Mapping[str, float]
    """Point → the number of the word that a share counts."""
    is_number: bool
    """It has no unit of its own: the point's ratio is made of it."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The ids of the points that it takes."""
        return tuple(dict.fromkeys(point.id for points in self.globs.values() for point in points))

    def at(self, at: int, newest: Mapping[str, Reading]) -> Reading | None:
        """Its reading at ``at``, where ``newest`` holds the newest reading of each input up to then; None: it is unknown.

        It carries the worst quality of what it took, and is a test when one of them is.
        """
        taken = {id: newest[id] for id in self.inputs if id in newest and self._known(id, at, newest[id])}
        values = {
            glob: tuple(self._value(point, taken.get(point.id)) for point in points)
            for glob, points in self.globs.items()
        }
        value = compute(self.node, values)
        if value is None or not math.isfinite(value):
            return None
        if self.is_number:
            value = convert(value, "1", self.point.unit, self.point.quantity)
        return Reading(
            self.point.id,
            at,
            value,
            max((reading.quality for reading in taken.values()), default=Quality.GOOD),
            any(reading.test for reading in taken.values()),
            max((reading.received for reading in taken.values()), default=at),
        )

    def _known(self, id: str, at: int, reading: Reading) -> bool:
        interval = next(point.interval for points in self.globs.values() for point in points if point.id == id)
        return reading.at <= at and (not interval or at - reading.at <= GAP * interval)

    def _value(self, point: Point, reading: Reading | None) -> float | None:
        if reading is None:
            return None
        if point.id in self.words:
            return float(reading.value == self.words[point.id])
        return convert(reading.value, point.unit, self._unit(point), point.quantity)

    def _unit(self, point: Point) -> str:
        """Everything of one quantity is computed in one unit: the result's own, or the quantity's usual one."""
        if point.quantity == self.point.quantity:
            return self.point.unit
        return next(iter(quantity_named(point.quantity).units))


def bind(point: Point, points: Mapping[str, Point]) -> Virtual:
    """The point's expression on the points that there are. Raises ``ExpressionError``."""
    node = parse(point.expression)
    globs: dict[str, tuple[Point, ...]] = {}
    words: dict[str, float] = {}
    for glob in _globs(node):
        globs[glob] = _fitting(glob, point, points)
    for share in _shares(node):
        for one in (one for inner in share.inner for one in globs[inner.glob]):
            words[one.id] = _word(share.word, one)
    quantity = _quantity(node, globs, words, several=False)
    if quantity not in (point.quantity, NUMBER):
        raise ExpressionError(f"is a {quantity}, and the point is a {point.quantity}; allowed: the same quantity")
    if quantity == NUMBER and point.quantity != "ratio":
        raise ExpressionError(f"has no unit, and the point is a {point.quantity}; allowed: the quantity ratio")
    return Virtual(point=point, node=node, globs=globs, words=words, is_number=quantity == NUMBER)


def _fitting(glob: str, point: Point, points: Mapping[str, Point]) -> tuple[Point, ...]:
    found = tuple(one for one in points.values() if fnmatchcase(one.id, glob) and one.id != point.id)
    if not found:
        raise ExpressionError(f"[{glob}] fits no point; allowed: ids of points, with * and ? in a function")
    computed = [one.id for one in found if one.expression]
    if computed:
        raise ExpressionError(
            f"[{glob}] takes {computed[0]}, which is computed itself; allowed: points that are measured"
        )
    return found


def _word(word: str, point: Point) -> float:
    try:
        return state_number(point.quantity, word)
    except UnitError as error:
        raise ExpressionError(f"{point.id}: {error}") from None


def _parts(node: Node) -> Iterator[Node]:
    yield node
    inner: tuple[Node, ...] = ()
    match node:
        case Call(_, parts):
            inner = parts
        case Share(_, points):
            inner = points
        case Both(_, left, right):
            inner = (left, right)
        case _:
            pass
    for part in inner:
        yield from _parts(part)


def _globs(node: Node) -> list[str]:
    return list(dict.fromkeys(part.glob for part in _parts(node) if isinstance(part, Points)))


def _shares(node: Node) -> list[Share]:
    return [part for part in _parts(node) if isinstance(part, Share)]


def _quantity(node: Node, globs: Mapping[str, tuple[Point, ...]], words: Mapping[str, float], *, several: bool) -> str:
    match node:
        case Number():
            return NUMBER
        case Share():
            return NUMBER
        case Points(glob):
            return _of_points(glob, globs[glob], words, several=several)
        case Call(name, inner):
            return _same(name, [_quantity(part, globs, words, several=True) for part in inner])
        case Both(sign, left, right):
            pair = [_quantity(part, globs, words, several=False) for part in (left, right)]
            return _joined(sign, pair[0], pair[1])


def _of_points(glob: str, found: tuple[Point, ...], words: Mapping[str, float], *, several: bool) -> str:
    if len(found) > 1 and not several:
        raise ExpressionError(f"[{glob}] fits {len(found)} points; allowed: one, or many in a function")
    states = [one.id for one in found if quantity_named(one.quantity).is_state or one.id in words]
    if states:
        raise ExpressionError(f"{states[0]} says words, nothing can be computed with them; allowed: share_of")
    for one in found:
        usual = next(iter(quantity_named(one.quantity).units))
        try:
            convert(1.0, one.unit, usual, one.quantity)
        except UnitError as error:
            raise ExpressionError(f"{one.id}: {error}") from None
    return _same(f"[{glob}]", [one.quantity for one in found])


def _same(name: str, found: list[str]) -> str:
    kinds = sorted(set(found))
    if len(kinds) > 1:
        shown = " and ".join(kind or "a number" for kind in kinds)
        raise ExpressionError(f"{name} mixes {shown}; allowed: one quantity")
    return kinds[0]


def _joined(sign: str, left: str, right: str) -> str:
    match sign:
        case "+" | "-":
            return _same(sign, [left, right])
        case "*" if NUMBER in (left, right):
            return left or right
        case "/" if right in (NUMBER, left):
            return NUMBER if right == left else left
        case _:
            shown = f"{left or 'a number'} {sign} {right or 'a number'}"
            raise ExpressionError(
                f"{shown} has no unit that we know; allowed: by a number, or one quantity by the same"
            )

"""Points that are computed from others: ``[a.pressure] - [b.pressure]``, ``sum([t1-*.flow])``, ``share_of("fault", [*.fault])``.

A grammar of its own and nothing besides: numbers, points in square brackets (inside a function with * and ?), + - * /, brackets,
and min, max, avg, sum, share_of. Units are checked when it is bound to a register, not when it is computed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

LONGEST = 500
DEEPEST = 20
FUNCTIONS = ("min", "max", "avg", "sum", "share_of")
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|\[(?P<point>[^\[\]]+)\]|"(?P<word>[^"]*)"|(?P<name>[a-z_]+)|(?P<sign>[-+*/(),]))"""
)


_ALLOWED = f"numbers, [points], + - * / ( ) and {', '.join(FUNCTIONS)}"


class ExpressionError(ValueError):
    """What is wrong with it, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number without a unit."""

    value: float


@dataclass(frozen=True, slots=True)
class Points:
    """One point, or in a function all that fit."""

    glob: str


@dataclass(frozen=True, slots=True)
class Call:
    """min, max, avg or sum."""

    name: str
    inner: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """The share of some points that say a word."""

    word: str
    inner: tuple[Points, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """Two sides and a sign."""

    sign: str
    left: Node
    right: Node


Node = Number | Points | Call | Share | Both


class _Token(NamedTuple):
    kind: str
    text: str


def parse(text: str) -> Node:
    """The text as a tree. Raises ``ExpressionError``."""
    if len(text) > LONGEST:
        raise ExpressionError(f"has {len(text)} characters; allowed: {LONGEST}")
    parser = _Parser(_tokens(text))
    node = parser.sum(0)
    parser.end()
    return node


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    rest = text.rstrip()
    while place < len(rest):
        match = _TOKEN.match(rest, place)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"{rest[place:].strip()[:20]!r} is not understood; allowed: {_ALLOWED}")
        found.append(_Token(match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    return found


class _Parser:
    """One step of lookahead, from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._rest = tokens[::-1]

    def sum(self, depth: int) -> Node:
        node = self._product(depth)
        while (sign := self._sign("+-")) is not None:
            node = Both(sign, node, self._product(depth))
        return node

    def end(self) -> None:
        if self._rest:
            raise ExpressionError(f"{self._rest[-1].text!r} is one too many; allowed: a sign between two parts")

    def _product(self, depth: int) -> Node:
        node = self._part(depth + 1)
        while (sign := self._sign("*/")) is not None:
            node = Both(sign, node, self._part(depth + 1))
        return node

    def _part(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise ExpressionError(f"goes deeper than {DEEPEST} brackets")
        if not self._rest:
            raise ExpressionError("ends too early; allowed: a number, a [point], a function or a bracket")
        token = self._rest.pop()
        match token.kind:
            case "number":
                return Number(float(token.text))
            case "point":
                return Points(token.text.strip())
            case "name":
                return self._call(token.text, depth)
            case "sign" if token.text == "(":
                node = self.sum(depth)
                self._expect(")")
                return node
            case "sign" if token.text == "-":
                return Both("-", Number(0.0), self._part(depth + 1))
            case _:
                raise ExpressionError(
                    f"{token.text!r} is out of place; allowed: a number, a [point], a function or a bracket"
                )

    def _call(self, name: str, depth: int) -> Node:
        if name not in FUNCTIONS:
            raise ExpressionError(f"{name!r} is no function; allowed: {', '.join(FUNCTIONS)}")
        self._expect("(")
        if name == "share_of":
            return self._share()
        inner = [self.sum(depth)]
        while self._sign(",") is not None:
            inner.append(self.sum(depth))
        self._expect(")")
        return Call(name, tuple(inner))

    def _share(self) -> Node:
        word = self._take("word", 'a word, as in share_of("fault", [points])')
        points: list[Points] = []
        while self._sign(",") is not None:
            points.append(Points(self._take("point", "points in square brackets").strip()))
        self._expect(")")
        if not points:
            raise ExpressionError('share_of names no points; allowed: share_of("fault", [points])')
        return Share(word, tuple(points))

    def _take(self, kind: str, allowed: str) -> str:
        if not self._rest or self._rest[-1].kind != kind:
            raise ExpressionError(f"{self._next()} is out of place; allowed: {allowed}")
        return self._rest.pop().text

    def _sign(self, signs: str) -> str | None:
        if self._rest and self._rest[-1].kind == "sign" and self._rest[-1].text in signs:
            return self._rest.pop().text
        return None

    def _expect(self, sign: str) -> None:
        if self._sign(sign) is None:
            raise ExpressionError(f"{self._next()} is out of place; allowed: {sign}")

    def _next(self) -> str:
        return repr(self._rest[-1].text) if self._rest else "the end"


def compute(node: Node, values: Mapping[str, tuple[float | None, ...]]) -> float | None:
    """``values``: the values of each glob's points, None where one is unknown. None where nothing can be said.

    A share is of those that are known; everything else needs all.
    """
    match node:
        case Number(value):
            return value
        case Points(glob):
            return values[glob][0]
        case Share(_, inner):
            known = [value for points in inner for value in values[points.glob] if value is not None]
            return sum(known) / len(known) if known else None
        case Call(name, inner):
            return _called(name, [found for part in inner for found in _all(part, values)])
        case Both(sign, left, right):
            return _joined(sign, compute(left, values), compute(right, values))


def _all(node: Node, values: Mapping[str, tuple[float | None, ...]]) -> tuple[float | None, ...]:
    return values[node.glob] if isinstance(node, Points) else (compute(node, values),)


def _called(name: str, found: list[float | None]) -> float | None:
    known = [value for value in found if value is not None]
    if len(known) < len(found) or not known:
        return None
    match name:
        case "min":
            return min(known)
        case "max":
            return max(known)
        case "avg":
            return sum(known) / len(known)
        case _:
            return sum(known)


def _joined(sign: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right if right else None

"""What a property's register says of rule files: what can never be judged, never breach, or is watched by nobody. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from facility.definition_files.locate import line_of
from facility.point import Point
from facility.register import Register
from rules.book import RuleBook
from rules.kind import CannotJudge
from rules.rule import Filter, Rule
from rules.running import feeds

SHOWN = 5
"""So many points are named; the rest are counted."""
ABOUT_THE_MESSAGE = frozenset({"silence", "quality", "together"})
"""Kinds that say whether a point speaks, or what other rules found; not whether what a point says is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong (``error``) or that a person should know of."""

    error: bool
    path: str
    line: int
    key: str
    """Dotted; empty where no key is to blame."""
    text: str

    def __str__(self) -> str:
        word = "error" if self.error else "warning"
        key = f"{self.key}: " if self.key else ""
        return f"{self.path}:{self.line}: {word}: {key}{self.text}"


def check(book: RuleBook, register: Register, own: Collection[str]) -> list[Finding]:
    """Every rule against the register; ``own`` are the ids of the site's rules. The manual's are not the site's to mend:

    what would be an error in a rule of the site is a warning there, and that a rule of the manual watches nothing is none.
    """
    found: list[Finding] = []
    watched_points: set[str] = set()
    for rule in book:
        points = book.points_of(rule, register)
        if rule.kind.NAME not in ABOUT_THE_MESSAGE:
            watched_points |= {point.id for point in points}
        found += _rule(rule, points, register, mine=rule.id in own)
    found.sort(key=lambda finding: (finding.path, finding.line))
    return [*found, *_unwatched(register, watched_points)]


def _rule(rule: Rule, points: list[Point], register: Register, *, mine: bool) -> Iterator[Finding]:
    if mine:
        yield from _unknown_words(rule, register)
    if not points:
        if mine:
            yield _finding(
                rule, ("applies",), "no point of the register fits this; the rule watches nothing", error=False
            )
        return
    yield from _settings(rule, points, register, mine=mine)
    yield from _modes(rule, points, register, mine=mine)
    yield from _limits(rule, points, register, mine=mine)


def _finding(rule: Rule, key: tuple[str, ...], text: str, *, error: bool) -> Finding:
    line = line_of(rule.text, key)
    return Finding(error=error, path=rule.path, line=line, key=".".join(key), text=text)


def _unknown_words(rule: Rule, register: Register) -> Iterator[Finding]:
    """Words of ``applies`` that nothing in the register bears: mistyped, or of another property."""
    only = rule.applies.only
    kinds = {asset.kind for asset in register.assets.values()}
    models = {asset.model for asset in register.assets.values()} | {dev.model for dev in register.devices.values()}
    for name, words, known in (("asset", only.asset, kinds), ("model", only.model, models - {""})):
        for word in words:
            if word not in known:
                text = f"nothing in the register is a {word!r}; there are: {_some(sorted(known))}"
                yield _finding(rule, ("applies", name), text, error=True)
    for glob in only.points:
        if not any(Filter(points=(glob,)).names(point) for point in register.points):
            yield _finding(rule, ("applies", "points"), f"no point of the register is called {glob!r}", error=True)


def _settings(rule: Rule, points: list[Point], register: Register, *, mine: bool) -> Iterator[Finding]:
    name = rule.spec.setting
    bare = [point for point in points if not register.settings_history(point.id, name)] if name else []
    if not bare:
        return
    key = (rule.kind.NAME, _key_of(rule, name))
    if len(bare) < len(points):
        text = f"{len(bare)} of {len(points)} points have no {name!r} and cannot be judged: {_names(bare)}"
        yield _finding(rule, key, text, error=False)
        return
    known = sorted({setting.name for setting in register.settings.values()})
    text = f"no point that it watches has a {name!r}, so it can judge nothing; set in the register are: {_some(known)}"
    yield _finding(rule, key, text, error=mine)


def _modes(rule: Rule, points: list[Point], register: Register, *, mine: bool) -> Iterator[Finding]:
    """Modes that nobody can say. A rule of the manual is for rooms with and without the equipment that says them."""
    for mode in rule.modes:
        if mode.source is None or not mine:
            continue
        told = {
            judged for feed in feeds(RuleBook(rules={rule.id: rule}), register).values() for judged, _ in feed.words
        }
        bare = [point for point in points if point.id not in told]
        if bare:
            text = f"no point of the register says of {len(bare)} of {len(points)} points when they are in it: {_names(bare)}"
            yield _finding(rule, ("mode", mode.name, "while"), text, error=not told)


def _key_of(rule: Rule, setting: str) -> str:
    """The key of the kind's table that names the setting."""
    keys = ("around", "limit", "above", "below")
    lines = rule.text.split("\n")
    for key in keys:
        line = lines[line_of(rule.text, (rule.kind.NAME, key)) - 1]
        if line.strip().startswith(key) and setting in line:
            return key
    return "around"


def _limits(rule: Rule, points: list[Point], register: Register, *, mine: bool) -> Iterator[Finding]:
    """Limits that the instrument cannot reach: what it would have to measure there is a sensor fault."""
    outside: dict[str, list[Point]] = {}
    reached = 0
    for point in points:
        told = _out_of_range(rule, point, register)
        if told is None:
            reached += 1
        else:
            outside.setdefault(told, []).append(point)
    for told, those in outside.items():
        error = mine and not reached
        yield _finding(rule, (rule.kind.NAME,), f"{told}: {_names(those)}", error=error)


def _out_of_range(rule: Rule, point: Point, register: Register) -> str | None:
    """Why the rule can never be breached on the point, or half of it not; None where all is well, or nothing can be judged."""
    setting = register.settings_history(point.id, rule.spec.setting)[-1:] if rule.spec.setting else []
    try:
        limits = rule.kind.limits(rule.spec, point, setting[0].value if setting else None)
    except CannotJudge as error:
        return None if rule.spec.setting and not setting else f"cannot judge ({error.reason})"
    below = limits.low is not None and point.low is not None and limits.low <= point.low
    above = limits.high is not None and point.high is not None and limits.high >= point.high
    if not (below or above):
        return None
    span = f"{_number(point.low)}–{_number(point.high)} {point.unit}".strip()
    if below and above:
        return f"both limits ({limits.low:g} and {limits.high:g}) lie outside what the instrument measures ({span})"
    which, value = ("lower", limits.low) if below else ("upper", limits.high)
    return f"the {which} limit of {value:g} {point.unit} lies outside what the instrument measures ({span})"


def _number(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


def _unwatched(register: Register, known: set[str]) -> Iterator[Finding]:
    bare: dict[str, list[Point]] = {}
    for point in register.points.values():
        if point.id not in known:
            bare.setdefault(point.quantity, []).append(point)
    for quantity, points in bare.items():
        text = f"{quantity}: no rule holds {len(points)} of its points to anything: {_names(points)}"
        yield Finding(error=False, path="register/points.csv", line=1, key="", text=text)


def _names(points: list[Point]) -> str:
    return _some([point.id for point in points])


def _some(words: list[str]) -> str:
    more = len(words) - SHOWN
    return (", ".join(words[:SHOWN]) or "none") + (f" and {more} more" if more > 0 else "")

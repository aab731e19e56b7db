"""The rules in force, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from facility.alert import Severity
from facility.clause import CLAUSES
from facility.instant import duration_words
from facility.point import Point
from facility.register import Register
from facility.text import Text
from facility.units import QUANTITIES
from facility.work_class import WorkClass
from rules.kind import CannotJudge
from rules.limits import Limits
from rules.rule import Filter, Rule, Signature, signature

SEVERITIES: dict[Severity, Text] = {
    Severity.CRITICAL: Text("紧急", "critical"),
    Severity.HIGH: Text("高", "high"),
    Severity.MEDIUM: Text("中", "medium"),
    Severity.LOW: Text("低", "low"),
}


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """A set of rules by id. Frozen: a change is a new book."""

    rules: dict[str, Rule] = field(default_factory=dict)
    classes: Mapping[str, WorkClass] = field(default_factory=dict)
    """The classes of work by id, for the work orders of alerts; handed in from outside this room."""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __len__(self) -> int:
        return len(self.rules)

    def rules_for(self, point: Point, register: Register) -> list[Rule]:
        """The rules that watch the point, the most urgent first."""
        known = signature(point, register)
        found = [rule for rule in self if rule.applies.to(point.id, known) and _chosen(rule, point, register)]
        return sorted(found, key=lambda rule: rule.severity)

    def points_of(self, rule: Rule, register: Register) -> list[Point]:
        """The points that the rule watches, in the register's order."""
        points = list(register.points.values())
        return [points[number] for number in watched(rule, register, census(register))]


Census = dict[Signature, list[int]]
"""Signature → the places of its points in the register's order."""


def census(register: Register) -> Census:
    """The points by what rules can tell them apart by: worked out once for all rules."""
    found: Census = {}
    for place, point in enumerate(register.points.values()):
        found.setdefault(signature(point, register), []).append(place)
    return found


def watched(rule: Rule, register: Register, known: Census) -> list[int]:
    """The places of the points that ``rule`` watches, in the register's order."""
    points = list(register.points.values())
    named = bool(rule.applies.only.points or any(other.points for other in rule.applies.unless))
    found: list[int] = []
    for each, places in known.items():
        if named and rule.applies.only.fits(each):
            found += [place for place in places if rule.applies.to(points[place].id, each)]
        elif not named and rule.applies.to("", each):
            found += places
    found.sort()
    if rule.applies.one_per_device:
        chosen = {point.id for point in _one_per_device([points[place] for place in found])}
        return [place for place in found if points[place].id in chosen]
    return found


def _one_per_device(points: list[Point]) -> list[Point]:
    chosen: dict[str, Point] = {}
    for point in points:
        key = point.device or f"point {point.id}"
        known = chosen.get(key)
        if known is None or _haste(point) < _haste(known):
            chosen[key] = point
    ids = {point.id for point in chosen.values()}
    return [point for point in points if point.id in ids]


def _haste(point: Point) -> float:
    return point.interval or float("inf")


def _chosen(rule: Rule, point: Point, register: Register) -> bool:
    if not rule.applies.one_per_device or not point.device:
        return True
    siblings = [other for other in register.points.values() if other.device == point.device]
    fitting = [other for other in siblings if rule.applies.to(other.id, signature(other, register))]
    return point in _one_per_device(fitting)


def limits_at(rule: Rule, point: Point, register: Register, at: int) -> Limits | None:
    """What the rule asks of the point at ``at``; None where it cannot judge. ``low`` and ``high`` are in the point's unit."""
    try:
        return rule.limits(point, register, at)
    except CannotJudge:
        return None


def limit_text(rule: Rule, point: Point, register: Register, at: int) -> Text:
    """The limit in words, with its unit; why not, where the rule cannot judge."""
    try:
        return rule.kind.limit_text(rule.spec_at(point, register, at), point, rule.limits(point, register, at))
    except CannotJudge as error:
        return Text(f"无法判断：{error.reason}", f"cannot judge: {error.reason}")


def sentence(rule: Rule, language: str) -> str:
    """What the rule watches, when it raises, when it returns, and what follows, in one sentence."""
    return _chinese(rule) if language.startswith("zh") else _english(rule)


def _chinese(rule: Rule) -> str:
    spec = rule.spec
    hold = f"持续 {duration_words(spec.hold_for).zh}" if spec.hold_for else ""
    clear = f"；恢复正常 {duration_words(spec.clear_for).zh}后解除" if spec.clear_for else "；恢复正常即解除"
    order = "，并开工单" if rule.response.work_order else ""
    level = SEVERITIES[rule.severity].zh
    clause = f"（手册 {rule.clause}）" if rule.clause in CLAUSES else ""
    what = rule.kind.watches(rule.spec).zh
    gap = " " if what[-1:].isascii() else ""  # behind a unit
    return f"{_who(rule.applies.only, 'zh')}{what}{gap}{hold}时，发出{level}级报警{order}{clear}{clause}。"


def _english(rule: Rule) -> str:
    spec = rule.spec
    hold = f" for {duration_words(spec.hold_for).en}" if spec.hold_for else ""
    clear = (
        f"once it has been good for {duration_words(spec.clear_for).en}"
        if spec.clear_for
        else "as soon as it is good again"
    )
    order = " and opens a work order" if rule.response.work_order else ""
    level = SEVERITIES[rule.severity].en
    clause = f" (manual {rule.clause})" if rule.clause in CLAUSES else ""
    what = rule.kind.watches(rule.spec).en
    return (
        f"When {_who(rule.applies.only, 'en')} {what}{hold}, "
        f"this raises a {level} alert{order}; it returns {clear}{clause}."
    )


def _who(only: Filter, language: str) -> str:
    chinese = language == "zh"
    names = [QUANTITIES[quantity].name.say(language) for quantity in only.quantity]
    subject = ("、" if chinese else " or ").join(names) or ("测点" if chinese else "a point")
    where = [*only.asset, *only.access, *only.model, *only.points]
    if not where:
        return subject
    return f"{subject}（{'、'.join(where)}）" if chinese else f"{subject} ({', '.join(where)})"

"""Every rule on every point it watches, laid out as arrays. Frozen: a change of rules or register is a new engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from facility.alert import Timing
from facility.point import Point
from facility.register import Register
from rules.book import RuleBook
from rules.kind import CannotJudge, Kind
from rules.levels import families
from rules.limits import Floats, Index, Ints, Limits, LimitTable, Small
from rules.rule import Rule
from rules.together import Layout

FOREVER = 2**62
"""Later than any instant."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """All rows of one kind, ordered by point, so that a point's rows stand together."""

    kind: Kind
    base: int
    """The number of its first row among the rows of all kinds."""
    rule: Small
    """Row → index into the engine's rules."""
    point: Small
    """Row → index into the engine's points."""
    limits: LimitTable
    since: Ints
    until: Ints
    first: Index
    """Point → its first row here."""
    count: Index
    """Point → how many rows it has here."""

    def __len__(self) -> int:
        return len(self.rule)

    @cached_property
    def one_each(self) -> bool:
        """Every point has exactly one row: a reading's row is found without expanding anything."""
        return bool((self.count == 1).all())

    @cached_property
    def at_most_one(self) -> bool:
        """No point has more than one row."""
        return bool((self.count <= 1).all())

    @cached_property
    def in_force(self) -> tuple[int, int]:
        """The time in which all its limits are those of the table."""
        return int(self.since.max(initial=-FOREVER)), int(self.until.min(initial=FOREVER))


@dataclass(frozen=True, kw_only=True)
class Engine:
    """``rules.layout.compile_engine`` makes one."""

    book: RuleBook
    register: Register
    rules: list[Rule]
    points: list[Point]
    index: dict[str, int]
    """Point id → index."""
    resolution: Floats
    """By point; 1 for a state."""
    groups: list[Group]
    cannot: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Rule → why it cannot judge → the points."""
    errors: dict[str, str] = field(default_factory=dict)
    """Rules whose code raised while their limits were worked out."""

    @cached_property
    def rule_index(self) -> dict[str, int]:
        """Rule id → index."""
        return {rule.id: number for number, rule in enumerate(self.rules)}

    @cached_property
    def families(self) -> dict[int, tuple[int, ...]]:
        """Index of each rule with several levels → those of all its levels; see ``rules.levels``."""
        return families(self.rules)

    @cached_property
    def levelled(self) -> frozenset[str]:
        """The ids of the rules with several levels, and of these."""
        return frozenset(self.rules[number].id for number in self.families)

    @cached_property
    def correlated(self) -> Layout:
        """Which rows belong together; see ``rules.together``."""
        return Layout(self)

    @cached_property
    def inhibitors(self) -> frozenset[str]:
        """The ids of the rules that inhibit others."""
        return frozenset(inhibition.rule for rule in self.rules for inhibition in rule.inhibited_by)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(len(group) for group in self.groups)

    @cached_property
    def next_change(self) -> int:
        """The instant at which a limit in the tables ends."""
        return min((group.in_force[1] for group in self.groups), default=FOREVER)

    def group_of(self, row: int) -> Group:
        """The group that holds the row."""
        return next(group for group in self.groups if group.base <= row < group.base + len(group))

    def row(self, rule: str, point: str) -> int | None:
        """The row of a rule on a point; None where the rule does not watch it."""
        number, place = self.rule_index.get(rule), self.index.get(point)
        if number is None or place is None:
            return None
        kind = self.rules[number].kind
        group = next((found for found in self.groups if found.kind is kind), None)
        if group is None:
            return None
        first = int(group.first[place])
        found = np.flatnonzero(group.rule[first : first + int(group.count[place])] == number)
        return group.base + first + int(found[0]) if len(found) else None

    def rules_of(self, point: str) -> Iterator[Rule]:
        """Every rule that watches the point."""
        place = self.index.get(point)
        for group in self.groups if place is not None else ():
            first = int(group.first[place])
            for row in range(first, first + int(group.count[place])):
                yield self.rules[int(group.rule[row])]

    def rule_number(self, row: int) -> int:
        """The index of a row's rule."""
        group = self.group_of(row)
        return int(group.rule[row - group.base])

    def of(self, row: int) -> tuple[Rule, Point]:
        """The rule and the point of a row."""
        group = self.group_of(row)
        local = row - group.base
        return self.rules[int(group.rule[local])], self.points[int(group.point[local])]

    def timing(self, row: int) -> Timing:
        """Hold and clear times of a row."""
        rule, point = self.of(row)
        return rule.timing(point)

    def limits_at(self, row: int, at: int) -> Limits | None:
        """What was in force at ``at``."""
        rule, point = self.of(row)
        try:
            return rule.limits(point, self.register, at)
        except CannotJudge:
            return None

"""How the rules themselves are doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.engine import Engine
from rules.memory import NEVER, Memory

SHOWN = 20
"""So many points are named for each reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A rule whose code raised."""

    text: str
    since: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHealth:
    """One rule."""

    rule: str
    version: str
    rows: int
    """How many points it watches."""
    last_judged: int | None
    error: Trouble | None = None
    cost: float | None = None
    """Microseconds for a reading, sampled; None before the first sample."""
    cannot_judge: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    """Why not → how many points, and the first of them."""

    def note(self) -> dict[str, Any]:
        """As JSON."""
        error = self.error
        return {
            "rule": self.rule,
            "version": self.version,
            "rows": self.rows,
            "last_judged": self.last_judged,
            "error": None if error is None else {"text": error.text, "since": error.since, "count": error.count},
            "cost_us": None if self.cost is None else round(self.cost, 3),
            "cannot_judge": [
                {"reason": reason, "count": count, "points": list(points)}
                for reason, (count, points) in self.cannot_judge.items()
            ],
        }


def rule_health(
    engine: Engine, memory: Memory, troubles: dict[str, Trouble], costs: Mapping[str, float] | None = None
) -> list[RuleHealth]:
    """All rules, in the book's order. ``costs``: rule → seconds for a reading."""
    spent = {rule: cost * 1e6 for rule, cost in (costs or {}).items()}
    found: dict[int, tuple[int, int]] = {}
    for group in engine.groups:
        judged = memory.judged_at[group.point]
        for number in set(group.rule.tolist()):
            mine = judged[group.rule == number]
            found[number] = (len(mine), int(mine.max(initial=NEVER)))
    return [
        RuleHealth(
            rule=rule.id,
            version=rule.version,
            rows=found.get(number, (0, NEVER))[0],
            last_judged=None if found.get(number, (0, NEVER))[1] == NEVER else found[number][1],
            error=troubles.get(rule.id),
            cost=spent.get(rule.id),
            cannot_judge=_reasons(engine.cannot.get(rule.id, {})),
        )
        for number, rule in enumerate(engine.rules)
        if not rule.level_of
    ]


def _reasons(cannot: dict[str, list[str]]) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {reason: (len(points), tuple(points[:SHOWN])) for reason, points in cannot.items()}

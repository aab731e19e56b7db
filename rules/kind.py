"""What a kind of rule is: one file in ``rules/kinds/``, found by its file."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from facility.point import Point
from facility.quality import Quality
from facility.text import Text
from rules import kinds
from rules.limits import Bools, Index, Limits, LimitTable, Samples
from rules.tables import KindTable


class CannotJudge(Exception):
    """The point lacks what the rule needs, such as its set pressure. ``reason`` is shown in the rule's health."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class SpecError(ValueError):
    """A value of the kind's table does not fit. ``key`` says which."""

    def __init__(self, key: str, text: str) -> None:
        self.key = key
        super().__init__(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What every kind's parsed table has."""

    hold_for: int = 0
    """Milliseconds."""
    clear_for: int = 0
    setting: str = ""
    """The name of the point's setting that the limits are taken around; empty where they need none."""
    raises: str = ""
    """The rule whose alert it makes more urgent, instead of one of its own; empty for all that have their own."""


class Kind(Protocol):
    """The contract of a file in ``rules/kinds/``. Pure: no clock, no I/O.

    ``limits`` may use a point's quantity, unit, resolution, range and interval, and nothing else of it: rows that agree in
    these share what it returns.
    """

    NAME: str
    """The name of its table in a rule file."""
    SUMMARY: Text
    """What it is for, in one line."""
    EVIDENCE: frozenset[Quality]
    """Readings of these qualities move its alerts."""
    BREACHES: frozenset[int]
    """The qualities with which a reading can be a breach at all; batches without them are passed over."""
    SHOWS_VALUE: bool
    """Whether the reading's value is what an alert is about."""
    NEEDS_QUANTITY: bool
    """Whether the rule must name one quantity, in whose units or words its limits are written."""
    JUDGES_LATE: bool
    """Whether a reading older than the newest judged one can raise an alert (rules with a hold never do)."""
    COUNTS_EACH: bool
    """Whether how many readings there are decides: a flood must not be thinned for it."""

    @property
    def Table(self) -> type[KindTable]:  # noqa: N802 - it is a class
        """The pydantic model of its table."""

    def spec(self, table: Any, quantity: str) -> Spec:
        """The table parsed. Raises ``SpecError``."""

    def limits(self, spec: Any, point: Point, setting: float | None) -> Limits:
        """What is in force for ``point`` while ``setting`` (in the point's unit) is. Raises ``CannotJudge``."""

    def breached(self, samples: Samples, limits: LimitTable, row: Index) -> Bools:
        """Which samples breach, evidence or not; ``row`` says which row of ``limits`` each is held to."""

    def not_clear(self, samples: Samples, limits: LimitTable, row: Index) -> Bools:
        """Which samples would keep a firing alert firing: breached, or inside the deadband."""

    def evidence(self, samples: Samples, limits: LimitTable, row: Index) -> Bools:
        """Which samples are evidence; the others are UNKNOWN and change nothing."""

    def watches(self, spec: Any) -> Text:
        """What it watches, as the middle of a sentence."""

    def limit_text(self, spec: Any, point: Point, limits: Limits) -> Text:
        """The limit in words, with its unit."""


@cache
def all_kinds() -> dict[str, Kind]:
    """Every kind by its name: each module of ``rules.kinds``."""
    names = sorted(module.name for module in pkgutil.iter_modules(kinds.__path__))
    found = [cast("Kind", import_module(f"{kinds.__name__}.{name}")) for name in names]
    return {kind.NAME: kind for kind in found}

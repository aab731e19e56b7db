"""The port of floor plans: one a zone, by version, none ever overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from facility.floor_plan import FloorPlan, PlanChange


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """A zone's plan as one version left it. ``plan`` is None once it was removed."""

    zone: str
    version: int
    at: int
    who: str
    why: str
    plan: FloorPlan | None
    what: str = ""
    """added · changed · removed; empty where only what stands was asked for."""


class Plans(Protocol):
    """Every plan there is and was. Versions count all plans together, as the register's do."""

    def of(self, zone: str, at: int | None = None) -> FloorPlan | None:
        """The zone's plan now, or as it was known at ``at``."""

    def all(self, at: int | None = None) -> dict[str, FloorPlan]:
        """Zone → plan, in the order in which they were first entered."""

    def version(self, at: int | None = None) -> int:
        """The newest version, or the one in force at ``at``; cheap, for watching for changes. 0 before anything was entered."""

    def versions_of(self, zone: str) -> list[PlanVersion]:
        """Every version of one zone's plan, the newest first."""

    def newest(self) -> dict[str, PlanVersion]:
        """Zone → the version in force, of the plans there are; for telling who changed them last."""

    def apply(self, changes: Sequence[PlanChange], who: str, at: int, why: str = "") -> int:
        """Write the changes as a new version, with a fact ``plan``. Returns it (the old one when nothing changes).

        Raises ``Conflict`` when a plan is not, or no longer, what a change says it was.
        """

    def put(self, plan: FloorPlan, who: str, at: int, why: str = "") -> int:
        """``apply`` for one plan, whatever stood there before."""

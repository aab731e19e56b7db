"""The port of impairments: fire facilities that were stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from facility.impairment import Impairment

if TYPE_CHECKING:
    from storage.records.port import Page


class Impairments(Protocol):
    """Impairments."""

    def add(self, impairment: Impairment) -> Impairment:
        """Insert; returns it with its id. Raises ``Conflict`` when one of the asset is open."""

    def update(self, impairment: Impairment) -> Impairment:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> Impairment:
        """Raises ``NotFound``."""

    def open_ones(self) -> list[Impairment]:
        """All that have not ended, the oldest first."""

    def touching(self, since: int, until: int) -> list[Impairment]:
        """Those during which anything of [since, until) lay, the oldest first."""

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[Impairment]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""

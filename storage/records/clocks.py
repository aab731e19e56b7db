"""The port of what falls due: when the clocks of work orders must next be looked at, and what was done about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from facility.clock import Act


class Due(NamedTuple):
    """One clock of one work order, and the instant at which it must be looked at."""

    work_order: int
    clock: str
    due: int


class Clocks(Protocol):
    """``WorkOrders.add`` and ``update`` keep the instants in step with the orders, in the same unit: no caller can forget it."""

    def due(self, now: int, limit: int) -> list[Due]:
        """Those whose instant has come, the oldest first. Found by an index, however many are not due."""

    def next(self) -> int | None:
        """The next instant of all."""

    def pressing(self, limit: int) -> list[int]:
        """Open orders with a clock that was missed or will next be: those that were missed first, then by the instant."""

    def look_at(self, dues: Iterable[Due]) -> None:
        """Look at these clocks at other instants."""

    def forget(self, dues: Iterable[Due]) -> None:
        """Nothing will fall due on these."""

    def acts(self, work_orders: Sequence[int]) -> list[Act]:
        """What was done about the clocks of these orders, oldest first."""

    def act(self, acts: Sequence[Act]) -> set[tuple[int, str, str]]:
        """Keep them. Returns (work order, clock, level) of those that had not been done before: that is UNIQUE."""

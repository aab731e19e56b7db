"""The clocks of a work order as people and programs read them: what is left, raw and net, and why one was missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from facility.clock import Clock
from facility.fact import Fact
from facility.work_order import WorkOrder


class Standing(StrEnum):
    """What a clock does now."""

    WAITS = "waits"
    RUNS = "runs"
    WARNED = "warned"
    PAUSED = "paused"
    OVERDUE = "overdue"
    DONE = "done"
    DONE_LATE = "done-late"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """One clock, now."""

    clock: Clock
    standing: Standing
    left: int
    """Milliseconds; below 0 it is late by so much."""
    raw: int
    net: int
    missed: int
    """Rounds of a repeating clock that went by unmet."""
    breach: Fact | None
    """The first breach, as it was found and kept; it never changes."""

    @property
    def counts(self) -> bool:
        """Whether ``left`` changes by itself."""
        return self.standing in (Standing.RUNS, Standing.WARNED, Standing.OVERDUE)


def clock_lines(order: WorkOrder, facts: Iterable[Fact], now: int) -> list[ClockLine]:
    """All clocks of the order, in its own order. ``facts``: those about it."""
    breaches: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.what == "breached":
            breaches.setdefault(str(fact.data.get("clock", "")), []).append(fact)
    return [_line(clock, breaches.get(clock.name, ()), now) for clock in order.clocks]


def pressing(order: WorkOrder, now: int, most: int = 2) -> list[ClockLine]:
    """Of an order's clocks those that somebody should see in a list: the most overdue first, then what is due next."""
    lines = clock_lines(order, (), now)
    chosen = [line for line in lines if line.counts] or [line for line in lines if line.standing is Standing.PAUSED]
    return sorted(chosen, key=lambda line: line.left)[:most]


def _line(clock: Clock, breaches: Sequence[Fact], now: int) -> ClockLine:
    return ClockLine(
        clock=clock,
        standing=_standing(clock, now),
        left=clock.left(now),
        raw=clock.raw(now),
        net=clock.net(now),
        missed=sum(int(fact.data.get("rounds", 1)) for fact in breaches) if clock.every else 0,
        breach=breaches[0] if breaches else None,
    )


def _standing(clock: Clock, now: int) -> Standing:
    late = clock.breached(now)
    if clock.waits:
        return Standing.WAITS
    if clock.stopped is not None:
        return Standing.DONE_LATE if late else Standing.DONE
    if late:
        return Standing.OVERDUE
    if clock.paused:
        return Standing.PAUSED
    return Standing.WARNED if now >= clock.warn_at else Standing.RUNS

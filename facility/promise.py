"""A promise: a time limit as the manual, the law, a contract or the site asks for it; the clock that it starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from facility.clock import Clock
from facility.instant import from_datetime, to_datetime

REPEATS = frozenset({"notice"})
"""These ask again and again until it is over, unless the promise says otherwise."""
MAY_PAUSE = frozenset({"resolve"})
"""Only these may stand still, with an approver and a reason, unless the promise says otherwise."""
WAITS = {"review": "closed"}
"""These start with a state of the work order, not with the event."""

_BY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """``name`` is respond, arrive, resolve, notice or review."""

    name: str
    within: int = 0
    """Milliseconds from the event's own time."""
    by: str = ""
    """Instead of ``within``: the next time that the clocks on the site's walls show this, as 18:00."""
    clause: str = ""
    source: str = ""
    """manual, law, contract or site"""
    warn: int = 0
    """So long before it falls due people are warned; 0: a quarter of the limit."""
    every: int | None = None
    """Asks again after so long; None: as is usual for a clock of this name; 0: once."""
    pausable: bool | None = None

    def clock(self, at: int, zone: tzinfo | None = None) -> Clock:
        """The clock of an event at ``at``. Raises ``ValueError`` where ``by`` is no time of day or there is no limit."""
        limit = wall_clock(at, self.by, zone) - at if self.by else self.within
        if limit <= 0:
            raise ValueError(f"the clock {self.name!r} has no limit: write within = '1h', or by = '18:00'")
        every = (limit if self.name in REPEATS else 0) if self.every is None else self.every
        return Clock(
            name=self.name,
            started=at,
            limit=limit,
            clause=self.clause,
            source=self.source,
            warn=self.warn,
            every=every,
            pausable=self.name in MAY_PAUSE if self.pausable is None else self.pausable,
            waits=WAITS.get(self.name, ""),
        )


def wall_clock(at: int, time: str, zone: tzinfo | None) -> int:
    """The first instant after ``at`` at which a wall clock in ``zone`` shows ``time``.

    Where summer time leaves that time out, it is the instant at which the clocks have jumped over it; where it comes
    twice, the first. Raises ``ValueError`` on what is no time of day, or without a zone.
    """
    found = _BY.fullmatch(time)
    if found is None or zone is None:
        raise ValueError(f"{time!r} is not a time of day on a wall in a known zone; write it as 18:00")
    day = to_datetime(at, zone).date()
    for ahead in range(3):
        wanted = datetime.combine(day + timedelta(days=ahead), datetime.min.time(), tzinfo=zone)
        instant = from_datetime(_real(wanted.replace(hour=int(found[1]), minute=int(found[2]))))
        if instant > at:
            return instant
    raise AssertionError("of three days one has that time ahead")


def _real(wanted: datetime) -> datetime:
    """The same wall time, or the end of the gap that it falls into."""
    read = wanted.astimezone(UTC)
    if read.astimezone(wanted.tzinfo).replace(tzinfo=None) == wanted.replace(tzinfo=None):
        return wanted
    # Read with each of the two offsets, the time lies on either side of the jump.
    other = wanted.replace(fold=1).astimezone(UTC)
    return _jump(min(read, other), max(read, other), wanted.tzinfo)


def _jump(low: datetime, high: datetime, zone: tzinfo | None) -> datetime:
    """Where between the two the offset changes, which it does at a full second."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)

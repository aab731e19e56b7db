"""How an occurrence stands as time passes. Pure: one function, by the clock alone; people's part is in ``settling``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.occurrence import SETTLED, Occurrence, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What time made of one: it as it is now, what it became on the way, and whether its due date has passed by it."""

    after: Occurrence
    became: tuple[Standing, ...] = ()
    """Late and missed both, where nobody looked in between."""
    fell_due: bool = False


def advance(one: Occurrence, now: int, excuse: str = "") -> Moved:
    """As it stands at ``now``. ``excuse``: why it was out of service for its whole window; empty when it was not.

    However often it is called, and however late: what it ends in is the same.
    """
    after, became = one, []
    while (step := _next(after, now, excuse)) is not None:
        after = step
        if after.standing is not Standing.OPEN:
            became.append(after.standing)
    fell_due = after.frozen is None and now >= after.due
    if fell_due:
        after = replace(after, frozen=after.due)
    return Moved(after=replace(after, attend_at=attend_at(after)), became=tuple(became), fell_due=fell_due)


def _next(one: Occurrence, now: int, excuse: str) -> Occurrence | None:
    match one.standing:
        case Standing.PLANNED if now >= one.opens:
            return replace(one, standing=Standing.OPEN)
        case Standing.OPEN if now > one.until:
            if excuse:
                return replace(one, standing=Standing.SUSPENDED, why=excuse)
            return replace(one, standing=Standing.LATE)
        case Standing.LATE if now <= one.until:
            return replace(one, standing=Standing.OPEN)  # it was postponed meanwhile
        case Standing.LATE if now >= one.missed_at:
            return replace(one, standing=Standing.MISSED)
        case _:
            return None


def attend_at(one: Occurrence) -> int | None:
    """When the clock next owes it something."""
    due = [one.due] if one.frozen is None else []
    match one.standing:
        case Standing.PLANNED:
            return min([one.opens, *due])
        case Standing.OPEN:
            return min([one.until + 1, *due])
        case Standing.LATE:
            return min([one.missed_at, *due])
        case _:
            return due[0] if due else None


def is_settled(one: Occurrence) -> bool:
    """Nothing is owed of it any more."""
    return one.standing in SETTLED

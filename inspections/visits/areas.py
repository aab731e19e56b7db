"""Where a visitor may be, and what a badge at a door means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from facility.crossing import Judgement
from facility.instant import MINUTE
from facility.reading import Passage
from facility.register import Register
from facility.visit import Visit

CLOCKS_APART = MINUTE
"""So much a reader's clock and ours may differ: who is let in passes the first door at once."""
GRANTED = "granted"
OUT = "out"
ESCORTED_CLASS = "high-risk"
"""The class of zones in which a visitor is accompanied all the way."""


def is_allowed(register: Register, zones: Iterable[str], zone: str) -> bool:
    """Whether who may be in ``zones`` may go through a door to ``zone``: there, inside it, around it, or public on the way.

    The way is every public zone of the same building, such as the lobby of the tower in which a flat is visited.
    """
    target = register.zones.get(zone)
    for allowed in zones:
        path = [one.id for one in register.zone_path(allowed)]
        if zone in path or allowed in (one.id for one in register.zone_path(zone)):
            return True
        same_house = bool(path) and path[:1] == [one.id for one in register.zone_path(zone)][:1]
        if target is not None and target.access == "public" and same_house:
            return True
    return False


def visit_at(visits: Sequence[Visit], at: int) -> Visit | None:
    """Whose badge it was at ``at``: of those who had it, oldest first, the last who had come by then."""
    come = [visit for visit in visits if visit.arrived is not None and visit.arrived - CLOCKS_APART <= at]
    here = [visit for visit in come if visit.left is None or at <= visit.left + CLOCKS_APART]
    found = here or come
    return found[-1] if found else None


def judged(register: Register, visit: Visit, passage: Passage, zone: str) -> Judgement:
    """What one passage of a visitor's badge means, as far as it can be said without the escort's."""
    if passage.event != GRANTED:
        return Judgement.REFUSED
    if visit.left is not None and passage.at > visit.left + CLOCKS_APART:
        return Judgement.AFTER_LEAVING
    if passage.direction == OUT:
        return Judgement.FINE
    if not is_allowed(register, visit.zones, zone):
        return Judgement.OUTSIDE
    target = register.zones.get(zone)
    return Judgement.WAITING if target is None or target.access == ESCORTED_CLASS else Judgement.FINE

"""What the clock owes visits: who has stayed too long, and who never came."""

from __future__ import annotations

from facility.alert import Severity
from facility.instant import to_datetime
from facility.register import Register
from facility.text import Text
from facility.visit import GRACE, STEP, WAITED_FOR, Deed, Visit, VisitDeed, never_came, overstays, take_deed
from inspections.visits.alerts import OVERSTAY, WHO, Cause, raise_alert
from inspections.visits.deeds import visit_fact
from storage.records.port import Unit

EVERY_MS = 5_000
PORTION = 100
TITLE = Text("访客超时未离开", "A visitor has stayed too long")


def end_visits(unit: Unit, now: int) -> bool:
    """A bounded portion. Whether there may be more. Raises ``Conflict``: somebody at the desk was first."""
    due = unit.visits.to_attend(now - GRACE, now - WAITED_FOR, PORTION)
    if not due:
        return False
    register = unit.registers.load()
    for visit in due:
        if overstays(visit, now):
            _overstayed(unit, register, visit, now)
        elif never_came(visit, now):
            _by_the_clock(unit, visit, VisitDeed.MISS, now)
    return len(due) == PORTION


def _by_the_clock(unit: Unit, visit: Visit, deed: VisitDeed, now: int) -> Visit:
    moved = unit.visits.update(take_deed(visit, Deed(deed=deed, who=WHO, at=now)))
    unit.facts.append(visit_fact(moved, STEP[deed].done, visit.state, WHO, now))
    return moved


def _overstayed(unit: Unit, register: Register, visit: Visit, now: int) -> None:
    moved = _by_the_clock(unit, visit, VisitDeed.OVERSTAY, now)
    seen = unit.visits.last_seen([visit.id]).get(visit.id)
    until = f"{to_datetime(visit.until, register.time_zone):%m-%d %H:%M}"
    where = register.zones.get(seen.zone) if seen else None
    zh, en = (f"，最后出现在{where.name.zh}", f", last seen: {where.name.say('en')}") if where else ("", "")
    cause = Cause(
        rule=OVERSTAY,
        visit=visit.id,
        zone=seen.zone if seen else (visit.zones[0] if visit.zones else ""),
        severity=Severity.MEDIUM,
        title=TITLE,
        limit=Text(f"来访 #{visit.id} 应于 {until} 前离开{zh}", f"visit #{visit.id} was to leave by {until}{en}"),
        at=moved.until + GRACE,
    )
    raise_alert(unit, cause, now)

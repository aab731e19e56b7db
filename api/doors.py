"""Doors as pages and programs read them: how each stands, who went through, what was found. Cards are pseudonyms here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from api.context import Context
from facility.alert import Alert, Condition
from facility.cadence import nominal_hours
from facility.calendar import instant_of, local_day
from facility.door import Door, doors_of
from facility.door_finding import DoorFinding, DoorRule
from facility.instant import DAY, HOUR
from facility.permission_review import EVERY
from facility.person import Actor, Right
from facility.reading import Passage, Reading
from facility.register import Register
from inspections.permission_deeds import DUTY
from storage.records.permissions import FindingFilter
from storage.records.port import AlertFilter, Unit

LOOK_BACK = 30 * DAY
"""So far back the last passage of a door is looked for."""
SHOWN = 200
SECRET = (DoorRule.DURESS,)
"""Findings that only those see who may see silent alerts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRow:
    """One door now."""

    door: Door
    state: Reading | None
    last: Passage | None
    granted: int
    denied: int
    findings: int
    """Of today, but those that were taken back."""
    alerts: list[Alert] = field(default_factory=list)


def day_start(now: int, zone: tzinfo) -> int:
    """When the local day of ``now`` began."""
    return instant_of(local_day(now, zone), 0, zone)


def hidden_from(actor: Actor) -> tuple[DoorRule, ...]:
    """The rules whose findings the actor does not see."""
    return () if actor.may(Right.SEE_SILENT) else SECRET


def door_rows(context: Context, unit: Unit, register: Register, actor: Actor, now: int) -> list[DoorRow]:
    """Every door, those with something wrong first. Raises ``ReadingsUnavailable``."""
    doors = doors_of(register)
    start = day_start(now, register.time_zone)
    entries = [door.entry for door in doors.values() if door.entry]
    heard = context.readings.passages_heard(entries, start, now + 1, start)
    today = {point: [one for one in heard if one.point == point and not one.test] for point in entries}
    states = context.readings.last(door.state for door in doors.values() if door.state)
    wanted = FindingFilter(since=start, withdrawn=False, without=hidden_from(actor))
    found = Counter[str]()
    for (asset, _), many in unit.door_findings.counts(wanted).items():
        found[asset] += many
    open_ones = _alerts(unit, doors)
    rows = [
        replace(
            _row(context, door, today.get(door.entry, []), states.get(door.state), now),
            findings=found[door.asset],
            alerts=open_ones.get(door.asset, []),
        )
        for door in doors.values()
    ]
    return sorted(rows, key=lambda row: min((int(one.severity) for one in row.alerts), default=9))


def _row(context: Context, door: Door, today: list[Passage], state: Reading | None, now: int) -> DoorRow:
    counts = Counter(event for event, _, _ in {(plain(one), one.at, one.credential or one.seq) for one in today})
    last = max(today, key=lambda one: (one.at, one.seq), default=None)
    if last is None and door.entry:
        last = next(iter(context.readings.passages(door.entry, now - LOOK_BACK, now + 1, 1)), None)
    return DoorRow(door=door, state=state, last=last, granted=counts["granted"], denied=counts["denied"], findings=0)


def _alerts(unit: Unit, doors: Iterable[str]) -> dict[str, list[Alert]]:
    found: dict[str, list[Alert]] = {}
    for alert in unit.alerts.find(AlertFilter(open=True, assets=tuple(doors)), limit=500).rows:
        if alert.condition is not Condition.NORMAL or not alert.acknowledged:
            found.setdefault(alert.asset, []).append(alert)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which passages of a door: in [start, end), of an event, of one card."""

    start: int
    end: int
    event: str = ""
    credential: str = ""


def passages_of(context: Context, door: Door, asked: Asked, limit: int = SHOWN) -> list[Passage]:
    """Newest first, entries and the door's own movements together. Raises ``ReadingsUnavailable``."""
    found = [
        one
        for point in door.events
        for one in context.readings.passages(point, asked.start, asked.end, 20 * limit)
        if asked.event in ("", plain(one)) and asked.credential in ("", one.credential)
    ]
    return sorted(found, key=lambda one: (one.at, one.seq), reverse=True)[:limit]


def plain(passage: Passage) -> str:
    """Its event, a duress card's as any other's."""
    return "granted" if passage.event == "duress" else passage.event


def findings_of(unit: Unit, actor: Actor, wanted: FindingFilter, limit: int = SHOWN) -> list[DoorFinding]:
    """Newest first."""
    return unit.door_findings.find(replace(wanted, without=hidden_from(actor)), limit=limit).rows


def review_every(context: Context) -> int:
    """How long a confirmation holds: as often as the duty of the review is owed."""
    duty = context.duties().get(DUTY)
    return nominal_hours(duty.cadence) * HOUR if duty is not None else EVERY

"""What is due ends by itself, in bounded portions, and says so: how many, of when, never what they were.

Nothing here touches facts: they carry nothing about a person, and stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from facility.alert import Severity
from facility.fact import Fact
from facility.guest import erased
from facility.instant import DAY, HOUR
from facility.own_alert import Cause, alert_of
from facility.retrieval import erased as without_outsiders
from facility.text import Text
from inspections.personal.catalogue import DataClass
from inspections.rounds.forgetting import forget_guards
from storage.readings.port import Kept, Readings
from storage.records.own_alerts import end as over
from storage.records.own_alerts import follow, open_of, raise_alert
from storage.records.personal import Ended, Tally
from storage.records.port import Conflict, Records, Unit

WHO = "system:retention"
NOUN = "personal-data"
OVERDUE = "personal-data-overdue"
"""The alerts' rule. Their point is the class."""
AMONG_READINGS = {"passages": Kept.PASSAGES, "scans": Kept.SCANS}
"""The classes that lie in the store of readings: ended by an errand of its own."""
EVERY_MS = 60_000
PORTION = 200
SLACK = DAY
"""So long after its end something may still be there before somebody is told."""
LOOK_EVERY = HOUR
PASSAGES_EVERY = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The last time that something of a class was ended."""

    at: int
    count: int
    oldest: int | None
    newest: int | None


def end_what_is_due(classes: Mapping[str, DataClass], unit: Unit, now: int) -> bool:
    """One portion of each class. Whether there is more."""
    more = False
    for one in classes.values():
        if one.by_itself and one.id not in AMONG_READINGS and one.kept is not None:
            ended = end_class(unit, one, now)
            more |= ended.count >= PORTION
    _look_for_overdue(classes, unit, now)
    return more


def end_class(unit: Unit, one: DataClass, now: int) -> Ended:
    """One portion of one class, with its fact."""
    before = now - (one.kept or 0)
    ended = _ENDERS[one.id](unit, before, now) if one.id in _ENDERS else _end_rows(unit, one.id, before, now)
    if ended.count:
        note_ended(unit, one.id, ended, now)
    return ended


def _end_rows(unit: Unit, id: str, before: int, now: int) -> Ended:
    """From where the last complete pass ended; once a day from the beginning, for what was still in use then."""
    name = f"{NOUN}-upto/{id}"
    mark = unit.notes.get(name) or {"upto": None, "whole": 0}
    whole = now - mark["whole"] >= DAY
    ended = unit.personal.end(id, before, PORTION, None if whole else mark["upto"])
    if ended.count < PORTION and (whole or ended.count):
        unit.notes.put(name, {"upto": before, "whole": now if whole else mark["whole"]})
    return ended


def note_ended(unit: Unit, id: str, ended: Ended, now: int) -> None:
    """The fact, and what the page shows."""
    data = {"count": ended.count, "oldest": ended.oldest, "newest": ended.newest}
    unit.facts.append(Fact(at=now, noun=NOUN, subject=id, what="ended", who=WHO, data=data))
    unit.notes.put(f"{NOUN}/{id}", {"at": now, **data})


def last_run(unit: Unit, id: str) -> Run | None:
    """None where nothing was ended yet."""
    kept = unit.notes.get(f"{NOUN}/{id}")
    return Run(**kept) if kept else None


def _end_guests(unit: Unit, before: int, now: int) -> Ended:
    """Each guest carries its own end, which moved with the visit."""
    del before
    due = unit.visits.guests_ending(now, PORTION)
    for guest in due:
        unit.visits.put_guest(erased(guest, WHO, now))
    return _ended([guest.given for guest in due])


def _end_outsiders(unit: Unit, before: int, now: int) -> Ended:
    del before
    due = unit.retrievals.ending(now, PORTION)
    for entry in due:
        unit.retrievals.update(without_outsiders(entry, now))
    return _ended([entry.at for entry in due])


def _end_holders(unit: Unit, before: int, now: int) -> Ended:
    """Somebody who came back meanwhile keeps the name."""
    gone: list[int] = []
    for holder, since in unit.personal.holders_gone(before, PORTION):
        try:
            unit.permissions.forget(holder, WHO, now, "its end had come")
        except Conflict:
            continue
        gone.append(since)
    return _ended(gone)


def _end_patrols(unit: Unit, before: int, now: int) -> Ended:
    del now
    return forget_guards(unit, before)


def _ended(times: list[int]) -> Ended:
    return Ended(count=len(times), oldest=min(times, default=None), newest=max(times, default=None))


_ENDERS: dict[str, Callable[[Unit, int, int], Ended]] = {
    "visits": _end_guests,
    "retrievals": _end_outsiders,
    "holders": _end_holders,
    "patrols": _end_patrols,
}


def ends_here(unit: Unit) -> frozenset[str]:
    """Every class that somebody knows how to end by itself."""
    return frozenset(_ENDERS) | unit.personal.names() | AMONG_READINGS.keys()


def tally(unit: Unit, one: DataClass) -> Tally | None:
    """None for what lies among the readings: they are not counted by row."""
    return None if one.id in AMONG_READINGS else unit.personal.tally(one.id)


def due_since(one: DataClass, found: Tally) -> int | None:
    """When the oldest of it has, or will have, its end; None where nothing has one."""
    if found.until is not None:
        return found.until
    return found.oldest + one.kept if found.oldest is not None and one.kept is not None else None


def _look_for_overdue(classes: Mapping[str, DataClass], unit: Unit, now: int) -> None:
    """Whoever's work the ending is: what stands a day after its end is told."""
    looked = unit.notes.get(f"{NOUN}-looked") or 0
    if now - looked < LOOK_EVERY:
        return
    unit.notes.put(f"{NOUN}-looked", now)
    for one in classes.values():
        found = tally(unit, one)
        if found is not None and one.ended_by != "sign-in":
            end = due_since(one, found)
            _tell(unit, one, end, now, late=end is not None and now - end > SLACK)


def _tell(unit: Unit, one: DataClass, end: int | None, now: int, *, late: bool) -> None:
    alert = open_of(unit, OVERDUE, one.id)
    cause = Cause(
        rule=OVERDUE,
        key=one.id,
        severity=Severity.MEDIUM,
        title=Text(f"个人信息到期未删除：{one.title.zh}", f"Personal data past their end: {one.title.en}"),
        limit=Text(f"应于到期后 {SLACK // DAY} 天内结束", f"ends within {SLACK // DAY} day of its time"),
        clause="LA-1",
    )
    if not late:
        over(unit, alert, now, WHO, "ended")
    elif alert is not None:
        follow(unit, alert, cause, now, WHO)
    elif end is not None:
        raise_alert(unit, alert_of(cause, now), now, WHO)


def end_among_readings(classes: Mapping[str, DataClass], readings: Readings, records: Records, now: int) -> bool:
    """What doors and checkpoints sent, in the store of readings. Raises ``ReadingsUnavailable``."""
    for id, what in AMONG_READINGS.items():
        _end_among(classes[id], what, readings, records, now)
    return False


def _end_among(one: DataClass, what: Kept, readings: Readings, records: Records, now: int) -> None:
    with records.read() as unit:
        done = unit.notes.get(f"{NOUN}-{one.id}") or 0
    if one.kept is None or now - done < PASSAGES_EVERY:
        return
    before = now - one.kept
    count = readings.forget(what, before)
    with records.begin() as unit:
        unit.notes.put(f"{NOUN}-{one.id}", now)
        if count:
            note_ended(unit, one.id, Ended(count=count, newest=before - 1), now)

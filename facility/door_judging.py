"""Passages against permissions, and against one another. Pure: whatever order they come in, the same is found.

Each is judged by its own time and by the permissions as they were known then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from facility.calendar import local_day
from facility.door import Door
from facility.door_check import LATE_AFTER, DoorCheck
from facility.door_finding import DoorFinding, DoorRule
from facility.permission import Permissions, Reason, may_pass
from facility.quality import Quality
from facility.reading import Passage, Reading

GRANTED = frozenset({"granted", "duress"})
"""The door let somebody through. A reader that knows a duress card says so."""
SHOWN = GRANTED | {"denied"}
"""A credential was shown."""
DEAD = frozenset({Reason.LOST, Reason.BLOCKED, Reason.NOT_YET, Reason.EXPIRED, Reason.LEFT})
MISSING = frozenset({Reason.NO_PERMISSION, Reason.ENDED, Reason.NOT_BEGUN})
Checks = Mapping[DoorRule, DoorCheck]


def judge(passage: Passage, door: Door, permissions: Permissions, checks: Checks, now: int) -> list[DoorFinding]:
    """What is wrong with one passage by itself. Leaving is never wrong, but with a dead or a duress credential."""
    if passage.event not in SHOWN or not passage.credential:
        return []
    return [
        _finding(rule, passage, door, now, reason=reason, permissions=permissions)
        for rule, reason in _wrongs(passage, door, permissions)
        if (check := checks.get(rule)) and door.place.access in check.access
    ]


def _wrongs(passage: Passage, door: Door, permissions: Permissions) -> Iterator[tuple[DoorRule, str]]:
    reason = may_pass(permissions, passage.credential, door.place, passage.at).reason
    if is_duress(passage, permissions):
        # Whatever else is wrong with it would be told aloud, and guards sent to the door.
        yield DoorRule.DURESS, reason.value if permissions.credentials else ""
        return
    if not permissions.credentials:
        return  # nobody has entered anything yet: the door's own word is all there is
    coming_in = passage.event in GRANTED and passage.direction != "out"
    if reason in DEAD:
        yield DoorRule.DEAD_CREDENTIAL, reason.value
    elif reason is Reason.UNKNOWN and coming_in:
        yield DoorRule.UNKNOWN_CREDENTIAL, reason.value
    elif reason in MISSING and coming_in:
        yield DoorRule.NOT_PERMITTED, reason.value
    elif reason is Reason.OUT_OF_HOURS and coming_in:
        yield DoorRule.OUT_OF_HOURS, reason.value


def is_duress(passage: Passage, permissions: Permissions) -> bool:
    """By the reader's word, or by what the permissions know of the card."""
    known = permissions.credentials.get(passage.credential)
    return passage.event == "duress" or (known is not None and known.duress)


def passbacks(
    passages: Iterable[Passage], doors: Mapping[str, Door], check: DoorCheck, permissions: Permissions, now: int
) -> list[DoorFinding]:
    """In twice without having gone out, over all doors of one zone (by their entry point).

    Only where somebody was read on the way out lately: without a reader there, nothing can be said. The same card again
    within ``settle`` is somebody whose door did not open; longer than ``within`` ago is forgotten.
    """
    ways = sorted((p for p in passages if p.event in GRANTED and p.credential and not p.test), key=_order)
    inside: dict[str, int] = {}
    last_out = -check.within - 1
    found = []
    for passage in ways:
        came = inside.get(passage.credential)
        if passage.direction == "out":
            inside.pop(passage.credential, None)
            last_out = passage.at
        elif passage.direction == "in":
            reads_outs = passage.at - last_out <= check.within
            twice = came is not None and check.settle < passage.at - came <= check.within
            if reads_outs and twice and not is_duress(passage, permissions):
                found.append(
                    _finding(check.rule, passage, doors[passage.point], now, reason="", permissions=permissions)
                )
            inside[passage.credential] = passage.at
    return found


def _order(passage: Passage) -> tuple[int, str, int]:
    return passage.at, passage.point, passage.seq


def tailgatings(
    door: Door, passages: Iterable[Passage], counts: Iterable[Reading], check: DoorCheck, now: int
) -> list[DoorFinding]:
    """More people counted than let in: each one counted needs a passage of its own within ``within`` before.

    A count is judged once ``settle`` has gone by, for a passage may still be on its way.
    """
    # A reader that tells a duress card says so beside the passage: that is one person.
    free = sorted(
        at for at, _ in {(p.at, p.credential or p.seq) for p in passages if p.event in GRANTED and not p.test}
    )
    found = []
    for count in sorted(counts, key=lambda reading: reading.at):
        if count.test or count.quality not in (Quality.GOOD, Quality.STAMPED) or count.at + check.settle > now:
            continue
        free = [at for at in free if at > count.at - check.within]
        many = round(count.value)
        came = sum(at <= count.at for at in free[:many])
        free = free[came:]
        if many > came:
            passage = Passage(point=door.counter, at=count.at, event="counted", received=count.received)
            found.append(_finding(check.rule, passage, door, now, reason=f"{many}>{came}"))
    return found


def clock_offset(readings: Sequence[Reading], least: int) -> int | None:
    """How far a device's clock is behind ours (negative: ahead), milliseconds; None where it cannot be told.

    A message is heard after it was sent: delays only make it look more behind, so the smallest difference of all is the
    clock's. One that was heard before it was sent needs no others beside it.
    """
    spans = [one.received - one.at for one in readings if one.quality is Quality.GOOD]
    if not spans:
        return None
    smallest = min(spans)
    return smallest if smallest < 0 or len(spans) >= least else None


def clocks(
    door: Door, readings: Sequence[Reading], check: DoorCheck, permissions: Permissions, now: int
) -> list[DoorFinding]:
    """The reader's clock is off by more than ``limit``: once a local day, at the newest reading."""
    offset = clock_offset(readings, check.least)
    if offset is None or abs(offset) <= check.limit:
        return []
    newest = max((one for one in readings if one.quality is Quality.GOOD), key=lambda one: one.at)
    day = local_day(newest.at, permissions.zone).isoformat()
    return [
        DoorFinding(
            key=f"{check.rule.value}/{door.asset}/{day}",
            rule=check.rule,
            door=door.asset,
            point=newest.point,
            zone=door.zone,
            at=newest.at,
            reason=f"{offset / 1000:+.1f}s",
            found=now,
            late=now - newest.at > LATE_AFTER,
        )
    ]


def _finding(
    rule: DoorRule, passage: Passage, door: Door, now: int, *, reason: str, permissions: Permissions | None = None
) -> DoorFinding:
    known = permissions.credentials.get(passage.credential) if permissions else None
    return DoorFinding(
        key="/".join((rule.value, passage.point, str(passage.at), passage.event, passage.credential, str(passage.seq))),
        rule=rule,
        door=door.asset,
        point=passage.point,
        zone=door.zone,
        at=passage.at,
        credential=passage.credential,
        holder=known.holder if known else "",
        reason=reason,
        permissions=permissions.version if permissions else 0,
        found=now,
        late=now - passage.at > LATE_AFTER,
        test=passage.test,
    )

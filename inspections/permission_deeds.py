"""What people do about permissions: review them one by one, hand in the review, report a card lost. Each in the caller's unit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.door import doors_of
from facility.door_list import Comparison, compare
from facility.fact import Fact
from facility.inspection import Result
from facility.instant import DAY
from facility.permission import Permissions
from facility.permission_entries import CredentialState, PermissionChange
from facility.permission_files.columns import Hide
from facility.permission_files.door_list import DoorListFile, read_door_list
from facility.permission_review import EVERY, Line, Said, decide, figures, lines
from facility.register import Register
from inspections.draft import Answer, Draft
from inspections.result_room import ResultRoom
from inspections.submitting import submit
from storage.records.comparisons import keep_comparison, last_comparison
from storage.records.port import NotFound, Unit

DUTY = "permission-review"
FRESH = 31 * DAY
"""So old may the comparison with the door system's list be that a review rests on."""


def review_one(unit: Unit, said: Said) -> int:
    """One decision. Returns the permissions' version. Raises ``ReviewRefused``, ``NotFound``, ``Conflict``."""
    permissions = unit.permissions.load()
    if said.permission not in permissions.permissions:
        raise NotFound(f"there is no permission {said.permission!r}")
    why = f"{said.decision.value}: {said.why.strip()}" if said.why.strip() else said.decision.value
    return unit.permissions.apply(decide(permissions, said), said.who, said.at, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDoors:
    """The door system's list as it was given."""

    content: bytes
    mapping: DoorListFile
    hide: Hide
    register: Register


def compare_doors(unit: Unit, given: ListedDoors, who: str, now: int) -> Comparison:
    """Hold it against the permissions, and keep what came of it. Raises ``RegisterRefused``."""
    permissions, doors = unit.permissions.load(), doors_of(given.register)
    listed = read_door_list(given.content, given.mapping, doors, given.register, given.hide)
    found = compare(permissions, doors, listed, now)
    keep_comparison(unit, found, who)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A review that was handed in."""

    fact: Fact
    result: Result | None
    """The evidence of the duty; None where none was owed."""


def finish_review(unit: Unit, room: ResultRoom, *, who: str, now: int, why: str = "", every: int = EVERY) -> Finished:
    """Say how it came out, as a fact, and hand it in for the duty that is owed, signed by whoever hands it in.

    What nobody has confirmed stays in the figures: a review with gaps is evidence of the gaps. Raises ``DraftRefused``.
    """
    found = lines(unit.permissions.load(), room.register, now, every)
    came, compared = figures(found), last_comparison(unit)
    fresh = compared is not None and now - compared[0].at <= FRESH
    data = {
        "figures": came,
        "version": unit.permissions.version(),
        "compared": compared[0].at if compared else None,
        "differences": compared[0].figures if compared else None,
    }
    result = _hand_in(unit, room, found, fresh=fresh, who=who, now=now, why=why)
    fact = Fact(
        at=now,
        noun=DUTY,
        subject=str(now),
        what="finished",
        why=why,
        who=who,
        data=data | {"result": result.id if result else None},
    )
    return Finished(fact=unit.facts.append(fact), result=result)


def _hand_in(
    unit: Unit, room: ResultRoom, found: list[Line], *, fresh: bool, who: str, now: int, why: str
) -> Result | None:
    owed = [one for one in unit.occurrences.owed(DUTY) if one.opens <= now]
    if not owed:
        return None
    came = figures(found)
    said = f"权限 {came['permissions']}，未复核 {came['unreviewed']}，已到期 {came['over']}"
    full = f"{said} / {came['permissions']} permissions, {came['unreviewed']} unreviewed, {came['over']} over"
    draft = Draft(
        key=f"{DUTY}/{now}",
        occurrence=owed[0].id,
        answers=(
            Answer(check="compared", choice="pass" if fresh else "fail"),
            Answer(check="removed", text=f"{full}. {why}".strip()),
            Answer(check="signature", choice="signed"),
        ),
    )
    return submit(unit, room, draft, who, now)


def set_state(unit: Unit, credential: str, state: CredentialState, *, who: str, now: int, why: str) -> int:
    """Report a card lost, block it, or take that back. Raises ``NotFound``, ``Conflict``."""
    permissions: Permissions = unit.permissions.load()
    before = permissions.credentials.get(credential)
    if before is None:
        raise NotFound("there is no such card")
    change = PermissionChange(table="credentials", key=credential, before=before, after=replace(before, state=state))
    return unit.permissions.apply([change] if before.state is not state else [], who, now, why)

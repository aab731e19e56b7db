"""``/api/v1/doors``: how each door stands, who went through it by pseudonym, and what was found."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.access import READING, Reader
from api.context import Context, context_of
from api.discreet import is_silent
from api.doors import Asked, DoorRow, door_rows, hidden_from, passages_of, plain
from api.paging import PROBLEMS, Cursor, Limit, Listing, Out, When, Words, moment, words
from api.routes import API
from api.routes.points import bad_cursor
from facility.door import Door, doors_of
from facility.door_finding import DoorFinding, DoorRule
from facility.door_telling import NAMES, reason_text
from facility.instant import DAY
from facility.reading import Passage
from facility.register import Register
from facility.units import UnitError, state_word
from storage.records.permissions import FindingFilter
from storage.records.port import NotFound

router = APIRouter(prefix=f"{API}/doors", tags=["doors"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class PassageOut(Out):
    """What happened at a door. `credential` is a keyed pseudonym: who is behind it is a retrieval of its own."""

    at: str
    received: str
    event: str = Field(examples=["granted"])
    credential: str = Field(examples=["3fa9c1d2e4b5a697"])
    direction: str = Field(examples=["in"])
    test: bool


class FindingOut(Out):
    """Something that was wrong with a passage, and what became of it."""

    id: int
    rule: str = Field(examples=["out-of-hours"])
    name: Words
    door: str
    zone: str
    at: str
    credential: str
    reason: str = Field(examples=["out-of-hours"])
    said: Words
    permissions: int = Field(description="The permissions' version by which it was judged.")
    late: bool
    test: bool
    alert: int | None
    withdrawn: str | None


class DoorOut(Out):
    """A door now; counts are of the property's own day."""

    asset: str = Field(examples=["substation-door"])
    name: Words
    zone: str
    access: str = Field(examples=["sensitive"])
    state: str | None = Field(examples=["closed"], description="null: nothing was heard of it yet")
    state_at: str | None
    last: PassageOut | None
    granted: int
    denied: int
    findings: int
    alerts: list[int]


@router.get("", summary="Every door, those with something wrong first")
def list_doors(visitor: Reader, context: Given) -> Listing[DoorOut]:
    """As it stands now."""
    with context.records.read() as unit:
        register = context.register(unit)
        rows = door_rows(context, unit, register, visitor.actor, context.clock())
    silent = hidden_from(visitor.actor)
    return Listing(rows=[_door_out(row, register, loud_only=bool(silent)) for row in rows])


def _door_out(row: DoorRow, register: Register, *, loud_only: bool) -> DoorOut:
    shown = [alert.id for alert in row.alerts if not (loud_only and is_silent(alert))]
    return DoorOut(
        asset=row.door.asset,
        name=words(register.assets[row.door.asset].name),
        zone=row.door.zone,
        access=row.door.place.access,
        state=_state(row, register),
        state_at=moment(row.state.at) if row.state else None,
        last=passage_out(row.last) if row.last else None,
        granted=row.granted,
        denied=row.denied,
        findings=row.findings,
        alerts=shown,
    )


def _state(row: DoorRow, register: Register) -> str | None:
    point = register.points.get(row.door.state)
    if row.state is None or point is None:
        return None
    try:
        return state_word(point.quantity, row.state.value, "en")
    except UnitError:
        return None


def passage_out(passage: Passage) -> PassageOut:
    """As the API gives it."""
    return PassageOut(
        at=moment(passage.at) or "",
        received=moment(passage.received) or "",
        event=plain(passage),
        credential=passage.credential,
        direction=passage.direction,
        test=passage.test,
    )


def finding_out(finding: DoorFinding) -> FindingOut:
    """As the API gives it. Whose card it was it does not say."""
    return FindingOut(
        id=finding.id,
        rule=finding.rule.value,
        name=words(NAMES[finding.rule]),
        door=finding.door,
        zone=finding.zone,
        at=moment(finding.at) or "",
        credential=finding.credential,
        reason=finding.reason,
        said=words(reason_text(finding)),
        permissions=finding.permissions,
        late=finding.late,
        test=finding.test,
        alert=finding.alert,
        withdrawn=moment(finding.withdrawn),
    )


@router.get("/findings", summary="What was found at doors, newest first")
def list_findings(
    *,
    visitor: Reader,
    context: Given,
    rule: Annotated[list[DoorRule] | None, Query()] = None,
    door: Annotated[list[str] | None, Query()] = None,
    start: Annotated[When | None, Query(alias="from", description="at >= from")] = None,
    end: Annotated[When | None, Query(alias="to", description="at < to")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[FindingOut]:
    """Filters of one kind are alternatives; different kinds must all fit."""
    wanted = FindingFilter(
        rules=tuple(rule or ()),
        doors=tuple(door or ()),
        since=start,
        until=end,
        without=hidden_from(visitor.actor),
    )
    with context.records.read() as unit:
        try:
            page = unit.door_findings.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[finding_out(one) for one in page.rows], cursor=page.cursor)


@router.get("/{asset}/passages", summary="Who went through a door, newest first")
def list_passages(
    *,
    context: Given,
    asset: str,
    event: Annotated[str, Query(max_length=40)] = "",
    credential: Annotated[str, Query(max_length=64, description="A pseudonym.")] = "",
    start: Annotated[When | None, Query(alias="from", description="a day back by default")] = None,
    end: Annotated[When | None, Query(alias="to")] = None,
    limit: Limit = 50,
) -> Listing[PassageOut]:
    """Entries, refusals, and the door's own movements."""
    door = door_of(context, asset)
    until = end if end is not None else context.clock() + 1
    asked = Asked(start=until - DAY if start is None else start, end=until, event=event, credential=credential)
    return Listing(rows=[passage_out(one) for one in passages_of(context, door, asked, limit)])


def door_of(context: Context, asset: str) -> Door:
    """Raises ``NotFound``."""
    with context.records.read() as unit:
        doors = doors_of(context.register(unit))
    if asset not in doors:
        raise NotFound(f"there is no door {asset!r}")
    return doors[asset]

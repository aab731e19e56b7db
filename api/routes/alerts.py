"""``/api/v1/alerts``: what is wrong, and what people did about it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AliasChoices, BaseModel, Field

from api.access import READING, AlertActor, Reader
from api.acting import LONGEST_TEXT, take_alert
from api.context import Context, context_of
from api.discreet import as_seen_by
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, Words, moment, words
from api.routes import API
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from facility.alert import Alert, AlertAction, Severity
from facility.alert_life import Wish, alert_actions
from facility.register import Register
from storage.records.port import AlertFilter, Unit

router = APIRouter(prefix=f"{API}/alerts", tags=["alerts"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
StateName = Literal[
    "unacknowledged",
    "acknowledged",
    "returned-unacknowledged",
    "latched",
    "shelved",
    "suppressed-by-design",
    "out-of-service",
    "normal",
]


class AlertOut(Out):
    """One cause with a life."""

    id: int = Field(examples=[7])
    rule: str = Field(examples=["pump-pressure-band"])
    rule_version: str
    clause: str = Field(examples=["EQ-4"])
    point: str = Field(examples=["pump-room-1.pressure"])
    asset: str
    zone: str
    severity: int = Field(ge=1, le=4, examples=[2], description="1 critical, 2 high, 3 medium, 4 low")
    life_safety: bool
    title: Words
    state: str = Field(examples=["unacknowledged"], description="ISA-18.2's name")
    condition: str = Field(examples=["active"])
    acknowledged: bool
    acknowledged_by: str
    acknowledged_at: str | None
    started: str = Field(description="Event time of the first bad sample")
    raised: str = Field(description="Event time at which the hold was fulfilled")
    ended: str | None
    opened: str = Field(description="When it was committed")
    closed: str | None
    value: float | None
    latest: float | None
    unit: str = Field(examples=["MPa"])
    low: float | None
    high: float | None
    limit: Words
    late: bool
    late_by: int = Field(description="How late the news came, milliseconds", examples=[120])
    withdrawn: bool = Field(description="Readings that came later show that there was no cause")
    behind: list[str] = Field(description="For a gateway: the devices behind it, which raise no alerts of their own")
    work_order: int | None
    shelved_until: str | None
    shelved_by: str
    shelved_why: str
    suppressed_by: str
    out_of_service: bool
    test: bool
    latched: bool
    version: int
    actions: list[str] = Field(examples=[["acknowledge", "comment"]], description="Possible now")


class AlertWish(BaseModel):
    """What an action needs: a reason where it silences, judges or says something, a time to shelve until."""

    finding: Literal["", "real", "false", "test"] = Field(
        default="", examples=["real"], description="For acknowledge: what was found. A false alarm needs a reason."
    )
    reason: str = Field(
        default="",
        max_length=LONGEST_TEXT,
        validation_alias=AliasChoices("reason", "text"),
        examples=["Water under pump 2, valve closed."],
    )
    until: When | None = Field(default=None, description="For shelve: until when, at most one shift from now.")


@router.get("", summary="Alerts, newest first")
def list_alerts(
    *,
    visitor: Reader,
    context: Given,
    open: Annotated[bool | None, Query(description="Still on the list")] = None,
    state: Annotated[list[StateName] | None, Query()] = None,
    severity: Annotated[list[Annotated[int, Field(ge=1, le=4)]] | None, Query()] = None,
    zone: Annotated[list[str] | None, Query(description="This zone and the zones below it")] = None,
    asset: Annotated[list[str] | None, Query()] = None,
    rule: Annotated[list[str] | None, Query()] = None,
    point: Annotated[list[str] | None, Query()] = None,
    start: Annotated[When | None, Query(alias="from", description="started >= from")] = None,
    end: Annotated[When | None, Query(alias="to", description="started < to")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[AlertOut]:
    """Filters of one kind are alternatives; different kinds must all fit."""
    with context.records.read() as whole:
        unit = as_seen_by(visitor.actor, whole)
        wanted = AlertFilter(
            open=open,
            states=tuple(state or ()),
            severities=tuple(Severity(s) for s in severity or ()),
            zones=zones_below(context.register(unit), zone or []),
            assets=tuple(asset or ()),
            rules=tuple(rule or ()),
            points=tuple(point or ()),
            since=start,
            until=end,
        )
        try:
            page = unit.alerts.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[alert_out(alert) for alert in page.rows], cursor=page.cursor)


def zones_below(register: Register, zones: list[str]) -> tuple[str, ...]:
    """The zones and every zone inside them."""
    return tuple(sorted({inner for zone in zones for inner in register.zones_below(zone)}))


@router.get("/{number}", summary="One alert")
def read_alert(visitor: Reader, context: Given, number: int) -> AlertOut:
    """With what may be done to it now."""
    with context.records.read() as unit:
        return alert_out(as_seen_by(visitor.actor, unit).alerts.get(number))


@router.get("/{number}/facts", summary="What happened to it, oldest first")
def read_facts(visitor: Reader, context: Given, number: int) -> list[FactOut]:
    """Every transition, with who and why."""
    with context.records.read() as unit:
        as_seen_by(visitor.actor, unit).alerts.get(number)
        return [fact_out(fact) for fact in unit.facts.of("alert", str(number))]


@router.post("/{number}/{action}", summary="Take one step of the table", response_model=AlertOut, responses=CONFLICT)
def act(
    *,
    request: Request,
    visitor: AlertActor,
    context: Given,
    number: int,
    action: AlertAction,
    body: AlertWish | None = None,
    key: Key = None,
) -> Any:
    """`actions` of the alert says what is possible now. 409 when somebody was faster: `last` says who."""
    given = body or AlertWish()

    def do(unit: Unit) -> Any:
        wish = Wish(
            action=action, who=visitor.actor.id, at=context.clock(), reason=given.reason.strip(), until=given.until
        )
        finding = given.finding if action is AlertAction.ACKNOWLEDGE else ""
        return alert_out(take_alert(unit, number, visitor.actor, wish, finding, book=context.book())).model_dump()

    return write_once(context, once(request, visitor.actor, key), do)


def alert_out(alert: Alert) -> AlertOut:
    """An alert as the API gives it."""
    return AlertOut(
        id=alert.id,
        rule=alert.rule,
        rule_version=alert.rule_version,
        clause=alert.clause,
        point=alert.point,
        asset=alert.asset,
        zone=alert.zone,
        severity=int(alert.severity),
        life_safety=alert.life_safety,
        title=words(alert.title),
        state=alert.state,
        condition=alert.condition.value,
        acknowledged=alert.acknowledged,
        acknowledged_by=alert.acknowledged_by,
        acknowledged_at=moment(alert.acknowledged_at),
        started=moment(alert.started) or "",
        raised=moment(alert.raised) or "",
        ended=moment(alert.ended),
        opened=moment(alert.opened) or "",
        closed=moment(alert.closed),
        value=alert.value,
        latest=alert.latest,
        unit=alert.unit,
        low=alert.low,
        high=alert.high,
        limit=words(alert.limit),
        late=alert.late,
        late_by=alert.late_by,
        withdrawn=alert.withdrawn,
        behind=list(alert.behind),
        work_order=alert.work_order,
        shelved_until=moment(alert.shelved_until),
        shelved_by=alert.shelved_by,
        shelved_why=alert.shelved_why,
        suppressed_by=alert.suppressed_by,
        out_of_service=alert.out_of_service,
        test=alert.test,
        latched=alert.latched,
        version=alert.version,
        actions=[action.value for action in alert_actions(alert)],
    )

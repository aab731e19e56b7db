"""``/api/v1/notices`` and ``/api/v1/chains``: who was told, by what, why; who would be told now."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.access import READING, AlertActor, Dispatcher, Reader
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.discreet import as_seen_by
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, Words, moment, words
from api.routes import API
from api.routes.points import bad_cursor
from api.telling_people import acknowledge, let_go, mine, reach_now, resend, try_out
from facility.chain import Chain
from facility.notice import Notice, NoticeState
from notify.pace import NOTE, read_health
from response.chain_trial import Stage, stages
from storage.records.notices import NoticeFilter
from storage.records.port import NotFound, Unit

router = APIRouter(prefix=f"{API}/notices", tags=["notices"], responses=PROBLEMS, dependencies=[READING])
chains = APIRouter(prefix=f"{API}/chains", tags=["notices"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class NoticeOut(Out):
    """One telling of one person. Addresses are shortened: a list of telephone numbers is nobody's business."""

    id: int = Field(examples=[41])
    key: str
    cause: str = Field(examples=["alert:12"])
    person: str = Field(examples=["wang"])
    channel: str = Field(examples=["sms"])
    address: str = Field(examples=["…0103"])
    language: str
    template: str = Field(examples=["alarm"])
    data: dict[str, Any] = Field(description="What it tells, as it was when it was written.")
    why: dict[str, Any] = Field(description="Why this person: chain, level, whom the level names, shift.")
    severity: int
    life_safety: bool
    test: bool
    digest: bool = Field(description="It waits to go out together with others.")
    state: str = Field(examples=["sent"], description="pending, sent, failed, dead, acknowledged or dropped")
    created: str
    due: str
    attempts: int
    doubt: bool = Field(description="A sender fell after it had begun: it may have been sent twice.")
    sent: str | None
    acknowledged: str | None
    acknowledged_by: str
    error: str
    within: int | None = Field(description="The notice that carried it, where several went out as one.")


class ChannelOut(Out):
    """How one channel does."""

    channel: str
    state: str = Field(description="working, failing, open (left alone for now), half-open or unused")
    failures: int = Field(description="In a row.")
    error: str
    failed_at: str | None
    worked_at: str | None
    left_alone_until: str | None
    waiting: int
    dead: int


class ReasonIn(BaseModel):
    """Why."""

    reason: str = Field(default="", max_length=LONGEST_TEXT, examples=["The gateway is back"])


class AcknowledgeIn(BaseModel):
    """``take``: answer the alert as well, which stops the chain."""

    take: bool = True


class WayOut(Out):
    """A channel, and whether an earlier level used it."""

    channel: str
    address: str


class ToldOut(Out):
    """One person, as they would be told."""

    person: str
    name: str
    whom: str
    on_duty: bool
    ways: list[WayOut] = Field(description="Empty: nothing reaches them.")
    before: bool = Field(description="An earlier level has told them already.")


class StageOut(Out):
    """One level, were nobody to answer."""

    level: int
    after_ms: int = Field(description="From the beginning.")
    every_ms: int
    times: int
    by: list[str]
    whom: list[str]
    people: list[ToldOut] = Field(description="Empty: nobody is there; the next level does not wait.")


class ChainOut(Out):
    """One chain."""

    id: str = Field(examples=["life-safety"])
    version: str
    title: Words
    about: str
    classes: list[str]
    severities: list[int]
    life_safety: bool | None
    when_over: bool
    quiet: bool
    digest: list[str] = Field(examples=[["08:30"]])
    levels: int


class PlanOut(Out):
    """Who would be told when, were something to happen now and nobody to answer."""

    chain: ChainOut
    now: str
    stages: list[StageOut]


class TestIn(BaseModel):
    """Whom to tell. Nobody else is told."""

    __test__ = False

    people: list[str] = Field(min_length=1, max_length=20, examples=[["wang"]])


@router.get("", summary="Notices, newest first")
def list_notices(
    *,
    visitor: Reader,
    context: Given,
    state: Annotated[list[NoticeState] | None, Query()] = None,
    channel: Annotated[list[str] | None, Query()] = None,
    person: Annotated[list[str] | None, Query()] = None,
    cause: Annotated[list[str] | None, Query(description="alert:12, work-order:3 …")] = None,
    test: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[NoticeOut]:
    """Filters of one kind are alternatives; different kinds must all fit."""
    wanted = NoticeFilter(
        states=tuple(state or ()),
        channels=tuple(channel or ()),
        people=tuple(person or ()),
        causes=tuple(cause or ()),
        test=test,
    )
    with context.records.read() as unit:
        try:
            page = as_seen_by(visitor.actor, unit).notices.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[notice_out(notice) for notice in page.rows], cursor=page.cursor)


@router.get("/mine", summary="What I was told, newest first")
def list_mine(context: Given, visitor: Reader, cursor: Cursor = None, limit: Limit = 50) -> Listing[NoticeOut]:
    """The caller's own list."""
    with context.records.read() as unit:
        try:
            page = mine(context, unit, visitor.actor, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[notice_out(notice) for notice in page.rows], cursor=page.cursor)


@router.get("/channels", summary="How each channel does")
def list_channels(context: Given) -> list[ChannelOut]:
    """Those of the site, and every other that has notices waiting or dead."""
    with context.records.read() as unit:
        return channels_now(context, unit)


def channels_now(context: Context, unit: Unit) -> list[ChannelOut]:
    """As this unit's snapshot has them."""
    now = context.clock()
    tally = unit.notices.tally()
    notes = {name.removeprefix(NOTE): unit.notes.get(name) for name in unit.notes.names(NOTE)}
    found = []
    for name in sorted({*context.channels(), *notes, *(channel for channel, _ in tally)}):
        health = read_health(name, notes.get(name))
        waiting = sum(many for (channel, state), many in tally.items() if channel == name and state != "dead")
        found.append(
            ChannelOut(
                channel=name,
                state=health.state(now),
                failures=health.failures,
                error=health.error,
                failed_at=moment(health.failed_at),
                worked_at=moment(health.worked_at),
                left_alone_until=moment(health.left_alone_until),
                waiting=waiting,
                dead=tally.get((name, "dead"), 0),
            )
        )
    return found


@router.get("/{number}", summary="One notice")
def read_notice(visitor: Reader, context: Given, number: int) -> NoticeOut:
    """With what it tells, and why to whom."""
    with context.records.read() as unit:
        return notice_out(as_seen_by(visitor.actor, unit).notices.get(number))


@router.post("/{number}/acknowledge", summary="I have it", response_model=NoticeOut, responses=CONFLICT)
def acknowledge_it(
    *,
    request: Request,
    visitor: AlertActor,
    context: Given,
    number: int,
    body: AcknowledgeIn | None = None,
    key: Key = None,
) -> Any:
    """One's own only. Its alert is answered with it, unless `take` is false."""
    take = body.take if body else True
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: notice_out(acknowledge(context, unit, number, visitor.actor, take=take)).model_dump(),
    )


@router.post("/{number}/resend", summary="Send it once more", response_model=NoticeOut, responses=CONFLICT)
def resend_it(
    *, request: Request, visitor: Dispatcher, context: Given, number: int, body: ReasonIn, key: Key = None
) -> Any:
    """With a reason. 409 while it is on its way, or when somebody has acknowledged it."""
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: notice_out(resend(unit, number, visitor.actor, context.clock(), body.reason)).model_dump(),
    )


@router.post("/{number}/let-go", summary="Nobody needs this dead one", response_model=NoticeOut, responses=CONFLICT)
def let_it_go(
    *, request: Request, visitor: Dispatcher, context: Given, number: int, body: ReasonIn, key: Key = None
) -> Any:
    """With a reason. 409 unless it is dead."""
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: notice_out(let_go(unit, number, visitor.actor, context.clock(), body.reason)).model_dump(),
    )


@chains.get("", summary="The escalation chains in force")
def list_chains(context: Given) -> list[ChainOut]:
    """By id."""
    return [chain_out(chain) for _, chain in sorted(context.chains().items())]


@chains.get("/{id}", summary="Who would be told when, were something to happen now")
def read_chain(context: Given, id: str) -> PlanOut:
    """By the rota as it is now; nobody is told."""
    chain, now = chain_of(context, id), context.clock()
    with context.records.read() as unit:
        found = stages(chain, reach_now(context, unit), context.channels())
    return PlanOut(chain=chain_out(chain), now=moment(now) or "", stages=[_stage(stage) for stage in found])


@chains.post("/{id}/test", summary="Tell some people a test", response_model=list[NoticeOut], status_code=201)
def try_chain(*, request: Request, visitor: Dispatcher, context: Given, id: str, body: TestIn, key: Key = None) -> Any:
    """By every channel that the chain would use. Marked as a test; nobody else is told."""
    chain = chain_of(context, id)

    def do(unit: Any) -> list[dict[str, Any]]:
        written = try_out(context, unit, chain, body.people, visitor.actor)
        kept = [unit.notices.of_key(notice.key) for notice in written]
        return [notice_out(notice).model_dump() for notice in kept]

    return write_once(context, once(request, visitor.actor, key), do)


def chain_of(context: Context, id: str) -> Chain:
    """Raises ``NotFound``."""
    found = context.chains().get(id)
    if found is None:
        raise NotFound(f"there is no chain {id!r}")
    return found


def chain_out(chain: Chain) -> ChainOut:
    """A chain as the API gives it."""
    return ChainOut(
        id=chain.id,
        version=chain.version,
        title=words(chain.title),
        about=chain.about.value,
        classes=list(chain.classes),
        severities=[int(severity) for severity in chain.severities],
        life_safety=chain.life_safety,
        when_over=chain.when_over,
        quiet=chain.quiet,
        digest=[f"{minutes // 60:02}:{minutes % 60:02}" for minutes in chain.digest],
        levels=len(chain.levels),
    )


def _stage(stage: Stage) -> StageOut:
    people = [
        ToldOut(
            person=told.reached.person.id,
            name=told.reached.person.name,
            whom=str(told.reached.whom),
            on_duty=told.reached.on_duty,
            ways=[WayOut(channel=channel, address=shortened(address)) for channel, address in told.ways],
            before=told.before,
        )
        for told in stage.people
    ]
    return StageOut(
        level=stage.level,
        after_ms=stage.after,
        every_ms=stage.every,
        times=stage.times,
        by=list(stage.by),
        whom=list(stage.whom),
        people=people,
    )


def shortened(address: str) -> str:
    """Enough to tell one address from another."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}…@{host}"
    return f"…{address[-4:]}" if len(address) > 6 else address


def notice_out(notice: Notice) -> NoticeOut:
    """A notice as the API gives it."""
    return NoticeOut(
        id=notice.id,
        key=notice.key,
        cause=notice.cause,
        person=notice.person,
        channel=notice.channel,
        address=shortened(notice.address),
        language=notice.language,
        template=notice.template,
        data=dict(notice.data),
        why=dict(notice.why),
        severity=int(notice.severity),
        life_safety=notice.life_safety,
        test=notice.test,
        digest=notice.digest,
        state=notice.state.value,
        created=moment(notice.created) or "",
        due=moment(notice.due) or "",
        attempts=notice.attempts,
        doubt=notice.doubt,
        sent=moment(notice.sent),
        acknowledged=moment(notice.acknowledged),
        acknowledged_by=notice.acknowledged_by,
        error=notice.error,
        within=notice.within or None,
    )

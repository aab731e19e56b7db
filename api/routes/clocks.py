"""``/api/v1/work-orders/{number}/clocks``: raw and net, pauses, warnings, breaches with their causes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.access import READING
from api.clock_lines import ClockLine, clock_lines
from api.context import Context, context_of
from api.paging import PROBLEMS, Out, moment
from api.routes import API
from facility.fact import Fact

router = APIRouter(prefix=f"{API}/work-orders", tags=["work orders"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class PauseOut(Out):
    """A stretch that the net time leaves out."""

    since: str
    until: str | None
    by: str
    approver: str
    why: str


class BreachOut(Out):
    """As it was found: it never changes."""

    found: str
    due: str
    cause: str = Field(examples=["not-on-site"], description="What the work was waiting for when the limit passed.")
    state: str = Field(examples=["accepted"])
    assignee: str = Field(description="Who had it when the limit passed; empty: nobody.")
    over_by_ms: int = Field(description="How late it was when it was found.")
    late: bool = Field(description="Found late, as after a time in which nothing of the product ran.")
    fact: int


class ClockDetailOut(Out):
    """One clock in full."""

    name: str = Field(examples=["arrive"])
    standing: str = Field(examples=["runs"], description="waits, runs, warned, paused, overdue, done or done-late")
    clause: str
    source: str = Field(examples=["manual"], description="Who asks for it: manual, law, contract or site.")
    started: str | None = Field(description="null while it waits for a state of the order.")
    limit_ms: int
    due: str | None = Field(description="The last instant in time, as far as its pauses are over.")
    warn_at: str | None
    stopped: str | None
    left_ms: int = Field(description="Below 0 it is late by so much.")
    raw_ms: int
    net_ms: int
    every_ms: int = Field(description="It asks again after so long; 0: once.")
    met: list[str] = Field(description="When each round of a repeating clock was met.")
    missed: int
    pauses: list[PauseOut]
    breach: BreachOut | None


@router.get("/{number}/clocks", summary="The clocks of a work order in full")
def read_clocks(context: Given, number: int) -> list[ClockDetailOut]:
    """With raw and net time, pauses with who allowed them, and breaches with their causes."""
    with context.records.read() as unit:
        order = unit.work_orders.get(number)
        facts = unit.facts.of("work-order", str(number))
    return [_clock(line) for line in clock_lines(order, facts, context.clock())]


def _clock(line: ClockLine) -> ClockDetailOut:
    clock, begun = line.clock, not line.clock.waits
    return ClockDetailOut(
        name=clock.name,
        standing=line.standing.value,
        clause=clock.clause,
        source=clock.source,
        started=moment(clock.started) if begun else None,
        limit_ms=clock.limit,
        due=moment(clock.due) if begun else None,
        warn_at=moment(clock.warn_at) if begun else None,
        stopped=moment(clock.stopped),
        left_ms=line.left,
        raw_ms=line.raw,
        net_ms=line.net,
        every_ms=clock.every,
        met=[moment(at) or "" for at in clock.met],
        missed=line.missed,
        pauses=[
            PauseOut(since=moment(p.since) or "", until=moment(p.until), by=p.by, approver=p.approver, why=p.why)
            for p in clock.pauses
        ],
        breach=_breach(line.breach) if line.breach else None,
    )


def _breach(fact: Fact) -> BreachOut:
    return BreachOut(
        found=moment(fact.at) or "",
        due=moment(int(fact.data["due"])) or "",
        cause=str(fact.data["cause"]),
        state=str(fact.data["state"]),
        assignee=str(fact.data["assignee"]),
        over_by_ms=int(fact.data["over_by"]),
        late=bool(fact.data["late"]),
        fact=fact.seq,
    )

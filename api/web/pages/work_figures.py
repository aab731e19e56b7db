"""Figures about work: how fast, how reliably, who was told, who carries how much; each opens what is behind it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.access import Reader
from api.rota_reading import rota_of
from api.web.page import Page, reading
from api.web.pages.figures import SPANS, End, Start, Until
from api.work_figures import GROUPS, VERDICTS, WorkFigures, as_csv, facts_behind, period_of, tell, verdict
from facility.work_figures import Owed

router = APIRouter(prefix="/figures/response")
SHOWN = 200
CLOCKS = ("respond", "arrive", "visit", "resolve", "notice", "review")
BY = ("kind", "team", "building")


@router.get("")
def show(
    request: Request,
    visitor: Reader,
    span: str = "month",
    end: Until = None,
    by: str = "kind",
) -> Response:
    """Up to now, or up to ``to``."""
    with reading(request, visitor) as page:
        chosen = span if span in SPANS else "month"
        until = page.look.now if end is None else end
        found = tell(page.unit, page.context, period_of(until - SPANS[chosen], until, page.look.now))
        group = by if by in BY else "kind"
        clocks = found.by_clock()
        shown = [name for name in CLOCKS if name in clocks] + sorted(set(clocks) - set(CLOCKS))
        return page.render(
            "figures_response.html",
            found=found,
            clocks=[(name, clocks[name]) for name in shown],
            groups={name: found.by(group, name) for name in shown},
            channels=found.by_channel(),
            group=group,
            by=BY,
            spans=list(SPANS),
            span=chosen,
            until=until,
            length=SPANS[chosen],
            link=lambda **wanted: link(found, **wanted),
            name_of=lambda group, name: name_of(page, group, name),
        )


def link(found: WorkFigures, **wanted: str) -> str:
    """Where what is behind a figure is."""
    kept = {name: value for name, value in wanted.items() if value or name == "name"}
    return f"/figures/response/behind?{urlencode({'from': found.period.start, 'to': found.period.end, **kept})}"


def name_of(page: Page, group: str, name: str) -> str:
    """A class, a team, a building or a person as it is called."""
    if not name:
        return page.look._("none")
    match group:
        case "kind":
            return page.look.word("order-kind", name)
        case "building":
            return page.place_text(name) or name
        case "team":
            team = rota_of(page.context, page.unit).teams.get(name)
            return page.look.say(team.name) if team else name
        case "clock":
            return page.look.word("clock", name)
        case _:
            return page.person(name)


@router.get("/behind")
def show_behind(
    *,
    request: Request,
    visitor: Reader,
    start: Start,
    end: End,
    clock: str = "",
    group: str = "",
    name: str = "",
    verdict_: Annotated[str, Query(alias="verdict")] = "due",
) -> Response:
    """The time limits behind a figure, each with its order and the facts on which it rests."""
    with reading(request, visitor) as page:
        found = tell(page.unit, page.context, period_of(start, end, page.look.now))
        rows = found.behind(clock=clock, group=group, name=name, verdict=verdict_)
        shown = rows[:SHOWN]
        asked = {"from": start, "to": end, "clock": clock, "group": group, "name": name, "verdict": verdict_}
        return page.render(
            "figures_behind.html",
            rows=shown,
            total=len(rows),
            orders=found.orders,
            facts=facts_behind(page.unit, [one.order for one in shown]),
            clock=clock,
            group=group if group in GROUPS else "",
            name=name_of(page, group, name) if group in GROUPS else "",
            verdict=verdict_ if verdict_ in VERDICTS else "due",
            verdict_of=verdict,
            period=found.period,
            csv=f"/figures/response/behind.csv?{urlencode(asked)}",
        )


@router.get("/behind.csv")
def export_behind(
    *,
    request: Request,
    visitor: Reader,
    start: Start,
    end: End,
    clock: str = "",
    group: str = "",
    name: str = "",
    verdict_: Annotated[str, Query(alias="verdict")] = "due",
) -> Response:
    """All of them, for a spreadsheet."""
    with reading(request, visitor) as page:
        found = tell(page.unit, page.context, period_of(start, end, page.look.now))
        rows: list[Owed] = found.behind(clock=clock, group=group, name=name, verdict=verdict_)
    return Response(
        as_csv(rows),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": "attachment; filename=figures.csv"},
    )


@router.get("/told")
def show_told(
    *,
    request: Request,
    visitor: Reader,
    start: Start,
    end: End,
    channel: str = "",
    which: str = "written",
) -> Response:
    """The notices behind a figure, newest first."""
    with reading(request, visitor) as page:
        found = tell(page.unit, page.context, period_of(start, end, page.look.now))
        told = found.by_channel().get(channel, found.told) if channel else found.told
        chosen = {"sent": told.sent, "dead": told.dead, "acknowledged": told.acknowledged}.get(which, told.written)
        return page.render(
            "figures_told.html",
            notices=sorted(chosen, key=lambda one: -one.created)[:SHOWN],
            total=len(chosen),
            channel=channel,
            which=which,
            period=found.period,
        )


@router.get("/said")
def show_said(
    *,
    request: Request,
    visitor: Reader,
    start: Start,
    end: End,
    which: str = "ended",
) -> Response:
    """The facts behind what residents said."""
    with reading(request, visitor) as page:
        found = tell(page.unit, page.context, period_of(start, end, page.look.now))
        content = found.content
        facts = {"answered": content.answered, "unsolved": content.unsolved}.get(which, content.ended)
        if which.isascii() and which.isdigit():
            facts = tuple(fact for fact in content.answered if fact.data.get("satisfaction") == int(which))
        return page.render(
            "figures_said.html",
            facts=facts[::-1][:SHOWN],
            total=len(facts),
            kinds=page.context.report_book().kinds,
            period=found.period,
        )

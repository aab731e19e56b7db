"""Rounds: the day's, route by route; one of them, point by point; figures with the lists behind; what was walked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api import rounds as read
from api.access import Reader
from api.round_shapes import told_start
from api.web.page import Page, reading
from api.web.round_drawings import plan_svg, strip_svg, unseen_svg
from facility.calendar import local_day
from facility.instant import DAY
from facility.register import Register
from facility.round import Round, RoundState, RoundStop
from inspections.rounds.alerting import RULE, clock, point_of
from inspections.rounds.carrying import owed
from inspections.rounds.cover import REACH
from storage.readings.port import ReadingsUnavailable
from storage.records.port import AlertFilter
from storage.records.rounds import RoundFilter

router = APIRouter(prefix="/rounds")
PERIODS = (7, 30, 90, 365)
"""Days that figures can be asked for."""
MOST_POINTS = 500
SHORT = 6
"""So many digits of a pseudonym tell guards apart on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What stands in the address of the day's page."""

    day: str = ""
    route: str = ""
    team: str = ""
    state: str = ""

    def query(self, **changed: str) -> str:
        """An address with some of it changed."""
        wanted = {"day": self.day, "route": self.route, "team": self.team, "state": self.state} | changed
        found = urlencode({name: value for name, value in wanted.items() if value})
        return f"/rounds?{found}" if found else "/rounds"


@router.get("")
def show_day(
    *, request: Request, visitor: Reader, day: str = "", route: str = "", team: str = "", state: str = ""
) -> Response:
    """A local day's rounds, those that go on before all others."""
    with reading(request, visitor) as page:
        zone = page.look.zone
        today = local_day(page.look.now, zone)
        chosen = _day(day) or today
        asked = Asked(
            day="" if chosen == today else chosen.isoformat(),
            route=route if route in page.register.routes else "",
            team=team,
            state=state if state in [*RoundState] else "",
        )
        since, until = read.day_span(chosen, zone)
        found = page.unit.rounds.all(_wanted(asked, since, until))
        try:
            outside = read.outside(page.context, page.unit, (since, until))
        except ReadingsUnavailable:
            outside = None
        running = page.unit.rounds.all(RoundFilter(states=(RoundState.RUNNING,))) if chosen == today else []
        return page.render(
            "rounds.html",
            asked=asked,
            chosen=chosen,
            today=today,
            before=(chosen - timedelta(days=1)).isoformat(),
            after=(chosen + timedelta(days=1)).isoformat(),
            running=[_shown(page, one) for one in running],
            outside=outside,
            point_name=lambda point: _point_name(page, point),
            short=lambda guard: guard[:SHORT],
            routes=[(id, list(some)) for id, some in groupby(sorted(found, key=_by_route), key=lambda one: one.route)],
            teams=sorted({one.team for one in page.register.routes.values() if one.team}),
            states=[*RoundState],
            told_start=lambda one: told_start(one, visitor),
            clock=lambda at: clock(at, zone),
            figures=read.figures(page.unit, (page.look.now - 7 * DAY, page.look.now), "route", zone),
            route_name=lambda route: route_name(page, route),
            stop_name=lambda stop: stop_name(page, stop),
        )


def _wanted(asked: Asked, since: int, until: int) -> RoundFilter:
    return RoundFilter(
        routes=(asked.route,) if asked.route else (),
        teams=(asked.team,) if asked.team else (),
        states=(RoundState(asked.state),) if asked.state else (),
        since=since,
        until=until,
    )


def _by_route(one: Round) -> tuple[str, int]:
    return one.route, one.start


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def route_name(page: Page, route: str) -> str:
    """As the register calls it; its id once it has left."""
    found = page.register.routes.get(route)
    return page.look.say(found.name) if found else route


def stop_name(page: Page, stop: RoundStop) -> str:
    """The checkpoint's name, its status and its times in one line."""
    look = page.look
    said = [asset_name(page.register, page, stop), look.word("point-status", stop.told)]
    said.append(look.local(stop.due) if stop.at is None else look.local(stop.at))
    return " · ".join([*said, *(look.word("point-flag", flag) for flag in stop.flags)])


def asset_name(register: Register, page: Page, stop: RoundStop) -> str:
    """The checkpoint's name; its point's id once it has left the register."""
    asset = register.assets.get(stop.asset)
    return page.look.say(asset.name) if asset else stop.point


def _shown(page: Page, one: Round) -> dict[str, Any]:
    """A round with its pictures."""
    label = f"{page.look.say(one.name)} {page.look.local(one.start)}"
    return {
        "round": one,
        "strip": strip_svg(one, lambda stop: stop_name(page, stop), label),
        "plans": [
            (plan, plan_svg(plan, one, lambda stop: stop_name(page, stop), f"{label} · {page.place_text(plan.zone)}"))
            for plan in read.plans_of(page.unit, one)
        ],
    }


@router.get("/figures")
def show_figures(request: Request, visitor: Reader, days: int = 30, by: str = "route") -> Response:
    """Of the last days, each count with the list behind it."""
    with reading(request, visitor) as page:
        days = days if days in PERIODS else 30
        by = by if by in read.BY else "route"
        span = page.look.now - days * DAY, page.look.now
        return page.render(
            "rounds_figures.html",
            figures=read.figures(page.unit, span, by, page.look.zone),
            days=days,
            periods=PERIODS,
            groups=list(read.BY),
            part_name=lambda key: _part_name(page, by, key),
        )


def _part_name(page: Page, by: str, key: str) -> str:
    return route_name(page, key) if by == "route" else key or page.look._("nobody's")


@router.get("/points")
def show_points(
    *,
    request: Request,
    visitor: Reader,
    which: str = "missed",
    by: str = "",
    key: str = "",
    since: int = 0,
    until: int = 0,
) -> Response:
    """The points behind a figure."""
    which, by = (which if which in read.WHICH else "missed"), (by if by in read.BY else "")
    with reading(request, visitor) as page:
        until = until or page.look.now
        since = since if until - read.LONGEST <= since < until else until - 30 * DAY
        wanted = RoundFilter(since=since, until=until)
        found = read.points_behind(page.unit, wanted, which, (by, key), page.look.zone)
        query = {"which": which, "by": by, "key": key, "from": since, "to": until, "format": "csv"}
        return page.render(
            "rounds_points.html",
            found=found[:MOST_POINTS],
            count=len(found),
            which=which,
            part=_part_name(page, by, key) if by else "",
            since=since,
            until=until,
            csv="/api/v1/rounds/points?" + urlencode({name: value for name, value in query.items() if value}),
            asset_name=lambda stop: asset_name(page.register, page, stop),
        )


@router.get("/coverage")
def show_coverage(request: Request, visitor: Reader, days: int = 7) -> Response:
    """What was walked: by area on the plans, by checkpoints, and where nobody was for longest."""
    with reading(request, visitor) as page:
        days = days if days in PERIODS else 7
        now = page.look.now
        found = read.walked(page.unit, page.register, (now - days * DAY, now + DAY))
        plans = page.unit.plans.all()
        try:
            checkpoints = read.checkpoints(page.context, page.unit, now)
        except ReadingsUnavailable:
            checkpoints = None
        seen = {one.asset for one in checkpoints or () if one.last is not None and one.last >= now - days * DAY}
        return page.render(
            "rounds_coverage.html",
            days=days,
            periods=PERIODS,
            walked=found,
            reach=REACH,
            plans=[
                (one, unseen_svg(plans[one.zone], one.unseen, seen, page.place_text(one.zone))) for one in found.plans
            ],
            checkpoints=checkpoints,
            stored=read.stored_for(page.context) // DAY,
            route_name=lambda route: route_name(page, route),
        )


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One round: its points with their times, its strays, its alert, what happened; a slider replays it."""
    with reading(request, visitor) as page:
        one = page.unit.rounds.get(number)
        if not told_start(one, visitor):
            return RedirectResponse("/rounds", 303)
        alerts = page.unit.alerts.find(AlertFilter(rules=(RULE,), points=(point_of(one),))).rows
        return page.render(
            "round.html",
            one=one,
            shown=_shown(page, one),
            walk=[{"order": stop.order, "at": stop.at} for stop in one.stops if stop.at is not None],
            alerts=alerts,
            facts=page.unit.facts.of("round", str(number)),
            owed=owed(page.unit, one) if one.duty and one.over else [],
            duty=page.context.duties().get(one.duty),
            short=lambda guard: guard[:SHORT],
            asset_name=lambda stop: asset_name(page.register, page, stop),
            point_name=lambda point: _point_name(page, point),
            guards=sorted({stop.guard for stop in one.stops if stop.guard}),
        )


def _point_name(page: Page, point: str) -> str:
    known = page.register.points.get(point)
    asset = page.register.assets.get(known.asset) if known else None
    return page.look.say(asset.name) if asset else point

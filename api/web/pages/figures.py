"""Alarm figures: how good the alarm system is, and the alarms behind each figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.access import Reader
from api.figures import LONGEST_HISTORY, diagnose_point, read_alarms, tell
from api.routes.rules import find_rule
from api.web.page import Page, reading
from api.web.pages.figure_limits import LABELS, fields, last_change
from facility.alarm_figures import Alarm, AlarmFigures
from facility.instant import DAY, duration_text
from facility.person import Right
from facility.text import Text
from rules.cures import Cure

router = APIRouter(prefix="/figures")
SPANS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY, "quarter": 91 * DAY}
Start = Annotated[int, Query(alias="from", ge=0, le=2**52)]
End = Annotated[int, Query(alias="to", ge=0, le=2**52)]
Until = Annotated[int | None, Query(alias="to", ge=0, le=2**52)]
"""Now when left out."""
SHOWN = 200
CHART_WIDTH, CHART_HEIGHT = 720, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day in the chart; in units of its view box."""

    x: float
    y: float
    width: float
    height: float
    start: int
    end: int
    count: int


@router.get("")
def show(
    request: Request,
    visitor: Reader,
    span: str = "week",
    end: Until = None,
    wrong: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Up to now, or up to ``to``."""
    with reading(request, visitor) as page:
        until = page.look.now if end is None else end
        length = SPANS.get(span, SPANS["week"])
        told = tell(page.unit, until - length, until, page.look.now, page.look.zone)
        return page.render(
            "figures.html",
            found=told.figures,
            held={one.name: one for one in told.held},
            limits=told.limits,
            bars=bars(told.figures, told.limits.day_good),
            size=(CHART_WIDTH, CHART_HEIGHT),
            spans=list(SPANS),
            span=span if span in SPANS else "week",
            until=until,
            length=length,
            link=link,
            title_of=lambda rule: title_of_rule(page, rule),
            limit_fields=fields(told.limits),
            limit_labels=LABELS,
            limits_changed=last_change(page),
            may_change_limits=page.look.may(Right.MANAGE_REGISTER),
            wrong=wrong,
        )


def bars(found: AlarmFigures, good: int) -> list[Bar]:
    """The chart's bars; its height is the largest day, or the acceptable number where that is more."""
    most = max([good, *(count for _, count in found.days)])
    width = CHART_WIDTH / len(found.days)
    ends = [*(start for start, _ in found.days[1:]), found.end]
    return [
        Bar(
            x=round(number * width + 1, 1),
            y=round(CHART_HEIGHT * (1 - count / most), 1),
            width=round(max(width - 2, 1), 1),
            height=round(CHART_HEIGHT * count / most, 1),
            start=start,
            end=ends[number],
            count=count,
        )
        for number, (start, count) in enumerate(found.days)
    ]


def link(start: int, end: int, **wanted: object) -> str:
    """Where the alarms behind a figure are."""
    return f"/figures/alarms?{urlencode({'from': start, 'to': end, **wanted})}"


@router.get("/alarms")
def show_alarms(
    *,
    request: Request,
    visitor: Reader,
    start: Start,
    end: End,
    rule: str = "",
    point: str = "",
    severity: int = 0,
    waiting: int = 0,
) -> Response:
    """The announcements behind a figure, newest first."""
    with reading(request, visitor) as page:
        found = [
            alarm
            for alarm in read_alarms(page.unit, start, end)
            if start <= alarm.at < end
            and (not rule or alarm.rule == rule)
            and (not point or alarm.point == point)
            and (not severity or alarm.severity == severity)
            and (not waiting or alarm.acknowledged is None)
        ]
        return page.render(
            "figure_alarms.html",
            alarms=_newest(found),
            total=len(found),
            start=start,
            end=end,
            title_of=lambda rule: title_of_rule(page, rule),
        )


@router.get("/cures")
def show_cures(
    *,
    request: Request,
    visitor: Reader,
    rule: str,
    point: str,
    start: Start,
    end: End,
) -> Response:
    """What would have stopped a chattering or stale alarm."""
    with reading(request, visitor) as page:
        law = find_rule(page.context, rule)
        begin = max(start, end - LONGEST_HISTORY)
    told = diagnose_point(page.context, law, point, begin, end)
    with reading(request, visitor) as page:
        return page.render(
            "cures.html", told=told, rule=law, point=point, start=begin, end=end, amount_text=amount_text
        )


def amount_text(cure: Cure) -> str:
    """As a rule's file writes it."""
    return f"{cure.value:g} {cure.unit}" if cure.unit else duration_text(round(cure.value))


def _newest(found: list[Alarm]) -> list[Alarm]:
    return sorted(found, key=lambda alarm: (-alarm.at, -alarm.alert))[:SHOWN]


def title_of_rule(page: Page, rule: str) -> str:
    """As people know it; its id where it is no longer there."""
    known = page.context.book().rules.get(rule)
    return page.look.say(known.title if known else Text(rule, rule))

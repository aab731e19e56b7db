"""Doors: how each stands, and one door with who went through it and what was found."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.discreet import is_silent
from api.doors import Asked, DoorRow, door_rows, findings_of, hidden_from, passages_of, plain
from api.web.page import Page, reading
from api.web.values import Shown
from facility.calendar import instant_of, local_day
from facility.door import doors_of
from facility.door_check import DoorCheck
from facility.door_finding import DoorFinding
from facility.door_telling import NAMES, reason_text, short
from facility.instant import DAY
from facility.person import Actor, Right
from storage.records.permissions import FindingFilter
from storage.records.port import NotFound

router = APIRouter(prefix="/doors")
FOUND_LATELY = 30 * DAY
EVENTS = ("granted", "denied", "open", "closed", "held", "forced")


@router.get("")
def show_list(request: Request, visitor: Reader) -> Response:
    """Those with something wrong first, then as the register has them."""
    with reading(request, visitor) as page:
        rows = door_rows(page.context, page.unit, page.register, visitor.actor, page.look.now)
        shown = [_shown(page, row) for row in rows]
        return page.render("doors.html", rows=shown, checks=_checks(page), plain=plain, short=short)


def _checks(page: Page) -> list[tuple[str, DoorCheck]]:
    """What is looked for, by its name; a silent one for those alone who may see what it finds."""
    secret = hidden_from(_actor(page))
    checks = page.context.door_checks().values()
    return [(page.look.say(NAMES[check.rule]), check) for check in checks if check.rule not in secret]


def _shown(page: Page, row: DoorRow) -> dict[str, Any]:
    asset = page.register.assets[row.door.asset]
    alerts = [one for one in row.alerts if not (is_silent(one) and hidden_from(_actor(page)))]
    return {
        "row": row,
        "name": page.look.say(asset.name),
        "place": page.place_text(row.door.zone),
        "state": _state(page, row),
        "alerts": alerts,
        "severity": min((int(one.severity) for one in alerts), default=0),
    }


def _actor(page: Page) -> Actor:
    assert page.look.visitor is not None  # no page is read without one
    return page.look.visitor.actor


def _state(page: Page, row: DoorRow) -> Shown | None:
    point = page.register.points.get(row.door.state)
    return page.look.value(point, row.state) if point else None


@router.get("/{asset}")
def show_one(
    *, request: Request, visitor: Reader, asset: str, day: str = "", event: str = "", card: str = ""
) -> Response:
    """One door: what was found lately, and the passages of one day."""
    with reading(request, visitor) as page:
        doors = doors_of(page.register)
        if asset not in doors:
            raise NotFound(f"there is no door {asset!r}")
        door, today = doors[asset], local_day(page.look.now, page.look.zone)
        chosen = _day(day) or today
        start = instant_of(chosen, 0, page.look.zone)
        asked = Asked(
            start=start,
            end=instant_of(chosen + timedelta(days=1), 0, page.look.zone),
            event=event if event in EVENTS else "",
            credential=card.strip()[:64],
        )
        wanted = FindingFilter(doors=(asset,), since=page.look.now - FOUND_LATELY)
        rows = door_rows(page.context, page.unit, page.register, visitor.actor, page.look.now)
        return page.render(
            "door.html",
            one=_shown(page, next(row for row in rows if row.door.asset == asset)),
            door=door,
            asked=asked,
            day=chosen,
            before=chosen - timedelta(days=1),
            after=chosen + timedelta(days=1) if chosen < today else None,
            events=EVENTS,
            passages=passages_of(page.context, door, asked),
            found=[_found(page, one) for one in findings_of(page.unit, visitor.actor, wanted, 50)],
            behind=page.look.may(Right.LOOK_BEHIND),
            plain=plain,
            short=short,
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _found(page: Page, finding: DoorFinding) -> dict[str, Any]:
    check = page.context.door_checks().get(finding.rule)
    return {
        "finding": finding,
        "name": page.look.say(NAMES[finding.rule]),
        "why": page.look.say(reason_text(finding)),
        "do_first": page.look.say(check.do_first) if check else "",
    }

"""Tests: start one, see which run, and what each showed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Reader, WorkActor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.setting_aside import TestWish, start_test, stop_test
from api.web.page import Page, reading
from api.web.pages.board import alert_rows
from facility.alert import Alert
from facility.instant import MINUTE
from facility.person import Right
from facility.register import Register
from facility.scope import Extent
from facility.test_mode import TestMode
from storage.records.port import AlertFilter

router = APIRouter(prefix="/test-modes")
Given = Annotated[Context, Depends(context_of)]
LENGTHS = (15 * MINUTE, 30 * MINUTE, 60 * MINUTE, 120 * MINUTE, 240 * MINUTE)
SHOWN_ALERTS = 100


@router.get("")
def show_list(request: Request, visitor: Reader, cursor: str | None = None) -> Response:
    """Newest first, with the form."""
    with reading(request, visitor) as page:
        try:
            found = page.unit.test_modes.find(cursor, 50)
        except ValueError:
            return RedirectResponse("/test-modes", 303)
        return page.render(
            "test_modes.html",
            modes=found.rows,
            cursor=found.cursor,
            lengths=LENGTHS,
            scopes=scopes(page.register),
            may_start=page.look.may(Right.ACT_ON_WORK),
        )


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """What came through, what did not, and the alerts that it kept."""
    with reading(request, visitor) as page:
        mode = page.unit.test_modes.get(number)
        return page.render(
            "test_mode.html",
            mode=mode,
            rows=alert_rows(page, _alerts(page, mode)),
            facts=page.unit.facts.of("test-mode", str(number)),
            may_end=page.look.may(Right.ACT_ON_WORK) and mode.in_force(page.look.now),
        )


def _alerts(page: Page, mode: TestMode) -> list[Alert]:
    wanted = AlertFilter(test=True, since=mode.since, until=mode.over())
    found = page.unit.alerts.find(wanted, limit=SHOWN_ALERTS).rows
    return [alert for alert in found if mode.covers(alert.point, page.register)]


@router.post("")
def start(
    *,
    visitor: WorkActor,
    context: Given,
    scope: Annotated[str, Form(max_length=220)] = "",
    length: Annotated[int, Form(alias="for", ge=0)] = 0,
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """``scope`` is one of ``scopes``: extent and id with a colon between them."""
    extent, id = chosen(scope)
    wish = TestWish(extent=extent, scope=id, length=length, why=reason)
    mode = write(context, lambda unit: start_test(unit, context.register(unit), visitor.actor, context.clock(), wish))
    return RedirectResponse(f"/test-modes/{mode.id}", 303)


@router.post("/{number}/end")
def end(visitor: WorkActor, context: Given, number: int) -> Response:
    """Ended early."""
    write(context, lambda unit: stop_test(unit, number, visitor.actor, context.clock()))
    return RedirectResponse(f"/test-modes/{number}", 303)


def scopes(register: Register) -> list[tuple[str, str, str]]:
    """(value, zh, en) of what a form offers: everything, the zones from the outside in, and the assets."""
    zones = [(f"zone:{id}", _path(register, id, "zh"), _path(register, id, "en")) for id in register.zones]
    assets = [
        (
            f"asset:{asset.id}",
            f"{_path(register, asset.zone, 'zh')} › {asset.name.zh}",
            f"{_path(register, asset.zone, 'en')} › {asset.name.say('en')}",
        )
        for asset in register.assets.values()
    ]
    return [("system:", "整个物业", "the whole property"), *zones, *assets]


def _path(register: Register, zone: str, language: str) -> str:
    return " › ".join(found.name.say(language) for found in register.zone_path(zone))


def chosen(value: str) -> tuple[Extent, str]:
    """What a form's choice says; a made-up one is no part of the register and is refused there."""
    extent, _, id = value.partition(":")
    return (Extent(extent), id) if extent in {one.value for one in Extent} else (Extent.ZONE, value)

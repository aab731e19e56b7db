"""Channels: by which ways people and devices are reached, how each does, and a button to try each."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Reader, Visitor, needs
from api.acting import write
from api.context import Context, context_of
from api.trying_channels import (
    Trial,
    can_be_tried,
    levers,
    own_address,
    try_channel,
    try_device,
)
from api.web.page import Page, reading
from facility.notice import Notice
from facility.person import Right
from facility.point import Device, Point
from facility.reading import Reading
from notify.opening import Way
from notify.pace import NOTE, Health, read_health
from storage.readings.port import ReadingsUnavailable
from storage.records.notices import NoticeFilter
from storage.records.port import NotFound

router = APIRouter(prefix="/channels")
Given = Annotated[Context, Depends(context_of)]
Dispatcher = Annotated[Visitor, Depends(needs(Right.DISPATCH))]
RECENT = 400
"""So many of the newest tests are looked through for each channel's and device's own last one."""


class Row(NamedTuple):
    """One channel as it is shown."""

    way: Way
    health: Health
    last: Notice | None
    waiting: int
    own: str
    """The reader's own address for it."""


class Lever(NamedTuple):
    """One device that may be acted on."""

    device: Device
    points: list[tuple[Point, Reading | None]]
    zone: str
    last: Notice | None
    may_try: bool


@router.get("")
def show(request: Request, visitor: Reader) -> Response:
    """All of them on one page."""
    ways, wrong = context_of(request).ways()
    with reading(request, visitor) as page:
        tests = page.unit.notices.find(NoticeFilter(test=True), limit=RECENT).rows
        tally = page.unit.notices.tally()
        rows = [_row(page, way, tests, tally) for way in ways]
        found = _levers(page, tests)
        busy = any(not incident.drill for incident in page.frame.incidents)
        return page.render(
            "channels.html", rows=rows, wrong=wrong, levers=found, may_try=page.look.may(Right.DISPATCH), busy=busy
        )


def _row(page: Page, way: Way, tests: list[Notice], tally: dict[tuple[str, str], int]) -> Row:
    return Row(
        way=way,
        health=read_health(way.name, page.unit.notes.get(NOTE + way.name)),
        last=next((one for one in tests if one.cause == f"test:channel/{way.name}"), None),
        waiting=sum(count for (name, state), count in tally.items() if name == way.name and state != "dead"),
        own=own_address(page.unit, page.look.visitor.actor, way.name) if page.look.visitor else "",
    )


def _levers(page: Page, tests: list[Notice]) -> list[Lever]:
    found = levers(page.register)
    try:
        last = page.context.readings.last([point.id for _, points in found for point in points])
    except ReadingsUnavailable:
        last = {}
    return [
        Lever(
            device=device,
            points=[(point, last.get(point.id)) for point in points],
            zone=_zone(page, points),
            last=next((one for one in tests if one.cause == f"test:device/{device.id}"), None),
            may_try=can_be_tried(device),
        )
        for device, points in found
    ]


def _zone(page: Page, points: list[Point]) -> str:
    asset = page.register.assets.get(points[0].asset) if points else None
    return page.place_text(asset.zone) if asset else ""


@router.post("/{name}/test")
def send_test(
    *, visitor: Dispatcher, context: Given, name: str, to: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """One message, by the same way as every other."""
    way = next((one for one in context.ways()[0] if one.name == name), None)
    if way is None:
        raise NotFound(f"there is no channel {name}")
    trial = _trial(visitor, context)
    write(context, lambda unit: try_channel(unit, way, to, trial))
    return RedirectResponse(f"/channels#channel-{name}", 303)


@router.post("/devices/{device}/test")
def switch_on(*, visitor: Dispatcher, context: Given, device: str) -> Response:
    """On for a few seconds."""
    trial = _trial(visitor, context)
    with context.records.read() as unit:
        found = context.register(unit).devices.get(device)
    if found is None:
        raise NotFound(f"there is no device {device}")
    write(context, lambda unit: try_device(unit, found, trial))
    return RedirectResponse(f"/channels#device-{device}", 303)


def _trial(visitor: Visitor, context: Context) -> Trial:
    return Trial(actor=visitor.actor, at=context.clock(), language=visitor.language or context.language)

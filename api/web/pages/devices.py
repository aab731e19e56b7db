"""Try a payload: paste a topic and bytes, see what every decoder makes of it and what would be stored. Nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.access import WorkActor
from api.payload_trying import ENCODINGS, MOST_SHOWN, MOST_TEXT, Tried, Unreadable, read_entered, shown_as, try_payload
from api.web.page import Page, reading
from api.web.pages.letters import reason_in
from collector.intake import Prepared
from facility.point import Point
from facility.reading import Reading
from storage.records.port import NotFound

router = APIRouter(prefix="/devices/try")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One reading that would be stored, and its point."""

    reading: Reading
    point: Point


@router.get("")
def show(request: Request, visitor: WorkActor, letter: int | None = None, unclaimed: int | None = None) -> Response:
    """The form; filled in with a dead letter's or an unclaimed device's message where one is named."""
    with reading(request, visitor) as page:
        return _form(page, _entered(page, letter, unclaimed))


def _entered(page: Page, letter: int | None, unclaimed: int | None) -> dict[str, Any]:
    try:
        found = (
            page.unit.letters.get_dead(letter)
            if letter is not None
            else page.unit.letters.get_unclaimed(unclaimed)
            if unclaimed is not None
            else None
        )
    except NotFound:
        found = None
    text, encoding = shown_as(found.payload) if found is not None else ("", "text")
    return {"topic": found.topic if found else "", "payload": text, "encoding": encoding, "retained": False}


@router.post("")
def try_it(
    *,
    request: Request,
    visitor: WorkActor,
    topic: Annotated[str, Form(max_length=10_000)] = "",
    payload: Annotated[str, Form(max_length=MOST_TEXT)] = "",
    encoding: Annotated[str, Form(max_length=20)] = "text",
    retained: Annotated[bool, Form()] = False,
) -> Response:
    """The form again, and below it what came out."""
    entered = {"topic": topic, "payload": payload, "encoding": encoding, "retained": retained}
    with reading(request, visitor) as page:
        try:
            tried = try_payload(page.context, page.unit, read_entered(topic, payload, encoding, retained=retained))
        except Unreadable as error:
            return _form(page, entered, wrong=(error.field, page.look.say(error.why)))
        return _form(page, entered, tried=tried)


def _form(
    page: Page, entered: dict[str, Any], *, wrong: tuple[str, str] | None = None, tried: Tried | None = None
) -> Response:
    prepared = tried.prepared if tried else None
    return page.render(
        "payload_try.html",
        422 if wrong else 200,
        entered=entered,
        encodings=ENCODINGS,
        wrong=wrong,
        tried=tried,
        kept=_kept(page, prepared),
        reason=lambda text: reason_in(page.look.language, text),
        most=MOST_SHOWN,
    )


def _kept(page: Page, prepared: Prepared | None) -> list[Kept]:
    if prepared is None:
        return []
    points = page.register.points
    return [Kept(reading=one, point=points[one.point]) for one in prepared.found.readings[:MOST_SHOWN]]

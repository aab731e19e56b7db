"""``/api/v1/dead-letters``: messages that could not be used, kept with their bytes."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.access import READING, Mender
from api.acting import LONGEST_TEXT, ask_retry, put_away
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import PROBLEMS, Cursor, Limit, Listing, Out, moment
from api.routes import API
from api.routes.points import bad_cursor
from facility.letter import DeadLetter
from storage.records.port import Unit

router = APIRouter(prefix=f"{API}/dead-letters", tags=["dead letters"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class LetterOut(Out):
    """A message that could not be used. Like ones (same source, topic, reason) are counted in one row."""

    id: int = Field(examples=[5])
    source: str = Field(examples=["native"])
    topic: str = Field(examples=["dutyroom/v1/riverside/gw-1/readings"])
    reason: str = Field(examples=["values.pressure: null is not a number; allowed: a finite number"])
    payload: str = Field(description="The newest one's bytes, base64.")
    size: int
    first: str
    last: str
    count: int
    retry: str | None = Field(description="When somebody asked to try it again; null when that is done.")
    resolved: str | None


class Reason(BaseModel):
    """Why it is put away."""

    reason: str = Field(min_length=1, max_length=LONGEST_TEXT, examples=["A test of the installer."])


@router.get("", summary="Dead letters, newest first")
def list_letters(
    context: Given,
    resolved: Annotated[bool, Query(description="Those that are done with, instead.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[LetterOut]:
    """Nothing that arrives is dropped in silence: what could not be used is here with its reason."""
    with context.records.read() as unit:
        try:
            page = unit.letters.dead(cursor, limit, resolved)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[letter_out(letter) for letter in page.rows], cursor=page.cursor)


@router.get("/{number}", summary="One dead letter")
def read_letter(context: Given, number: int) -> LetterOut:
    """With its bytes."""
    with context.records.read() as unit:
        return letter_out(unit.letters.get_dead(number))


@router.post("/{number}/retry", summary="Try it again", response_model=LetterOut)
def retry(request: Request, visitor: Mender, context: Given, number: int, key: Key = None) -> Any:
    """The collector does so within a second: after a fix of the register, a source or a decoder."""

    def do(unit: Unit) -> Any:
        ask_retry(unit, number, visitor.actor, context.clock())
        return letter_out(unit.letters.get_dead(number)).model_dump()

    return write_once(context, once(request, visitor.actor, key), do)


@router.post("/{number}/put-away", summary="Put it away", response_model=LetterOut)
def store_away(*, request: Request, visitor: Mender, context: Given, number: int, body: Reason, key: Key = None) -> Any:
    """Done with, without being used; the reason is kept."""

    def do(unit: Unit) -> Any:
        put_away(unit, number, visitor.actor, context.clock(), body.reason)
        return letter_out(unit.letters.get_dead(number)).model_dump()

    return write_once(context, once(request, visitor.actor, key), do)


def letter_out(letter: DeadLetter) -> LetterOut:
    """A dead letter as the API gives it."""
    return LetterOut(
        id=letter.id,
        source=letter.source,
        topic=letter.topic,
        reason=letter.reason,
        payload=base64.b64encode(letter.payload).decode(),
        size=letter.size,
        first=moment(letter.first) or "",
        last=moment(letter.last) or "",
        count=letter.count,
        retry=moment(letter.retry),
        resolved=moment(letter.resolved),
    )

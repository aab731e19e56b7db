"""Dead letters: what could not be used, why, and what to do about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Mender, Reader
from api.acting import LONGEST_TEXT, ask_retry, put_away, write
from api.context import Context, context_of
from api.web.page import reading
from collector.reasons import in_chinese
from facility.person import Right

router = APIRouter(prefix="/dead-letters")
Given = Annotated[Context, Depends(context_of)]
SHOWN_BYTES = 2000


@router.get("")
def show(request: Request, visitor: Reader, done: bool = False, cursor: str | None = None) -> Response:
    """Newest first."""
    with reading(request, visitor) as page:
        try:
            found = page.unit.letters.dead(cursor, 50, done)
        except ValueError:
            return RedirectResponse("/dead-letters", 303)
        return page.render(
            "letters.html",
            letters=[
                (letter, reason_in(page.look.language, letter.reason), readable(letter.payload))
                for letter in found.rows
            ],
            cursor=found.cursor,
            done=done,
            may_mend=page.look.may(Right.MEND_INTAKE),
        )


def reason_in(language: str, reason: str) -> str:
    """Why it could not be used, as its reader speaks: it is stored in English."""
    return in_chinese(reason) if language == "zh" else reason


def readable(payload: bytes) -> str:
    """Text where it is text, else its bytes in hexadecimal; the beginning of it."""
    head = payload[:SHOWN_BYTES]
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        cut = error.start >= len(head) - 3 and len(payload) > len(head)
        text = head[: error.start].decode() if cut else head[: SHOWN_BYTES // 4].hex(" ")
    return text if text.isprintable() else "".join(c if c.isprintable() or c in "\n\t" else "·" for c in text)


@router.post("/{number}/retry")
def retry(visitor: Mender, context: Given, number: int) -> Response:
    """Ask the collector to try it again."""
    write(context, lambda unit: ask_retry(unit, number, visitor.actor, context.clock()))
    return RedirectResponse("/dead-letters", 303)


@router.post("/{number}/put-away")
def store_away(
    visitor: Mender, context: Given, number: int, reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = ""
) -> Response:
    """Done with, with a reason."""
    write(context, lambda unit: put_away(unit, number, visitor.actor, context.clock(), reason))
    return RedirectResponse("/dead-letters", 303)

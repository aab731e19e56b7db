"""What is recorded on a work order's page: checks, measurements, parts, time, files, signatures."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.access import Reader, WorkActor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.order_acting import order_room
from api.routes.work_order_log import file_of_order
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.text import Text
from response.attachments import LARGEST
from response.order_log import By, Measured, Upload, attach, measure, sign, spend_time, strike, tick, use_part
from storage.records.port import Unit

router = APIRouter(prefix="/work-orders/{number}")
Given = Annotated[Context, Depends(context_of)]
Short = Annotated[str, Form(max_length=200)]
PNG = "data:image/png;base64,"


def _do(context: Context, visitor: WorkActor, number: int, do: Callable[[Unit, By], Fact], place: str) -> Response:
    by = By(who=visitor.actor.id, at=context.clock())
    write(context, lambda unit: do(unit, by))
    return RedirectResponse(f"/work-orders/{number}#{place}", 303)


@router.post("/check")
def add_check(*, visitor: WorkActor, context: Given, number: int, check: Short, note: Short = "") -> Response:
    """A line of the checklist."""
    return _do(
        context,
        visitor,
        number,
        lambda unit, by: tick(unit, order_room(context, unit), number, check=check, note=note, by=by),
        "checklist",
    )


@router.post("/measure")
def add_measurement(
    *,
    visitor: WorkActor,
    context: Given,
    number: int,
    side: Short,
    value: Short = "",
    quantity: Short = "",
    instrument: Short = "",
) -> Response:
    """Judged at once."""
    given = Measured(side=side, value=value, quantity=quantity, instrument=instrument)
    return _do(
        context,
        visitor,
        number,
        lambda unit, by: measure(unit, order_room(context, unit), number, given, by),
        "measured",
    )


@router.post("/part")
def add_part(
    *, visitor: WorkActor, context: Given, number: int, name: Short = "", count: Short = "1", unit: Short = ""
) -> Response:
    """A part that was used."""
    many = _number(count, "count")
    return _do(
        context,
        visitor,
        number,
        lambda one, by: use_part(one, number, name=name, count=many, of=unit, by=by),
        "used",
    )


@router.post("/time")
def add_time(*, visitor: WorkActor, context: Given, number: int, minutes: Short = "", person: Short = "") -> Response:
    """Time of one person."""
    spent = _number(minutes, "minutes")
    if spent != int(spent):
        raise _no_number("minutes", minutes)
    return _do(
        context,
        visitor,
        number,
        lambda unit, by: spend_time(unit, number, minutes=int(spent), person=person.strip(), by=by),
        "used",
    )


def _number(text: str, field: str) -> float:
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        raise _no_number(field, text) from None
    if not -1e9 < found < 1e9:
        raise _no_number(field, text)
    return found


def _no_number(field: str, text: str) -> FieldRefused:
    return FieldRefused(
        "record", field, Text(f"{text!r} 不是数；请写数字", f"{text!r} is not a number; allowed: digits")
    )


@router.post("/strike")
def add_strike(
    *,
    visitor: WorkActor,
    context: Given,
    number: int,
    seq: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """An entry that was wrong."""
    return _do(context, visitor, number, lambda unit, by: strike(unit, number, seq=seq, why=reason, by=by), "work")


@router.post("/file")
def add_file(
    *,
    visitor: WorkActor,
    context: Given,
    number: int,
    file: Annotated[UploadFile, File()],
    note: Short = "",
    keep_location: Annotated[bool, Form()] = False,
) -> Response:
    """A photo or another file."""
    upload = Upload(body=file.file.read(LARGEST + 1), name=file.filename or "", note=note, keep_location=keep_location)
    return _do(context, visitor, number, lambda unit, by: attach(unit, number, upload, by), "files")


@router.post("/sign")
def add_signature(
    *,
    visitor: WorkActor,
    context: Given,
    number: int,
    signer: Short = "",
    signature: Annotated[str, Form(max_length=600_000)] = "",
) -> Response:
    """A signature drawn in the page, which sends it as a PNG."""
    try:
        body = base64.b64decode(signature.removeprefix(PNG), validate=True) if signature.startswith(PNG) else b""
    except binascii.Error:
        body = b""
    return _do(context, visitor, number, lambda unit, by: sign(unit, number, body, signer=signer, by=by), "signatures")


@router.get("/files/{sha256}")
def show_file(*, visitor: Reader, context: Given, number: int, sha256: str, small: bool = False) -> Response:
    """A file of this order, or its thumbnail."""
    del visitor
    with context.records.read() as unit:
        return file_of_order(unit, number, sha256, small=small)

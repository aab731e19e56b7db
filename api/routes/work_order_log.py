"""``/api/v1/work-orders/{number}/…``: what is recorded while the work is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, Field

from api.access import READING, Reader, Visitor, WorkActor
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.kept_files import file_answer
from api.order_acting import order_room
from api.paging import CONFLICT, PROBLEMS
from api.routes import API
from api.routes.facts import FactOut, fact_out
from facility.fact import Fact
from facility.work_log import read_log
from response.attachments import LARGEST
from response.order_log import By, Measured, Upload, attach, measure, sign, spend_time, strike, tick, use_part
from storage.records.port import NotFound, Unit

router = APIRouter(
    prefix=f"{API}/work-orders/{{number}}", tags=["work orders"], responses=PROBLEMS, dependencies=[READING]
)
"""Stands inside the work orders' own, before their steps."""
Given = Annotated[Context, Depends(context_of)]


class MeasurementIn(BaseModel):
    """A value with its unit."""

    side: Literal["before", "after"]
    value: str = Field(max_length=60, examples=["0.62 MPa"])
    quantity: str = Field(default="", max_length=60, description="That of the order's point by default.")
    instrument: str = Field(default="", max_length=200)


class PartIn(BaseModel):
    """A part that was used."""

    name: str = Field(max_length=200, examples=["Mechanical seal 45 mm"])
    count: float = Field(default=1, examples=[1])
    unit: str = Field(default="", max_length=20)


class TimeIn(BaseModel):
    """Time that one person worked."""

    minutes: int = Field(examples=[40])
    person: str = Field(default="", max_length=100, description="Whose time it is; yours by default.")


class CheckIn(BaseModel):
    """A line of the class's checklist."""

    check: str = Field(max_length=60, examples=["valve"])
    note: str = Field(default="", max_length=200)


class StrikeIn(BaseModel):
    """An entry that was wrong."""

    seq: int = Field(description="The `seq` of the entry's fact.")
    reason: str = Field(max_length=LONGEST_TEXT)


def _once(context: Context, visitor: Visitor, request: Request, key: str | None, do: Callable[[Unit, By], Fact]) -> Any:
    by = By(who=visitor.actor.id, at=context.clock())
    return write_once(
        context, once(request, visitor.actor, key), lambda unit: fact_out(do(unit, by)).model_dump(mode="json")
    )


@router.post("/measurements", summary="Record a measurement", response_model=FactOut, responses=CONFLICT)
def add_measurement(
    *, request: Request, visitor: WorkActor, context: Given, number: int, body: MeasurementIn, key: Key = None
) -> Any:
    """Converted into the point's unit, and judged at once: `inside` in the fact's data, with the limits."""
    given = Measured(side=body.side, value=body.value, quantity=body.quantity, instrument=body.instrument)
    return _once(
        context, visitor, request, key, lambda unit, by: measure(unit, order_room(context, unit), number, given, by)
    )


@router.post("/parts", summary="Record a part that was used", response_model=FactOut, responses=CONFLICT)
def add_part(
    *, request: Request, visitor: WorkActor, context: Given, number: int, body: PartIn, key: Key = None
) -> Any:
    """One kind of part at a time."""
    return _once(
        context,
        visitor,
        request,
        key,
        lambda unit, by: use_part(unit, number, name=body.name, count=body.count, of=body.unit, by=by),
    )


@router.post("/time", summary="Record time spent", response_model=FactOut, responses=CONFLICT)
def add_time(
    *, request: Request, visitor: WorkActor, context: Given, number: int, body: TimeIn, key: Key = None
) -> Any:
    """In minutes."""
    return _once(
        context,
        visitor,
        request,
        key,
        lambda unit, by: spend_time(unit, number, minutes=body.minutes, person=body.person.strip(), by=by),
    )


@router.post("/checks", summary="Tick a line of the checklist", response_model=FactOut, responses=CONFLICT)
def add_check(
    *, request: Request, visitor: WorkActor, context: Given, number: int, body: CheckIn, key: Key = None
) -> Any:
    """What must be ticked before the work is finished, its class says."""
    return _once(
        context,
        visitor,
        request,
        key,
        lambda unit, by: tick(unit, order_room(context, unit), number, check=body.check, note=body.note, by=by),
    )


@router.post("/strikes", summary="Strike out an entry that was wrong", response_model=FactOut, responses=CONFLICT)
def add_strike(
    *, request: Request, visitor: WorkActor, context: Given, number: int, body: StrikeIn, key: Key = None
) -> Any:
    """It stays, struck out, with the reason."""
    return _once(
        context,
        visitor,
        request,
        key,
        lambda unit, by: strike(unit, number, seq=body.seq, why=body.reason, by=by),
    )


@router.post("/files", summary="Add a photo or another file", response_model=FactOut, responses=CONFLICT)
def add_file(
    *,
    request: Request,
    visitor: WorkActor,
    context: Given,
    number: int,
    file: Annotated[UploadFile, File(description="JPEG, PNG, WebP, PDF or plain text, at most 15 MB")],
    note: Annotated[str, Form(max_length=200)] = "",
    keep_location: Annotated[
        bool, Form(description="Keep where a photo was taken; it is taken out by default.")
    ] = False,
    key: Key = None,
) -> Any:
    """Known by its content, not by its name."""
    upload = Upload(body=file.file.read(LARGEST + 1), name=file.filename or "", note=note, keep_location=keep_location)
    return _once(context, visitor, request, key, lambda unit, by: attach(unit, number, upload, by))


@router.post("/signatures", summary="Sign", response_model=FactOut, responses=CONFLICT)
def add_signature(
    *,
    request: Request,
    visitor: WorkActor,
    context: Given,
    number: int,
    file: Annotated[UploadFile, File(description="A PNG of at most 300 kB")],
    signer: Annotated[str, Form(max_length=200, description="The name of who signed")],
    key: Key = None,
) -> Any:
    """A signature that was drawn on a screen."""
    body = file.file.read(LARGEST + 1)
    return _once(context, visitor, request, key, lambda unit, by: sign(unit, number, body, signer=signer, by=by))


@router.get("/files/{sha256}", summary="A file", response_class=Response)
def read_file(*, visitor: Reader, context: Given, number: int, sha256: str, small: bool = False) -> Response:
    """Only of this work order. `small`: its thumbnail."""
    del visitor
    with context.records.read() as unit:
        return file_of_order(unit, number, sha256, small=small)


def file_of_order(unit: Unit, number: int, sha256: str, *, small: bool) -> Response:
    """A kept file of this order, and nothing else that is kept. Raises ``NotFound``."""
    unit.work_orders.get(number)
    log = read_log(unit.facts.of("work-order", str(number)))
    entry = next((one for one in (*log.files, *log.signatures) if one.sha256 == sha256), None)
    if entry is None:
        raise NotFound(f"work order {number} has no file {sha256}")
    return file_answer(unit.files.get(sha256), small=small, name=entry.name)

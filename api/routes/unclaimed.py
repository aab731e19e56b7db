"""``/api/v1/unclaimed``: devices that were seen and are not in the register."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, FiniteFloat

from api.access import READING, Keeper
from api.claiming import Claim, ClaimRefused, NewPoint, claim
from api.context import Context, context_of
from api.guessing import Guess, guesses
from api.idempotency import Key, once, write_once
from api.paging import PROBLEMS, Cursor, Limit, Listing, Out, moment
from api.problems import Problem
from api.routes import API
from api.routes.points import bad_cursor
from facility.letter import Unclaimed
from facility.text import Text
from storage.records.port import Unit

router = APIRouter(prefix=f"{API}/unclaimed", tags=["unclaimed devices"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class GuessOut(Out):
    """A value in the sample, and what it probably is. Empty fields could not be guessed."""

    key: str = Field(examples=["pressure"])
    value: float | bool | str | None = Field(description="Null: announced, and not heard yet.")
    sent_unit: str
    quantity: str
    unit: str
    resolution: float
    interval: int
    name: str = Field(description="As it was announced (discovery).")
    loop: str = Field(description="The key of the current behind it, where its maker sends one.")


class UnclaimedOut(Out):
    """A device, or a key of a registered device, without a place in the register."""

    id: int = Field(examples=[2])
    source: str = Field(examples=["zigbee2mqtt"])
    external_id: str = Field(examples=["0x00158d0001a2b3c4"])
    key: str = Field(description="The payload key without a point; empty when the device itself is unknown.")
    topic: str
    payload: str = Field(description="A sample, base64.")
    guess: str = Field(description="The decoder that would understand it.", examples=["zigbee2mqtt"])
    first: str
    last: str
    count: int
    values: list[GuessOut]


class PointIn(BaseModel):
    """A value of the device that becomes a point."""

    key: str = Field(min_length=1, max_length=100, examples=["pressure"])
    name_zh: str = Field(default="", max_length=200, examples=["供水压力"])
    name_en: str = Field(default="", max_length=200, examples=["supply pressure"])
    quantity: str = Field(examples=["pressure"])
    unit: str = Field(default="", examples=["MPa"])
    resolution: FiniteFloat = Field(default=1.0, examples=[0.001])
    low: FiniteFloat | None = None
    high: FiniteFloat | None = Field(default=None, examples=[1.6])
    interval: int = Field(default=0, description="Expected time between readings, ms.", examples=[60_000])
    sent_unit: str = ""
    loop: str = Field(default="", max_length=100, description="The key of the current behind it.")
    asset: str = Field(default="", description="Empty: the claim's.")


class ClaimIn(BaseModel):
    """Where the device belongs, and which of its values become points."""

    device: str = Field(max_length=100, examples=["t1-pump-3"])
    name_zh: str = Field(default="", max_length=200, examples=["三号压力表"])
    name_en: str = Field(default="", max_length=200, examples=["Gauge 3"])
    model: str = Field(default="", max_length=100)
    gateway: str = Field(default="", max_length=100)
    asset: str = Field(examples=["t1-pump-1"])
    points: list[PointIn] = Field(min_length=1, max_length=100)


class Claimed(Out):
    """The points that were made."""

    points: list[str] = Field(examples=[["t1-pump-3.pressure"]])


@router.get("", summary="Unclaimed devices, newest first")
def list_unclaimed(context: Given, cursor: Cursor = None, limit: Limit = 50) -> Listing[UnclaimedOut]:
    """What spoke and is not in the register, each with a sample and a guess."""
    with context.records.read() as unit:
        try:
            page = unit.letters.unclaimed(cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[unclaimed_out(seen) for seen in page.rows], cursor=page.cursor)


@router.get("/{number}", summary="One unclaimed device")
def read_unclaimed(context: Given, number: int) -> UnclaimedOut:
    """With what its sample holds."""
    with context.records.read() as unit:
        seen = unit.letters.get_unclaimed(number)
        return unclaimed_out(seen, unit.letters.unclaimed_of(seen.source, seen.external_id))


@router.post("/{number}/claim", summary="Claim it", response_model=Claimed)
def claim_it(*, request: Request, visitor: Keeper, context: Given, number: int, body: ClaimIn, key: Key = None) -> Any:
    """Enters the device and its points into the register, in one version, all or nothing."""

    def do(unit: Unit) -> Any:
        seen, register = unit.letters.get_unclaimed(number), unit.registers.load()
        try:
            return {"points": claim(unit, register, seen, wanted(body), actor=visitor.actor, at=context.clock())}
        except ClaimRefused as refused:
            raise claim_problem(refused) from None

    return write_once(context, once(request, visitor.actor, key), do)


def claim_problem(refused: ClaimRefused) -> Problem:
    """422 with every wrong field."""
    detail = "; ".join(f"{e.field}: {e.wrong}; allowed: {e.allowed}" for e in refused.errors)
    errors = [{"field": e.field, "wrong": e.wrong, "allowed": e.allowed} for e in refused.errors]
    return Problem(422, "invalid", "Something is missing or wrong", detail, errors=errors)


def wanted(body: ClaimIn) -> Claim:
    """The claim as the register needs it."""
    return Claim(
        device=body.device.strip(),
        name=Text(body.name_zh.strip(), body.name_en.strip()),
        model=body.model.strip(),
        gateway=body.gateway.strip(),
        asset=body.asset.strip(),
        points=tuple(_point(point) for point in body.points),
    )


def _point(point: PointIn) -> NewPoint:
    return NewPoint(
        key=point.key.strip(),
        name=Text(point.name_zh.strip(), point.name_en.strip()),
        quantity=point.quantity,
        unit=point.unit,
        resolution=point.resolution,
        low=point.low,
        high=point.high,
        interval=point.interval,
        sent_unit=point.sent_unit,
        loop=point.loop.strip(),
        asset=point.asset.strip(),
    )


def unclaimed_out(seen: Unclaimed, others: Sequence[Unclaimed] = ()) -> UnclaimedOut:
    """An unclaimed device as the API gives it; ``others`` are its other rows."""
    return UnclaimedOut(
        id=seen.id,
        source=seen.source,
        external_id=seen.external_id,
        key=seen.key,
        topic=seen.topic,
        payload=base64.b64encode(seen.payload).decode(),
        guess=seen.guess,
        first=moment(seen.first) or "",
        last=moment(seen.last) or "",
        count=seen.count,
        values=[_guess(g) for g in guesses(seen, others)],
    )


def _guess(found: Guess) -> GuessOut:
    return GuessOut(
        key=found.key,
        value=found.value,
        sent_unit=found.sent_unit,
        quantity=found.quantity,
        unit=found.unit,
        resolution=found.resolution,
        interval=found.interval,
        name=found.name,
        loop=found.loop,
    )

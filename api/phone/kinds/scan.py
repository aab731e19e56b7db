"""A checkpoint of a round, scanned with the phone: its tag or the code that hangs there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, FiniteFloat

from api.failures import translator
from api.phone.kind import Arrival, Body, Kind, Said, Sha256
from api.result_room import refusal
from facility.person import Right
from inspections.draft import DraftRefused
from inspections.rounds.taking import ScanDraft, ScanRoom, take_scan


class ScanIn(Body):
    """What was read, with what the checkpoint asks for."""

    code: str = Field(min_length=1, max_length=300, examples=["04A1B2C3"])
    value: FiniteFloat | None = None
    note: str = Field(default="", max_length=200)
    files: list[Annotated[str, Sha256]] = Field(default_factory=list, max_length=10)


def take(arrival: Arrival) -> Said:
    """A scan like any reader's. No conflict: several guards may have been there."""
    body: ScanIn = arrival.body
    context, unit = arrival.context, arrival.unit
    room = ScanRoom(readings=context.readings, register=context.register(unit), hide=context.hide)
    draft = ScanDraft(
        code=body.code,
        device_at=arrival.device_at,
        offset=arrival.offset,
        files=tuple(body.files),
        value=body.value,
        note=body.note,
    )
    try:
        taken = take_scan(unit, room, draft, arrival.actor.id, arrival.received)
    except DraftRefused as refused:
        _ = translator(arrival.language)
        raise refusal(refused, arrival.language, _("Something is missing or wrong")) from None
    return Said(made={"point": taken.point, "rounds": list(taken.rounds)})


KIND = Kind(
    name="scan",
    right=Right.DO_DUTIES,
    shape=ScanIn,
    take=take,
    about=lambda body: f"checkpoint:{body.code}"[:100],
    whereabouts=True,
)

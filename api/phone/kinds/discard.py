"""An entry that was refused and is given up on the phone, with the reason: nothing that was done vanishes in silence."""

from __future__ import annotations

from pydantic import Field

from api.acting import LONGEST_TEXT
from api.phone.kind import Arrival, Body, Kind, Said
from facility.person import Right
from facility.work_order import MissingField


class Discard(Body):
    """Which, and why."""

    entry: str = Field(max_length=64, examples=["6f1c1f0e-8a52-4a55-9a0e-3d8f0a1c2b7d"])
    why: str = Field(max_length=LONGEST_TEXT, examples=["The pump was changed; done again under its new number."])


def take(arrival: Arrival) -> Said:
    """Raises ``MissingField``. The entry itself stays as it was refused."""
    body: Discard = arrival.body
    if not body.why.strip():
        raise MissingField("discard", "reason")
    given_up = arrival.unit.phone_entries.by_key(arrival.actor.id, body.entry)
    return Said(made={"discarded": given_up.id} if given_up else {"discarded": body.entry, "why": body.why.strip()})


KIND = Kind(name="discard", right=Right.READ, shape=Discard, take=take, about=lambda body: f"entry:{body.entry}")

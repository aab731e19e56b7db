"""What was found when a duty was done: judged by the server again, and kept beside what others found."""

from __future__ import annotations

from dataclasses import replace

from pydantic import ConfigDict

from api.failures import translator
from api.phone.kind import Arrival, Earlier, Kind, Said
from api.result_room import ResultIn, done_before, refusal, result_room
from facility.person import Right
from inspections.draft import DraftRefused, KeyTaken
from inspections.submitting import submit


class ResultBody(ResultIn):
    """A filled-in checklist. Times come with the entry."""

    model_config = ConfigDict(extra="forbid")


def take(arrival: Arrival) -> Said:
    """A result, whoever was first; the other's is told and stays as it is."""
    body: ResultBody = arrival.body
    draft = body.draft(f"phone:{arrival.actor.id}:{arrival.key}")
    draft = replace(draft, device_at=arrival.device_at, offset=arrival.offset)
    room = result_room(arrival.context, arrival.unit)
    try:
        result = submit(arrival.unit, room, draft, arrival.actor.id, arrival.received)
    except (DraftRefused, KeyTaken) as refused:
        _ = translator(arrival.language)
        raise refusal(refused, arrival.language, _("Something is missing or wrong")) from None
    before = done_before(arrival.unit, result)
    earlier = Earlier(who=before.who, at=before.done, what="submitted") if before else None
    return Said(
        made={"result": result.id, "outcome": result.outcome.value, "orders": list(result.orders)}, earlier=earlier
    )


def about(body: ResultBody) -> str:
    """The occurrence; of what was done without being owed, its duty and place."""
    return f"occurrence:{body.occurrence}" if body.occurrence is not None else f"duty:{body.duty}/{body.target}"


KIND = Kind(name="result", right=Right.DO_DUTIES, shape=ResultBody, take=take, about=about)

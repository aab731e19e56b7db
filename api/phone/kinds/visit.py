"""A visitor let in, or seen off, at a gate without a signal. What is about a person stays with the visit, where it ends."""

from __future__ import annotations

from api.acting import TooLate, last_fact
from api.phone.kind import Arrival, Earlier, Kind, Said
from api.visiting import desk_of
from facility.alert import NotAllowed
from facility.person import Right
from inspections.visits.from_phone import KIND as NAME
from inspections.visits.from_phone import PhoneVisit
from inspections.visits.from_phone import take as take_visit


def take(arrival: Arrival) -> Said:
    """The deed at the time it was done. What somebody else did to the visit meanwhile stays."""
    desk = desk_of(arrival.context, arrival.unit)
    body: PhoneVisit = arrival.body
    try:
        visit = take_visit(arrival.unit, desk, body.model_dump(), arrival.actor.id, arrival.done)
    except NotAllowed as refused:
        last = last_fact(arrival.unit, "visit", body.visit) if body.visit else None
        if last is None:
            raise TooLate(refused, None) from None
        return Said(made={"visit": body.visit}, earlier=Earlier(who=last.who, at=last.at, what=last.what))
    return Said(made={"visit": visit.id, "state": visit.state.value})


def about(body: PhoneVisit) -> str:
    """A visit that has a number; of somebody whom nobody announced, nothing."""
    return f"visit:{body.visit}" if body.visit else ""


KIND = Kind(name=NAME, right=Right.REGISTER_VISITS, shape=PhoneVisit, take=take, about=about, personal=True)

"""A visit as a phone brings it: the guard at the gate had no signal. What a body may hold, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from facility.visit import Deed, Visit, VisitDeed
from inspections.visits.deeds import act, walk_in
from inspections.visits.wish import LONGEST_NUMBER, Desk, Shown, Wish, badge_of
from storage.records.port import Unit

KIND = "visit"
PERSONAL = ("name", "phone", "vehicle", "company", "host_text", "reason", "document_number", "badge")
"""Fields of a body that nobody keeps: they are in the visit, where they end."""


class PhoneVisit(BaseModel):
    """Somebody is let in (``arrive`` with a name, or of an announced ``visit``), or leaves. Instants in milliseconds."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    deed: Literal["arrive", "leave"]
    visit: int = Field(default=0, ge=0, description="0: nobody announced it")
    name: str = Field(default="", max_length=80)
    phone: str = Field(default="", max_length=LONGEST_NUMBER)
    vehicle: str = Field(default="", max_length=LONGEST_NUMBER)
    company: str = Field(default="", max_length=80)
    host: str = Field(default="", max_length=80)
    host_text: str = Field(default="", max_length=80)
    reason: str = Field(default="", max_length=200)
    zones: list[str] = Field(default_factory=list, max_length=50)
    until: int | None = Field(default=None, ge=0)
    persons: int = Field(default=1, ge=1, le=200)
    document: str = Field(default="", max_length=40)
    document_number: str = Field(default="", max_length=LONGEST_NUMBER)
    badge: str = Field(default="", max_length=LONGEST_NUMBER)


def take(unit: Unit, desk: Desk, body: Mapping[str, Any], who: str, at: int) -> Visit:
    """What happened at ``at``, by the server's clock.

    Raises ``pydantic.ValidationError`` for a body that is none, ``NotAllowed``, ``MissingField``, ``FieldRefused``,
    ``Conflict``, ``NotFound``.
    """
    asked = PhoneVisit.model_validate(body)
    badge, label = badge_of(desk.hide, asked.badge)
    if asked.deed == "leave":
        return act(unit, desk, _number(unit, asked, badge), Deed(deed=VisitDeed.LEAVE, who=who, at=at))
    deed = Deed(deed=VisitDeed.ARRIVE, who=who, at=at, badge=badge, badge_label=label, until=asked.until)
    shown = Shown(document=asked.document, number=asked.document_number)
    if asked.visit:
        return act(unit, desk, asked.visit, deed, shown)
    return walk_in(unit, desk, _wish(asked, at), shown, deed)


def _number(unit: Unit, asked: PhoneVisit, badge: str) -> int:
    """By the badge, where it was scanned."""
    holder = unit.visits.holder(badge) if badge else None
    return holder.id if holder is not None else asked.visit


def _wish(asked: PhoneVisit, at: int) -> Wish:
    return Wish(
        name=asked.name,
        phone=asked.phone,
        vehicle=asked.vehicle,
        company=asked.company,
        host=asked.host,
        host_text=asked.host_text,
        reason=asked.reason,
        zones=tuple(asked.zones),
        expected=at,
        until=asked.until or 0,
        persons=asked.persons,
    )


def without_person(body: Mapping[str, Any]) -> dict[str, Any]:
    """What may be kept of a body once it is taken."""
    return {key: value for key, value in body.items() if key not in PERSONAL}

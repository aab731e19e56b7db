"""Incidents as people act on them from pages and programs: rights first, then the rooms that know how."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from api.access import Visitor
from api.acting import TooLate, last_fact
from api.context import Context, zone_of
from api.order_acting import order_room
from api.problems import permit
from facility.alert import NotAllowed
from facility.incident import Act, Incident, rows_for
from facility.incident_step import BY_THE_PRODUCT, TABLE, Deed, Row, Step
from facility.instant import to_datetime
from facility.kept_file import KeptFile
from facility.playbook import Announcement, Playbook
from facility.register import Register
from facility.text import Text
from response.attachments import take_in
from response.bulletins import Board, places, set_board, wording
from response.incidents import Opening, end_incident, open_by_hand, take_step
from storage.records.port import NotFound, Unit


def playbook_of(context: Context, id: str) -> Playbook:
    """Raises ``NotFound``."""
    found = context.playbooks().get(id)
    if found is None:
        raise NotFound(f"there is no playbook {id!r}")
    return found


def open_incident(unit: Unit, context: Context, visitor: Visitor, playbook: str, wish: Opening) -> Incident:
    """By hand, or as a drill. Raises ``MissingField``, ``FieldRefused``, ``NotAllowed``, ``NotFound``."""
    register = context.register(unit)
    book = playbook_of(context, playbook)
    room = order_room(context, unit)
    return open_by_hand(unit, register, book, wish, who=visitor.actor.id, at=context.clock(), room=room)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWish:
    """A deed with what it needs."""

    deed: Deed
    choice: str = ""
    value: str = ""
    reason: str = ""
    photo: bytes = b""
    """A picture as evidence: kept by its content, without the place where it was taken."""


def act_on_step(unit: Unit, context: Context, visitor: Visitor, where: tuple[int, str], wish: StepWish) -> Incident:
    """``where`` is (incident, step). Raises ``TooLate``, ``NotPermitted``, ``MissingField``, ``FieldRefused``, ``NotFound``."""
    number, step = where
    _permit(unit, visitor, number, step, wish.deed)
    act = Act(
        deed=wish.deed,
        step=step,
        who=visitor.actor.id,
        at=context.clock(),
        choice=wish.choice.strip(),
        value=_keep(unit, wish.photo, context.clock()) if wish.photo else wish.value.strip(),
        reason=wish.reason.strip(),
    )
    try:
        return take_step(unit, context.register(unit), number, act)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "incident", number)) from None


def _keep(unit: Unit, photo: bytes, at: int) -> str:
    """The name of what is kept. Raises ``FieldRefused``."""
    file = take_in(photo, at).file
    unit.files.keep(file)
    return file.sha256


def photo_of(unit: Unit, number: int, sha256: str) -> KeptFile:
    """A photo that is evidence in that incident, and nothing else that is kept. Raises ``NotFound``."""
    if all(step.value != sha256 for step in unit.incidents.get(number).steps):
        raise NotFound(f"incident {number} has no such photo")
    return unit.files.get(sha256)


def _permit(unit: Unit, visitor: Visitor, number: int, step: str, deed: Deed) -> None:
    incident = unit.incidents.get(number)
    found = next((one for one in incident.steps if one.script.id == step), None)
    if found is None:
        raise NotFound(f"incident {number} has no step {step!r}")
    if deed in BY_THE_PRODUCT:
        raise NotAllowed(deed, found.state.value, [row.deed.value for row in possible(incident, found, visitor)])
    row = next((row for row in TABLE if row.deed is deed and found.kind in row.kinds), None)
    if row is not None:
        permit(visitor.actor, row.right)


def possible(incident: Incident, step: Step, visitor: Visitor | None) -> list[Row]:
    """What this person may do to the step now."""
    rows = [row for row in rows_for(incident, step) if row.deed not in BY_THE_PRODUCT]
    return [row for row in rows if visitor is not None and visitor.may(row.right)]


def end(unit: Unit, visitor: Visitor, number: int, at: int, why: str) -> Incident:
    """Raises ``TooLate``, ``MissingField``, ``NotFound``."""
    try:
        return end_incident(unit, number, visitor.actor.id, at, why)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "incident", number)) from None


def announcements(context: Context, register: Register, incident: Incident) -> list[tuple[Announcement, Text, Text]]:
    """The playbook's texts for this incident, place and time filled in: what can be told with one tap."""
    book = context.playbooks().get(incident.playbook)
    site = context.site(register)
    zone = register.zones.get(building_of(register, incident))
    place = zone.name if zone else site.name
    time = f"{to_datetime(incident.event_at, zone_of(site)):%H:%M}"
    return [(one, *wording(one, place, time)) for one in (book.announcements if book else ())]


def building_of(register: Register, incident: Incident) -> str:
    """The building whose residents it concerns; empty for the whole property."""
    path = register.zone_path(incident.zone)
    return path[0].id if path and incident.place else ""


def new_addresses(unit: Unit, register: Register, *, secret: bool, who: str, at: int) -> Board:
    """Public addresses, or new unguessable ones: the old ones lead nowhere any more."""
    keys = {place: secrets.token_urlsafe(12) for place in ["", *places(register)]} if secret else {}
    return set_board(unit, keys, who=who, at=at)


def zones_by_path(register: Register) -> list[tuple[str, Text]]:
    """(zone, its whole path) for a form."""

    def path(zone: str, language: str) -> str:
        return " › ".join(one.name.say(language) for one in register.zone_path(zone))

    return [(zone, Text(path(zone, "zh"), path(zone, "en"))) for zone in register.zones]

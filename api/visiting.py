"""Visits as the web process takes them: each deed in one transaction with its fact."""

from __future__ import annotations

from dataclasses import replace

from api.acting import TooLate, last_fact
from api.context import Context
from api.problems import NotPermitted, permit
from facility.alert import NotAllowed
from facility.guest import Guest, short_name
from facility.person import Actor, Right
from facility.visit import STEP, Deed, Visit
from inspections.visits.deeds import act, announce, walk_in
from inspections.visits.wish import Desk, Shown, Wish
from storage.records.port import Unit


def desk_of(context: Context, unit: Unit) -> Desk:
    """What the desk needs to know."""
    accounts = (account.id for account in unit.people.accounts() if account.disabled is None)
    return Desk(
        hide=context.hide,
        register=context.register(unit),
        rota=unit.rota.load(),
        accounts=frozenset(accounts),
        keep=context.personal_data()["visits"].kept or 0,
    )


def invite(unit: Unit, context: Context, actor: Actor, wish: Wish) -> Visit:
    """A host says who comes. Raises ``NotPermitted``, ``MissingField``, ``FieldRefused``."""
    permit(actor, Right.INVITE_VISITORS)
    return announce(unit, desk_of(context, unit), wish, actor.id, context.clock())


def let_in(unit: Unit, context: Context, actor: Actor, wish: Wish, *, shown: Shown, deed: Deed) -> Visit:
    """Somebody whom nobody announced. Raises ``NotPermitted``, ``MissingField``, ``FieldRefused``."""
    permit(actor, Right.REGISTER_VISITS)
    return walk_in(unit, desk_of(context, unit), wish, shown, deed)


def take(unit: Unit, context: Context, actor: Actor, number: int, deed: Deed, *, shown: Shown | None = None) -> Visit:
    """One deed of a person. Raises ``TooLate``, ``NotPermitted``, ``MissingField``, ``FieldRefused``, ``NotFound``."""
    right = STEP[deed.deed].right
    if right is None:
        raise NotPermitted.to(actor, "system")
    permit(actor, right)
    try:
        return act(unit, desk_of(context, unit), number, replace(deed, who=actor.id), shown)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "visit", number)) from None


def sees_names(actor: Actor) -> bool:
    """Whether who came is shown: to those who let people in."""
    return actor.may(Right.REGISTER_VISITS)


def as_seen(actor: Actor, guest: Guest, visit: Visit) -> Guest:
    """The guest as far as this reader needs it. A host sees whom he announced himself."""
    if sees_names(actor) or visit.registered_by == actor.id:
        return guest
    return part_of(guest)


def part_of(guest: Guest) -> Guest:
    """What those see who need not know who came."""
    return Guest(
        visit=guest.visit, name=short_name(guest.name), given=guest.given, until=guest.until, erased=guest.erased
    )

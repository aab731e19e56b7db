"""Bulletins as they are posted, corrected and withdrawn, and the public page's address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from facility.alert_life import FieldRefused
from facility.bulletin import SHOWN_AFTERWARDS, Bulletin, check, corrected, withdraw
from facility.clock import meet
from facility.fact import Fact
from facility.incident import Incident
from facility.playbook import Announcement
from facility.register import Register
from facility.text import Text
from facility.work_order import WorkOrder
from response.incident_alerts import order_of
from storage.records.port import Unit

NOTE = "bulletins/board"
WHOLE = "all"
"""The address of the page for the whole property, while addresses are public."""
NOTICE = "notice"
"""The clock that a bulletin meets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the residents are to read."""

    title: Text
    body: Text
    place: str
    """A zone; empty for the whole property."""


def wording(one: Announcement, place: Text, time: str) -> tuple[Text, Text]:
    """The playbook's text with place and time filled in: title and body."""

    def filled(text: Text) -> Text:
        return Text(text.zh.format(place=place.zh, time=time), text.en.format(place=place.en or place.zh, time=time))

    return filled(one.title), filled(one.body)


def post(
    unit: Unit,
    register: Register,
    incident: int,
    said: Wording,
    *,
    who: str,
    at: int,
    corrects: int | None = None,
    why: str = "",
) -> Bulletin:
    """A new bulletin; with ``corrects`` it takes that one's place. Meets the work order's notice clock.

    Raises ``MissingField``, ``FieldRefused``, ``NotAllowed``, ``Conflict``, ``NotFound``.
    """
    about = unit.incidents.get(incident)
    check(said.title, said.body)
    if said.place and said.place not in register.zones:
        wrong = Text(f"登记表里没有 {said.place}", f"the register has no zone {said.place!r}")
        raise FieldRefused("post", "place", wrong)
    old = _of(unit, incident, corrects)
    made = unit.bulletins.add(
        Bulletin(
            incident=incident,
            place=said.place,
            title=Text(said.title.zh.strip(), said.title.en.strip()),
            body=Text(said.body.zh.strip(), said.body.en.strip()),
            posted=at,
            posted_by=who,
            drill=about.drill,
            corrects=corrects,
            until=None if about.open else at + SHOWN_AFTERWARDS,
        )
    )
    if old is not None:
        unit.bulletins.update(corrected(old, made.id, why))
        _tell(unit, old, "corrected", who, at, why=why, data={"by": made.id})
    data = {"title_zh": made.title.zh, "title_en": made.title.en, "body_zh": made.body.zh, "body_en": made.body.en}
    _tell(unit, made, "posted", who, at, data=data | {"place": made.place, "corrects": corrects})
    _meet(unit, about, made, who, at)
    return made


def _of(unit: Unit, incident: int, corrects: int | None) -> Bulletin | None:
    if corrects is None:
        return None
    old = unit.bulletins.get(corrects)
    if old.incident != incident:
        raise FieldRefused("correct", "corrects", Text("不是这起事件的通告", "it is no bulletin of this incident"))
    return old


def withdraw_bulletin(unit: Unit, number: int, *, who: str, at: int, why: str) -> Bulletin:
    """No longer shown. Raises ``NotAllowed``, ``MissingField``, ``Conflict``, ``NotFound``."""
    after = unit.bulletins.update(withdraw(unit.bulletins.get(number), who, at, why))
    _tell(unit, after, "taken-back", who, at, why=after.why)
    return after


def _meet(unit: Unit, incident: Incident, bulletin: Bulletin, who: str, at: int) -> None:
    """The residents were told: the order's notice clock starts its next round, or stops where it does not repeat."""
    order = None if incident.drill else order_of(unit, incident)
    if order is None or not order.open:
        return
    after = told(order, at)
    if after == order:
        return
    unit.work_orders.update(after)
    data = {"bulletin": bulletin.id, "incident": incident.id, "clock": NOTICE}
    fact = Fact(
        at=at,
        noun="work-order",
        subject=str(order.id),
        what="residents-told",
        before=order.state.value,
        after=order.state.value,
        who=who,
        data=data,
    )
    unit.facts.append(fact)


def told(order: WorkOrder, at: int) -> WorkOrder:
    """With its notice clock met at ``at``."""
    clocks = tuple(
        clock
        if clock.name != NOTICE or clock.stopped is not None
        else meet(clock, at)
        if clock.every
        else replace(clock, stopped=at)
        for clock in order.clocks
    )
    return order if clocks == order.clocks else replace(order, clocks=clocks)


def _tell(
    unit: Unit, one: Bulletin, what: str, who: str, at: int, *, why: str = "", data: dict[str, Any] | None = None
) -> None:
    more = {"incident": one.incident, "drill": one.drill} | (data or {})
    unit.facts.append(Fact(at=at, noun="bulletin", subject=str(one.id), what=what, why=why.strip(), who=who, data=more))


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Where the public page is: ``keys`` are unguessable, by place; without them addresses are the places' own ids."""

    keys: dict[str, str]

    @property
    def secret(self) -> bool:
        """Whether only who was given the address finds it."""
        return bool(self.keys)

    def key(self, place: str) -> str:
        """The last part of the page's address for a building; ``place`` is empty for the whole property."""
        return self.keys.get(place, "") if self.secret else place or WHOLE

    def place(self, key: str, register: Register) -> str | None:
        """The place behind an address; None where there is none."""
        if self.secret:
            return next((place for place, one in self.keys.items() if one == key), None)
        return "" if key == WHOLE else key if key in places(register) else None


def places(register: Register) -> list[str]:
    """The zones that have a page of their own: those right below the site."""
    return [zone.id for zone in register.zones.values() if not zone.parent]


def read_board(unit: Unit) -> Board:
    """As it is set."""
    found = unit.notes.get(NOTE) or {}
    return Board(keys=dict(found.get("keys", {})))


def set_board(unit: Unit, keys: dict[str, str], *, who: str, at: int) -> Board:
    """New addresses: unguessable ones, or public ones with no keys. Old addresses lead nowhere from now on."""
    unit.notes.put(NOTE, {"keys": keys})
    data = {"secret": bool(keys)}  # the addresses themselves stay out of the facts
    unit.facts.append(Fact(at=at, noun="bulletin", subject="board", what="addresses-changed", who=who, data=data))
    return Board(keys=keys)


def shown(unit: Unit, register: Register, place: str, at: int) -> list[Bulletin]:
    """What the residents of a place may read: about it, about what is inside it, about the whole property. Newest first."""
    below = register.zones_below(place) if place else None
    return [b for b in unit.bulletins.public(at) if below is None or not b.place or b.place in below]

"""What is written down of a visit, checked: one shape for the page, the API and phones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from facility.alert_life import FieldRefused
from facility.guest import DOCUMENTS, LONGEST_NAME, LONGEST_REASON, Guest, plain_number, tail_of
from facility.register import Register
from facility.report_kind import without_numbers
from facility.rota import Rota
from facility.text import Text
from facility.visit import MOST_PERSONS, Visit, check_times
from facility.work_order import MissingField

Hide = Callable[[str, str], str]
"""(kind, text) → keyed pseudonym, under the key by which readers' cards are hidden too."""

LONGEST_NUMBER = 40
LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the desk needs to know."""

    hide: Hide
    register: Register
    rota: Rota
    accounts: frozenset[str] = frozenset()
    keep: int
    """So long after a visit is over its guest is kept, milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A visit as somebody asks for it. Texts as they were typed; instants."""

    name: str
    phone: str = ""
    vehicle: str = ""
    company: str = ""
    host: str = ""
    """A person of the rota or an account …"""
    host_text: str = ""
    """… or a resident, in words."""
    reason: str = ""
    zones: tuple[str, ...] = ()
    expected: int
    until: int
    persons: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The document that was looked at. Its number is never kept."""

    document: str
    number: str


def visit_of(desk: Desk, wish: Wish, who: str, now: int) -> Visit:
    """Raises ``MissingField``, ``FieldRefused``."""
    if not wish.name.strip():
        raise FieldRefused("visit", "name", Text("请填写访客姓名", "the visitor's name is missing"))
    if not wish.host and not wish.host_text.strip():
        raise MissingField("visit", "host")
    if not wish.zones:
        raise MissingField("visit", "zones")
    _known(desk, wish)
    if not 1 <= wish.persons <= MOST_PERSONS:
        raise FieldRefused("visit", "persons", Text(f"人数须为 1 至 {MOST_PERSONS}", f"1 to {MOST_PERSONS} persons"))
    check_times(wish.expected, wish.until)
    if wish.until <= now:
        raise FieldRefused("visit", "until", Text("离开时间已经过去", "that time is over already"))
    return Visit(
        host=wish.host,
        zones=tuple(dict.fromkeys(wish.zones)),
        expected=wish.expected,
        until=wish.until,
        persons=wish.persons,
        registered=now,
        registered_by=who,
    )


def _known(desk: Desk, wish: Wish) -> None:
    strange = [zone for zone in wish.zones if zone not in desk.register.zones]
    if strange:
        wrong = Text(f"区域 {strange[0]} 不在台账中", f"{strange[0]!r} is no zone of the register")
        raise FieldRefused("visit", "zones", wrong)
    if wish.host and desk.rota.person(wish.host) is None and wish.host not in desk.accounts:
        wrong = Text("被访人不在人员或账号中", "the host is neither in the rota nor an account")
        raise FieldRefused("visit", "host", wrong)


def guest_of(desk: Desk, visit: Visit, wish: Wish, now: int) -> Guest:
    """Who comes. The reason keeps no numbers: they belong in their own fields."""
    return Guest(
        visit=visit.id,
        name=wish.name.strip()[:LONGEST_NAME],
        phone=plain_number(wish.phone)[:LONGEST_NUMBER],
        vehicle=wish.vehicle.strip().upper()[:LONGEST_NUMBER],
        company=wish.company.strip()[:LONGEST_TEXT],
        host_text=wish.host_text.strip()[:LONGEST_TEXT],
        reason=without_numbers(wish.reason.strip())[:LONGEST_REASON],
        given=now,
        until=visit.until + desk.keep,
    )


def document_hash(hide: Hide, document: str, number: str) -> str:
    """By which a document is known again. Empty for nothing."""
    plain = plain_number(number)
    return hide("document", f"{document}:{plain}") if plain else ""


def with_document(desk: Desk, guest: Guest, shown: Shown) -> Guest:
    """The guest with what is kept of a document. Raises ``MissingField``, ``FieldRefused``."""
    if shown.document not in DOCUMENTS:
        allowed = ", ".join(DOCUMENTS)
        wrong = Text(f"证件类型须为 {allowed}", f"a document is one of {allowed}")
        raise FieldRefused("arrive", "document", wrong)
    if not plain_number(shown.number):
        raise MissingField("arrive", "document_number")
    if len(shown.number) > LONGEST_NUMBER:
        wrong = Text(f"证件号码最长 {LONGEST_NUMBER} 位", f"a number has at most {LONGEST_NUMBER} characters")
        raise FieldRefused("arrive", "document_number", wrong)
    return replace(
        guest,
        document=shown.document,
        document_tail=tail_of(shown.number),
        document_hash=document_hash(desk.hide, shown.document, shown.number),
    )


def badge_of(hide: Hide, number: str) -> tuple[str, str]:
    """(pseudonym, label) of a badge as the desk's reader or a guard gives it. Readers print numbers in capitals."""
    plain = plain_number(number)[:LONGEST_NUMBER]
    return (hide("card", plain), tail_of(plain)) if plain else ("", "")

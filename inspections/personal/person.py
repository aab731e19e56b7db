"""What is kept about one person: found by a whole number only, never by a part of a name, and never as a list to browse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from facility.alert import NotAllowed
from facility.fact import Fact
from facility.guest import DOCUMENTS, LONGEST_REASON, Guest, erased, plain_number
from facility.report_kind import without_numbers
from facility.retrieval import About, RetrievalState
from facility.text import Text
from facility.work_order import MissingField
from inspections.personal.behind import CARD, Hide, pseudonyms_of
from inspections.visits.wish import document_hash
from storage.records.port import NotFound, Unit
from storage.records.retrievals import RetrievalFilter

KEYS = ("document", "phone", "card", "account")
"""By what somebody is looked for."""
STAYS = Text("在册人员的信息在职期间为管理所必需", "needed while somebody works here")
GOING_ON = Text("来访尚未结束，结束前须知道是谁在场", "the visit is not over: until then it must be known who is here")
ASKED_FOR = Text(
    "有国家机关正在调取此来访的信息，办结前须保留",
    "a state organ has asked for this visit: it is kept until that is settled",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What was typed, as it is compared. ``kind`` is a word of ``KEYS``."""

    kind: str
    document: str = ""
    """The kind of document; empty: each is tried."""
    value: str

    @property
    def plain(self) -> str:
        """Without spaces and dashes; an account's name as it is."""
        return self.value.strip() if self.kind == "account" else plain_number(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing that is kept."""

    data_class: str
    """An id of the catalogue."""
    about: str
    """The thing's own id, such as a visit's number."""
    said: tuple[tuple[str, str], ...] = ()
    """(field, value) of what is held, as the person gets it; dates as instants in text."""
    since: int | None = None
    until: int | None = None
    """When it ends; None: not by a date that is known now."""
    stays: Text | None = None
    """Why it cannot be erased at once; None: it can."""


def look_up(unit: Unit, hide: Hide, key: Key) -> list[Held]:
    """Everything about whoever has this number. Nothing for nothing."""
    if not key.plain or key.kind not in KEYS:
        return []
    match key.kind:
        case "document":
            kinds = (key.document,) if key.document else DOCUMENTS
            hashes = [document_hash(hide, kind, key.plain) for kind in kinds]
            guests = [guest for one in hashes for guest in unit.visits.guests_by(document=one)]
            return [_held_guest(unit, guest) for guest in guests]
        case "phone":
            return [*_by_phone(unit, key.plain)]
        case "card":
            return [*_by_card(unit, hide, key.plain)]
        case _:
            return [*_by_account(unit, key.plain)]


def _held_guest(unit: Unit, guest: Guest) -> Held:
    fields = ("name", "phone", "vehicle", "company", "host_text", "reason", "document", "document_tail", "note")
    return Held(
        data_class="visits",
        about=str(guest.visit),
        said=tuple((name, str(getattr(guest, name))) for name in fields if getattr(guest, name)),
        since=guest.given,
        until=guest.until,
        stays=why_kept(unit, guest),
    )


def why_kept(unit: Unit, guest: Guest) -> Text | None:
    """Why a guest's data stay for now; None: they can be erased."""
    if unit.visits.get(guest.visit).open:
        return GOING_ON
    asked = RetrievalFilter(
        about=(About.VISIT,), subjects=(str(guest.visit),), states=(RetrievalState.ASKED, RetrievalState.APPROVED)
    )
    return ASKED_FOR if unit.retrievals.count(asked) else None


def _by_phone(unit: Unit, phone: str) -> Iterator[Held]:
    for guest in unit.visits.guests_by(phone=phone):
        yield _held_guest(unit, guest)
    for report in unit.personal.reports_of(phone):
        number = unit.reports.number(report)
        said = (("phone", number.phone),)
        yield Held(data_class="report-numbers", about=str(report), said=said, since=number.given, until=number.until)
    for person in unit.rota.load().people.values():
        if plain_number(person.phone) == phone:
            yield _held_person(person.id, person.name, phone=person.phone, email=person.email)
    many = unit.personal.notices_to(phone)
    if many:
        said = (("notices", str(many)),)
        yield Held(data_class="notices", about="", said=said, stays=Text("送达之证明", "proof that alarms were sent"))


def _held_person(id: str, name: str, **said: str) -> Held:
    fields = (("name", name), *((key, value) for key, value in said.items() if value))
    return Held(data_class="rota", about=id, said=fields, stays=STAYS)


def _by_card(unit: Unit, hide: Hide, card: str) -> Iterator[Held]:
    shown = hide("card", card)
    permissions = unit.permissions.load()
    credential = permissions.credentials.get(shown)
    holder = permissions.holders.get(credential.holder) if credential else None
    if holder is not None:
        said = (("name", holder.name), *((("company", holder.company),) if holder.company else ()))
        yield Held(data_class="holders", about=holder.id, said=said, stays=Text("持卡期间", "while they have a card"))
    for person in unit.rota.load().people.values():
        if shown in pseudonyms_of(person, hide) or plain_number(person.addresses.get(CARD, "")) == card:
            yield _held_person(person.id, person.name, phone=person.phone, email=person.email, card=card)
    for visit in unit.visits.of_badges([shown]).get(shown, []):
        try:
            guest = unit.visits.guest(visit.id)
        except NotFound:
            continue
        if guest.erased is None:
            yield _held_guest(unit, guest)
        crossed = len(unit.visits.crossings(visit.id))
        if crossed:
            said = (("pseudonym", shown), ("passages", str(crossed)))
            yield Held(data_class="crossings", about=str(visit.id), said=said, since=visit.arrived)
    yield Held(
        data_class="passages",
        about=shown,
        said=(("pseudonym", shown),),
        stays=Text("以化名保存，到期整批删除", "kept under a pseudonym, and deleted together at their end"),
    )


def _by_account(unit: Unit, name: str) -> Iterator[Held]:
    try:
        account = unit.people.get(name)
    except NotFound:
        account = None
    if account is not None:
        said = (("name", account.name), ("role", account.role.value))
        why = Text("其所做之事须可追溯", "what was done under it must be traceable")
        yield Held(data_class="accounts", about=account.id, said=said, since=account.created, stays=why)
    person = unit.rota.load().of_account(name)
    if person is not None:
        card = person.addresses.get(CARD, "")
        yield _held_person(person.id, person.name, phone=person.phone, email=person.email, card=card)


def erase_guest(unit: Unit, visit: int, who: str, now: int) -> None:
    """At the person's wish, before its end. Raises ``NotAllowed`` with why it must stay, ``NotFound``."""
    guest = unit.visits.guest(visit)
    if guest.erased is not None:
        raise NotFound(f"the guest of visit {visit} has been erased")
    why = why_kept(unit, guest)
    if why is not None:
        raise NotAllowed("erase", "kept", [], why)
    unit.visits.put_guest(erased(guest, who, now))
    unit.facts.append(_fact(visit, "guest-erased", who, now, "the person asked for it"))


def correct_guest(unit: Unit, visit: int, note: str, who: str, now: int) -> None:
    """What the person says is wrong stands beside what was written down. Raises ``MissingField``, ``NotFound``."""
    said = without_numbers(note.strip())[:LONGEST_REASON]
    if not said:
        raise MissingField("correct", "note")
    guest = unit.visits.guest(visit)
    if guest.erased is not None:
        raise NotFound(f"the guest of visit {visit} has been erased")
    unit.visits.put_guest(replace(guest, note=said))
    unit.facts.append(_fact(visit, "guest-corrected", who, now))


def _fact(visit: int, what: str, who: str, now: int, why: str = "") -> Fact:
    return Fact(at=now, noun="visit", subject=str(visit), what=what, why=why, who=who)

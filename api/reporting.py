"""Residents' reports as the web process takes and handles them: each in one transaction with its facts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace

from api.acting import TooLate, last_fact, write
from api.context import Context
from api.problems import NotPermitted, Problem, permit
from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.instant import HOUR
from facility.person import Actor, Right
from facility.place_code import Contact, PlaceCode, revoke
from facility.register import Register
from facility.report_kind import without_numbers
from facility.residents_report import DEED, Deed, Done, ReportState, ResidentsReport, Way
from facility.scope import Extent, Scope
from facility.work_order import MissingField
from response.attachments import Taken
from response.reports.deeds import act
from response.reports.intake import LONGEST_WORDS, Told, pictured, take_in
from response.reports.links import digest, new_code
from response.reports.ordering import OrderDesk, Room
from response.reports.writing import RESIDENT, erase_number, erase_photo, see_number
from storage.records.port import NotFound, Unit
from storage.records.reports import ReportFilter

PURPOSES = ("visit", "call-back", "question")
"""Why somebody looks at a number."""
MOST_CODES = 200
"""Made at once."""


class TooMany(Exception):
    """The form was used too often from one address, or for one code."""


def room_of(context: Context, unit: Unit) -> Room:
    """What a deed needs to know."""
    book = context.report_book()
    return Room(
        book=book, register=context.register(unit), desk=OrderDesk(kinds=book.kinds, classes=context.book().classes)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came back from the public form."""

    choice: str = ""
    words: str = ""
    phone: str = ""
    consent: bool = False
    language: str = "zh"
    photo: bytes = b""
    """Empty: none."""


def receive(context: Context, code: PlaceCode, sent: Sent, token: str, address: str) -> ResidentsReport:
    """A report from the public form; the same form sent twice is the same report. Raises ``TooMany``."""
    now, link = context.clock(), digest(token)
    book = context.report_book()
    emergency = book.kinds.classify(sent.words, sent.choice).emergency
    told = Told(
        way=Way.WEB,
        code=code.id,
        zone=code.zone,
        asset=code.asset,
        choice=sent.choice,
        words=sent.words,
        language=sent.language,
        phone=sent.phone,
        consent=sent.consent,
        link=link,
    )
    with context.records.read() as unit:
        known = _by_link(unit, link)
    if known is not None:
        return known
    _throttle(context, code, address, now, emergency=emergency)
    told = replace(told, photo=_photo(sent, now))

    def do(unit: Unit) -> ResidentsReport:
        return _by_link(unit, link) or take_in(unit, room_of(context, unit), told, now)

    return write(context, do)


def _photo(sent: Sent, now: int) -> Taken | None:
    """Where it cannot be used, the report is taken without it: a person in need is not sent back for a photo's sake."""
    try:
        return pictured(sent.photo, now) if sent.photo else None
    except FieldRefused:
        return None


def has_photo(context: Context, report: ResidentsReport) -> bool:
    """Whether one is kept with it."""
    with context.records.read() as unit:
        return report.id in unit.reports.photographed([report.id])


def _by_link(unit: Unit, link: str) -> ResidentsReport | None:
    try:
        return unit.reports.by_link(link)
    except NotFound:
        return None


def _throttle(context: Context, code: PlaceCode, address: str, now: int, *, emergency: bool) -> None:
    settings = context.report_book().settings
    most = settings.emergencies_per_address if emergency else settings.per_address
    if not context.throttle.allows("emergency" if emergency else "report", network(address), most):
        raise TooMany
    if emergency:
        return
    with context.records.read() as unit:
        if unit.reports.count(ReportFilter(code=code.id, since=now - HOUR)) >= settings.per_code:
            raise TooMany


def network(address: str) -> str:
    """Whose address it is: of IPv6 the half that a provider gives to one customer."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if found.version == 6 else address


def answer_by_link(context: Context, token: str, *, solved: bool, mark: int | None, words: str) -> ResidentsReport:
    """What the resident says by the status link. Raises ``NotFound``, ``NotAllowed``."""
    now = context.clock()

    def do(unit: Unit) -> ResidentsReport:
        report = unit.reports.by_link(digest(token))
        if not solved:
            report = _with_words(unit, report, words)
        deed, why = (Deed.CONFIRM, "") if solved else (Deed.REFUTE, "by the status link")
        done = Done(deed=deed, who=RESIDENT, at=now, satisfaction=mark, reason=why)
        return act(unit, room_of(context, unit), report.id, done)

    return write(context, do)


def _with_words(unit: Unit, report: ResidentsReport, words: str) -> ResidentsReport:
    """What is said later stands below what was said first; facts hold no words of residents: they stay for ever."""
    more = without_numbers(words.strip()[:LONGEST_WORDS])
    if not more:
        return report
    return unit.reports.update(replace(report, words=f"{report.words}\n\n{more}"[: 4 * LONGEST_WORDS]))


def forget_number(context: Context, token: str) -> None:
    """The resident takes consent back: number and photo are gone at once. Raises ``NotFound``."""
    now = context.clock()

    def do(unit: Unit) -> None:
        report, why = unit.reports.by_link(digest(token)).id, "the resident asked for it"
        erase_photo(unit, report, RESIDENT, now, why)
        if report in unit.reports.numbered([report]):
            erase_number(unit, unit.reports.number(report), RESIDENT, now, why)

    write(context, do)


def enter(unit: Unit, context: Context, actor: Actor, told: Told) -> ResidentsReport:
    """The duty room writes down what somebody said. Raises ``NotPermitted``, ``Problem``."""
    permit(actor, Right.ACT_ON_ALERTS)
    register = context.register(unit)
    if told.zone not in register.zones:
        raise Problem(422, "invalid", "Invalid", "place: choose where it is", errors=_place_error(told.zone))
    if not told.words.strip() and not told.choice:
        raise MissingField("enter", "words")
    return take_in(unit, room_of(context, unit), replace(told, who=actor.id), context.clock())


def _place_error(zone: str) -> list[dict[str, object]]:
    return [{"field": "place", "wrong": f"{zone!r} is no zone of the register", "allowed": "a zone's id"}]


def take(unit: Unit, context: Context, actor: Actor, number: int, done: Done) -> ResidentsReport:
    """One deed of a person. Raises ``TooLate``, ``MissingField``, ``NotPermitted``, ``Conflict``, ``NotFound``."""
    right = DEED[done.deed].right
    if right is None:
        raise NotPermitted.to(actor, "system")
    permit(actor, right)
    try:
        return act(unit, room_of(context, unit), number, done)
    except NotAllowed as refused:
        if refused.why is not None:
            raise
        raise TooLate(refused, last_fact(unit, "report", number)) from None


def look_at_number(unit: Unit, actor: Actor, number: int, purpose: str, at: int) -> Contact:
    """Who looks at a number says why, and that stays. Raises ``NotPermitted``, ``MissingField``, ``NotFound``."""
    permit(actor, Right.ACT_ON_WORK)
    if purpose not in PURPOSES:
        raise MissingField("look", "purpose")
    return see_number(unit, number, actor.id, purpose, at)


def make_codes(unit: Unit, register: Register, actor: Actor, scopes: list[str], at: int) -> list[PlaceCode]:
    """A code for each ``zone:ID`` and ``asset:ID``; what has a good one keeps it. Raises ``NotPermitted``, ``Problem``."""
    permit(actor, Right.MANAGE_REGISTER)
    held = {(code.zone, code.asset): code for code in unit.place_codes.all() if code.good}
    wanted = dict.fromkeys(_place(register, scope) for scope in scopes[:MOST_CODES])
    return [held.get(place) or _make(unit, place, actor, at) for place in wanted]


def _place(register: Register, scope: str) -> tuple[str, str]:
    kind, _, id = scope.partition(":")
    extent = Extent.ASSET if kind == "asset" else Extent.ZONE
    if kind not in ("asset", "zone") or not Scope(extent, id).known(register):
        errors = [{"field": "scope", "wrong": f"{scope!r} is not in the register", "allowed": "zone:ID or asset:ID"}]
        raise Problem(422, "invalid", "Invalid", f"scope: {scope!r} is not in the register", errors=errors)
    return (register.assets[id].zone, id) if extent is Extent.ASSET else (id, "")


def _make(unit: Unit, place: tuple[str, str], actor: Actor, at: int) -> PlaceCode:
    zone, asset = place
    made = unit.place_codes.add(PlaceCode(code=new_code(), zone=zone, asset=asset, created=at, created_by=actor.id))
    unit.facts.append(_code_fact(made, "code-made", actor, at))
    return made


def revoke_code(unit: Unit, actor: Actor, number: int, at: int, why: str) -> PlaceCode:
    """No longer good, at once. Raises ``NotPermitted``, ``MissingField``, ``NotAllowed``, ``NotFound``."""
    permit(actor, Right.MANAGE_REGISTER)
    if not why.strip():
        raise MissingField("revoke", "reason")
    gone = revoke(unit.place_codes.get(number), actor.id, at, why.strip())
    unit.place_codes.update(gone)
    unit.facts.append(_code_fact(gone, "code-revoked", actor, at, why.strip()))
    return gone


def _code_fact(code: PlaceCode, what: str, actor: Actor, at: int, why: str = "") -> Fact:
    data = {"zone": code.zone, "asset": code.asset}
    return Fact(at=at, noun="place-code", subject=str(code.id), what=what, why=why, who=actor.id, data=data)


OPEN_NOW = (ReportState.RECEIVED, ReportState.ASSIGNED, ReportState.SOLVED)

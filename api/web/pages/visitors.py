"""The desk: who is in the house now, who is expected, and somebody let in with four fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api import retrieving
from api.access import Reader, Visitor, needs
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.problems import Problem, permit
from api.visiting import as_seen, invite, let_in, sees_names, take
from api.web.look import local_zone
from api.web.page import Page, reading
from api.web.pages.place_codes import base, qr
from api.web.times import entered
from facility.alert import Alert
from facility.crossing import Crossing
from facility.guest import DOCUMENTS, Guest
from facility.instant import HOUR, MINUTE
from facility.person import Right
from facility.retrieval import Basis
from facility.visit import OPEN, STEP, Deed, Visit, VisitDeed, VisitState, steps_from
from inspections.visits.alerts import alerts_of
from inspections.visits.wish import LONGEST_NUMBER, Shown, Wish, badge_of
from storage.records.port import NotFound, Unit
from storage.records.visits import VisitFilter

router = APIRouter(prefix="/visitors")
Given = Annotated[Context, Depends(context_of)]
Host = Annotated[Visitor, Depends(needs(Right.INVITE_VISITORS))]
Guard = Annotated[Visitor, Depends(needs(Right.REGISTER_VISITS))]
USUALLY = 2 * HOUR
"""A visit's length until somebody says otherwise."""
PAST = (VisitState.LEFT, VisitState.CANCELLED, VisitState.NO_SHOW)
Text80 = Annotated[str, Form(max_length=200)]
Number = Annotated[str, Form(max_length=4 * LONGEST_NUMBER)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One visit in a list."""

    visit: Visit
    guest: Guest
    host: str
    seen: Crossing | None
    alerts: list[Alert]


@router.get("")
def show_desk(request: Request, visitor: Reader, show: str = "now", cursor: str | None = None) -> Response:
    """In the house first, who has stayed too long before the others; then who is expected, the soonest first."""
    with reading(request, visitor) as page:
        if show == "past":
            return _show_past(page, visitor, cursor)
        found = page.unit.visits.all(VisitFilter(states=tuple(OPEN)))
        rows = _rows(page, visitor, sorted(found, key=lambda visit: (visit.until, visit.id)))
        here = [row for row in rows if row.visit.in_house]
        return page.render(
            "visitors.html",
            show="now",
            here=sorted(here, key=lambda row: not (row.alerts or row.visit.state is VisitState.OVERSTAYED)),
            expected=[row for row in rows if row.visit.state is VisitState.EXPECTED],
            past=[],
            cursor=None,
            persons=sum(row.visit.persons for row in here),
            **_form(page),
        )


def _show_past(page: Page, visitor: Visitor, cursor: str | None) -> Response:
    try:
        found = page.unit.visits.find(VisitFilter(states=PAST), cursor, 50)
    except ValueError:
        return RedirectResponse("/visitors?show=past", 303)
    past = _rows(page, visitor, found.rows)
    return page.render(
        "visitors.html", show="past", here=[], expected=[], past=past, cursor=found.cursor, persons=0, **_form(page)
    )


def _form(page: Page) -> dict[str, Any]:
    now = page.look.now
    return {
        "hosts": hosts(page),
        "zones": [(zone.id, page.place_text(zone.id)) for zone in page.register.zones.values()],
        "documents": DOCUMENTS,
        "until": _typed(page, now + USUALLY),
        "names": sees_names(page.look.visitor.actor) if page.look.visitor else False,
    }


def _typed(page: Page, instant: int) -> str:
    """As a form's field for a time is filled in: to the next quarter of an hour."""
    from facility.instant import to_datetime

    quarter = -(-instant // (15 * MINUTE)) * 15 * MINUTE
    return f"{to_datetime(quarter, page.look.zone):%Y-%m-%dT%H:%M}"


def hosts(page: Page) -> dict[str, str]:
    """Who may be visited: id → name."""
    people = page.unit.rota.load().people.values()
    accounts = {account.id: account.name for account in page.enabled}
    return accounts | {person.id: person.name for person in people if not person.company}


def _rows(page: Page, visitor: Visitor, visits: list[Visit]) -> list[Row]:
    numbers = [visit.id for visit in visits]
    guests, seen = page.unit.visits.guests(numbers), page.unit.visits.last_seen(numbers)
    known = hosts(page)
    wrong: dict[int, list[Alert]] = {}
    for alert in page.open_alerts:
        stem = alert.point.partition("/")[0]
        if stem.startswith("visit-") and stem[6:].isdigit() and alert.condition.value != "normal":
            wrong.setdefault(int(stem[6:]), []).append(alert)
    return [
        Row(
            visit=visit,
            guest=as_seen(visitor.actor, guests.get(visit.id) or _nobody(visit), visit),
            host=known.get(visit.host, visit.host),
            seen=seen.get(visit.id),
            alerts=wrong.get(visit.id, []),
        )
        for visit in visits
    ]


def _nobody(visit: Visit) -> Guest:
    return Guest(visit=visit.id, name="", given=visit.registered, until=visit.until)


@router.get("/new")
def show_new(request: Request, visitor: Host) -> Response:
    """A host announces who comes."""
    with reading(request, visitor) as page:
        form = _form(page)
        person = page.unit.rota.load().of_account(visitor.actor.id)
        own = person.id if person else visitor.actor.id
        expected = _typed(page, page.look.now + HOUR)
        return page.render(
            "visit_new.html", own=own, expected=expected, **(form | {"until": _typed(page, page.look.now + 3 * HOUR)})
        )


@router.post("/new")
def announce(
    *,
    visitor: Host,
    context: Given,
    name: Text80 = "",
    phone: Number = "",
    vehicle: Number = "",
    company: Text80 = "",
    host: Text80 = "",
    reason: Text80 = "",
    zone: Annotated[list[str] | None, Form()] = None,
    expected: Annotated[str, Form(max_length=40)] = "",
    until: Annotated[str, Form(max_length=40)] = "",
    persons: Annotated[str, Form(max_length=4)] = "1",
) -> Response:
    """Written down; the visitor shows a document at the desk."""

    def do(unit: Unit) -> Visit:
        whom, text = resolve_host(unit, host)
        wish = Wish(
            name=name,
            phone=phone,
            vehicle=vehicle,
            company=company,
            host=whom,
            host_text=text,
            reason=reason,
            zones=tuple(zone or ()),
            expected=local(context, "expected", expected),
            until=local(context, "until", until),
            persons=_whole("persons", persons),
        )
        return invite(unit, context, visitor.actor, wish)

    return RedirectResponse(f"/visitors/{write(context, do).id}", 303)


@router.post("")
def walk_in(
    *,
    visitor: Guard,
    context: Given,
    name: Text80 = "",
    document: Annotated[str, Form(max_length=40)] = "id-card",
    document_number: Number = "",
    host: Text80 = "",
    badge: Number = "",
    phone: Number = "",
    vehicle: Number = "",
    reason: Text80 = "",
    zone: Annotated[list[str] | None, Form()] = None,
    until: Annotated[str, Form(max_length=40)] = "",
    persons: Annotated[str, Form(max_length=4)] = "1",
) -> Response:
    """Somebody stands at the desk whom nobody announced."""
    now = context.clock()

    def do(unit: Unit) -> Visit:
        whom, text = resolve_host(unit, host)
        end = local(context, "until", until) if until else now + USUALLY
        wish = Wish(
            name=name,
            phone=phone,
            vehicle=vehicle,
            host=whom,
            host_text=text,
            reason=reason,
            zones=tuple(zone or ()),
            expected=now,
            until=end,
            persons=_whole("persons", persons),
        )
        pseudonym, label = badge_of(context.hide, badge)
        deed = Deed(deed=VisitDeed.ARRIVE, who=visitor.actor.id, at=now, badge=pseudonym, badge_label=label)
        shown = Shown(document=document, number=document_number)
        return let_in(unit, context, visitor.actor, wish, shown=shown, deed=deed)

    return RedirectResponse(f"/visitors/{write(context, do).id}", 303)


def resolve_host(unit: Unit, typed: str) -> tuple[str, str]:
    """(id, "") of somebody of the house by id or by the whole name; else ("", what was typed): a resident."""
    plain = typed.strip()
    rota = unit.rota.load()
    person = rota.person(plain) or next((one for one in rota.people.values() if one.name == plain), None)
    if person is not None:
        return person.id, ""
    account = next(
        (one for one in unit.people.accounts() if plain in (one.id, one.name) and one.disabled is None and plain), None
    )
    return (account.id, "") if account else ("", plain)


@router.post("/badge")
def by_badge(visitor: Guard, context: Given, badge: Number = "") -> Response:
    """A badge is laid on the desk's reader: whose it is, to check out with one more touch."""
    del visitor
    pseudonym, _ = badge_of(context.hide, badge)
    with context.records.read() as unit:
        holder = unit.visits.holder(pseudonym)
    if holder is None:
        wrong = [{"field": "badge", "wrong": "with no visitor now", "allowed": "a badge that was given out"}]
        raise Problem(404, "not-found", "Nothing here", "badge: no visitor in the house has it", errors=wrong)
    return RedirectResponse(f"/visitors/{holder.id}#leave", 303)


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One visit."""
    return one_page(request, visitor, number)


def one_page(request: Request, visitor: Visitor, number: int, *, revealed: bool = False) -> Response:
    """``revealed``: the name is shown on this answer only."""
    with reading(request, visitor) as page:
        visit = page.unit.visits.get(number)
        guest = _guest(page.unit, visit)
        seen = guest if revealed else as_seen(visitor.actor, guest, visit)
        return page.render(
            "visit.html",
            visit=visit,
            guest=seen,
            revealed=revealed,
            whole=sees_names(visitor.actor) or visit.registered_by == visitor.actor.id or revealed,
            host=hosts(page).get(visit.host, visit.host),
            crossings=page.unit.visits.crossings(number),
            alerts=alerts_of(page.unit, number),
            facts=page.unit.facts.of("visit", str(number)),
            steps={step.deed.value for step in steps_from(visit) if step.right and visitor.may(step.right)},
            before=_before(page.unit, guest, visitor),
            bases=list(Basis),
            documents=DOCUMENTS,
            until=_typed(page, max(page.look.now, visit.until) + HOUR),
        )


def _guest(unit: Unit, visit: Visit) -> Guest:
    try:
        return unit.visits.guest(visit.id)
    except NotFound:
        return _nobody(visit)


def _before(unit: Unit, guest: Guest, visitor: Visitor) -> list[int]:
    """Earlier visits with the same document, for those who let people in."""
    if not sees_names(visitor.actor) or not guest.document_hash:
        return []
    return [one.visit for one in unit.visits.guests_by(document=guest.document_hash) if one.visit != guest.visit][::-1]


@router.get("/{number}/slip")
def show_slip(request: Request, visitor: Guard, number: int) -> Response:
    """To be worn: no name, no number; the code leads a guard's phone to the visit."""
    with reading(request, visitor) as page:
        visit = page.unit.visits.get(number)
        if not visit.in_house:
            raise NotFound(f"visit {number} is not in the house")
        address = f"{base(request, page.context)}/visitors/{number}"
        return page.render(
            "visit_slip.html",
            visit=visit,
            host=hosts(page).get(visit.host, visit.host),
            picture=Markup(qr(address)),  # noqa: S704 - our own SVG
        )


@router.post("/{number}/reveal")
def reveal(
    *,
    request: Request,
    visitor: Reader,
    context: Given,
    number: int,
    purpose: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    basis: Annotated[str, Form(max_length=20)] = "duty",
) -> Response:
    """Shown once, on this answer only; that it was looked at, and why, stays."""
    retrieving.reveal_visit(context, visitor.actor, number, purpose=purpose, basis=basis)
    return one_page(request, visitor, number, revealed=True)


@router.post("/{number}/{deed}")
def act(
    *,
    visitor: Reader,
    context: Given,
    number: int,
    deed: VisitDeed,
    document: Annotated[str, Form(max_length=40)] = "id-card",
    document_number: Number = "",
    badge: Number = "",
    until: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """One deed of the table."""
    right = STEP[deed].right
    if right is not None:
        permit(visitor.actor, right)
    pseudonym, label = badge_of(context.hide, badge)
    done = Deed(
        deed=deed,
        who=visitor.actor.id,
        at=context.clock(),
        badge=pseudonym,
        badge_label=label,
        until=local(context, "until", until) if until else None,
        reason=reason,
    )
    shown = Shown(document=document, number=document_number)
    write(context, lambda unit: take(unit, context, visitor.actor, number, done, shown=shown))
    return RedirectResponse("/visitors" if deed is VisitDeed.LEAVE else f"/visitors/{number}", 303)


def local(context: Context, field: str, text: str) -> int:
    """``2026-11-24T08:00`` in the property's time. Raises ``Problem``."""
    found = entered(text, local_zone(context)) if text else None
    if found is None:
        wrong = [{"field": field, "wrong": f"{text[:40]!r} is no time", "allowed": "2026-11-24T08:00"}]
        raise Problem(422, "invalid", "Not a time", f"{field}: {text[:40]!r}; allowed: 2026-11-24T08:00", errors=wrong)
    return found


def _whole(field: str, text: str) -> int:
    plain = text.strip()
    if not plain.isascii() or not plain.isdigit():
        wrong = [{"field": field, "wrong": f"{text[:20]!r} is no number", "allowed": "a whole number"}]
        raise Problem(422, "invalid", "Not a number", f"{field}: {text[:20]!r}; allowed: a number", errors=wrong)
    return int(plain)

"""What is kept about people and how it ends; who looked at it; what is kept about one person; what is handed out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse

from api import retrieving
from api.access import Reader, Visitor, needs
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.problems import NotPermitted, Problem
from api.web.page import Page, reading
from api.web.pages.visitors import local
from facility.guest import DOCUMENTS
from facility.instant import iso
from facility.kept_file import name_of
from facility.person import Right
from facility.retrieval import About, Basis, Retrieval, RetrievalDeed, RetrievalDone, RetrievalState, steps_from
from inspections.personal.catalogue import DataClass
from inspections.personal.person import KEYS, Held, Key
from inspections.personal.retention import SLACK, Run, due_since, last_run, tally
from storage.records.personal import Tally
from storage.records.port import Unit
from storage.records.retrievals import RetrievalFilter

router = APIRouter(prefix="/personal-data")
Given = Annotated[Context, Depends(context_of)]
Looker = Annotated[Visitor, Depends(needs(Right.LOOK_BEHIND))]
Eraser = Annotated[Visitor, Depends(needs(Right.ERASE_PERSONAL_DATA))]
Said = Annotated[str, Form(max_length=LONGEST_TEXT)]
Short = Annotated[str, Form(max_length=100)]
NO_STORE = {"cache-control": "no-store"}
LARGEST_SCAN = 20 * 1024 * 1024
SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One class as the page shows it."""

    one: DataClass
    found: Tally | None
    due: int | None
    run: Run | None
    overdue: bool


@router.get("")
def show_classes(request: Request, visitor: Reader) -> Response:
    """Every class: what, where, why, how long, how much there is, when it last ended."""
    with reading(request, visitor) as page:
        lines = [_line(page, one) for one in page.context.personal_data().values()]
        return page.render("personal_data.html", lines=lines, waiting=_waiting(page, visitor))


def _waiting(page: Page, visitor: Visitor) -> int:
    if not visitor.may(Right.APPROVE_RETRIEVALS):
        return 0
    return page.unit.retrievals.count(RetrievalFilter(states=(RetrievalState.ASKED,)))


def _line(page: Page, one: DataClass) -> Line:
    found = tally(page.unit, one)
    due = due_since(one, found) if found else None
    late = due is not None and page.look.now - due > SLACK and one.ended_by != "sign-in"
    return Line(one=one, found=found, due=due, run=last_run(page.unit, one.id), overdue=late)


@router.get("/retrievals")
def show_register(request: Request, visitor: Reader, show: str = "all", cursor: str | None = None) -> Response:
    """Whoever reads the register sees all of it, anybody else what he looked at himself."""
    with reading(request, visitor) as page:
        wanted = RetrievalFilter(
            who="" if visitor.may(Right.READ_RETRIEVALS) else _own(visitor),
            states=(RetrievalState.ASKED, RetrievalState.APPROVED) if show == "open" else (),
        )
        try:
            found = page.unit.retrievals.find(wanted, cursor, 50)
        except ValueError:
            return RedirectResponse("/personal-data/retrievals", 303)
        return page.render(
            "retrievals.html",
            entries=found.rows,
            cursor=found.cursor,
            show="open" if show == "open" else "all",
            cameras=page.register.cameras.values(),
            bases=list(Basis),
        )


def _own(visitor: Visitor) -> str:
    if not visitor.may(Right.LOOK_BEHIND):
        raise NotPermitted.to(visitor.actor, Right.READ_RETRIEVALS.value)
    return visitor.actor.id


@router.post("/retrievals")
def ask(
    *,
    visitor: Looker,
    context: Given,
    about: Annotated[About, Form()] = About.VIDEO,
    subject: Short = "",
    start: Short = "",
    end: Short = "",
    purpose: Said = "",
    basis: Short = "authority",
    for_whom: Said = "",
    request: Said = "",
    scan: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Somebody outside asks for a video, or for who a visitor was. It waits for somebody else to approve it.

    Of a scan of the written request its SHA-256 is kept, and the scan itself with the papers of the property.
    """
    entry = Retrieval(
        at=context.clock(),
        who=visitor.actor.id,
        about=about,
        subject=subject.strip(),
        purpose=purpose,
        basis=retrieving.basis_of(basis),
        for_whom=for_whom,
        request=_request(request, scan),
        start=local(context, "start", start) if start else None,
        end=local(context, "end", end) if end else None,
        until=0,
    )

    def do(unit: Unit) -> Retrieval:
        _known(unit, context, entry)
        return retrieving.ask(unit, visitor.actor, entry)

    return RedirectResponse(f"/personal-data/retrievals/{write(context, do).id}", 303)


def _request(number: str, scan: UploadFile | None) -> str:
    """Raises ``Problem`` for one that is too large."""
    body = scan.file.read(LARGEST_SCAN + 1) if scan is not None and scan.filename else b""
    if len(body) > LARGEST_SCAN:
        wrong = [{"field": "scan", "wrong": "too large", "allowed": "20 MB"}]
        raise Problem(413, "too-large", "Too large", "scan: at most 20 MB", errors=wrong)
    return " · ".join(filter(None, (number.strip(), f"SHA-256 {name_of(body)}" if body else "")))


def _known(unit: Unit, context: Context, entry: Retrieval) -> None:
    """Raises ``Problem``, ``NotFound``."""
    if entry.about is About.VIDEO and entry.subject not in context.register(unit).cameras:
        wrong = [{"field": "subject", "wrong": f"{entry.subject[:40]!r} is no camera", "allowed": "a camera's id"}]
        raise Problem(422, "invalid", "Invalid", "subject: choose a camera of the register", errors=wrong)
    if entry.about is About.VISIT:
        unit.visits.get(int(entry.subject) if entry.subject.isdigit() else 0)
    elif entry.about is not About.VIDEO:
        wrong = [{"field": "about", "wrong": entry.about.value, "allowed": "video, visit"}]
        raise Problem(422, "invalid", "Invalid", "about: allowed: video, visit", errors=wrong)


@router.get("/retrievals/{number}")
def show_entry(request: Request, visitor: Reader, number: int) -> Response:
    """One entry, with what may be done, as a form to be printed and signed too."""
    with reading(request, visitor) as page:
        entry = page.unit.retrievals.get(number)
        if not retrieving.may_read(visitor.actor, entry):
            raise NotPermitted.to(visitor.actor, Right.READ_RETRIEVALS.value)
        steps = {step.deed.value for step in steps_from(entry) if visitor.may(step.right)}
        if entry.who == visitor.actor.id:
            steps -= {RetrievalDeed.APPROVE.value}
        camera = page.register.cameras.get(entry.subject) if entry.about is About.VIDEO else None
        return page.render(
            "retrieval.html",
            entry=entry,
            steps=steps,
            camera=camera,
            facts=page.unit.facts.of("retrieval", str(number)),
        )


@router.post("/retrievals/{number}/{deed}")
def act(
    *,
    visitor: Reader,
    context: Given,
    number: int,
    deed: RetrievalDeed,
    reason: Said = "",
    recipient: Said = "",
    given: Said = "",
    medium: Said = "",
    sha256: Short = "",
) -> Response:
    """One deed of the table."""
    if sha256.strip() and not SHA256.fullmatch(sha256.strip()):
        wrong = [{"field": "sha256", "wrong": "no SHA-256", "allowed": "64 hexadecimal digits, or nothing"}]
        raise Problem(422, "invalid", "Invalid", "sha256: 64 hexadecimal digits, or nothing", errors=wrong)
    done = RetrievalDone(
        deed=deed,
        who=visitor.actor.id,
        at=context.clock(),
        reason=reason,
        recipient=recipient,
        given=given,
        medium=medium,
        sha256=sha256,
    )
    write(context, lambda unit: retrieving.take(unit, visitor.actor, number, done))
    return RedirectResponse(f"/personal-data/retrievals/{number}", 303)


@router.get("/behind")
def show_behind(request: Request, visitor: Looker, pseudonym: str = "") -> Response:
    """Before anybody is named: why."""
    with reading(request, visitor) as page:
        return page.render(
            "behind.html", pseudonym=pseudonym[:64], found=None, bases=list(Basis), register=page.register
        )


@router.post("/behind")
def look_behind(
    *,
    request: Request,
    visitor: Looker,
    context: Given,
    pseudonym: Short = "",
    purpose: Said = "",
    basis: Short = "duty",
) -> Response:
    """Named once, on this answer only."""
    found = retrieving.reveal(context, visitor.actor, pseudonym.strip(), purpose=purpose, basis=basis)
    with reading(request, visitor) as page:
        answer = page.render("behind.html", pseudonym=pseudonym, found=found, bases=list(Basis), register=page.register)
    answer.headers.update(NO_STORE)
    return answer


@router.get("/person")
def show_search(request: Request, visitor: Looker) -> Response:
    """By a whole number only."""
    return _person(request, visitor, None, None)


def _person(request: Request, visitor: Visitor, found: list[Held] | None, entry: Retrieval | None) -> Response:
    with reading(request, visitor) as page:
        answer = page.render(
            "person_data.html",
            found=found,
            entry=entry,
            keys=KEYS,
            documents=DOCUMENTS,
            bases=list(Basis),
            classes=page.context.personal_data(),
            may_erase=visitor.may(Right.ERASE_PERSONAL_DATA),
        )
    answer.headers.update(NO_STORE)
    return answer


@router.post("/person")
def search(
    *,
    request: Request,
    visitor: Looker,
    context: Given,
    kind: Short = "",
    document: Short = "",
    value: Short = "",
    purpose: Said = "",
    basis: Short = "person",
    form: Short = "page",
) -> Response:
    """Shown once; that it was looked at, and why, stays. ``form``: page or json."""
    if kind not in KEYS or not value.strip():
        wrong = [{"field": "value", "wrong": "nothing to look for", "allowed": ", ".join(KEYS)}]
        raise Problem(
            422, "invalid", "Invalid", f"kind: one of {', '.join(KEYS)}; value: the whole number", errors=wrong
        )
    key = Key(kind=kind, document=document if document in DOCUMENTS else "", value=value)
    found, entry = retrieving.reveal_person(context, visitor.actor, key, purpose=purpose, basis=basis)
    if form != "json":
        return _person(request, visitor, found, entry)
    name = f"personal-data-{entry.id}.json"
    return JSONResponse(
        exported(found, context), headers=NO_STORE | {"content-disposition": f'attachment; filename="{name}"'}
    )


def exported(found: list[Held], context: Context) -> dict[str, object]:
    """For the person, in a form that other programs can read."""
    classes = context.personal_data()
    return {
        "made": iso(context.clock()),
        "held": [
            {
                "class": one.data_class,
                "title": {"zh": classes[one.data_class].title.zh, "en": classes[one.data_class].title.en},
                "why": {"zh": classes[one.data_class].basis.zh, "en": classes[one.data_class].basis.en},
                "about": one.about,
                "held": dict(one.said),
                "since": iso(one.since) if one.since is not None else None,
                "until": iso(one.until) if one.until is not None else None,
                "stays": {"zh": one.stays.zh, "en": one.stays.en} if one.stays else None,
            }
            for one in found
        ],
    }


@router.post("/visits/{number}/erase")
def erase(visitor: Eraser, context: Given, number: int) -> Response:
    """At the person's wish."""
    write(context, lambda unit: retrieving.erase(unit, visitor.actor, number, context.clock()))
    return RedirectResponse(f"/visitors/{number}", 303)


@router.post("/visits/{number}/correct")
def correct(visitor: Looker, context: Given, number: int, note: Said = "") -> Response:
    """What the person says is wrong stands beside what was written down."""
    write(context, lambda unit: retrieving.correct(unit, visitor.actor, number, note, context.clock()))
    return RedirectResponse(f"/visitors/{number}", 303)

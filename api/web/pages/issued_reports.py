"""Reports to take away: made ones with their sums, a form to ask for one, and their proof."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.access import Dispatcher, Reader, Visitor
from api.acting import write
from api.context import Context, context_of, zone_of
from api.reports.issuing import STAGES, ask
from api.reports.making import LANGUAGES, MEDIA
from api.reports.room import ReportRoom
from api.reports.snapshot import Unusable, asked_for
from api.reports.verifying import NoReport, Verdict, verify
from api.web.page import Page, reading
from facility.calendar import local_day
from facility.clause import CLAUSES
from facility.fact import Fact
from facility.issued_report import IssuedReport, Making
from facility.person import Right, Role
from storage.records.port import NotFound

router = APIRouter(prefix="/reports")
Given = Annotated[Context, Depends(context_of)]
LARGEST = 64 * 1024 * 1024
LOOKS = 50
Some = Annotated[list[str] | None, Form()]
Day = Annotated[str, Form(max_length=10)]


def within(report: IssuedReport, visitor: Visitor) -> bool:
    """A limited account takes away only what is limited as itself."""
    scope = visitor.scope
    zones = not scope.buildings or (bool(report.zones) and set(report.zones) <= set(scope.buildings))
    clauses = not scope.clauses or (bool(report.clauses) and set(report.clauses) <= set(scope.clauses))
    return zones and clauses


def report_of(context: Context, visitor: Visitor, number: int) -> IssuedReport:
    """Raises ``NotFound``, also of one that this account may not look at."""
    with context.records.read() as unit:
        found = unit.issued_reports.get(number)
    if not within(found, visitor):
        raise NotFound(f"there is no report {number}")
    return found


def room_of(context: Context) -> ReportRoom:
    """What making and proving needs. Figures are of everything, whoever asks: a report's own limits are applied."""
    whole: Context = getattr(context, "base", context)
    return ReportRoom(records=whole.records, readings=lambda: whole.readings, duties=whole.duties, book=whole.book)


@router.get("")
def show_list(request: Request, visitor: Reader, cursor: str | None = None) -> Response:
    """The newest first."""
    with reading(request, visitor) as page:
        return _list(page, visitor, cursor=cursor)


def _list(page: Page, visitor: Visitor, *, wrong: str = "", cursor: str | None = None) -> Response:
    found = page.unit.issued_reports.find(cursor, 50)
    first, last = _last_month(local_day(page.look.now, page.look.zone))
    return page.render(
        "issued_reports.html",
        422 if wrong else 200,
        rows=[one for one in found.rows if within(one, visitor)],
        cursor=found.cursor,
        wrong=wrong,
        first=first,
        last=last,
        buildings=[(zone.id, page.look.say(zone.name)) for zone in page.register.zones.values() if not zone.parent],
        clauses=list(CLAUSES.values()),
        may_ask=page.look.may(Right.DISPATCH),
        looks=_looks(page, visitor),
    )


def _looks(page: Page, visitor: Visitor) -> list[Fact]:
    """What inspectors took away and looked at last: for those who look after accounts, and for each inspector his own."""
    if visitor.may(Right.MANAGE_ACCOUNTS):
        names = [account.id for account in page.accounts if account.role is Role.INSPECTOR]
    elif visitor.watched:
        names = [visitor.actor.id]
    else:
        return []
    found = [fact for some in page.unit.facts.about("look", names).values() for fact in some] if names else []
    return sorted(found, key=lambda fact: -fact.seq)[:LOOKS]


def _last_month(today: date) -> tuple[str, str]:
    end = today.replace(day=1).toordinal() - 1
    last = date.fromordinal(end)
    return last.replace(day=1).isoformat(), last.isoformat()


@router.post("")
def make(
    *,
    request: Request,
    visitor: Dispatcher,
    context: Given,
    first: Day = "",
    last: Day = "",
    zones: Some = None,
    clauses: Some = None,
    language: Annotated[str, Form(max_length=2)] = "zh",
) -> Response:
    """Ask for one: the responder makes it, and its page shows how far it is."""
    try:
        report = wanted(context, visitor, first=first, last=last, zones=zones, clauses=clauses, language=language)
    except Unusable as error:
        with reading(request, visitor) as page:
            return _list(page, visitor, wrong=str(error))
    kept = write(context, lambda unit: ask(unit, report))
    return RedirectResponse(f"/reports/{kept.id}", 303)


def wanted(
    context: Context,
    visitor: Visitor,
    *,
    first: str,
    last: str,
    zones: list[str] | None,
    clauses: list[str] | None,
    language: str,
) -> IssuedReport:
    """As the form or a program says it. Raises ``Unusable``."""
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise Unusable(f"from, to: {first!r}, {last!r}; allowed: days as in 2026-01-31") from None
    if language not in LANGUAGES:
        raise Unusable(f"language: {language!r}; allowed: {', '.join(LANGUAGES)}")
    with context.records.read() as unit:
        register = context.register(unit)
    for zone in zones or ():
        if zone not in register.zones:
            raise Unusable(f"zones: there is no zone {zone!r}; allowed: a zone of the register")
    for clause in clauses or ():
        if clause not in CLAUSES:
            raise Unusable(f"clauses: {clause!r}; allowed: a clause of the manual, as in FI-1")
    asked = asked_for(*days, zone_of(context.site(register)), zones=tuple(zones or ()), clauses=tuple(clauses or ()))
    return IssuedReport(
        key=f"asked/{secrets.token_hex(8)}",
        since=asked.since,
        until=asked.until,
        zones=asked.zones,
        clauses=asked.clauses,
        language=language,
        asked=context.clock(),
        asked_by=visitor.actor.id,
    )


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, context: Given, number: int) -> Response:
    """One report: how far it is, its files with their sums, and its way in facts."""
    report = report_of(context, visitor, number)
    with reading(request, visitor) as page:
        return _one(page, report)


def _one(page: Page, report: IssuedReport, verdict: Verdict | None = None, form: str = "") -> Response:
    return page.render(
        "issued_report.html",
        report=report,
        going_on=report.making is Making.ASKED,
        stages=STAGES,
        verdict=verdict,
        form=form,
        facts=page.unit.facts.of("issued-report", str(report.id)),
    )


@router.get("/{number}/progress")
def show_progress(request: Request, visitor: Reader, context: Given, number: int) -> Response:
    """The part of the page that changes while it is made; the whole page is loaded again once it is."""
    report = report_of(context, visitor, number)
    with reading(request, visitor) as page:
        answer = page.render("issued_report_progress.html", report=report, going_on=report.making is Making.ASKED)
    if report.making is not Making.ASKED:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.get("/{number}/report.{form}")
def take_away(visitor: Reader, context: Given, number: int, form: str) -> Response:
    """The file, as it was made."""
    return file_of(context, report_of(context, visitor, number), form)


def file_of(context: Context, report: IssuedReport, form: str) -> Response:
    """Raises ``NotFound`` where there is no such file."""
    sha256 = {"pdf": report.pdf, "xlsx": report.xlsx}.get(form, "")
    if not sha256:
        raise NotFound(f"report {report.id} has no file {form[:10]!r}")
    with context.records.read() as unit:
        kept = unit.files.get(sha256)
    headers = {
        "content-disposition": f'attachment; filename="report-{report.id}.{form}"',
        "cache-control": "private, no-store",
    }
    return Response(kept.body, media_type=MEDIA[form], headers=headers)


@router.get("/{number}/proof/{form}")
def prove(request: Request, visitor: Reader, context: Given, number: int, form: str) -> Response:
    """Every figure of the kept file worked out again. It changes nothing: an inspector may ask as well."""
    report = report_of(context, visitor, number)
    body = bytes(file_of(context, report, form).body)
    verdict = verify(room_of(context), body)
    with reading(request, visitor) as page:
        return _one(page, report, verdict, form)


@router.post("/proof")
def prove_file(request: Request, visitor: Dispatcher, context: Given, file: Annotated[UploadFile, File()]) -> Response:
    """The same of a file that somebody brings."""
    body = file.file.read(LARGEST + 1)
    wrong, verdict = "", None
    if len(body) > LARGEST:
        wrong = f"file: larger than {LARGEST // 1024 // 1024} MB; allowed: a report of ours"
    else:
        try:
            verdict = verify(room_of(context), body)
        except NoReport as error:
            wrong = f"file: {error}"
    with reading(request, visitor) as page:
        if verdict is None:
            return _list(page, visitor, wrong=wrong)
        return page.render("report_proof.html", verdict=verdict, name=(file.filename or "")[:100])

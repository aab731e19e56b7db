"""``/api/v1/results``: what was found when duties were done, kept for ever, and corrected by further ones."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile
from pydantic import Field

from api.access import READING, Reader, Visitor, needs
from api.acting import write
from api.context import Context, context_of
from api.idempotency import Key
from api.kept_files import file_answer
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, moment
from api.result_room import ResultIn, deciding, done_before, refusal, result_room
from api.routes import API
from api.routes.points import bad_cursor
from api.web.languages import translations
from api.web.look import language_of
from facility.inspection import Finding, Outcome, Result
from facility.person import Right
from inspections.draft import DraftRefused, KeyTaken
from inspections.submitting import submit
from response.attachments import LARGEST, take_in
from storage.records.port import NotFound, Unit
from storage.records.results import ResultFilter

router = APIRouter(prefix=f"{API}/results", tags=["results"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
DutyActor = Annotated[Visitor, Depends(needs(Right.DO_DUTIES))]
Several = Annotated[list[str], Query(max_length=100)]


class InstrumentOut(Out):
    """As it stood when it measured."""

    id: str = Field(examples=["MEG-07"])
    kind: str
    serial: str
    calibration_due: str | None
    valid: bool = Field(description="In calibration then; else what it measured is kept and is no evidence.")


class FindingOut(Out):
    """One line of the checklist, answered."""

    check: str = Field(examples=["resistance"])
    item: str
    outcome: str = Field(examples=["pass"], description="pass, flag, fail, or none where nothing can be judged")
    value: float | None
    unit: str
    over_range: bool
    choice: str
    text: str
    files: list[str]
    signed: list[str]
    code: str
    instrument: InstrumentOut | None
    low: float | None
    high: float | None
    corrected: float | None = Field(description="At the reference temperature, where the duty says so.")
    conditions: dict[str, float | str]


class ResultOut(Out):
    """What one person submitted."""

    id: int = Field(examples=[7])
    duty: str
    duty_version: str
    occurrence: int | None
    target: str
    asset: str
    zone: str
    who: str
    with_whom: list[str]
    done: str = Field(description="When it was done, by the server's clock.")
    device_at: str = Field(description="What the device's clock said.")
    offset: int
    received: str
    late_upload: bool = Field(description="Done in time, and heard of late.")
    outcome: str
    proves: bool = Field(
        description="Every number was measured with an instrument in calibration, where one was asked for."
    )
    findings: list[FindingOut]
    corrects: int | None
    why: str
    corrected_by: int | None = Field(description="The newest correction, which decides how it came out.")
    retest_of: int | None
    sensors: list[dict[str, str]]
    orders: list[int]
    earlier: int | None = Field(
        description="Somebody else did the same occurrence before: that result counts, this one is kept."
    )
    fact: str = Field(description="The hash of its fact in the chain.")


class FileOut(Out):
    """A file that is kept."""

    sha256: str
    media: str
    size: int


@router.post("", summary="Submit what was found", response_model=ResultOut, status_code=201, responses=CONFLICT)
def add_result(*, request: Request, visitor: DutyActor, context: Given, body: ResultIn, key: Key = None) -> ResultOut:
    """With an `Idempotency-Key` of your own the same body again is the same result, for ever; anything else under it is refused.

    A correction names what it `corrects` and says `why`: the same person may, or a manager. The old one stays.
    """
    draft = body.draft(f"api:{visitor.actor.id}:{key or secrets.token_urlsafe(16)}")
    now = context.clock()

    def do(unit: Unit) -> ResultOut:
        result = submit(unit, result_room(context, unit), draft, visitor.actor.id, now)
        return result_out(unit, result)

    try:
        return write(context, do)
    except (DraftRefused, KeyTaken) as error:
        language = language_of(request, visitor)
        raise refusal(error, language, translations(language).gettext("Something is missing or wrong")) from None


@router.post("/files", summary="Upload a photo or a signature", response_model=FileOut, status_code=201)
def add_file(
    *,
    visitor: DutyActor,
    context: Given,
    file: Annotated[UploadFile, File(description="JPEG, PNG, WebP, PDF or plain text, at most 15 MB")],
) -> FileOut:
    """Known by its content; an answer names it by its `sha256`. Where a photo was taken is left out."""
    del visitor
    taken = take_in(file.file.read(LARGEST + 1), context.clock()).file
    write(context, lambda unit: unit.files.keep(taken))
    return FileOut(sha256=taken.sha256, media=taken.media, size=taken.size)


@router.get("", summary="Results, what was done last first")
def list_results(
    *,
    context: Given,
    duty: Several = [],  # noqa: B006 - FastAPI's way to say "none"
    target: Several = [],  # noqa: B006
    asset: Several = [],  # noqa: B006
    zone: Several = [],  # noqa: B006
    who: Several = [],  # noqa: B006
    outcome: Annotated[list[Outcome], Query()] = [],  # noqa: B006
    since: When | None = None,
    until: When | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[ResultOut]:
    """`since` and `until` are of when it was done."""
    wanted = ResultFilter(
        duties=tuple(duty),
        targets=tuple(target),
        assets=tuple(asset),
        zones=tuple(zone),
        who=tuple(who),
        outcomes=tuple(outcome),
        since=since,
        until=until,
    )
    with context.records.read() as unit:
        try:
            page = unit.results.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
        return Listing(rows=[result_out(unit, one) for one in page.rows], cursor=page.cursor)


@router.get("/{number}", summary="One result")
def read_result(context: Given, number: int) -> ResultOut:
    """With its findings."""
    with context.records.read() as unit:
        return result_out(unit, unit.results.get(number))


@router.get("/{number}/files/{sha256}", summary="A file of a result", response_class=Response)
def read_file(*, visitor: Reader, context: Given, number: int, sha256: str, small: bool = False) -> Response:
    """Only of this result. `small`: its thumbnail."""
    del visitor
    with context.records.read() as unit:
        return file_of_result(unit, number, sha256, small=small)


def file_of_result(unit: Unit, number: int, sha256: str, *, small: bool) -> Response:
    """A kept file of this result, and nothing else that is kept. Raises ``NotFound``."""
    result = unit.results.get(number)
    if not any(sha256 in one.files for one in result.findings):
        raise NotFound(f"result {number} has no file {sha256}")
    return file_answer(unit.files.get(sha256), small=small)


def result_out(unit: Unit, result: Result) -> ResultOut:
    """A result as the API gives it."""
    newest, before = deciding(unit, result), done_before(unit, result)
    facts = unit.facts.of("result", str(result.id))
    return ResultOut(
        id=result.id,
        duty=result.duty,
        duty_version=result.duty_version,
        occurrence=result.occurrence,
        target=result.target,
        asset=result.asset,
        zone=result.zone,
        who=result.who,
        with_whom=list(result.with_whom),
        done=moment(result.done) or "",
        device_at=moment(result.device_at) or "",
        offset=result.offset,
        received=moment(result.received) or "",
        late_upload=result.late_upload,
        outcome=result.outcome.value,
        proves=result.proves,
        findings=[_finding_out(one) for one in result.findings],
        corrects=result.corrects,
        why=result.why,
        corrected_by=newest.id if newest.id != result.id else None,
        retest_of=result.retest_of,
        sensors=[{"point": point, "at": moment(at) or ""} for point, at in result.sensors],
        orders=list(result.orders),
        earlier=before.id if before else None,
        fact=facts[0].hash if facts else "",
    )


def _finding_out(one: Finding) -> FindingOut:
    with_it = one.instrument
    told: dict[str, Any] = {
        name: getattr(one, name)
        for name in (
            "check",
            "item",
            "value",
            "unit",
            "over_range",
            "choice",
            "text",
            "code",
            "low",
            "high",
            "corrected",
        )
    }
    instrument = None
    if with_it is not None:
        instrument = InstrumentOut(
            id=with_it.id,
            kind=with_it.kind,
            serial=with_it.serial,
            calibration_due=moment(with_it.calibration_due),
            valid=with_it.valid,
        )
    return FindingOut(
        **told,
        outcome=one.outcome.value,
        files=list(one.files),
        signed=list(one.signed),
        instrument=instrument,
        conditions=dict(one.conditions),
    )

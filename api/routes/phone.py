"""``/api/v1/phone``: what phones take along, and what they bring back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.access import READING, Reader, Visitor
from api.context import Context, context_of
from api.paging import PROBLEMS, Out
from api.phone import files
from api.phone.day_out import day_of
from api.phone.kinds import kinds
from api.phone.shell import shell_version
from api.phone.syncing import Answer, Sent, Session, note_phone, offset_of, take_all
from api.problems import NotPermitted
from api.routes import API
from api.web.look import THEMES, language_of
from facility.instant import iso
from facility.person import RIGHTS, Right

router = APIRouter(prefix=f"{API}/phone", tags=["phones"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
MOST_ENTRIES = 50
_LATEST = 2**52


class MeOut(Out):
    """Who is signed in on this phone, and what the server's clock says."""

    account: str = Field(examples=["engineer"])
    name: str
    role: str = Field(examples=["engineer"])
    rights: list[str]
    csrf: str = Field(description="To be sent back as `X-CSRF-Token` with every write of this session.")
    now: int = Field(description="Milliseconds since 1970.")
    language: str = Field(examples=["zh"])
    theme: str = Field(examples=["auto"])
    shell: str = Field(description="The version of the phone's pages.")


class EntryIn(BaseModel):
    """One thing that a person did."""

    id: str = Field(
        min_length=8,
        max_length=64,
        pattern=r"^[\w-]+$",
        description="The phone's own id of it, a UUID: the same again gets the first answer again.",
        examples=["6f1c1f0e-8a52-4a55-9a0e-3d8f0a1c2b7d"],
    )
    kind: str = Field(max_length=40, examples=["order-step"])
    device_at: int = Field(gt=0, le=_LATEST, description="When, by the device's clock: milliseconds since 1970.")
    body: dict[str, Any] = Field(description="By its kind.")
    account: str = Field(default="", max_length=100, description="Whose it is; another's is left where it is.")
    offset: int | None = Field(
        default=None, ge=-_LATEST, le=_LATEST, description="The offset as the phone knew it then, milliseconds."
    )
    mends: str = Field(default="", max_length=64, description="The refused entry that this one mends.")


class SyncIn(BaseModel):
    """Entries in the order in which they were made."""

    device: str = Field(
        min_length=8, max_length=64, pattern=r"^[\w-]+$", examples=["3d8f0a1c-2b7d-4a55-9a0e-6f1c1f0e8a52"]
    )
    device_now: int = Field(gt=0, le=_LATEST, description="The device's clock when this was sent.")
    round_trip: int | None = Field(
        default=None, ge=0, le=600_000, description="How long the last question and its answer took, milliseconds."
    )
    waits: int = Field(default=0, ge=0, le=100_000, description="How many entries are still on the phone after these.")
    entries: list[EntryIn] = Field(default_factory=list, max_length=MOST_ENTRIES)


class AnswerOut(Out):
    """What became of one entry."""

    id: str
    status: str = Field(
        examples=["taken"],
        description="taken · already (it was taken before) · conflict (somebody was first; it is kept beside) · refused · later",
    )
    at: str = Field(description="When it was decided.")
    why: str
    more: dict[str, Any] = Field(
        description="`made`: what it made; `earlier`: who was first and when; `errors`: which field, what was wrong."
    )


class SyncOut(Out):
    """An answer for each entry, in their order."""

    now: int = Field(description="The server's clock, milliseconds since 1970.")
    offset: int = Field(description="The device's clock less the server's, milliseconds.")
    answers: list[AnswerOut]


def bringer(visitor: Reader) -> Visitor:
    """Whoever may bring anything at all that is more than looking. Raises ``NotPermitted``."""
    wanted = {kind.right for kind in kinds().values()} - {Right.READ}
    if not any(visitor.may(right) for right in wanted):
        raise NotPermitted.to(visitor.actor, Right.ACT_ON_WORK.value)
    return visitor


Bringer = Annotated[Visitor, Depends(bringer)]


@router.get("/me", summary="Who is signed in on this phone")
def read_me(request: Request, visitor: Reader, context: Given) -> MeOut:
    """Asked before anything is sent: nothing is ever sent under another name."""
    actor, theme = visitor.actor, request.cookies.get("theme", "auto")
    rights = RIGHTS[actor.role] if actor.role else frozenset(Right)
    return MeOut(
        account=actor.id,
        name=actor.name,
        role=actor.role.value if actor.role else "",
        rights=sorted(right.value for right in rights),
        csrf=visitor.csrf,
        now=context.clock(),
        language=language_of(request, visitor),
        theme=theme if theme in THEMES else "auto",
        shell=shell_version(),
    )


@router.get("/day", summary="Everything that is needed today where there is no signal", response_class=JSONResponse)
def read_day(visitor: Bringer, context: Given) -> Response:
    """Of the person who is signed in: what is owed, checklists in their versions, places with codes, last values, orders."""
    with context.records.read() as unit:
        return JSONResponse(day_of(context, unit, visitor.actor, context.clock()))


@router.post("/sync", summary="Bring what was done")
def sync(request: Request, visitor: Bringer, context: Given, body: SyncIn) -> SyncOut:
    """Each entry is taken once, in its own transaction. One that is refused does not hold up the next."""
    now = context.clock()
    offset = offset_of(body.device_now, body.round_trip, now)
    session = Session(
        context=context,
        actor=visitor.actor,
        language=language_of(request, visitor),
        device=body.device,
        offset=offset,
        round_trip=body.round_trip,
        received=now,
    )
    answers = take_all(session, [_sent(entry) for entry in body.entries])
    note_phone(session, waits=body.waits, agent=request.headers.get("user-agent", ""))
    return SyncOut(now=now, offset=offset, answers=[_answer(answer) for answer in answers])


def _sent(entry: EntryIn) -> Sent:
    return Sent(
        key=entry.id,
        kind=entry.kind,
        device_at=entry.device_at,
        body=entry.body,
        account=entry.account,
        offset_then=entry.offset,
        mends=entry.mends,
    )


def _answer(answer: Answer) -> AnswerOut:
    return AnswerOut(id=answer.key, status=answer.status, at=iso(answer.at), why=answer.why, more=dict(answer.more))


@router.put("/files/{sha256}", summary="Bring a photo or a signature", status_code=204, response_class=Response)
async def put_file(
    *,
    request: Request,
    visitor: Bringer,
    context: Given,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its bytes")],
) -> Response:
    """Kept byte for byte under its name. The same again is there already. At most 4 MB: JPEG, PNG, WebP."""
    del visitor
    body = await files.read_body(request)
    await run_in_threadpool(files.keep, context, sha256, body)
    return Response(status_code=204)

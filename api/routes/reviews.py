"""``/api/v1/reviews``: the report after an emergency, its measures; and ``/api/v1/incidents/{n}/bulletins``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from api.access import READING, AlertActor, Dispatcher
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, Words, moment, words
from api.routes import API
from api.routes.points import bad_cursor
from facility.bulletin import Bulletin
from facility.review import Measure
from facility.text import Text
from response.bulletins import Wording, post, withdraw_bulletin
from response.review import LONGEST as LONGEST_WORDS
from response.review import Written, add_measure, check, finish_review, measure_done, write_review
from response.review_case import Case, gather
from response.review_draft import draft
from storage.records.port import Unit

router = APIRouter(prefix=API, tags=["reviews"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
Noun = Literal["incident", "work-order"]


class ReviewOut(Out):
    """A review: `report` is drafted from facts, or as it was kept when it was finished."""

    noun: str = Field(examples=["incident"])
    id: int = Field(examples=[3])
    finished: str | None
    finished_by: str
    digest: str = Field(description="SHA-256 of the report as kept; a fact holds it too.")
    check: str = Field(examples=["true"], description="unfinished; true; or changed, when it is not what was shown")
    report: dict[str, Any] = Field(description="Times are epoch milliseconds, durations milliseconds.")


class WordsIn(BaseModel):
    """The part that people write."""

    happened: str = Field(
        max_length=LONGEST_WORDS, examples=["A pipe in the pump room burst; water off for two hours."]
    )
    lacked: str = Field(max_length=LONGEST_WORDS, examples=["No spare valve in stock."])
    effect: str = Field(default="", max_length=LONGEST_WORDS)


class MeasureIn(BaseModel):
    """What is to change, with who sees to it and by when."""

    text: str = Field(max_length=LONGEST_TEXT, examples=["Two spare valves in stock"])
    owner: str = Field(max_length=100, examples=["engineer"])
    due: When


class MeasureOut(Out):
    """A measure, tracked until it is done."""

    id: int = Field(examples=[5])
    noun: str
    subject: int
    text: str
    owner: str
    due: str
    late: bool
    created: str
    created_by: str
    done: str | None
    done_by: str
    note: str


class DoneIn(BaseModel):
    """What was done."""

    note: str = Field(max_length=LONGEST_TEXT, examples=["Bought and stored"])


class BulletinIn(BaseModel):
    """A notice to the residents."""

    title: Words
    body: Words
    place: str = Field(default="", max_length=200, examples=["t1"], description="A zone; empty: the whole property.")
    corrects: int | None = Field(default=None, ge=1)
    reason: str = Field(default="", max_length=LONGEST_TEXT)


class BulletinOut(Out):
    """A notice to the residents, as it was posted."""

    id: int = Field(examples=[2])
    incident: int
    place: str
    title: Words
    body: Words
    posted: str
    posted_by: str
    public: bool
    drill: bool
    corrects: int | None
    corrected_by: int | None
    withdrawn: str | None
    why: str


class Reason(BaseModel):
    """Why."""

    reason: str = Field(max_length=LONGEST_TEXT, examples=["The water is back"])


@router.get("/reviews/{noun}/{number}", summary="The review of an incident or a work order")
def read_review(context: Given, noun: Noun, number: int) -> ReviewOut:
    """Drafted from facts while it is not finished; then as it was kept."""
    with context.records.read() as unit:
        return review_out(unit, gather(unit, noun, number))


@router.post("/reviews/{noun}/{number}/words", summary="Write on it", response_model=ReviewOut, responses=CONFLICT)
def write(
    *, request: Request, visitor: Dispatcher, context: Given, noun: Noun, number: int, body: WordsIn, key: Key = None
) -> Any:
    """Figures are facts; only these words are people's."""
    said = Written(happened=body.happened, lacked=body.lacked, effect=body.effect)

    def do(unit: Unit) -> Any:
        write_review(unit, noun, number, said, who=visitor.actor.id, at=context.clock())
        return review_out(unit, gather(unit, noun, number)).model_dump()

    return write_once(context, once(request, visitor.actor, key), do)


@router.post("/reviews/{noun}/{number}/finish", summary="Finish it", response_model=ReviewOut, responses=CONFLICT)
def finish(*, request: Request, visitor: Dispatcher, context: Given, noun: Noun, number: int, key: Key = None) -> Any:
    """It is kept as it is shown, and its hash is a fact; the work order's review is done."""

    def do(unit: Unit) -> Any:
        finish_review(unit, noun, number, who=visitor.actor.id, at=context.clock())
        return review_out(unit, gather(unit, noun, number)).model_dump()

    return write_once(context, once(request, visitor.actor, key), do)


@router.post(
    "/reviews/{noun}/{number}/measures",
    summary="Add a measure",
    response_model=MeasureOut,
    status_code=201,
    responses=CONFLICT,
)
def add(
    *, request: Request, visitor: Dispatcher, context: Given, noun: Noun, number: int, body: MeasureIn, key: Key = None
) -> Any:
    """What is to change. Tracked until it is done."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: measure_out(
            add_measure(
                unit, noun, number, text=body.text, owner=body.owner, due=body.due, who=visitor.actor.id, at=now
            ),
            now,
        ).model_dump(),
    )


@router.get("/measures", summary="Measures, newest first")
def list_measures(
    context: Given, *, open: bool | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Listing[MeasureOut]:
    """With `open`, those that are not done, what is due first first, all at once."""
    now = context.clock()
    with context.records.read() as unit:
        if open:
            return Listing(rows=[measure_out(one, now) for one in unit.reviews.open_measures()])
        try:
            page = unit.reviews.measures(cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[measure_out(one, now) for one in page.rows], cursor=page.cursor)


@router.post("/measures/{number}/done", summary="It is done", response_model=MeasureOut, responses=CONFLICT)
def done(*, request: Request, visitor: AlertActor, context: Given, number: int, body: DoneIn, key: Key = None) -> Any:
    """With what was done. 409 when it was done before."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: measure_out(
            measure_done(unit, number, note=body.note, who=visitor.actor.id, at=now), now
        ).model_dump(),
    )


@router.get("/incidents/{number}/bulletins", summary="What the residents were told, oldest first")
def list_bulletins(context: Given, number: int) -> list[BulletinOut]:
    """Withdrawn and corrected ones too."""
    with context.records.read() as unit:
        unit.incidents.get(number)
        return [bulletin_out(one, context.clock()) for one in unit.bulletins.of(number)]


@router.post(
    "/incidents/{number}/bulletins",
    summary="Tell the residents",
    response_model=BulletinOut,
    status_code=201,
    responses=CONFLICT,
)
def tell(
    *, request: Request, visitor: Dispatcher, context: Given, number: int, body: BulletinIn, key: Key = None
) -> Any:
    """Shown on the public page at once; meets the work order's notice clock. With `corrects` it takes that one's place."""
    said = Wording(title=Text(body.title.zh, body.title.en), body=Text(body.body.zh, body.body.en), place=body.place)
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: bulletin_out(
            post(
                unit,
                context.register(unit),
                number,
                said,
                who=visitor.actor.id,
                at=now,
                corrects=body.corrects,
                why=body.reason,
            ),
            now,
        ).model_dump(),
    )


@router.post(
    "/bulletins/{number}/withdraw", summary="Withdraw a bulletin", response_model=BulletinOut, responses=CONFLICT
)
def withdraw(
    *, request: Request, visitor: Dispatcher, context: Given, number: int, body: Reason, key: Key = None
) -> Any:
    """No longer shown; it stays on record."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: bulletin_out(
            withdraw_bulletin(unit, number, who=visitor.actor.id, at=now, why=body.reason), now
        ).model_dump(),
    )


def review_out(unit: Unit, case: Case) -> ReviewOut:
    """A review as the API gives it: as kept, once it is finished."""
    return ReviewOut(
        noun=case.noun,
        id=case.subject,
        finished=moment(case.review.finished),
        finished_by=case.review.finished_by,
        digest=case.review.digest,
        check=check(unit, case),
        report=report_of(case),
    )


def report_of(case: Case) -> dict[str, Any]:
    """As kept, or drafted."""
    if case.review.finished is None:
        return draft(case)
    kept: dict[str, Any] = orjson.loads(case.review.body)
    return kept


def measure_out(measure: Measure, now: int) -> MeasureOut:
    """A measure as the API gives it."""
    return MeasureOut(
        id=measure.id,
        noun=measure.noun,
        subject=measure.subject,
        text=measure.text,
        owner=measure.owner,
        due=moment(measure.due) or "",
        late=measure.late_at(now),
        created=moment(measure.created) or "",
        created_by=measure.created_by,
        done=moment(measure.done),
        done_by=measure.done_by,
        note=measure.note,
    )


def bulletin_out(bulletin: Bulletin, now: int) -> BulletinOut:
    """A bulletin as the API gives it."""
    return BulletinOut(
        id=bulletin.id,
        incident=bulletin.incident,
        place=bulletin.place,
        title=words(bulletin.title),
        body=words(bulletin.body),
        posted=moment(bulletin.posted) or "",
        posted_by=bulletin.posted_by,
        public=bulletin.public(now),
        drill=bulletin.drill,
        corrects=bulletin.corrects,
        corrected_by=bulletin.corrected_by,
        withdrawn=moment(bulletin.withdrawn),
        why=bulletin.why,
    )

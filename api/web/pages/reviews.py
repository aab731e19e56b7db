"""The review after an emergency, on paper too; the measures that come of it; what the residents are told."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import AlertActor, Dispatcher, Keeper, Reader
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.incidents import new_addresses
from api.rota_reading import rota_of
from api.routes.reviews import report_of
from api.web.look import local_zone
from api.web.page import Page, reading
from api.web.times import entered
from facility.bulletin import LONGEST
from facility.instant import SECOND
from facility.person import Right
from facility.rota import Rota
from facility.text import Text
from response.bulletins import Wording, places, post, read_board, withdraw_bulletin
from response.review import LONGEST as LONGEST_WORDS
from response.review import Written, add_measure, check, finish_review, measure_done, write_review
from response.review_case import gather

router = APIRouter()
Given = Annotated[Context, Depends(context_of)]
Noun = Literal["incident", "work-order"]
Long = Annotated[str, Form(max_length=LONGEST_WORDS)]
Body = Annotated[str, Form(max_length=LONGEST)]


@router.get("/reviews/{noun}/{number}")
def show_review(request: Request, visitor: Reader, noun: Noun, number: int) -> Response:
    """The report: drafted from facts, or as it was kept."""
    with reading(request, visitor) as page:
        case = gather(page.unit, noun, number)
        finished, report = case.review.finished is not None, report_of(case)
        rota = rota_of(page.context, page.unit)
        return page.render(
            "review.html",
            case=case,
            report=report,
            titles={step["id"]: step["title"] for step in report["steps"]},
            exact=lambda span: exact(span, page.look.language),
            who=lambda name: _who(page, rota, name),
            check=check(page.unit, case),
            tracked=case.measures,
            people=page.enabled,
            may_write=page.look.may(Right.DISPATCH) and not finished,
        )


def exact(span: int, language: str) -> str:
    """A duration to the second: a report rounds nothing away."""
    seconds = round(span / SECOND)
    parts = []
    for unit, size in ((("天", "d"), 86_400), (("小时", "h"), 3_600), (("分", "min"), 60), (("秒", "s"), 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit[language != 'zh']}")
    return " ".join(parts) or ("0 秒" if language == "zh" else "0 s")


def _who(page: Page, rota: Rota, name: str) -> str:
    """By account, or by the rota."""
    found = None if name in page.names else rota.person(name)
    return found.name if found else page.person(name)


@router.post("/reviews/{noun}/{number}/words")
def write_words(
    *,
    visitor: Dispatcher,
    context: Given,
    noun: Noun,
    number: int,
    happened: Long = "",
    lacked: Long = "",
    effect: Long = "",
) -> Response:
    """The part that people write."""
    said = Written(happened=happened, lacked=lacked, effect=effect)
    write(context, lambda unit: write_review(unit, noun, number, said, who=visitor.actor.id, at=context.clock()))
    return RedirectResponse(f"/reviews/{noun}/{number}", 303)


@router.post("/reviews/{noun}/{number}/finish")
def finish(visitor: Dispatcher, context: Given, noun: Noun, number: int) -> Response:
    """Kept as shown."""
    write(context, lambda unit: finish_review(unit, noun, number, who=visitor.actor.id, at=context.clock()))
    return RedirectResponse(f"/reviews/{noun}/{number}", 303)


@router.post("/reviews/{noun}/{number}/measures")
def add(
    *,
    visitor: Dispatcher,
    context: Given,
    noun: Noun,
    number: int,
    text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    owner: Annotated[str, Form(max_length=100)] = "",
    day: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """``day`` is local; the measure is due at its end."""
    due = entered(f"{day}T23:59:59", local_zone(context)) if day else None
    write(
        context,
        lambda unit: add_measure(
            unit, noun, number, text=text, owner=owner, due=due or 0, who=visitor.actor.id, at=context.clock()
        ),
    )
    return RedirectResponse(f"/reviews/{noun}/{number}", 303)


@router.get("/incidents/measures")
def show_measures(request: Request, visitor: Reader, cursor: str | None = None) -> Response:
    """What is owed, what is due first first; then all of them."""
    with reading(request, visitor) as page:
        try:
            found = page.unit.reviews.measures(cursor, 50)
        except ValueError:
            return RedirectResponse("/incidents/measures", 303)
        return page.render(
            "measures.html",
            owed=page.unit.reviews.open_measures() if cursor is None else [],
            done=[one for one in found.rows if not one.open],
            cursor=found.cursor,
            may_act=page.look.may(Right.ACT_ON_ALERTS),
        )


@router.post("/incidents/measures/{number}/done")
def done(
    visitor: AlertActor, context: Given, number: int, note: Annotated[str, Form(max_length=LONGEST_TEXT)] = ""
) -> Response:
    """With what was done."""
    write(context, lambda unit: measure_done(unit, number, note=note, who=visitor.actor.id, at=context.clock()))
    return RedirectResponse("/incidents/measures", 303)


@router.post("/incidents/{number}/bulletins")
def tell(
    *,
    visitor: Dispatcher,
    context: Given,
    number: int,
    title_zh: Body = "",
    title_en: Body = "",
    body_zh: Body = "",
    body_en: Body = "",
    place: Annotated[str, Form(max_length=200)] = "",
    corrects: Annotated[int | None, Form(ge=1)] = None,
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """Shown to the residents at once."""
    said = Wording(title=Text(title_zh, title_en), body=Text(body_zh, body_en), place=place)
    write(
        context,
        lambda unit: post(
            unit,
            context.register(unit),
            number,
            said,
            who=visitor.actor.id,
            at=context.clock(),
            corrects=corrects,
            why=reason,
        ),
    )
    return RedirectResponse(f"/incidents/{number}#bulletins", 303)


@router.post("/bulletins/{number}/withdraw")
def withdraw(
    visitor: Dispatcher, context: Given, number: int, reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = ""
) -> Response:
    """No longer shown."""
    after = write(
        context, lambda unit: withdraw_bulletin(unit, number, who=visitor.actor.id, at=context.clock(), why=reason)
    )
    return RedirectResponse(f"/incidents/{after.incident}#bulletins", 303)


@router.get("/bulletin-board")
def show_board(request: Request, visitor: Reader) -> Response:
    """The public pages' addresses, and how they are set."""
    with reading(request, visitor) as page:
        board = read_board(page.unit)
        return page.render(
            "bulletin_board.html",
            board=board,
            places=[(place, board.key(place)) for place in ["", *places(page.register)]],
            origin=str(request.base_url).rstrip("/"),
            may_set=page.look.may(Right.MANAGE_REGISTER),
        )


@router.post("/bulletin-board/addresses")
def set_addresses(visitor: Keeper, context: Given, kind: Annotated[str, Form(max_length=10)] = "public") -> Response:
    """New ones; the old ones lead nowhere from now on."""
    secret = kind == "secret"
    write(
        context,
        lambda unit: new_addresses(
            unit, context.register(unit), secret=secret, who=visitor.actor.id, at=context.clock()
        ),
    )
    return RedirectResponse("/bulletin-board", 303)

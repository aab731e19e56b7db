"""Notices: all of them, one of them, and one's own list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import AlertActor, Dispatcher, Reader
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.routes.notices import channels_now, shortened
from api.telling_people import acknowledge, let_go, mine, names_of, resend
from api.web.page import reading
from api.web.told import message, people_of, rows
from facility.notice import NoticeState
from facility.person import Right
from storage.records.notices import NoticeFilter

router = APIRouter(prefix="/notices")
Given = Annotated[Context, Depends(context_of)]
Text = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters, as they stand in the address."""

    state: str = ""
    channel: str = ""
    person: str = ""
    cause: str = ""

    @property
    def wanted(self) -> NoticeFilter:
        """As the store understands them; a state that is none filters nothing."""
        states = (NoticeState(self.state),) if self.state in set(NoticeState) else ()
        return NoticeFilter(
            states=states,
            channels=(self.channel,) if self.channel else (),
            people=(self.person,) if self.person else (),
            causes=(self.cause,) if self.cause else (),
        )

    def query(self) -> str:
        """The address of this page."""
        given = {name: getattr(self, name) for name in ("state", "channel", "person", "cause") if getattr(self, name)}
        return f"/notices?{urlencode(given)}" if given else "/notices"


@router.get("")
def show_all(
    *,
    request: Request,
    visitor: Reader,
    state: Text = "",
    channel: Text = "",
    person: Text = "",
    cause: Text = "",
    cursor: str | None = None,
) -> Response:
    """Newest first, with how each channel does."""
    asked = Asked(state=state, channel=channel, person=person, cause=cause)
    with reading(request, visitor) as page:
        try:
            found = page.unit.notices.find(asked.wanted, cursor, 50)
        except ValueError:
            return RedirectResponse(asked.query(), 303)
        people = people_of(page)
        return page.render(
            "notices.html",
            rows=rows(page, found.rows, people),
            asked=asked,
            cursor=found.cursor,
            channels=channels_now(page.context, page.unit),
            states=list(NoticeState),
            people=sorted((one.id, one.name) for one in people.rota.people.values()),
            dead=page.unit.notices.count(NoticeFilter(states=(NoticeState.DEAD,))),
            may_mend=page.look.may(Right.DISPATCH),
        )


@router.get("/mine")
def show_mine(request: Request, visitor: Reader, cursor: str | None = None) -> Response:
    """What the reader was told, what waits for an answer first."""
    with reading(request, visitor) as page:
        try:
            found = mine(page.context, page.unit, visitor.actor, cursor)
        except ValueError:
            return RedirectResponse("/notices/mine", 303)
        shown = rows(page, found.rows)
        shown.sort(key=lambda row: (row.notice.state is not NoticeState.SENT, row.notice.rank))
        texts = {row.notice.id: message(row.notice, page.look.language) for row in shown}
        return page.render("notices_mine.html", rows=shown, texts=texts, cursor=found.cursor)


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """What it says, to whom, why, and what became of it."""
    with reading(request, visitor) as page:
        notice = page.unit.notices.get(number)
        return page.render(
            "notice.html",
            row=rows(page, [notice])[0],
            notice=notice,
            said=message(notice, page.look.language),
            address=shortened(notice.address),
            facts=page.unit.facts.of("notice", str(number)),
            mine=notice.person in names_of(page.context, page.unit, visitor.actor),
            may_mend=page.look.may(Right.DISPATCH),
        )


@router.post("/{number}/acknowledge")
def take_notice(
    *, visitor: AlertActor, context: Given, number: int, take: Annotated[str, Form(max_length=5)] = "yes"
) -> Response:
    """The reader has it; with ``take`` its alert is answered."""
    write(context, lambda unit: acknowledge(context, unit, number, visitor.actor, take=take == "yes"))
    return RedirectResponse("/notices/mine", 303)


@router.post("/{number}/resend")
def send_once_more(
    visitor: Dispatcher, context: Given, number: int, reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = ""
) -> Response:
    """With a reason."""
    write(context, lambda unit: resend(unit, number, visitor.actor, context.clock(), reason))
    return RedirectResponse(f"/notices/{number}", 303)


@router.post("/{number}/let-go")
def give_up(
    visitor: Dispatcher, context: Given, number: int, reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = ""
) -> Response:
    """With a reason."""
    write(context, lambda unit: let_go(unit, number, visitor.actor, context.clock(), reason))
    return RedirectResponse(f"/notices/{number}", 303)

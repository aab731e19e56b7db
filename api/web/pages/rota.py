"""The rota: who is on duty now and next, the week, what people ask for, what changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import AlertActor, Dispatcher, Reader, RotaKeeper, Visitor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.problems import Problem
from api.rota_acting import own_or_keeper, taking_back
from api.rota_reading import in_order, present, rota_of, week
from api.web.page import Page, reading
from api.web.rota_speech import Speech
from api.web.times import entered
from facility.calendar import DayKind, SpecialDay, instant_of, local_day
from facility.instant import DAY
from facility.person import Right
from facility.rota import Asked, Leave, Rota, Shift, Swap
from facility.rota_asking import Answer, Reply, parts_of, replies
from facility.rota_telling import year_text
from facility.text import Text
from response.rota_deeds import (
    NEVER_UNDONE,
    By,
    add_shift,
    answer_leave,
    answer_swap,
    ask_leave,
    ask_swap,
    cancel_shift,
    doer,
    put_holiday,
)
from storage.records.port import NotFound, Unit
from storage.records.rotas import RotaVersion

router = APIRouter(prefix="/rota")
Given = Annotated[Context, Depends(context_of)]
Words = Annotated[str, Form(max_length=LONGEST_TEXT)]
Id = Annotated[str, Form(max_length=200)]
T = TypeVar("T")
AHEAD = 14 * DAY
MOST_CHANGES = 12


@router.get("")
def show(request: Request, visitor: Reader, day: str = "", at: str = "", done: str = "") -> Response:
    """``day`` chooses the week, ``at`` (local time) asks who was on duty then, ``done`` is the version just made."""
    with reading(request, visitor) as page:
        rota = rota_of(page.context, page.unit)
        now = page.look.now
        today = local_day(now, rota.zone)
        chosen = _day(day) or today
        versions = page.unit.rota.versions(MOST_CHANGES)
        return page.render(
            "rota.html",
            rota=rota,
            say=Speech(look=page.look, rota=rota),
            now_on=present(rota, now),
            week=week(rota, chosen),
            today=today,
            chosen=chosen,
            gaps=[gap for gap in rota.gaps(now, now + AHEAD) if gap.end > now],
            clashes=rota.clashes(now, now + AHEAD),
            years=[(year, year_text(year, count)) for year, count in rota.unknown_years(now, now + AHEAD * 4).items()],
            asked=_asked(rota, visitor),
            me=rota.of_account(visitor.actor.id),
            versions=versions,
            undoable=_undoable(page, visitor, versions),
            done=int(done) if done.isdecimal() else 0,
            then=_then(page, at, rota),
            asked_at=at,
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _then(page: Page, local: str, rota: Rota) -> dict[str, object] | None:
    """Who was on duty at a local time: as it was known then, and as it is known now."""
    at = entered(local, rota.zone)
    if at is None:
        return None
    known = page.unit.rota.load(at)
    known_now = [one for one in present(rota, at) if one.duties]
    known_then = [one for one in present(known, at) if one.duties]
    return {"at": at, "now": known_now, "then": known_then, "entered": known.version > 0, "rota": known}


def _asked(rota: Rota, visitor: Visitor) -> list[tuple[Leave | Swap, list[Reply]]]:
    """What waits for an answer, with the answers that this person may give; those of theirs first."""
    who = doer(rota, visitor.actor)
    found: list[tuple[Leave | Swap, list[Reply]]] = []
    waiting: list[Leave | Swap] = [*rota.leave.values(), *rota.swaps.values()]
    for one in waiting:
        possible = replies(one, parts_of(one, who.id, manages=who.manages))
        if one.state in (Asked.ASKED, Asked.AGREED):
            found.append((one, possible))
    return sorted(found, key=lambda pair: (not pair[1], pair[0].asked_at))


def _undoable(page: Page, visitor: Visitor, versions: list[RotaVersion]) -> dict[int, int]:
    """Versions that this person may take back, with how many entries each changed: their own, or all for the rota's keeper."""
    manages = page.look.may(Right.MANAGE_ROTA)
    if not page.look.may(Right.DISPATCH):
        return {}
    found = {}
    for one in versions:
        if manages or one.who == visitor.actor.id:
            changes = page.unit.rota.changes_of(one.version)
            if not any(change.table in NEVER_UNDONE for change in changes):
                found[one.version] = len(changes)
    return found


@router.post("/shifts")
def add(
    *,
    visitor: Dispatcher,
    context: Given,
    person: Id = "",
    team: Id = "",
    day: Id = "",
    kind: Id = "",
    reason: Words = "",
) -> Response:
    """A stand-in, or an extra shift."""
    when = _wanted_day(day)
    version = _do(
        context,
        visitor,
        reason,
        lambda unit, by: add_shift(unit, by, Shift(person=person, team=team, day=when, kind=kind, note=reason.strip())),
    )
    return RedirectResponse(f"/rota?day={when}&done={version}", 303)


def _wanted_day(text: str) -> date:
    found = _day(text)
    if found is None:
        raise Problem(422, "invalid", "Not a day", f"day: {text!r}; allowed: a date as in 2026-11-25")
    return found


def _do(context: Context, visitor: Visitor, why: str, deed: Callable[[Unit, By], T]) -> T:
    """In one unit, by this person and now."""
    by = By(visitor.actor, context.clock(), why.strip())
    with own_or_keeper(visitor.actor):
        return write(context, lambda unit: deed(unit, by))


@router.get("/duties/{person}/{team}/{day}/{kind}")
def show_duty(*, request: Request, visitor: Reader, person: str, team: str, day: str, kind: str) -> Response:
    """One shift of one person, and what can be done about it."""
    key = f"{person}/{team}/{day}/{kind}"
    with reading(request, visitor) as page:
        rota = rota_of(page.context, page.unit)
        duty = rota.find(key)
        if duty is None:
            raise NotFound(f"there is no duty {key}")
        me = rota.of_account(visitor.actor.id)
        own = me is not None and me.id == duty.person
        others = [one for one in rota.people.values() if one.id != duty.person and not one.company]
        return page.render(
            "rota_duty.html",
            rota=rota,
            say=Speech(look=page.look, rota=rota),
            duty=duty,
            key=key,
            own=own,
            may_ask=(own or page.look.may(Right.MANAGE_ROTA)) and duty.start > page.look.now,
            others=sorted(others, key=lambda one: duty.team not in one.teams),
            in_return=_in_return(rota, duty.team, duty.person, page.look.now),
            beside=in_order(rota, (d for d in rota.duties(duty.start, duty.end) if d.team == team and d.key != key)),
            history=page.unit.rota.history("shifts", key),
        )


def _in_return(rota: Rota, team: str, person: str, now: int) -> list[tuple[str, str]]:
    """(key, whose) of shifts of the same team that may be given in return."""
    return [
        (duty.key, duty.person)
        for duty in rota.duties(now, now + AHEAD)
        if duty.team == team and duty.person != person and duty.start > now and not duty.absent
    ]


@router.post("/duties/{person}/{team}/{day}/{kind}/cancel")
def cancel(
    *, visitor: Dispatcher, context: Given, person: str, team: str, day: str, kind: str, reason: Words = ""
) -> Response:
    """The shift does not take place."""
    key = f"{person}/{team}/{day}/{kind}"
    version = _do(context, visitor, reason, lambda unit, by: cancel_shift(unit, by, key))
    return RedirectResponse(f"/rota?day={day}&done={version}", 303)


@router.post("/duties/{person}/{team}/{day}/{kind}/swap")
def swap(
    *,
    visitor: AlertActor,
    context: Given,
    person: str,
    team: str,
    day: str,
    kind: str,
    other: Id = "",
    back: Id = "",
    reason: Words = "",
) -> Response:
    """Ask somebody to take it, with or without one of theirs in return."""
    wanted = Swap(id="", person="", other=other, duty=f"{person}/{team}/{day}/{kind}", back=back)
    _do(context, visitor, reason, lambda unit, by: ask_swap(unit, by, wanted))
    return RedirectResponse(f"/rota?day={day}#asked", 303)


@router.post("/leave")
def leave(
    *,
    visitor: AlertActor,
    context: Given,
    person: Id = "",
    first: Id = "",
    last: Id = "",
    reason: Words = "",
) -> Response:
    """Whole days, or from and until a local time (``2026-11-25T14:00``)."""

    def ask(unit: Unit, by: By) -> Leave:
        zone = unit.rota.load().zone
        return ask_leave(unit, by, person, (_begin(first, zone), _end(last or first, zone)))

    _do(context, visitor, reason, ask)
    return RedirectResponse("/rota#asked", 303)


def _begin(text: str, zone: tzinfo) -> int:
    if "T" in text:
        return entered(text, zone) or 0
    return instant_of(_wanted_day(text), 0, zone)


def _end(text: str, zone: tzinfo) -> int:
    if "T" in text:
        return entered(text, zone) or 0
    return instant_of(_wanted_day(text), 24 * 60, zone)


@router.post("/leave/{id}/{answer}")
def reply_to_leave(visitor: AlertActor, context: Given, id: str, answer: Answer, reason: Words = "") -> Response:
    """Approve, refuse, call off."""
    _do(context, visitor, reason, lambda unit, by: answer_leave(unit, by, id, answer))
    return RedirectResponse("/rota#asked", 303)


@router.post("/swaps/{id}/{answer}")
def reply_to_swap(visitor: AlertActor, context: Given, id: str, answer: Answer, reason: Words = "") -> Response:
    """Agree, approve, refuse, call off."""
    _do(context, visitor, reason, lambda unit, by: answer_swap(unit, by, id, answer))
    return RedirectResponse("/rota#asked", 303)


@router.post("/undo")
def take_back(
    visitor: Dispatcher, context: Given, version: Annotated[int, Form()], day: Id = "", reason: Words = ""
) -> Response:
    """What a version changed, unless somebody has changed it since."""
    _do(context, visitor, reason, taking_back(visitor, version))
    return RedirectResponse(f"/rota?day={_day(day) or ''}", 303)


@router.get("/holidays")
def show_holidays(request: Request, visitor: Reader, year: int = 0) -> Response:
    """Holidays and worked weekends of a year: what is built in, and the property's own table on top."""
    with reading(request, visitor) as page:
        rota = rota_of(page.context, page.unit)
        chosen = year if 1970 <= year <= 2200 else local_day(page.look.now, rota.zone).year
        return page.render(
            "rota_holidays.html",
            rota=rota,
            say=Speech(look=page.look, rota=rota),
            year=chosen,
            days=_special_days(rota, chosen),
            unknown=[
                year_text(*one) for one in rota.calendar.unknown_years(date(chosen, 1, 1), date(chosen, 1, 1)).items()
            ],
        )


def _special_days(rota: Rota, year: int) -> list[tuple[SpecialDay, bool]]:
    """(day, whether it is the property's own)"""
    from facility.calendar import announced

    built_in = {day: one for day, one in announced(year).items() if day not in rota.calendar.special}
    own = {day: one for day, one in rota.calendar.special.items() if day.year == year}
    return [(one, day in own) for day, one in sorted({**built_in, **own}.items())]


@router.post("/holidays")
def enter_holiday(
    *,
    visitor: RotaKeeper,
    context: Given,
    day: Id = "",
    kind: Annotated[DayKind, Form()] = DayKind.HOLIDAY,
    name: Id = "",
    remove: Annotated[bool, Form()] = False,
) -> Response:
    """A day of the property's own table, or none any more."""
    when = _wanted_day(day)
    one = SpecialDay(day=when, kind=kind, name=Text(name.strip(), ""))
    _do(context, visitor, "", lambda unit, by: put_holiday(unit, by, one, remove=remove))
    return RedirectResponse(f"/rota/holidays?year={when.year}", 303)

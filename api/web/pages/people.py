"""People of the rota: whom to call on which number, and what each of them may set for themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import AlertActor, Reader, RotaKeeper, Visitor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.rota_acting import own_or_keeper
from api.rota_calendar import calendar_of, digest, make_feed, revoke_feeds
from api.rota_reading import coming_for, rota_of
from api.web.page import Page, reading
from api.web.rota_speech import Speech
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.person import Right
from facility.register_files.cells import CellRefused
from facility.rota import Person, Rota
from facility.rota_files import COLUMNS
from response.rota_deeds import By, put_person
from storage.records.port import NotFound, Unit

router = APIRouter()
Given = Annotated[Context, Depends(context_of)]
Words = Annotated[str, Form(max_length=LONGEST_TEXT)]
OWN_FIELDS = ("phone", "email", "addresses", "language", "quiet")
"""What people set themselves. Skills, teams and the account are for whoever looks after the rota."""
FIELDS = (*OWN_FIELDS, "name", "skills", "teams", "account", "company")


@router.get("/people")
def show_list(request: Request, visitor: Reader, team: str = "", skill: str = "") -> Response:
    """Teams with their telephones, then people; whoever is on duty first."""
    with reading(request, visitor) as page:
        rota = rota_of(page.context, page.unit)
        here = {person.id: place for place, person in enumerate(rota.on_duty(page.look.now))}
        people = sorted(rota.people_of(team=team, skill=skill), key=lambda one: here.get(one.id, len(rota.people)))
        return page.render(
            "people.html",
            rota=rota,
            say=Speech(look=page.look, rota=rota),
            people=people,
            here=here,
            team=team,
            skill=skill,
            skills=sorted({skill for person in rota.people.values() for skill in person.skills}),
            may_call=page.look.may(Right.ACT_ON_ALERTS),
        )


@router.get("/people/{id}")
def show_person(request: Request, visitor: Reader, id: str) -> Response:
    """One person: numbers, next shifts; a form for themselves and for whoever looks after the rota."""
    with reading(request, visitor) as page:
        return _show(page, visitor, rota_of(page.context, page.unit), id)


@router.get("/me")
def show_me(request: Request, visitor: Reader) -> Response:
    """My settings."""
    with reading(request, visitor) as page:
        rota = rota_of(page.context, page.unit)
        me = rota.of_account(visitor.actor.id)
        if me is None:
            return page.render("not_in_rota.html", rota=rota)
        return _show(page, visitor, rota, me.id)


def _show(page: Page, visitor: Visitor, rota: Rota, id: str, *, secret: str = "", base: str = "") -> Response:
    person = rota.people.get(id)
    if person is None:
        raise NotFound(f"there is no person {id}")
    own = person.account != "" and person.account == visitor.actor.id and visitor.may(Right.ACT_ON_ALERTS)
    return page.render(
        "person.html",
        rota=rota,
        say=Speech(look=page.look, rota=rota),
        person=person,
        own=own,
        may_edit=own or page.look.may(Right.MANAGE_ROTA),
        may_call=own or page.look.may(Right.ACT_ON_ALERTS),
        cells=cells_of(person, rota),
        coming=coming_for(rota, person, page.look.now),
        leave=[one for one in rota.leave.values() if one.person == id and one.until > page.look.now],
        feeds=page.unit.rota.feeds_of(id) if own else [],
        secret=secret,
        base=base,
        accounts=page.enabled,
    )


def cells_of(person: Person, rota: Rota) -> dict[str, str]:
    """Each field as it stands in a form, and would stand in the file."""
    from facility.register_files.writing import cell_text

    return {column.name: cell_text(column, person, rota.zone) for column in COLUMNS["people"]}


def changed(person: Person, fields: dict[str, str]) -> Person:
    """The person with new values, read as the file's cells are. Raises ``FieldRefused``."""
    values: dict[str, object] = {}
    for column in COLUMNS["people"]:
        if column.name in fields:
            text = fields[column.name].strip()
            try:
                values[column.name] = column.kind.read(text) if text else column.empty
            except CellRefused as refused:
                raise FieldRefused("save", column.name, refused.message) from None
    return replace(person, **values)  # type: ignore[arg-type]


@router.post("/people/{id}/contacts")
async def save(request: Request, visitor: AlertActor, context: Given, id: str) -> Response:
    """New contacts; the other fields for whoever looks after the rota."""
    from starlette.concurrency import run_in_threadpool

    form = await request.form()
    allowed = FIELDS if visitor.may(Right.MANAGE_ROTA) else OWN_FIELDS
    fields = {name: str(form[name])[:LONGEST_TEXT] for name in allowed if name in form}
    by = By(visitor.actor, context.clock(), str(form.get("reason", "")).strip()[:LONGEST_TEXT])

    def do(unit: Unit) -> None:
        rota = unit.rota.load()
        if id not in rota.people:
            raise NotFound(f"there is no person {id}")
        wanted = changed(rota.people[id], fields)
        _check(rota, unit, wanted)
        put_person(unit, by, wanted)

    with own_or_keeper(visitor.actor):
        await run_in_threadpool(write, context, do)
    return RedirectResponse("/me" if form.get("back") == "me" else f"/people/{id}", 303)


def _check(rota: Rota, unit: Unit, person: Person) -> None:
    from facility.text import Text

    for team in person.teams:
        if team not in rota.teams:
            raise FieldRefused("save", "teams", Text(f"没有班组 {team}", f"there is no team {team}"))
    other = rota.of_account(person.account) if person.account else None
    if other is not None and other.id != person.id:
        raise FieldRefused(
            "save", "account", Text(f"这个登录名属于 {other.name}", f"that account belongs to {other.name}")
        )
    if not person.name:
        raise FieldRefused("save", "name", Text("须有姓名", "a name is needed"))
    if person.account and person.account not in {account.id for account in unit.people.accounts()}:
        raise FieldRefused("save", "account", Text("没有这个登录名", "there is no such account"))


@router.post("/me/calendar")
def give_address(request: Request, visitor: AlertActor, context: Given) -> Response:
    """A new secret address of my calendar. It is shown on this answer, and never again."""
    secret = write(context, lambda unit: _address(unit, visitor, context.clock(), renew=True))
    with reading(request, visitor) as page:
        rota = rota_of(page.context, page.unit)
        return _show(page, visitor, rota, _me(rota, visitor).id, secret=secret, base=str(request.base_url).rstrip("/"))


@router.post("/me/calendar/revoke")
def revoke_address(visitor: AlertActor, context: Given) -> Response:
    """My calendar's address no longer works."""
    write(context, lambda unit: _address(unit, visitor, context.clock(), renew=False))
    return RedirectResponse("/me", 303)


@router.post("/people/{id}/calendar/take-back")
def revoke_theirs(visitor: RotaKeeper, context: Given, id: str) -> Response:
    """Of somebody who has left, or lost a phone."""

    def do(unit: Unit) -> None:
        person = unit.rota.load().people.get(id)
        if person is None:
            raise NotFound(f"there is no person {id}")
        by = By(visitor.actor, context.clock())
        revoke_feeds(unit, by, person)
        _tell(unit, by, person, "revoked")

    write(context, do)
    return RedirectResponse(f"/people/{id}", 303)


def _me(rota: Rota, visitor: Visitor) -> Person:
    me = rota.of_account(visitor.actor.id)
    if me is None:
        raise NotFound(f"{visitor.actor.id} is nobody in the rota")
    return me


def _address(unit: Unit, visitor: Visitor, now: int, *, renew: bool) -> str:
    me, by = _me(unit.rota.load(), visitor), By(visitor.actor, now)
    _tell(unit, by, me, "added" if renew else "revoked")
    if renew:
        return make_feed(unit, by, me)
    revoke_feeds(unit, by, me)
    return ""


def _tell(unit: Unit, by: By, person: Person, what: str) -> None:
    unit.facts.append(Fact(at=by.at, noun="calendar", subject=person.id, what=what, who=by.actor.id))


@router.get("/rota/calendar/{secret}.ics")
def calendar(context: Given, secret: str) -> Response:
    """A person's duties for a calendar program, which cannot sign in: whoever knows the address may read it."""
    now = context.clock()
    with context.records.read() as unit:
        feed = unit.rota.feed(digest(secret))
        rota = rota_of(context, unit)
        site = context.site(context.register(unit))
    person = rota.people.get(feed.person)
    if person is None:
        raise NotFound("this person has left the rota")
    if feed.used is None or now - feed.used > USED_EVERY:
        write(context, lambda unit: unit.rota.use_feed(feed.id, now))
    body = calendar_of(rota, person, now, person.language or context.language, site.id)
    headers = {"cache-control": "private, no-store", "x-robots-tag": "noindex"}
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


USED_EVERY = 3_600_000
"""That it was fetched is noted at most so often."""

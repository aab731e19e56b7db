"""Inspectors' accounts: until when they may come, what they may look at, and what they looked at."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import AccountKeeper
from api.accounts import AccountError, Limits, add_account, change_password, disable_account, limit_account
from api.acting import write
from api.context import Context, context_of
from api.web.look import local_zone
from api.web.page import Page, reading
from facility.calendar import instant_of, local_day
from facility.clause import CLAUSES
from facility.fact import Fact
from facility.person import Role
from storage.records.people import Account
from storage.records.port import Conflict, NotFound, Unit

router = APIRouter(prefix="/people/inspectors")
Given = Annotated[Context, Depends(context_of)]
SHOWN = 200
Line = Annotated[str, Form(max_length=100)]
Some = Annotated[list[str] | None, Form()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One account, with when its person last looked at anything."""

    account: Account
    last: Fact | None


@router.get("")
def show_list(request: Request, visitor: AccountKeeper) -> Response:
    """All of them, and the form for a new one."""
    with reading(request, visitor) as page:
        return _list(page)


def _list(page: Page, *, wrong: str = "", secret: str = "", name: str = "") -> Response:
    accounts = [account for account in page.accounts if account.role is Role.INSPECTOR]
    rows = []
    for account in accounts:
        looks = page.unit.facts.of("look", account.id)
        rows.append(Row(account=account, last=looks[-1] if looks else None))
    return page.render(
        "inspectors.html",
        422 if wrong else 200,
        rows=rows,
        wrong=wrong,
        secret=secret,
        name=name,
        buildings=_buildings(page),
        clauses=list(CLAUSES.values()),
    )


def _buildings(page: Page) -> list[tuple[str, str]]:
    return [(zone.id, page.look.say(zone.name)) for zone in page.register.zones.values() if not zone.parent]


@router.post("")
def add(
    *,
    request: Request,
    visitor: AccountKeeper,
    context: Given,
    name: Line = "",
    title: Line = "",
    until: Annotated[str, Form(max_length=10)] = "",
    buildings: Some = None,
    clauses: Some = None,
) -> Response:
    """A new account. Its password is made here and shown on this answer, and never again."""
    secret, now, wrong = secrets.token_urlsafe(12), context.clock(), ""

    def do(unit: Unit) -> None:
        add_account(unit, name=name, title=title, role=Role.INSPECTOR, password=secret, who=visitor.actor.id, at=now)
        limits = _limits(context, until, buildings, clauses)
        limit_account(unit, name=name, limits=limits, who=visitor.actor.id, at=now)

    try:
        write(context, do)
    except (AccountError, Conflict) as error:
        wrong = str(error)
    with reading(request, visitor) as page:
        return _list(page, wrong=wrong, secret="" if wrong else secret, name=name)


def _limits(context: Context, until: str, buildings: list[str] | None, clauses: list[str] | None) -> Limits:
    """``until``: the last day. Raises ``AccountError``."""
    end = None
    if until:
        try:
            end = instant_of(date.fromisoformat(until) + timedelta(days=1), 0, local_zone(context))
        except (ValueError, OverflowError):
            raise AccountError(f"until: {until!r}; allowed: a day as in 2026-12-31") from None
    return Limits(until=end, buildings=tuple(buildings or ()), clauses=tuple(clauses or ()))


@router.get("/{name}")
def show_one(request: Request, visitor: AccountKeeper, name: str) -> Response:
    """One of them: limits, and everything that was looked at and taken away."""
    with reading(request, visitor) as page:
        return _one(page, name)


def _one(page: Page, name: str, *, wrong: str = "", secret: str = "") -> Response:
    account = next((one for one in page.accounts if one.id == name and one.role is Role.INSPECTOR), None)
    if account is None:
        raise NotFound(f"there is no inspector {name[:80]!r}")
    looks = page.unit.facts.of("look", name)
    return page.render(
        "inspector.html",
        422 if wrong else 200,
        account=account,
        last_day="" if account.until is None else local_day(account.until - 1, page.look.zone).isoformat(),
        looks=looks[::-1][:SHOWN],
        total=len(looks),
        facts=page.unit.facts.of("account", name)[::-1][:SHOWN],
        wrong=wrong,
        secret=secret,
        buildings=_buildings(page),
        clauses=list(CLAUSES.values()),
    )


@router.post("/{name}/scope")
def limit(
    *,
    request: Request,
    visitor: AccountKeeper,
    context: Given,
    name: str,
    until: Annotated[str, Form(max_length=10)] = "",
    buildings: Some = None,
    clauses: Some = None,
) -> Response:
    """Another end or scope."""

    def do(unit: Unit) -> None:
        limits = _limits(context, until, buildings, clauses)
        limit_account(unit, name=name, limits=limits, who=visitor.actor.id, at=context.clock())

    try:
        write(context, do)
    except AccountError as error:
        with reading(request, visitor) as page:
            return _one(page, name, wrong=str(error))
    return RedirectResponse(f"/people/inspectors/{name}", 303)


@router.post("/{name}/password")
def renew(request: Request, visitor: AccountKeeper, context: Given, name: str) -> Response:
    """A new password, shown once; open sessions end."""
    secret = secrets.token_urlsafe(12)
    _inspector(context, name)
    write(
        context,
        lambda unit: change_password(unit, name=name, password=secret, who=visitor.actor.id, at=context.clock()),
    )
    with reading(request, visitor) as page:
        return _one(page, name, secret=secret)


@router.post("/{name}/disable")
def disable(visitor: AccountKeeper, context: Given, name: str) -> Response:
    """No more signing in; what was looked at stays on record."""
    _inspector(context, name)
    write(context, lambda unit: disable_account(unit, name=name, who=visitor.actor.id, at=context.clock()))
    return RedirectResponse(f"/people/inspectors/{name}", 303)


def _inspector(context: Context, name: str) -> None:
    """Raises ``NotFound`` for anybody else's account: those are looked after on the server."""
    with context.records.read() as unit:
        if unit.people.get(name).role is not Role.INSPECTOR:
            raise NotFound(f"there is no inspector {name[:80]!r}")

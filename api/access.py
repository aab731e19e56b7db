"""Who makes this request, and whether they may: a dependency of every route."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.accounts import digest, token_actor
from api.context import Context, context_of
from api.looks import look_noted
from api.problems import Elsewhere, Forged, NotPermitted, NotSignedIn
from api.scoped import is_open, is_within, narrow
from api.sessions import cookie_name, find_session
from facility.person import Actor, Right, Role, Scope
from storage.records.port import NotFound

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EVERYTHING = Scope()
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who makes the request. ``csrf`` and ``session`` are empty for a token: no browser sends that by itself."""

    actor: Actor
    csrf: str = ""
    session: str = ""
    language: str = ""
    scope: Scope = EVERYTHING
    """What may be looked at; everything but for accounts that are limited."""

    @property
    def watched(self) -> bool:
        """Each look is a stored fact: of inspectors who signed in."""
        return self.actor.role is Role.INSPECTOR and bool(self.session)

    def may_see_clause(self, clause: str) -> bool:
        """Whether the clause lies in the visitor's scope."""
        return self.scope.sees(clause)

    def may_open(self, address: str) -> bool:
        """Whether the address lies in the visitor's scope: a link that leads nowhere is none."""
        path = address.partition("?")[0]
        return self.scope.whole or (is_open(path) and is_within(path, self.scope))

    def may(self, right: Right) -> bool:
        """Whether the visitor's role holds ``right``."""
        return self.actor.may(right)


def identify(request: Request) -> Visitor:
    """By token or by session. Raises ``NotSignedIn``."""
    context = context_of(request)
    header = request.headers.get("authorization", "")
    scheme, _, secret = header.partition(" ")
    if scheme.lower() == "bearer" and secret:
        return _by_token(context, secret.strip())
    cookie = request.cookies.get(cookie_name(context), "")
    found = find_session(context, cookie) if cookie else None
    if found is None:
        raise NotSignedIn
    session, account = found
    return Visitor(
        actor=account.actor,
        csrf=session.csrf,
        session=session.digest,
        language=session.language or account.language,
        scope=account.scope,
    )


def _by_token(context: Context, secret: str) -> Visitor:
    with context.records.read() as unit:
        try:
            token = unit.people.token(digest(secret))
        except NotFound:
            raise NotSignedIn from None
    if token.revoked is not None or (token.expires is not None and token.expires <= context.clock()):
        raise NotSignedIn
    return Visitor(actor=token_actor(token))


def same_origin(request: Request) -> bool:
    """Whether the browser says that one of our own pages sent this; true where nothing says otherwise."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


async def check_forgery(request: Request, visitor: Visitor) -> None:
    """A write by session must come from our own page and carry the session's token. Raises ``Forged``."""
    if request.method in SAFE or not visitor.session:
        return
    given = request.headers.get("x-csrf-token", "")
    if not given and request.headers.get("content-type", "").startswith(FORM_TYPES):
        form = await request.form()
        given = str(form.get("csrf", ""))
    if not same_origin(request) or not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
        raise Forged


def needs(right: Right) -> Callable[[Request], Awaitable[Visitor]]:
    """A dependency: signed in, not forged, and holding ``right``."""

    async def check(request: Request) -> Visitor:
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        if visitor is None:
            visitor = await run_in_threadpool(identify, request)
            request.state.visitor = visitor
            await check_forgery(request, visitor)
        if not visitor.may(right):
            raise NotPermitted.to(visitor.actor, right.value)
        if not visitor.scope.whole:
            limit(request, visitor)
        if visitor.watched and not hasattr(request.state, "looked"):
            request.state.looked = True
            await run_in_threadpool(look_noted, request, visitor)
        return visitor

    return check


def limit(request: Request, visitor: Visitor) -> None:
    """A limited account sees what lies within its scope, at the addresses that read through it. Raises ``NotFound``."""
    path = request.url.path
    if path == "/":
        raise Elsewhere("/compliance")
    if path not in ALWAYS and not visitor.may_open(path):
        raise NotFound(f"{path}: this account is limited to some buildings or clauses and does not look at this")
    scope = visitor.scope
    request.state.narrow = lambda context: narrow(context, scope)


ALWAYS = ("/sign-out", "/preferences")


READING = Depends(needs(Right.READ))
"""Stands on every router: nothing is read without signing in."""

Reader = Annotated[Visitor, READING]
AlertActor = Annotated[Visitor, Depends(needs(Right.ACT_ON_ALERTS))]
WorkActor = Annotated[Visitor, Depends(needs(Right.ACT_ON_WORK))]
Mender = Annotated[Visitor, Depends(needs(Right.MEND_INTAKE))]
Keeper = Annotated[Visitor, Depends(needs(Right.MANAGE_REGISTER))]
Dispatcher = Annotated[Visitor, Depends(needs(Right.DISPATCH))]
RotaKeeper = Annotated[Visitor, Depends(needs(Right.MANAGE_ROTA))]
AccountKeeper = Annotated[Visitor, Depends(needs(Right.MANAGE_ACCOUNTS))]

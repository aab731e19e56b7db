"""Signing in: throttled, with constant work, into a session that lives on the server."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from fastapi import Request, Response

from api.accounts import digest, find_account, password_fits
from api.context import Context
from facility.fact import Fact
from facility.instant import DAY, HOUR, MINUTE
from storage.records.people import Account, Session
from storage.records.port import NotFound, Unit

IDLE = 12 * HOUR
"""One shift: a browser that asked for nothing for so long is signed out."""
LONGEST = 7 * DAY
TOUCH = MINUTE
"""How often "seen" is written."""
WINDOW = 15 * MINUTE
PER_ACCOUNT = 10
PER_ADDRESS = 30


class TryLater(Exception):
    """Too many failed sign-ins; ``minutes`` until the next try."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"try again in {minutes} min")


class AccountEnded(Exception):
    """The account was for a time, and that is over since ``until``."""

    def __init__(self, until: int) -> None:
        self.until = until
        super().__init__(f"the account ended at {until}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where a sign-in comes from."""

    address: str
    agent: str = ""


def cookie_name(context: Context) -> str:
    """``__Host-`` where cookies are secure: no other host or path can then set it."""
    return "__Host-dutyroom" if context.secure_cookies else "dutyroom"


def sign_in(context: Context, id: str, password: str, caller: Caller) -> tuple[Session, str] | None:
    """A new session and its cookie, or None when id and password do not fit. Raises ``TryLater``, ``AccountEnded``."""
    account = proven(context, id, password, caller)
    if account is None:
        return None
    if account.until is not None and account.until <= context.clock():
        raise AccountEnded(account.until)
    with context.records.begin() as unit:
        return _open(unit, account, context.clock(), caller)


def proven(context: Context, id: str, password: str, caller: Caller) -> Account | None:
    """The account whose password that is, or None. Raises ``TryLater``."""
    now = context.clock()
    keys = {f"account:{id}": PER_ACCOUNT, f"address:{caller.address}": PER_ADDRESS}
    with context.records.read() as unit:
        _throttle(unit, keys, now)
        account = find_account(unit, id)
    if not password_fits(account, password) or account is None:
        with context.records.begin() as unit:
            for key in keys:
                unit.people.failed(key, now)
        return None
    return account


def _open(unit: Unit, account: Account, now: int, caller: Caller) -> tuple[Session, str]:
    cookie = secrets.token_urlsafe(32)
    session = Session(
        digest=digest(cookie),
        account=account.id,
        csrf=secrets.token_urlsafe(24),
        created=now,
        seen=now,
        expires=now + LONGEST,
        language=account.language,
        agent=caller.agent[:200],
    )
    unit.people.add_session(session)
    unit.facts.append(Fact(at=now, noun="account", subject=account.id, what="signed-in", who=account.id))
    return session, cookie


def _throttle(unit: Unit, keys: dict[str, int], now: int) -> None:
    for key, limit in keys.items():
        if unit.people.failures(key, now - WINDOW) >= limit:
            raise TryLater(_minutes_until_free(unit, key, limit, now))


def _minutes_until_free(unit: Unit, key: str, limit: int, now: int) -> int:
    for minutes in range(1, WINDOW // MINUTE):
        if unit.people.failures(key, now - WINDOW + minutes * MINUTE) < limit:
            return minutes
    return WINDOW // MINUTE


def find_session(context: Context, cookie: str) -> tuple[Session, Account] | None:
    """The living session of a cookie and its account; "seen" is moved on at most once a minute."""
    now = context.clock()
    with context.records.read() as unit:
        found = _living(unit, digest(cookie), now)
    if found is not None and now - found[0].seen > TOUCH:
        with context.records.begin() as unit:
            unit.people.touch_session(found[0].digest, now)
        return replace(found[0], seen=now), found[1]
    return found


def _living(unit: Unit, cookie_digest: str, now: int) -> tuple[Session, Account] | None:
    try:
        session = unit.people.session(cookie_digest)
        account = unit.people.get(session.account)
    except NotFound:
        return None
    alive = now < session.expires and now - session.seen < IDLE and account.disabled is None
    alive = alive and (account.until is None or now < account.until)
    return (session, account) if alive else None


def sign_out(context: Context, cookie_digest: str, account: str) -> None:
    """End the session, with its fact."""
    with context.records.begin() as unit:
        unit.people.end_session(cookie_digest)
        unit.facts.append(Fact(at=context.clock(), noun="account", subject=account, what="signed-out", who=account))


def set_cookie(response: Response, context: Context, cookie: str) -> None:
    """HttpOnly and SameSite=Lax; no script ever sees it."""
    response.set_cookie(
        cookie_name(context),
        cookie,
        max_age=LONGEST // 1000,
        httponly=True,
        samesite="lax",
        secure=context.secure_cookies,
        path="/",
    )


def drop_cookie(response: Response, context: Context) -> None:
    """Forget it in the browser as well."""
    response.delete_cookie(cookie_name(context), path="/", secure=context.secure_cookies, httponly=True)


def caller_of(request: Request) -> Caller:
    """Address and browser of the request. Behind a proxy uvicorn puts the true address in place."""
    return Caller(
        address=request.client.host if request.client else "unknown", agent=request.headers.get("user-agent", "")
    )

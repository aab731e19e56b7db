"""Accounts, passwords and tokens: what the command line and the sign-in page call."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from facility.clause import CLAUSES
from facility.fact import Fact
from facility.person import Actor, Role
from storage.records.people import Account, Token
from storage.records.port import NotFound, Unit

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
TOKEN_PREFIX = "dr_"  # noqa: S105 - only the beginning that every token has
_ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")

_ARGON2 = threading.BoundedSemaphore(2)
"""Each check takes 64 MiB and 0.2 s: two at a time, whatever arrives."""


@cache
def _hasher() -> PasswordHash:
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    """The hash that an unknown account is checked against, so that it costs the same as a known one."""
    return _hasher().hash(secrets.token_urlsafe(32))


class AccountError(ValueError):
    """An account or token cannot be made so. The text names the field, what was wrong and what is allowed."""


def hash_password(password: str) -> str:
    """An argon2 hash. Raises ``AccountError``."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(
            f"password: {len(password)} characters; allowed: {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        )
    with _ARGON2:
        return _hasher().hash(password)


def password_fits(account: Account | None, password: str) -> bool:
    """Whether the password is the account's. Takes as long for an account that does not exist, or is disabled."""
    usable = account is not None and account.disabled is None and len(password) <= LONGEST_PASSWORD
    with _ARGON2:
        fits = _hasher().verify(
            password[:LONGEST_PASSWORD], account.password if account is not None and usable else _nobody()
        )
    return fits and usable


def add_account(unit: Unit, *, name: str, title: str, role: Role, password: str, who: str, at: int) -> Account:
    """Add the account ``name`` of the person ``title``, with its fact.

    Raises ``AccountError``, and ``Conflict`` when the name is taken.
    """
    if not _ACCOUNT_NAME.fullmatch(name):
        raise AccountError(
            f"name: {name!r}; allowed: 2 to 40 small letters, digits, dots, hyphens and underscores, "
            "the first one a letter or digit"
        )
    account = Account(id=name, name=title.strip() or name, role=role, password=hash_password(password), created=at)
    unit.people.add(account)
    unit.facts.append(_fact(name, "added", at, who, role=role.value))
    return account


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Until when an inspector may come, and what may be looked at. Empty fields do not limit."""

    until: int | None = None
    buildings: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


def limit_account(unit: Unit, *, name: str, limits: Limits, who: str, at: int) -> Account:
    """Set an inspector's end and scope, with a fact. Raises ``AccountError`` for another role, ``NotFound``."""
    account = unit.people.get(name)
    if account.role is not Role.INSPECTOR:
        raise AccountError(f"name: {name!r} is {account.role.value}; allowed: an inspector's account")
    if limits.until is not None and limits.until <= at:
        raise AccountError("until: lies in the past; allowed: a day that is still to come")
    if wrong := [clause for clause in limits.clauses if clause not in CLAUSES]:
        raise AccountError(f"clauses: {', '.join(wrong)}; allowed: clauses of the manual, as in FI-1")
    zones = unit.registers.load().zones
    if lost := [zone for zone in limits.buildings if zone not in zones]:
        raise AccountError(f"buildings: {', '.join(lost)}; allowed: zones of the register")
    changed = replace(account, until=limits.until, buildings=limits.buildings, clauses=limits.clauses)
    unit.people.update(changed)
    data = {"until": limits.until, "buildings": list(limits.buildings), "clauses": list(limits.clauses)}
    unit.facts.append(Fact(at=at, noun="account", subject=name, what="limited", who=who, data=data))
    return changed


def change_password(unit: Unit, *, name: str, password: str, who: str, at: int) -> None:
    """Set a new password and end the account's sessions. Raises ``AccountError``, ``NotFound``."""
    account = unit.people.get(name)
    unit.people.update(replace(account, password=hash_password(password)))
    unit.people.end_sessions_of(name)
    unit.facts.append(_fact(name, "password-changed", at, who))


def disable_account(unit: Unit, *, name: str, who: str, at: int) -> None:
    """End the account and its sessions; what it did stays on record. Raises ``NotFound``."""
    account = unit.people.get(name)
    if account.disabled is not None:
        return
    unit.people.update(replace(account, disabled=at))
    unit.people.end_sessions_of(name)
    unit.facts.append(_fact(name, "disabled", at, who))


def new_token(unit: Unit, *, name: str, role: Role, who: str, at: int, expires: int | None = None) -> tuple[Token, str]:
    """A new API token and its secret, which is shown once: only its SHA-256 is kept. Raises ``AccountError``."""
    if not name.strip():
        raise AccountError("name: empty; allowed: a few words that say which program uses the token")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = unit.people.add_token(
        Token(digest=digest(secret), name=name.strip(), role=role, created=at, created_by=who, expires=expires)
    )
    unit.facts.append(_fact(f"token/{token.id}", "token-created", at, who, role=role.value, name=token.name))
    return token, secret


def digest(secret: str) -> str:
    """What is stored in place of a cookie or a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_account(unit: Unit, name: str) -> Account | None:
    """The account, or None."""
    try:
        return unit.people.get(name)
    except NotFound:
        return None


def token_actor(token: Token) -> Actor:
    """Who acts when a token does."""
    return Actor(id=f"token/{token.id}", name=token.name, role=token.role)


def _fact(subject: str, what: str, at: int, who: str, **data: str) -> Fact:
    return Fact(at=at, noun="account", subject=subject, what=what, who=who, data=data)

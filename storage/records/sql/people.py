"""Accounts, sessions, tokens and failed sign-ins."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update

from facility.instant import DAY
from storage.records.people import Account, Session, Token
from storage.records.port import Conflict, NotFound
from storage.records.sql.shape import Shape
from storage.records.sql.tables import ACCOUNTS, FAILED_SIGN_INS, SESSIONS, TOKENS, storable, within
from storage.records.sql.transaction import Transaction

FAILURES_KEPT = DAY
"""Failed sign-ins are forgotten after this long: they are there for throttling, nothing else."""

_ACCOUNT, _SESSION, _TOKEN = Shape(Account), Shape(Session), Shape(Token)
_A, _S, _T, _F = ACCOUNTS.c, SESSIONS.c, TOKENS.c, FAILED_SIGN_INS.c


class SqlPeople:
    """See ``storage.records.port.People``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, account: Account) -> None:
        """Leaves the transaction usable when it raises ``Conflict``."""
        if self._is_taken(ACCOUNTS, _A.id, _ACCOUNT.row(account)):
            raise Conflict(f"the sign-in name {account.id!r} is taken")

    def update(self, account: Account) -> None:
        """Raises ``NotFound``."""
        values = _ACCOUNT.row(account)
        if self._do.run(update(ACCOUNTS).where(_A.id == account.id).values(values)).rowcount == 0:
            raise NotFound(f"there is no account {account.id!r}")

    def get(self, account: str) -> Account:
        """Raises ``NotFound``."""
        row = self._do.row(select(ACCOUNTS).where(_A.id == account))
        if row is None:
            raise NotFound(f"there is no account {account[:80]!r}")
        return _ACCOUNT.thing(row)

    def accounts(self) -> list[Account]:
        """By id."""
        found = [_ACCOUNT.thing(row) for row in self._do.rows(select(ACCOUNTS))]
        return sorted(found, key=lambda account: account.id)

    def add_session(self, session: Session) -> None:
        """Sessions that ended before this one began are forgotten. Raises ``Conflict`` when the digest is taken."""
        self._do.run(delete(SESSIONS).where(_S.expires <= session.created))
        if self._is_taken(SESSIONS, _S.digest, _SESSION.row(session)):
            raise Conflict("a session of this digest exists already")

    def session(self, digest: str) -> Session:
        """Raises ``NotFound``; whether it has expired is the caller's to see."""
        row = self._do.row(select(SESSIONS).where(_S.digest == digest))
        if row is None:
            raise NotFound("there is no such session")
        return _SESSION.thing(row)

    def touch_session(self, digest: str, seen: int, language: str | None = None) -> None:
        """Nothing happens when it is gone."""
        values: dict[str, Any] = {"seen": seen} if language is None else {"seen": seen, "language": language}
        self._do.run(update(SESSIONS).where(_S.digest == digest).values(values))

    def end_session(self, digest: str) -> None:
        """Nothing happens when it is gone."""
        self._do.run(delete(SESSIONS).where(_S.digest == digest))

    def end_sessions_of(self, account: str) -> None:
        """All of that account's."""
        self._do.run(delete(SESSIONS).where(_S.account == account))

    def add_token(self, token: Token) -> Token:
        """Returns it with its id. Raises ``Conflict`` when the digest is taken."""
        statement = self._do.insert(TOKENS).on_conflict_do_nothing(index_elements=["digest"]).returning(_T.id)
        number = self._do.value(statement, _TOKEN.new_row(token))
        if number is None:
            raise Conflict("a token of this digest exists already")
        return replace(token, id=number)

    def token(self, digest: str) -> Token:
        """Raises ``NotFound``, also for a revoked one; whether it has expired is the caller's to see."""
        row = self._do.row(select(TOKENS).where(_T.digest == digest, _T.revoked.is_(None)))
        if row is None:
            raise NotFound("there is no such token")
        return _TOKEN.thing(row)

    def tokens(self) -> list[Token]:
        """By id."""
        return [_TOKEN.thing(row) for row in self._do.rows(select(TOKENS).order_by(_T.id))]

    def use_token(self, number: int, at: int) -> None:
        """Nothing happens when it is gone."""
        self._do.run(update(TOKENS).where(_T.id == within(number)).values(used=at))

    def revoke_token(self, number: int, at: int) -> None:
        """One that was revoked before keeps its time. Raises ``NotFound``."""
        values = {"revoked": func.coalesce(_T.revoked, at)}
        if self._do.run(update(TOKENS).where(_T.id == within(number)).values(values)).rowcount == 0:
            raise NotFound(f"there is no token {number}")

    def failed(self, key: str, at: int) -> None:
        """Forgets those older than ``FAILURES_KEPT``."""
        self._do.run(delete(FAILED_SIGN_INS).where(_F.at < at - FAILURES_KEPT))
        self._do.run(insert(FAILED_SIGN_INS), {"digest": _digest(key), "at": at})

    def failures(self, key: str, since: int) -> int:
        """From ``since`` on, as far as ``FAILURES_KEPT`` reaches."""
        wanted = (
            select(func.count()).select_from(FAILED_SIGN_INS).where(_F.digest == _digest(key), _F.at >= within(since))
        )
        return int(self._do.value(wanted))

    def _is_taken(self, table: Table, key: ColumnElement[str], values: dict[str, Any]) -> bool:
        """Insert, unless the key is there already. (The drivers count inserted rows differently; RETURNING is sure.)"""
        statement = self._do.insert(table).on_conflict_do_nothing(index_elements=[key]).returning(key)
        return self._do.row(statement, values) is None


def _digest(key: str) -> str:
    return hashlib.sha256(storable(key).encode()).hexdigest()

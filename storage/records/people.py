"""The people who sign in: accounts, sessions, tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from facility.person import Actor, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who can sign in."""

    id: str
    """The sign-in name."""
    name: str
    role: Role
    password: str
    """An argon2 hash."""
    created: int
    disabled: int | None = None
    language: str = ""
    until: int | None = None
    """The last instant is the one before: of somebody who comes for a time, as inspectors do. None: no end is set."""
    buildings: tuple[str, ...] = ()
    """The zones that may be looked at, with all that lies in them; empty: the whole property."""
    clauses: tuple[str, ...] = ()
    """The clauses of the manual that may be looked at; empty: all of them."""

    @property
    def scope(self) -> Scope:
        """What this account may look at."""
        return Scope(buildings=self.buildings, clauses=self.clauses)

    @property
    def actor(self) -> Actor:
        """Who this is, for rights and facts."""
        return Actor(id=self.id, name=self.name, role=self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An API token; only its SHA-256 is kept."""

    id: int = 0
    digest: str
    name: str
    role: Role
    created: int
    created_by: str
    expires: int | None = None
    revoked: int | None = None
    used: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser; only the SHA-256 of its cookie is kept."""

    digest: str
    account: str
    csrf: str
    created: int
    seen: int
    expires: int
    language: str = ""
    agent: str = field(default="", repr=False)


class People(Protocol):
    """Accounts, sessions, tokens."""

    def add(self, account: Account) -> None:
        """Raises ``Conflict`` when the id is taken."""

    def update(self, account: Account) -> None:
        """Raises ``NotFound``."""

    def get(self, account: str) -> Account:
        """Raises ``NotFound``."""

    def accounts(self) -> list[Account]:
        """All accounts by id."""

    def add_session(self, session: Session) -> None: ...

    def session(self, digest: str) -> Session:
        """Raises ``NotFound``."""

    def touch_session(self, digest: str, seen: int, language: str | None = None) -> None: ...

    def end_session(self, digest: str) -> None: ...

    def end_sessions_of(self, account: str) -> None: ...

    def add_token(self, token: Token) -> Token: ...

    def token(self, digest: str) -> Token:
        """Raises ``NotFound``, also for a revoked one."""

    def tokens(self) -> list[Token]: ...

    def use_token(self, number: int, at: int) -> None:
        """Note when it was last used."""

    def revoke_token(self, number: int, at: int) -> None: ...

    def failed(self, key: str, at: int) -> None:
        """Count a failed sign-in under ``key`` (account or address)."""

    def failures(self, key: str, since: int) -> int:
        """Failed sign-ins under ``key`` from ``since`` on."""

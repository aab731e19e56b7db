"""Who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person, or a program with a token, is here for."""

    ADMIN = "admin"
    """The manager: everything, the register, rules and accounts included."""
    OFFICER = "officer"
    """The duty officer: confirms alerts, runs work orders."""
    ENGINEER = "engineer"
    """Accepts and does work orders."""
    GUARD = "guard"
    """Patrols, visitors, doors; sees alerts."""
    INSPECTOR = "inspector"
    """Reads everything that is evidence, changes nothing."""


class Right(StrEnum):
    """One thing that a route asks for."""

    READ = "read"
    ACT_ON_ALERTS = "act-on-alerts"
    ACT_ON_WORK = "act-on-work"
    DISPATCH = "dispatch"
    MANAGE_REGISTER = "manage-register"
    MANAGE_ACCOUNTS = "manage-accounts"
    MANAGE_ROTA = "manage-rota"
    """Patterns, leave, swaps and people of the rota; a single shift, such as a stand-in, needs only ``DISPATCH``."""
    DO_DUTIES = "do-duties"
    """Submit what was found when a duty was done."""
    CORRECT_RESULTS = "correct-results"
    """Correct what somebody else submitted; one's own, everybody may."""
    MEND_INTAKE = "mend-intake"
    """Dead letters and unclaimed devices."""
    INVITE_VISITORS = "invite-visitors"
    """Announce a visit, as a host does."""
    REGISTER_VISITS = "register-visits"
    """At the desk: look at a document, give a badge, see who came."""
    LOOK_BEHIND = "look-behind"
    """Behind a pseudonym, at what is kept about a person; each look is written down."""
    READ_RETRIEVALS = "read-retrievals"
    """Who looked at whose data."""
    SEE_SILENT = "see-silent"
    """Alerts that nobody at the door may hear of, such as a duress card."""
    MANAGE_PERMISSIONS = "manage-permissions"
    """Who may enter where; their names and cards."""
    APPROVE_RETRIEVALS = "approve-retrievals"
    """Allow that something leaves the house."""
    ERASE_PERSONAL_DATA = "erase-personal-data"
    """At the person's wish, before its end."""


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.OFFICER: frozenset(
        {
            Right.READ,
            Right.ACT_ON_ALERTS,
            Right.ACT_ON_WORK,
            Right.DISPATCH,
            Right.MEND_INTAKE,
            Right.DO_DUTIES,
            Right.INVITE_VISITORS,
            Right.REGISTER_VISITS,
            Right.LOOK_BEHIND,
            Right.SEE_SILENT,
        },
    ),
    Role.ENGINEER: frozenset(
        {Right.READ, Right.ACT_ON_ALERTS, Right.ACT_ON_WORK, Right.DO_DUTIES, Right.INVITE_VISITORS}
    ),
    Role.GUARD: frozenset(
        {Right.READ, Right.ACT_ON_ALERTS, Right.DO_DUTIES, Right.INVITE_VISITORS, Right.REGISTER_VISITS}
    ),
    Role.INSPECTOR: frozenset({Right.READ, Right.READ_RETRIEVALS}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What somebody may look at. Empty fields do not limit."""

    buildings: tuple[str, ...] = ()
    """Zones, with all that lies in them."""
    clauses: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Everything."""
        return not self.buildings and not self.clauses

    def sees(self, *clauses: str) -> bool:
        """Whether one of them may be looked at."""
        return not self.clauses or bool(set(clauses) & set(self.clauses))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it: an account, a token, or a part of the product (``system:rules``)."""

    id: str
    name: str
    role: Role | None = None

    def may(self, right: Right) -> bool:
        """Whether this actor holds ``right``; parts of the product hold all."""
        return self.role is None or right in RIGHTS[self.role]

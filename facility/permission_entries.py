"""What permissions are made of: groups, holders, their credentials, what they may enter when, and who confirmed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from facility.calendar import DAY_MINUTES
from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who may enter the same places, such as engineers."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who has a credential: one of ours, a resident, a contractor's. The name is personal data and lies only here."""

    id: str
    """The id in the rota, where they stand in it; never a name."""
    name: str
    groups: tuple[str, ...] = ()
    company: str = ""
    until: date | None = None
    """The last day on which they belong here; None: until further notice."""


class CredentialKind(StrEnum):
    """What a reader reads."""

    CARD = "card"
    FACE = "face"
    QR = "qr"
    PIN = "pin"


class CredentialState(StrEnum):
    """What has become of it."""

    ACTIVE = "active"
    LOST = "lost"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A card, a face, a code. Its number is never kept: ``pseudonym`` is what passages carry."""

    pseudonym: str
    holder: str
    kind: CredentialKind = CredentialKind.CARD
    tail: str = ""
    """The last four characters of what is printed on it, by which people recognise it."""
    state: CredentialState = CredentialState.ACTIVE
    since: date | None = None
    until: date | None = None
    """The last day on which it is good."""
    duress: bool = False
    """Shown when its holder is forced to open: the door opens, and only those who must know hear of it."""

    @property
    def id(self) -> str:
        """The pseudonym."""
        return self.pseudonym


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One holder, or everybody in a group, may enter a class of zones or one zone, at these times, from and until."""

    id: str
    holder: str = ""
    group: str = ""
    """Either a holder or a group."""
    access: str = ""
    """A class of zones (``facility.site.ACCESS_CLASSES``); it includes the classes below it."""
    zone: str = ""
    """Or a zone, with what lies inside it and is of no higher class."""
    days: tuple[str, ...] = ("every-day",)
    """Words of ``facility.rota_entries.DAYS``."""
    starts: int = 0
    ends: int = DAY_MINUTES
    """Local minutes of the day; not after ``starts``: over midnight, and then the day is the one on which it begins."""
    since: date | None = None
    until: date | None = None
    """The last day, included."""
    approver: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Somebody went over a permission and let it stand as it is."""

    permission: str
    at: int
    who: str
    why: str = ""

    @property
    def id(self) -> str:
        """The permission's."""
        return self.permission


PermissionEntry = Group | Holder | Credential | Permission | Confirmed

TABLES: dict[str, type] = {
    "groups": Group,
    "holders": Holder,
    "credentials": Credential,
    "permissions": Permission,
    "confirmed": Confirmed,
}
"""Entry per attribute of ``facility.permission.Permissions``, in the order in which they refer to one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionChange:
    """One entry that differs: added (no ``before``), changed, or removed (no ``after``)."""

    table: str
    key: str
    before: PermissionEntry | None
    after: PermissionEntry | None

    @property
    def what(self) -> str:
        """added · changed · removed"""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

"""A place code: what a QR code at an asset or in a place stands for, and the number that a resident may leave."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert import NotAllowed


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCode:
    """One code. ``id`` is 0 until the records store gives it one.

    The code hangs on a wall where everybody may read it: it is no secret, only unguessable, so that nobody reports for a
    place at which he never was. A code that was spread about is revoked, and a new one is printed.
    """

    id: int = 0
    code: str
    """12 characters, 72 random bits."""
    zone: str
    asset: str = ""
    created: int
    created_by: str
    revoked: int | None = None
    revoked_by: str = ""
    why: str = ""

    @property
    def good(self) -> bool:
        """Whether it still leads to a form."""
        return self.revoked is None


def revoke(code: PlaceCode, who: str, at: int, why: str) -> PlaceCode:
    """No longer good. Raises ``NotAllowed``."""
    if not code.good:
        raise NotAllowed("revoke", "revoked", [])
    return replace(code, revoked=at, revoked_by=who, why=why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The number of the person who reported, given with consent. It ends: ``until`` moves nearer when the report closes."""

    report: int
    phone: str
    """Empty once it is erased."""
    given: int
    consent: str
    """Which notice was agreed to: its version."""
    until: int
    erased: int | None = None
    erased_by: str = ""

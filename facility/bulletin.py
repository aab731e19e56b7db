"""Bulletins: what the residents are told about an incident, on a page that anybody may read. No names stand in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert import NotAllowed
from facility.instant import HOUR
from facility.text import Text
from facility.work_order import MissingField

LONGEST = 2000
SHOWN_AFTERWARDS = 24 * HOUR
"""How long a bulletin stays on the public page once its incident is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One notice to the residents, in both languages. It is never changed: it is withdrawn, or corrected by another."""

    id: int = 0
    incident: int
    place: str
    """The building whose residents it is for; empty: the whole property."""
    title: Text
    body: Text
    posted: int
    posted_by: str
    drill: bool = False
    """Practised: kept, and never shown in public."""
    corrects: int | None = None
    """The one in whose place it stands."""
    corrected_by: int | None = None
    withdrawn: int | None = None
    withdrawn_by: str = ""
    why: str = ""
    """Why it was withdrawn or corrected."""
    until: int | None = None
    """It leaves the public page then; None while its incident goes on."""
    version: int = 0

    @property
    def stands(self) -> bool:
        """Neither withdrawn nor corrected."""
        return self.withdrawn is None and self.corrected_by is None

    def public(self, at: int) -> bool:
        """Whether anybody may read it at ``at``."""
        return self.stands and not self.drill and (self.until is None or at < self.until)


def check(title: Text, body: Text) -> None:
    """Both languages, neither empty. Raises ``MissingField``."""
    for name, text in (("title", title), ("body", body)):
        for language, words in (("zh", text.zh), ("en", text.en)):
            if not words.strip():
                raise MissingField("post", f"{name}_{language}")


def withdraw(bulletin: Bulletin, who: str, at: int, why: str) -> Bulletin:
    """No longer shown. Raises ``NotAllowed``, ``MissingField``."""
    _must_stand("withdraw", bulletin)
    if not why.strip():
        raise MissingField("withdraw", "reason")
    return replace(bulletin, withdrawn=at, withdrawn_by=who, why=why.strip())


def corrected(bulletin: Bulletin, by: int, why: str) -> Bulletin:
    """Another one stands in its place. Raises ``NotAllowed``, ``MissingField``."""
    _must_stand("correct", bulletin)
    if not why.strip():
        raise MissingField("correct", "reason")
    return replace(bulletin, corrected_by=by, why=why.strip())


def _must_stand(action: str, bulletin: Bulletin) -> None:
    if not bulletin.stands:
        raise NotAllowed(action, "withdrawn" if bulletin.withdrawn is not None else "corrected", [])

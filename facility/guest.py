"""Who came: the personal part of a visit. It stands apart from the visit, and it ends."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

DOCUMENTS = ("id-card", "passport", "residence-permit", "driving-licence", "work-card")
"""Kinds of documents by which somebody is known."""
TAIL = 4
"""So many of a document's last characters are kept to be read; of a short one, half."""
LONGEST_NAME = 80
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """One visit's guest. Everything but ``visit``, ``until`` and ``erased`` is empty once it is erased."""

    visit: int
    name: str
    phone: str = ""
    vehicle: str = ""
    company: str = ""
    host_text: str = ""
    """The resident who is visited, as the guard wrote it down: a flat, a name."""
    reason: str = ""
    document: str = ""
    """A word of ``DOCUMENTS``; empty while none was looked at."""
    document_tail: str = ""
    document_hash: str = ""
    """Keyed: the same document under the same key is always the same, and nobody can try out all numbers without the key."""
    given: int
    until: int
    """Then it is erased; nearer or farther as the visit goes."""
    erased: int | None = None
    erased_by: str = ""
    note: str = ""
    """A correction that the person asked for."""


def erased(guest: Guest, who: str, at: int) -> Guest:
    """Nothing of the person is left."""
    return Guest(visit=guest.visit, name="", given=guest.given, until=guest.until, erased=at, erased_by=who)


def ends(guest: Guest, until: int) -> Guest:
    """With another end."""
    return replace(guest, until=until)


def plain_number(number: str) -> str:
    """A document's, phone's or card's number as it is compared: without spaces and dashes, in capitals."""
    return re.sub(r"[\s\-·.]", "", number).upper()


def tail_of(number: str) -> str:
    """The last four of it, fewer of a short one: never more than half."""
    plain = plain_number(number)
    return plain[-min(TAIL, len(plain) // 2) :] if len(plain) > 1 else ""


def masked(tail: str) -> str:
    """How a kept tail is shown."""
    return f"••••{tail}" if tail else ""


def short_name(name: str) -> str:
    """A name for those who need none: its first character."""
    return f"{name[0]}**" if name else ""

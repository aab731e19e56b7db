"""Forms and status links: what a page hands out and recognises again, without a login and without knowing anybody.

A form carries when and for which code it was handed out, sealed with the site's own key: a program that posts without
having asked for the form is told to ask, and so is one that answers faster than anybody can read. The status link's token
follows from the form's, so that the same form sent twice leads to the same report; only its digest is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from facility.instant import HOUR, SECOND
from storage.records.port import Unit

NOTE = "residents/key"
SOONEST = SECOND
"""Nobody reads and answers in less."""
LATEST = 12 * HOUR
CODE_BYTES = 9
"""72 random bits: 12 characters on the wall."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that came back: whether it may be taken as it is, and the token that its report's status link will have."""

    good: bool
    token: str
    young: bool = False
    """Ours and not too old: it may be sent again, so that whoever was too quick waits no second time."""


def site_key(unit: Unit, *, make: bool) -> bytes | None:
    """The site's key for forms and links. Made once, in a unit that writes."""
    kept = unit.notes.get(NOTE)
    if kept is None and make:
        kept = secrets.token_hex(32)
        unit.notes.put(NOTE, kept)
    return bytes.fromhex(kept) if kept else None


def hand_out(key: bytes, code: str, now: int) -> str:
    """What the form carries."""
    nonce = secrets.token_urlsafe(16)
    return f"{now}.{nonce}.{_seal(key, 'form', f'{code}.{now}.{nonce}')}"


def recognise(key: bytes, code: str, form: str, now: int) -> Form:
    """What came back. One that is not ours, too quick or too old is shown again with everything that was written."""
    opened, _, rest = form.partition(".")
    nonce, _, seal = rest.partition(".")
    ours = hmac.compare_digest(seal.encode(), _seal(key, "form", f"{code}.{opened}.{nonce}").encode())
    age = now - int(opened) if ours and opened.isascii() and opened.isdigit() else -1
    return Form(SOONEST <= age <= LATEST, _seal(key, "status", nonce) if ours else "", 0 <= age <= LATEST)


def digest(token: str) -> str:
    """As a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code() -> str:
    """What stands behind a QR code."""
    return secrets.token_urlsafe(CODE_BYTES)


def _seal(key: bytes, what: str, text: str) -> str:
    return hmac.new(key, f"{what}:{text}".encode(), hashlib.sha256).hexdigest()[:40]

"""The signature of a webhook, for both sides: ``sign`` is ours, ``verify`` is what a receiver does."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Dutyroom-Signature"
TOLERANCE = 300
"""Seconds that a receiver should let the time stamp differ from its own clock."""


def sign(secret: str, at: int, body: bytes) -> str:
    """``t=<seconds>,v1=<hex>``: HMAC-SHA256 over the time, a dot and the body, so that neither can be exchanged."""
    return f"t={at},v1={_mac(secret, at, body)}"


def verify(secret: str, header: str, body: bytes, now: int, tolerance: int = TOLERANCE) -> bool:
    """Whether the body is ours and the time stamp is fresh. ``now`` in seconds."""
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    said = parts.get("t", "")
    if not (said.isascii() and said.isdigit()) or abs(now - int(said)) > tolerance:
        return False
    return hmac.compare_digest(parts.get("v1", "").encode(), _mac(secret, int(said), body).encode())


def _mac(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()

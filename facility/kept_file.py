"""A file that people added to something: kept once, under what it contains."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """Named by its content: the same picture taken in twice is there once, and nobody can change it afterwards."""

    sha256: str
    media: str
    """By its content, never by its name: image/jpeg …"""
    size: int
    body: bytes = field(repr=False)
    thumb: bytes | None = field(default=None, repr=False)
    """A small JPEG for pages; None where there is nothing to show."""
    created: int


def name_of(body: bytes) -> str:
    """The name of a content: its SHA-256 in hexadecimal."""
    return hashlib.sha256(body).hexdigest()

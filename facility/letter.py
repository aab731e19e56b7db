"""What could not be taken in: dead letters and unclaimed devices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that could not be used, with its bytes. Like ones (same source, topic and reason) are counted in one row."""

    id: int = 0
    source: str
    topic: str
    reason: str
    """One plain sentence: which field, what was wrong, what is allowed."""
    payload: bytes
    """The newest one's bytes (up to 256 KiB; ``size`` is the true length)."""
    size: int
    first: int
    last: int
    count: int = 1
    retry: int | None = None
    """When a person asked to try it again; the collector does so within a second and clears it."""
    resolved: int | None = None
    """When a retry succeeded, or a person put it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """A device, or a key of a registered device, that was seen and is not in the register."""

    id: int = 0
    source: str
    """The source it came by, or empty when no source's filter matched."""
    external_id: str
    key: str = ""
    """The payload key without a point; empty when the device itself is unknown."""
    topic: str
    payload: bytes
    guess: str = ""
    """The decoder that would understand it."""
    first: int
    last: int
    count: int = 1

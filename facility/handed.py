"""A message that one collector took from the broker for another to judge."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """As it arrived, and nothing of it read yet."""

    share: str
    """The collectors that share a load, by the name of their group."""
    topic: str
    payload: bytes
    arrived: int
    """When it reached the machine that took it, an instant."""
    retained: bool = False
    id: int = 0

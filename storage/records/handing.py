"""The port of messages that are handed from one collector to the one that judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from facility.handed import Handed


class Handing(Protocol):
    """Durable when the unit is committed; nothing is read of them but by who judges."""

    def put(self, messages: Sequence[Handed]) -> None:
        """In the order of their arrival."""

    def oldest(self, share: str, limit: int) -> list[Handed]:
        """Those of a group that were put first. They stay until they are ``done``."""

    def done(self, ids: Iterable[int]) -> None:
        """They are judged: forget them."""

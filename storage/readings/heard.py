"""The order in which passages were heard of, the same in every store."""

from __future__ import annotations

from facility.reading import Passage


def heard_in_order(passage: Passage) -> tuple[int, int, str, int, str]:
    """A key to sort by: of what was received together, the earliest first."""
    return passage.received, passage.at, passage.point, passage.seq, passage.event

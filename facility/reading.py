"""What arrives from the property: readings, passages and scans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from facility.quality import Quality


class Reading(NamedTuple):
    """One value of one point at one time.

    ``value`` is in the point's own unit, always a finite float; a state (smoke, door) is its number, see
    ``facility.units``. With a quality that is not evidence the value is what was sent, as far as it is a number, else 0.
    A reading is told apart by (point, at): the same pair arriving twice is one reading.
    """

    point: str
    at: int
    """Event time, an instant."""
    value: float
    quality: Quality = Quality.GOOD
    test: bool = False
    received: int = 0
    """Receive time, an instant; never decreasing within one collector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What happened at a door. ``credential`` is a keyed pseudonym, never a card.

    Told apart by (point, at, event, credential, seq): a door may open and be forced in the same millisecond.
    """

    point: str
    at: int
    event: str
    credential: str = ""
    direction: str = ""
    seq: int = 0
    test: bool = False
    received: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A patrol checkpoint was scanned. ``tag`` and ``guard`` are keyed pseudonyms. Told apart by (point, at, tag, guard, seq)."""

    point: str
    at: int
    tag: str
    guard: str = ""
    seq: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Readings of one point over [start, start + width), evidence only, tests left out."""

    start: int
    low: float
    high: float
    mean: float
    count: int

"""A visitor's badge at a door: one passage, judged once at its own time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from facility.instant import MINUTE, SECOND

ESCORT_WITHIN = 30 * SECOND
"""The escort's own passage at the same door lies so near to the visitor's, before or after."""
HEARD_WITHIN = 10 * SECOND
"""So long after that an escort's passage may still be on its way from the door."""
LATE_AFTER = 5 * MINUTE
"""A passage that is heard of later than this is late news."""


class Judgement(StrEnum):
    """What a passage means."""

    WAITING = "waiting"
    """The escort may still follow, or the news of it."""
    FINE = "fine"
    ESCORTED = "escorted"
    """Somebody who may was with the visitor, by a passage at the same door."""
    UNESCORTED = "unescorted"
    OUTSIDE = "outside"
    """A door to where the visitor may not be."""
    AFTER_LEAVING = "after-leaving"
    """The badge opened a door after its visit was over."""
    REFUSED = "refused"
    """The door did not open."""


BAD = frozenset({Judgement.UNESCORTED, Judgement.OUTSIDE, Judgement.AFTER_LEAVING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Told apart by (point, at, event, badge, seq), as passages are. ``id`` is 0 until the records store gives it one."""

    id: int = 0
    visit: int
    point: str
    zone: str
    """To which the door leads."""
    at: int
    event: str
    badge: str
    seq: int = 0
    direction: str = ""
    late: bool = False
    judgement: Judgement
    escort: str = ""
    """The keyed pseudonym of the card that went with it."""
    escort_at: int | None = None
    judged: int | None = None
    confirmed_by: str = ""
    """Who said that somebody was with the visitor after all."""
    version: int = 0

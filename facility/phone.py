"""What phones bring along: entries that were made offline, with the device's clock and how far it was off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from facility.instant import MINUTE

FAST = 2 * MINUTE
"""A phone's clock that is off by more is shown as wrong."""


class EntryOutcome(StrEnum):
    """What became of an entry. It is decided once: the same entry again gets the same answer."""

    TAKEN = "taken"
    CONFLICT = "conflict"
    """Somebody else was first: it is kept and shown, and has overwritten nothing."""
    REFUSED = "refused"
    """With the reason; mended it comes again under an id of its own that names this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEntry:
    """One thing that a person did on a phone. ``id`` is 0 until the records store gives it one; (account, key) is unique."""

    id: int = 0
    key: str
    """The phone's own id of it, a UUID."""
    account: str
    device: str
    """A random id that the phone gave itself."""
    kind: str
    """result · scan · order-step · visit"""
    about: str = ""
    """What it belongs to: ``occurrence:12``, ``work-order:3``. Entries about the same thing keep their order."""
    device_at: int
    """When it was done, by the device's clock."""
    offset: int = 0
    """The device's clock less the server's when it was sent, milliseconds."""
    round_trip: int | None = None
    """How long a question and its answer took just before: the offset is known to half of it."""
    offset_then: int | None = None
    """The offset as the phone knew it when the thing was done; another one than ``offset`` means a clock that was set."""
    received: int
    outcome: EntryOutcome
    why: str = ""
    """Of a refusal or a conflict: in the words that the person was told."""
    mends: str = ""
    """The key of the refused entry that this one mends."""
    digest: str = ""
    """SHA-256 of what was sent: the same id with other contents is no repetition."""
    body: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """When it was done, by the server's clock; never after it was received."""
        return min(self.device_at - self.offset, self.received)

    @property
    def clock_set(self) -> bool:
        """Whether the device's clock was set between doing and sending."""
        return self.offset_then is not None and abs(self.offset_then - self.offset) > MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone in one person's hand, as it last spoke."""

    id: int = 0
    device: str
    account: str
    first: int
    seen: int
    offset: int = 0
    round_trip: int | None = None
    waits: int = 0
    """How many entries it said that it still holds."""
    agent: str = ""

    @property
    def clock_wrong(self) -> bool:
        """Off by more than people and networks explain."""
        return abs(self.offset) > FAST

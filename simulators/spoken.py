"""What a device says before its dialect puts it on the wire, and what then goes over MQTT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Value = float | bool | str


class Message(NamedTuple):
    """One MQTT publication of the building, always at QoS 1."""

    at: int
    """Simulated time at which it is sent, an instant."""
    topic: str
    payload: bytes
    retain: bool = False


class Address(NamedTuple):
    """Who speaks, as the wire names it."""

    site: str
    name: str
    """What the source calls the device."""
    seq: int
    """Counts its utterances, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One utterance of one device: values, or something that happened."""

    device: str
    at: int
    """The device's own time; it differs from the building's when the device's clock is off."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """Payload key → value, as the device sends it."""
    test: bool = False
    event: str = ""
    """granted, denied, forced, held, open, closed, scan; empty where only values are sent."""
    credential: str = ""
    direction: str = ""
    tag: str = ""
    guard: str = ""
    online: bool | None = None
    """It came or went: a status instead of values."""
    urgent: bool = False
    """A gateway passes it on at once instead of with its next batch."""

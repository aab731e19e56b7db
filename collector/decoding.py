"""What a decoder is: a pure function from a message to signals, events and statuses.

A decoder is one file in ``collector/decoders/`` with ``NAME`` (as in sources.toml), ``FILTERS`` (where its messages
usually arrive), ``NEEDS`` (groups of named topic levels; a source's filter must name one of each group), ``decode`` and
``EXAMPLES``; ``BY_DEVICE = True`` where each message tells of the one device in its topic and needs no other message to be
understood, so that one device's backlog holds up no other; ``IN_ORDER = True`` where one collector must hear all of them;
``OPTIONS`` where makers differ (name → allowed words, the first is the default), which a source sets; and ``CODECS = True``
where frames may come undecoded. It knows its envelope, never the register: ids and keys are the device's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SIZE_LIMIT = 1 << 20
"""Bytes that a payload may have where its source sets no limit of its own."""


class DecodeError(ValueError):
    """The payload cannot be used. The text names the field, what was wrong and what is allowed."""


class ClaimsAnother(DecodeError):
    """The payload says that it is from another device than the topic; the topic decides."""

    def __init__(self, text: str, *claimed: object) -> None:
        self.claimed = tuple(f"{one}"[:60] for one in claimed)
        super().__init__(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """A LoRaWAN device's published codec: JavaScript with ``decodeUplink``, by its file's name."""

    name: str
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One MQTT message as its source's topic filter matched it."""

    topic: str
    payload: bytes
    received: int
    source: str
    captured: Mapping[str, str] = field(default_factory=dict)
    """Named levels of the topic, such as ``{"site": …, "device": …}``."""
    retained: bool = False
    limit: int = SIZE_LIMIT
    """How many bytes the source allows a payload to have."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the source says about its devices, by the names in the decoder's ``OPTIONS``; what is left out has its default."""
    codecs: Mapping[str, Codec] = field(default_factory=dict)
    """By device, by what the network server calls its model, and ``*`` for all others."""


class Signal(NamedTuple):
    """One value that a device sent. A tuple, because hundreds of thousands a second are made of it."""

    device: str
    key: str
    value: float | bool | str
    """A finite number, a boolean, or a state's word."""
    at: int | None
    """None: no time given."""
    unit: str = ""
    test: bool = False
    fault: str = ""
    """Why the device itself says that the value is not valid; empty when it does not."""
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at a door or checkpoint. ``name``: granted, denied, forced, held, open, closed, scan …"""

    device: str
    name: str
    at: int | None
    credential: str = ""
    direction: str = ""
    tag: str = ""
    guard: str = ""
    seq: int = 0
    test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A device came or went (last will, availability, birth, death)."""

    device: str
    online: bool
    at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A value that somebody says will be published (discovery). Texts are as they were announced; empty: nothing was said."""

    topic: str
    """Where it will be published."""
    key: str = ""
    """Its path in the payload, joined by dots; empty where the payload is the value."""
    name: str = ""
    unit: str = ""
    device_class: str = ""
    """What kind of value it is, in the announcer's words."""
    binary: bool = False
    device_name: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Everything found in one message. ``speaker`` is who published it (a gateway), when that is not the device itself."""

    signals: tuple[Signal, ...] = ()
    events: tuple[Event, ...] = ()
    statuses: tuple[Status, ...] = ()
    speaker: str = ""
    duplicate_key: str = ""
    """The envelope's own id for repeats (ChirpStack's deduplicationId), or empty."""
    replies: tuple[tuple[str, bytes], ...] = ()
    """What should be published in answer (Sparkplug's rebirth request)."""
    announced: tuple[Announced, ...] = ()
    """What will be published; nothing of it is a value."""
    refused: tuple[str, ...] = ()
    """Parts that cannot be used, each with its field and why; the rest of the message is good."""
    claimed: tuple[str, ...] = ()
    """Devices as which a part of it spoke though the topic names another one; these parts are refused."""


Memory = MutableMapping[str, Any]
"""What a decoder must remember between messages of its source (Sparkplug's aliases): JSON values, kept in the records."""

Decode = Callable[[Message, Memory], Decoded]
"""Raises ``DecodeError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One message and what it must become. Examples are documentation, and are run as tests."""

    what: str
    topic: str
    """Matched against the decoder's ``FILTERS``."""
    payload: bytes
    decoded: Decoded | None = None
    refused: str = ""
    """A part of the ``DecodeError``'s text, where there must be one."""
    memory: Mapping[str, Any] = field(default_factory=dict)
    """What is remembered from earlier messages."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the source says."""
    codecs: Mapping[str, Codec] = field(default_factory=dict)
    """What the source names."""

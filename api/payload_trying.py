"""A payload that is tried: every decoder's opinion of it, and what this site would make of it. Nothing is stored.

What would be stored is found by the collector's own intake, over the site's sources, register and what decoders remember, so
that it is what would really happen. Pseudonyms are made with a key of the moment: trying a card tells nobody its pseudonym.
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.context import Context
from collector.catalogue import DECODERS, Decoder, levels
from collector.decoding import Decoded, DecodeError, Message
from collector.intake import Intake, Prepared
from collector.link import Delivery
from collector.memory import Memories
from collector.qualify import Qualifier
from collector.sources import Sources
from collector.stats import Stats
from facility.register import Register
from facility.text import Text
from storage.records.port import Unit

ENCODINGS = ("text", "hex", "base64")
MOST_BYTES = 256 << 10
MOST_TEXT = 4 * MOST_BYTES
LONGEST_TOPIC = 1_000
MOST_SHOWN = 200
"""Signals of one opinion."""


@dataclass(eq=False)
class Unreadable(Exception):
    """What was entered is no topic or no bytes."""

    field: str
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a person pasted."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one decoder makes of it."""

    decoder: str
    usual: bool
    """Its messages usually come by such a topic."""
    decoded: Decoded | None = None
    reason: str = ""

    @property
    def useful(self) -> bool:
        """Something was found in it."""
        found = self.decoded
        return found is not None and any(
            (found.signals, found.events, found.statuses, found.announced, found.refused),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """All of it."""

    opinions: list[Opinion]
    prepared: Prepared | None = None
    """What the collector would do; None while the sources cannot be read."""
    source: str = ""
    decoder: str = ""
    captured: Mapping[str, str] = field(default_factory=dict)
    broken: str = ""
    """Why the sources cannot be read."""


def read_entered(topic: str, text: str, encoding: str, *, retained: bool = False) -> Entered:
    """Topic and bytes as they were pasted. Raises ``Unreadable``."""
    topic = topic.strip()
    if not topic or len(topic) > LONGEST_TOPIC or "\0" in topic:
        raise Unreadable(
            "topic", Text(f"请填写主题，最多 {LONGEST_TOPIC} 个字符", f"give one of 1 to {LONGEST_TOPIC} characters")
        )
    if {"+", "#"} & set(topic):
        raise Unreadable(
            "topic",
            Text(
                "这是过滤器；请填写设备发布的主题，不含 + 和 #",
                "this is a filter; give a topic as it is published, without + and #",
            ),
        )
    payload = _bytes(text, encoding)
    if len(payload) > MOST_BYTES:
        raise Unreadable(
            "payload", Text(f"最多 {MOST_BYTES} 字节", f"{len(payload)} bytes; allowed: up to {MOST_BYTES}")
        )
    return Entered(topic=topic, payload=payload, retained=retained)


def _bytes(text: str, encoding: str) -> bytes:
    match encoding:
        case "text":
            return text.encode("utf-8", "surrogatepass")
        case "hex":
            return _hex(text)
        case "base64":
            return _base64(text)
    raise Unreadable("encoding", Text(f"可用：{'、'.join(ENCODINGS)}", f"allowed: {', '.join(ENCODINGS)}"))


def _hex(text: str) -> bytes:
    plain = re.sub(r"0[xX]|[\s,:;-]", "", text)
    wrong = re.search(r"[^0-9a-fA-F]", plain)
    if wrong is not None:
        said = wrong.group()
        raise Unreadable("payload", Text(f"{said!r} 不是十六进制数字", f"{said!r} is no hexadecimal digit"))
    if len(plain) % 2:
        raise Unreadable(
            "payload", Text(f"{len(plain)} 位数字，缺半个字节", f"{len(plain)} digits: half a byte is missing")
        )
    return bytes.fromhex(plain)


def _base64(text: str) -> bytes:
    plain = re.sub(r"\s", "", text).translate(str.maketrans("-_", "+/"))
    try:
        return binascii.a2b_base64(plain + "=" * (-len(plain) % 4), strict_mode=True)
    except ValueError:
        raise Unreadable("payload", Text("不是 base64", "this is not base64")) from None


def shown_as(payload: bytes) -> tuple[str, str]:
    """(text, encoding) by which stored bytes are put into the form."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return payload.hex(" "), "hex"
    readable = all(c.isprintable() or c in "\r\n\t" for c in text)
    return (text, "text") if readable else (payload.hex(" "), "hex")


def try_payload(context: Context, unit: Unit, entered: Entered) -> Tried:
    """Every decoder's opinion, and what the collector would do with the message if it came now."""
    now = context.clock()
    memories = Memories()
    memories.load(unit.notes)
    try:
        sources = context.sources()
    except (ValueError, OSError) as error:  # SourcesError, or bytes that are no text
        return Tried(opinions=_opinions(entered, now, None, memories), broken=str(error))
    opinions = _opinions(entered, now, sources, memories)
    match = sources.match(entered.topic)
    return Tried(
        opinions=opinions,
        prepared=_prepared(context.register(unit), entered, sources, memories, now),
        source=match.owner.name if match else "",
        decoder=match.owner.decoder.name if match else "",
        captured=match.captured if match else {},
    )


def _prepared(register: Register, entered: Entered, sources: Sources, memories: Memories, now: int) -> Prepared:
    qualifier = Qualifier(register, secrets.token_bytes(32))
    delivery = Delivery(entered.topic, entered.payload, now, retained=entered.retained)
    return Intake(sources, qualifier, memories, Stats()).prepare(delivery, now, now)


def _opinions(entered: Entered, now: int, sources: Sources | None, memories: Memories) -> list[Opinion]:
    """The useful ones first, then those who usually have such topics."""
    found = [_opinion(decoder, entered, now, sources, memories) for decoder in DECODERS.values()]
    return sorted(found, key=lambda one: (not (one.useful and one.usual), not one.useful, not one.usual))


def _opinion(decoder: Decoder, entered: Entered, now: int, sources: Sources | None, memories: Memories) -> Opinion:
    match = sources.match(entered.topic) if sources is not None else None
    captured: Mapping[str, str]
    captured, usual = levels(decoder, entered.topic)
    more: dict[str, Any] = {}
    memory: dict[str, Any] = {}
    if match is not None and match.owner.decoder is decoder:
        source, captured, usual = match.owner, match.captured, True
        more = {"options": source.options, "codecs": source.codecs, "limit": source.limit}
        memory = dict(memories.of(source.name))
    message = Message(
        topic=entered.topic,
        payload=entered.payload,
        received=now,
        source="",
        captured=captured,
        retained=entered.retained,
        **more,
    )
    try:
        return Opinion(decoder=decoder.name, usual=usual, decoded=decoder.decode(message, memory))
    except DecodeError as error:
        return Opinion(decoder=decoder.name, usual=usual, reason=str(error))
    except KeyError as error:
        return Opinion(decoder=decoder.name, usual=usual, reason=f"topic: it has no level {error}")

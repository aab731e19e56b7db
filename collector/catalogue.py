"""Every decoder that stands in ``collector/decoders/``. A new file there is found by itself."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from collector import decoders
from collector.decoding import Decode, Decoded, DecodeError, Example, Message
from collector.topics import TopicFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """One decoder as its file describes it."""

    name: str
    about: str
    """What its file says of itself."""
    filters: tuple[TopicFilter, ...]
    needs: tuple[tuple[str, ...], ...]
    decode: Decode
    examples: tuple[Example, ...]
    options: Mapping[str, tuple[str, ...]]
    """What a source may say about its devices, with the words allowed; the first is the default."""
    by_device: bool = False
    """Each message tells of the one device in its topic, and is understood without the others' messages."""
    in_order: bool = False
    """A message may mean nothing without those before it: one collector must hear them all."""
    codecs: bool = False
    """Frames may come undecoded; a source may name codecs for them."""


def _load() -> dict[str, Decoder]:
    found = {}
    for module in sorted(pkgutil.iter_modules(decoders.__path__), key=lambda m: m.name):
        file = import_module(f"{decoders.__name__}.{module.name}")
        found[file.NAME] = Decoder(
            name=file.NAME,
            about=file.__doc__ or "",
            filters=tuple(TopicFilter(text) for text in file.FILTERS),
            needs=file.NEEDS,
            decode=file.decode,
            examples=file.EXAMPLES,
            options=getattr(file, "OPTIONS", {}),
            by_device=getattr(file, "BY_DEVICE", False),
            in_order=getattr(file, "IN_ORDER", False),
            codecs=getattr(file, "CODECS", False),
        )
    return found


DECODERS: dict[str, Decoder] = _load()
"""By name, as sources.toml says it."""


def levels(decoder: Decoder, topic: str) -> tuple[dict[str, str], bool]:
    """Named levels of ``topic`` by the decoder's usual filters, and whether one fits; else what may stand in for them."""
    for topic_filter in decoder.filters:
        captured = topic_filter.match(topic)
        if captured is not None:
            return captured, True
    last = topic.rpartition("/")[2]
    names = [name for group in decoder.needs for name in group]
    return {name: last if name in ("kind", "event", "type") else topic for name in names}, False


def of_example(decoder: Decoder, example: Example, received: int) -> Decoded:
    """What the decoder makes of one of its own examples. Raises ``DecodeError``; ``LookupError`` where no usual filter fits."""
    captured, fits = levels(decoder, example.topic)
    if not fits:
        raise LookupError(f"{decoder.name}: no usual filter fits {example.topic!r}")
    message = Message(
        topic=example.topic,
        payload=example.payload,
        received=received,
        source="",
        captured=captured,
        options=example.options,
        codecs=example.codecs,
    )
    return decoder.decode(message, dict(example.memory))


def guess(topic: str, payload: bytes, received: int) -> str:
    """The decoder that would understand the message: by its usual topic first, then by the payload alone; else empty."""
    for decoder in DECODERS.values():
        for topic_filter in decoder.filters:
            captured = topic_filter.match(topic)
            if captured is not None and _decoded(decoder, topic, payload, received, captured) is not None:
                return decoder.name
    for decoder in DECODERS.values():
        stand_in, fits = levels(decoder, topic)
        decoded = None if fits else _decoded(decoder, topic, payload, received, stand_in)
        if decoded is not None and (decoded.signals or decoded.events or decoded.statuses):
            return decoder.name
    return ""


def _decoded(decoder: Decoder, topic: str, payload: bytes, received: int, captured: dict[str, str]) -> Decoded | None:
    message = Message(topic=topic, payload=payload, received=received, source="", captured=captured)
    try:
        return decoder.decode(message, {})
    except (DecodeError, KeyError):
        return None

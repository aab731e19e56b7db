"""``sources.toml``: which topics carry which kind of message, and what a device's own names mean here.

Without a file there is one source, ``native``. A file adds to it, unless it has a ``native`` of its own or says
``native = false``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from collector import codec
from collector.catalogue import DECODERS, Decoder
from collector.decoding import SIZE_LIMIT, Codec, DecodeError
from collector.link import Delivery
from collector.topics import (
    BadFilter,
    ByTopic,
    Match,
    Matcher,
    TopicFilter,
    overlap,
    subscriptions,
)
from facility.instant import DAY, duration
from facility.units import UnitError, parse_quantity_text


class SourcesError(ValueError):
    """The file cannot be used. The text names the file, the line and key, what was wrong and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMeaning:
    """What a payload key means: another name, the unit it is in, what its number is multiplied by."""

    name: str
    unit: str = ""
    scale: float = 1.0
    words: Mapping[str, str] = field(default_factory=dict)
    """What the device says (``true``, ``0``, ``shut``; small letters) → the state's word, where the two differ."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """One way in."""

    name: str
    decoder: Decoder
    filters: tuple[TopicFilter, ...]
    limit: int = SIZE_LIMIT
    lateness: int = DAY
    """How old a late reading may be and still be judged; milliseconds. An older one is history."""
    ignore: frozenset[str] = frozenset()
    """Payload keys that are no point and are not news either."""
    devices: Mapping[str, str] = field(default_factory=dict)
    """External id → device id, for devices whose register entry does not say it."""
    keys: Mapping[str, KeyMeaning] = field(default_factory=dict)
    express: bool = False
    """Its messages come by a session of their own, so that they pass whatever else waits in the broker."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the decoder is told about these devices, where makers differ."""
    codecs: Mapping[str, Codec] = field(default_factory=dict)
    """By device, model or ``*``: what decodes a frame that the network server did not."""
    model_keys: Mapping[str, Mapping[str, KeyMeaning]] = field(default_factory=dict)
    """Device model → key → meaning; goes before ``keys``."""

    def meaning(self, key: str, model: str) -> KeyMeaning:
        """What ``key`` of a device of ``model`` means; itself where nothing is said."""
        return self.model_keys.get(model, {}).get(key) or self.keys.get(key) or KeyMeaning(name=key)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sources:
    """All sources, in the order of the file: the first whose filter matches a topic has it."""

    sources: tuple[Source, ...]
    listen: tuple[TopicFilter, ...] = ()
    """Topics to listen to besides, so that strangers show up among the unclaimed."""
    _matcher: Matcher[Source] = field(init=False)
    _lines: ByTopic[str, tuple[str, str]] = field(init=False, default_factory=ByTopic)

    def __post_init__(self) -> None:
        pairs = tuple((topic_filter, source) for source in self.sources for topic_filter in source.filters)
        object.__setattr__(self, "_matcher", Matcher(pairs))

    def match(self, topic: str) -> Match[Source] | None:
        """The source of ``topic`` and its named levels, or None."""
        return self._matcher.match(topic)

    def line(self, delivery: Delivery) -> tuple[str, str]:
        """What must be taken in in the order of its arrival: a source, or one device of it where each speaks for itself."""
        topic = delivery.topic
        try:
            return self._lines[topic]
        except KeyError:
            pass
        match = self.match(topic)
        if match is None:
            return "", topic
        line = match.owner.name, match.captured["device"] if match.owner.decoder.by_device else ""
        self._lines.remember(topic, line)
        return line

    def filters(self, *, express: bool = False) -> list[str]:
        """MQTT filters to subscribe to: those of the usual session, or of the one that goes ahead."""
        wanted = [f for source in self.sources if source.express is express for f in source.filters]
        return subscriptions(wanted if express else [*wanted, *self.listen])

    def named(self, name: str) -> Source | None:
        """The source with that name."""
        return next((source for source in self.sources if source.name == name), None)


def _known_decoder(name: str) -> str:
    if name not in DECODERS:
        raise ValueError(f"{name!r} is no decoder; allowed: {', '.join(DECODERS)}")
    return name


def _known_unit(unit: str) -> str:
    try:
        parse_quantity_text(f"1 {unit}")
    except UnitError as error:
        raise ValueError(str(error)) from None
    return unit


def _not_zero(scale: float) -> float:
    if scale == 0:
        raise ValueError("0 would make every value 0; allowed: any other number")
    return scale


def _time(text: str) -> str:
    duration(text)
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _KeyEntry(_Strict):
    as_: str = Field("", alias="as", max_length=200)
    unit: Annotated[str, AfterValidator(_known_unit)] = ""
    scale: Annotated[FiniteFloat, AfterValidator(_not_zero)] = 1.0
    words: dict[str, str] = {}


class _ModelEntry(_Strict):
    model: str = Field(min_length=1)
    keys: dict[str, _KeyEntry]


class _SourceEntry(_Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    decoder: Annotated[str, AfterValidator(_known_decoder)]
    filter: str | list[str] = []
    ignore: list[str] = []
    max_bytes: int = Field(SIZE_LIMIT, ge=256, le=64 << 20)
    lateness: Annotated[str, AfterValidator(_time)] = "24h"
    devices: dict[str, str] = {}
    express: bool = False
    options: dict[str, str] = {}
    codecs: dict[str, str] = {}
    keys: dict[str, _KeyEntry] = {}
    model: list[_ModelEntry] = []


class _File(_Strict):
    native: bool = True
    listen: list[str] = []
    source: list[_SourceEntry] = []


def native_source() -> Source:
    """Dutyroom's own contract."""
    decoder = DECODERS["native"]
    return Source(name="native", decoder=decoder, filters=decoder.filters)


DEFAULT_SOURCES = Sources(sources=(native_source(),))


def read_sources(text: str, file: str = "sources.toml", scripts: Mapping[str, str] | None = None) -> Sources:
    """The sources that ``text`` describes; ``scripts`` are the site's codecs by name. Raises ``SourcesError``."""
    try:
        found = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SourcesError(f"{file}: not TOML: {error}") from None
    except ValidationError as error:
        raise SourcesError("\n".join(_explain(file, text, part) for part in error.errors())) from None
    names = [entry.name for entry in found.source]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise SourcesError(
                f"{_where(file, text, ('source', index, 'name'))}: {name!r} is taken; give each its own name"
            )
    own = (native_source(),) if found.native and "native" not in names else ()
    listed = tuple(
        replace(_source(entry, index, file, text), codecs=_codecs(entry, index, file, text, scripts or {}))
        for index, entry in enumerate(found.source)
    )
    listen = tuple(_filter(one, ("listen",), file, text) for one in found.listen)
    made = Sources(sources=own + listed, listen=listen)
    _keep_apart(listed, made.filters(), file, text)
    return made


def _keep_apart(listed: Sequence[Source], usual: Sequence[str], file: str, text: str) -> None:
    """A message that both sessions hear would be two: without a time of its own the second one is news of another time."""
    for index, source in enumerate(listed):
        for mine, theirs in product(source.filters if source.express else (), usual):
            if overlap(mine.mqtt, theirs):
                raise SourcesError(
                    f"{_where(file, text, ('source', index, 'express'))}: {source.name!r} is to go ahead, and {theirs!r} "
                    f"matches topics of {mine.text!r} too; allowed: topics that no other source and no listen matches"
                )


def _source(entry: _SourceEntry, index: int, file: str, text: str) -> Source:
    decoder = DECODERS[entry.decoder]
    wanted = [entry.filter] if isinstance(entry.filter, str) else entry.filter
    place = ("source", index, "filter")
    filters = tuple(_filter(one, place, file, text) for one in wanted) or decoder.filters
    for topic_filter in filters:
        for group in decoder.needs:
            if not set(group) & set(topic_filter.names):
                levels = " or ".join(f"{{{name}}}" for name in group)
                raise SourcesError(f"{_where(file, text, place)}: {topic_filter.text!r} must name the level {levels}")
    for name, word in entry.options.items():
        allowed = decoder.options.get(name)
        if allowed is None or word not in allowed:
            what = f"{name!r} is no option of {decoder.name}" if allowed is None else f"{word!r} found"
            raise SourcesError(
                f"{_where(file, text, ('source', index, 'options', name))}: {what}; "
                f"allowed: {', '.join(allowed or decoder.options) or 'no options'}"
            )
    return Source(
        name=entry.name,
        decoder=decoder,
        filters=filters,
        limit=entry.max_bytes,
        lateness=duration(entry.lateness),
        ignore=frozenset(entry.ignore),
        devices=MappingProxyType(entry.devices),
        express=entry.express,
        options=MappingProxyType(entry.options),
        keys=_meanings(entry.keys),
        model_keys={model.model: _meanings(model.keys) for model in entry.model},
    )


def _codecs(entry: _SourceEntry, index: int, file: str, text: str, scripts: Mapping[str, str]) -> Mapping[str, Codec]:
    """Each checked once, so that a broken one stops the start rather than every frame."""
    known: dict[str, Codec] = {}
    for wanted in set(entry.codecs.values()):
        try:
            known[wanted] = _codec(entry.decoder, wanted, scripts)
        except DecodeError as error:
            raise SourcesError(f"{_where(file, text, ('source', index, 'codecs'))}: {error}") from None
    return {device: known[wanted] for device, wanted in entry.codecs.items()}


def _codec(decoder: str, name: str, scripts: Mapping[str, str]) -> Codec:
    if not DECODERS[decoder].codecs:
        able = ", ".join(one.name for one in DECODERS.values() if one.codecs)
        raise DecodeError(f"{decoder} takes no codecs; allowed for {able}")
    if name not in scripts:
        raise DecodeError(f"codecs/{name}.js is not there; there is {', '.join(sorted(scripts)) or 'none'}")
    found = Codec(name=name, script=scripts[name])
    codec.check(found)
    return found


def _meanings(keys: dict[str, _KeyEntry]) -> dict[str, KeyMeaning]:
    return {
        key: KeyMeaning(
            name=said.as_ or key,
            unit=said.unit,
            scale=said.scale,
            words={theirs.casefold(): ours for theirs, ours in said.words.items()},
        )
        for key, said in keys.items()
    }


def _filter(text: str, place: tuple[str | int, ...], file: str, whole: str) -> TopicFilter:
    try:
        return TopicFilter(text)
    except BadFilter as error:
        raise SourcesError(f"{_where(file, whole, place)}: {error}") from None


def _explain(file: str, text: str, error: Any) -> str:
    place = tuple(part for part in error["loc"] if part not in ("str", "list[str]"))
    said = {
        "extra_forbidden": "is not known here; allowed: " + _allowed(place[:-1]),
        "missing": "is missing",
    }.get(error["type"], error["msg"].removeprefix("Value error, "))
    return f"{_where(file, text, place)}: {said}"


def _allowed(place: tuple[str | int, ...]) -> str:
    if not place:
        shape: type[BaseModel] = _File
    elif "keys" in place:
        shape = _KeyEntry
    else:
        shape = _ModelEntry if "model" in place else _SourceEntry
    return ", ".join(info.alias or name for name, info in shape.model_fields.items())


def _where(file: str, text: str, place: tuple[str | int, ...]) -> str:
    """File, line and key of a place in the document, as far as the line can be found."""
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    line = _line(text.splitlines(), place)
    return f"{file}, line {line}, {key}" if line else f"{file}, {key}"


def _line(lines: list[str], place: tuple[str | int, ...]) -> int:
    """Line of the last part of ``place`` below its own ``[[source]]`` header, or of that header; 0 when neither is found."""
    start, end = 0, len(lines)
    if len(place) > 1 and place[0] == "source" and isinstance(place[1], int):
        headers = [number for number, line in enumerate(lines) if line.replace(" ", "").startswith("[[source]]")]
        if place[1] >= len(headers):
            return 0
        start = headers[place[1]]
        end = headers[place[1] + 1] if place[1] + 1 < len(headers) else end
    for part in reversed([p for p in place if isinstance(p, str)]):
        for number in range(start, end):
            if (
                lines[number].replace('"', "").strip().startswith((f"{part} ", f"{part}="))
                or f".{part}]" in lines[number]
            ):
                return number + 1
    return start + 1 if start or place[:1] == ("source",) else 0

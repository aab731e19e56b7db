"""``channels.toml``: by which ways people and devices of this property are reached. Secrets are named here, never written.

All or nothing: one wrong line, and no channel of the file is used.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from facility.notice import IN_APP
from notify.catalogue import kinds
from notify.channel_kind import ChannelSettings

FILE = "channels.toml"
RESERVED = (IN_APP,)


class ChannelsError(ValueError):
    """The file cannot be used. The text names file, channel and field, what was wrong and what is allowed."""


def read_channels(text: str, file: str = FILE) -> tuple[ChannelSettings, ...]:
    """The channels that ``text`` describes, in its order. Raises ``ChannelsError``."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ChannelsError(f"{file}: not TOML: {error}") from None
    if unknown := sorted(set(found) - {"channel"}):
        raise ChannelsError(f"{file}: {', '.join(unknown)}: not known here; allowed: [[channel]]")
    entries = found.get("channel", [])
    if not isinstance(entries, list):
        raise ChannelsError(f"{file}: channel: must be a list; write [[channel]]")
    read = tuple(_read_one(entry, number, file) for number, entry in enumerate(entries, start=1))
    for number, given in enumerate(read, start=1):
        if given.name in RESERVED or given.name in [earlier.name for earlier in read[: number - 1]]:
            raise ChannelsError(f"{file}: channel {number}, name: {given.name!r} is taken; give each a name of its own")
    return read


def _read_one(entry: Any, number: int, file: str) -> ChannelSettings:
    if not isinstance(entry, Mapping):
        raise ChannelsError(f"{file}: channel {number}: must be a table; write [[channel]]")
    place = f"{file}: channel {number}" + (f" ({entry['name']})" if isinstance(entry.get("name"), str) else "")
    kind = kinds().get(str(entry.get("kind", "")))
    if kind is None:
        given = f"{entry['kind']!r} is no kind" if "kind" in entry else "is missing"
        raise ChannelsError(f"{place}, kind: {given}; allowed: {', '.join(kinds())}")
    try:
        return kind.settings.model_validate(dict(entry))
    except ValidationError as error:
        told = [_explain(place, kind.settings, dict(found)) for found in error.errors(include_input=False)]
        raise ChannelsError("\n".join(told)) from None


def _explain(place: str, shape: type[ChannelSettings], found: Mapping[str, Any]) -> str:
    """Never with what was given: somebody may have written a secret where its name belongs."""
    field = ".".join(str(part) for part in found["loc"])
    wrong = {
        "extra_forbidden": f"is not known here; allowed: {', '.join(shape.model_fields)}",
        "missing": "is missing",
    }.get(found["type"], str(found["msg"]).removeprefix("Value error, "))
    if found["type"] in ("model_type", "model_attributes_type"):
        wrong = 'a secret does not stand in this file; write { env = "NAME" } or { file = "/path" }'
    return f"{place}, {field}: {wrong}" if field else f"{place}: {wrong}"


def schema() -> dict[str, Any]:
    """The JSON schema by which editors complete the file."""
    shapes = {name: kind.settings.model_json_schema(ref_template="#/$defs/{model}") for name, kind in kinds().items()}
    shared: dict[str, Any] = {}
    for shape in shapes.values():
        shared |= shape.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FILE,
        "type": "object",
        "additionalProperties": False,
        "properties": {"channel": {"type": "array", "items": {"oneOf": list(shapes.values())}}},
        "$defs": shared,
    }


def names(given: Sequence[ChannelSettings]) -> tuple[str, ...]:
    """Every name that a chain may use."""
    return (*RESERVED, *(one.name for one in given))

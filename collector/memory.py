"""What decoders remember between messages, and what of it is not yet in the records."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from storage.records.port import Notes

PREFIX = "decoder/"


class Remembered(MutableMapping[str, Any]):
    """One source's memory. A change is seen when a top key is set or deleted, so values are replaced, never altered."""

    def __init__(self, found: dict[str, Any]) -> None:
        self._found = found
        self.changed: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        return self._found[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._found[key] = value
        self.changed.add(key)

    def __delitem__(self, key: str) -> None:
        del self._found[key]
        self.changed.add(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Memories:
    """The memories of all sources: one note for each source and top key, ``decoder/<source>/<key>``."""

    def __init__(self) -> None:
        self._of: dict[str, Remembered] = {}

    def load(self, notes: Notes) -> None:
        """Take over what was stored."""
        found: dict[str, dict[str, Any]] = {}
        for name in notes.names(PREFIX):
            source, _, key = name.removeprefix(PREFIX).partition("/")
            value = notes.get(name)
            if value is not None:
                found.setdefault(source, {})[key] = value
        self._of = {source: Remembered(values) for source, values in found.items()}

    def of(self, source: str) -> Remembered:
        """The memory of one source."""
        if source not in self._of:
            self._of[source] = Remembered({})
        return self._of[source]

    def write(self, notes: Notes) -> list[tuple[str, str]]:
        """Store what has changed; give the result to ``saved`` once it is committed."""
        changes = [(source, key) for source, memory in self._of.items() for key in sorted(memory.changed)]
        for source, key in changes:
            notes.put(f"{PREFIX}{source}/{key}", self._of[source].get(key))
        return changes

    def saved(self, changes: list[tuple[str, str]]) -> None:
        """These are in the records now."""
        for source, key in changes:
            self._of[source].changed.discard(key)

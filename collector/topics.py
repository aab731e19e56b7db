"""Topic filters with named levels: ``dutyroom/v1/{site}/{device}/{kind}``.

``{name}`` stands for one level (MQTT's ``+``), ``{name#}`` at the end for all that follow, slashes included (MQTT's ``#``).
Plain ``+`` and ``#`` match without a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Generic, TypeVar

T = TypeVar("T")
Name = TypeVar("Name", str, bytes)

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*)(#?)\}")
TOPICS_KEPT = 20_000
TOPIC_KEPT = 256
"""A topic may have 65,535 bytes: only ordinary ones are worth remembering."""


class BadFilter(ValueError):
    """The text is no topic filter. Says what is allowed."""


@dataclass(frozen=True)
class TopicFilter:
    """One filter as sources.toml writes it."""

    text: str

    def __post_init__(self) -> None:
        _check(self.text)

    @cached_property
    def mqtt(self) -> str:
        """What to subscribe to."""
        return "/".join(_wildcard(level) for level in self.text.split("/"))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The named levels."""
        return tuple(match.group(1) for match in _NAMED.finditer(self.text))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        levels = self.text.split("/")
        many = levels[-1] == "#" or levels[-1].endswith("#}")
        pattern = "/".join(_level_pattern(level) for level in (levels[:-1] if many else levels))
        if many:
            # MQTT 4.7.1.2: the multi-level wildcard also matches the parent level itself.
            rest = _level_pattern(levels[-1])
            pattern = f"{pattern}(?:/{rest})?" if len(levels) > 1 else rest
        return re.compile(pattern, re.DOTALL)

    def match(self, topic: str) -> dict[str, str] | None:
        """The named levels of ``topic``, or None when it does not match. ``$SYS`` and the like match no wildcard."""
        if topic.startswith("$") and not self.text.startswith("$"):
            return None
        found = self._pattern.fullmatch(topic)
        return None if found is None else {name: text or "" for name, text in found.groupdict().items()}


def _check(text: str) -> None:
    levels = text.split("/")
    if not text or "\0" in text or len(text.encode()) > 65_535:
        raise BadFilter(f"{text[:40]!r} is no topic filter; allowed: 1 to 65,535 bytes")
    names = [match.group(1) for match in _NAMED.finditer(text)]
    if len(set(names)) != len(names):
        raise BadFilter(f"{text!r} names a level twice; give each its own name")
    for index, level in enumerate(levels):
        named = _NAMED.fullmatch(level)
        if (level == "#" or (named and named.group(2))) and index != len(levels) - 1:
            raise BadFilter(f"{text!r}: {level!r} matches all that follows, so it can only be the last level")
        if named is None and level not in ("+", "#") and re.search(r"[{}+#]", level):
            raise BadFilter(f"{text!r}: {level!r} is no level; allowed: plain text, {{name}}, {{name#}}, + or #")


def _wildcard(level: str) -> str:
    named = _NAMED.fullmatch(level)
    return level if named is None else "#" if named.group(2) else "+"


def _level_pattern(level: str) -> str:
    named = _NAMED.fullmatch(level)
    if named is None:
        return {"+": "[^/]*", "#": ".*"}.get(level, re.escape(level))
    return f"(?P<{named.group(1)}>{'.*' if named.group(2) else '[^/]*'})"


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """Whose topic it is, and its named levels."""

    owner: T
    captured: Mapping[str, str]


class ByTopic(dict[Name, T]):
    """What is known of topics seen before; read like any other dictionary. It begins anew when it is full."""

    def remember(self, topic: Name, known: T) -> None:
        """Unless the topic is too long."""
        if len(topic) <= TOPIC_KEPT:
            if len(self) >= TOPICS_KEPT:
                self.clear()
            self[topic] = known


@dataclass(slots=True)
class Matcher(Generic[T]):
    """Topic → the first owner, in the given order, whose filter matches. Remembers the topics it has seen."""

    filters: tuple[tuple[TopicFilter, T], ...]
    _seen: ByTopic[str, Match[T] | None] = field(default_factory=ByTopic, init=False)

    def match(self, topic: str) -> Match[T] | None:
        """Whose ``topic`` is, or None."""
        try:
            return self._seen[topic]
        except KeyError:
            pass
        found = self._find(topic)
        self._seen.remember(topic, found)
        return found

    def _find(self, topic: str) -> Match[T] | None:
        for topic_filter, owner in self.filters:
            captured = topic_filter.match(topic)
            if captured is not None:
                return Match(owner, MappingProxyType(captured))
        return None


def subscriptions(filters: Iterable[TopicFilter]) -> list[str]:
    """The MQTT filters to subscribe to, in order, without those that another one covers.

    A broker may send a message once for each subscription that matches it (MQTT 3.3.5).
    """
    wanted = list(dict.fromkeys(topic_filter.mqtt for topic_filter in filters))
    return [one for one in wanted if not any(other != one and covers(other, one) for other in wanted)]


def overlap(one: str, other: str) -> bool:
    """Whether there is a topic that both MQTT filters match."""
    return _meet(one.split("/"), other.split("/"))


def _meet(one: list[str], other: list[str]) -> bool:
    if one[:1] == ["#"] or other[:1] == ["#"]:
        return True
    if not (one and other):
        return one == other
    return (one[0] == other[0] or "+" in (one[0], other[0])) and _meet(one[1:], other[1:])


def covers(wide: str, narrow: str) -> bool:
    """Whether every topic that the MQTT filter ``narrow`` matches is matched by ``wide`` too."""
    theirs = narrow.split("/")
    for index, level in enumerate(wide.split("/")):
        if level == "#":
            return not (index == 0 and narrow.startswith("$"))
        if index >= len(theirs) or theirs[index] == "#" or level not in ("+", theirs[index]):
            return False
    return len(theirs) == len(wide.split("/"))

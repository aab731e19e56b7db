"""What facts tell of silent alerts: to whoever may not see those, that something is chained here, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from facility.door_check import SILENT
from facility.fact import Fact, Said
from storage.records.port import AlertFilter, Alerts, Facts

if TYPE_CHECKING:
    from storage.records.port import ToldFact

MOST = 1_000
T = TypeVar("T", bound=Said)


def silent_alerts(alerts: Alerts) -> frozenset[str]:
    """Numbers of all that are silent, as facts write them. There are few in the life of a house."""
    found, cursor = set[str](), None
    while True:
        page = alerts.find(AlertFilter(rules=(SILENT,)), cursor, MOST)
        found |= {str(alert.id) for alert in page.rows}
        if page.cursor is None:
            return frozenset(found)
        cursor = page.cursor


def is_hushed(fact: Said, silent: Callable[[], frozenset[str]]) -> bool:
    """Whether it is about a silent alert: the alert, what was found at the door, who was told."""
    match fact.noun:
        case "alert":
            return fact.subject in silent()
        case "door":
            return "finding" in fact.data and "rule" not in fact.data
        case "notice" | "chain":
            kind, _, number = str(fact.data.get("cause", "")).partition(":")
            return kind == "alert" and number in silent()
        case _:
            return False


def masked(fact: Fact) -> Fact:
    """Its place in the chain. What it says is between the hash and those who may know."""
    return replace(fact, noun="other", subject="", what="", before="", after="", why="", who="", data={})


class LoudFacts:
    """A store of facts for reading, by somebody who may not see what is silent. ``of`` and ``about`` are asked by number."""

    def __init__(self, facts: Facts, alerts: Alerts) -> None:
        """``alerts``: all of them."""
        self._facts, self._alerts = facts, alerts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._facts, name)

    @cached_property
    def _silent(self) -> frozenset[str]:
        return silent_alerts(self._alerts)

    def _hushed(self, fact: Said) -> bool:
        return is_hushed(fact, lambda: self._silent)

    def _loud(self, facts: Iterable[T]) -> Iterator[T]:
        return (fact for fact in facts if not self._hushed(fact))

    def after(self, seq: int, limit: int = 500) -> list[Fact]:
        """In their places, so that whoever follows the chain finds no gap."""
        return [masked(fact) if self._hushed(fact) else fact for fact in self._facts.after(seq, limit)]

    def between(self, noun: str, whats: Sequence[str], start: int, end: int) -> list[Fact]:
        return list(self._loud(self._facts.between(noun, whats, start, end)))

    def told(
        self, noun: str, whats: Sequence[str], start: int, end: int, upto: int | None = None
    ) -> Iterator[ToldFact]:
        return self._loud(self._facts.told(noun, whats, start, end, upto))

    def news(self, nouns: Sequence[str], after: int, upto: int) -> Iterator[ToldFact]:
        return self._loud(self._facts.news(nouns, after, upto))

"""The responders' health, as they leave it in the records: who acts, who follows how far behind, what troubles there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from facility.fact import Fact
from facility.instant import SECOND
from facility.person import Actor
from facility.trouble import Trouble
from storage.records.port import Unit

SILENT_AFTER = 15 * SECOND
"""A responder writes its note every few seconds."""
BEHIND_AFTER = 10 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A follower, a step or an errand of a responder."""

    name: str
    kind: str
    behind: int = 0
    """Facts that a follower has not handled yet."""
    lag: int = 0
    """How long the oldest of them has waited, in milliseconds."""
    troubles: int = 0
    failed: int = 0
    error: str = ""

    @property
    def broken(self) -> bool:
        """Whether somebody must look at it."""
        return bool(self.error or self.troubles)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderHealth:
    """What one responder last said of itself."""

    name: str
    at: int | None
    started: int | None
    active: bool
    parts: tuple[Part, ...]
    errors: tuple[str, ...]

    def silent(self, now: int) -> bool:
        """Whether it has not been heard of for too long."""
        return self.at is None or now - self.at > SILENT_AFTER

    @property
    def slow(self) -> bool:
        """Whether something waits noticeably."""
        return any(part.lag > BEHIND_AFTER for part in self.parts)

    @property
    def broken(self) -> list[Part]:
        """What somebody must look at."""
        return [part for part in self.parts if part.broken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Responding:
    """All of it, in one snapshot."""

    responders: tuple[ResponderHealth, ...]
    troubles: tuple[Trouble, ...]
    totals: Mapping[str, Mapping[str, int]]
    """warning or breach → clock/kind of work → how often."""
    next_due: int | None

    def at_work(self, now: int) -> bool:
        """Whether somebody acts."""
        return any(one.active and not one.silent(now) for one in self.responders)

    def clock_lag(self, now: int) -> int:
        """How long what is due has waited."""
        return 0 if self.next_due is None else max(0, now - self.next_due)


def responding(unit: Unit) -> Responding:
    """As it stands."""
    names = sorted(unit.notes.names("responder/"))
    totals = unit.notes.get("clocks/totals")
    return Responding(
        responders=tuple(read_responder(name.removeprefix("responder/"), unit.notes.get(name)) for name in names),
        troubles=tuple(unit.troubles.open_ones()),
        totals=totals if isinstance(totals, dict) else {},
        next_due=unit.clocks.next(),
    )


def ask_again(unit: Unit, number: int, actor: Actor, at: int) -> None:
    """Have a fact tried again that a follower could not handle. Raises ``NotFound``."""
    unit.troubles.ask(number, at)
    unit.facts.append(Fact(at=at, noun="trouble", subject=str(number), what="retry-asked", who=actor.id))


def read_responder(name: str, note: Any) -> ResponderHealth:
    """A responder's note, whatever another version wrote into it."""
    given = note if isinstance(note, dict) else {}
    parts = [
        _part(row, kind)
        for kind, rows in (("follower", "followers"), ("step", "steps"), ("errand", "errands"))
        for row in given.get(rows) or ()
        if isinstance(row, dict)
    ]
    errors = [str(row.get("text", "")) for row in given.get("errors") or () if isinstance(row, dict)]
    return ResponderHealth(
        name=name,
        at=_whole(given.get("at")),
        started=_whole(given.get("started")),
        active=given.get("active") is True,
        parts=tuple(parts),
        errors=tuple(errors),
    )


def _part(row: Mapping[str, Any], kind: str) -> Part:
    return Part(
        name=str(row.get("name", "")),
        kind=kind,
        behind=_whole(row.get("behind")) or 0,
        lag=_whole(row.get("lag")) or 0,
        troubles=_whole(row.get("troubles")) or 0,
        failed=_whole(row.get("failed")) or 0,
        error=str(row.get("error") or ""),
    )


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

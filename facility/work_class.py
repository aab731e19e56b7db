"""A class of work: what every order of it promises, whom it needs, what is looked at, and how far one cause reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from enum import StrEnum

from facility.alert import Severity
from facility.clock import Clock
from facility.instant import HOUR
from facility.promise import Promise
from facility.text import Text


class Dispatch(StrEnum):
    """To whom a new order goes by itself."""

    HAND = "hand"
    """To nobody: the duty officer decides."""
    TEAM = "team"
    """In turn, to whoever is on duty and carries least."""
    FIRST = "first"
    """To the whole team: whoever takes it has it."""


class Reach(StrEnum):
    """How far one cause reaches: what else comes from there, soon enough, is about the same."""

    POINT = "point"
    ASSET = "asset"
    ZONE = "zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the checklist. With a quantity it asks for a measurement, in that quantity's units."""

    id: str
    title: Text
    must: bool = False
    """The work is not finished without it."""
    quantity: str = ""
    photo: bool = False
    """It asks for a photo; what must be done is not finished without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkClass:
    """One file."""

    id: str
    version: str = ""
    """SHA-256 of what the file says."""
    title: Text
    about: Text
    severity: Severity = Severity.MEDIUM
    """Of an order that is opened by hand, unless the person says otherwise."""
    clocks: tuple[Promise, ...] = ()
    emergency_clocks: tuple[Promise, ...] = ()
    """Instead of, or besides, the others when it is an emergency."""
    dispatch: Dispatch = Dispatch.HAND
    team: str = ""
    skills: tuple[str, ...] = ()
    reach: Reach = Reach.ZONE
    together: int = HOUR
    """How far apart, in milliseconds, what belongs to one cause may have begun."""
    checklist: tuple[Check, ...] = ()
    playbook: str = ""
    chain: str = ""
    path: str = ""

    def promises(self, *, emergency: bool) -> tuple[Promise, ...]:
        """What an order of it promises."""
        return by_name(self.clocks, self.emergency_clocks) if emergency else self.clocks

    def clocks_at(self, at: int, zone: tzinfo | None = None, *, emergency: bool = False) -> tuple[Clock, ...]:
        """The clocks of something that happened at ``at``."""
        return start(self.promises(emergency=emergency), at, zone)

    def place(self, *, point: str, asset: str, zone: str) -> str:
        """Within which one cause is one order, as ``zone:t1-b1``; empty where the place is not known."""
        name = {Reach.POINT: point, Reach.ASSET: asset, Reach.ZONE: zone}[self.reach]
        return f"{self.reach.value}:{name}" if name else ""


def by_name(*several: Iterable[Promise]) -> tuple[Promise, ...]:
    """One promise a name: the last one's limit, with what it leaves open from the one before."""
    found: dict[str, Promise] = {}
    for promise in (one for promises in several for one in promises):
        before = found.get(promise.name)
        found[promise.name] = _completed(promise, before) if before else promise
    return tuple(found.values())


def _completed(promise: Promise, before: Promise) -> Promise:
    return replace(
        promise,
        clause=promise.clause or before.clause,
        source=promise.source or before.source,
        warn=promise.warn or min(before.warn, promise.within // 2),
        every=before.every if promise.every is None else promise.every,
        pausable=before.pausable if promise.pausable is None else promise.pausable,
    )


def start(promises: Iterable[Promise], at: int, zone: tzinfo | None = None) -> tuple[Clock, ...]:
    """The clocks of promises about something that happened at ``at``."""
    return tuple(promise.clock(at, zone) for promise in promises)

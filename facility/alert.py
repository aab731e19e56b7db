"""The life of an alert: one pure function over samples, one over what people do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import NamedTuple

from facility.text import Text


class Verdict(IntEnum):
    """What a rule says of one reading."""

    CLEAR = 0
    BREACHED = 1
    UNKNOWN = 2
    """Not evidence either way: changes nothing, clears nothing."""


class Severity(IntEnum):
    """Priority as people see it: 1 is the most urgent."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


class Condition(StrEnum):
    """Where the watched thing stands, whatever people did about it."""

    NORMAL = "normal"
    PENDING = "pending"
    ACTIVE = "active"
    CLEARING = "clearing"


class Timing(NamedTuple):
    """Delays of a rule on a point, milliseconds of event time between samples."""

    hold: int = 0
    """A breach must have lasted this long, over at least two samples when it is above 0."""
    clear: int = 0
    """The point must have been normal this long."""
    max_gap: int = 0
    """Samples further apart than this do not belong to one run; 0: no such limit."""


class Track(NamedTuple):
    """What is remembered of one rule on one point between readings."""

    condition: Condition = Condition.NORMAL
    bad_since: int = 0
    """First bad sample of the run that is pending or active."""
    raised: int = 0
    """Sample at which the hold was fulfilled."""
    good_since: int = 0
    """First good sample of the run that is clearing, or that returned it to normal."""
    last: int = 0
    """Newest sample that counted."""

    @property
    def firing(self) -> bool:
        """Whether an alert is due: active, or not yet clear for long enough."""
        return self.condition in (Condition.ACTIVE, Condition.CLEARING)


QUIET = Track()


def advance(track: Track, verdict: Verdict, at: int, timing: Timing) -> Track:
    """The state after one sample at event time ``at``.

    Samples are given in event-time order. UNKNOWN leaves everything as it is: silence never clears.
    A hold needs two bad samples no further apart than ``max_gap``; so does clearing.
    """
    if verdict is Verdict.UNKNOWN:
        return track
    broken = bool(timing.max_gap) and at - track.last > timing.max_gap
    bad = verdict is Verdict.BREACHED
    match track.condition:
        case Condition.NORMAL if bad:
            return _start(at, timing)
        case Condition.PENDING if bad:
            return _start(at, timing) if broken else _hold(track, at, timing)
        case Condition.PENDING:
            return Track(good_since=at, last=at)
        case Condition.ACTIVE | Condition.CLEARING if bad:
            return track._replace(condition=Condition.ACTIVE, good_since=0, last=at)
        case Condition.ACTIVE:
            return _clear(track._replace(good_since=at), at, timing)
        case Condition.CLEARING:
            return _clear(track._replace(good_since=at) if broken else track, at, timing)
        case _:
            return track._replace(last=at)


def _start(at: int, timing: Timing) -> Track:
    condition = Condition.PENDING if timing.hold else Condition.ACTIVE
    return Track(condition, bad_since=at, raised=0 if timing.hold else at, last=at)


def _hold(track: Track, at: int, timing: Timing) -> Track:
    if at - track.bad_since >= timing.hold:
        return track._replace(condition=Condition.ACTIVE, raised=at, last=at)
    return track._replace(last=at)


def _clear(track: Track, at: int, timing: Timing) -> Track:
    over = at - track.good_since >= timing.clear
    return track._replace(condition=Condition.NORMAL if over else Condition.CLEARING, last=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One cause with a life. ``id`` is 0 until the records store gives it one."""

    id: int = 0
    rule: str
    rule_version: str
    """Hash of the rule's file as it was when the alert was raised."""
    clause: str
    """A key of ``facility.clause.CLAUSES``, or empty."""
    point: str
    asset: str
    zone: str
    severity: Severity
    life_safety: bool = False
    title: Text
    condition: Condition = Condition.ACTIVE
    acknowledged: bool = False
    acknowledged_by: str = ""
    acknowledged_at: int | None = None
    started: int
    """Event time of the first bad sample."""
    raised: int
    """Event time at which the hold was fulfilled."""
    ended: int | None = None
    """Event time since which it is normal again; None while it is not."""
    opened: int
    """When it was committed."""
    closed: int | None = None
    """When it left the list: normal and acknowledged. One open alert per (rule, point)."""
    value: float | None = None
    """The value that raised it, in ``unit``; None where no value did (silence)."""
    latest: float | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    """The limits it was judged by, in ``unit``."""
    limit: Text
    """The limit in words, with its unit."""
    late: bool = False
    """The news came late: what is over pages nobody."""
    work_order: int | None = None
    version: int = 0
    """Counts changes, for compare-and-set."""

    @property
    def state(self) -> str:
        """ISA-18.2's name: unacknowledged, acknowledged, returned-unacknowledged, normal. Derived, never stored."""
        if self.condition is Condition.NORMAL:
            return "normal" if self.acknowledged else "returned-unacknowledged"
        return "acknowledged" if self.acknowledged else "unacknowledged"

    @property
    def open(self) -> bool:
        """Still on the list."""
        return self.closed is None


class AlertAction(StrEnum):
    """What a person can do to an alert."""

    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"


class NotAllowed(Exception):
    """The action is not possible in this state. ``allowed`` says what is."""

    def __init__(self, action: str, state: str, allowed: list[str]) -> None:
        self.action, self.state, self.allowed = action, state, allowed
        super().__init__(f"{action!r} is not possible while {state!r}; possible now: {', '.join(allowed) or 'nothing'}")


def alert_actions(alert: Alert) -> list[AlertAction]:
    """What a person may do now."""
    return [AlertAction.COMMENT] if alert.acknowledged else [AlertAction.ACKNOWLEDGE, AlertAction.COMMENT]


def acknowledge(alert: Alert, who: str, at: int) -> Alert:
    """Acknowledged; closed as well when the condition is normal already. Raises ``NotAllowed``."""
    if alert.acknowledged:
        raise NotAllowed(AlertAction.ACKNOWLEDGE, alert.state, [a.value for a in alert_actions(alert)])
    closed = at if alert.condition is Condition.NORMAL else None
    return replace(alert, acknowledged=True, acknowledged_by=who, acknowledged_at=at, closed=closed)


def follow(alert: Alert, track: Track, at: int, latest: float | None) -> Alert:
    """The alert after its track moved; ``at`` is the commit's time."""
    if track.condition is Condition.NORMAL:
        closed = at if alert.acknowledged else None
        return replace(alert, condition=Condition.NORMAL, ended=track.good_since, latest=latest, closed=closed)
    if alert.condition is Condition.NORMAL:
        # It came back before anybody acknowledged it: the same alert goes on.
        return replace(alert, condition=track.condition, ended=None, latest=latest)
    return replace(alert, condition=track.condition, latest=latest)

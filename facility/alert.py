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
    shelved_until: int | None = None
    """Put aside by a person until then; None while it is not."""
    shelved_by: str = ""
    shelved_why: str = ""
    suppressed_by: str = ""
    """Suppressed by design: the rule that inhibits it for now, or empty."""
    out_of_service: bool = False
    """A maintenance window covers its point: recorded and shown, pages nobody."""
    test: bool = False
    """It went off in a test: recorded and shown, pages nobody."""
    latched: bool = False
    """It stays on the list until somebody has inspected the spot and reset it."""
    realarm_after: int = 0
    """How long it may stay unattended before it is announced again; 0: never."""
    realarm_at: int | None = None
    """When it is announced again; None while somebody attends to it."""
    withdrawn: bool = False
    """Readings that came later show that there was no cause. It is never deleted."""
    raised_by: str = ""
    """Another rule whose finding makes it more urgent than its own rule does, such as a second detector's; or empty."""
    behind: tuple[str, ...] = ()
    """What fell silent together, one by one, where this alert stands for all of it."""
    version: int = 0
    """Counts changes, for compare-and-set."""

    @property
    def late_by(self) -> int:
        """How late the news came: from what raised it to when it was known, milliseconds."""
        return max(0, self.opened - self.raised)

    @property
    def state(self) -> str:
        """ISA-18.2's name, derived from the axes and never stored.

        out-of-service, suppressed-by-design, shelved; else unacknowledged, acknowledged, returned-unacknowledged,
        latched (over and acknowledged, not yet reset), normal.
        """
        if self.open and (aside := self._aside()):
            return aside
        if self.condition is not Condition.NORMAL:
            return "acknowledged" if self.acknowledged else "unacknowledged"
        if not self.acknowledged and self.open:
            return "returned-unacknowledged"
        return "latched" if self.latched and self.open else "normal"

    def _aside(self) -> str:
        if self.out_of_service:
            return "out-of-service"
        if self.suppressed_by:
            return "suppressed-by-design"
        return "shelved" if self.shelved_until is not None else ""

    @property
    def announces(self) -> bool:
        """Whether it may page, sound and open work: not in a test, not set aside in any way."""
        return self.open and not self.test and not self._aside()

    @property
    def attend_at(self) -> int | None:
        """When the clock must look at it next; None while only readings and people can change it. Kept for looking it up."""
        if self.test or self.out_of_service:
            return 0
        return min((at for at in (self.shelved_until, self.realarm_at) if at is not None), default=None)

    @property
    def open(self) -> bool:
        """Still on the list."""
        return self.closed is None


class AlertAction(StrEnum):
    """What a person can do to an alert; ``facility.alert_life.STEPS`` says when."""

    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    RESET = "reset"


class NotAllowed(Exception):
    """The action is not possible in this state. ``allowed`` says what is; ``why`` why not, where that is no matter of state."""

    def __init__(self, action: str, state: str, allowed: list[str], why: Text | None = None) -> None:
        self.action, self.state, self.allowed, self.why = action, state, allowed, why
        reason = f" ({why.en})" if why else ""
        super().__init__(
            f"{action!r} is not possible while {state!r}{reason}; possible now: {', '.join(allowed) or 'nothing'}"
        )


def settled(alert: Alert, at: int) -> Alert:
    """Closed when nothing keeps it on the list: over, and acknowledged or a test; neither shelved nor waiting for a reset."""
    attended = alert.test or (alert.acknowledged and not alert.latched)
    over = alert.condition is Condition.NORMAL and attended and alert.shelved_until is None
    return replace(alert, closed=at, realarm_at=None) if over and alert.open else alert


def returned(alert: Alert, at: int) -> Alert:
    """What it was about is over as of ``at``; closed when nothing else keeps it on the list."""
    return settled(
        replace(alert, condition=Condition.NORMAL, ended=max(at, alert.started), realarm_at=None),
        at,
    )


def again(alert: Alert) -> Alert:
    """It came back while it was still on the list: the same alert goes on, and somebody has to look again."""
    return unseen(replace(alert, condition=Condition.ACTIVE, ended=None))


def unseen(alert: Alert) -> Alert:
    """Its acknowledgement is taken back."""
    return replace(alert, acknowledged=False, acknowledged_by="", acknowledged_at=None)


def follow(alert: Alert, track: Track, at: int, latest: float | None) -> Alert:
    """The alert after its track moved; ``at`` is the commit's time."""
    if track.condition is Condition.NORMAL:
        over = replace(alert, condition=Condition.NORMAL, ended=track.good_since, latest=latest, realarm_at=None)
        return settled(over, at)
    if alert.condition is Condition.NORMAL:
        anew = at + alert.realarm_after if alert.realarm_after else None
        return replace(again(alert), condition=track.condition, latest=latest, realarm_at=anew)
    return replace(alert, condition=track.condition, latest=latest)

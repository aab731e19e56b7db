"""A duty: something owed on a schedule, by a clause of the manual or the law, for each asset or place that it applies to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from facility.alert import Severity
from facility.instant import DAY
from facility.text import Text


class Every(StrEnum):
    """How often. All but ``HOURS`` and ``DAYS`` are periods of the calendar, each due at its end."""

    HOURS = "hours"
    """Every ``count`` hours within the opening hours, anew each day."""
    DAY = "day"
    DAYS = "days"
    """Every ``count`` days."""
    WEEK = "week"
    """Monday to Sunday."""
    HALF_MONTH = "half-month"
    """The 1st to the 15th, the 16th to the month's end."""
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"
    EVENT = "event"
    """Each time something happened (``Trigger``), once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What asks for a duty of ``Every.EVENT``: a fact of this noun, with one of these words."""

    noun: str
    """work-order · alert · incident"""
    what: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    """Classes of the work orders, rules of the alerts, playbooks of the incidents; empty: any."""
    within: int
    """It is due so long afterwards."""


class Anchor(StrEnum):
    """From where the next due date is counted."""

    SCHEDULE = "schedule"
    """By the calendar, whenever the last one was done."""
    COMPLETION = "completion"
    """One period after the last one was done; before the first, one period after the thing was first registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When a duty falls due. Minutes are local, after midnight."""

    every: Every
    count: int = 1
    """Of hours or days; 1 for calendar periods."""
    by: int = 24 * 60
    """The local minute of the last day of the period at which it is due."""
    opens: int = 0
    """For ``HOURS``: the opening hours, local minutes."""
    closes: int = 24 * 60
    anchor: Anchor = Anchor.SCHEDULE
    months: tuple[int, ...] = ()
    """Only in these months (1–12); empty: all the year."""


class CheckKind(StrEnum):
    """What one line of a checklist asks for."""

    PASS = "pass"  # noqa: S105
    """Pass, flag or fail."""
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    PHOTO = "photo"
    SCAN = "scan"
    """The code that hangs at the place, or its card."""
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCheck:
    """One line of a duty's checklist."""

    id: str
    title: Text
    kind: CheckKind = CheckKind.PASS
    must: bool = True
    """Without it the result is not taken."""
    unit: str = ""
    """Of a number."""
    low: float | None = None
    """The number fails below this; in ``unit``."""
    high: float | None = None
    """The number fails above this; in ``unit``."""
    over_range: bool = False
    """“More than the instrument shows” may be entered; it counts as above any lower limit."""
    choices: tuple[tuple[str, Text, str], ...] = ()
    """Of a choice: id, what it says, and its outcome (pass · flag · fail)."""
    instrument: str = ""
    """The kind of instrument that must have measured it, in calibration; empty: none."""
    photo_on_fail: bool = False
    per: Text | None = None
    """It is answered for each of several things of the target, such as the circuits of a box: what one is called."""


class EvidenceKind(StrEnum):
    """What sensors may say of a duty's being done."""

    TEST_SIGNAL = "test-signal"
    """A detector reported in a test mode, or with the mark of a test."""
    PUMP_START = "pump-start"
    """A pump's running contact went on; the pressures while it ran belong to it."""
    DISCHARGE = "discharge"
    """A luminaire was on its battery for so many minutes."""
    MEASURED = "measured"
    """An instrument that sends what it measured, such as a megohmmeter on a gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How sensors fill in a checklist by themselves. What they cannot say is left to a person."""

    kind: EvidenceKind
    quantity: str = ""
    """Of the target's points that tell it; empty: whatever the kind asks for."""
    sets: tuple[tuple[str, str], ...] = ()
    """Check → what is entered there, a word of ``EVIDENCE_SETS``."""
    gauges: tuple[tuple[str, str], ...] = ()
    """Of a pump: asset → the point of the gauge on its pipe, where that hangs on another asset."""


EVIDENCE_SETS: dict[EvidenceKind, tuple[str, ...]] = {
    EvidenceKind.TEST_SIGNAL: ("pass", "cleared", "person"),
    EvidenceKind.PUMP_START: ("pass", "automatic", "starts", "pressure-min", "pressure-max", "person"),
    EvidenceKind.DISCHARGE: ("minutes", "charging", "person"),
    EvidenceKind.MEASURED: ("value", "person"),
}
"""What each kind can enter: that it came, that it went again, a number; ``person`` is the signature of whoever ran the test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insulation:
    """Which lines of the checklist make up a test of insulation, and how a value is brought to the reference temperature."""

    resistance: str = "resistance"
    volts: str = "volts"
    seconds: str = "seconds"
    celsius: str = "celsius"
    humidity: str = "humidity"
    deenergised: str = "deenergised"
    reference: float | None = None
    """°C to which values are corrected; None: they are compared as measured."""
    halves_every: float | None = None
    """So many kelvin warmer, half the resistance: a rule of thumb of the trade, never a measurement."""
    source: str = ""
    """Where the correction comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """One of the two that ask for it, the manual or the law: how often, in words, and where it says so."""

    text: Text
    cadence: Cadence | None = None
    """None: no cadence of its own."""
    source: str = ""


class Ending(StrEnum):
    """What became of a due date."""

    DONE = "done"
    DONE_LATE = "done-late"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyStory:
    """What becomes of the due dates in a stretch of days, when it is done at these times."""

    name: str
    since: date
    """First registered."""
    first: date
    last: date
    """Due dates of these days, both included."""
    done: tuple[datetime, ...] = ()
    """Local times without a zone."""
    happened: tuple[datetime, ...] = ()
    """When what asks for it happened; of a duty after an event."""
    expect: tuple[tuple[date, Ending], ...] = ()
    """By the day it was due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One file. ``version`` is the SHA-256 of what it says."""

    id: str
    version: str = ""
    clause: str
    also: tuple[str, ...] = ()
    """Other clauses that it carries out."""
    title: Text
    do: Text
    """What to do, in a sentence or two."""
    asset_kinds: tuple[str, ...] = ()
    """Owed for each asset of these kinds …"""
    zone_kinds: tuple[str, ...] = ()
    """… or for each zone of these kinds …"""
    site: bool = False
    """… or once for the whole site."""
    cadence: Cadence
    manual: Basis | None = None
    law: Basis | None = None
    """Where both are given the cadence is the stricter one; both are shown."""
    trigger: Trigger | None = None
    """Of ``Every.EVENT``, and only of it."""
    before: int = 0
    """The window opens so long before the due date (milliseconds); 0 for calendar periods: at the period's start."""
    after: int = 0
    """Done so long after the due date is still in the window."""
    grace: int = DAY
    """Late for so long after the window; then it is missed."""
    warn: tuple[int, ...] = ()
    """So long before the due date somebody is told that it is still owed."""
    team: str = ""
    skills: tuple[str, ...] = ()
    people: int = 1
    """So many signatures of different people."""
    checks: tuple[DutyCheck, ...] = ()
    severity: Severity = Severity.MEDIUM
    """Of the alert when it is missed."""
    work_order: str = ""
    """The class of the order that a miss opens; empty: an alert alone."""
    fail_order: str = ""
    """The class of the order for an item that failed."""
    retest: bool = False
    """A fail asks for a re-test: the failed measurement and the one after the repair belong together."""
    retest_within: int = 7 * DAY
    """So long after the fail the re-test is due."""
    evidence: Evidence | None = None
    """Sensors that count; None: people alone."""
    insulation: Insulation | None = None
    """It is a test of insulation."""
    stories: tuple[DutyStory, ...] = ()
    path: str = ""
    text: str = field(default="", repr=False, compare=False)
    """What the file says."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """All that it carries out, its own first."""
        return (self.clause, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a duty is owed for: an asset, a zone or the site. Its id is unique among all of them."""

    id: str
    asset: str = ""
    zone: str = ""
    name: Text
    since: int
    """First registered: nothing was owed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One due date with its window: [opens, closes] in the window, until ``missed`` late, then missed."""

    duty: str
    target: str
    opens: int
    due: int
    closes: int
    missed: int
    day: date
    """The local day it is due, for people."""

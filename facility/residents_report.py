"""What a resident reports, by one transition table: the API, the pages' buttons and the tests all read it.

A report says what is wrong, where and since when. The number of the person who reported stands apart
(``facility.contact``): it has an end date, and nothing in here is about a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from facility.alert import NotAllowed
from facility.person import Right
from facility.work_order import MissingField


class Way(StrEnum):
    """How it came in."""

    WEB = "web"
    HOTLINE = "hotline"
    INTERCOM = "intercom"
    IN_PERSON = "in-person"


class ReportState(StrEnum):
    """Where a report stands."""

    RECEIVED = "received"
    """Nobody has had the last word on what it is yet."""
    ASSIGNED = "assigned"
    """It has a work order."""
    SOLVED = "solved"
    """The work is done; someone else must call back."""
    CLOSED = "closed"
    DISMISSED = "dismissed"
    """Not a report at all, with a reason."""


class Outcome(StrEnum):
    """How a closed report ended."""

    NONE = ""
    """It has not."""
    CONFIRMED = "confirmed"
    """The resident says that it is solved."""
    NOT_REACHED = "not-reached"
    """Called as often as the site wants, and nobody answered."""
    NO_WORD = "no-word"
    """No number was given and no word came by the status link."""


class Deed(StrEnum):
    """What is done to a report."""

    LOOK = "look"
    """Somebody takes note of an emergency: it leaves the head of every page."""
    CLASSIFY = "classify"
    ASSIGN = "assign"
    AGREE = "agree"
    """A time for the visit."""
    VISIT = "visit"
    SOLVE = "solve"
    CONFIRM = "confirm"
    REFUTE = "refute"
    """Not solved: it goes up to management."""
    NOT_REACHED = "not-reached"
    TAKE_UP = "take-up"
    """Management says what will be done otherwise."""
    DISMISS = "dismiss"
    LAPSE = "lapse"
    """Closed without a word of the resident."""
    GO_ON = "go-on"
    """The work was taken up again before anybody called back."""
    GIVE_BACK = "give-back"
    """Its order was called off: somebody must say again what becomes of it."""


OPEN = frozenset({ReportState.RECEIVED, ReportState.ASSIGNED, ReportState.SOLVED})
_R, _A, _S, _C = ReportState.RECEIVED, ReportState.ASSIGNED, ReportState.SOLVED, ReportState.CLOSED


@dataclass(frozen=True, slots=True)
class DeedStep:
    """One row of the table."""

    sources: frozenset[ReportState]
    deed: Deed
    target: ReportState | None
    """None: the state stays."""
    done: str
    """The fact's word."""
    right: Right | None
    """None: only the product itself does it, following the work order or the clock."""
    needs: tuple[str, ...] = ()


DEEDS: tuple[DeedStep, ...] = (
    DeedStep(OPEN, Deed.LOOK, None, "looked-at", Right.ACT_ON_ALERTS),
    DeedStep(frozenset({_R, _A}), Deed.CLASSIFY, None, "classified", Right.DISPATCH, ("kind",)),
    DeedStep(frozenset({_R, _A}), Deed.ASSIGN, _A, "given-out", Right.DISPATCH, ("order",)),
    DeedStep(frozenset({_R, _A}), Deed.AGREE, None, "visit-agreed", Right.ACT_ON_WORK, ("by",)),
    DeedStep(frozenset({_A}), Deed.VISIT, None, "visited", None),
    DeedStep(frozenset({_A}), Deed.SOLVE, _S, "solved", None),
    DeedStep(frozenset({_S}), Deed.CONFIRM, _C, "confirmed", Right.ACT_ON_ALERTS),
    DeedStep(frozenset({_S, _C}), Deed.REFUTE, _A, "unsolved", Right.ACT_ON_ALERTS, ("reason", "order")),
    DeedStep(frozenset({_S}), Deed.NOT_REACHED, None, "called-in-vain", Right.ACT_ON_ALERTS),
    DeedStep(OPEN | {_C}, Deed.TAKE_UP, None, "taken-up", Right.MANAGE_ACCOUNTS, ("reason",)),
    DeedStep(frozenset({_R}), Deed.DISMISS, ReportState.DISMISSED, "dismissed", Right.DISPATCH, ("reason",)),
    DeedStep(frozenset({_S}), Deed.LAPSE, _C, "lapsed", None, ("outcome",)),
    DeedStep(frozenset({_S}), Deed.GO_ON, _A, "goes-on", None),
    DeedStep(frozenset({_A}), Deed.GIVE_BACK, _R, "given-back", None),
)
DEED = {step.deed: step for step in DEEDS}
SATISFACTION = range(1, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentsReport:
    """One report. ``id`` is 0 until the records store gives it one."""

    id: int = 0
    way: Way
    code: int = 0
    """The place code that was scanned; 0 where it did not come by one."""
    zone: str
    asset: str = ""
    words: str = ""
    """What the person wrote or said, with everything that looks like a number of a person taken out."""
    language: str = "zh"
    guess: str
    """What the choices and words say that it is (``facility.report_kind``)."""
    kind: str
    """What it is: the guess, until a person has the last word."""
    kind_by: str = ""
    """Whose word ``kind`` is; empty while it is the guess."""
    emergency: bool = False
    state: ReportState = ReportState.RECEIVED
    received: int
    taken_by: str = ""
    """Who wrote it down; empty for one that came by the web page."""
    looked_at: int | None = None
    work_order: int | None = None
    earlier_orders: tuple[int, ...] = ()
    """Orders that did not solve it."""
    same_as: int | None = None
    """The first report of the same cause: this one counts as a voice, not as a case."""
    visit_by: int | None = None
    """Agreed with the resident."""
    visited: int | None = None
    """When somebody was there for the first time."""
    solved: int | None = None
    calls: int = 0
    """Calls that nobody answered."""
    closed: int | None = None
    outcome: Outcome = Outcome.NONE
    satisfaction: int | None = None
    """1 (not at all) to 5 (very)."""
    escalated: int | None = None
    """When it went up to management; None once management has taken it up."""
    times_unsolved: int = 0
    link: str | None = None
    """SHA-256 of the status link's token; None once that has ended."""
    version: int = 0

    @property
    def open(self) -> bool:
        """Somebody still owes something."""
        return self.state in OPEN

    @property
    def urgent(self) -> bool:
        """An emergency of which nobody has taken note."""
        return self.emergency and self.open and self.looked_at is None

    @property
    def case(self) -> bool:
        """Whether figures count it: neither a further voice on the same cause nor no report at all."""
        return self.same_as is None and self.state is not ReportState.DISMISSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One deed with what it needs."""

    deed: Deed
    who: str
    at: int
    kind: str = ""
    order: int | None = None
    same_as: int | None = None
    by: int | None = None
    reason: str = ""
    satisfaction: int | None = None
    outcome: Outcome = Outcome.NONE


def deeds_from(report: ResidentsReport) -> list[DeedStep]:
    """What may be done now."""
    return [step for step in DEEDS if report.state in step.sources and _makes_sense(step.deed, report)]


def _makes_sense(deed: Deed, report: ResidentsReport) -> bool:
    match deed:
        case Deed.LOOK:
            return report.urgent
        case Deed.TAKE_UP:
            return report.escalated is not None
        case Deed.VISIT | Deed.AGREE:
            return report.visited is None
        case _:
            return True


def take_deed(report: ResidentsReport, done: Done) -> ResidentsReport:
    """The report after one deed.

    Raises ``NotAllowed`` when the table has no such step, ``MissingField`` when something it needs is empty or, for
    satisfaction and the agreed time, cannot be.
    """
    steps = deeds_from(report)
    step = next((one for one in steps if one.deed is done.deed), None)
    if step is None:
        raise NotAllowed(done.deed, report.state, [one.deed.value for one in steps])
    for field in step.needs:
        if not getattr(done, field):
            raise MissingField(done.deed, field)
    if done.satisfaction is not None and done.satisfaction not in SATISFACTION:
        raise MissingField(done.deed, "satisfaction")
    if done.by is not None and done.by <= done.at:
        raise MissingField(done.deed, "by")
    return _AFTER[done.deed](replace(report, state=step.target or report.state), done)


def _looked_at(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, looked_at=done.at)


def _classified(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, kind=done.kind, kind_by=done.who)


def _assigned(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, work_order=done.order, same_as=done.same_as or report.same_as)


def _agreed(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, visit_by=done.by)


def _visited(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, visited=done.at)


def _solved(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, solved=done.at, calls=0, visited=done.at if report.visited is None else report.visited)


def _confirmed(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, closed=done.at, outcome=Outcome.CONFIRMED, satisfaction=done.satisfaction)


def _refuted(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(
        report,
        work_order=done.order,
        earlier_orders=_with_failed(report, done.order),
        escalated=done.at,
        times_unsolved=report.times_unsolved + 1,
        satisfaction=done.satisfaction,
        solved=None,
        closed=None,
        outcome=Outcome.NONE,
    )


def _with_failed(report: ResidentsReport, following: int | None) -> tuple[int, ...]:
    failed = report.work_order
    if failed is None or failed == following or failed in report.earlier_orders:
        return report.earlier_orders
    return (*report.earlier_orders, failed)


def _called_in_vain(report: ResidentsReport, done: Done) -> ResidentsReport:
    del done
    return replace(report, calls=report.calls + 1)


def _taken_up(report: ResidentsReport, done: Done) -> ResidentsReport:
    del done
    return replace(report, escalated=None)


def _dismissed(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, closed=done.at)


def _goes_on(report: ResidentsReport, done: Done) -> ResidentsReport:
    del done
    return replace(report, solved=None)


def _given_back(report: ResidentsReport, done: Done) -> ResidentsReport:
    del done
    return replace(report, work_order=None, same_as=None)


def _lapsed(report: ResidentsReport, done: Done) -> ResidentsReport:
    return replace(report, closed=done.at, outcome=done.outcome)


_AFTER: dict[Deed, Callable[[ResidentsReport, Done], ResidentsReport]] = {
    Deed.LOOK: _looked_at,
    Deed.CLASSIFY: _classified,
    Deed.ASSIGN: _assigned,
    Deed.AGREE: _agreed,
    Deed.VISIT: _visited,
    Deed.SOLVE: _solved,
    Deed.CONFIRM: _confirmed,
    Deed.REFUTE: _refuted,
    Deed.NOT_REACHED: _called_in_vain,
    Deed.TAKE_UP: _taken_up,
    Deed.DISMISS: _dismissed,
    Deed.LAPSE: _lapsed,
    Deed.GO_ON: _goes_on,
    Deed.GIVE_BACK: _given_back,
}

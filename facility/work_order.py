"""What people do about an alert, by one transition table: the API, the page's buttons and the tests all read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from facility.alert import NotAllowed, Severity
from facility.clock import Clock, turn
from facility.person import Right
from facility.text import Text


class State(StrEnum):
    """Where a work order stands."""

    NEW = "new"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    PENDING_VERIFY = "pending-verify"
    CLOSED = "closed"
    REVIEWED = "reviewed"
    REJECTED = "rejected"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate-of"


class Action(StrEnum):
    """What a person can do to a work order."""

    DISPATCH = "dispatch"
    ACCEPT = "accept"
    REJECT = "reject"
    TRANSFER = "transfer"
    ARRIVE = "arrive"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    FINISH = "finish"
    VERIFY = "verify"
    REOPEN = "reopen"
    REVIEW = "review"
    CANCEL = "cancel"
    DUPLICATE = "duplicate"
    COMMENT = "comment"


class Source(StrEnum):
    """Why there is a work order."""

    ALERT = "alert"
    INSPECTION = "inspection"
    REPORT = "report"
    HAND = "hand"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table."""

    sources: frozenset[State]
    action: Action
    target: State | None
    """None: the state stays."""
    right: Right
    needs: tuple[str, ...] = ()
    """Fields that must be given: reason; assignee (or a team); other (another order's number); approver; proof (of being
    there: a scan, the code that hangs there, or else a reason)."""
    not_by: str = ""
    """The order's field with the person who may not take it: nobody answers for himself."""
    in_danger_only: bool = False
    """``not_by`` counts for life safety alone, and until all is known to be normal again."""


OPEN_STATES = frozenset(State) - {State.CLOSED, State.REVIEWED, State.CANCELLED, State.DUPLICATE}
"""In these somebody still owes something."""
_OPEN = OPEN_STATES
_TO_DISPATCH = frozenset({State.NEW, State.REJECTED, State.TRANSFERRED, State.DISPATCHED})
_S, _A, _R = State, Action, Right

STEPS: tuple[Step, ...] = (
    Step(_TO_DISPATCH, _A.DISPATCH, _S.DISPATCHED, _R.DISPATCH, ("assignee",)),
    Step(_TO_DISPATCH, _A.ACCEPT, _S.ACCEPTED, _R.ACT_ON_WORK),
    Step(frozenset({_S.DISPATCHED, _S.TRANSFERRED, _S.ACCEPTED}), _A.REJECT, _S.REJECTED, _R.ACT_ON_WORK, ("reason",)),
    Step(
        frozenset({_S.DISPATCHED, _S.ACCEPTED, _S.ARRIVED, _S.IN_PROGRESS, _S.ON_HOLD}),
        _A.TRANSFER,
        _S.TRANSFERRED,
        _R.ACT_ON_WORK,
        ("assignee", "reason"),
    ),
    Step(frozenset({_S.ACCEPTED}), _A.ARRIVE, _S.ARRIVED, _R.ACT_ON_WORK, ("proof",)),
    Step(frozenset({_S.ARRIVED}), _A.START, _S.IN_PROGRESS, _R.ACT_ON_WORK),
    Step(frozenset({_S.IN_PROGRESS}), _A.HOLD, _S.ON_HOLD, _R.ACT_ON_WORK, ("reason", "approver")),
    Step(frozenset({_S.ON_HOLD}), _A.RESUME, _S.IN_PROGRESS, _R.ACT_ON_WORK),
    Step(frozenset({_S.IN_PROGRESS}), _A.FINISH, _S.PENDING_VERIFY, _R.ACT_ON_WORK, ("reason",)),
    Step(frozenset({_S.PENDING_VERIFY}), _A.VERIFY, _S.CLOSED, _R.ACT_ON_WORK, not_by="finished_by"),
    Step(frozenset({_S.PENDING_VERIFY}), _A.REOPEN, _S.IN_PROGRESS, _R.ACT_ON_WORK, ("reason",)),
    Step(frozenset({_S.CLOSED}), _A.REVIEW, _S.REVIEWED, _R.DISPATCH, ("reason",)),
    Step(_OPEN, _A.CANCEL, _S.CANCELLED, _R.DISPATCH, ("reason",), not_by="assignee", in_danger_only=True),
    Step(
        frozenset({_S.NEW, _S.DISPATCHED, _S.ACCEPTED, _S.REJECTED, _S.TRANSFERRED}),
        _A.DUPLICATE,
        _S.DUPLICATE,
        _R.DISPATCH,
        ("other",),
    ),
    Step(frozenset(State), _A.COMMENT, None, _R.ACT_ON_WORK, ("reason",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """What people do about one cause. ``id`` is 0 until the records store gives it one."""

    id: int = 0
    alert: int | None = None
    kind: str
    """water-supply, electrical, fire, access, patrol, instrument … (the class of work)."""
    title: Text
    clause: str = ""
    severity: Severity
    life_safety: bool = False
    point: str = ""
    asset: str = ""
    zone: str = ""
    limit: Text
    value: float | None = None
    unit: str = ""
    rule: str = ""
    rule_version: str = ""
    state: State = State.NEW
    assignee: str = ""
    opened: int
    event_at: int
    """When the thing happened: clocks run from here."""
    closed: int | None = None
    emergency: bool = False
    duplicate_of: int | None = None
    finished_by: str = ""
    clocks: tuple[Clock, ...] = ()
    source: Source = Source.ALERT
    source_of: str = ""
    """What it came from where that is no alert: ``report:12``, ``finding:3`` …"""
    class_version: str = ""
    team: str = ""
    skills: tuple[str, ...] = ()
    description: str = ""
    """In the words of whoever opened it."""
    cause: str = ""
    """No two open orders have the same; empty: nothing can be said to be the same."""
    latest_event: int = 0
    """Event time of the newest alert that belongs to it."""
    held_by: str = ""
    approver: str = ""
    """Who allowed that it is on hold."""
    held_why: str = ""
    held_at: int | None = None
    verified_by: str = ""
    version: int = 0

    @property
    def open(self) -> bool:
        """Somebody still owes something."""
        return self.state in _OPEN

    def next_due(self) -> Clock | None:
        """The running clock that breaches first."""
        running = [clock for clock in self.clocks if clock.runs]
        return min(running, key=lambda clock: clock.due, default=None)


def steps_from(order: WorkOrder) -> list[Step]:
    """What may be done now; review only after emergencies."""
    return [
        step
        for step in STEPS
        if order.state in step.sources and not (step.action is Action.REVIEW and not order.emergency)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A person's wish: one action with what it needs."""

    action: Action
    who: str
    at: int
    reason: str = ""
    assignee: str = ""
    team: str = ""
    """Instead of one person: whoever of the team takes it."""
    other: int | None = None
    approver: str = ""
    """Who allowed a hold: some clocks stand still meanwhile."""
    proof: str = ""
    """What shows that the person is there: ``scan:POINT``, ``code:ZONE/ASSET``."""


class MissingField(ValueError):
    """The action needs a field that was not given."""

    def __init__(self, action: str, field: str) -> None:
        self.action, self.field = action, field
        super().__init__(f"{action!r} needs {field!r}")


INSTEAD = {"assignee": "team", "proof": "reason"}
"""A field that may be left out when another is given."""

NORMAL_FIRST = Text(
    "监测点还没有恢复正常：请另一人核实并说明理由，或者重新处理",
    "the point is not normal yet: another person verifies and says why, or the work goes on",
)
ANOTHER_PERSON = Text("由另一人核实，不能自己核实自己", "another person than the one who finished verifies it")
ANOTHER_CANCELS = Text(
    "关系到人身安全，而且报警还没有恢复：由经办人以外的另一人取消",
    "lives may be at risk and the alarm is not over: another person than the one who has the work cancels it",
)
ANOTHER_APPROVES = Text("由另一人批准，不能自己批准自己", "another person allows it, nobody allows his own")


def take(work: WorkOrder, order: Order, *, point_normal: bool | None) -> WorkOrder:
    """The work order after one action.

    Raises ``NotAllowed`` when the table has no such step or the person may not be the one, ``MissingField`` when something it
    needs is empty. Verifying needs another person than the one who finished; with the point not normal again a reason as
    well. ``point_normal`` is None where no point is watched.
    """
    step = next((s for s in steps_from(work) if s.action is order.action), None)
    if step is None:
        raise NotAllowed(order.action, work.state, [s.action.value for s in steps_from(work)])
    for field in step.needs:
        if not getattr(order, field) and not getattr(order, INSTEAD.get(field, field)):
            raise MissingField(order.action, field)
    if (why := barred(work, step, order.who, point_normal=point_normal)) is not None:
        raise NotAllowed(order.action, work.state, _others(work, order.action), why)
    if order.action is Action.VERIFY and point_normal is not True and not order.reason:
        raise MissingField(order.action, "reason")
    if order.action is Action.HOLD and order.approver == order.who:
        raise NotAllowed(order.action, work.state, _others(work, order.action), ANOTHER_APPROVES)
    target = step.target or work.state
    return replace(
        _held(work, order, target),
        state=target,
        assignee=_assignee(work, order),
        team=order.team or work.team if order.action is Action.DISPATCH else work.team,
        finished_by=order.who if order.action is Action.FINISH else work.finished_by,
        verified_by=order.who if order.action is Action.VERIFY else work.verified_by,
        duplicate_of=order.other if order.action is Action.DUPLICATE else work.duplicate_of,
        closed=order.at if target not in _OPEN and work.closed is None else work.closed,
        clocks=tuple(_turned(clock, work.state, target, order) for clock in work.clocks),
    )


def barred(work: WorkOrder, step: Step, who: str, *, point_normal: bool | None) -> Text | None:
    """Why it has to be another person than this one; None when it has not."""
    if not step.not_by or getattr(work, step.not_by) != who:
        return None
    if step.in_danger_only and (not work.life_safety or point_normal is True):
        return None
    if step.action is Action.CANCEL:
        return ANOTHER_CANCELS
    return NORMAL_FIRST if point_normal is False else ANOTHER_PERSON


def _others(work: WorkOrder, action: Action) -> list[str]:
    return [step.action.value for step in steps_from(work) if step.action is not action]


def _held(work: WorkOrder, order: Order, target: State) -> WorkOrder:
    if order.action is Action.HOLD:
        return replace(work, held_by=order.who, approver=order.approver, held_why=order.reason, held_at=order.at)
    if work.held_at is not None and target is not State.ON_HOLD:
        return replace(work, held_by="", approver="", held_why="", held_at=None)
    return work


def _assignee(work: WorkOrder, order: Order) -> str:
    match order.action:
        case Action.DISPATCH | Action.TRANSFER:
            return order.assignee
        case Action.ACCEPT:
            return order.who
        case Action.REJECT:
            return ""
        case _:
            return work.assignee


def _turned(clock: Clock, before: State, after: State, order: Order) -> Clock:
    return turn(clock, before.value, after.value, order.at, by=order.who, approver=order.approver, why=order.reason)

"""A visit, from its announcement to what became of it, by one transition table that the API, the pages and the tests read.

Nothing in here is about a person: who came stands apart (``facility.guest``), under access control, with an end date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.instant import DAY, HOUR, MINUTE
from facility.person import Right
from facility.text import Text
from facility.work_order import MissingField


class VisitState(StrEnum):
    """Where a visit stands."""

    EXPECTED = "expected"
    """Announced by the host; nobody has come yet."""
    IN_HOUSE = "in-house"
    """The document was looked at, and a badge given."""
    OVERSTAYED = "overstayed"
    """Still in the house after the time that was agreed, and some grace."""
    LEFT = "left"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"
    """The time went by and nobody came."""


IN_HOUSE = frozenset({VisitState.IN_HOUSE, VisitState.OVERSTAYED})
OPEN = IN_HOUSE | {VisitState.EXPECTED}


class VisitDeed(StrEnum):
    """What is done to a visit."""

    ARRIVE = "arrive"
    EXTEND = "extend"
    NEW_BADGE = "new-badge"
    """The badge was lost or broken."""
    CONFIRM_ESCORT = "confirm-escort"
    """The officer has seen to it that somebody is with the visitor now."""
    BADGE_BACK = "badge-back"
    """A badge that was used after its visit is in our hands again, or opens no door any more."""
    LEAVE = "leave"
    CANCEL = "cancel"
    OVERSTAY = "overstay"
    MISS = "miss"


@dataclass(frozen=True, slots=True)
class VisitStep:
    """One row of the table."""

    sources: frozenset[VisitState]
    deed: VisitDeed
    target: VisitState | None
    """None: the state stays."""
    done: str
    """The fact's word."""
    right: Right | None
    """None: only the product itself does it, by the clock."""
    needs: tuple[str, ...] = ()


_E = frozenset({VisitState.EXPECTED})
STEPS: tuple[VisitStep, ...] = (
    VisitStep(_E, VisitDeed.ARRIVE, VisitState.IN_HOUSE, "arrived", Right.REGISTER_VISITS, ("badge",)),
    VisitStep(OPEN, VisitDeed.EXTEND, None, "extended", Right.REGISTER_VISITS, ("until",)),
    VisitStep(IN_HOUSE, VisitDeed.NEW_BADGE, None, "badge-changed", Right.REGISTER_VISITS, ("badge", "reason")),
    VisitStep(IN_HOUSE, VisitDeed.CONFIRM_ESCORT, None, "escort-confirmed", Right.ACT_ON_ALERTS, ("reason",)),
    VisitStep(IN_HOUSE, VisitDeed.LEAVE, VisitState.LEFT, "left", Right.REGISTER_VISITS),
    VisitStep(
        frozenset({VisitState.LEFT}), VisitDeed.BADGE_BACK, None, "badge-secured", Right.REGISTER_VISITS, ("reason",)
    ),
    VisitStep(_E, VisitDeed.CANCEL, VisitState.CANCELLED, "cancelled", Right.INVITE_VISITORS, ("reason",)),
    VisitStep(frozenset({VisitState.IN_HOUSE}), VisitDeed.OVERSTAY, VisitState.OVERSTAYED, "overstayed", None),
    VisitStep(_E, VisitDeed.MISS, VisitState.NO_SHOW, "no-show", None),
)
STEP = {step.deed: step for step in STEPS}

GRACE = 15 * MINUTE
"""After the agreed end, before it is an overstay."""
WAITED_FOR = 2 * HOUR
"""So long after the agreed end somebody who never came is waited for: guests are late."""
LONGEST = 7 * DAY
"""Of one visit. Who comes for longer gets a card of his own and a permission that ends."""
MOST_PERSONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit of one person, or of a group that one person answers for. ``id`` is 0 until the records store gives it one."""

    id: int = 0
    state: VisitState = VisitState.EXPECTED
    host: str = ""
    """The id of a person in the rota or of an account; empty where a resident is visited, who stands with the guest."""
    zones: tuple[str, ...]
    """Where the visitor may be, with everything inside."""
    expected: int
    until: int
    persons: int = 1
    badge: str = ""
    """The card's keyed pseudonym, as readers' passages carry it. One visit of a badge at a time."""
    badge_label: str = ""
    """What the guard calls the badge: the last four of its number. Not enough to make one."""
    registered: int
    registered_by: str
    arrived: int | None = None
    arrived_by: str = ""
    left: int | None = None
    left_by: str = ""
    overstayed: int | None = None
    """Since when; it stays after the visit is over."""
    closed: int | None = None
    """When nobody owed anything any more: left, cancelled or never came."""
    version: int = 0

    @property
    def open(self) -> bool:
        """Somebody still owes something."""
        return self.state in OPEN

    @property
    def in_house(self) -> bool:
        """The visitor is here."""
        return self.state in IN_HOUSE

    def covers(self, at: int) -> bool:
        """Whether the visitor was in the house at ``at``."""
        return self.arrived is not None and self.arrived <= at and (self.left is None or at <= self.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One deed with what it needs."""

    deed: VisitDeed
    who: str
    at: int
    badge: str = ""
    badge_label: str = ""
    until: int | None = None
    reason: str = ""


def steps_from(visit: Visit) -> list[VisitStep]:
    """What may be done now."""
    return [step for step in STEPS if visit.state in step.sources]


def take_deed(visit: Visit, done: Deed) -> Visit:
    """The visit after one deed.

    Raises ``NotAllowed`` when the table has no such step, ``MissingField`` when something it needs is empty,
    ``FieldRefused`` when the new end cannot be.
    """
    steps = steps_from(visit)
    step = next((one for one in steps if one.deed is done.deed), None)
    if step is None:
        raise NotAllowed(done.deed, visit.state, [one.deed.value for one in steps if one.right is not None])
    for field in step.needs:
        if not getattr(done, field):
            raise MissingField(done.deed, field)
    moved = replace(visit, state=step.target or visit.state)
    match done.deed:
        case VisitDeed.ARRIVE:
            return _arrived(moved, done)
        case VisitDeed.EXTEND:
            return _extended(moved, done)
        case VisitDeed.NEW_BADGE:
            return replace(moved, badge=done.badge, badge_label=done.badge_label)
        case VisitDeed.LEAVE:
            return replace(moved, left=max(done.at, visit.arrived or 0), left_by=done.who, closed=done.at)
        case VisitDeed.CANCEL | VisitDeed.MISS:
            return replace(moved, closed=done.at)
        case VisitDeed.OVERSTAY:
            return replace(moved, overstayed=visit.until)
        case _:
            return moved


def _arrived(visit: Visit, done: Deed) -> Visit:
    until = done.until or visit.until
    check_times(done.at, until)
    return replace(
        visit, arrived=done.at, arrived_by=done.who, badge=done.badge, badge_label=done.badge_label, until=until
    )


def _extended(visit: Visit, done: Deed) -> Visit:
    """Who had overstayed is a guest again; that it happened stays."""
    until = done.until or visit.until
    check_times(max(done.at, visit.arrived or visit.expected), until)
    state = VisitState.IN_HOUSE if visit.state is VisitState.OVERSTAYED else visit.state
    return replace(visit, until=until, state=state)


def check_times(start: int, until: int) -> None:
    """Raises ``FieldRefused`` when ``until`` is no end of a visit that begins at ``start``."""
    if until <= start:
        raise FieldRefused("visit", "until", Text("离开时间必须在到达之后", "the end must be after the beginning"))
    if until - start > LONGEST:
        days = LONGEST // DAY
        raise FieldRefused("visit", "until", Text(f"一次来访最长 {days} 天", f"a visit lasts at most {days} days"))


def overstays(visit: Visit, now: int) -> bool:
    """Whether the visitor should have left."""
    return visit.state is VisitState.IN_HOUSE and now >= visit.until + GRACE


def never_came(visit: Visit, now: int) -> bool:
    """Whether nobody waits any more."""
    return visit.state is VisitState.EXPECTED and now >= visit.until + WAITED_FOR

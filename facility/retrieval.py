"""A look behind personal data, or video that is asked for: who, whose, why, by which right, what was given (IN-2, LA-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from facility.alert import NotAllowed
from facility.instant import DAY
from facility.person import Right
from facility.work_order import MissingField

KEPT = 3 * 366 * DAY
"""Records of what was processed for others and given to others are kept at least three years (PIPL, Art. 56)."""
LONGEST = 500


class About(StrEnum):
    """What was looked at."""

    PSEUDONYM = "pseudonym"
    """Whose card or guard's tag it is."""
    VISIT = "visit"
    """Who a visitor was."""
    PERSON = "person"
    """Everything that is kept about one person."""
    VIDEO = "video"
    """A stretch of a camera's recording."""


OF_PEOPLE = frozenset({About.PSEUDONYM, About.PERSON})
"""What is looked at there is somebody: it stands in the entry until its end, and in no fact."""


class Basis(StrEnum):
    """By which right it was looked at."""

    DUTY = "duty"
    """Safety of the property: an incident or alert on which somebody works (PIPL Art. 13, no. 3 and 4)."""
    AUTHORITY = "authority"
    """A state organ asks for it by legal procedure (Regulations on public-security video, Art. 20)."""
    PERSON = "person"
    """The person, or somebody with the person's consent, asks (PIPL Art. 45)."""
    CONSENT = "consent"
    CONTRACT = "contract"
    """Employment or service rules made lawfully (PIPL Art. 13, no. 2)."""


class RetrievalState(StrEnum):
    """Where it stands. What only our own people see is done at once; what leaves the house is asked for first."""

    DONE = "done"
    ASKED = "asked"
    APPROVED = "approved"
    HANDED_OVER = "handed-over"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RetrievalDeed(StrEnum):
    """What is done to a request."""

    APPROVE = "approve"
    HAND_OVER = "hand-over"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class RetrievalStep:
    """One row of the table."""

    sources: frozenset[RetrievalState]
    deed: RetrievalDeed
    target: RetrievalState
    done: str
    right: Right
    needs: tuple[str, ...] = ()


_A = RetrievalState.ASKED
STEPS: tuple[RetrievalStep, ...] = (
    RetrievalStep(
        frozenset({_A}), RetrievalDeed.APPROVE, RetrievalState.APPROVED, "approved", Right.APPROVE_RETRIEVALS
    ),
    RetrievalStep(
        frozenset({_A}), RetrievalDeed.REFUSE, RetrievalState.REFUSED, "refused", Right.APPROVE_RETRIEVALS, ("reason",)
    ),
    RetrievalStep(
        frozenset({_A}), RetrievalDeed.WITHDRAW, RetrievalState.WITHDRAWN, "withdrawn", Right.LOOK_BEHIND, ("reason",)
    ),
    RetrievalStep(
        frozenset({RetrievalState.APPROVED}),
        RetrievalDeed.HAND_OVER,
        RetrievalState.HANDED_OVER,
        "handed-over",
        Right.LOOK_BEHIND,
        ("recipient", "given"),
    ),
)
STEP = {step.deed: step for step in STEPS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """One entry of the register of retrievals. ``id`` is 0 until the records store gives it one."""

    id: int = 0
    at: int
    who: str
    about: About
    subject: str
    """The pseudonym, the visit's number, the camera's id; of a person what was searched by, as a keyed hash."""
    purpose: str
    basis: Basis
    state: RetrievalState = RetrievalState.DONE
    for_whom: str = ""
    """The office or person outside who asks; empty for our own."""
    recipient: str = ""
    """Who took it: name, office, number of the service card."""
    request: str = ""
    """SHA-256 of the request's scan, or its number."""
    given: str = ""
    """What was given, in words."""
    start: int | None = None
    """Of video: from."""
    end: int | None = None
    medium: str = ""
    """On what it was handed over."""
    sha256: str = ""
    """Of the file that was handed over."""
    approver: str = ""
    approved: int | None = None
    handed_by: str = ""
    handed: int | None = None
    why_not: str = ""
    until: int
    """Then the names of those outside are erased; the entry itself stays."""
    erased: int | None = None
    version: int = 0

    @property
    def outside(self) -> bool:
        """Whether it leaves the house."""
        return bool(self.for_whom) or self.about is About.VIDEO


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalDone:
    """One deed with what it needs."""

    deed: RetrievalDeed
    who: str
    at: int
    reason: str = ""
    recipient: str = ""
    given: str = ""
    medium: str = ""
    sha256: str = ""


def steps_from(entry: Retrieval) -> list[RetrievalStep]:
    """What may be done now."""
    return [step for step in STEPS if entry.state in step.sources]


def take_deed(entry: Retrieval, done: RetrievalDone) -> Retrieval:
    """The entry after one deed. Raises ``NotAllowed``, ``MissingField``."""
    steps = steps_from(entry)
    step = next((one for one in steps if one.deed is done.deed), None)
    if step is None:
        raise NotAllowed(done.deed, entry.state, [one.deed.value for one in steps])
    for field in step.needs:
        if not getattr(done, field):
            raise MissingField(done.deed, field)
    moved = replace(entry, state=step.target)
    match done.deed:
        case RetrievalDeed.APPROVE:
            return replace(moved, approver=done.who, approved=done.at)
        case RetrievalDeed.HAND_OVER:
            return replace(
                moved,
                handed_by=done.who,
                handed=done.at,
                recipient=done.recipient,
                given=done.given,
                medium=done.medium,
                sha256=done.sha256,
            )
        case _:
            return replace(moved, why_not=done.reason)


def erased(entry: Retrieval, at: int) -> Retrieval:
    """Without those outside, and without whom was looked at."""
    subject = "" if entry.about in OF_PEOPLE else entry.subject
    return replace(entry, for_whom="", recipient="", subject=subject, erased=at)

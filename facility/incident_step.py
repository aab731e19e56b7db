"""One step of an incident, and the one table of what may be done to it: the API, the page's buttons and the tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from facility.person import Right
from facility.playbook import Script


class StepState(StrEnum):
    """Where one of its steps stands."""

    OPEN = "open"
    BEGUN = "begun"
    """Somebody is on it."""
    ARMED = "armed"
    """Confirmed once; what acts on the building wants it twice."""
    SENT = "sent"
    """The devices were told; the feedback is not there yet."""
    FAILED = "failed"
    """The feedback did not come in time."""
    DONE = "done"
    SKIPPED = "not-applicable"


class Kind(StrEnum):
    """What sort of step it is: which rows of the table are for it."""

    PLAIN = "plain"
    CHOICE = "choice"
    COMMAND = "command"


class Deed(StrEnum):
    """What is done to a step."""

    BEGIN = "begin"
    DO = "do"
    CHOOSE = "choose"
    ARM = "arm"
    FIRE = "fire"
    DISARM = "disarm"
    FEEDBACK = "feedback"
    FAIL = "fail"
    SKIP = "skip"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    kinds: frozenset[Kind]
    sources: frozenset[StepState]
    deed: Deed
    target: StepState
    right: Right
    done: str
    """The fact's word for it."""
    needs: tuple[str, ...] = ()


_P, _C, _K = Kind.PLAIN, Kind.CHOICE, Kind.COMMAND
_S, _D = StepState, Deed


def _row(
    kinds: set[Kind],
    sources: set[StepState],
    deed: Deed,
    target: StepState,
    done: str,
    *needs: str,
    right: Right = Right.ACT_ON_ALERTS,
) -> Row:
    return Row(frozenset(kinds), frozenset(sources), deed, target, right, done, needs)


TABLE: tuple[Row, ...] = (
    _row({_P, _C}, {_S.OPEN}, _D.BEGIN, _S.BEGUN, "step-begun"),
    _row({_P}, {_S.OPEN, _S.BEGUN}, _D.DO, _S.DONE, "step-done"),
    _row({_C}, {_S.OPEN, _S.BEGUN, _S.DONE}, _D.CHOOSE, _S.DONE, "step-chosen", "choice"),
    _row({_K}, {_S.OPEN, _S.FAILED}, _D.ARM, _S.ARMED, "step-armed", right=Right.ACT_ON_WORK),
    _row({_K}, {_S.ARMED}, _D.FIRE, _S.SENT, "step-sent", right=Right.ACT_ON_WORK),
    _row({_K}, {_S.ARMED}, _D.DISARM, _S.OPEN, "step-disarmed", right=Right.ACT_ON_WORK),
    _row({_K}, {_S.SENT, _S.FAILED}, _D.FEEDBACK, _S.DONE, "step-fed-back"),
    _row({_K}, {_S.SENT}, _D.FAIL, _S.FAILED, "step-failed"),
    # By hand, at the panel or the valve itself: said in words.
    _row({_K}, {_S.OPEN, _S.ARMED, _S.SENT, _S.FAILED}, _D.DO, _S.DONE, "step-done", "reason"),
    _row({_P, _C, _K}, {_S.OPEN, _S.BEGUN, _S.FAILED}, _D.SKIP, _S.SKIPPED, "step-skipped", "reason"),
    _row({_P, _K}, {_S.DONE}, _D.REOPEN, _S.OPEN, "step-reopened", "reason"),
    _row({_P, _C, _K}, {_S.SKIPPED}, _D.REOPEN, _S.OPEN, "step-reopened", "reason"),
)
BY_THE_PRODUCT = frozenset({Deed.FEEDBACK, Deed.FAIL})
"""No person says these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an incident: as it was written down when the incident began, and what became of it."""

    script: Script
    state: StepState = StepState.OPEN
    who: str = ""
    """Who did the newest thing to it."""
    at: int | None = None
    begun: int | None = None
    begun_by: str = ""
    armed: int | None = None
    armed_by: str = ""
    sent: int | None = None
    done: int | None = None
    done_by: str = ""
    answered: int | None = None
    """When it was confirmed for the first time; ``done`` is when the answer that holds now was given."""
    choice: str = ""
    value: str = ""
    """The evidence: the number, the time as an instant, the words, the photo's digest."""
    reason: str = ""
    devices: tuple[str, ...] = ()
    """What was told."""
    points: tuple[str, ...] = ()
    """Where it must show."""
    seen: tuple[str, ...] = ()
    """Where it showed already."""
    late: bool = False
    """Its time ran out before it was done: said once, and it stays."""

    @property
    def kind(self) -> Kind:
        """Which rows are for it."""
        return Kind.COMMAND if self.script.command else Kind.CHOICE if self.script.choices else Kind.PLAIN

    @property
    def over(self) -> bool:
        """Nothing is owed any more."""
        return self.state in (StepState.DONE, StepState.SKIPPED)

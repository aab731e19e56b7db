"""Leave and swaps, asked for and decided, by one table: the API, the page's buttons and the tests all read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from facility.alert import NotAllowed
from facility.rota import Asked, Duty, Leave, Rota, Swap
from facility.text import Text
from facility.work_order import MissingField


class Answer(StrEnum):
    """What a person can say to what was asked for."""

    AGREE = "agree"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class Part(StrEnum):
    """What somebody is to it."""

    ASKER = "asker"
    """Whose leave or swap it is."""
    OTHER = "other"
    """With whom they swap."""
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Reply:
    """One row of the table."""

    answer: Answer
    sources: frozenset[Asked]
    target: Asked
    parts: frozenset[Part]
    """Who may."""
    done: str
    """The fact's word for it."""
    needs_reason: bool = False


_A, _P = Asked, Part
_OPEN = frozenset({_A.ASKED, _A.AGREED})

LEAVE_REPLIES: tuple[Reply, ...] = (
    Reply(Answer.APPROVE, frozenset({_A.ASKED}), _A.APPROVED, frozenset({_P.MANAGER}), "approved"),
    Reply(Answer.REFUSE, frozenset({_A.ASKED}), _A.REFUSED, frozenset({_P.MANAGER}), "refused", needs_reason=True),
    Reply(
        Answer.WITHDRAW,
        frozenset({_A.ASKED, _A.APPROVED}),
        _A.WITHDRAWN,
        frozenset({_P.ASKER, _P.MANAGER}),
        "called-off",
    ),
)
SWAP_REPLIES: tuple[Reply, ...] = (
    Reply(Answer.AGREE, frozenset({_A.ASKED}), _A.AGREED, frozenset({_P.OTHER}), "agreed"),
    Reply(Answer.APPROVE, frozenset({_A.AGREED}), _A.APPROVED, frozenset({_P.MANAGER}), "approved"),
    Reply(Answer.REFUSE, _OPEN, _A.REFUSED, frozenset({_P.OTHER, _P.MANAGER}), "refused", needs_reason=True),
    Reply(Answer.WITHDRAW, _OPEN, _A.WITHDRAWN, frozenset({_P.ASKER}), "called-off"),
    Reply(
        Answer.WITHDRAW,
        frozenset({_A.APPROVED}),
        _A.WITHDRAWN,
        frozenset({_P.MANAGER}),
        "called-off",
        needs_reason=True,
    ),
)


def parts_of(one: Leave | Swap, person: str, *, manages: bool) -> frozenset[Part]:
    """What ``person`` is to it; ``manages``: they look after the rota."""
    found = {Part.MANAGER} if manages else set()
    if person and person == one.person:
        found.add(Part.ASKER)
    if isinstance(one, Swap) and person and person == one.other:
        found.add(Part.OTHER)
    return frozenset(found)


def replies(one: Leave | Swap, parts: frozenset[Part]) -> list[Reply]:
    """What somebody who is ``parts`` to it may say now."""
    table = SWAP_REPLIES if isinstance(one, Swap) else LEAVE_REPLIES
    return [reply for reply in table if one.state in reply.sources and not reply.parts.isdisjoint(parts)]


def reply_to(one: Leave | Swap, answer: Answer, parts: frozenset[Part], why: str = "") -> Reply:
    """The row that fits. Raises ``NotAllowed``, ``MissingField``."""
    possible = replies(one, parts)
    fitting = [reply for reply in possible if reply.answer is answer]
    if not fitting:
        raise NotAllowed(answer.value, one.state.value, [reply.answer.value for reply in possible])
    if fitting[0].needs_reason and not why.strip():
        raise MissingField(answer.value, "reason")
    return fitting[0]


def leave_after(leave: Leave, reply: Reply, who: str, at: int) -> Leave:
    """The leave after the reply."""
    return replace(leave, state=reply.target, decided_by=who, decided_at=at)


def swap_after(swap: Swap, reply: Reply, who: str, at: int) -> Swap:
    """The swap after the reply. Who agreed stays there beside who decided."""
    if reply.answer is Answer.AGREE:
        return replace(swap, state=reply.target, agreed_by=who, agreed_at=at)
    return replace(swap, state=reply.target, decided_by=who, decided_at=at)


def hindrance(swap: Swap, rota: Rota) -> Text | None:
    """Why the swap cannot be made as the rota stands; None when it can."""
    duty, back = rota.find(swap.duty), rota.find(swap.back) if swap.back else None
    if duty is None or duty.person != swap.person:
        return Text("这一班已经不是申请人的了", "that shift is no longer the asker's")
    if swap.back and (back is None or back.person != swap.other):
        return Text("换回的那一班已经不是对方的了", "the shift given in return is no longer the other person's")
    return _hindered(rota, swap.other, duty, swap.back) or (
        _hindered(rota, swap.person, back, swap.duty) if back is not None else None
    )


def _hindered(rota: Rota, taker: str, duty: Duty, given_away: str) -> Text | None:
    """Whether ``taker`` cannot come to ``duty``: in two places at once, or away."""
    name = rota.people[taker].name if taker in rota.people else taker
    if any(
        one.person == taker and one.since < duty.end and one.until > duty.start and one.state is Asked.APPROVED
        for one in rota.leave.values()
    ):
        return Text(f"{name} 那时请假", f"{name} is on leave then")
    others = rota.duties(duty.start, duty.end, person=taker)
    if any(other.key not in (given_away, duty.key) for other in others):
        return Text(f"{name} 那时已有班", f"{name} is on duty then already")
    return None

"""The review as people write, finish and check it, and the measures that come of it: each with its fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.review import Measure, Review, carry_out, finish, write
from facility.text import Text
from facility.work_order import Action, MissingField, Order, WorkOrder, steps_from, take
from facility.work_order import State as OrderState
from response.review_case import Case, gather
from response.review_draft import REVIEW, body, digest
from storage.records.port import NotFound, Unit

LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The part of a report that is people's."""

    happened: str
    lacked: str
    effect: str = ""


def write_review(unit: Unit, noun: str, subject: int, said: Written, *, who: str, at: int) -> Review:
    """The words as they are now. Raises ``NotAllowed`` once it is finished, ``NotFound``, ``Conflict``."""
    case = gather(unit, noun, subject)
    kept = case.review if case.review.id else unit.reviews.add(case.review)
    after = unit.reviews.update(write(kept, who, at, happened=said.happened, lacked=said.lacked, effect=said.effect))
    _tell(unit, case, "review-written", who, at)
    return after


def finish_review(unit: Unit, noun: str, subject: int, *, who: str, at: int) -> Review:
    """Kept as it is shown; the order's review is done and its clock stops.

    Raises ``NotAllowed`` while the emergency goes on or when it is finished, ``MissingField`` while words are missing.
    """
    case = gather(unit, noun, subject)
    if case.over is None:
        why = Text(
            "事件和工单都结束后才能完成复盘", "a review is finished once the incident and its work order are over"
        )
        raise NotAllowed("finish", "open", ["write"], why)
    text = body(case)
    after = finish(case.review, who, at, body=text, digest=digest(text))
    kept = unit.reviews.update(after) if after.id else unit.reviews.add(after)
    if case.order is not None:
        _review_order(unit, case.order, who, at)
    _tell(unit, case, "review-finished", who, at, data={"digest": kept.digest, "bytes": len(text.encode())})
    return kept


def _review_order(unit: Unit, order: WorkOrder, who: str, at: int) -> None:
    """The order's own REVIEW step, where its table has one now."""
    if order.state is OrderState.REVIEWED or all(step.action is not Action.REVIEW for step in steps_from(order)):
        return
    after = unit.work_orders.update(
        take(order, Order(action=Action.REVIEW, who=who, at=at, reason="review report finished"), point_normal=None)
    )
    fact = Fact(
        at=at,
        noun="work-order",
        subject=str(order.id),
        what="reviewed",
        before=order.state.value,
        after=after.state.value,
        why="review report finished",
        who=who,
        data={"clock": REVIEW},
    )
    unit.facts.append(fact)


Check = Literal["unfinished", "true", "changed"]


def check(unit: Unit, case: Case) -> Check:
    """Whether the report as kept is what was shown when it was finished: its bytes against the fact's hash."""
    review = case.review
    if review.finished is None:
        return "unfinished"
    facts = [fact for fact in unit.facts.of("review", f"{case.noun}/{case.subject}") if fact.what == "review-finished"]
    said = str(facts[-1].data.get("digest", "")) if facts else ""
    return "true" if digest(review.body) == review.digest == said else "changed"


def add_measure(unit: Unit, noun: str, subject: int, *, text: str, owner: str, due: int, who: str, at: int) -> Measure:
    """Raises ``MissingField``, ``FieldRefused``, ``NotAllowed`` once the report is finished, ``NotFound``."""
    case = gather(unit, noun, subject)
    if case.review.finished is not None:
        raise NotAllowed("add-measure", "finished", [])
    for field, given in (("text", text), ("owner", owner)):
        if not given.strip():
            raise MissingField("add-measure", field)
    _check_owner(unit, owner)
    if due <= at:
        raise FieldRefused("add-measure", "due", Text("须是今后的日期", "this must be a day that is still to come"))
    made = unit.reviews.add_measure(
        Measure(
            noun=case.noun, subject=case.subject, text=text.strip(), owner=owner, due=due, created=at, created_by=who
        )
    )
    data = {"measure": made.id, "text": made.text, "owner": owner, "due": due}
    _tell(unit, case, "measure-added", who, at, data=data)
    return made


def _check_owner(unit: Unit, owner: str) -> None:
    try:
        usable = unit.people.get(owner).disabled is None
    except NotFound:
        usable = False
    if not usable:
        raise FieldRefused("add-measure", "owner", Text("须是有效的账号", "this must be an account that can sign in"))


def measure_done(unit: Unit, number: int, *, note: str, who: str, at: int) -> Measure:
    """Raises ``NotAllowed``, ``MissingField``, ``NotFound``, ``Conflict``."""
    after = unit.reviews.update_measure(carry_out(unit.reviews.measure(number), who, at, note))
    data: dict[str, Any] = {"measure": number, "due": after.due, "late": after.late_at(at)}
    fact = Fact(
        at=at,
        noun="review",
        subject=f"{after.noun}/{after.subject}",
        what="measure-done",
        why=after.note,
        who=who,
        data=data,
    )
    unit.facts.append(fact)
    return after


def _tell(unit: Unit, case: Case, what: str, who: str, at: int, *, data: dict[str, Any] | None = None) -> None:
    unit.facts.append(
        Fact(at=at, noun="review", subject=f"{case.noun}/{case.subject}", what=what, who=who, data=data or {})
    )

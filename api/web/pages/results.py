"""Results: what was done last, and one with its findings, corrections, work and its fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Reader
from api.acting import write
from api.context import Context, context_of
from api.result_room import deciding, done_before, result_room
from api.routes.results import DutyActor, file_of_result
from api.web.page import Page, reading
from facility.alert_life import FieldRefused
from facility.clause import CLAUSES
from facility.duty import Duty, Target
from facility.inspection import Finding, Outcome, Result
from facility.occurrence import Occurrence
from facility.person import Right
from facility.text import Text
from facility.work_order import WorkOrder
from inspections.asked import name_of
from inspections.duty_known import duty_known
from inspections.retests import original, retest_key
from inspections.work import cause_of, order_for
from storage.records.port import NotFound, Unit, WorkOrderFilter
from storage.records.results import ResultFilter

router = APIRouter(prefix="/results")
Given = Annotated[Context, Depends(context_of)]
FAILED_NOT = Text("这一项没有不合格", "did not fail; allowed: a line that failed")
NO_CLASS = Text("这项职责没有设定工单类别", "belongs to a duty that names no class of work")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The list's filters as they stand in the address."""

    duty: str = ""
    asset: str = ""
    outcome: str = ""

    def query(self, **changed: str) -> str:
        """An address with some of them changed."""
        wanted = {"duty": self.duty, "asset": self.asset, "outcome": self.outcome} | changed
        return "/results?" + urlencode({name: value for name, value in wanted.items() if value})


@router.get("")
def show_list(
    *,
    request: Request,
    visitor: Reader,
    duty: str = "",
    asset: str = "",
    outcome: str = "",
    cursor: str | None = None,
) -> Response:
    """What was done last first."""
    asked = Asked(duty=duty, asset=asset, outcome=outcome if outcome in [*Outcome] else "")
    wanted = ResultFilter(
        duties=(duty,) if duty else (),
        assets=(asset,) if asset else (),
        outcomes=(Outcome(asked.outcome),) if asked.outcome else (),
    )
    with reading(request, visitor) as page:
        try:
            found = page.unit.results.find(wanted, cursor, 50)
        except ValueError:
            return RedirectResponse("/results", 303)
        duties = page.context.duties()
        return page.render(
            "results.html",
            rows=found.rows,
            cursor=found.cursor,
            asked=asked,
            duties=duties,
            outcomes=[*Outcome],
            target_name=lambda target: page.look.say(name_of(result_room(page.context, page.unit), target)),
        )


@router.get("/{number}")
def show(request: Request, visitor: Reader, number: int) -> Response:
    """One result."""
    with reading(request, visitor) as page:
        return page.render("result.html", **_shown(page, page.unit.results.get(number)))


def _shown(page: Page, result: Result) -> dict[str, Any]:
    unit, newest = page.unit, deciding(page.unit, result)
    duty = known(page, result)
    facts = unit.facts.of("result", str(result.id))
    actor = page.look.visitor.actor if page.look.visitor else None
    mine = actor is not None and actor.id == result.who
    return {
        "result": result,
        "duty": duty,
        "checks": {check.id: check for check in duty.checks} if duty else {},
        "clause": CLAUSES.get(duty.clause) if duty else None,
        "newest": newest if newest.id != result.id else None,
        "history": chain(unit, result),
        "before": done_before(unit, result),
        "owed": unit.occurrences.some([result.occurrence]).get(result.occurrence) if result.occurrence else None,
        "retest": retest_of(unit, result),
        "retests": unit.results.retests(original(unit, result).id),
        "target": page.look.say(name_of(result_room(page.context, unit), result.target)),
        "facts": facts,
        "work": {one.check: order for one in failed(result) if (order := open_work(unit, result, one)) is not None},
        "may_open": newest.id == result.id
        and page.look.may(Right.DO_DUTIES)
        and duty is not None
        and bool(duty.fail_order),
        "may_correct": newest.id == result.id
        and (page.look.may(Right.CORRECT_RESULTS) or (mine and page.look.may(Right.DO_DUTIES))),
        "fail": Outcome.FAIL,
    }


def retest_of(unit: Unit, result: Result) -> Occurrence | None:
    """What is owed because it failed, or was before a correction said that it had not."""
    try:
        return unit.occurrences.by_key(retest_key(result.duty, result.target, original(unit, result).id))
    except NotFound:
        return None


def known(page: Page, result: Result) -> Duty | None:
    """By the version that it was made under; None where that is kept nowhere."""
    try:
        return duty_known(page.unit, page.context.duties(), result.duty, result.duty_version)
    except NotFound:
        return None


def chain(unit: Unit, result: Result) -> list[Result]:
    """What was first submitted, and each correction of it."""
    found = [original(unit, result)]
    while newer := unit.results.corrections(found[-1].id):
        found.append(newer[-1])
    return found


def failed(result: Result) -> list[Finding]:
    """Lines that failed, each once."""
    return list({one.check: one for one in reversed(result.findings) if one.outcome is Outcome.FAIL}.values())[::-1]


def open_work(unit: Unit, result: Result, one: Finding) -> WorkOrder | None:
    """The order that somebody works on for it."""
    cause = cause_of(result.duty, result.target, one.check)
    return next(iter(unit.work_orders.find(WorkOrderFilter(open=True, source_of=cause), limit=1).rows), None)


@router.get("/{number}/files/{sha256}")
def show_file(visitor: Reader, context: Given, number: int, sha256: str, *, small: bool = False) -> Response:
    """A photo of this result."""
    del visitor
    with context.records.read() as unit:
        return file_of_result(unit, number, sha256, small=small)


@router.post("/{number}/order")
def open_order(
    *, visitor: DutyActor, context: Given, number: int, check: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Work for a line that failed: the one that is open already, or a new one."""
    now = context.clock()

    def do(unit: Unit) -> WorkOrder:
        result, room = unit.results.get(number), result_room(context, unit)
        line = next((one for one in failed(result) if one.check == check), None)
        if line is None:
            raise FieldRefused("open", "check", FAILED_NOT)
        duty = duty_known(unit, room.duties, result.duty, result.duty_version)
        if not duty.fail_order or room.opener is None:
            raise FieldRefused("open", "check", NO_CLASS)
        name = name_of(room, result.target)
        target = Target(id=result.target, asset=result.asset, zone=result.zone, name=name, since=0)
        return room.opener(unit, room.register, order_for(duty, target, line, now), visitor.actor.id, now)

    return RedirectResponse(f"/work-orders/{write(context, do).id}", 303)

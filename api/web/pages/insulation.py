"""Insulation: every box with its last test and how long that is valid, and one box with its circuits over the years."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.insulation import boxes, insulation_duties, one_box
from api.web.insulation_chart import HIGH, WIDE, chart
from api.web.page import reading
from facility.clause import CLAUSES
from facility.insulation import FEWEST, State
from facility.person import Right
from storage.records.occurrences import OccurrenceFilter

router = APIRouter(prefix="/insulation")


@router.get("")
def show_list(request: Request, visitor: Reader, state: str = "") -> Response:
    """The worst first."""
    with reading(request, visitor) as page:
        duties = page.context.duties()
        found = boxes(page.unit, duties, page.register, page.look.now)
        return page.render(
            "insulation.html",
            boxes=[box for box in found if state in ("", box.state.value)],
            counts=Counter(box.state.value for box in found),
            states=[*State],
            state=state if state in [*State] else "",
            duties=insulation_duties(duties),
            clause=CLAUSES.get("EQ-2"),
        )


@router.get("/{asset}")
def show(request: Request, visitor: Reader, asset: str) -> Response:
    """One box."""
    with reading(request, visitor) as page:
        unit, register = page.unit, page.register
        box = one_box(unit, page.context.duties(), register, asset, page.look.now)
        owed = OccurrenceFilter(duties=(box.duty.id,), targets=(asset,), open=True)
        points = [
            one for one in register.points.values() if one.asset == asset and one.quantity == "insulation_resistance"
        ]
        return page.render(
            "insulation_box.html",
            box=box,
            charts={(one.name, one.phase): chart(one, page.look.now) for one in box.circuits},
            owed=unit.occurrences.find(owed, limit=3, soonest=True).rows,
            points=[(one, page.context.readings.last([one.id]).get(one.id)) for one in points],
            may_do=page.look.may(Right.DO_DUTIES),
            clause=CLAUSES.get(box.duty.clause),
            fewest=FEWEST,
            wide=WIDE,
            high=HIGH,
        )

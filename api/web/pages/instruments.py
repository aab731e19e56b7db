"""Instruments: what people measure with, and what is due for calibration."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.web.page import reading
from facility.instant import DAY
from facility.instrument import Instrument

router = APIRouter(prefix="/instruments")
SOON = 60 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One instrument and what is to be said of it."""

    one: Instrument
    state: str
    """ended · soon · good · unknown"""
    asked_by: tuple[str, ...]
    """Titles of the duties whose checklists ask for its kind."""


def state_of(one: Instrument, now: int) -> str:
    """By its calibration."""
    if one.calibration_due is None:
        return "unknown"
    if not one.in_calibration(now):
        return "ended"
    return "soon" if one.calibration_due - now < SOON else "good"


@router.get("")
def show_list(request: Request, visitor: Reader) -> Response:
    """What is over first, then what ends next."""
    with reading(request, visitor) as page:
        asked: dict[str, list[str]] = {}
        for duty in page.context.duties().values():
            if not visitor.scope.sees(*duty.clauses):
                continue
            for kind in {check.instrument for check in duty.checks if check.instrument}:
                asked.setdefault(kind, []).append(page.look.say(duty.title))
        found = sorted(page.register.instruments.values(), key=lambda one: (one.calibration_due or 0, one.id))
        rows = [
            Row(one=one, state=state_of(one, page.look.now), asked_by=tuple(asked.get(one.kind, ()))) for one in found
        ]
        missing = {kind: titles for kind, titles in asked.items() if all(one.kind != kind for one in found)}
        return page.render("instruments.html", rows=rows, missing=missing)

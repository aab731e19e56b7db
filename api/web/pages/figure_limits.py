"""What alarm figures are held to, as a form: who changed it last, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Keeper
from api.acting import LONGEST_TEXT, write
from api.context import context_of
from api.figures import NOTE, limits_now, set_limits
from api.problems import Problem
from api.web.languages import N_
from api.web.page import Page
from facility.alarm_limits import AlarmLimits, changed
from facility.fact import Fact
from facility.instant import duration, duration_text
from storage.records.port import Unit

router = APIRouter(prefix="/figures")
LABELS = {
    "day_good": N_("Alarms a day: acceptable"),
    "day_most": N_("Alarms a day: at most"),
    "ten_good": N_("Alarms in ten minutes: acceptable"),
    "ten_most": N_("Alarms in ten minutes: at most"),
    "peak_most": N_("The most in any ten minutes: at most"),
    "flood_opens": N_("A flood begins with more than so many in ten minutes"),
    "flood_closes": N_("and ends with fewer than"),
    "flood_share": N_("Part of the time in flood, in per cent"),
    "worst_share": N_("Part of the ten worst points, in per cent"),
    "chatter_raises": N_("Chatter: so many times"),
    "chatter_within": N_("within"),
    "stale_after": N_("Stale after"),
    "stale_most": N_("Fewer stale ones than"),
    "share_critical": N_("Part with the highest priority, in per cent"),
    "share_high": N_("Part with high priority, in per cent"),
    "share_medium": N_("Part with medium priority, in per cent"),
}
DURATIONS = ("chatter_within", "stale_after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One limit in the form."""

    name: str
    label: str
    text: str
    usual: str
    """What the standards say."""


def fields(limits: AlarmLimits) -> list[Field]:
    """All of them, as a person writes them."""
    now, usual = asdict(limits), asdict(AlarmLimits())
    return [
        Field(name=name, label=label, text=_text(name, now[name]), usual=_text(name, usual[name]))
        for name, label in LABELS.items()
    ]


def _text(name: str, value: Any) -> str:
    if name in DURATIONS:
        return duration_text(value)
    return f"{value * 100:g}" if isinstance(value, float) else str(value)


def last_change(page: Page) -> Fact | None:
    """Who changed them last, when and why."""
    return next(reversed(page.unit.facts.of("system", NOTE)), None)


@router.post("/limits")
async def change(request: Request, visitor: Keeper) -> Response:
    """Those that differ. What is not possible is named on the page, and nothing is changed."""
    context, form = context_of(request), await request.form()
    entered = {name: str(form.get(name, "")).strip() for name in LABELS}
    why = str(form.get("reason", "")).strip()[:LONGEST_TEXT]
    try:
        given = _given(entered, why)
        write(context, lambda unit: _set(unit, given, visitor.actor, context.clock(), why))
    except (ValueError, Problem) as error:
        wrong = (error.detail if isinstance(error, Problem) else str(error)).partition(":")[0]
        return RedirectResponse(f"/figures?{urlencode({'wrong': wrong})}#limits", 303)
    return RedirectResponse("/figures#limits", 303)


def _given(entered: Mapping[str, str], why: str) -> dict[str, float]:
    """As numbers. Raises ``ValueError`` that names the field."""
    if not why:
        raise ValueError("reason: empty")
    given = {name: _number(name, text) for name, text in entered.items() if text}
    changed(AlarmLimits(), given)
    return given


def _number(name: str, text: str) -> float:
    try:
        if name in DURATIONS:
            return duration(text)
        return float(text) / 100 if isinstance(getattr(AlarmLimits(), name), float) else float(text)
    except ValueError:
        raise ValueError(f"{name}: {text!r}") from None


def _set(unit: Unit, given: Mapping[str, float], actor: Any, at: int, why: str) -> None:
    now = asdict(limits_now(unit))
    set_limits(unit, {name: value for name, value in given.items() if now[name] != value}, actor, at, why)

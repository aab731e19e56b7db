"""The list of alerts, and one alert: a sentence, the chart around the moment, what may be done, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import AlertActor, Reader
from api.acting import LONGEST_TEXT, longest_shelf, take_alert, write
from api.context import Context, context_of
from api.limits import set_value
from api.routes.alerts import zones_below
from api.web.languages import N_, translations
from api.web.look import language_of
from api.web.page import Page, reading
from api.web.pages.board import alert_rows, raised_by
from api.web.values import amount, number, unit_of
from api.web.words import ALERT_STATES
from facility.alert import Alert, AlertAction, Severity
from facility.alert_life import STEP_OF, Wish, alert_actions
from facility.clause import CLAUSES
from facility.door_check import DoorCheck
from facility.door_telling import short
from facility.instant import HOUR, MINUTE
from facility.person import Right
from facility.self_alert import KINDS
from inspections.missing import MISSED, what_to_do
from rules.links import LINK_RULE
from storage.records.permissions import FindingFilter
from storage.records.port import AlertFilter

router = APIRouter(prefix="/alerts")
Given = Annotated[Context, Depends(context_of)]
STATES = tuple(ALERT_STATES)
SHELVES = tuple(n * MINUTE for n in (15, 30, 60, 120, 240, 480))
"""How long the form offers to shelve: at most one shift."""
OWN_PLACE = (AlertAction.ACKNOWLEDGE, AlertAction.COMMENT)
"""Actions with a form of their own; the others are buttons in a row."""

REASONS = {
    "real": ("real", ""),
    "false-nothing": ("false", N_("nothing found on site")),
    "false-instrument": ("false", N_("instrument or wiring")),
    "test": ("test", ""),
    "seen": ("", ""),
}
"""What the buttons say: (finding, the reason that stands, in the person's language, when none is written)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The list's filters as they stand in the address."""

    show: str = "open"
    severity: str = ""
    state: str = ""
    zone: str = ""
    rule: str = ""
    point: str = ""
    asset: str = ""

    def query(self, **changed: str) -> str:
        """An address with some of them changed; empty ones left out."""
        values = {name: getattr(self, name) for name in self.__slots__} | changed
        kept = {name: value for name, value in values.items() if value and not (name == "show" and value == "open")}
        return f"/alerts?{urlencode(kept)}" if kept else "/alerts"

    def filter(self, page: Page) -> AlertFilter:
        """What the store is asked."""
        return AlertFilter(
            open=True if self.show == "open" else None,
            severities=(Severity(int(self.severity)),) if self.severity in ("1", "2", "3", "4") else (),
            states=(self.state,) if self.state in STATES else (),
            zones=zones_below(page.register, [self.zone]) if self.zone else (),
            rules=(self.rule,) if self.rule else (),
            points=(self.point,) if self.point else (),
            assets=(self.asset,) if self.asset else (),
        )


@router.get("")
def show_list(
    *,
    request: Request,
    visitor: Reader,
    show: str = "open",
    severity: str = "",
    state: str = "",
    zone: str = "",
    rule: str = "",
    point: str = "",
    asset: str = "",
    cursor: str | None = None,
) -> Response:
    """Filters stand in the address, so that a list can be shared."""
    asked = Asked(show=show, severity=severity, state=state, zone=zone, rule=rule, point=point, asset=asset)
    with reading(request, visitor) as page:
        wanted = asked.filter(page)
        try:
            found = page.unit.alerts.find(wanted, cursor, 50)
        except ValueError:
            return RedirectResponse(asked.query(), 303)
        rows = alert_rows(page, found.rows)
        if asked.show != "open":
            rows.sort(key=lambda row: -row.alert.id)
        return page.render(
            "alerts.html",
            rows=rows,
            asked=asked,
            total=page.unit.alerts.count(wanted),
            cursor=found.cursor,
            rules=sorted((*page.context.book(), *LINK_RULE.values()), key=lambda r: r.id),
            states=STATES,
        )


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One alert."""
    with reading(request, visitor) as page:
        alert = page.unit.alerts.get(number)
        row = alert_rows(page, [alert])[0]
        rule = page.context.book().rules.get(alert.rule) or LINK_RULE.get(alert.rule)
        return page.render(
            "alert.html",
            row=row,
            alert=alert,
            rule=rule,
            clause=CLAUSES.get(alert.clause),
            point=page.register.points.get(alert.point),
            device=_device(page, alert),
            limits=_limits(page, alert),
            chart=_window(page, alert),
            facts=page.unit.facts.of("alert", str(number)),
            before=_before(page, alert),
            order=page.unit.work_orders.get(alert.work_order) if alert.work_order else None,
            raised_by=raised_by(page, alert),
            urgent=page.context.book().rules.get(alert.raised_by),
            door_check=_door_check(page, alert),
            self_alert=KINDS.get(alert.rule),
            missed_duty=what_to_do(page.context.duties(), alert) if alert.rule == MISSED else None,
            door_cards=_door_cards(page, alert),
            may_act=page.look.may(Right.ACT_ON_ALERTS),
            steps=[STEP_OF[action] for action in alert_actions(alert) if action not in OWN_PLACE],
            shelves=[span for span in SHELVES if span <= longest_shelf(page.context.book(), alert)],
            watched=[alert.point],
        )


def _door_check(page: Page, alert: Alert) -> DoorCheck | None:
    """What looks for such a thing at doors; None of an alert that is about something else."""
    checks = page.context.door_checks().values() if alert.asset else ()
    return next((check for check in checks if check.alert_rule == alert.rule), None)


def _door_cards(page: Page, alert: Alert) -> list[str]:
    """Pseudonyms of the cards that it is about, as long as they are kept; the newest first."""
    if _door_check(page, alert) is None:
        return []
    rows = page.unit.door_findings.find(FindingFilter(doors=(alert.asset,), since=alert.started), limit=200).rows
    return list(dict.fromkeys(short(one.credential) for one in rows if one.alert == alert.id and one.credential))


def _device(page: Page, alert: Alert) -> object:
    point = page.register.points.get(alert.point)
    return page.register.devices.get(point.device) if point else None


def _limits(page: Page, alert: Alert) -> dict[str, str]:
    """Set value as it was when it started, and the distance from the limit, in words with unit."""
    point, found = page.register.points.get(alert.point), {}
    if point is not None:
        rule = page.context.book().rules.get(alert.rule)
        set_to = set_value(rule, point, page.register, alert.started) if rule else None
        if set_to is not None:
            found["set"] = f"{number(point, set_to, page.look.language)} {unit_of(point)}".strip()
    for name, value in (("low", alert.low), ("high", alert.high)):
        if value is not None:
            found[name] = amount(value, alert.unit, point, page.look.language)
    return found


def _window(page: Page, alert: Alert) -> tuple[int, int]:
    """An hour before it started to an hour after it ended, or to now."""
    end = alert.ended if alert.ended is not None else page.look.now
    return alert.started - HOUR, max(min(end + HOUR, page.look.now + MINUTE), alert.started + HOUR)


def _before(page: Page, alert: Alert) -> list[Alert]:
    found = page.unit.alerts.find(AlertFilter(points=(alert.point,)), limit=12).rows
    return [other for other in found if other.id != alert.id][:10]


@router.post("/{number}/{action}")
def act(
    *,
    request: Request,
    visitor: AlertActor,
    context: Given,
    number: int,
    action: AlertAction,
    said: Annotated[str, Form(max_length=40)] = "seen",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    shelve_for: Annotated[int, Form(alias="for", ge=0)] = 0,
    back: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """One step of the table. For an acknowledgement the button says what was found."""
    finding, usual = REASONS.get(said, REASONS["seen"]) if action is AlertAction.ACKNOWLEDGE else ("", "")
    stands = translations(language_of(request, visitor)).gettext(usual) if usual else ""
    now = context.clock()
    wish = Wish(
        action=action,
        who=visitor.actor.id,
        at=now,
        reason=reason.strip() or stands,
        until=now + shelve_for if action is AlertAction.SHELVE else None,
    )
    write(context, lambda unit: take_alert(unit, number, visitor.actor, wish, finding, book=context.book()))
    return RedirectResponse("/" if back == "board" else f"/alerts/{number}", 303)

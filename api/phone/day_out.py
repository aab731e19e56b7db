"""What a phone takes along: everything that the person may need today where there is no signal, in both languages."""

from __future__ import annotations

from typing import Any

from api.context import Context
from api.discreet import as_seen_by
from api.phone.day import Day
from api.phone.shapes import both, duty_out, lines_out, result_out, sealed, text_out
from facility.guest import DOCUMENTS, short_name
from facility.occurrence import Occurrence
from facility.person import Actor, Right
from facility.round import Round
from facility.text import Text
from facility.visit import OPEN
from facility.work_order import WorkOrder
from inspections.rounds.taking import rounds_of
from storage.records.port import Unit
from storage.records.visits import VisitFilter


def day_of(context: Context, unit: Unit, actor: Actor, now: int) -> dict[str, Any]:
    """As JSON."""
    day = Day(context, unit, actor, now)
    site = context.site(day.register)
    return {
        "account": actor.id,
        "name": actor.name,
        "role": actor.role.value if actor.role else "",
        "at": now,
        "site": {"id": site.id, "name": text_out(site.name), "zone": site.timezone},
        "teams": list(day.teams),
        "people": [{"account": one.id, "name": one.name} for one in unit.people.accounts() if one.disabled is None],
        "occurrences": [occurrence_out(day, one, mine=mine) for one, mine in day.occurrences],
        "duties": _duties(day),
        "last": _last(day),
        "places": _places(day),
        "codes": {sealed(one.code): {"zone": one.zone, "asset": one.asset} for one in day.codes},
        "instruments": [
            {
                "id": one.id,
                "kind": one.kind,
                "name": text_out(one.name),
                "serial": one.serial,
                "due": one.calibration_due,
            }
            for one in day.register.instruments.values()
        ],
        "orders": [order_out(day, one) for one in day.orders],
        "alerts": _alerts(day),
        "rounds": [round_out(day, one) for one in _next_rounds(day)],
        "checkpoints": _checkpoints(day),
        "gate": _gate(day),
    }


def occurrence_out(day: Day, one: Occurrence, *, mine: bool) -> dict[str, Any]:
    """One thing that is owed."""
    return {
        "id": one.id,
        "duty": one.duty,
        "duty_key": _key(one),
        "version": one.duty_version,
        "clause": one.clause,
        "target": one.target,
        "asset": one.asset,
        "zone": one.zone,
        "name": text_out(day.name(one.zone, one.asset)),
        "place": text_out(day.place(one.zone, one.asset)),
        "opens": one.opens,
        "due": one.due,
        "until": one.until,
        "missed": one.missed_at,
        "standing": one.standing.value,
        "team": one.team,
        "assignee": one.assignee,
        "mine": mine,
    }


def _key(one: Occurrence) -> str:
    return f"{one.duty}/{one.duty_version}"


def _duties(day: Day) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one, _ in day.occurrences:
        if _key(one) not in found and (duty := day.duty(one)) is not None:
            found[_key(one)] = duty_out(duty)
    return found


def _last(day: Day) -> dict[str, Any]:
    """By duty and target, of all that is owed."""
    wanted = {(one.duty, one.target): one for one, _ in day.occurrences}
    found: dict[str, Any] = {}
    for (duty, target), one in wanted.items():
        result = day.unit.results.last(duty, target, day.now + 1)
        known = day.duty(one)
        if result is not None:
            found[f"{duty}/{target}"] = {
                "title": text_out(known.title if known else Text(duty, duty)),
                **result_out(result),
            }
    return found


def _places(day: Day) -> dict[str, Any]:
    """Those of the day, and those that have a code: what else may be scanned."""
    pairs = {(one.zone, one.asset) for one, _ in day.occurrences} | {(one.zone, one.asset) for one in day.orders}
    pairs |= {(one.zone, one.asset) for one in day.codes}
    return {
        asset or zone: {
            "name": text_out(day.name(zone, asset)),
            "place": text_out(day.place(zone, asset)),
            "zone": zone,
        }
        for zone, asset in sorted(pairs)
        if asset or zone
    }


def order_out(day: Day, order: WorkOrder) -> dict[str, Any]:
    """An order as it can be worked on without a signal."""
    clock, work = order.next_due(), day.context.book().classes.get(order.kind)
    return {
        "id": order.id,
        "title": text_out(order.title),
        "place": text_out(day.place(order.zone, order.asset)),
        "zone": order.zone,
        "asset": order.asset,
        "severity": int(order.severity),
        "severity_word": both("severity", str(int(order.severity))),
        "state": order.state.value,
        "limit": text_out(order.limit),
        "value": order.value,
        "unit": order.unit,
        "description": order.description,
        "due": clock.due if clock else None,
        "checks": lines_out(work.checklist if work else ()),
    }


def _next_rounds(day: Day) -> list[Round]:
    """What goes on, and of each route that comes the next one: a night has dozens."""
    found: dict[tuple[str, int], Round] = {}
    for one in rounds_of(day.unit, day.teams, day.now):
        key = (one.route, one.id if one.begun is not None else 0)
        if key not in found or one.start < found[key].start:
            found[key] = one
    return sorted(found.values(), key=lambda one: (one.start, one.id))


def round_out(day: Day, one: Round) -> dict[str, Any]:
    """A round that goes on, or comes soon, with its points in their order."""
    return {
        "id": one.id,
        "name": text_out(one.name),
        "state": one.state.value,
        "start": one.start,
        "due": one.due,
        "closes": one.closes,
        "stops": [
            {
                "point": stop.point,
                "name": text_out(day.name(stop.zone, stop.asset)),
                "due": stop.due,
                "status": stop.status.value,
            }
            for stop in one.stops
        ],
    }


def _checkpoints(day: Day) -> dict[str, Any]:
    """Asset → its checkpoint, with what is asked there. Their tags stay with the server."""
    found: dict[str, Any] = {}
    for stop in day.register.stops.values():
        point = day.register.points.get(stop.point)
        if point is not None:
            found[point.asset] = {
                "point": stop.point,
                "name": text_out(day.name("", point.asset)),
                "asks": list(stop.asks),
            }
    return found


def _alerts(day: Day) -> list[dict[str, Any]]:
    """Open ones at places that the phone knows."""
    things = [one for one, _ in day.occurrences], day.orders, day.codes
    places = {name for some in things for one in some for name in (one.asset, one.zone)}
    return [
        {
            "id": one.id,
            "title": text_out(one.title),
            "severity": int(one.severity),
            "asset": one.asset,
            "zone": one.zone,
            "since": one.started,
        }
        for one in as_seen_by(day.actor, day.unit).alerts.open_ones()
        if places & {one.asset, one.zone} - {""}
    ]


def _gate(day: Day) -> dict[str, Any] | None:
    """For whoever lets people in: who is expected and who is here, by as little of the name as tells them apart."""
    if not day.actor.may(Right.REGISTER_VISITS):
        return None
    visits = day.unit.visits.all(VisitFilter(states=tuple(OPEN)))
    guests = day.unit.visits.guests([one.id for one in visits])
    return {
        "visits": [
            {
                "id": one.id,
                "state": one.state.value,
                "guest": short_name(guests[one.id].name) if one.id in guests else "",
                "badge": one.badge_label,
                "expected": one.expected,
                "until": one.until,
            }
            for one in visits
        ],
        "zones": [{"id": one.id, "name": text_out(one.name)} for one in day.register.zones.values()],
        "documents": [{"id": one, "text": both("document", one)} for one in DOCUMENTS],
    }

"""What a phone takes along: everything that the person may need today where there is no signal, in both languages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from api.context import Context
from api.web.languages import translations
from api.web.words import WORDS
from facility.duty import Duty, DutyCheck
from facility.inspection import Result
from facility.instant import DAY
from facility.occurrence import Occurrence, Standing
from facility.person import Actor
from facility.place_code import PlaceCode
from facility.register import Register
from facility.rota_entries import Person
from facility.round import Round
from facility.text import Text
from facility.work_order import WorkOrder
from inspections.duty_known import duty_known
from inspections.rounds.taking import rounds_of
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import NotFound, Unit, WorkOrderFilter

MINE, OTHERS = 300, 300
"""So many occurrences at most: what is owed first comes first."""
MOST_ORDERS = 100
MADE_UP = 3 * DAY
"""What was missed can be made up for; so long it is shown."""
_NOW = (Standing.OPEN, Standing.LATE)


@dataclass(frozen=True)
class Day:
    """One person's day out of one snapshot."""

    context: Context
    unit: Unit
    actor: Actor
    now: int

    @cached_property
    def register(self) -> Register:
        """What is in force."""
        return self.context.register(self.unit)

    @cached_property
    def person(self) -> Person | None:
        """In the rota."""
        return self.unit.rota.load().of_account(self.actor.id)

    @property
    def teams(self) -> tuple[str, ...]:
        """Whose work is mine as well."""
        return self.person.teams if self.person else ()

    @cached_property
    def occurrences(self) -> list[tuple[Occurrence, bool]]:
        """With whether it is mine; mine first, late before open, then what is due first."""
        found: dict[int, tuple[Occurrence, bool]] = {}
        for wanted, mine, most in self._wanted():
            for one in self.unit.occurrences.find(wanted, limit=most, soonest=True).rows:
                if one.standing is not Standing.MISSED or one.made_up is None:
                    found.setdefault(one.id, (one, mine and one.assignee in ("", self.actor.id)))
        return sorted(found.values(), key=lambda pair: (not pair[1], _urgency(pair[0]), pair[0].zone, pair[0].due))

    def _wanted(self) -> Iterable[tuple[OccurrenceFilter, bool, int]]:
        me, missed = (self.actor.id,), (Standing.MISSED,)
        yield OccurrenceFilter(standings=_NOW, assignees=me), True, MINE
        yield OccurrenceFilter(standings=missed, assignees=me, since=self.now - MADE_UP), True, MINE
        if self.teams:
            yield OccurrenceFilter(standings=_NOW, teams=self.teams), True, MINE
            yield OccurrenceFilter(standings=missed, teams=self.teams, since=self.now - MADE_UP), True, MINE
        yield OccurrenceFilter(standings=_NOW, teams=("",)), True, MINE
        yield OccurrenceFilter(standings=_NOW), False, OTHERS

    def duty(self, one: Occurrence) -> Duty | None:
        """By the version that it was planned by."""
        try:
            return duty_known(self.unit, self.context.duties(), one.duty, one.duty_version)
        except NotFound:
            return None

    def name(self, zone: str, asset: str) -> Text:
        """Of the asset, else of the zone, else of the property."""
        if asset in self.register.assets:
            return self.register.assets[asset].name
        if zone in self.register.zones:
            return self.register.zones[zone].name
        return self.context.site(self.register).name

    def place(self, zone: str) -> Text:
        """The way down to the zone."""
        path = [one.name for one in self.register.zone_path(zone)]
        return Text(" › ".join(one.say("zh") for one in path), " › ".join(one.say("en") for one in path))

    @cached_property
    def codes(self) -> list[PlaceCode]:
        """The good ones."""
        return [one for one in self.unit.place_codes.all() if one.good]

    @cached_property
    def orders(self) -> list[WorkOrder]:
        """Open and mine, or my team's and nobody's."""
        find = self.unit.work_orders.find
        found = find(WorkOrderFilter(open=True, assignees=(self.actor.id,)), limit=MOST_ORDERS).rows
        if self.teams:
            of_team = find(WorkOrderFilter(open=True, teams=self.teams, assignees=("",)), limit=MOST_ORDERS).rows
            found = [*found, *(one for one in of_team if one not in found)]
        return sorted(found, key=lambda one: (int(one.severity), one.opened))


def _urgency(one: Occurrence) -> int:
    return {Standing.LATE: 0, Standing.MISSED: 1}.get(one.standing, 2)


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
        "codes": {_sealed(one.code): {"zone": one.zone, "asset": one.asset} for one in day.codes},
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
        "rounds": [round_out(day, one) for one in rounds_of(unit, day.teams, now)],
        "checkpoints": _checkpoints(day),
    }


def text_out(text: Text) -> dict[str, str]:
    """In both languages: it changes on the phone."""
    return {"zh": text.say("zh"), "en": text.say("en")}


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
        "place": text_out(day.place(one.zone)),
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


def duty_out(duty: Duty) -> dict[str, Any]:
    """What a phone needs of a duty to have it filled in and judged."""
    return {
        "id": duty.id,
        "version": duty.version,
        "clause": duty.clause,
        "title": text_out(duty.title),
        "do": text_out(duty.do),
        "people": duty.people,
        "fail_order": bool(duty.fail_order),
        "checks": [check_out(check) for check in duty.checks],
    }


def check_out(check: DutyCheck) -> dict[str, Any]:
    """One line of the checklist."""
    return {
        "id": check.id,
        "title": text_out(check.title),
        "kind": check.kind.value,
        "must": check.must,
        "unit": check.unit,
        "low": check.low,
        "high": check.high,
        "over_range": check.over_range,
        "per": text_out(check.per) if check.per else None,
        "choices": [{"id": id, "text": text_out(text), "outcome": outcome} for id, text, outcome in check.choices],
        "instrument": check.instrument,
        "photo_on_fail": check.photo_on_fail,
    }


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
                **_result(result),
            }
    return found


def _result(result: Result) -> dict[str, Any]:
    return {
        "target": result.target,
        "done": result.done,
        "who": result.who,
        "outcome": result.outcome.value,
        "findings": {
            f"{one.check}|{one.item}": {
                "check": one.check,
                "item": one.item,
                "outcome": one.outcome.value,
                "value": one.value,
                "unit": one.unit,
                "over_range": one.over_range,
                "text": one.text or one.choice,
            }
            for one in result.findings
        },
    }


def _places(day: Day) -> dict[str, Any]:
    """Those of the day, and those that have a code: what else may be scanned."""
    pairs = {(one.zone, one.asset) for one, _ in day.occurrences} | {(one.zone, one.asset) for one in day.orders}
    pairs |= {(one.zone, one.asset) for one in day.codes}
    return {
        asset or zone: {"name": text_out(day.name(zone, asset)), "place": text_out(day.place(zone)), "zone": zone}
        for zone, asset in sorted(pairs)
        if asset or zone
    }


def order_out(day: Day, order: WorkOrder) -> dict[str, Any]:
    """An order as it can be worked on without a signal."""
    clock, work = order.next_due(), day.context.book().classes.get(order.kind)
    return {
        "id": order.id,
        "title": text_out(order.title),
        "place": text_out(day.place(order.zone)),
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
        "checks": _checks(work.checklist if work else ()),
    }


def _sealed(code: str) -> str:
    """A phone knows a code again and cannot make one up: whoever was not there has nothing to type."""
    return hashlib.sha256(code.encode()).hexdigest()


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


def _checks(lines: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"id": one.id, "title": text_out(one.title), "must": one.must, "photo": one.photo} for one in lines]


def both(kind: str, stored: str) -> dict[str, str]:
    """A stored word in both languages."""
    said = WORDS[kind].get(stored, stored)
    return {language: translations(language).gettext(said) for language in ("zh", "en")}


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
        for one in day.unit.alerts.open_ones()
        if places & {one.asset, one.zone} - {""}
    ]

"""Duties after an event: a fact happens, and something is owed because of it, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from facility.cadence import after_event
from facility.duty import Duty, Target
from facility.duty_targets import targets
from facility.fact import Fact
from facility.register import Register
from inspections.duty_versions import keep
from inspections.planning import occurrence_of
from storage.records.kept import Kept, register_kept
from storage.records.port import NotFound, Unit

NAME = "duties after events"
NOUNS = frozenset({"work-order", "alert", "incident"})


@dataclass(frozen=True, slots=True)
class Where:
    """What a fact is about: of which kind, and where it happened."""

    kind: str
    asset: str
    zone: str


class AfterEvents:
    """``follow`` is a follower's handler (``response.following``): a fact that is handled twice asks for nothing more."""

    def __init__(self, duties: Callable[[], Mapping[str, Duty]]) -> None:
        self._duties = duties
        self._registers: Kept[Register] = register_kept()

    def follow(self, unit: Unit, fact: Fact, now: int) -> None:
        """One occurrence for each target where it happened, of each duty that asks for it."""
        asking = [duty for duty in self._duties().values() if _asks(duty, fact)]
        where = _where(unit, fact) if asking else None
        if where is None:
            return
        register = self._registers.now(unit)
        keep(unit, self._duties(), now)
        for duty in asking:
            if duty.trigger and (not duty.trigger.kinds or where.kind in duty.trigger.kinds):
                rows = [
                    occurrence_of(duty, target, after_event(duty, target, fact.at, register.time_zone), cause_of(fact))
                    for target in _there(duty, register, where)
                ]
                unit.occurrences.plan(rows)


def cause_of(fact: Fact) -> str:
    """What asked for it: ``work-order:7``. The same order, reopened and closed again, asks for nothing more."""
    return f"{fact.noun}:{fact.subject}"


def _asks(duty: Duty, fact: Fact) -> bool:
    return duty.trigger is not None and duty.trigger.noun == fact.noun and fact.what in duty.trigger.what


def _where(unit: Unit, fact: Fact) -> Where | None:
    """A drill's incident and a test's alert ask for nothing."""
    with suppress(NotFound, ValueError):
        number = int(fact.subject)
        match fact.noun:
            case "work-order":
                order = unit.work_orders.get(number)
                return Where(order.kind, order.asset, order.zone)
            case "alert":
                alert = unit.alerts.get(number)
                return None if alert.test else Where(alert.rule, alert.asset, alert.zone)
            case "incident":
                incident = unit.incidents.get(number)
                return None if incident.drill else Where(incident.playbook, incident.asset, incident.zone)
    return None


def _there(duty: Duty, register: Register, where: Where) -> Iterator[Target]:
    """The thing itself, those of its kinds in the same zone where no thing is named, its zones, or the site."""
    around = {zone.id for zone in register.zone_path(where.zone)}
    for target in targets(duty, register):
        if duty.site or target.asset == where.asset != "":
            yield target
        elif target.asset:
            if not where.asset and target.zone == where.zone:
                yield target
        elif target.zone in around:
            yield target

"""Everything that the review of one emergency rests on, read from the stores."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert import Alert
from facility.bulletin import Bulletin
from facility.fact import Fact
from facility.incident import Incident
from facility.instant import HOUR
from facility.notice import Notice
from facility.review import Measure, Review
from facility.work_order import WorkOrder
from response.incident_alerts import found, order_of
from storage.records.port import NotFound, Unit

INCIDENT, ORDER = "incident", "work-order"
CHANGED = {
    "register": ("changed", "imported", "set"),
    "rule": ("added", "changed", "retired", "refused"),
    "rota": ("changed", "imported"),
}
"""What may have changed while it went on, by noun."""
AROUND = HOUR
"""Changes up to so long after its end are told: what was mended by changing a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One emergency as the facts have it."""

    noun: str
    subject: int
    incident: Incident | None
    order: WorkOrder | None
    alerts: tuple[Alert, ...]
    facts: tuple[Fact, ...]
    """About the incident, its alerts, its order, its bulletins: in the order of the chain."""
    changes: tuple[Fact, ...]
    notices: tuple[Notice, ...]
    bulletins: tuple[Bulletin, ...]
    measures: tuple[Measure, ...]
    review: Review

    @property
    def began(self) -> int:
        """When it happened."""
        times = [one.event_at for one in (self.incident, self.order) if one is not None]
        return min(times)

    @property
    def over(self) -> int | None:
        """When the last of it was over; None while it goes on."""
        ends = [self.incident.ended if self.incident else None, self.order.closed if self.order else None]
        wanted = [end for end, there in zip(ends, (self.incident, self.order), strict=True) if there is not None]
        return None if any(end is None for end in wanted) else max(end for end in wanted if end is not None)


def gather(unit: Unit, noun: str, subject: int) -> Case:
    """An incident with its work order, or a work order with its incident. Raises ``NotFound``."""
    incident, order = _both(unit, noun, subject)
    if noun == ORDER and incident is not None:
        noun, subject = INCIDENT, incident.id
    numbers = _alerts(unit, incident, order)
    bulletins = unit.bulletins.of(incident.id) if incident else []
    case = Case(
        noun=noun,
        subject=subject,
        incident=incident,
        order=order,
        alerts=tuple(alert for number in numbers if (alert := found(unit, number)) is not None),
        facts=_facts(unit, incident, order, numbers, bulletins),
        changes=(),
        notices=tuple(unit.notices.of_causes(causes_of(incident, order, numbers))),
        bulletins=tuple(bulletins),
        measures=tuple(unit.reviews.measures_of(noun, subject)),
        review=unit.reviews.of(noun, subject) or Review(noun=noun, subject=subject),
    )
    return _with_changes(unit, case)


def _both(unit: Unit, noun: str, subject: int) -> tuple[Incident | None, WorkOrder | None]:
    if noun == INCIDENT:
        incident = unit.incidents.get(subject)
        return incident, order_of(unit, incident)
    if noun == ORDER:
        of = [one for one in unit.incidents.of_order(subject) if not one.drill]
        return (of[-1] if of else None), unit.work_orders.get(subject)
    raise NotFound(f"there is no review of a {noun!r}")


def _alerts(unit: Unit, incident: Incident | None, order: WorkOrder | None) -> tuple[int, ...]:
    """The incident's, and all that its work order was opened for or joined by: people were called for any of these."""
    of_order = unit.facts.of(ORDER, str(order.id)) if order else []
    joined = {
        int(fact.data["alert"]) for fact in of_order if fact.what in ("opened", "joined") and fact.data.get("alert")
    }
    return tuple(sorted({*(incident.alerts if incident else ()), *joined}))


def _facts(
    unit: Unit, incident: Incident | None, order: WorkOrder | None, alerts: tuple[int, ...], bulletins: list[Bulletin]
) -> tuple[Fact, ...]:
    about = [("alert", number) for number in alerts] + [("bulletin", bulletin.id) for bulletin in bulletins]
    about += [(INCIDENT, incident.id)] if incident else []
    about += [(ORDER, order.id)] if order else []
    found = [fact for noun, number in about for fact in unit.facts.of(noun, str(number))]
    return tuple(sorted(found, key=lambda fact: fact.seq))


def causes_of(incident: Incident | None, order: WorkOrder | None, alerts: tuple[int, ...]) -> list[str]:
    """Under which notices about it stand."""
    causes = [f"alert:{number}" for number in alerts]
    causes += [f"incident:{incident.id}"] if incident else []
    return causes + ([f"work-order:{order.id}"] if order else [])


def _with_changes(unit: Unit, case: Case) -> Case:
    if case.over is None:
        return case
    found = [
        fact
        for noun, whats in CHANGED.items()
        for fact in unit.facts.between(noun, whats, case.began, case.over + AROUND)
    ]
    return replace(case, changes=tuple(sorted(found, key=lambda fact: fact.seq)))

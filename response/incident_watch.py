"""Incidents open by themselves, learn what was found, see what the building answers, and say what is late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from facility.alert import Alert, Condition
from facility.fact import Fact
from facility.incident import Act, Incident, owed
from facility.incident_step import Deed, Kind, Step, StepState
from facility.playbook import Playbook
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register
from facility.work_order import OPEN_STATES, State
from response.incident_alerts import NOT_REAL, all_nothing, found, with_order
from response.incidents import WHO, end_as_false, end_incident, mark_late, open_for_alert, take_step, tell
from storage.readings.port import Readings, ReadingsUnavailable
from storage.records.port import Conflict, Records, Unit

NAME = "incidents"
NOUNS = frozenset({"alert", "work-order"})
_MAY_OPEN = frozenset({"raised", "re-raised", "rose", "test-over", "unsuppressed", "back-in-service", "unshelved"})
_GOOD = frozenset({Quality.GOOD, Quality.STAMPED})
FRESH = 2
"""A reading from before the command counts while it is no older than so many of its point's intervals."""


@dataclass(frozen=True, kw_only=True)
class IncidentWatch:
    """Handles one fact of the chain. ``by_class``: the class of a work order → the playbook that it names."""

    playbooks: Callable[[], Mapping[str, Playbook]]
    by_class: Callable[[], Mapping[str, str]]

    def handle(self, unit: Unit, fact: Fact, now: int) -> None:
        """See ``response.following.Handler``. A fact that is handled twice changes nothing the second time."""
        match fact.noun:
            case "alert":
                self._alert(unit, fact, now)
            case "work-order":
                self._order(unit, fact, now)
            case _:
                pass

    def _alert(self, unit: Unit, fact: Fact, now: int) -> None:
        alert = found(unit, int(fact.subject))
        if alert is None:
            return
        if fact.what in _MAY_OPEN:
            self._open(unit, alert, now)
        elif fact.what == "acknowledged" and "incident" not in fact.data:
            self._learned(unit, alert, fact)
        elif fact.what == "withdrawn":
            self._maybe_nothing(unit, alert, fact, "readings that came late show that there was no cause")

    def _open(self, unit: Unit, alert: Alert, now: int) -> None:
        playbook = self._playbook(unit, alert)
        if playbook is None or not alert.announces or (alert.late and alert.condition is Condition.NORMAL):
            return
        if any(alert.id in one.alerts for one in unit.incidents.open_ones()):
            return
        open_for_alert(unit, unit.registers.load(), playbook, alert, at=now)

    def _playbook(self, unit: Unit, alert: Alert) -> Playbook | None:
        """By its rule; else by the class of its work order, where that is an emergency."""
        playbooks = self.playbooks()
        by_rule = next((book for book in playbooks.values() if alert.rule in book.rules), None)
        if by_rule is not None or alert.work_order is None:
            return by_rule
        order = unit.work_orders.get(alert.work_order)
        return playbooks.get(self.by_class().get(order.kind, "")) if order.emergency else None

    def _learned(self, unit: Unit, alert: Alert, fact: Fact) -> None:
        """What was found at the alert is known to the incident as well."""
        finding = str(fact.data.get("finding", ""))
        if finding in NOT_REAL:
            self._maybe_nothing(unit, alert, fact, fact.why or "a test or work in progress")
        elif finding == "real":
            for incident in _open_of(unit, alert):
                confirm = next((step for step in owed(incident) if step.kind is Kind.CHOICE), None)
                if confirm is not None and confirm.state is StepState.OPEN:
                    begun = Act(deed=Deed.BEGIN, step=confirm.script.id, who=fact.who, at=fact.at)
                    take_step(unit, Register(), incident.id, begun)

    def _maybe_nothing(self, unit: Unit, alert: Alert, fact: Fact, why: str) -> None:
        for incident in _open_of(unit, alert):
            if all_nothing(unit, incident):
                end_as_false(unit, incident, fact.who, fact.at, why)

    def _order(self, unit: Unit, fact: Fact, now: int) -> None:
        order = unit.work_orders.get(int(fact.subject))
        if fact.what == "opened" and order.alert is not None:
            self._open_or_take(unit, order.alert, order.id, now)
        elif fact.after in (State.CLOSED.value, State.REVIEWED.value):
            for incident in unit.incidents.of_order(order.id):
                if incident.open and not owed(incident) and order.state not in OPEN_STATES:
                    end_incident(unit, incident.id, fact.who, fact.at, "")

    def _open_or_take(self, unit: Unit, number: int, order: int, now: int) -> None:
        alert = found(unit, number)
        standing = _open_of(unit, alert) if alert is not None else []
        for incident in standing:
            after = with_order(incident, order)
            if after is not incident:
                kept = unit.incidents.update(after)
                tell(unit, kept, "joined", WHO, now, data={"work_order": order})
        if alert is not None and not standing:
            self._open(unit, alert, now)


def _open_of(unit: Unit, alert: Alert) -> list[Incident]:
    return [incident for incident in unit.incidents.of_alert(alert.id) if incident.open]


def say_what_is_late(unit: Unit, now: int) -> bool:
    """See ``response.steps.Step``: steps whose time has run out. Nothing more is left to do at once."""
    for incident in unit.incidents.open_ones():
        mark_late(unit, incident, now)
    return False


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What the building answers to commands. The readings are asked outside any unit: a slow store holds up nobody."""

    readings: Callable[[], Readings]
    """Opened when they are first asked for: the responder starts without them."""

    def run(self, records: Records, now: int) -> bool:
        """See ``response.steps.Errand``. Nothing more is left to do at once."""
        with records.read() as unit:
            waiting = [(one, step) for one in unit.incidents.open_ones() for step in one.steps if _waits(step)]
            register = unit.registers.load() if waiting else Register()
        last = self._last(sorted({point for _, step in waiting for point in step.points}))
        for incident, step in waiting:
            deed = answer(step, last, register, now)
            if deed is not None:
                with suppress(Conflict), records.begin() as unit:
                    take_step(unit, register, incident.id, Act(deed=deed, step=step.script.id, who=WHO, at=now))
        return False

    def _last(self, points: list[str]) -> Mapping[str, Reading]:
        """Nothing where the store cannot be asked: silence is no feedback."""
        try:
            return self.readings().last(points) if points else {}
        except ReadingsUnavailable:
            return {}


def _waits(step: Step) -> bool:
    return step.state in (StepState.SENT, StepState.FAILED) and bool(step.points)


def answer(step: Step, last: Mapping[str, Reading], register: Register, now: int) -> Deed | None:
    """What the points say: all show it, or the time for it is over."""
    command = step.script.command
    assert command is not None
    sent = step.sent or 0
    if all(shows(last.get(point), command.value, sent, _interval(register, point)) for point in step.points):
        return Deed.FEEDBACK
    return Deed.FAIL if step.state is StepState.SENT and now > sent + command.within else None


def _interval(register: Register, point: str) -> int:
    known = register.points.get(point)
    return known.interval if known else 0


def shows(reading: Reading | None, value: float, sent: int, interval: int) -> bool:
    """Whether the point is in that state: by a reading since the command, or a fresh one where it was so before.

    A sensor that fell silent long ago proves nothing.
    """
    if reading is None or reading.test or reading.quality not in _GOOD or reading.value != value:
        return False
    return reading.at >= sent - FRESH * interval

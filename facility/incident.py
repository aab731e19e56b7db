"""An incident: a playbook that is being carried out. Everything is timed, and no clock is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from facility.alert import NotAllowed, Severity
from facility.alert_life import FieldRefused
from facility.incident_step import TABLE, Deed, Kind, Row, Step, StepState
from facility.instant import MINUTE, SECOND
from facility.playbook import Choice, Evidence, Playbook, Script, Twice
from facility.text import Text
from facility.work_order import MissingField

APART = 2 * SECOND
"""Two taps are two decisions when so much lies between them."""
ARMED_FOR = 2 * MINUTE
"""So long the first confirmation holds; then it lapses and is given again."""


class State(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    FALSE = "false-alarm"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A playbook that is being carried out. ``id`` is 0 until the records store gives it one."""

    id: int = 0
    playbook: str
    playbook_version: str
    cause: str
    """Playbook and place: one is open of each at a time, and what else happens there joins it."""
    title: Text
    clause: str = ""
    severity: Severity
    life_safety: bool = False
    drill: bool = False
    """Practised: timed all the same, and nobody is paged, nothing in the building moves, nothing is published."""
    place: str = ""
    """The zone or asset that it covers; empty for the whole property."""
    zone: str = ""
    asset: str = ""
    point: str = ""
    rule: str = ""
    state: State = State.OPEN
    event_at: int
    """When it began: times count from here."""
    opened: int
    opened_by: str
    why: str = ""
    """What whoever opened it by hand said."""
    ended: int | None = None
    ended_by: str = ""
    ended_why: str = ""
    work_order: int | None = None
    alerts: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()
    version: int = 0

    @property
    def open(self) -> bool:
        """Somebody still owes something."""
        return self.state is State.OPEN

    def step(self, id: str) -> Step:
        """Raises ``KeyError``."""
        found = next((step for step in self.steps if step.script.id == id), None)
        if found is None:
            raise KeyError(id)
        return found

    def answers(self) -> dict[str, int]:
        """``step=choice`` of what was confirmed → when."""
        return {f"{s.script.id}={s.choice}": s.done or 0 for s in self.steps if s.choice and s.state is StepState.DONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A person's wish, or what the product saw, about one step."""

    deed: Deed
    step: str
    who: str
    at: int
    choice: str = ""
    value: str = ""
    reason: str = ""
    devices: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


def cause_of(playbook: str, place: str, *, drill: bool) -> str:
    """Under which one is open at a time. A drill never stands in the way of the real thing."""
    return f"{'drill/' if drill else ''}{playbook}@{place}"


def begin(
    playbook: Playbook,
    *,
    place: str,
    zone: str,
    at: int,
    event_at: int,
    who: str,
    drill: bool = False,
    asset: str = "",
    point: str = "",
    rule: str = "",
    why: str = "",
    work_order: int | None = None,
    alerts: tuple[int, ...] = (),
) -> Incident:
    """A playbook's incident; its steps stay as they were written down then, whatever becomes of the file."""
    return Incident(
        playbook=playbook.id,
        playbook_version=playbook.version,
        cause=cause_of(playbook.id, place, drill=drill),
        title=playbook.title,
        clause=playbook.clause,
        severity=playbook.severity,
        life_safety=playbook.life_safety,
        drill=drill,
        place=place,
        zone=zone,
        asset=asset,
        point=point,
        rule=rule,
        event_at=min(event_at, at),
        opened=at,
        opened_by=who,
        why=why,
        work_order=work_order,
        alerts=alerts,
        steps=tuple(Step(script=script) for script in playbook.steps),
    )


def owed_since(incident: Incident, step: Step) -> int | None:
    """Since when it is owed; None while what was confirmed does not ask for it."""
    if not step.script.when:
        return incident.event_at
    answers = incident.answers()
    times = [answers[answer] for answer in step.script.when if answer in answers]
    return min(times, default=None)


def due(incident: Incident, step: Step) -> int | None:
    """By when; None where it has no limit, or is not owed."""
    since = owed_since(incident, step)
    return since + step.script.within if since is not None and step.script.within else None


def owed(incident: Incident) -> list[Step]:
    """What is owed now, in the playbook's order."""
    if not incident.open:
        return []
    return [step for step in incident.steps if not step.over and owed_since(incident, step) is not None]


def next_step(incident: Incident) -> Step | None:
    """The one big next step: what somebody waits for first, then the playbook's order."""
    waiting = owed(incident)
    free = [step for step in waiting if step.state not in (StepState.BEGUN, StepState.SENT)]
    confirming = [step for step in waiting if step.kind is Kind.CHOICE]
    return next(iter(confirming or free or waiting), None)


def newly_late(incident: Incident, now: int) -> list[Step]:
    """Steps whose time has run out and of which it was not said yet."""
    found = [(step, due(incident, step)) for step in owed(incident) if not step.late]
    return [step for step, until in found if until is not None and until < now]


def rows_for(incident: Incident, step: Step) -> list[Row]:
    """What may be done to the step now."""
    if not incident.open or owed_since(incident, step) is None:
        return []
    rows = [row for row in TABLE if step.kind in row.kinds and step.state in row.sources]
    return [row for row in rows if _possible(step, row)]


def _possible(step: Step, row: Row) -> bool:
    if row.deed is Deed.SKIP and step.script.must:
        return False
    return not (row.deed is Deed.CHOOSE and step.state is StepState.DONE and not choices_for(step))


def choices_for(step: Step) -> list[str]:
    """The answers that are possible now: all at first, later what it can turn out to be."""
    if step.state is not StepState.DONE:
        return [choice.id for choice in step.script.choices]
    return [choice.id for choice in step.script.choices if step.choice in choice.also_after]


def advance(incident: Incident, act: Act) -> Incident:
    """The incident after one act.

    Raises ``NotAllowed`` when the table has no such row, ``MissingField`` and ``FieldRefused`` over what it needs, ``KeyError``
    for a step that the playbook does not have. An answer that says there was nothing ends the incident.
    """
    step = incident.step(act.step)
    allowed = rows_for(incident, step)
    row = next((row for row in allowed if row.deed is act.deed), None)
    if row is None:
        raise NotAllowed(act.deed, _standing(incident, step), [r.deed.value for r in allowed])
    _check(step, row, act)
    after = _moved(step, row, act)
    changed = replace(incident, steps=tuple(after if one is step else one for one in incident.steps))
    return _ended_if_false(changed, after, act)


def _standing(incident: Incident, step: Step) -> str:
    if not incident.open:
        return incident.state.value
    return step.state.value if owed_since(incident, step) is not None else "not-owed"


def _check(step: Step, row: Row, act: Act) -> None:
    for field in row.needs:
        if not str(getattr(act, field)).strip():
            raise MissingField(act.deed, field)
    match act.deed:
        case Deed.CHOOSE:
            _check_choice(step, act)
        case Deed.DO if step.kind is Kind.PLAIN:
            _check_evidence(step.script, act)
        case Deed.FIRE:
            _check_second(step, act)
        case _:
            pass


def _check_choice(step: Step, act: Act) -> None:
    possible = choices_for(step)
    if act.choice not in possible:
        names = ", ".join(possible)
        raise FieldRefused(act.deed, "choice", Text(f"须是其中之一：{names}", f"allowed: {names}"))
    if _chosen(step, act.choice).false_alarm and not act.reason.strip():
        raise MissingField(act.deed, "reason")


def _chosen(step: Step, id: str) -> Choice:
    return next(choice for choice in step.script.choices if choice.id == id)


def _check_evidence(script: Script, act: Act) -> None:
    given = act.value.strip()
    if script.evidence is not Evidence.NONE and not given:
        raise MissingField(act.deed, "value")
    if script.evidence is Evidence.NUMBER and not _is_number(given):
        raise FieldRefused(act.deed, "value", Text("须是一个数字，例如 3 或 0.5", "this must be a number, as 3 or 0.5"))
    if script.evidence is Evidence.TIME and not (given.isdecimal() and int(given) <= act.at):
        wrong = Text("须是一个已经过去的时刻", "this must be a time that has passed")
        raise FieldRefused(act.deed, "value", wrong)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False


def _check_second(step: Step, act: Act) -> None:
    """The second confirmation: by another person, or apart from the first, and not after it has lapsed."""
    command = step.script.command
    assert command is not None
    since = act.at - (step.armed or act.at)
    if since > ARMED_FOR:
        why = Text("第一次确认已过期，请重新确认", "the first confirmation has lapsed; give it again")
        raise NotAllowed(act.deed, step.state.value, [Deed.DISARM.value], why)
    if command.twice is Twice.PEOPLE and act.who == step.armed_by:
        why = Text("第二次确认须由另一个人来做", "the second confirmation must be another person's")
        raise NotAllowed(act.deed, step.state.value, [Deed.DISARM.value], why)
    if command.twice is Twice.TAPS and since < APART:
        why = Text("两次确认之间请至少间隔 2 秒", "at least 2 seconds must lie between the two confirmations")
        raise NotAllowed(act.deed, step.state.value, [Deed.FIRE.value, Deed.DISARM.value], why)


def _moved(step: Step, row: Row, act: Act) -> Step:
    moved = replace(step, state=row.target, who=act.who, at=act.at, reason=act.reason.strip())
    match act.deed:
        case Deed.BEGIN:
            return replace(moved, begun=act.at, begun_by=act.who)
        case Deed.CHOOSE:
            first = act.at if step.answered is None else step.answered
            return replace(moved, choice=act.choice, answered=first, done=act.at, done_by=act.who)
        case Deed.DO:
            return replace(moved, value=act.value.strip(), done=act.at, done_by=act.who)
        case Deed.ARM:
            return replace(moved, armed=act.at, armed_by=act.who, sent=None, seen=())
        case Deed.FIRE:
            return replace(moved, sent=act.at, devices=act.devices, points=act.points)
        case Deed.DISARM:
            return replace(moved, armed=None, armed_by="")
        case Deed.FEEDBACK:
            return replace(moved, done=act.at, done_by=step.who, seen=step.points)
        case Deed.REOPEN:
            return Step(script=step.script, who=act.who, at=act.at, reason=act.reason.strip(), late=step.late)
        case Deed.FAIL | Deed.SKIP:
            return moved


def _ended_if_false(incident: Incident, step: Step, act: Act) -> Incident:
    if act.deed is Deed.CHOOSE and _chosen(step, act.choice).false_alarm:
        return replace(incident, state=State.FALSE, ended=act.at, ended_by=act.who, ended_why=act.reason.strip())
    return incident


def end(incident: Incident, who: str, at: int, why: str) -> Incident:
    """It is over. What is still owed needs a reason why it is left. Raises ``NotAllowed``, ``MissingField``."""
    if not incident.open:
        raise NotAllowed("end", incident.state.value, [])
    if owed(incident) and not why.strip():
        raise MissingField("end", "reason")
    return replace(incident, state=State.OVER, ended=at, ended_by=who, ended_why=why.strip())


def join(incident: Incident, alert: int | None, work_order: int | None) -> Incident:
    """Another alert of the same cause, or its work order where there was none."""
    alerts = incident.alerts if alert is None or alert in incident.alerts else (*incident.alerts, alert)
    order = incident.work_order if incident.work_order is not None else work_order
    return replace(incident, alerts=alerts, work_order=order)

"""The review drafts itself: figures and times from the facts alone. The same facts give the same bytes. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from facility.alert import Alert
from facility.bulletin import Bulletin
from facility.clock import Clock
from facility.fact import Fact
from facility.incident import Incident, due, owed_since
from facility.incident_step import Step, StepState
from facility.notice import Notice
from facility.playbook import Evidence
from facility.review import Measure
from facility.text import Text
from facility.work_order import WorkOrder
from response.review_case import Case

FORM = "dutyroom-review/1"
REVIEW = "review"
"""The clock that this report itself stops: its own end is no part of it."""
_SPEAKING = frozenset(
    {"held", "rejected", "transferred", "commented", "returned", "paused", "step-skipped", "step-failed"}
)
"""Facts whose reason may say why something took long."""


def draft(case: Case) -> dict[str, Any]:
    """The whole report. Times are epoch milliseconds, durations milliseconds."""
    end = case.over
    clocks = [_clock(clock, case.order, case.facts) for clock in (case.order.clocks if case.order else ())]
    steps = [_step(case.incident, step) for step in case.incident.steps] if case.incident else []
    return {
        "form": FORM,
        "about": {"noun": case.noun, "id": case.subject},
        "incident": _incident(case.incident),
        "work_order": _order(case.order),
        "began": case.began,
        "known": _known(case),
        "over": end,
        "took": None if end is None else end - case.began,
        "alerts": [_alert(alert, case.facts) for alert in case.alerts],
        "clocks": clocks,
        "steps": steps,
        "told": [_told(notice) for notice in case.notices],
        "bulletins": [_bulletin(bulletin) for bulletin in case.bulletins],
        "late": _late(clocks, steps),
        "changed": [_fact(fact) for fact in case.changes],
        "measures": [_measure(measure) for measure in case.measures],
        "words": {"happened": case.review.happened, "lacked": case.review.lacked, "effect": case.review.effect},
        "timeline": [_fact(fact) for fact in case.facts],
    }


def body(case: Case) -> str:
    """As it is kept and checked."""
    return canonical(draft(case))


def canonical(report: dict[str, Any]) -> str:
    """The same report, the same bytes."""
    return json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of a report as kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _incident(incident: Incident | None) -> dict[str, Any] | None:
    if incident is None:
        return None
    return {
        "id": incident.id,
        "title": _text(incident.title),
        "clause": incident.clause,
        "playbook": incident.playbook,
        "playbook_version": incident.playbook_version,
        "place": incident.place,
        "zone": incident.zone,
        "asset": incident.asset,
        "state": incident.state.value,
        "drill": incident.drill,
        "opened": incident.opened,
        "opened_by": incident.opened_by,
        "why": incident.why,
        "ended": incident.ended,
        "ended_by": incident.ended_by,
        "ended_why": incident.ended_why,
    }


def _order(order: WorkOrder | None) -> dict[str, Any] | None:
    if order is None:
        return None
    return {
        "id": order.id,
        "title": _text(order.title),
        "clause": order.clause,
        "kind": order.kind,
        "assignee": order.assignee,
        "opened": order.opened,
        "closed": order.closed,
    }


def _known(case: Case) -> int:
    """When anybody here could first know of it."""
    times = [alert.opened for alert in case.alerts]
    times += [one.opened for one in (case.incident, case.order) if one is not None]
    return min(times)


def _alert(alert: Alert, facts: Iterable[Fact]) -> dict[str, Any]:
    own = [fact for fact in facts if fact.noun == "alert" and fact.subject == str(alert.id)]
    seen = next((fact for fact in own if fact.what == "acknowledged"), None)
    return {
        "id": alert.id,
        "title": _text(alert.title),
        "point": alert.point,
        "rule": alert.rule,
        "rule_version": alert.rule_version,
        "started": alert.started,
        "raised": alert.raised,
        "ended": alert.ended,
        "opened": alert.opened,
        "value": alert.value,
        "unit": alert.unit,
        "limit": _text(alert.limit),
        "acknowledged": seen.at if seen else None,
        "acknowledged_by": seen.who if seen else "",
        "finding": str(seen.data.get("finding", "")) if seen else "",
    }


def _clock(clock: Clock, order: WorkOrder | None, facts: Iterable[Fact]) -> dict[str, Any]:
    """``raw`` counts pauses, ``net`` does not; ``late`` is None in time. What still runs has no figures yet."""
    stopped = clock.stopped
    rounds = _rounds(clock)
    late = None if stopped is None else max(0, -clock.left(stopped)) or None
    if clock.every:
        late = max((one["late"] for one in rounds), default=0) or late
    over = stopped is not None
    return {
        "name": clock.name,
        "clause": clock.clause,
        "source": clock.source,
        "started": clock.started,
        "limit": clock.limit,
        "every": clock.every,
        "due": clock.started + clock.limit if clock.every else clock.due,
        "stopped": stopped,
        "waiting": bool(clock.waits),
        "raw": clock.raw(stopped) if stopped is not None else None,
        "net": clock.net(stopped) if stopped is not None else None,
        "late": late,
        "rounds": rounds,
        "pauses": [
            {"since": one.since, "until": one.until, "by": one.by, "approver": one.approver, "why": one.why}
            for one in clock.pauses
        ],
        "reasons": _reasons(order, facts, clock.started, stopped) if late and over else [],
    }


def _rounds(clock: Clock) -> list[dict[str, Any]]:
    """Each time that a repeating clock was met: when it was due, when it was done, how late."""
    if not clock.every:
        return []
    found: list[dict[str, Any]] = []
    base, span = clock.started, clock.limit
    for at in clock.met:
        found.append({"due": base + span, "met": at, "late": max(0, at - base - span)})
        base, span = at, clock.every
    if clock.stopped is not None and clock.stopped > base + span:
        found.append({"due": base + span, "met": None, "late": clock.stopped - base - span})
    return found


def _reasons(order: WorkOrder | None, facts: Iterable[Fact], start: int, end: int | None) -> list[dict[str, Any]]:
    """What people said on the way, while it ran."""
    number = str(order.id) if order else ""
    return [
        {"at": fact.at, "what": fact.what, "who": fact.who, "why": fact.why}
        for fact in facts
        if fact.why and fact.noun == "work-order" and fact.subject == number and fact.what in _SPEAKING
        if start <= fact.at and (end is None or fact.at <= end)
    ]


def _step(incident: Incident, step: Step) -> dict[str, Any]:
    since, until = owed_since(incident, step), due(incident, step)
    finished = step.answered if step.answered is not None else step.done
    return {
        "id": step.script.id,
        "title": _text(step.script.title),
        "clause": step.script.clause,
        "who": _text(step.script.who),
        "owed": since,
        "due": until,
        "begun": step.begun,
        "begun_by": step.begun_by,
        "done": finished,
        "by": step.done_by,
        "state": step.state.value if since is not None or step.over else "not-owed",
        "late": _step_late(incident, step, until, finished),
        "choice": next((_text(one.title) for one in step.script.choices if one.id == step.choice), None),
        "value": step.value,
        "evidence": step.script.evidence.value if step.script.evidence is not Evidence.NONE else "",
        "asks": _text(step.script.asks),
        "unit": step.script.unit,
        "first": {"at": step.armed, "by": step.armed_by} if step.armed is not None else None,
        "sent": step.sent,
        "devices": list(step.devices),
        "reason": step.reason,
    }


def _step_late(incident: Incident, step: Step, until: int | None, finished: int | None) -> int | None:
    """By how much it was late: done after its time, or never done until the incident was over."""
    if until is None or step.state is StepState.SKIPPED:
        return None
    end = finished if finished is not None else incident.ended
    return None if end is None or end <= until else end - until


def _told(notice: Notice) -> dict[str, Any]:
    """Who was told, by which way and when; addresses stay out."""
    return {
        "person": notice.person,
        "device": notice.address if notice.channel == "mqtt" else "",
        "channel": notice.channel,
        "cause": notice.cause,
        "created": notice.created,
        "sent": notice.sent,
        "acknowledged": notice.acknowledged,
        "state": notice.state.value,
        "why": {name: value for name, value in notice.why.items() if isinstance(value, str | int)},
    }


def _bulletin(bulletin: Bulletin) -> dict[str, Any]:
    return {
        "id": bulletin.id,
        "title": _text(bulletin.title),
        "place": bulletin.place,
        "posted": bulletin.posted,
        "by": bulletin.posted_by,
        "corrects": bulletin.corrects,
        "withdrawn": bulletin.withdrawn,
        "why": bulletin.why,
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "id": measure.id,
        "text": measure.text,
        "owner": measure.owner,
        "due": measure.due,
        "done": measure.done,
        "done_by": measure.done_by,
        "note": measure.note,
    }


def _late(clocks: list[dict[str, Any]], steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was late, the most first: with what people said about it."""
    found = [
        {
            "what": "clock",
            "name": one["name"],
            "title": None,
            "late": one["late"],
            "reasons": [r["why"] for r in one["reasons"]],
        }
        for one in clocks
        if one["late"] and one["name"] != REVIEW
    ]
    found += [
        {
            "what": "step",
            "name": one["id"],
            "title": one["title"],
            "late": one["late"],
            "reasons": [one["reason"]] if one["reason"] else [],
        }
        for one in steps
        if one["late"]
    ]
    return sorted(found, key=lambda one: (-one["late"], one["name"]))


def _fact(fact: Fact) -> dict[str, Any]:
    """With its hash: each line of the report can be looked up in the chain."""
    return {
        "seq": fact.seq,
        "at": fact.at,
        "noun": fact.noun,
        "subject": fact.subject,
        "what": fact.what,
        "before": fact.before,
        "after": fact.after,
        "who": fact.who,
        "why": fact.why,
        "data": dict(fact.data),
        "hash": fact.hash,
    }

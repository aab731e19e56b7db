"""``/api/v2``: what ``amtool`` and Grafana ask an Alertmanager, so that they can read alerts here and set silences.

Paths, fields and meanings are those of Alertmanager's published interface, version 2. A refusal is a JSON string, as theirs is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.access import READING, AlertActor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.discreet import is_silent
from api.matchers import BadMatcher, Matcher, fits_all, parse
from api.paging import When
from api.silences import NoSuchSilence, Silence, SilenceRefused, SilenceWish, expire, id_of, shelve, silence, silences
from facility.alert import Alert, Condition
from facility.instant import MINUTE, iso
from facility.register import Register

router = APIRouter(prefix="/api/v2", include_in_schema=False, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
Filters = Annotated[list[str], Query(alias="filter", default_factory=list, max_length=20)]
RECEIVER = "dutyroom"
STILL = 5 * MINUTE
"""An alert that goes on "ends" so far ahead: each answer moves it, as Prometheus does."""


class MatcherIn(BaseModel):
    """One condition of a silence."""

    name: str = Field(min_length=1, max_length=200)
    value: str = Field(max_length=500)
    isRegex: bool = False  # noqa: N815 - their words
    isEqual: bool = True  # noqa: N815


class SilenceIn(BaseModel):
    """A silence as it is posted."""

    id: str | None = None
    matchers: list[MatcherIn] = Field(min_length=1, max_length=20)
    startsAt: When  # noqa: N815
    endsAt: When  # noqa: N815
    createdBy: str = Field(default="", max_length=200)  # noqa: N815
    comment: str = Field(min_length=1, max_length=LONGEST_TEXT - 300)


class Wanted:
    """Which alerts, by what became of them."""

    def __init__(self, *, active: bool = True, silenced: bool = True, inhibited: bool = True) -> None:
        self.active, self.silenced, self.inhibited = active, silenced, inhibited

    def takes(self, alert: Alert) -> bool:
        """As Alertmanager sorts them: one that is silenced and inhibited must be wanted as both."""
        aside = bool(inhibited_by(alert))
        shelved = alert.shelved_until is not None
        if not aside and not shelved:
            return self.active
        return (self.silenced or not shelved) and (self.inhibited or not aside)


def refusal(error: Exception, status: int = 400) -> JSONResponse:
    """Their clients show the string."""
    return JSONResponse(str(error), status)


@router.get("/status")
def status(context: Given) -> dict[str, Any]:
    """That we are here, alone, and which version."""
    started = context.remember("alertmanager since", 0, context.clock)
    unknown = dict.fromkeys(("branch", "buildDate", "buildUser", "goVersion", "revision"), "")
    return {
        "cluster": {"name": RECEIVER, "status": "disabled", "peers": []},
        "config": {"original": f"route:\n  receiver: {RECEIVER}\nreceivers:\n- name: {RECEIVER}\n"},
        "uptime": iso(started),
        "versionInfo": {**unknown, "version": context.version},
    }


@router.get("/receivers")
def receivers() -> list[dict[str, str]]:
    """One: whom an alert reaches is the chains' business."""
    return [{"name": RECEIVER}]


@router.get("/alerts")
def list_alerts(*, request: Request, context: Given, filters: Filters, wanted: Annotated[Wanted, Depends()]) -> Any:
    """Alerts that go on."""
    return _alerts(request, context, filters, wanted)


@router.get("/alerts/groups")
def list_groups(*, request: Request, context: Given, filters: Filters, wanted: Annotated[Wanted, Depends()]) -> Any:
    """The same, rule by rule."""
    found = _alerts(request, context, filters, wanted)
    if isinstance(found, Response):
        return found
    groups: dict[str, list[dict[str, Any]]] = {}
    for alert in found:
        groups.setdefault(alert["labels"]["alertname"], []).append(alert)
    return [
        {"labels": {"alertname": rule}, "receiver": {"name": RECEIVER}, "alerts": alerts}
        for rule, alerts in sorted(groups.items())
    ]


def _alerts(request: Request, context: Context, filters: Sequence[str], wanted: Wanted) -> Any:
    try:
        matchers = [parse(text) for text in filters]
    except BadMatcher as error:
        return refusal(error)
    now = context.clock()
    with context.records.read() as unit:
        register = context.register(unit)
        loud = (alert for alert in unit.alerts.open_ones() if not is_silent(alert))
        standing = [alert for alert in loud if alert.condition is not Condition.NORMAL]
    base = str(request.base_url).rstrip("/")
    return [
        _alert_out(alert, labels, f"{base}/alerts/{alert.id}", now)
        for alert in standing
        if wanted.takes(alert) and fits_all(matchers, labels := labels_of(alert, register))
    ]


def labels_of(alert: Alert, register: Register) -> dict[str, str]:
    """What an alert can be found and silenced by."""
    return {
        "alertname": alert.rule,
        "alert": str(alert.id),
        "severity": alert.severity.name.lower(),
        "clause": alert.clause,
        "life_safety": "true" if alert.life_safety else "false",
        "site": next(iter(register.sites), ""),
        "zone": alert.zone,
        "asset": alert.asset,
        "point": alert.point,
        "test": "true" if alert.test else "false",
    }


def inhibited_by(alert: Alert) -> list[str]:
    """What keeps it from being announced, other than a person who shelved it."""
    named = (("maintenance", alert.out_of_service), ("test", alert.test), (alert.suppressed_by, alert.suppressed_by))
    return [name for name, holds in named if holds]


def _alert_out(alert: Alert, labels: dict[str, str], link: str, now: int) -> dict[str, Any]:
    silenced, inhibited = [name for name in (id_of(alert),) if name], inhibited_by(alert)
    return {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {
            "summary": alert.title.say("en"),
            "summary_zh": alert.title.say("zh"),
            "limit": alert.limit.say("en"),
            **({"value": f"{alert.value:g} {alert.unit}".strip()} if alert.value is not None else {}),
        },
        "startsAt": iso(alert.started),
        "endsAt": iso(now + STILL),
        "updatedAt": iso(max(alert.opened, alert.acknowledged_at or 0)),
        "fingerprint": hashlib.sha256(f"alert {alert.id}".encode()).hexdigest()[:16],
        "generatorURL": link,
        "receivers": [{"name": RECEIVER}],
        "status": {
            "state": "suppressed" if silenced or inhibited else "active",
            "silencedBy": silenced,
            "inhibitedBy": inhibited,
        },
    }


@router.get("/silences")
def list_silences(*, context: Given, filters: Filters) -> Any:
    """Those in force. A filter fits a silence when it fits one of the alerts in it."""
    try:
        matchers = [parse(text) for text in filters]
    except BadMatcher as error:
        return refusal(error)
    with context.records.read() as unit:
        register = context.register(unit)
        return [
            _silence_out(one)
            for one in silences(unit)
            if any(fits_all(matchers, labels_of(alert, register)) for alert in one.alerts)
        ]


@router.post("/silences")
def set_silence(*, visitor: AlertActor, context: Given, body: SilenceIn) -> Any:
    """Shelves the open alerts that fit. The token is who did it; ``createdBy`` stands with the reason."""
    now = context.clock()
    try:
        matchers = [Matcher(m.name, m.value, regex=m.isRegex, equal=m.isEqual) for m in body.matchers]
        author = body.createdBy.strip()
        why = f"{body.comment.strip()} ({author})" if author and author != visitor.actor.id else body.comment.strip()
        with context.records.read() as unit:
            register = context.register(unit)
        wish = SilenceWish(
            fits=lambda alert: fits_all(matchers, labels_of(alert, register)),
            since=body.startsAt,
            until=body.endsAt,
            why=why,
            replaces=body.id or "",
        )
        made = write(context, lambda unit: shelve(unit, context.book(), visitor.actor, wish, now))
    except (BadMatcher, SilenceRefused) as error:
        return refusal(error)
    except NoSuchSilence as error:
        return refusal(error, 404)
    return {"silenceID": made}


@router.get("/silence/{wanted}")
def read_silence(context: Given, wanted: str) -> Any:
    """One that is in force."""
    with context.records.read() as unit:
        try:
            return _silence_out(silence(unit, wanted))
        except NoSuchSilence as error:
            return refusal(error, 404)


@router.delete("/silence/{wanted}")
def end_silence(visitor: AlertActor, context: Given, wanted: str) -> Response:
    """Its alerts come off the shelf."""
    now = context.clock()
    try:
        write(context, lambda unit: expire(unit, context.book(), visitor.actor, wanted, now))
    except NoSuchSilence as error:
        return refusal(error, 404)
    return Response()


def _silence_out(one: Silence) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": {"state": "active"},
        "matchers": [{"name": m.name, "value": m.value, "isRegex": m.regex, "isEqual": m.equal} for m in one.matchers],
        "startsAt": iso(one.since),
        "endsAt": iso(one.until),
        "updatedAt": iso(one.since),
        "createdBy": one.who,
        "comment": one.why,
    }

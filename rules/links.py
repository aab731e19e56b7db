"""Silence of what many things hang on: a gateway, or the collector's own link to the broker. Pure.

It makes one alert that names what is behind it, and what hangs on it raises none of its own: its silence is found, stored and
listed there, and returns to alerts of its own when the link is back and a point still says nothing. Life safety is never
grouped away: a silent smoke detector is an alert of its own besides.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from facility.alert import Alert, Condition, Severity
from facility.instant import MINUTE, duration_words
from facility.point import Device
from facility.register import Register
from facility.text import Text
from rules.engine import FOREVER, Engine
from rules.kind import all_kinds
from rules.kinds import silence
from rules.limits import Index, Ints
from rules.memory import Memory
from rules.rule import Response, Rule

GATEWAY, BROKER = "silence-gateway", "silence-broker"
LINK_RULES = frozenset({GATEWAY, BROKER})
ENOUGH, MISSED = 3, 3
"""A gateway is lost when nothing comes through it while so many devices behind it have each missed so many messages."""
CUT_FOR = MINUTE
"""The collector's link to the broker is lost when it has been down for so long."""


def _rule(id: str, severity: Severity, title: Text, do_first: Text, *, life_safety: bool = False) -> Rule:
    spec = silence.Spec(intervals=MISSED, after=0)
    text = f"{id} {ENOUGH} {MISSED} {CUT_FOR}"
    return Rule(
        id=id,
        version=hashlib.sha256(text.encode()).hexdigest(),
        clause="MP-4",
        title=title,
        do_first=do_first,
        severity=severity,
        life_safety=life_safety,
        kind=all_kinds()[silence.NAME],
        spec=spec,
        response=Response(work_order="instrument"),
    )


GATEWAY_RULE = _rule(
    GATEWAY,
    Severity.HIGH,
    Text("网关失联", "A gateway has fallen silent"),
    Text("先查网关的电源和网络。", "Check the gateway's power and network first."),
)
BROKER_RULE = _rule(
    BROKER,
    Severity.CRITICAL,
    Text("与消息服务器的连接中断，收不到任何报警", "The link to the broker is lost: no alarm can be heard"),
    Text(
        "查消息服务器和网络；恢复之前加强巡查。",
        "Check broker and network; walk the property more often until it is back.",
    ),
    life_safety=True,
)


LINK_RULE: dict[str, Rule] = {rule.id: rule for rule in (GATEWAY_RULE, BROKER_RULE)}
"""The two by id: the duty room's own, without a file."""
WATCHES: dict[str, Text] = {
    GATEWAY: Text(
        f"经网关没有收到任何消息，且它后面至少 {ENOUGH} 个设备各漏报 {MISSED} 次时，发出一条高级报警并开工单，列出其后所有设备；"
        "这些设备不再各自报警，涉及生命安全的除外；网关再有消息即解除。",
        f"When nothing comes through a gateway while {ENOUGH} or more devices behind it have each missed {MISSED} messages, "
        "this raises one high alert that names all of them and opens a work order; they raise none of their own, "
        "life safety excepted. It returns with the first word through the gateway.",
    ),
    BROKER: Text(
        f"采集与消息服务器的连接中断 {duration_words(CUT_FOR).zh}时，发出紧急报警并开工单；"
        "恢复之前不判断任何设备失联；连接恢复即解除。",
        f"When the collector has had no link to its broker for {duration_words(CUT_FOR).en}, this raises a critical alert and "
        "opens a work order. Until the link is back nobody is called silent. It returns with the link.",
    ),
}
"""What each watches, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """What hangs on one gateway."""

    id: str
    points: Index
    """All that come through it, its own too."""
    rows: Index
    """Rows of silence of what is behind it: one a device."""
    members: Index
    """Their points."""
    intervals: Ints
    """Their expected intervals."""
    grouped: frozenset[int]
    """The rows without those of life safety."""


def gateways(engine: Engine) -> dict[str, Gateway]:
    """Every gateway with at least ``ENOUGH`` devices behind it."""
    rows = dict(_silence_rows(engine))
    vital = _vital_devices(engine)
    behind: dict[str, list[int]] = {}
    through: dict[str, list[int]] = {}
    for place, point in enumerate(engine.points):
        device = engine.register.devices.get(point.device)
        if device is None:
            continue
        through.setdefault(device.gateway or device.id, []).append(place)
        if device.gateway and place in rows:
            behind.setdefault(device.gateway, []).append(place)
    return {
        name: Gateway(
            id=name,
            points=np.array(through[name], np.intp),
            rows=np.array([rows[place] for place in places], np.intp),
            members=np.array(places, np.intp),
            intervals=np.array([engine.points[place].interval for place in places], np.int64),
            grouped=frozenset(rows[place] for place in places if engine.points[place].device not in vital),
        )
        for name, places in behind.items()
        if len(places) >= ENOUGH
    }


def gateways_of(register: Register) -> list[Device]:
    """Of the register, those with enough devices behind them to be called lost."""
    behind = Counter(device.gateway for device in register.devices.values() if device.gateway)
    return [device for device in register.devices.values() if behind[device.id] >= ENOUGH]


def _silence_rows(engine: Engine) -> Iterable[tuple[int, int]]:
    """(point, row) of everything that can fall silent."""
    for group in engine.groups:
        for local in np.flatnonzero(group.limits.after > 0).tolist():
            yield int(group.point[local]), group.base + local


def _vital_devices(engine: Engine) -> set[str]:
    """Devices with a point that a rule of life safety watches."""
    vital = {number for number, rule in enumerate(engine.rules) if rule.life_safety}
    return {
        engine.points[place].device
        for group in engine.groups
        for place in np.unique(group.point[np.isin(group.rule, list(vital))]).tolist()
    }


def lost_since(gateway: Gateway, memory: Memory, now: int, firing: frozenset[int]) -> int | None:
    """When it was lost; None while it is not. ``firing`` are the rows of silence that fire."""
    if firing.issuperset(gateway.rows.tolist()):
        return now
    heard = np.maximum(memory.heard[gateway.points], memory.since[gateway.points])
    missed = np.sort(int(heard.max()) + MISSED * gateway.intervals[gateway.intervals > 0])
    due = int(missed[ENOUGH - 1]) if len(missed) >= ENOUGH else FOREVER
    return due if due <= now else None


def heard_since(gateway: Gateway, memory: Memory, since: int) -> bool:
    """Whether something came through it that was said after ``since``: a backlog does not end a silence."""
    return bool(memory.heard[gateway.points].max(initial=0) > since)


@dataclass(slots=True, kw_only=True)
class Links:
    """What of it is lost now. Changed by the judge's ``Adopt`` only."""

    lost: dict[str, int] = field(default_factory=dict)
    """Gateway → since when."""
    back: dict[str, int] = field(default_factory=dict)
    """Gateway → when it came back: what is behind it has its time anew from there."""
    cut: int | None = None
    """Since when the collector has no link to its broker."""

    def load(self, alerts: Iterable[Alert]) -> None:
        """After a start: what was lost."""
        goes_on = (alert for alert in alerts if alert.condition is not Condition.NORMAL)
        self.lost = {alert.point: alert.started for alert in goes_on if alert.rule == GATEWAY}

    def adopt(self, lost: Mapping[str, int], regained: Iterable[str], now: int) -> None:
        """What a batch or a tick found is committed."""
        self.lost |= lost
        for name in regained:
            del self.lost[name]
            self.back[name] = now


def gateway_alert(gateway: Gateway, engine: Engine, since: int, now: int) -> Alert:
    """The one alert for all that is behind it."""
    behind = tuple(sorted({engine.points[place].device for place in gateway.members.tolist()}))
    device = engine.register.devices.get(gateway.id)
    name = device.name if device else Text(gateway.id)
    zones = {engine.register.zone_of(engine.points[place]) for place in gateway.members.tolist()}
    zone = next(iter(zones)) if len(zones) == 1 else None
    return _alert(
        GATEWAY_RULE,
        gateway.id,
        Text(
            f"网关“{name.zh}”失联：它后面的 {len(behind)} 个设备都没有消息",
            f"Gateway {name.en} has fallen silent: nothing from the {len(behind)} devices behind it",
        ),
        Text(
            f"{ENOUGH} 个以上设备各漏报 {MISSED} 次，且没有任何消息",
            f"news from one of them before {ENOUGH} have missed {MISSED} messages each",
        ),
        zone=zone.id if zone else "",
        behind=behind,
        since=since,
        now=now,
    )


def broker_alert(worker: str, since: int, now: int) -> Alert:
    """The one alert for everything that cannot be heard."""
    longest = duration_words(CUT_FOR)
    limit = Text(f"断开不超过 {longest.zh}", f"not cut for {longest.en}")
    return _alert(BROKER_RULE, worker, BROKER_RULE.title, limit, zone="", behind=(), since=since, now=now)


def _alert(
    rule: Rule, point: str, title: Text, limit: Text, *, zone: str, behind: tuple[str, ...], since: int, now: int
) -> Alert:
    return Alert(
        rule=rule.id,
        rule_version=rule.version,
        clause=rule.clause,
        point=point,
        asset="",
        zone=zone,
        severity=rule.severity,
        life_safety=rule.life_safety,
        title=title,
        limit=limit,
        started=since,
        raised=since,
        opened=now,
        behind=behind,
    )

"""A channel that reaches nobody is an alert of its own: told by the other channels, until somebody has seen to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from facility.alert import Alert, Condition, Severity, again, returned
from facility.notice import NoticeState
from facility.own_alert import own_alert, own_fact
from facility.text import Text
from storage.records.port import Unit

UNDELIVERED = "notices-undelivered"
"""The alerts' rule; their point is the channel."""
WHO = "system:outbox"
CHANNEL_NOTE = "channel/"
"""As the outbox keeps each channel's health."""


def watch(unit: Unit, now: int) -> bool:
    """Raise and return, channel by channel. Returns whether there is more to do: never."""
    wrong = _wrong(unit)
    open_ones = {alert.point: alert for alert in unit.alerts.open_ones() if alert.rule == UNDELIVERED}
    for channel, said in wrong.items():
        alert = open_ones.pop(channel, None)
        if alert is None:
            _fact(unit, unit.alerts.open(_alert(channel, said, now)), "raised", "normal", now)
        elif alert.condition is Condition.NORMAL:
            back = replace(again(alert), limit=said)
            _fact(unit, unit.alerts.update(back), "re-raised", alert.state, now)
        elif alert.limit != said:
            unit.alerts.update(replace(alert, limit=said))
    for alert in open_ones.values():
        if alert.condition is not Condition.NORMAL:
            _fact(unit, unit.alerts.update(returned(alert, now)), "returned", alert.state, now)
    return False


def _wrong(unit: Unit) -> dict[str, Text]:
    """Channel → what is wrong with it."""
    dead = {channel: many for (channel, state), many in unit.notices.tally().items() if state == NoticeState.DEAD}
    notes = {name.removeprefix(CHANNEL_NOTE): unit.notes.get(name) or {} for name in unit.notes.names(CHANNEL_NOTE)}
    found: dict[str, Text] = {}
    for channel in sorted({*dead, *(name for name, note in notes.items() if note.get("left_alone_until"))}):
        found[channel] = _said(dead.get(channel, 0), notes.get(channel, {}))
    return found


def _said(dead: int, note: Mapping[str, Any]) -> Text:
    zh, en = [], []
    if note.get("left_alone_until"):
        zh.append(f"连续 {note['failures']} 次发送失败")
        en.append(f"{note['failures']} failures in a row")
    if dead:
        zh.append(f"{dead} 条通知未送达，需有人处理")
        en.append(f"{dead} notices were not delivered and need somebody")
    error = f"（{note['error']}）" if note.get("error") else ""
    return Text("，".join(zh) + error, ", ".join(en) + (f" ({note['error']})" if error else ""))


def _alert(channel: str, said: Text, now: int) -> Alert:
    title = Text(f"通知送不到：{channel}", f"Notices do not get through: {channel}")
    return own_alert(UNDELIVERED, channel, now, severity=Severity.HIGH, title=title, limit=said)


def _fact(unit: Unit, alert: Alert, what: str, before: str, now: int) -> None:
    unit.facts.append(own_fact(alert, what, before, now, who=WHO))

"""A channel that reaches nobody is an alert of its own: told by the other channels, until somebody has seen to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facility.alert import Severity
from facility.notice import NoticeState
from facility.own_alert import Cause
from facility.text import Text
from storage.records.own_alerts import report
from storage.records.port import Unit

UNDELIVERED = "notices-undelivered"
"""The alerts' rule; their point is the channel."""
WHO = "system:outbox"
CHANNEL_NOTE = "channel/"
"""As the outbox keeps each channel's health."""


def watch(unit: Unit, now: int) -> bool:
    """Raise and return, channel by channel. Returns whether there is more to do: never."""
    report(
        unit, (UNDELIVERED,), [_cause(channel, said) for channel, said in _wrong(unit).items()], now, WHO, quiet=True
    )
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


def _cause(channel: str, said: Text) -> Cause:
    title = Text(f"通知送不到：{channel}", f"Notices do not get through: {channel}")
    return Cause(rule=UNDELIVERED, key=channel, severity=Severity.HIGH, title=title, limit=said)

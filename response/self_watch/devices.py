"""Devices that send without end, and those that speak for others: one alert for each, whoever of the collectors heard it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from facility.alert import Severity
from facility.own_alert import Cause
from facility.self_alert import CLAIMS, FLOOD
from facility.text import Text
from response.self_watch.said import Said, cause_of, number

SHOWN = 3


def causes(workers: Iterable[Said]) -> Iterator[Cause]:
    """What ends them is the collector's to say: it leaves them out then."""
    known = [worker.table("conduct") for worker in workers]
    floods = _by(known, "floods", "device")
    for device, rows in floods.items():
        yield cause_of(FLOOD, device, Severity.MEDIUM, _flood(rows))
    for speaker, rows in _by(known, "claims", "source", "speaker").items():
        yield cause_of(CLAIMS, speaker, Severity.HIGH, _claims(rows))


def _by(known: Iterable[Mapping[str, Any]], what: str, *names: str) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of all collectors by whom they are about."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for conduct in known:
        rows = conduct.get(what)
        for row in rows if isinstance(rows, list) else ():
            found.setdefault("/".join(str(row.get(name)) for name in names), []).append(row)
    return found


def _flood(rows: list[Mapping[str, Any]]) -> Text:
    """Two figures are exact enough: it is not told anew with each reading."""
    rate, thinned = (int(sum(number(row.get(name)) for row in rows)) for name in ("a_minute", "thinned"))
    told = f"{float(f'{rate:.2g}'):,.0f}"
    if not thinned:
        return Text(
            f"每分钟约 {told} 条读数，涉及生命安全或计数，一条未省略",
            f"About {told} readings a minute; lives depend on it or a rule counts them, so each is kept",
        )
    return Text(
        f"每分钟约 {told} 条读数；每秒只保留最低、最高和最后的值",
        f"About {told} readings a minute; of each second the lowest, the highest and the last are kept",
    )


def _claims(rows: list[Mapping[str, Any]]) -> Text:
    claimed = list(dict.fromkeys(str(one) for row in rows for one in row.get("claimed") or ()))
    messages = int(sum(number(row.get("messages")) for row in rows))
    names, more = ", ".join(claimed[-SHOWN:]), len(claimed) - SHOWN
    rest = (f" 等 {len(claimed)} 台", f" and {more} more") if more > 0 else ("", "")
    return Text(
        f"自称或代报：{names}{rest[0]}；已拒收 {messages} 条消息",
        f"Spoke as or for {names}{rest[1]}; {messages} messages refused",
    )

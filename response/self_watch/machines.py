"""The machines under the processes: disks that fill up, clocks that are wrong. One alert a machine, whatever runs on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from facility.alert import Severity
from facility.instant import HOUR, duration_words
from facility.own_alert import Cause
from facility.self_alert import CLOCK, DISK, Limits
from facility.text import Text
from response.self_watch.said import Said, cause_of, number

URGENT = 1 / 3
OVER = 1.2
"""It is over when so many times the limit is free again."""
UNKEPT_FOR = HOUR
"""So long after a start a clock may take to be kept."""
STEP_TOLD_FOR = HOUR
"""That somebody set the clock matters for what is judged around that time."""


def causes(processes: Iterable[Said], now: int, limits: Limits) -> Iterator[Cause]:
    """Each machine and disk once, by who spoke last."""
    disks: dict[str, Mapping[str, Any]] = {}
    clocks: dict[str, Mapping[str, Any]] = {}
    for process in sorted(processes, key=lambda one: one.at):
        machine = process.table("machine")
        host = str(machine.get("host") or "")
        if isinstance(disk := machine.get("disk"), Mapping):
            disks[f"{host}:{disk.get('folder')}"] = disk
        if isinstance(clock := machine.get("clock"), Mapping):
            clocks[host] = clock
    for key, disk in disks.items():
        yield from _disk(key, disk, limits)
    for host, clock in clocks.items():
        yield from _clock(host, clock, now, limits)


def _disk(key: str, disk: Mapping[str, Any], limits: Limits) -> Iterator[Cause]:
    total = number(disk.get("total"))
    free = 100 * number(disk.get("free")) / total if total else 100.0
    if free >= limits.disk * OVER:
        return
    left = number(disk.get("free")) / (1 << 30)
    said = Text(
        f"剩余 {free:.0f}%（{left:.1f} GiB），限值 {limits.disk:g}%",
        f"{free:.0f} % free ({left:.1f} GiB), the limit is {limits.disk:g} %",
    )
    severity = Severity.HIGH if free < limits.disk * URGENT else Severity.MEDIUM
    yield cause_of(DISK, key, severity, said, stays=free >= limits.disk)


def _clock(host: str, clock: Mapping[str, Any], now: int, limits: Limits) -> Iterator[Cause]:
    """The worst of what is wrong with it."""
    apart, stepped, at = (number(clock.get(name)) for name in ("database_ms", "stepped_ms", "stepped_at"))
    unkept = clock.get("unkept_since")
    if abs(apart) >= limits.clock:
        long = duration_words(round(abs(apart)))
        said = Text(f"与数据库时钟相差 {long.zh}", f"{long.en} apart from the database's clock")
        yield cause_of(CLOCK, host, Severity.HIGH, said)
    elif abs(stepped) >= limits.clock and now - at < STEP_TOLD_FOR:
        long = duration_words(round(abs(stepped)))
        way = ("向前", "forward") if stepped > 0 else ("向后", "back")
        said = Text(f"时钟被{way[0]}拨了 {long.zh}", f"The clock was set {way[1]} by {long.en}")
        yield cause_of(CLOCK, host, Severity.HIGH, said)
    elif unkept is not None and now - number(unkept) >= UNKEPT_FOR:
        said = Text("没有时间同步，时钟会越走越偏", "Nothing keeps it: it drifts away from the right time")
        yield cause_of(CLOCK, host, Severity.LOW, said)

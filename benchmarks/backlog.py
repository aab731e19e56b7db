"""Two hours of 500 points, sent at once as a gateway does it when its link is back, taken in while live judging goes on.

As ``benchmarks.late``, with as much of the backlog in hand as a broker sends ahead, instead of so many readings a second. It says
how long it took until all was stored, judged and judged again, and how long live messages waited meanwhile.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import structlog

from benchmarks.late import (
    AN_ARRAY,
    EVERY,
    LATE_GAUGES,
    LIVE_A_SECOND,
    Figures,
    Room,
    backlog,
    figures,
    fresh_room,
    share,
)

WINDOW = 20
"""Messages that a broker sends before it waits for an acknowledgement: Mosquitto's default."""
HOURS_2 = 7_200_000


def main() -> dict[str, Any]:
    """One JSON line."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with fresh_room() as room:
        alone = room.run(late_a_second=0)
    with fresh_room() as room:
        taken_in, latencies = _take_in(room)
        found = room.breaches()
    readings = LATE_GAUGES * (HOURS_2 // EVERY)
    return {
        "benchmark": "backlog",
        "readings": readings,
        "taken_in_after_s": round(taken_in, 1),
        "readings_per_s": round(readings / taken_in),
        "live_messages_per_s": LIVE_A_SECOND,
        "live_alone_ms": figures(alone),
        "live_with_backlog_ms": figures(latencies),
        "p99_ratio": round(share(latencies, 99) / share(alone, 99), 2),
        "late_breaches_found": found,
        "late_breaches_sent": room.sent_breaches,
    }


def _take_in(room: Room) -> tuple[float, list[float]]:
    """(seconds until nothing is left, what every live message waited)."""
    pieces: Iterator[tuple[int, list[Figures]]] = backlog(room.start)
    began, sent, left = time.perf_counter(), 0, True
    due: list[float] = []
    latencies: list[float] = []
    while left or room.link.unacknowledged or room.judge.backlog.waiting:
        while sent <= (time.perf_counter() - began) * LIVE_A_SECOND:
            room.live(sent)
            due.append(sent / LIVE_A_SECOND)
            sent += 1
        while left and room.link.unacknowledged < WINDOW:
            left = _send(room, pieces)
        latencies += room.step(began, due)
    return time.perf_counter() - began, latencies


def _send(room: Room, pieces: Iterator[tuple[int, list[Figures]]]) -> bool:
    """One array more; False when there is none."""
    piece = next(pieces, None)
    if piece is None:
        return False
    gauge, rows = piece
    room.deliver(gauge, rows)
    room.late += AN_ARRAY
    room.sent_breaches += any(row["values"]["pressure"] < 0.5 for row in rows)
    return True

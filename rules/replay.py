"""Stored history judged again, many points at once: on several processes, or in this thread beside others."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from multiprocessing.pool import Pool
from typing import Any

from facility.register import Register
from rules.replaying import Found, Past, replay_point
from rules.replaying_together import only_wanted, with_together
from rules.running import Running
from storage.readings.port import Readings

POINTS_AT_ONCE = 10
Progress = Callable[[int, int], None]
"""(points done, points in all)"""


def replay(
    past: Past,
    open_readings: Callable[[], Readings],
    points: Sequence[str],
    *,
    processes: int = 1,
    progress: Progress | None = None,
) -> Found:
    """Every point, on so many processes at once; each opens the store of readings for itself.

    Processes are forked: call this with more than one only where no other thread runs.
    """
    parts = _parts(points)
    with closing(open_readings()) as readings:
        past = with_modes(past, readings)
    past.watchers  # noqa: B018 - worked out once, before the processes part
    # Closed here and not when somebody lets go of it: with an exception on its way that may be long after.
    with closing(_spread(past, open_readings, parts, processes)) as each:
        return _whole(past, points, _gathered(parts, each, progress))


def replay_here(past: Past, readings: Readings, points: Sequence[str], progress: Progress | None = None) -> Found:
    """The same in this thread, from a store that is open and stays so. ``progress`` may raise to give up."""
    parts, past = _parts(points), with_modes(past, readings)
    return _whole(past, points, _gathered(parts, (_part(past, readings, part) for part in parts), progress))


def with_modes(past: Past, readings: Readings) -> Past:
    """With the modes that equipment told. Raises ``ReadingsUnavailable``."""
    registers: list[tuple[int, Register]] = []
    for since, register in past.registers:
        running = Running(past.book, register)
        running.read(readings, past.begin, past.end)
        registers.append((since, running.with_derived(running.derived())))
    return replace(past, registers=registers)


def _whole(past: Past, points: Sequence[str], found: Found) -> Found:
    """With what the rules find together."""
    found.incomplete = with_together(past, found, set(points))
    only_wanted(past, found)
    return found


def _parts(points: Sequence[str]) -> list[Sequence[str]]:
    return [points[at : at + POINTS_AT_ONCE] for at in range(0, len(points), POINTS_AT_ONCE)]


def _gathered(parts: Sequence[Sequence[str]], each: Iterable[Found], progress: Progress | None) -> Found:
    found, done, total = Found(), 0, sum(map(len, parts))
    for part, more in zip(parts, each, strict=True):
        found.add(more)
        done += len(part)
        if progress is not None:
            progress(done, total)
    return found


def _spread(
    past: Past, open_readings: Callable[[], Readings], parts: Sequence[Sequence[str]], processes: int
) -> Generator[Found, None, None]:
    if processes <= 1 or len(parts) <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        with closing(open_readings()) as readings:
            for part in parts:
                yield _part(past, readings, part)
        return
    with _pool(past, open_readings, processes) as pool:
        yield from pool.imap(_work, parts)


def _pool(past: Past, open_readings: Callable[[], Readings], processes: int) -> Pool:
    """Its processes hear SIGTERM only once they take it as it is meant: what they inherit may only take a note of it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        return multiprocessing.get_context("fork").Pool(processes, _start, (past, open_readings))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _part(past: Past, readings: Readings, points: Iterable[str]) -> Found:
    found = Found()
    for point in points:
        found.add(replay_point(past, readings, point))
    return found


_mine: dict[str, Any] = {}
"""Of a process of its own: what is replayed, and its connection. Rules hold modules, so they are inherited, not sent."""


def _start(past: Past, open_readings: Callable[[], Readings]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    _mine["past"], _mine["open"] = past, open_readings


def _work(points: Sequence[str]) -> Found:
    if "readings" not in _mine:  # here and not at the start: a process that fails there is only started again, for ever
        _mine["readings"] = _mine["open"]()
    return _part(_mine["past"], _mine["readings"], points)

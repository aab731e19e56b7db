"""The way of a message as stages, and which of them is slow or broken. Pure: words are the page's."""

from __future__ import annotations

from collections.abc import Mapping

from api.health import Worker

OK, SLOW, BROKEN, UNKNOWN = "ok", "slow", "broken", "unknown"
BROKER, COLLECT, DECODE, STORE, JUDGE = "broker", "collect", "decode", "store", "judge"
COMMIT, ACKNOWLEDGE, FORWARD, PAGES = "commit", "acknowledge", "forward", "pages"
TIMED = (DECODE, STORE, JUDGE, COMMIT, ACKNOWLEDGE)
"""What one thread of the collector does, one after the other: the one that takes longest is the one to see to."""
BUSY = 0.5
"""A collector that is behind and idle for more than half its time is held up by something that is none of these."""
WAITS_LONG = 60_000
"""Milliseconds: a history that is written every second is not that late when all is well."""


def states(worker: Worker | None, answers: Mapping[str, bool], now: int) -> dict[str, str]:
    """Stage → how it does, in the order of the way; ``forward`` only where there is a journal. ``answers``: by store."""
    silent = worker is None or worker.silent(now)
    found = dict.fromkeys((BROKER, COLLECT, *TIMED), UNKNOWN if silent else OK)
    found[COLLECT] = BROKEN if silent else OK
    if worker is not None and not silent:
        found |= _of(worker)
    for stage, store in ((STORE, "readings"), (COMMIT, "records")):
        if not answers.get(store, True):
            found[stage] = BROKEN
    if worker is not None and worker.journal:
        found[FORWARD] = UNKNOWN if silent else _forward(worker, now)
    return found | {PAGES: OK}


def _of(worker: Worker) -> dict[str, str]:
    found = {}
    if worker.connected is not None:
        found[BROKER] = OK if worker.connected else BROKEN
    if worker.broken_rules:
        found[JUDGE] = BROKEN
    cannot = _cannot(worker)
    if cannot:
        found[cannot] = BROKEN
    elif worker.slow:
        found[slowest(worker)] = SLOW
    return found


def _cannot(worker: Worker) -> str:
    """The stage that the last commit failed at."""
    if worker.failing.startswith("Readings"):
        return STORE
    return COMMIT if worker.failing else ""


def slowest(worker: Worker) -> str:
    """Where the collector's time goes; itself when it is mostly idle."""
    if sum(worker.busy.values()) < BUSY:
        return COLLECT
    return max(TIMED, key=lambda stage: worker.busy.get(stage, 0.0))


def _forward(worker: Worker, now: int) -> str:
    if "away_since" in worker.journal or worker.journal_error:
        return BROKEN
    return SLOW if now - worker.journal.get("oldest", now) > WAITS_LONG else OK

"""Processes that should be at work and say nothing. Each kind is watched by the other: the dead report nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from facility.alert import Severity
from facility.instant import MINUTE, duration_words
from facility.own_alert import Cause
from facility.self_alert import RESPONDER_AWAY, WORKER_SILENT, Limits
from facility.text import Text
from response.self_watch.said import Said, cause_of


def silent_workers(workers: Sequence[Said], now: int, limits: Limits) -> Iterator[Cause]:
    """One that was stopped in order is missed only while nobody else collects."""
    silent = [one for one in workers if now - one.at >= limits.silence]
    nobody = len(silent) == len(workers)
    for one in silent:
        if nobody or not one.note.get("stopped"):
            told = _since(one.at, now)
            rest = Text("；没有其他采集进程", "; no other collects") if nobody else Text("", "")
            said = Text(f"已有 {told.zh}没有动静{rest.zh}", f"Nothing for {told.en}{rest.en}")
            yield cause_of(WORKER_SILENT, one.name, Severity.CRITICAL if nobody else Severity.HIGH, said)


def missing_responder(responders: Iterable[Said], now: int, limits: Limits) -> Iterator[Cause]:
    """None that acts was heard of. Where none has ever run, none is missed."""
    known = list(responders)
    if not known or any(one.note.get("active") and now - one.at < limits.silence for one in known):
        return
    acted = [one.at for one in known if one.note.get("active")]
    told = _since(max(acted), now) if acted else duration_words(limits.silence)
    said = Text(f"已有 {told.zh}没有进程响应", f"Nobody has acted for {told.en}")
    yield cause_of(RESPONDER_AWAY, "responder", Severity.CRITICAL, said)


def _since(at: int, now: int) -> Text:
    """Whole minutes."""
    return duration_words(max(MINUTE, (now - at) // MINUTE * MINUTE))

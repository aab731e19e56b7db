"""A collector that is behind, that cannot store, or to which much comes that nobody can use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from facility.alert import Severity
from facility.instant import MINUTE, SECOND, duration_words
from facility.own_alert import Cause
from facility.self_alert import LAG, LETTERS, READINGS_LOST, RECORDS_AWAY, Limits
from facility.text import Text
from response.self_watch.said import Said, cause_of, number

HALF = 0.5
"""Below half the limit it is over: around the limit itself it would come and go."""
TOLD_FOR = 10 * MINUTE
"""That the records were away can be told only when they are back: so long."""


def causes(workers: Iterable[Said], now: int, limits: Limits) -> Iterator[Cause]:
    """Worker by worker."""
    for worker in workers:
        cannot_store = worker.note.get("error") or ""
        lost = str(cannot_store).startswith("ReadingsUnavailable") and worker.number("lag") >= limits.silence
        if lost:
            yield cause_of(READINGS_LOST, worker.name, Severity.CRITICAL, _why(str(cannot_store)))
        elif worker.number("lag") >= limits.lag * HALF:
            yield _behind(worker, limits)
        if worker.number("letters_5m") >= limits.letters * HALF:
            yield _unusable(worker, limits)
        yield from _was_away(worker, now, limits)


def _why(error: str) -> Text:
    reason = error.partition(": ")[2]
    return Text(f"原因：{reason}", f"Because: {reason}")


def _behind(worker: Said, limits: Limits) -> Cause:
    lag, limit = worker.number("lag"), duration_words(limits.lag)
    told = duration_words(int(lag) // SECOND * SECOND)
    said = Text(f"滞后 {told.zh}，限值 {limit.zh}", f"{told.en} behind, the limit is {limit.en}")
    return cause_of(LAG, worker.name, Severity.HIGH, said, stays=lag < limits.lag)


def _unusable(worker: Said, limits: Limits) -> Cause:
    many = int(worker.number("letters_5m"))
    topics = sorted(worker.table("refusals").items(), key=lambda pair: -number(pair[1]))[:3]
    worst = ", ".join(str(topic) for topic, _ in topics)
    said = Text(
        f"5 分钟内 {many} 条，限值 {limits.letters} 条；最多的主题：{worst}",
        f"{many} in five minutes, the limit is {limits.letters}; most from: {worst}",
    )
    return cause_of(LETTERS, worker.name, Severity.MEDIUM, said, stays=many < limits.letters)


def _was_away(worker: Said, now: int, limits: Limits) -> Iterator[Cause]:
    away = worker.table("records_away")
    since, until = int(number(away.get("since"))), int(number(away.get("until")))
    if until - since < limits.silence or now - until > TOLD_FOR:
        return
    long = duration_words((until - since) // SECOND * SECOND)
    said = Text(
        f"中断了 {long.zh}；其间没有判断，也没有通知",
        f"For {long.en}; nothing was judged and nobody was told meanwhile",
    )
    yield cause_of(RECORDS_AWAY, worker.name, Severity.HIGH, said)

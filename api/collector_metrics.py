"""What Prometheus asks about collectors: every stage of a message's way, by worker, as the workers' notes tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from api.health import Worker

COUNTERS: Mapping[str, tuple[str, str]] = {
    "received": ("dutyroom_messages_received", "Messages taken from the broker"),
    "decoded": ("dutyroom_messages_decoded", "Messages of which something could be used"),
    "messages": ("dutyroom_messages_committed", "Messages durable and judged"),
    "acknowledged": ("dutyroom_messages_acknowledged", "Messages acknowledged to the broker"),
    "duplicates": ("dutyroom_messages_repeated", "Messages that had been taken in before"),
    "isolated": ("dutyroom_messages_isolated", "Messages set apart because nothing foreseen could take them in"),
    "readings": ("dutyroom_readings_stored", "Readings kept"),
    "judged": ("dutyroom_readings_judged", "Readings judged; those of a batch that was tried again count again"),
    "passages": ("dutyroom_passages_stored", "Door events kept"),
    "scans": ("dutyroom_scans_stored", "Patrol scans kept"),
    "batches": ("dutyroom_commits", "Group commits"),
    "retries": ("dutyroom_commits_retried", "Group commits that a store could not take"),
    "conflicts": ("dutyroom_commits_conflicted", "Group commits judged again because another writer was first"),
    "thinned": ("dutyroom_readings_thinned", "Readings left out because their device sent too many"),
    "mismatched": ("dutyroom_messages_mismatched", "Messages refused because they claimed another device"),
}
"""Figure of the note → metric and what it says. A figure that a worker does not tell has no sample."""
JOURNAL_COUNTERS: Mapping[str, tuple[str, str]] = {
    "forwarded": ("dutyroom_history_rows_forwarded", "Rows that the history has taken"),
    "refused": ("dutyroom_history_rows_refused", "Rows that the history refused for good"),
}
JOURNAL_GAUGES: Mapping[str, tuple[str, str]] = {
    "rows": ("dutyroom_journal_rows", "Rows that wait for the history"),
    "bytes": ("dutyroom_journal_bytes", "Bytes that wait for the history"),
    "limit": ("dutyroom_journal_limit_bytes", "Bytes that may wait"),
}


def collector_metrics(found: Sequence[Worker], now: int) -> Iterator[Metric]:
    """All families, whether or not there is a worker."""
    for figure, (name, help) in COUNTERS.items():
        yield _counter(name, help, found, partial(_figure, figure))
    refused, failed = "Messages in the dead letters", "Attempts that a store could not serve"
    yield _labelled("dutyroom_messages_refused", refused, "reason", found, lambda w: w.reasons)
    yield _labelled("dutyroom_store_errors", failed, "store", found, lambda w: w.store_errors)
    spent = "Time the collector spent in a stage"
    yield _labelled("dutyroom_stage_seconds", spent, "stage", found, lambda w: w.spent)
    for figure, (name, help) in JOURNAL_COUNTERS.items():
        yield _counter(name, help, found, partial(_waiting, figure))
    for figure, (name, help) in JOURNAL_GAUGES.items():
        yield _gauge(name, help, found, partial(_waiting, figure))
    age = "Age of the oldest row that waits for the history"
    yield _gauge("dutyroom_journal_age_seconds", age, found, lambda worker: _age(worker, now))
    yield from _states(found, now)


def _states(found: Sequence[Worker], now: int) -> Iterator[Metric]:
    lag = "From a message's arrival to its acknowledgement, or so far"
    yield _gauge("dutyroom_lag_seconds", lag, found, lambda w: None if w.lag is None else w.lag / 1_000)
    yield _gauge("dutyroom_messages_waiting", "Messages taken and not committed", found, lambda w: w.queue)
    yield _gauge("dutyroom_messages_queued", "Messages arrived and not taken", found, lambda w: w.link.get("queued"))
    again = "Connections to the broker since the worker started"
    yield _counter("dutyroom_broker_connections", again, found, lambda w: w.link.get("connections"))
    left = "Messages left with the broker because the queue was full"
    yield _counter("dutyroom_messages_left", left, found, lambda w: w.link.get("overflowed"))
    yield _gauge("dutyroom_worker_up", "Heard of within 15 s", found, lambda w: not w.silent(now))
    up = "Connected to the broker"
    yield _gauge("dutyroom_worker_connected", up, found, lambda w: bool(w.connected) and not w.silent(now))
    broken = "Rules that failed when they last ran"
    yield _gauge("dutyroom_rules_failing", broken, found, lambda w: len(w.broken_rules))


def _figure(name: str, worker: Worker) -> float | None:
    return worker.figures.get(name)


def _waiting(name: str, worker: Worker) -> float | None:
    return worker.journal.get(name)


def _age(worker: Worker, now: int) -> float | None:
    if not worker.journal:
        return None
    return max(0.0, now - worker.journal["oldest"]) / 1_000 if "oldest" in worker.journal else 0.0


def _counter(name: str, help: str, found: Iterable[Worker], value: Callable[[Worker], float | None]) -> Metric:
    return _by_worker(CounterMetricFamily(name, help, labels=["worker"]), found, value)


def _gauge(name: str, help: str, found: Iterable[Worker], value: Callable[[Worker], float | None]) -> Metric:
    return _by_worker(GaugeMetricFamily(name, help, labels=["worker"]), found, value)


def _by_worker(
    family: CounterMetricFamily | GaugeMetricFamily, found: Iterable[Worker], value: Callable[[Worker], float | None]
) -> Metric:
    """A worker that does not say it has no sample."""
    for worker in found:
        if (told := value(worker)) is not None:
            family.add_metric([worker.name], told)
    return family


def _labelled(
    name: str, help: str, label: str, found: Iterable[Worker], values: Callable[[Worker], Mapping[str, float]]
) -> Metric:
    family = CounterMetricFamily(name, help, labels=["worker", label])
    for worker in found:
        for word, count in values(worker).items():
            family.add_metric([worker.name, word], count)
    return family

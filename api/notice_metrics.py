"""Notices for Prometheus: what waits, what could not be delivered, which channel fails."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric

from notify.pace import NOTE, read_health
from storage.records.port import Unit


def notice_metrics(unit: Unit) -> Iterable[Metric]:
    """By channel."""
    waiting = GaugeMetricFamily("dutyroom_notices_waiting", "Notices that wait to go out", labels=["channel"])
    dead = GaugeMetricFamily("dutyroom_notices_undelivered", "Notices that could not be delivered", labels=["channel"])
    failures = GaugeMetricFamily("dutyroom_channel_failures", "Failures of a channel in a row", labels=["channel"])
    tally = unit.notices.tally()
    notes = {name.removeprefix(NOTE): unit.notes.get(name) for name in unit.notes.names(NOTE)}
    for channel in sorted({*notes, *(channel for channel, _ in tally)}):
        waiting.add_metric([channel], sum(tally.get((channel, state), 0) for state in ("pending", "failed")))
        dead.add_metric([channel], tally.get((channel, "dead"), 0))
        failures.add_metric([channel], read_health(channel, notes.get(channel)).failures)
    return [waiting, dead, failures]

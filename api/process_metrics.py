"""What Prometheus asks about processes and the machines under them, as their notes tell it; this process tells it live."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from api.machines import Machine, resident


def process_metrics(found: Sequence[Machine]) -> Iterator[Metric]:
    """Processor time and memory by process, disk and clock by machine."""
    cpu = CounterMetricFamily("dutyroom_process_cpu_seconds", "Processor time used", labels=["process"])
    memory = GaugeMetricFamily("dutyroom_process_resident_bytes", "Memory that is resident", labels=["process"])
    mine = ("pages", time.process_time(), resident())
    for process, seconds, size in (*((m.process, m.cpu, m.memory) for m in found), mine):
        cpu.add_metric([process], seconds or 0)
        memory.add_metric([process], size or 0)
    yield cpu
    yield memory
    yield from _disks(found)
    yield from _clocks(found)


def _disks(found: Sequence[Machine]) -> Iterator[Metric]:
    free = GaugeMetricFamily("dutyroom_disk_free_bytes", "Free under the data folder", labels=["host", "folder"])
    size = GaugeMetricFamily("dutyroom_disk_size_bytes", "Size of that disk", labels=["host", "folder"])
    for (host, folder), machine in {(one.host, one.folder): one for one in found if one.folder}.items():
        free.add_metric([host, folder], machine.free or 0)
        size.add_metric([host, folder], machine.size or 0)
    yield free
    yield size


def _clocks(found: Sequence[Machine]) -> Iterator[Metric]:
    kept = GaugeMetricFamily("dutyroom_clock_kept", "Something keeps the machine's clock right", labels=["host"])
    apart = GaugeMetricFamily(
        "dutyroom_clock_apart_seconds", "The database's clock minus the machine's", labels=["host"]
    )
    for host, machine in {one.host: one for one in found}.items():
        kept.add_metric([host], int(machine.kept))
        if machine.apart is not None:
            apart.add_metric([host], machine.apart / 1_000)
    steps = CounterMetricFamily("dutyroom_clock_steps", "Times that somebody set the clock", labels=["process"])
    for one in found:
        steps.add_metric([one.process], one.steps)
    yield kept
    yield apart
    yield steps

"""What Prometheus asks about processes and the machines under them, as their notes tell it; this process tells it live."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from api.notes import number, table
from storage.records.port import Unit

PREFIXES = ("worker/", "responder/")


def machines(unit: Unit) -> dict[str, Mapping[str, object]]:
    """Process → what it says of its machine."""
    names = [name for prefix in PREFIXES for name in sorted(unit.notes.names(prefix))]
    found = {name: table(table(unit.notes.get(name)).get("machine")) for name in names}
    return {name: machine for name, machine in found.items() if machine}


def process_metrics(found: Mapping[str, Mapping[str, object]]) -> Iterator[Metric]:
    """CPU and memory by process, disk and clock by machine."""
    cpu = CounterMetricFamily("dutyroom_process_cpu_seconds", "Processor time used", labels=["process"])
    memory = GaugeMetricFamily("dutyroom_process_resident_bytes", "Memory that is resident", labels=["process"])
    for process, machine in (*found.items(), ("pages", _mine())):
        cpu.add_metric([process], number(machine.get("cpu")) or 0)
        memory.add_metric([process], number(machine.get("memory")) or 0)
    yield cpu
    yield memory
    yield from _disks(found)
    yield from _clocks(found)


def _mine() -> dict[str, object]:
    statm = Path("/proc/self/statm")
    pages = int(statm.read_text().split()[1]) if statm.exists() else 0
    return {"cpu": time.process_time(), "memory": pages * os.sysconf("SC_PAGE_SIZE")}


def _disks(found: Mapping[str, Mapping[str, object]]) -> Iterator[Metric]:
    free = GaugeMetricFamily("dutyroom_disk_free_bytes", "Free under the data folder", labels=["host", "folder"])
    size = GaugeMetricFamily("dutyroom_disk_size_bytes", "Size of that disk", labels=["host", "folder"])
    seen = {(str(m.get("host")), str(table(m.get("disk")).get("folder"))): table(m.get("disk")) for m in found.values()}
    for (host, folder), disk in seen.items():
        if disk:
            free.add_metric([host, folder], number(disk.get("free")) or 0)
            size.add_metric([host, folder], number(disk.get("total")) or 0)
    yield free
    yield size


def _clocks(found: Mapping[str, Mapping[str, object]]) -> Iterator[Metric]:
    kept = GaugeMetricFamily("dutyroom_clock_kept", "The machine's clock is kept by NTP or PTP", labels=["host"])
    apart = GaugeMetricFamily(
        "dutyroom_clock_apart_seconds", "The database's clock minus the machine's", labels=["host"]
    )
    steps = CounterMetricFamily("dutyroom_clock_steps", "Times that somebody set the clock", labels=["process"])
    clocks = {str(machine.get("host")): table(machine.get("clock")) for machine in found.values()}
    for host, clock in clocks.items():
        kept.add_metric([host], int(clock.get("unkept_since") is None))
        if (milliseconds := number(clock.get("database_ms"))) is not None:
            apart.add_metric([host], milliseconds / 1_000)
    for process, machine in found.items():
        steps.add_metric([process], number(table(machine.get("clock")).get("steps")) or 0)
    yield kept
    yield apart
    yield steps

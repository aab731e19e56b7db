"""A broker and a bucket that only one measurement uses, and what a process has cost."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests import services

PATIENCE = 60.0
WINDOW = 2_000
"""Messages that the broker sends ahead of their acknowledgement: as many as one group commit takes."""

# As Dutyroom ships it (nothing queued is dropped), on loopback and without accounts. What is saved, and when, costs both alike.
_MOSQUITTO = """
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
max_queued_messages 0
max_inflight_messages {window}
set_tcp_nodelay true
log_dest none
"""


@contextmanager
def mosquitto() -> Iterator[str]:
    """The ``host:port`` of a Mosquitto of our own, as long as the block lasts."""
    port = services.free_port()
    with tempfile.TemporaryDirectory() as folder:
        text = _MOSQUITTO.format(port=port, folder=folder, window=WINDOW)
        with services.mosquitto_server(Path(folder), text, port) as url:
            yield url.removeprefix("mqtt://")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A fresh bucket of the InfluxDB 2 of ``scripts/services``."""

    readings_url: str
    """As ``DUTYROOM_READINGS_URL`` wants it."""

    @property
    def name(self) -> str:
        """Also by which InfluxQL finds it."""
        return urlsplit(self.readings_url).path.strip("/")

    @property
    def address(self) -> services.InfluxAddress:
        """The server's."""
        return services.InfluxAddress.of(self.readings_url)

    def count(self, field: str) -> int:
        """How many points of ``reading`` have this field."""
        query = urlencode({"db": self.name, "q": f'SELECT count("{field}") FROM "reading"'})
        series = self.address.ask("GET", f"/query?{query}")["results"][0].get("series")
        return int(series[0]["values"][0][1]) if series else 0


@contextmanager
def fresh_bucket() -> Iterator[Bucket]:
    """A bucket as long as the block lasts."""
    url = os.environ.get(services.INFLUX2)
    if not url:
        raise SystemExit('benchmarks: no InfluxDB 2: scripts/services start, then eval "$(scripts/services env)"')
    with services.influx2_bucket(url) as made:
        yield Bucket(made)


def processor_seconds(pid: int) -> float:
    """User and system time of a process and its threads until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_resident_mb(pid: int) -> int:
    """The most that a process has had in memory."""
    return _status_mb(pid, "VmHWM:")


def resident_mb(pid: int) -> int:
    """What it has in memory now."""
    return _status_mb(pid, "VmRSS:")


def _status_mb(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(name)[2].split()[0]) // 1_000

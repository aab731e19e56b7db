"""A broker and a bucket that only one measurement uses, and what a process has cost."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

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
def mosquitto(window: int = WINDOW) -> Iterator[str]:
    """The ``host:port`` of a Mosquitto of our own, as long as the block lasts."""
    binary = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    if binary is None:
        raise SystemExit("benchmarks: mosquitto is not installed")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o777)  # started as root it runs as a user of its own
        port = _free_port()
        file = Path(folder) / "mosquitto.conf"
        file.write_text(_MOSQUITTO.format(port=port, folder=folder, window=window))
        process = subprocess.Popen([binary, "-c", str(file)])
        stack.callback(process.wait, 30)
        stack.callback(process.terminate)
        _wait_for("127.0.0.1", port)
        yield f"127.0.0.1:{port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(host: str, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit("benchmarks: mosquitto does not answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A fresh bucket of the InfluxDB 2 of ``scripts/services``."""

    base: str
    token: str
    organization: str
    name: str

    @property
    def readings_url(self) -> str:
        """As ``DUTYROOM_READINGS_URL`` wants it."""
        query = urlencode({"org": self.organization, "token": self.token})
        return f"influxdb://{urlsplit(self.base).netloc}/{self.name}?{query}"

    def count(self, field: str) -> int:
        """How many points of ``reading`` have this field."""
        form = urlencode({"db": self.name, "q": f'SELECT count("{field}") FROM "reading"'}).encode()
        answer = self._ask("/query", form, "application/x-www-form-urlencoded")
        series = answer["results"][0].get("series")
        return int(series[0]["values"][0][1]) if series else 0

    def make(self) -> None:
        """The bucket, and the mapping by which InfluxQL finds it."""
        organizations = self._ask(f"/api/v2/orgs?org={self.organization}")
        body = {"orgID": organizations["orgs"][0]["id"], "name": self.name, "retentionRules": []}
        made = self._ask("/api/v2/buckets", json.dumps(body).encode())
        mapping = {"bucketID": made["id"], "database": self.name, "retention_policy": "autogen", "default": True}
        self._ask("/api/v2/dbrps", json.dumps(mapping | {"orgID": made["orgID"]}).encode())

    def drop(self) -> None:
        """The bucket and all that is in it."""
        found = self._ask(f"/api/v2/buckets?name={self.name}")["buckets"]
        self._ask(f"/api/v2/buckets/{found[0]['id']}", method="DELETE")

    def _ask(self, path: str, body: bytes | None = None, kind: str = "application/json", method: str = "") -> Any:
        headers = {"Authorization": f"Token {self.token}", "Content-Type": kind}
        asked = urllib.request.Request(self.base + path, body, headers, method=method or None)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            content = answer.read()
        return json.loads(content) if content else {}


@contextmanager
def fresh_bucket() -> Iterator[Bucket]:
    """A bucket as long as the block lasts."""
    url = urlsplit(os.environ.get("DUTYROOM_TEST_INFLUX2_URL", ""))
    if not url.netloc:
        raise SystemExit('benchmarks: no InfluxDB 2: scripts/services start, then eval "$(scripts/services env)"')
    query = parse_qs(url.query)
    bucket = Bucket(
        base=f"http://{url.netloc}",
        token=query["token"][0],
        organization=query["org"][0],
        name=f"bench-{secrets.token_hex(4)}",
    )
    bucket.make()
    try:
        yield bucket
    finally:
        bucket.drop()


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

"""Where real servers answer, and a fresh database on them for each test.

`scripts/services start` starts them and writes .services/env. On a laptop a test whose server is not there is skipped;
in CI it fails.
"""

import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sysconfig
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

import pytest

HOST = "127.0.0.1"
ENVIRONMENT_FILE = Path(__file__).resolve().parents[1] / ".services" / "env"

MOSQUITTO = "DUTYROOM_TEST_MOSQUITTO_URL"
INFLUX1 = "DUTYROOM_TEST_INFLUX1_URL"
INFLUX2 = "DUTYROOM_TEST_INFLUX2_URL"
POSTGRES = "DUTYROOM_TEST_POSTGRES_URL"
CHROMIUM = "DUTYROOM_TEST_CHROMIUM"
PROMTOOL = "DUTYROOM_TEST_PROMTOOL"
AMTOOL = "DUTYROOM_TEST_AMTOOL"

FIXTURES = {
    "mosquitto_url",
    "influx1_url",
    "influx1_db_url",
    "influx2_url",
    "influx2_db_url",
    "postgres_url",
    "postgres_db_url",
    "promtool_path",
    "amtool_path",
}
BROWSER_FIXTURES = {"chromium_path", "browser", "page", "context"}


def load_environment(file: Path = ENVIRONMENT_FILE) -> None:
    """Takes over what scripts/services wrote, as far as it answers; what is set already stays."""
    if not file.exists():
        return
    for line in file.read_text().splitlines():
        name, _, value = shlex.split(line)[0].partition("=")
        if name not in os.environ and is_there(value):
            os.environ[name] = value


def is_there(value: str) -> bool:
    if value.startswith("/"):
        return Path(value).exists()
    address = urlsplit(value)
    return answers(address.hostname or HOST, address.port or 0)


def answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False


def wanted(name: str) -> str:
    """The value of a variable; without it the test is skipped, and in CI it fails."""
    value = os.environ.get(name)
    if value:
        return value
    reason = f"{name} is not set: scripts/services start"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def fresh_name() -> str:
    return f"t_{secrets.token_hex(6)}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


# --- InfluxDB ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InfluxAddress:
    base: str
    org: str
    token: str

    @classmethod
    def of(cls, url: str) -> "InfluxAddress":
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        return cls(f"http://{parts.netloc}", query.get("org", [""])[0], query.get("token", [""])[0])

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Token {self.token}"} if self.token else {}
        )
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
        return json.loads(content) if content else None


@contextmanager
def influx1_database(url: str, shards: str = "") -> Iterator[str]:
    """``shards``: how long one of them is, as InfluxQL writes it; the server's own when empty."""
    address, name = InfluxAddress.of(url), fresh_name()
    shape = f" WITH SHARD DURATION {shards}" if shards else ""
    address.ask("POST", "/query?q=" + quote(f"CREATE DATABASE {name}{shape}"))
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        address.ask("POST", "/query?q=" + quote(f"DROP DATABASE {name}"))


@contextmanager
def influx2_bucket(url: str, shard_seconds: int = 0) -> Iterator[str]:
    """A bucket, with the mapping by which InfluxQL finds it under its own name."""
    address, name = InfluxAddress.of(url), fresh_name()
    org_id = address.ask("GET", f"/api/v2/orgs?org={quote(address.org)}")["orgs"][0]["id"]
    shape = [{"type": "expire", "everySeconds": 0, "shardGroupDurationSeconds": shard_seconds}] if shard_seconds else []
    bucket_id = address.ask("POST", "/api/v2/buckets", {"name": name, "orgID": org_id, "retentionRules": shape})["id"]
    mapping = {"bucketID": bucket_id, "orgID": org_id, "database": name, "retention_policy": "autogen", "default": True}
    address.ask("POST", "/api/v2/dbrps", mapping)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        address.ask("DELETE", f"/api/v2/buckets/{bucket_id}")


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@contextmanager
def postgres_database(url: str) -> Iterator[str]:
    name = fresh_name()
    run_sql(url, f"CREATE DATABASE {name}")
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        run_sql(url, f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(url: str, statement: str) -> None:
    import psycopg

    with closing(psycopg.connect(url.replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute(statement.encode())


# --- Mosquitto ----------------------------------------------------------------------------------------------------------


def mosquitto_program() -> str:
    """Debian puts it where an ordinary user's PATH does not lead."""
    return shutil.which("mosquitto") or "/usr/sbin/mosquitto"


@contextmanager
def mosquitto_server(folder: Path, configuration: str, port: int) -> Iterator[str]:
    """One of our own that listens on ``port``, its files in ``folder``; yields its address."""
    config = folder / "mosquitto.conf"
    # Started as root it would run as a user of its own, who sees nothing of the folder.
    config.write_text(f"user root\n{configuration}")
    with _broker([mosquitto_program(), "-c", config], port, folder / "log") as url:
        yield url


@contextmanager
def _broker(command: "list[str | Path]", port: int, log: Path) -> Iterator[str]:
    """Running and answering; yields its MQTT address."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_until_answers(process, port, log)
        yield f"mqtt://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(timeout=15)


# --- NATS -------------------------------------------------------------------------------------------------------------

NATS_CONFIG = """\
server_name: dutyroom-test
listen: "{host}:{port}"
jetstream {{ store_dir: "{folder}", max_memory_store: 64MB, max_file_store: 4GB, sync_interval: always }}
mqtt {{ listen: "{host}:{mqtt_port}" }}
"""


@contextmanager
def nats_server(folder: Path) -> Iterator[str]:
    """The embedded broker with its files in `folder`; yields its MQTT address. Starting it again there keeps them."""
    mqtt_port = free_port()
    config = folder / "nats.conf"
    config.write_text(NATS_CONFIG.format(host=HOST, port=free_port(), mqtt_port=mqtt_port, folder=folder))
    binary = Path(sysconfig.get_path("scripts")) / "nats-server"
    with _broker([binary, "-c", config], mqtt_port, folder / "nats.log") as url:
        yield url


def wait_until_answers(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while not answers(HOST, port):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the broker did not start:\n{log.read_text()}")
        time.sleep(0.02)


def chromium_arguments() -> list[str]:
    """As root Chromium runs only without its sandbox; the rest keeps it from calling home."""
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*root, *quiet, "--disable-gpu", "--disable-quic"]


def chromium_launch(arguments: Mapping[str, Any], path: str) -> dict[str, Any]:
    return {**cast("dict[str, Any]", arguments), "executable_path": path, "args": chromium_arguments()}

"""Servers of a fault run's own: brokers, InfluxDB and PostgreSQL, each with its files in the run's folder."""

from __future__ import annotations

import csv
import shutil
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from collector.sources import DEFAULT_SOURCES
from dutyroom import broker as embedded
from dutyroom import mosquitto
from dutyroom.broker_access import access_of
from dutyroom.broker_files import write_mosquitto
from facility.register import Register
from scripts.servers import influx2, postgres
from scripts.servers.machine import HOST, answers, free_port, is_root, ok, program
from tests.faults.parts import Part

SAVED = "mosquitto.db"


class Login(NamedTuple):
    """How a client signs in at a broker."""

    user: str = ""
    password: str = ""

    def url(self, port: int) -> str:
        """The broker's address with it."""
        return f"mqtt://{self.user}:{self.password}@{HOST}:{port}" if self.user else f"mqtt://{HOST}:{port}"


class Broker(NamedTuple):
    """A broker and who may speak there. ``saved``: the file in which it keeps queues now and then; none where at once."""

    part: Part
    port: int
    logins: dict[str, Login]
    saved: Path | None

    def login(self, user: str) -> Login:
        """That account's."""
        return self.logins.get(user, Login())


def mosquitto_broker(folder: Path, register: Register) -> Broker:
    """With the configuration that is shipped, accounts and access list made from the register."""
    binary, port = program("mosquitto", package="mosquitto"), free_port()
    files, store = folder / "files", folder / "store"
    store.mkdir(parents=True)
    text = mosquitto.configuration(files, store, host=HOST, port=port)
    write_mosquitto(files, access_of(register, DEFAULT_SOURCES), text)
    with (files / "credentials.csv").open(encoding="utf-8-sig", newline="") as file:
        logins = {row["user"]: Login(row["user"], row["password"]) for row in csv.DictReader(file)}
    user = "mosquitto" if is_root() else None
    if user:
        for path in (store, files, *files.iterdir()):
            shutil.chown(path, user, user)
    part = Part(
        name="broker",
        command=[binary, "-c", files / "mosquitto.conf"],
        ready=lambda *_: answers(port),
        log=folder / "broker.log",
        user=user,
    )
    return Broker(part, port, logins, store / SAVED)


def nats_broker(folder: Path) -> Broker:
    """The embedded one, as ``dutyroom run`` configures it: each message is on the disk before it is acknowledged."""
    port, store = free_port(), folder / "store"
    store.mkdir(parents=True)
    config = folder / "nats.conf"
    config.write_text(embedded.configuration(HOST, port, store, "", ""))
    part = Part(
        name="broker",
        command=[embedded.binary(), "-c", config],
        ready=lambda *_: answers(port),
        log=folder / "broker.log",
    )
    return Broker(part, port, {}, None)


def influx(folder: Path) -> tuple[Part, int]:
    """InfluxDB 2.x; it must be running before ``influx_query``."""
    port = free_port()
    folder.mkdir(parents=True)
    command = influx2.command(folder, port, folder / "build.log")
    ready = lambda *_: answers(port) and ok(f"http://{HOST}:{port}/health")  # noqa: E731
    return Part(name="influx", command=command, ready=ready, log=folder / "influx.log"), port


def influx_url(port: int, query: str) -> str:
    """By which Dutyroom reaches it."""
    return f"influxdb://{HOST}:{port}/{influx2.BUCKET}?{query}"


def influx_query(port: int) -> str:
    """Sets it up once, and says organisation and token."""
    return urlencode({"org": influx2.ORG, "token": influx2.set_up(f"http://{HOST}:{port}")})


def postgresql(folder: Path) -> tuple[Part, int]:
    """A cluster with every promise of durability on."""
    binary = program("postgres", package="postgresql", folders=postgres.BINARIES)
    user, port, data = "postgres" if is_root() else None, free_port(), folder / "data"
    data.mkdir(parents=True, mode=0o700)
    if user:
        shutil.chown(data, user, user)
    postgres.initialise(binary.with_name("initdb"), data, user, folder / "initdb.log")
    options = [f"listen_addresses={HOST}", f"port={port}", f"unix_socket_directories={data}"]
    is_ready = [str(binary.with_name("pg_isready")), "-q", "-h", HOST, "-p", str(port)]
    part = Part(
        name="postgres",
        command=[binary, "-D", data, *(word for option in options for word in ("-c", option))],
        ready=lambda *_: answers(port) and subprocess.run(is_ready, check=False).returncode == 0,
        log=folder / "postgres.log",
        user=user,
        stop_signal=signal.SIGINT,
    )
    return part, port


def postgres_url(port: int) -> str:
    """By which Dutyroom reaches it."""
    return f"postgresql+psycopg://{postgres.OWNER}@{HOST}:{port}/postgres"

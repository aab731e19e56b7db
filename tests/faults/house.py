"""A whole duty room on servers of its own, with a network between them that can be broken."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dutyroom.settings import Settings, load
from dutyroom.wiring import now, open_records
from facility.register import Register, difference
from scripts.servers.machine import HOST, free_port, is_root, ok
from storage.records.port import RecordsUnavailable
from tests.faults import servers
from tests.faults.parts import Part
from tests.faults.proxy import Proxy
from tests.faults.schedule import API, BROKER, INFLUX, POSTGRES, RESPONDER, WORKER
from tests.faults.site import write_site
from tests.faults.tap import Taken

DISK = 768
"""MiB of the small disk."""


@dataclass(slots=True, kw_only=True)
class House:
    """Everything that a fault may be done to, and what the oracle looks into."""

    folder: Path
    register: Register
    parts: dict[str, Part] = field(default_factory=dict)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    broker: servers.Broker
    taken: Taken
    settings: Settings
    direct: Settings
    """The same stores without the breakable network between: for the oracle."""
    disk: Path | None = None
    """The small disk that may be filled; None where none can be made."""
    clock: Path
    """The seconds written here are added to the worker's clock."""
    without: list[str] = field(default_factory=list)
    """What cannot be done on this machine, and why."""


@contextmanager
def house(folder: Path, register: Register, *, large: bool, broker: str) -> Iterator[House]:
    """Started and whole. ``large``: InfluxDB and PostgreSQL; else SQLite for both, as in one building."""
    with ExitStack() as last:
        yield _build(folder, register, last, large=large, broker=broker)


def _build(folder: Path, register: Register, last: ExitStack, *, large: bool, broker: str) -> House:
    """``last`` takes everything down, whatever state it is in."""
    disk = _small_disk(folder / "disk", last)
    speaks = (
        servers.mosquitto_broker(folder / BROKER, register)
        if broker == "mosquitto"
        else servers.nats_broker(folder / BROKER)
    )
    started = _up([speaks.part], last)
    taken = Taken()
    proxies = {BROKER: _proxy(speaks.port, last, taken)}
    stores: dict[str, str] = {}
    direct: dict[str, str] = {}
    if large:
        stores, direct = _servers(folder, started, proxies, last)
    site = folder / "site"
    write_site(site)
    common = {"data": str(folder / "disk"), "site": str(site), "http": f"{HOST}:{free_port()}"}
    mine = speaks.login("dutyroom")
    built = House(
        folder=folder,
        register=register,
        proxies=proxies,
        broker=speaks,
        taken=taken,
        clock=folder / "clock",
        settings=load(mqtt_url=mine.url(proxies[BROKER].port), **common, **stores),
        direct=load(mqtt_url=mine.url(speaks.port), **common, **direct),
        disk=disk,
    )
    if disk is None:
        built.without.append("fill disk: only root can mount a small one")
    _install(built)
    started += _up(_programs(built, last), last)
    if speaks.saved is not None:
        speaks.part.signal(signal.SIGUSR1)  # an installation whose worker has been there once: the session is saved
    built.parts = {part.name: part for part in started}
    return built


def _servers(
    folder: Path, started: list[Part], proxies: dict[str, Proxy], last: ExitStack
) -> tuple[dict[str, str], dict[str, str]]:
    """Settings of the stores through the proxies, and straight."""
    history, history_port = servers.influx(folder / INFLUX)
    records, records_port = servers.postgresql(folder / POSTGRES)
    started += _up([history, records], last)
    proxies |= {INFLUX: _proxy(history_port, last), POSTGRES: _proxy(records_port, last)}
    query = servers.influx_query(history_port)

    def stores(influx_port: int, postgres_port: int) -> dict[str, str]:
        return {
            "readings_url": servers.influx_url(influx_port, query),
            "records_url": servers.postgres_url(postgres_port),
        }

    return stores(proxies[INFLUX].port, proxies[POSTGRES].port), stores(history_port, records_port)


def _up(parts: list[Part], last: ExitStack) -> list[Part]:
    """Started together; returns when all of them do their work."""
    for part in parts:
        last.callback(_down, part)
        part.start()
    for part in parts:
        part.wait()
    return parts


def _down(part: Part) -> None:
    """Also when it is paused."""
    part.signal(signal.SIGCONT)
    part.stop()


def _proxy(port: int, last: ExitStack, taken: Taken | None = None) -> Proxy:
    return last.enter_context(closing(Proxy(port, taken=taken)))


def _install(built: House) -> None:
    """The register, as an installation has it before its first message."""
    with closing(open_records(built.direct)) as records, records.begin() as unit:
        unit.registers.apply(difference(Register(), built.register), who="system:faults", at=now())


def _programs(built: House, last: ExitStack) -> list[Part]:
    """The worker's clock can be set."""
    linked, http = built.proxies[BROKER], built.settings.http
    run = [sys.executable, "-m", "dutyroom"]
    shifted = [sys.executable, "-m", "tests.faults.shifted", str(built.clock)]
    return [
        _program(built, WORKER, [*shifted, "worker"], lambda since, _: linked.answered > since),
        _program(built, RESPONDER, [*run, "respond"], _responding(built, last)),
        _program(built, API, [*run, "serve"], lambda *_: ok(f"http://{http}/healthz")),
    ]


def _program(built: House, name: str, command: Sequence[str | Path], ready: Callable[[float, int], bool]) -> Part:
    environment, log = built.settings.environment(), built.folder / f"{name}.log"
    return Part(name=name, command=command, ready=ready, log=log, environment=environment)


def _responding(built: House, last: ExitStack) -> Callable[[float, int], bool]:
    """Whether the responder that was started then has said that it acts."""
    records = last.enter_context(closing(open_records(built.direct)))

    def ready(_: float, since: int) -> bool:
        try:
            with records.read() as unit:
                note = unit.notes.get(f"responder/{built.settings.responder}") or {}
        except RecordsUnavailable:
            return False
        return bool(note.get("active")) and int(note.get("started", 0)) >= since

    return ready


def _small_disk(folder: Path, last: ExitStack) -> Path | None:
    """The folder is there in any case."""
    folder.mkdir(parents=True)
    if not is_root() or shutil.which("mount") is None:
        return None
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(folder)], check=False)
    if done.returncode != 0:
        return None
    last.callback(subprocess.run, ["umount", "-l", str(folder)], check=False)
    return folder

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
    started: list[Part] = []
    proxies: dict[str, Proxy] = {}
    disk = _small_disk(folder / "disk")
    with ExitStack() as last:
        last.callback(_take_down, started, proxies, disk)
        yield _build(folder, register, started, proxies, disk, last, large=large, broker=broker)


def _take_down(started: list[Part], proxies: dict[str, Proxy], disk: Path | None) -> None:
    """Everything, whatever state it is in."""
    for part in reversed(started):
        part.signal(signal.SIGCONT)
        part.stop()
    for proxy in proxies.values():
        proxy.close()
    if disk is not None:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def _build(
    folder: Path,
    register: Register,
    started: list[Part],
    proxies: dict[str, Proxy],
    disk: Path | None,
    last: ExitStack,
    *,
    large: bool,
    broker: str,
) -> House:
    speaks = (
        servers.mosquitto_broker(folder / BROKER, register)
        if broker == "mosquitto"
        else servers.nats_broker(folder / BROKER)
    )
    _up(speaks.part, started)
    taken = Taken()
    proxies[BROKER] = Proxy(speaks.port, taken=taken)
    stores: dict[str, str] = {}
    direct: dict[str, str] = {}
    if large:
        stores, direct = _servers(folder, started, proxies)
    data, site = disk or folder / "disk", folder / "site"
    data.mkdir(exist_ok=True)
    write_site(site)
    common = {"data": str(data), "site": str(site), "http": f"{HOST}:{free_port()}"}
    mine = speaks.login("dutyroom")
    settings = load(mqtt_url=mine.url(proxies[BROKER].port), **common, **stores)
    records = load(mqtt_url=mine.url(speaks.port), **common, **direct)
    built = House(
        folder=folder,
        register=register,
        proxies=proxies,
        broker=speaks,
        taken=taken,
        clock=folder / "clock",
        settings=settings,
        direct=records,
        disk=disk,
    )
    if disk is None:
        built.without.append("fill disk: only root can mount a small one")
    _install(built)
    programs = _programs(built, last)
    for part in programs:
        started.append(part)
        part.start()
    for part in programs:
        part.wait()
    if speaks.saved is not None:
        speaks.part.signal(signal.SIGUSR1)  # an installation whose worker has been there once: the session is saved
    built.parts = {part.name: part for part in started}
    return built


def _servers(folder: Path, started: list[Part], proxies: dict[str, Proxy]) -> tuple[dict[str, str], dict[str, str]]:
    """Settings of the stores through the proxies, and straight."""
    history, history_port = servers.influx(folder / INFLUX)
    records, records_port = servers.postgresql(folder / POSTGRES)
    for part in (history, records):
        _up(part, started)
    proxies |= {INFLUX: Proxy(history_port), POSTGRES: Proxy(records_port)}
    query = servers.influx_query(history_port)

    def stores(influx_port: int, postgres_port: int) -> dict[str, str]:
        return {
            "readings_url": servers.influx_url(influx_port, query),
            "records_url": servers.postgres_url(postgres_port),
        }

    return stores(proxies[INFLUX].port, proxies[POSTGRES].port), stores(history_port, records_port)


def _up(part: Part, started: list[Part]) -> None:
    started.append(part)
    part.start()
    part.wait()


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


def _small_disk(folder: Path) -> Path | None:
    folder.mkdir(parents=True)
    if not is_root() or shutil.which("mount") is None:
        return None
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(folder)], check=False)
    return folder if done.returncode == 0 else None

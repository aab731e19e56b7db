"""Everything in one process tree: broker, worker, responder, pages and, for the demo, a simulated building."""

from __future__ import annotations

import fcntl
import json
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dutyroom import broker, demo, wiring
from dutyroom.children import Child, Family, program
from dutyroom.logs import without_variables
from dutyroom.settings import Settings, SettingsError, is_loopback, split_address

if TYPE_CHECKING:
    from storage.records.port import Records

PAGES_WITHIN = 120.0


class Stopped(Exception):
    """A signal asked to stop."""


def run(settings: Settings, *, with_demo: bool, seconds: float | None, scenario: str) -> dict[str, int]:
    """Run until a signal, or for ``seconds``. Returns the totals of this run.

    Raises ``SettingsError`` and the stores' errors before anything was started for good.
    """
    broker.check_exposure(settings)
    if settings.share and not settings.mqtt_url:
        raise SettingsError(
            "DUTYROOM_SHARE: the embedded broker shares no subscriptions; name another by DUTYROOM_MQTT_URL"
        )
    settings = _settle(settings, with_demo=with_demo)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    family = Family()
    try:
        with _alone(settings.data_folder):
            return _live(settings, family, with_demo=with_demo, seconds=seconds, scenario=scenario)
    finally:
        family.stop()


def _stop(*_: object) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def _settle(settings: Settings, *, with_demo: bool) -> Settings:
    """Fill in what the demo brings, and ports that are free."""
    fresh: dict[str, Any] = {}
    if with_demo and not settings.site:
        fresh["site"] = str(demo.site_folder())
    if with_demo and settings.data == "data":
        fresh["data"] = "data/demo"
    if with_demo:
        host, port = split_address(settings.http)
        if not is_loopback(host):
            raise SettingsError(
                f"DUTYROOM_HTTP: {settings.http!r}: the demo's accounts are known to all; it listens on 127.0.0.1 only"
            )
        fresh["http"] = f"{host}:{broker.free_port(host, port)}"
    return settings.model_copy(update=fresh)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One run per data folder. Raises ``SettingsError`` when another one has it."""
    wiring.private_folder(folder)
    with (folder / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(f"DUTYROOM_DATA: another dutyroom is already running in {folder}") from None
        yield


def _live(
    settings: Settings, family: Family, *, with_demo: bool, seconds: float | None, scenario: str
) -> dict[str, int]:
    records = wiring.open_records(settings)
    try:
        _prepare(settings, records, with_demo=with_demo)
        before = _totals(records, settings)
        with suppress(Stopped):
            _start(settings, family, with_demo=with_demo, scenario=scenario)
            _watch(family, seconds)
        family.stop()
        after = _totals(records, settings)
        return {name: after[name] - before.get(name, 0) for name in after}
    finally:
        records.close()


def _prepare(settings: Settings, records: Records, *, with_demo: bool) -> None:
    """The register from the site's folder when there is none yet, and the demo's accounts."""
    folder = settings.site_folder
    with records.read() as unit:
        empty = unit.registers.version() == 0
    if empty and folder and (folder / "register").is_dir():
        from dutyroom.register_files import import_folder

        result = import_folder(records, folder / "register", who="system:start", at=wiring.now(), dry_run=False)
        if result.errors:
            raise SettingsError(
                f"DUTYROOM_SITE: {folder / 'register'} has {len(result.errors)} errors; first: {result.errors[0]}"
            )
    if with_demo:
        demo.add_accounts(records, wiring.now())
        demo.owe_today(records, folder, wiring.now())
        demo.hang_codes(records, wiring.now())
    take_rota(folder, records)
    take_permissions(settings, records)
    if with_demo:
        from dutyroom.demo_visitors import let_in_visitors
        from dutyroom.visiting import PersonalDataFiles

        keep = PersonalDataFiles(folder).classes()["visits"].kept or 0
        let_in_visitors(records, wiring.hider(settings), keep, wiring.now())


def take_permissions(settings: Settings, records: Records) -> None:
    """The permissions from the site's folder when there are none yet."""
    folder = settings.site_folder
    with records.read() as unit:
        empty = unit.permissions.version() == 0
    if empty and folder and (folder / "permissions").is_dir():
        from dutyroom.permission_files import Importing, import_permissions

        how = Importing(hide=partial(wiring.hider(settings), "card"), who="system:start", at=wiring.now())
        found = import_permissions(records, folder / "permissions", how)
        if found.errors:
            raise SettingsError(
                f"DUTYROOM_SITE: {folder / 'permissions'} has {len(found.errors)} errors; first: {found.errors[0]}"
            )


def take_rota(folder: Path | None, records: Records) -> None:
    """The rota from the site's folder when there is none yet."""
    with records.read() as unit:
        empty = unit.rota.version() == 0
    if empty and folder and (folder / "rota").is_dir():
        from dutyroom.rota_files import import_rota

        found = import_rota(records, folder / "rota", who="system:start", at=wiring.now(), dry_run=False)
        if found.errors:
            raise SettingsError(
                f"DUTYROOM_SITE: {folder / 'rota'} has {len(found.errors)} errors; first: {found.errors[0]}"
            )


def _start(settings: Settings, family: Family, *, with_demo: bool, scenario: str) -> None:
    logs = settings.data_folder
    if not settings.mqtt_url:
        settings = _start_broker(settings, family)
    environment = settings.environment()
    family.add(Child(name="worker", command=program("worker"), environment=environment))
    family.add(Child(name="responder", command=program("respond"), environment=environment, patience=4.0))
    family.add(Child(name="pages", command=program("serve"), environment=environment, patience=3.0))
    address = f"http://{settings.http}"
    _wait_for_pages(f"{address}/healthz", family)
    if with_demo:
        command = program("simulate", "--scenario", scenario)
        family.add(
            Child(name="building", command=command, environment=environment, log=logs / "simulator.log", patience=0.5)
        )
    _announce(settings, address, with_demo=with_demo)


def _start_broker(settings: Settings, family: Family) -> Settings:
    host, wanted = split_address(settings.broker)
    port = broker.free_port(host, wanted)
    file = broker.write_configuration(settings, port)
    command = [str(broker.binary()), "-c", str(file)]
    child = family.add(Child(name="broker", command=command, environment={}, log=settings.data_folder / "broker.log"))
    process = child.process
    assert process is not None
    there = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    broker.wait_until_ready(process, (there, port))
    return settings.model_copy(update={"mqtt_url": broker.url(settings, port)})


def _wait_for_pages(url: str, family: Family) -> None:
    deadline = time.monotonic() + PAGES_WITHIN
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own pages
            return
        for child in family.children:
            if not child.alive:
                raise SettingsError(f"the {child.name} process ended at its start; its own message is above")
        time.sleep(0.1)
    raise SettingsError(f"the pages did not open within {PAGES_WITHIN:.0f} s at {url}")


def _announce(settings: Settings, address: str, *, with_demo: bool) -> None:
    from dutyroom.settings import hide

    lines = [
        f"Dutyroom 值班室  {address}",
        f"MQTT            {hide(settings.mqtt_url)}",
        f"data            {settings.data_folder}",
    ]
    if with_demo:
        names = " · ".join(f"{name} ({role.value})" for name, (_, role) in demo.PEOPLE.items())
        lines += [f"sign in as      {names}", f"password        {demo.PASSWORD}", "stop            Ctrl-C"]
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201


def _watch(family: Family, seconds: float | None) -> None:
    end = None if seconds is None else time.monotonic() + seconds
    while end is None or time.monotonic() < end:
        family.watch(_say_fallen)
        time.sleep(0.2)


def _say_fallen(child: Child, code: int) -> None:
    print(f"the {child.name} process ended (code {code}); starting it again", file=sys.stderr, flush=True)  # noqa: T201


def _totals(records: Records, settings: Settings) -> dict[str, int]:
    """What there is now: messages and readings as the worker counted them since it was first started here."""
    from storage.records.port import AlertFilter, WorkOrderFilter

    with records.read() as unit:
        note = unit.notes.get(f"totals/{settings.worker}") or {}
        return {
            "messages": int(note.get("messages", 0)),
            "readings": int(note.get("readings", 0)),
            "alerts": unit.alerts.count(AlertFilter()),
            "work_orders": unit.work_orders.count(WorkOrderFilter()),
        }


def main(settings: Settings, *, with_demo: bool, seconds: float | None, scenario: str) -> None:
    """The command: run, and print the totals as one JSON line when a length of time was asked for."""
    without_variables()
    totals = run(settings, with_demo=with_demo, seconds=seconds, scenario=scenario)
    if seconds is not None:
        print(json.dumps(totals), flush=True)  # noqa: T201

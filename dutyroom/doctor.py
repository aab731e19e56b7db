"""``dutyroom doctor``: each part looked at once, with what is wrong and how to mend it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from dutyroom import broker, doctor_machine, wiring
from dutyroom.settings import Settings, SettingsError, hide, is_loopback, split_address
from storage.readings.port import Readings, ReadingsUnavailable
from storage.records.port import RecordsUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one part is like."""

    part: str
    good: bool
    text: str


def examine(settings: Settings, *, probe_broker: bool = False) -> list[Finding]:
    """All parts, each by itself: one that fails hides no other. With ``probe_broker`` its queue is tried out too."""
    checks: dict[str, Callable[[], str]] = {
        "data folder": lambda: _data(settings),
        "records": lambda: _records(settings),
        "readings": lambda: _readings(settings),
        "register": lambda: _register(settings),
        "rules": lambda: f"{len(wiring.load_rules(settings).rules)} rules in force",
        "sources": lambda: f"{len(wiring.load_sources(settings).filters())} topic filters",
        "broker": lambda: _broker(settings),
        "pages": lambda: _pages(settings),
        "worker": lambda: doctor_machine.worker(settings),
        "responder": lambda: _responder(settings),
        "disk": lambda: doctor_machine.disk(settings),
        "clock": lambda: doctor_machine.clock(settings),
        "backup": lambda: doctor_machine.backup(settings),
    }
    if probe_broker:
        checks["broker's queue"] = lambda: _queue(settings)
    return [_look(part, check) for part, check in checks.items()]


def _look(part: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(part=part, good=True, text=check())
    except (SettingsError, RecordsUnavailable, ReadingsUnavailable, OSError, ValueError) as error:
        return Finding(part=part, good=False, text=hide(str(error)))


def _data(settings: Settings) -> str:
    folder = settings.data_folder
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".doctor"
    probe.write_text("ok")
    probe.unlink()
    return f"{folder} can be written"


def _records(settings: Settings) -> str:
    records = wiring.open_records(settings)
    try:
        with records.read() as unit:
            broken = unit.facts.verify()
        if broken is not None:
            raise ValueError(
                f"the chain of facts is broken at number {broken}: a row was changed outside the product; restore a backup"
            )
        return f"{records.check()}; the chain of facts is whole"
    finally:
        records.close()


def _readings(settings: Settings) -> str:
    records = wiring.open_records(settings)
    try:
        readings = wiring.open_readings(settings, records)
        try:
            _history(readings, settings)
            return readings.check()
        finally:
            readings.close()
    finally:
        records.close()


def _history(readings: Readings, settings: Settings) -> None:
    """An InfluxDB is looked at more closely: one that is away or set up wrongly is not noticed at once, for alarms go on."""
    from storage.readings.journalled import JournalledReadings

    if not isinstance(readings, JournalledReadings):
        return
    from storage.readings.influx import InfluxReadings

    history = readings.history
    troubles = history.troubles(settings.kept_longest) if isinstance(history, InfluxReadings) else []
    if troubles:
        raise ValueError("; ".join(troubles))


def _register(settings: Settings) -> str:
    records = wiring.open_records(settings)
    try:
        with records.read() as unit:
            register = unit.registers.load()
    finally:
        records.close()
    if not register.points:
        raise ValueError(
            "no points yet: dutyroom register import DIR (examples/riverside/register shows how the files look)"
        )
    return f"version {register.version}: {len(register.points)} points, {len(register.devices)} devices"


def _broker(settings: Settings) -> str:
    broker.check_exposure(settings)
    if not settings.mqtt_url:
        return f"embedded ({broker.binary().name}), would listen on {settings.broker}"
    url = urlsplit(settings.mqtt_url)
    port = url.port or (8883 if url.scheme == "mqtts" else 1883)
    try:
        socket.create_connection((url.hostname or "", port), timeout=3).close()
    except OSError as error:
        raise ValueError(
            f"{url.hostname}:{port} does not answer ({error}): is the broker running, is the port open?"
        ) from None
    return f"{hide(settings.mqtt_url)} answers"


def _queue(settings: Settings) -> str:
    from dutyroom.broker_probe import probe

    _, port = split_address(settings.broker)
    probed = probe(settings.mqtt_url or broker.url(settings, port))
    if not probed.remembered:
        raise ValueError(
            "it does not keep a session for a client that is away: everything sent meanwhile is lost. Mosquitto: persistence "
            "true, no persistent_client_expiration; EMQX: mqtt.session_expiry_interval = 14d; see docs/brokers.md"
        )
    if probed.kept == 0:
        raise ValueError(
            f"none of {probed.sent} messages came back: may this account publish and read dutyroom/doctor/+? "
            "See its access list and docs/brokers.md"
        )
    if probed.kept < probed.sent:
        raise ValueError(
            f"of {probed.sent} messages for a client that was away it dropped {probed.sent - probed.kept}, though it had "
            "acknowledged them: readings are lost whenever Dutyroom is away for long. Mosquitto: max_queued_messages 0 and "
            "max_queued_bytes 0; EMQX: mqtt.max_mqueue_len = infinity; see docs/brokers.md"
        )
    return f"all {probed.kept} messages for a client that was away were kept"


def _responder(settings: Settings) -> str:
    from api.responders import responding

    records = wiring.open_records(settings)
    try:
        with records.read() as unit:
            found, now = responding(unit), wiring.now()
    finally:
        records.close()
    if found.troubles:
        raise ValueError(
            f"{len(found.troubles)} facts could not be handled, the last by {found.troubles[0].follower!r}: "
            f"{found.troubles[0].error}; see to the cause, then have them tried again on the System page"
        )
    if not found.responders:
        return "none has ever run here; dutyroom run brings one"
    if not found.at_work(now):
        return (
            "none is at work now: nobody is called and no clock warns until dutyroom run or dutyroom respond is started"
        )
    acting = next(one for one in found.responders if one.active and not one.silent(now))
    return f"{acting.name} acts" + (", and is behind" if acting.slow else "")


def _pages(settings: Settings) -> str:
    host, _ = split_address(settings.http)
    if not is_loopback(host) and not settings.secure_cookies:
        raise ValueError(
            "open to the network without HTTPS: put a TLS proxy in front and set DUTYROOM_SECURE_COOKIES=true"
        )
    return f"would listen on {settings.http}"

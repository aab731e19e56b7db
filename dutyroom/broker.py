"""The embedded broker: NATS with its MQTT listener and JetStream, in one binary from a wheel."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sysconfig
import time
from pathlib import Path

from dutyroom.settings import Settings, SettingsError, is_loopback, split_address

_READY_WITHIN = 10.0


def binary() -> Path:
    """The server's file. Raises ``SettingsError`` when the wheel has none for this machine."""
    found = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not found.exists():
        raise SettingsError(
            "the embedded broker is not installed for this machine: set DUTYROOM_MQTT_URL to a broker of yours"
        )
    return found


def configuration(host: str, port: int, store: Path, user: str, password: str) -> str:
    """The server's configuration file. Every acknowledged message is on disk (``sync_interval: always``)."""
    auth = f"authorization {{ user: {_quoted(user)}, password: {_quoted(password)} }}\n" if password else ""
    return (
        "server_name: dutyroom\n"
        'host: "127.0.0.1"\n'
        "port: -1\n"
        "max_payload: 8MB\n"
        f"jetstream {{ store_dir: {_quoted(str(store))}, sync_interval: always }}\n"
        # Unacknowledged messages come again after ack_wait; the collector acknowledges within a commit or two.
        f'mqtt {{ host: {_quoted(host)}, port: {port}, ack_wait: "30s", max_ack_pending: 2000 }}\n'
        f"{auth}"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def free_port(host: str, wanted: int) -> int:
    """``wanted`` when it is free on ``host``, else any free port."""
    for port in (wanted, 0):
        with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SettingsError(f"no port can be opened on {host}")


def check_exposure(settings: Settings) -> None:
    """Raises ``SettingsError`` when the embedded broker would be open to the network without a password."""
    host, _ = split_address(settings.broker)
    if not is_loopback(host) and not settings.broker_password:
        raise SettingsError(
            f"DUTYROOM_BROKER: {settings.broker!r} opens the broker to the network: "
            "set DUTYROOM_BROKER_USER and DUTYROOM_BROKER_PASSWORD as well",
        )


def write_configuration(settings: Settings, port: int) -> Path:
    """The configuration file in the data folder, readable by this user only."""
    host, _ = split_address(settings.broker)
    folder = settings.data_folder / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "nats.conf"
    file.touch(mode=0o600)
    file.write_text(configuration(host, port, folder, settings.broker_user or "gateway", settings.broker_password))
    return file


def url(settings: Settings, port: int) -> str:
    """How this machine reaches the embedded broker."""
    host, _ = split_address(settings.broker)
    there = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    login = f"{settings.broker_user or 'gateway'}:{settings.broker_password}@" if settings.broker_password else ""
    return f"mqtt://{login}{there}:{port}"


def wait_until_ready(process: subprocess.Popen[bytes], address: tuple[str, int]) -> None:
    """Returns when it accepts connections. Raises ``SettingsError`` when it ends or does not come up in time."""
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SettingsError(
                f"the embedded broker ended at once (code {process.returncode}): see broker.log in the data folder"
            )
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=0.5):
            return
        time.sleep(0.05)
    raise SettingsError(f"the embedded broker did not open {address[0]}:{address[1]} within {_READY_WITHIN:.0f} s")

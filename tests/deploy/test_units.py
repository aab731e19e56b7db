"""What is shipped to install with: units that systemd accepts, a compose file whose settings exist."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from dutyroom.settings import PREFIX, Settings
from tests.architecture.checkout import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("dutyroom*"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


class _Unit(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        """Capitals are told apart."""
        return optionstr


def read(unit: Path) -> configparser.RawConfigParser:
    """Its sections; a key that stands twice keeps its last value."""
    found = _Unit(strict=False, delimiters=("=",), comment_prefixes=("#",))
    found.read_string(unit.read_text("utf-8"))
    return found


def settings_named(text: str) -> set[str]:
    return {name.lower() for name in re.findall(rf"{PREFIX}([A-Z_]+)", text)}


def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    for unit in UNITS:
        # The program is not installed where the units look for it.
        (tmp_path / unit.name).write_text(unit.read_text("utf-8").replace("/opt/dutyroom/bin/dutyroom", sys.executable))
    done = subprocess.run([analyze, "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "dutyroom" in line]
    assert said == []


def test_every_service_is_locked_in_and_shares_one_user() -> None:
    kept = {tuple(read(unit)["Service"].get(name) for name in ("User", "DynamicUser", "ProtectSystem", "NoNewPrivileges"))
            for unit in SERVICES}  # fmt: skip
    assert kept == {("dutyroom", "yes", "strict", "yes")}
    for unit in SERVICES:
        section = read(unit)["Service"]
        assert "dutyroom" in section["StateDirectory"].split()
        assert section["Environment"] == "DUTYROOM_DATA=/var/lib/dutyroom"


def test_every_service_starts_a_command_that_there_is() -> None:
    from typer.main import get_command

    from dutyroom.cli import app

    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    started = {re.findall(r"/bin/dutyroom (\w+)", read(unit)["Service"]["ExecStart"])[0] for unit in SERVICES}
    assert started == {"run", "worker", "respond", "serve", "backup"}
    assert started <= known


def test_the_timer_starts_the_backup_each_night() -> None:
    timer = read(DEPLOY / "systemd" / "dutyroom-backup.timer")
    assert timer["Timer"]["OnCalendar"] == "*-*-* 03:20:00"
    assert (DEPLOY / "systemd" / "dutyroom-backup.service") in SERVICES
    assert not read(DEPLOY / "systemd" / "dutyroom-backup.service").has_section("Install")


def test_the_settings_that_units_and_compose_name_exist() -> None:
    named = set().union(*(settings_named(file.read_text("utf-8")) for file in (*UNITS, DEPLOY / "compose.yaml")))
    assert named
    assert named <= set(Settings.model_fields)


def test_compose_mounts_what_it_declares_and_waits_for_what_is_there() -> None:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = found["services"]
    mounted = {mount.split(":")[0] for service in services.values() for mount in service.get("volumes", ())}
    assert {name for name in mounted if re.fullmatch(r"\w+", name)} == set(found["volumes"])
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        for file in (
            mount.split(":")[0] for mount in service.get("volumes", ()) if mount.startswith("./mosquitto/mosq")
        ):
            assert (DEPLOY / file).is_file()

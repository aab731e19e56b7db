"""The command line as a person meets it: errors that can be mended are one line, and each says what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dutyroom.cli import app


def dutyroom(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{f"DUTYROOM_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "dutyroom", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=environment, timeout=120, check=False
    )


def here(*arguments: str, stdin: str = "", **settings: str) -> Result:
    """The same in this process: a start of Python less."""
    return CliRunner().invoke(app, arguments, input=stdin, env={f"DUTYROOM_{name}": v for name, v in settings.items()})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"HTTP": "everywhere"}, "DUTYROOM_HTTP"),
        ({"MQTT_URL": "mqtt://host:port"}, "mqtt://"),
        ({"MQTT_URL": ""}, "DUTYROOM_MQTT_URL"),
        (
            {"MQTT_URL": "mqtt://127.0.0.1:1", "RECORDS_URL": "postgresql+psycopg://u:hunter2@127.0.0.1:1/db"},
            "127.0.0.1",
        ),
    ],
)
def test_a_worker_that_cannot_start_says_why_in_one_line(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    ended = dutyroom("worker", DATA=str(tmp_path), **settings)
    assert ended.returncode == 2, ended.stderr
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("dutyroom: ")
    assert says in last
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr


def test_a_broken_rule_stops_the_worker_with_file_and_line(tmp_path: Path) -> None:
    rules = tmp_path / "site" / "rules"
    rules.mkdir(parents=True)
    (rules / "mine.toml").write_text('id = "mine"\nseverity = "terrible"\n', "utf-8")
    ended = dutyroom("worker", DATA=str(tmp_path / "data"), SITE=str(tmp_path / "site"), MQTT_URL="mqtt://127.0.0.1:1")
    assert ended.returncode == 2
    assert "mine.toml:2" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_accounts_are_added_listed_and_disabled(tmp_path: Path) -> None:
    data = str(tmp_path)
    assert here("user", "add", "wang", "--role", "engineer", stdin="a long password\n", DATA=data).exit_code == 0
    again = dutyroom("user", "add", "wang", "--role", "guard", stdin="a long password\n", DATA=data)
    assert again.returncode == 2
    assert "wang" in again.stderr
    short = here("user", "add", "li", "--role", "guard", stdin="x\n", DATA=data)
    assert short.exit_code == 2
    assert "password" in short.stderr.lower()
    assert here("user", "disable", "wang", DATA=data).exit_code == 0
    assert "disabled" in here("user", "list", DATA=data).stdout


def test_a_token_is_printed_once_and_can_be_revoked(tmp_path: Path) -> None:
    data = str(tmp_path)
    made = here("token", "create", "--role", "inspector", "--name", "audit", DATA=data)
    assert made.exit_code == 0
    secret = made.stdout.strip()
    assert secret.startswith("dr_")
    listed = here("token", "list", DATA=data).stdout
    assert "audit" in listed
    assert secret not in listed
    assert here("token", "revoke", listed.split("\t")[0], DATA=data).exit_code == 0
    assert "ended" in here("token", "list", DATA=data).stdout


def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    ended = dutyroom("doctor", DATA=str(tmp_path), MQTT_URL="mqtt://127.0.0.1:1")
    assert ended.returncode == 1
    bad = [line for line in ended.stdout.splitlines() if line.startswith("BAD")]
    assert any("register import" in line for line in bad)
    assert any("does not answer" in line for line in bad)
    assert any(line.startswith("ok") and "records" in line for line in ended.stdout.splitlines())


def test_two_runs_cannot_share_a_data_folder(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / "run.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended = dutyroom("run", "--seconds", "5", DATA=str(tmp_path), BROKER="127.0.0.1:0", HTTP="127.0.0.1:0")
    assert ended.returncode == 2
    assert "already running" in ended.stderr


def test_the_demo_is_not_opened_to_the_network(tmp_path: Path) -> None:
    ended = dutyroom("run", "--demo", "--seconds", "5", DATA=str(tmp_path), HTTP="0.0.0.0:8080")
    assert ended.returncode == 2
    assert "127.0.0.1" in ended.stderr


@pytest.mark.slow
def test_the_demo_runs_for_so_long_and_says_what_came_in(tmp_path: Path) -> None:
    ended = dutyroom("run", "--demo", "--seconds", "12", DATA=str(tmp_path), BROKER="127.0.0.1:0", HTTP="127.0.0.1:0")
    assert ended.returncode == 0, ended.stderr
    totals = json.loads(ended.stdout.strip().splitlines()[-1])
    assert set(totals) == {"messages", "readings", "alerts", "work_orders"}
    assert totals["messages"] > 0
    assert totals["readings"] >= totals["messages"]

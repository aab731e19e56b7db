"""``dutyroom respond`` as it really runs, and what the doctor says of it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dutyroom.doctor import examine
from dutyroom.settings import Settings, load
from facility.trouble import Trouble
from response.tenure import LEASE
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqlRecords]:
    found = SqlRecords(f"sqlite:///{tmp_path}/records.db")
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data=str(tmp_path))


def until(condition: Callable[[], bool]) -> None:
    for _ in range(6_000):
        if condition():
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not happen in time")


def note(records: SqlRecords) -> dict[str, Any]:
    with records.read() as unit:
        return dict(unit.notes.get("responder/responder-1") or {})


def test_it_acts_until_it_is_asked_to_stop_and_gives_the_lease_back(records: SqlRecords, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "dutyroom", "respond"]
    environment = {**os.environ, "DUTYROOM_DATA": str(tmp_path)}
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: note(records).get("active") is True and bool(note(records)["steps"][0]["done"]))
        finally:
            process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    last = note(records)
    assert last["active"] is False
    assert last["errors"] == []
    assert [step["name"] for step in last["steps"] if step["failed"]] == []
    with records.read() as unit:
        lease = unit.leases.get(LEASE)
    assert lease is not None
    assert lease.free


def found(settings: Settings) -> tuple[bool, str]:
    (finding,) = [finding for finding in examine(settings) if finding.part == "responder"]
    return finding.good, finding.text


def test_the_doctor_says_when_nobody_calls_anybody(records: SqlRecords, settings: Settings) -> None:
    good, text = found(settings)
    assert good
    assert "none has ever run here" in text
    with records.begin() as unit:
        unit.notes.put("responder/responder-1", {"at": NOON, "active": True})
    assert "nobody is called" in found(settings)[1]


def test_the_doctor_says_what_could_not_be_handled(records: SqlRecords, settings: Settings) -> None:
    with records.begin() as unit:
        unit.troubles.add(Trouble(follower="escalation", seq=7, at=NOON, error="KeyError: 'water'", attempts=5))
    good, text = found(settings)
    assert not good
    assert "1 facts" in text
    assert "'escalation': KeyError: 'water'" in text

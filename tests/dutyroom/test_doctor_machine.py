"""What doctor says of collectors, disk, clock and backups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.machines import LAST_BACKUP
from dutyroom import doctor_machine, wiring
from dutyroom.machine import kernel_keeps_time
from dutyroom.settings import Settings, load
from facility.instant import DAY, HOUR
from tests.storage.records.examples import FACT


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data=str(tmp_path / "data"))


def note(settings: Settings, name: str, value: Any) -> None:
    records = wiring.open_records(settings)
    with records.begin() as unit:
        unit.notes.put(name, value)
        unit.facts.append(FACT)
    records.close()


def wrong(check: Callable[[Settings], str], settings: Settings) -> str:
    with pytest.raises(ValueError, match=r"\w") as caught:
        check(settings)
    return str(caught.value)


def test_a_collector_works_is_behind_or_is_missing(settings: Settings) -> None:
    assert "none has ever run here" in doctor_machine.worker(settings)
    note(settings, "worker/a", {"at": wiring.now(), "lag": 20})
    assert doctor_machine.worker(settings) == "a works"
    note(settings, "worker/a", {"at": wiring.now(), "lag": 20_000})
    assert "a is behind" in wrong(doctor_machine.worker, settings)
    note(settings, "worker/a", {"at": wiring.now() - HOUR})
    assert "none is at work (last: a)" in wrong(doctor_machine.worker, settings)
    note(settings, "worker/b", {"at": wiring.now(), "lag": 20})
    assert doctor_machine.worker(settings) == "a is silent, b works"


def test_a_disk_with_less_room_than_the_limit_is_bad(settings: Settings) -> None:
    settings.data_folder.mkdir()
    assert "% of the disk under" in doctor_machine.disk(settings.model_copy(update={"disk_limit": 0.001}))
    assert "make room or add disk" in wrong(doctor_machine.disk, settings.model_copy(update={"disk_limit": 99.99}))


def test_a_clock_that_nothing_keeps_is_bad(settings: Settings) -> None:
    if kernel_keeps_time() is False:
        assert "nothing keeps it right" in wrong(doctor_machine.clock, settings)
    else:
        assert doctor_machine.clock(settings).startswith("kept right")


def test_backups_are_asked_for_as_soon_as_there_is_something_to_keep(settings: Settings) -> None:
    assert doctor_machine.backup(settings) == "nothing to keep yet"
    note(settings, "other", 1)
    assert "none was ever made" in wrong(doctor_machine.backup, settings)
    note(settings, LAST_BACKUP, {"made": wiring.now()})
    assert doctor_machine.backup(settings) == "the last one was made today"
    note(settings, LAST_BACKUP, {"made": wiring.now() - 9 * DAY})
    assert "9 days ago" in wrong(doctor_machine.backup, settings)

"""A folder of register files becomes the register in force: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dutyroom.register_files import ImportResult, export_folder, import_folder, read_folder
from facility.point import Device
from facility.register import Change, Register, difference
from facility.register_files import RegisterRefused, tell
from facility.text import Text
from storage.records.port import Conflict, Unit
from storage.records.sql import SqlRecords
from tests.facility.registers import SMALL

AT = 1_795_478_400_000
LATER = AT + 86_400_000


def write(folder: Path, **changed: str | None) -> Path:
    """The small property's files in ``folder``, some replaced or (None) left out."""
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    for name, text in {**SMALL, **{f"{name}.csv": text for name, text in changed.items()}}.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqlRecords]:
    store = SqlRecords(f"sqlite:///{tmp_path / 'records.db'}")
    store.migrate()
    yield store
    store.close()


def imported(records: SqlRecords, folder: Path, *, at: int = AT, dry_run: bool = False) -> ImportResult:
    return import_folder(records, folder, who="manager", at=at, dry_run=dry_run, why="handover")


def loaded(records: SqlRecords, at: int | None = None) -> Register:
    with records.read() as unit:
        return unit.registers.load(at)


def test_a_folder_becomes_the_register(records: SqlRecords, tmp_path: Path) -> None:
    result = imported(records, write(tmp_path / "register"))
    assert (result.errors, result.version) == ((), 1)
    register = loaded(records)
    assert list(register.points) == ["pump-1.pressure", "cp-1.scan"]
    assert register.registered == {"pump-1.pressure": AT, "cp-1.scan": AT}


def test_the_history_says_who_when_and_why(records: SqlRecords, tmp_path: Path) -> None:
    imported(records, write(tmp_path / "register"))
    with records.read() as unit:
        (first,) = unit.registers.history("points", "pump-1.pressure")
    assert (first["what"], first["who"], first["at"], first["why"]) == ("added", "manager", AT, "handover")


def test_a_dry_run_tells_everything_and_applies_nothing(records: SqlRecords, tmp_path: Path) -> None:
    result = imported(records, write(tmp_path / "register"), dry_run=True)
    assert len(result.changes) == 16
    assert result.version == 0
    assert loaded(records).points == {}


def test_one_error_anywhere_and_nothing_is_applied(records: SqlRecords, tmp_path: Path) -> None:
    result = imported(records, write(tmp_path / "register", stops="route,order,point\nday,1,cp-1.scan\n"))
    assert [str(e) for e in result.errors] == ["stops.csv row 2, route: 'day' is not in routes.csv"]
    assert (result.changes, result.version) == ((), 0)
    assert loaded(records).sites == {}


def test_the_same_folder_again_changes_nothing(records: SqlRecords, tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    imported(records, folder)
    again = imported(records, folder, at=LATER)
    assert (again.changes, again.version) == ([], 1)


def test_what_vanishes_from_the_files_is_retired_and_remembered(records: SqlRecords, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    imported(records, write(folder))
    points = "\n".join(line for line in SMALL["points.csv"].splitlines() if not line.startswith("pump-1"))
    devices = "\n".join(line for line in SMALL["devices.csv"].splitlines() if not line.startswith("pump-1"))
    result = imported(records, write(folder, points=points, devices=devices, settings=None), at=LATER)
    assert [tell(change) for change in result.changes] == ["- devices pump-1", "- points pump-1.pressure"]
    assert "pump-1.pressure" not in loaded(records).points
    assert "pump-1.pressure" in loaded(records, LATER - 1).points


def test_a_point_that_comes_back_is_as_old_as_its_first_registration(records: SqlRecords, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    imported(records, write(folder))
    points = "\n".join(line for line in SMALL["points.csv"].splitlines() if not line.startswith("pump-1"))
    imported(records, write(folder, points=points, settings=None), at=LATER)
    imported(records, write(folder), at=LATER + 1)
    assert loaded(records).registered["pump-1.pressure"] == AT


def test_a_set_pressure_is_changed_by_adding_a_row_and_the_old_one_stays(records: SqlRecords, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    imported(records, write(folder))
    row = "pump-1.pressure,set_pressure,0.65,2026-06-01T00:00:00+08:00,李敏,夏季\n"
    only_the_new_one = "point,name,value,since,approver,reason\n" + row
    result = imported(records, write(folder, settings=only_the_new_one), at=LATER)
    assert [change.what for change in result.changes] == ["added"]
    history = loaded(records).settings_history("pump-1.pressure", "set_pressure")
    assert [(setting.value, setting.approver) for setting in history] == [(0.6, "王建国"), (0.65, "李敏")]


def test_absent_optional_files_leave_their_tables_as_they_are(records: SqlRecords, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    imported(records, write(folder))
    result = imported(records, write(folder, settings=None, cameras=None, routes=None, stops=None), at=LATER)
    assert result.changes == []


def test_what_is_exported_imports_unchanged(records: SqlRecords, tmp_path: Path) -> None:
    imported(records, write(tmp_path / "register"))
    files = export_folder(records, tmp_path / "out" / "register")
    assert sorted(file.name for file in files) == sorted(SMALL)
    assert imported(records, tmp_path / "out" / "register", at=LATER).changes == []
    assert {file.name for file in (tmp_path / "out" / "register").iterdir()} == set(SMALL)


def test_an_export_replaces_what_stood_there(records: SqlRecords, tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    imported(records, folder)
    (folder / "points.csv").write_text("overwritten")
    export_folder(records, folder)
    assert difference(loaded(records), read_folder(folder)) == []


def test_what_spreadsheets_leave_beside_a_file_is_overlooked(tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    for name in (".~lock.points.csv#", "~$points.csv", ".points.csv", "notes.txt", "plan.xlsx"):
        (folder / name).write_bytes(b"\x00")
    assert "pump-1.pressure" in read_folder(folder).points


def test_a_file_in_capitals_is_the_same_file(tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    (folder / "points.csv").rename(folder / "Points.CSV")
    assert "pump-1.pressure" in read_folder(folder).points


def test_a_folder_that_is_not_there_is_told(records: SqlRecords, tmp_path: Path) -> None:
    result = imported(records, tmp_path / "nowhere")
    (error,) = result.errors
    assert str(error).startswith(
        f"{tmp_path / 'nowhere'}: cannot be read: No such file or directory; allowed: a folder"
    )
    with pytest.raises(RegisterRefused):
        read_folder(tmp_path / "nowhere")


def test_the_encoding_that_was_forgiven_is_told(records: SqlRecords, tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    (folder / "points.csv").write_bytes(SMALL["points.csv"].encode("gb18030"))
    result = imported(records, folder)
    assert any("points.csv is not UTF-8" in note.en for note in result.notes)
    assert loaded(records).points["pump-1.pressure"].name.zh == "压力"


@pytest.mark.slow
def test_ten_thousand_points_are_one_version(records: SqlRecords, tmp_path: Path) -> None:
    count = 10_000
    header, row, scan = SMALL["points.csv"].splitlines()
    points = [
        row.replace("pump-1.pressure", f"pump-{n}.pressure").replace(",pump-1,,", f",pump-{n},,") for n in range(count)
    ]
    gateways, reader = "gw,网关,Gateway,,native,,\n", "cp-1,读卡器,Reader,,native,,\n"
    devices = [f"pump-{n},变送器,Transmitter,,native,,gw\n" for n in range(count)]
    folder = write(
        tmp_path / "register",
        points="\n".join([header, *points, scan]),
        devices=SMALL["devices.csv"].splitlines()[0] + "\n" + "".join([gateways, reader, *devices]),
    )
    result = imported(records, folder)
    assert (result.errors, result.version) == ((), 1)
    assert len(loaded(records).points) == count + 1
    assert imported(records, folder, at=LATER).changes == []


class Meddled(SqlRecords):
    """Somebody else registers a device between the reading and the writing of an import."""

    meddlings = 0

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        if self.meddlings:
            self.meddlings -= 1
            device = Device(id=f"new-{self.meddlings}", name=Text("新"))
            change = Change(table="devices", key=device.id, before=None, after=device)
            with super().begin() as unit:
                unit.registers.apply([change], who="somebody", at=AT)
        with super().begin() as unit:
            yield unit


@pytest.fixture
def meddled(tmp_path: Path) -> Iterator[Meddled]:
    store = Meddled(f"sqlite:///{tmp_path / 'meddled.db'}")
    store.migrate()
    yield store
    store.close()


def test_an_import_that_somebody_crossed_is_worked_out_again(meddled: Meddled, tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    imported(meddled, folder)
    meddled.meddlings = 2
    result = imported(meddled, write(folder, cameras="id,zone,name_zh\n"), at=LATER)
    told = [tell(change) for change in result.changes]
    assert told == ["- devices new-0", "- devices new-1", "- cameras cam-1"] or told == [
        "- devices new-1",
        "- devices new-0",
        "- cameras cam-1",
    ]


def test_an_import_that_is_crossed_again_and_again_gives_up(meddled: Meddled, tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    meddled.meddlings = 99
    with pytest.raises(Conflict):
        imported(meddled, folder)
    assert loaded(meddled).points == {}


def test_postgresql_takes_the_same_folder(postgres_db_url: str, tmp_path: Path) -> None:
    store = SqlRecords(postgres_db_url)
    store.migrate()
    try:
        folder = write(tmp_path / "register")
        assert imported(store, folder).version == 1
        assert difference(loaded(store), read_folder(folder)) == []
    finally:
        store.close()

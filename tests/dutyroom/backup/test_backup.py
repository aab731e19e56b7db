"""A backup made while everything works, and a machine made from it that goes on where the other one stood."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from api.machines import LAST_BACKUP
from collector.link_fake import FakeLink
from dutyroom.backup.making import make, told
from dutyroom.backup.manifest import NAME, BackupRefused, read_manifest
from dutyroom.backup.restoring import restore
from dutyroom.backup.unjudged import judged_up_to
from facility.alert import Condition
from facility.instant import HOUR, SECOND
from facility.reading import Reading
from storage.readings.forwarding import Forwarder
from storage.readings.journal import Journal
from storage.readings.journalled import JournalledReadings
from storage.readings.memory import MemoryReadings
from storage.readings.sqlite import SqliteReadings
from storage.records.breaches import Stretch
from storage.records.sql import SqlRecords
from tests.acceptance.timeline import SITE, open_again
from tests.dutyroom.backup.keeping import POINT, START, Load, at_work, send, settings_of, tables

ALSO_WRITTEN = {"facts", "notes"}
"""What restoring adds: the fact that it was done, and the note that this backup is the last."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data of a duty room that stands still, and a backup of it in a file."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "data").mkdir()
    with at_work(folder / "data"):
        (folder / "data" / "pseudonym.key").write_bytes(b"secret")
        make(settings_of(folder / "data", site=str(SITE)), folder / "all.tar.gz", with_key=True, at=START)
        make(settings_of(folder / "data"), folder / "all", with_key=False, at=START)
    return folder


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """A new machine's data folder, not there yet."""
    del kept
    return tmp_path / "new"


def test_every_table_is_restored_row_by_row(kept: Path, data: Path) -> None:
    done = restore(kept / "all.tar.gz", settings_of(data), data.with_name("site"), START)
    for file in ("records.db", "readings.db"):
        before, after = tables(kept / "data" / file), tables(data / file)
        assert set(before) == set(after)
        assert {name for name in before if before[name] != after[name]} <= ALSO_WRITTEN
    facts = tables(data / "records.db")["facts"]
    assert len(facts) == done.facts + 1 > 1
    notes = [{row[0]: row[1] for row in tables(one / "records.db")["notes"]} for one in (kept / "data", data)]
    assert {name for name in notes[1] if notes[1][name] != notes[0].get(name)} == {LAST_BACKUP}
    assert len(tables(data / "readings.db")["readings"]) == 7
    assert (data / "pseudonym.key").read_bytes() == b"secret"
    assert (data.stat().st_mode & 0o77, (data / "records.db").stat().st_mode & 0o77) == (0, 0)


def test_the_sites_folder_comes_along(kept: Path, data: Path) -> None:
    restore(kept / "all.tar.gz", settings_of(data), data.with_name("site"), START)
    there = {path.relative_to(SITE) for path in SITE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert there == {p.relative_to(data.with_name("site")) for p in data.with_name("site").rglob("*") if p.is_file()}


def test_what_is_left_out_is_said(kept: Path) -> None:
    manifest = read_manifest((kept / "all" / NAME).read_bytes())
    said = "\n".join(manifest.left_out)
    for left in ("pseudonym.key", "passwords and tokens", "the embedded broker still holds", "a site's folder"):
        assert left in said
    assert "secret" not in "".join(path.read_text("utf-8") for path in (kept / "all").glob("*.txt"))


@contextmanager
def opened(data: Path) -> Iterator[tuple[SqlRecords, SqliteReadings]]:
    """Its two stores."""
    with (
        closing(SqlRecords(f"sqlite:///{data / 'records.db'}")) as records,
        closing(SqliteReadings(data / "readings.db")) as readings,
    ):
        yield records, readings


@pytest.fixture
def working(kept: Path, tmp_path: Path) -> Path:
    """A data folder as the kept one, to go on with."""
    return shutil.copytree(kept / "data", tmp_path / "data")


def test_a_backup_while_others_write_is_of_one_instant(working: Path, tmp_path: Path) -> None:
    """What it says was judged is there, all that was acknowledged before is, and what was not judged yet will be."""
    with opened(working) as stores, Load(open_again(*stores, FakeLink(), START + 80 * SECOND)) as load:
        before = load.acknowledged
        make(settings_of(working), tmp_path / "all", with_key=False, at=START)
        assert load.is_alive()
    data = tmp_path / "new"
    restore(tmp_path / "all", settings_of(data), tmp_path / "site", START)
    with opened(data) as (records, readings):
        found = readings.range(POINT, START + 101 * SECOND, 2 * START)
        with records.read() as unit:
            mark, waiting = judged_up_to(unit), unit.late_work.waiting()
            assert unit.facts.verify() is None
    assert mark is not None
    assert mark >= before
    assert [one.at for one in found] == list(range(START + 101 * SECOND, found[-1].at + 1, SECOND))
    assert found[-1].at >= mark
    late = [one.at for one in found if one.received > mark]
    assert waiting == ({POINT: Stretch(late[0], late[-1])} if late else {})


def test_what_was_stored_and_not_judged_is_judged_by_the_restored_one(working: Path, tmp_path: Path) -> None:
    """As between the two commits of a batch: stored, and the verdict not yet written."""
    with opened(working) as (_, readings):
        later = [one._replace(at=one.at + HOUR, received=one.received + HOUR) for one in rows_of(readings)]
        readings.append([one._replace(value=0.6) for one in later])
    make(settings_of(working), tmp_path / "all", with_key=False, at=START)
    data = tmp_path / "new"
    assert restore(tmp_path / "all", settings_of(data), tmp_path / "site", START).to_judge == 1
    with opened(data) as stores:
        room = open_again(*stores, FakeLink(), START + 2 * HOUR)
        room.take_in(START + 2 * HOUR)
        with room.records.read() as unit:
            assert unit.late_work.waiting() == {}
        assert {alert.condition for alert in room.alerts()} <= {Condition.ACTIVE, Condition.CLEARING, Condition.NORMAL}


def rows_of(readings: SqliteReadings) -> list[Reading]:
    return readings.range(POINT, 0, 2 * START)


def test_what_waits_for_the_history_is_forwarded_by_the_restored_one_and_nothing_twice(
    working: Path, tmp_path: Path
) -> None:
    url, server = "influxdb://127.0.0.1:1/dutyroom?org=o&token=t", MemoryReadings()
    with opened(working) as (_, readings):
        rows = rows_of(readings)
    with closing(Journal(working / "journal.db")) as journal:
        store = JournalledReadings(journal, server)
        store.append(rows[:4])
        Forwarder(store=store, bury=lambda *_: None).once(START + HOUR)
        store.append(rows[3:])
        assert server.range(POINT, 0, 2 * START) == rows[:4]
        make(settings_of(working, readings_url=url), tmp_path / "all.tar", with_key=False, at=START)
    data = tmp_path / "new"
    done = restore(tmp_path / "all.tar", settings_of(data, readings_url=url), tmp_path / "site", START)
    assert any("influx backup" in line for line in done.manifest.left_out)
    with closing(Journal(data / "journal.db")) as journal:
        assert journal.waiting().rows == len(rows) - 3
        Forwarder(store=JournalledReadings(journal, server), bury=lambda *_: None).once(START + 2 * HOUR)
        assert journal.waiting().rows == 0
    assert server.range(POINT, 0, 2 * START) == rows


def test_the_restored_duty_room_goes_on(kept: Path, data: Path) -> None:
    restore(kept / "all", settings_of(data), data.with_name("site"), START)
    with opened(data) as stores:
        room = open_again(*stores, FakeLink(), START + 80 * SECOND)
        (alert,) = [one for one in room.alerts() if one.point == POINT]
        assert alert.condition is Condition.ACTIVE
        for second in range(80, 500, 10):
            send(room, 0.6, START + second * SECOND)
            room.take_in(START + second * SECOND)
        (alert,) = [one for one in room.alerts() if one.point == POINT]
        assert alert.condition is Condition.NORMAL
        assert len(rows_of(stores[1])) == 49
        with room.records.read() as unit:
            assert unit.facts.verify() is None


def test_that_a_backup_was_made_is_a_fact_and_a_note(kept: Path, data: Path) -> None:
    restore(kept / "all", settings_of(data), data.with_name("site"), START)
    with closing(SqlRecords(f"sqlite:///{data / 'records.db'}")) as records:
        told(records, read_manifest((kept / "all" / NAME).read_bytes()), "all")
        with records.read() as unit:
            assert [fact.what for fact in unit.facts.of("system", "backup")] == ["restored", "backed-up"]
            assert unit.notes.get(LAST_BACKUP)["made"] == START


# --- what is refused ----------------------------------------------------------------------------------------------------


def refused(source: Path, data: Path, **given: str) -> str:
    """Why; and nothing is left behind."""
    with pytest.raises(BackupRefused) as caught:
        restore(source, settings_of(data, **given), data.with_name("site"), START)
    return str(caught.value)


@pytest.fixture
def copied(kept: Path, tmp_path: Path) -> Path:
    """A backup to damage."""
    return shutil.copytree(kept / "all", tmp_path / "copied")


def test_nothing_is_ever_overwritten(kept: Path, data: Path, tmp_path: Path) -> None:
    data.mkdir()
    (data / "mine").write_text("x")
    assert "is not empty" in refused(kept / "all", data)
    assert (data / "mine").read_text() == "x"
    site = tmp_path / "site"
    site.mkdir()
    (site / "mine").write_text("x")
    assert f"{site} is not empty" in refused(kept / "all", tmp_path / "other")
    with pytest.raises(BackupRefused, match="there already"):
        make(settings_of(kept / "data"), kept / "all.tar.gz", with_key=False, at=START)


@pytest.mark.parametrize("file", ["records.db", "readings.db", "settings.txt"])
def test_a_changed_file_is_refused_and_nothing_is_left(copied: Path, data: Path, file: str) -> None:
    body = bytearray((copied / file).read_bytes())
    body[len(body) // 2] ^= 1
    (copied / file).write_bytes(body)
    assert f"{file}: its hash is not the manifest's" in refused(copied, data)
    assert not data.exists()


def test_what_is_missing_or_cut_off_is_refused(copied: Path, kept: Path, data: Path, tmp_path: Path) -> None:
    (copied / "readings.db").unlink()
    assert "readings.db is missing" in refused(copied, data)
    (copied / NAME).unlink()
    assert "is this a backup of Dutyroom?" in refused(copied, data)
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes((kept / "all.tar.gz").read_bytes()[:-20_000])
    assert "cut off or is damaged" in refused(cut, data)
    other = tmp_path / "backup.zip"
    other.write_bytes(b"PK")
    assert refused(other, data).startswith(f"{other}: name the folder of a backup")
    assert not data.exists()


@pytest.mark.parametrize("name", ["nowhere", "nowhere.tar.gz"])
def test_a_backup_that_is_not_there_is_said_to_be_not_there(data: Path, tmp_path: Path, name: str) -> None:
    assert refused(tmp_path / name, data).startswith(f"{tmp_path / name} is not there: name the folder of a backup")
    assert not data.exists()


def test_a_manifest_leads_to_no_file_outside(copied: Path, data: Path) -> None:
    text = (copied / NAME).read_text()
    (copied / NAME).write_text(text.replace('"settings.txt"', '"../settings.txt"'))
    assert "files.2.path" in refused(copied, data)
    (copied / NAME).write_text(text.replace('"format": 1', '"format": 2'))
    assert "this version reads format 1" in refused(copied, data)


def test_a_manifest_that_tells_another_chain_is_refused(copied: Path, data: Path) -> None:
    text = (copied / NAME).read_text()
    manifest = read_manifest(text.encode())
    (copied / NAME).write_text(text.replace(f'"head": {manifest.records.head}', f'"head": {manifest.records.head + 1}'))
    assert "the manifest says" in refused(copied, data)
    assert not data.exists()


def test_stores_of_another_kind_are_told_apart(kept: Path, data: Path) -> None:
    assert "leave DUTYROOM_RECORDS_URL empty" in refused(kept / "all", data, records_url="postgresql+psycopg://a@h/d")
    assert "leave DUTYROOM_READINGS_URL empty" in refused(
        kept / "all", data, readings_url="influxdb://h:1/d?org=o&token=t"
    )


def test_nothing_to_keep_and_no_key_are_said(tmp_path: Path, kept: Path) -> None:
    with pytest.raises(BackupRefused, match="nothing to keep yet"):
        make(settings_of(tmp_path / "none"), tmp_path / "all", with_key=False, at=START)
    with pytest.raises(BackupRefused, match="make it first"):
        make(settings_of(kept / "data"), tmp_path / "no" / "all", with_key=False, at=START)
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_the_first_in_a_packed_backup_and_only_its_owner_reads_it(kept: Path) -> None:
    with tarfile.open(kept / "all.tar.gz") as tar:
        assert tar.next() is not None
        assert tar.getnames()[0] == NAME
    assert (kept / "all.tar.gz").stat().st_mode & 0o77 == 0
    assert (kept / "all").stat().st_mode & 0o77 == 0

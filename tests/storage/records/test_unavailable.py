import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from facility.alert import Condition, Track
from storage.records.port import Conflict, RecordsUnavailable
from storage.records.sql import SqlRecords
from storage.records.sql.copying import fill
from tests.storage.records.conftest import opened
from tests.storage.records.examples import at_once


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


@pytest.fixture
def postgres(postgres_empty: str) -> Iterator[SqlRecords]:
    yield from opened(postgres_empty)


@pytest.mark.parametrize(
    "url", ["", "records.db", "mysql://root@db/records", "sqlite+aiosqlite:///x", "postgresql+asyncpg://x/y"]
)
def test_an_address_that_cannot_be_used_is_refused_with_what_is_allowed(url: str) -> None:
    with pytest.raises(ValueError, match="allowed are sqlite:///FILE and postgresql"):
        SqlRecords(url)


def test_a_refusal_never_repeats_the_password() -> None:
    with pytest.raises(ValueError, match="records: ") as refusal:
        SqlRecords("mysql://root:hunter2@db:notaport/records")
    assert "hunter2" not in str(refusal.value)


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    records = SqlRecords("postgresql://duty:hunter2@127.0.0.1:9/records")
    with pytest.raises(RecordsUnavailable, match=r"PostgreSQL 127\.0\.0\.1:9/records: .*refused") as told:
        records.check()
    assert "hunter2" not in str(told.value)
    records.close()


def test_a_copy_into_a_server_that_does_not_answer_says_so_as_plainly(tmp_path: Path) -> None:
    url = make_url("postgresql+psycopg://duty:hunter2@127.0.0.1:9/records")
    with pytest.raises(RecordsUnavailable, match=r"PostgreSQL 127\.0\.0\.1:9/records: .*refused") as told:
        fill(url, tmp_path, schema="head", columns={}, sequences={})
    assert "hunter2" not in str(told.value)


def test_a_database_that_does_not_exist_is_unavailable(postgres_db_url: str) -> None:
    records = SqlRecords(make_url(postgres_db_url).set(database="nowhere").render_as_string(hide_password=False))
    with pytest.raises(RecordsUnavailable, match="nowhere"), records.begin():
        pass
    records.close()


def test_tables_that_were_never_made_ask_for_a_migration(shared_url: str) -> None:
    records = SqlRecords(shared_url)
    with pytest.raises(RecordsUnavailable, match="migrate first"), records.read() as unit:
        unit.notes.get("a")
    with pytest.raises(RecordsUnavailable, match="at nothing, this version needs"):
        records.check()
    records.close()


def test_the_folder_of_a_new_file_is_made(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path}/new/folder/records.db")
    records.migrate()
    assert "SQLite 3." in records.check()
    records.close()


def test_a_file_that_is_no_database_is_told(file: Path) -> None:
    file.write_bytes(b"this is not a database at all, but long enough to be looked at" * 100)
    records = SqlRecords(f"sqlite:///{file}")
    with pytest.raises(RecordsUnavailable, match="not a database of SQLite"):
        records.migrate()
    records.close()


def test_a_folder_in_place_of_the_file_is_told(file: Path) -> None:
    file.mkdir()
    records = SqlRecords(f"sqlite:///{file}")
    with pytest.raises(RecordsUnavailable, match="cannot be opened"):
        records.migrate()
    records.close()


def test_a_file_that_another_program_keeps_locked_is_told(file: Path) -> None:
    records = SqlRecords(f"sqlite:///{file}", patience=0.05)
    records.migrate()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsUnavailable, match="another program holds the file locked"), records.begin():
            pass
    with records.begin() as unit:
        unit.notes.put("a", 1)
    records.close()


def test_a_full_disk_is_told_and_what_was_there_stays(file: Path) -> None:
    records = SqlRecords(f"sqlite:///{file}")
    records.migrate()
    with records.begin() as unit:
        unit.notes.put("small", 1)
    with records.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(RecordsUnavailable, match="the disk is full"), records.begin() as unit:
        unit.notes.put("large", "x" * 5_000_000)
    with records.read() as unit:
        assert unit.notes.names("") == ["small"]
    records.close()


def cut_all(other: Engine) -> None:
    """As when the server is restarted."""
    everybody = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with other.connect() as connection:
        connection.execute(text(f"{everybody} AND pid <> pg_backend_pid()"))


def test_a_connection_lost_in_a_unit_undoes_it_and_the_next_unit_works(postgres: SqlRecords) -> None:
    other = create_engine(postgres.engine.url, isolation_level="AUTOCOMMIT")

    def write() -> None:
        with postgres.begin() as unit:
            unit.notes.put("a", 1)
            cut_all(other)
            unit.notes.put("b", 1)

    with pytest.raises(RecordsUnavailable):
        write()
    other.dispose()
    with postgres.begin() as unit:
        assert unit.notes.names("") == []


def test_a_server_restarted_between_units_is_not_noticed(postgres: SqlRecords) -> None:
    with postgres.read() as unit:
        unit.notes.get("a")
    other = create_engine(postgres.engine.url, isolation_level="AUTOCOMMIT")
    cut_all(other)
    other.dispose()
    with postgres.read() as unit:
        assert unit.notes.get("a") is None


def test_a_row_that_stays_locked_is_waited_for_only_so_long(postgres: SqlRecords, postgres_empty: str) -> None:
    hasty = SqlRecords(postgres_empty, patience=0.05)
    with postgres.begin() as unit:
        unit.notes.put("a", 1)
    with postgres.begin() as holding:
        holding.notes.put("a", 2)
        with pytest.raises(RecordsUnavailable, match="lock timeout"), hasty.begin() as unit:
            unit.notes.put("a", 3)
    hasty.close()


def test_of_two_that_wait_for_one_another_one_loses(postgres: SqlRecords) -> None:
    barrier = Barrier(2)

    def write(number: int) -> None:
        with postgres.begin() as unit:
            unit.alerts.put_tracks({("rule", f"p{number}"): Track(Condition.ACTIVE)})
            barrier.wait()
            unit.alerts.put_tracks({("rule", f"p{1 - number}"): Track(Condition.ACTIVE)})

    found = at_once(2, write)
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "NoneType"]
    assert any(isinstance(one, Conflict) for one in found)

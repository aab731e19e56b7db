import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect

from storage.records.migrations import migrate, needed_revision
from storage.records.port import RecordsUnavailable
from storage.records.sql import SqlRecords
from storage.records.sql import records as sql_records
from storage.records.sql.tables import METADATA
from tests import quick_schema
from tests.storage.records.examples import at_once

CHECKOUT = Path(__file__).parents[3]
MIGRATE = """
import sys
from storage.records.sql import SqlRecords
records = SqlRecords(sys.argv[1])
records.migrate()
print(records.check())
records.close()
"""


@pytest.fixture(autouse=True)
def real_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_records, "migrate", migrate)


def test_a_migrated_database_is_what_the_tables_say(records: SqlRecords) -> None:
    with records.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_what_other_tests_begin_with_is_what_the_migrations_make(monkeypatch: pytest.MonkeyPatch) -> None:
    by_migrations = _schema()
    monkeypatch.setattr(sql_records, "migrate", quick_schema.migrate)
    assert by_migrations == _schema()
    assert len(by_migrations) > len(METADATA.tables)


def test_migrating_again_changes_nothing(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.notes.put("a", 1)
    records.migrate()
    assert f"schema {needed_revision()}" in records.check()
    with records.read() as unit:
        assert unit.notes.get("a") == 1


def test_a_schema_of_a_newer_version_is_left_alone(shared_url: str) -> None:
    records = SqlRecords(shared_url)
    records.migrate()
    with records.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'm9999'")
    with pytest.raises(RecordsUnavailable, match="m9999, which a newer version"):
        records.migrate()
    with pytest.raises(RecordsUnavailable, match="the schema is at m9999"):
        records.check()
    records.close()


def test_several_processes_may_migrate_at_once(shared_url: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", MIGRATE, shared_url],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    told = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], told
    assert all(f"schema {needed_revision()}" in out for out, _ in told)


def test_several_threads_may_migrate_at_once(shared_url: str) -> None:
    def migrate(_: int) -> None:
        records = SqlRecords(shared_url)
        records.migrate()
        records.close()

    assert at_once(4, migrate) == [None] * 4


def test_a_migration_that_fails_leaves_nothing_half_done(shared_url: str) -> None:
    records = SqlRecords(shared_url)
    with records.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (surprise INTEGER)")
    with pytest.raises(Exception, match="already exists"):
        records.migrate()
    with records.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["notes"]
    records.close()


def test_a_folder_with_a_percent_sign_is_no_trouble(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path}/100%25 sure/records.db")
    records.migrate()
    assert "schema" in records.check()
    records.close()


def _schema() -> list[tuple[object, ...]]:
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()
    with records.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY name").all()
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()
    records.close()
    return [*map(tuple, found), *map(tuple, version)]


def test_every_step_only_adds_so_that_processes_of_before_go_on() -> None:
    """docs/operations.md promises it. SQLite itself refuses a new column that may not be empty and has no default."""
    records, said = SqlRecords("sqlite:///:memory:"), list[str]()
    event.listen(records.engine, "before_cursor_execute", lambda *given: said.append(" ".join(str(given[2]).split())))
    records.migrate()
    records.close()
    changes = {
        line for line in said if not re.match(r"SELECT|PRAGMA|BEGIN|CREATE (UNIQUE )?INDEX|CREATE T(ABLE|RIGGER)", line)
    }
    assert len([line for line in said if line.startswith("CREATE TABLE")]) >= len(METADATA.tables)
    adds = r"ALTER TABLE \S+ ADD COLUMN|(INSERT INTO|UPDATE) alembic_version|INSERT INTO breaches .* FROM alerts"
    assert [line for line in changes if not re.match(adds, line)] == []

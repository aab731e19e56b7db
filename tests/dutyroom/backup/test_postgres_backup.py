"""Records of PostgreSQL: every table out of one snapshot, into an empty database."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from dutyroom.backup.making import make
from dutyroom.backup.manifest import BackupRefused
from dutyroom.backup.restoring import restore
from facility.text import Text
from storage.records.port import RecordsUnavailable
from storage.records.sql import SqlRecords
from tests import services
from tests.dutyroom.backup.keeping import START, settings_of
from tests.storage.records.examples import ACCOUNT, ALERT, FACT, LETTER

AWKWARD = "tab\t newline\n back\\slash \\N 值班室"


def rows_of(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, each row."""
    with closing(psycopg.connect(url.replace("+psycopg", ""))) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            name: sorted(
                connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall(), key=repr
            )
            for (name,) in names
        }


def fill(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.people.add(ACCOUNT)
        for point in ("a", "b"):
            unit.alerts.open(replace(ALERT, point=point, title=Text(AWKWARD, AWKWARD)))
        unit.letters.bury(replace(LETTER, payload=bytes(range(256))))
        unit.facts.append_all([replace(FACT, subject=str(n), why=AWKWARD) for n in range(20)])


def test_every_row_comes_back_and_numbers_go_on(postgres_db_url: str, postgres_url: str, tmp_path: Path) -> None:
    with closing(SqlRecords(postgres_db_url)) as records:
        records.migrate()
        fill(records)
    make(settings_of(tmp_path / "old", records_url=postgres_db_url), tmp_path / "all.tar", with_key=False, at=START)
    with pytest.raises(BackupRefused, match="set DUTYROOM_RECORDS_URL to an empty database"):
        restore(tmp_path / "all.tar", settings_of(tmp_path / "new"), tmp_path / "site", START)
    with services.postgres_database(postgres_url) as url:
        settings = settings_of(tmp_path / "new", records_url=url)
        assert restore(tmp_path / "all.tar", settings, tmp_path / "site", START).facts == 20
        before, after = rows_of(postgres_db_url), rows_of(url)
        assert {name for name in before if before[name] != after[name]} == {"facts", "notes"}
        assert [row for row in after["facts"] if row in before["facts"]] == before["facts"]
        with closing(SqlRecords(url)) as records, records.begin() as unit:
            assert unit.alerts.open(replace(ALERT, point="c")).id == 3
            assert unit.facts.append(FACT).seq == 22
        with pytest.raises(BackupRefused, match="not empty: make a new one"):
            restore(tmp_path / "all.tar", settings_of(tmp_path / "third", records_url=url), tmp_path / "site", START)
    assert not (tmp_path / "third").exists()


def test_a_server_that_is_away_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "old", records_url="postgresql+psycopg://nobody:hidden@127.0.0.1:1/none")
    with pytest.raises(RecordsUnavailable) as caught:
        make(settings, tmp_path / "all", with_key=False, at=START)
    assert "hidden" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []

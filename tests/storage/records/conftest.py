from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.records.sql import SqlRecords
from storage.records.sql.tables import METADATA
from tests import services

TABLES = ", ".join(METADATA.tables)
MEMORY = "memory"
FILE = "file"
POSTGRES = pytest.param("postgres", marks=pytest.mark.services)


@pytest.fixture(scope="session")
def postgres_migrated(postgres_url: str) -> Iterator[str]:
    """One migrated database for all tests: making one takes longer than a test."""
    with services.postgres_database(postgres_url) as url:
        records = SqlRecords(url)
        records.migrate()
        records.close()
        yield url


@pytest.fixture
def postgres_empty(postgres_migrated: str) -> Iterator[str]:
    """A migrated, empty database on a real PostgreSQL. Its schema is for looking at only: others get it next."""
    yield postgres_migrated
    # As a replica, because the facts' own guards refuse to empty them.
    services.run_sql(postgres_migrated, f"SET session_replication_role = replica; TRUNCATE {TABLES} RESTART IDENTITY")


@pytest.fixture(params=[FILE, POSTGRES])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database that several connections and processes can use."""
    if request.param == FILE:
        return f"sqlite:///{tmp_path}/records.db"
    url: str = request.getfixturevalue("postgres_db_url")
    return url


@pytest.fixture(params=[FILE, POSTGRES])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlRecords]:
    """Records that several connections use at once."""
    is_file = request.param == FILE
    yield from opened(f"sqlite:///{tmp_path}/records.db" if is_file else request.getfixturevalue("postgres_empty"))


@pytest.fixture(params=[MEMORY, FILE, POSTGRES])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlRecords]:
    """Records of each kind, empty."""
    if request.param == "postgres":
        yield from opened(request.getfixturevalue("postgres_empty"))
    else:
        name = ":memory:" if request.param == MEMORY else f"{tmp_path}/records.db"
        yield from opened(f"sqlite:///{name}")


@pytest.fixture(scope="module", params=[MEMORY, POSTGRES])
def lasting(request: pytest.FixtureRequest) -> Iterator[SqlRecords]:
    """Records that many examples share: each must undo what it did."""
    if request.param == MEMORY:
        yield from opened("sqlite:///:memory:")
    else:
        with services.postgres_database(request.getfixturevalue("postgres_url")) as url:
            yield from opened(url)


def opened(url: str) -> Iterator[SqlRecords]:
    records = SqlRecords(url)
    records.migrate()
    yield records
    records.close()

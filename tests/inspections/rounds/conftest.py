from collections.abc import Iterator

import pytest

from storage.records.sql import SqlRecords
from storage.records.sql.tables import METADATA
from tests import services
from tests.inspections.rounds.house import House

TABLES = ", ".join(METADATA.tables)


@pytest.fixture(scope="session")
def patrol_database(postgres_url: str) -> Iterator[str]:
    """One for all tests: making one takes longer than a test."""
    with services.postgres_database(postgres_url) as url:
        records = SqlRecords(url)
        records.migrate()
        records.close()
        yield url


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.services)])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """The small property on each database."""
    if request.param == "memory":
        records = SqlRecords("sqlite:///:memory:")
        records.migrate()
        yield House(records)
        records.close()
        return
    url = request.getfixturevalue("patrol_database")
    records = SqlRecords(url)
    yield House(records)
    records.close()
    # As a replica, because the facts' own guards refuse to empty them.
    services.run_sql(url, f"SET session_replication_role = replica; TRUNCATE {TABLES} RESTART IDENTITY")

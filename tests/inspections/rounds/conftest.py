from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.records.sql import SqlRecords
from tests import services
from tests.inspections.rounds.house import House


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.services)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """On patrol three times a day and more, on each database."""
    del tmp_path
    if request.param == "memory":
        yield from _opened("sqlite:///:memory:")
    else:
        with services.postgres_database(request.getfixturevalue("postgres_url")) as url:
            yield from _opened(url)


def _opened(url: str) -> Iterator[House]:
    records = SqlRecords(url)
    records.migrate()
    yield House(records)
    records.close()

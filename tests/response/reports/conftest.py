from collections.abc import Iterator

import pytest

from tests.response.reports.desk import DutyRoom, open_room


@pytest.fixture
def duty() -> Iterator[DutyRoom]:
    made = open_room()
    yield made
    made.records.close()

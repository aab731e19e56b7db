"""A hundred judges judge the same smoke at once: one alert, one work order, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from facility.reading import Reading
from rules.judge import Judge
from storage.records.port import AlertFilter, Conflict, WorkOrderFilter
from storage.records.sql import SqlRecords
from tests.rules.room import ALARM, SMOKE, T0, only, register
from tests.storage.records.examples import at_once

JUDGES = 100


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return f"sqlite:///{tmp_path}/records.db"
    found: str = request.getfixturevalue("postgres_db_url")
    return found


def test_a_hundred_judgements_at_once_make_one_open_alert(url: str) -> None:
    records = SqlRecords(url, patience=60)
    records.migrate()
    book, house, reading = only("smoke-alarm"), register(), Reading(SMOKE, T0, ALARM, received=T0)

    def judge(_: int) -> int:
        """As a worker does it: whoever loses reads again and judges again. Returns how often it lost."""
        one = Judge(book, T0, register=house)
        for lost in range(JUDGES):
            try:
                with records.begin() as unit:
                    adopt = one.judge(unit, [reading], T0)
            except Conflict:
                with records.read() as unit:
                    one.reload(unit)
                continue
            adopt()
            return lost
        raise AssertionError("it lost every time")

    found = at_once(JUDGES, judge)
    assert [one for one in found if isinstance(one, Exception)] == []
    assert any(found)
    with records.read() as unit:
        [alert] = unit.alerts.find(AlertFilter(), limit=500).rows
        assert [order.id for order in unit.work_orders.find(WorkOrderFilter(), limit=500).rows] == [alert.work_order]
        assert [fact.what for fact in unit.facts.of("alert", str(alert.id))] == ["raised"]
        assert unit.facts.verify() is None
    records.close()

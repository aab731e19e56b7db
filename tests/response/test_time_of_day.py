"""A time of day that jumps is a fact."""

import pytest

from response.time_of_day import TimeOfDay
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON


@pytest.mark.parametrize(
    ("by", "said"), [(0, []), (29_000, []), (-29_000, []), (31_000, [31_000]), (-3_600_000, [-3_600_000])]
)
def test_a_jump_is_said_once(by: int, said: list[int]) -> None:
    records, tick = SqlRecords("sqlite:///:memory:"), [0]
    records.migrate()
    watch = TimeOfDay(lambda: tick[0])
    for second in range(6):
        tick[0] = 1_000 * second
        with records.begin() as unit:
            watch.look(unit, NOON + tick[0] + (by if second >= 3 else 0))
    with records.read() as unit:
        assert [fact.data["by"] for fact in unit.facts.after(0) if fact.what == "clock-jumped"] == said
    records.close()


def test_a_machine_that_runs_on_for_hours_between_two_looks_has_not_jumped() -> None:
    records, tick = SqlRecords("sqlite:///:memory:"), [0]
    records.migrate()
    watch = TimeOfDay(lambda: tick[0])
    for hour in range(3):
        tick[0] = 3_600_000 * hour
        with records.begin() as unit:
            watch.look(unit, NOON + tick[0])
            assert unit.facts.head() == 0
    records.close()

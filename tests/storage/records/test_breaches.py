"""Breaches as they are kept, and the list of what is to be judged again."""

from dataclasses import replace

import pytest

from facility.breach import Breach
from storage.records.breaches import BreachFilter, Stretch
from storage.records.port import NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON

BREACH = Breach(rule="band", point="gauge.pressure", started=NOON, raised=NOON + 30, value=0.49, late=True, alert=7)
OVER = replace(BREACH, started=NOON - 1000, raised=NOON - 900, ended=NOON - 500, cleared=NOON - 400)


def test_a_breach_comes_back_as_it_was_with_a_number(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.breaches.add([BREACH])
        [found] = unit.breaches.of_alert(7)
    assert found == replace(BREACH, id=found.id)
    assert found.id > 0


def test_the_one_that_goes_on_is_ended_and_no_other(records: SqlRecords) -> None:
    other = replace(BREACH, point="other.pressure")
    with records.begin() as unit:
        unit.breaches.add([OVER, BREACH, other])
        unit.breaches.end("band", "gauge.pressure", NOON + 60, NOON + 90)
        unit.breaches.end("band", "nothing.here", NOON + 60, NOON + 90)
        found = unit.breaches.find(BreachFilter())
    assert [(b.point, b.ended, b.cleared) for b in found] == [
        ("gauge.pressure", NOON - 500, NOON - 400),
        ("gauge.pressure", NOON + 60, NOON + 90),
        ("other.pressure", None, None),
    ]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (NOON - 2000, NOON - 901, 0),
        (NOON - 2000, NOON - 900, 1),
        (NOON - 401, NOON - 401, 1),
        (NOON - 400, NOON + 29, 0),
        (NOON - 401, NOON + 30, 2),
        (NOON + 10**6, NOON + 10**6, 1),
    ],
)
def test_what_was_in_force_at_a_time_is_found(records: SqlRecords, start: int, end: int, found: int) -> None:
    with records.begin() as unit:
        unit.breaches.add([BREACH, OVER, replace(OVER, withdrawn=True), replace(OVER, rule="other")])
        assert len(unit.breaches.about("band", "gauge.pressure", start, end)) == found


def test_one_that_was_withdrawn_stays_and_is_shown_only_to_who_asks(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.breaches.add([BREACH])
        [stored] = unit.breaches.of_alert(7)
        unit.breaches.update(replace(stored, withdrawn=True))
        assert unit.breaches.of_alert(7) == []
        assert unit.breaches.find(BreachFilter()) == []
        assert len(unit.breaches.find(BreachFilter(withdrawn=None))) == 1
        assert len(unit.breaches.find(BreachFilter(withdrawn=True))) == 1


def test_breaches_are_filtered_by_rule_point_and_time(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.breaches.add([BREACH, OVER, replace(BREACH, rule="other"), replace(BREACH, point="other")])
        wanted = BreachFilter(rules=("band",), points=("gauge.pressure",), since=NOON - 399, until=NOON + 1)
        assert [b.started for b in unit.breaches.find(wanted)] == [NOON]
        assert [b.started for b in unit.breaches.find(replace(wanted, since=NOON - 400))] == [NOON - 1000, NOON]
        assert len(unit.breaches.find(BreachFilter(), limit=2)) == 2


def test_a_breach_that_is_not_there_cannot_be_changed(records: SqlRecords) -> None:
    with records.begin() as unit, pytest.raises(NotFound):
        unit.breaches.update(replace(BREACH, id=99))


def test_what_is_left_to_do_of_one_point_becomes_one_stretch(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.late_work.add({"b": Stretch(50, 60)})
        unit.late_work.add({"a": Stretch(10, 20), "b": Stretch(40, 55)})
        unit.late_work.add({})
        assert list(unit.late_work.waiting().items()) == [("b", Stretch(40, 60)), ("a", Stretch(10, 20))]


def test_what_is_done_is_forgotten_unless_it_grew_meanwhile(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.late_work.add({"a": Stretch(10, 20), "b": Stretch(10, 20)})
        taken = unit.late_work.waiting()
        unit.late_work.add({"b": Stretch(20, 30)})
        unit.late_work.done(taken)
        assert unit.late_work.waiting() == {"b": Stretch(10, 30)}


def test_alerts_of_before_are_taken_over_as_breaches(tmp_path_factory: pytest.TempPathFactory) -> None:
    from alembic import command

    from storage.records.migrations import _config

    records = SqlRecords(f"sqlite:///{tmp_path_factory.mktemp('old')}/records.db")
    config = _config()
    names = ["rule", "rule_version", "clause", "point", "asset", "zone", "title_zh", "title_en", "acknowledged_by"]
    names += ["unit", "limit_zh", "limit_en"]
    numbers = ["severity", "life_safety", "acknowledged", "started", "raised", "opened", "late", "version"]
    columns = ", ".join([*names, *numbers, "condition", "value"])
    words = ", ".join([f"'{name}'" for name in names] + ["1" for _ in numbers] + ["'active'", "0.4"])
    with records.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "m0001")
        connection.exec_driver_sql(f"INSERT INTO alerts ({columns}) VALUES ({words})")
    records.migrate()
    with records.read() as unit:
        [found] = unit.breaches.find(BreachFilter())
    assert found == Breach(id=1, rule="rule", point="point", started=1, raised=1, value=0.4, late=True, alert=1)
    records.close()

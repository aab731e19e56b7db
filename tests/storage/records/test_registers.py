from dataclasses import replace
from typing import Any

import pytest

from facility.point import Point
from facility.register import TABLES, Change, Register, difference
from facility.text import Text
from storage.records.port import Conflict
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, at_once, point, register, setting


def write(records: SqlRecords, new: Register, at: int = NOON, who: str = "wang", why: str = "") -> int:
    with records.begin() as unit:
        return unit.registers.apply(difference(unit.registers.load(), new), who, at, why)


def load(records: SqlRecords, at: int | None = None) -> Register:
    with records.read() as unit:
        return unit.registers.load(at)


def history(records: SqlRecords, table: str, key: str) -> list[dict[str, Any]]:
    with records.read() as unit:
        return unit.registers.history(table, key)


def changed(before: Point | None, after: Point | None) -> Change:
    return Change(table="points", key=(after or before or point()).id, before=before, after=after)


def test_an_empty_database_has_an_empty_register(records: SqlRecords) -> None:
    assert load(records) == Register()
    assert load(records, at=NOON) == Register()


def test_a_register_comes_back_as_it_was_imported_and_in_its_order(records: SqlRecords) -> None:
    new = register(point("z"), point("a"), point("m"), settings=(setting(0.6, NOON), setting(0.5, 0)))
    assert write(records, new) == 1
    found = load(records)
    assert {table: getattr(found, table) for table in TABLES} == {table: getattr(new, table) for table in TABLES}
    assert list(found.points) == ["z", "a", "m"]
    assert difference(found, new) == []
    assert found.version == 1


def test_a_changed_entry_keeps_its_place(records: SqlRecords) -> None:
    write(records, register(point("z"), point("a")))
    write(records, register(point("z", high=2.5), point("a"), point("new")))
    assert list(load(records).points) == ["z", "a", "new"]


def test_nothing_changed_makes_no_version_and_no_fact(records: SqlRecords) -> None:
    new = register(point())
    assert write(records, new) == 1
    assert write(records, new) == 1
    with records.read() as unit:
        assert unit.registers.version() == 1
        assert unit.facts.head() == 1


def test_what_was_in_force_is_known_for_any_past_time(records: SqlRecords) -> None:
    first = register(point(high=1.0), point("old"))
    second = register(point(high=1.6))
    write(records, first, at=NOON)
    write(records, second, at=NOON + 10)
    assert load(records, at=NOON - 1).points == {}
    for at in (NOON, NOON + 9):
        assert load(records, at).points == first.points
        assert load(records, at).version == 1
    assert load(records, NOON + 10).points == second.points == load(records).points


def test_a_point_is_registered_since_it_was_first_there(records: SqlRecords) -> None:
    write(records, register(point("a"), point("b")), at=NOON)
    write(records, register(point("a", high=2.0)), at=NOON + 1)
    write(records, register(point("a"), point("b"), point("c")), at=NOON + 2)
    assert load(records).registered == {"a": NOON, "b": NOON, "c": NOON + 2}
    assert load(records, NOON + 1).registered == {"a": NOON}


def test_each_version_of_an_entry_says_who_when_and_why(records: SqlRecords) -> None:
    write(records, register(point()), NOON, "wang", "first import")
    write(records, register(point(high=2.5)), NOON + 1, "li", "new gauge")
    write(records, register(), NOON + 2, "zhao", "pump removed")
    write(records, register(point()), NOON + 3, "wang")
    told = history(records, "points", "pump-1.pressure")
    assert [(row["version"], row["at"], row["who"], row["why"], row["what"]) for row in told] == [
        (1, NOON, "wang", "first import", "added"),
        (2, NOON + 1, "li", "new gauge", "changed"),
        (3, NOON + 2, "zhao", "pump removed", "retired"),
        (4, NOON + 3, "wang", "", "added"),
    ]
    assert [row["body"] and row["body"]["high"] for row in told] == [1.6, 2.5, None, 1.6]
    assert told[0]["body"]["name"] == {"zh": "出水压力", "en": "Outlet pressure"}


def test_a_set_pressure_is_a_fact_with_its_value_before_and_its_approver(records: SqlRecords) -> None:
    write(records, register(point(), settings=(setting(0.6, NOON),)))
    raised = setting(0.7, NOON + 5, approver="赵总", reason="高区加压")
    write(records, register(point(), settings=(setting(0.6, NOON), raised)), NOON + 9, "li")
    with records.read() as unit:
        first, second = unit.facts.of("register", "pump-1.pressure")
    assert (first.before, first.after) == ("", "0.6 MPa")
    assert (second.what, second.before, second.after, second.who, second.why) == (
        "set",
        "0.6 MPa",
        "0.7 MPa",
        "li",
        "高区加压",
    )
    assert second.data == {
        "point": "pump-1.pressure",
        "name": "set_pressure",
        "before": 0.6,
        "after": 0.7,
        "unit": "MPa",
        "since": NOON + 5,
        "approver": "赵总",
    }


def test_a_corrected_set_pressure_names_the_value_that_it_replaces(records: SqlRecords) -> None:
    write(records, register(point(), settings=(setting(0.5, 0), setting(0.6, NOON))))
    write(records, register(point(), settings=(setting(0.65, NOON),)), NOON + 1)
    with records.read() as unit:
        assert unit.facts.of("register", "pump-1.pressure")[-1].data["before"] == 0.6


def test_settings_are_as_they_were_known_then(records: SqlRecords) -> None:
    write(records, register(point(), settings=(setting(0.6, 0),)), at=NOON)
    write(records, register(point(), settings=(setting(0.7, 5),)), at=NOON + 1)
    for at, value in ((NOON, 0.6), (NOON + 1, 0.7)):
        in_force = load(records, at).setting("pump-1.pressure", "set_pressure", 10)
        assert in_force is not None
        assert in_force.value == value


def test_a_small_change_is_told_by_its_entries_and_an_import_by_its_numbers(records: SqlRecords) -> None:
    write(records, register(point()), why="first")
    write(records, register(*(point(f"p{number}") for number in range(60))), NOON + 1)
    with records.read() as unit:
        first, second = unit.facts.after(0)
    assert (first.noun, first.subject, first.what, first.before, first.after, first.why) == (
        "register",
        "1",
        "changed",
        "0",
        "1",
        "first",
    )
    assert first.data["keys"] == [
        "sites/riverside",
        "zones/b1-pump-room",
        "assets/pump-1",
        "points/pump-1.pressure",
    ]
    assert second.what == "imported"
    assert second.data["counts"] == {"points added": 60, "points retired": 1}
    assert len(second.data["keys"]) == 50


def test_a_change_of_what_somebody_else_changed_is_a_conflict_and_changes_nothing(records: SqlRecords) -> None:
    write(records, register(point()))
    seen = load(records)
    write(records, register(point(high=2.0)), NOON + 1)
    with pytest.raises(Conflict, match=r"points 'pump-1\.pressure' was changed"), records.begin() as unit:
        unit.registers.apply(difference(seen, register(point(high=2.5), point("new"))), "li", NOON + 2)
    assert list(load(records).points) == ["pump-1.pressure"]
    assert load(records).version == 2


@pytest.mark.parametrize(
    "change",
    [
        changed(point(), point(high=2.0)),
        changed(point(), None),
    ],
)
def test_what_is_not_there_is_neither_changed_nor_retired(records: SqlRecords, change: Change) -> None:
    with pytest.raises(Conflict), records.begin() as unit:
        unit.registers.apply([change], "li", NOON)


def test_what_is_there_is_not_added_again(records: SqlRecords) -> None:
    write(records, register(point()))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.registers.apply([changed(None, point())], "li", NOON)


def test_of_two_who_change_one_entry_at_once_one_succeeds(shared: SqlRecords) -> None:
    write(shared, register(point()))

    def change(number: int) -> int:
        with shared.begin() as unit:
            return unit.registers.apply([changed(point(), point(high=2.0 + number))], f"{number}", NOON + 1)

    found = at_once(6, change)
    assert sorted(map(type, found), key=str) == [Conflict] * 5 + [int] or found.count(2) == 1
    assert sum(isinstance(one, Conflict) for one in found) == 5
    assert load(shared).version == 2


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused_by_name(records: SqlRecords, number: float) -> None:
    with pytest.raises(ValueError, match=r"points 'pump-1\.pressure': scale is"):
        write(records, register(point(scale=number)))
    assert load(records).version == 0


def test_entries_of_an_older_version_of_the_product_are_still_read(records: SqlRecords) -> None:
    write(records, register(point()))
    old = (
        '{"id": "x", "asset": "a", "name": {"zh": "旧"}, "quantity": "q", "unit": "u", '
        '"resolution": 1, "interval": 0, "a field that is gone": 7}'
    )
    with records.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE register_entries SET body = '{old}' WHERE noun = 'points'")
    (found,) = load(records).points.values()
    assert found == Point(id="x", asset="a", name=Text("旧"), quantity="q", unit="u", resolution=1, interval=0)


def test_ten_thousand_points_are_written_in_one_go(records: SqlRecords) -> None:
    new = register(*(point(f"pump-{number}.pressure") for number in range(10_000)))
    assert write(records, new) == 1
    assert load(records).points == new.points


def test_an_entry_stands_since_it_came_or_came_back_or_became_another_kind(records: SqlRecords) -> None:
    with_asset = register(point())
    pump = with_asset.assets["pump-1"]
    renamed = replace(with_asset, assets={"pump-1": replace(pump, name=Text("新名"))})
    other_kind = replace(with_asset, assets={"pump-1": replace(pump, kind="hydrant")})
    for day, found in enumerate([with_asset, renamed, register(), other_kind, with_asset]):
        write(records, replace(found, assets={}) if day == 2 else found, NOON + day)
        with records.read() as unit:
            stands = unit.registers.stretches("assets")["pump-1"]
        assert stands == [(NOON, None), (NOON, None), (NOON, NOON + 2), (NOON + 3, None), (NOON + 4, None)][day]

"""Points that are computed from others: a grammar that is safe, units that are checked, values in event time."""

from __future__ import annotations

import pytest

from facility.expression import Both, ExpressionError, Number, Points, compute, parse
from facility.point import Point
from facility.quality import Quality
from facility.reading import Reading
from facility.register_files import RegisterRefused, read_tables
from facility.text import Text
from facility.virtual import bind
from tests.facility.registers import small

T0 = 1_764_000_000_000


def point(
    id: str, quantity: str = "pressure", unit: str = "MPa", interval: int = 10_000, expression: str = ""
) -> Point:
    return Point(
        id=id,
        asset="pump",
        name=Text(id),
        quantity=quantity,
        unit=unit,
        resolution=0.001,
        interval=interval,
        expression=expression,
    )


KNOWN = {
    one.id: one
    for one in (
        point("up-1.pressure"),
        point("down-1.pressure", unit="kPa"),
        point("a.flow", "flow", "m³/h"),
        point("b.flow", "flow", "L/s"),
        point("d1.fault", "fault", "", interval=0),
        point("d2.fault", "fault", "", interval=0),
        point("d3.fault", "fault", "", interval=0),
        point("computed.pressure", expression="[up-1.pressure]"),
    )
}


def reading(id: str, value: float, at: int = T0, quality: Quality = Quality.GOOD, *, test: bool = False) -> Reading:
    return Reading(id, at, value, quality, test, at)


def result(text: str, *given: Reading, quantity: str = "pressure", unit: str = "MPa", at: int = T0) -> Reading | None:
    virtual = bind(point("x.y", quantity, unit, expression=text), KNOWN)
    return virtual.at(at, {one.point: one for one in given})


def value(text: str, *given: Reading, quantity: str = "pressure", unit: str = "MPa", at: int = T0) -> float:
    found = result(text, *given, quantity=quantity, unit=unit, at=at)
    assert found is not None
    return round(found.value, 9)


def test_signs_bind_as_everybody_reads_them() -> None:
    assert compute(parse("1 + 2 * 3 - 4 / 2"), {}) == 5
    assert compute(parse("(1 + 2) * -3"), {}) == -9
    assert compute(parse("10 - 2 - 3"), {}) == 5
    assert compute(parse("min(3, 1, 2) + max(1, 4) + avg(2, 4) + sum(1, 1)"), {}) == 10
    assert compute(parse("1 / 0"), {}) is None


def test_hyphens_in_a_points_id_are_no_minus() -> None:
    assert parse("[up-1.pressure] - 1") == Both("-", Points("up-1.pressure"), Number(1.0))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("1 2", "'2' is one too many"),
        ("(1", "the end is out of place; allowed: )"),
        ("__import__('os')", "is not understood"),
        ("eval(1)", "'eval' is no function"),
        ("up.pressure", "is not understood"),
        ("1; 2", "is not understood"),
        ("share_of([d1.fault])", "allowed: a word"),
        ('share_of("fault")', "names no points"),
        ("(" * 30 + "1" + ")" * 30, "goes deeper than"),
        ("-" * 30 + "1", "goes deeper than"),
        ("1+" * 300 + "1", "characters; allowed: 500"),
    ],
)
def test_what_is_no_expression_is_told(text: str, wanted: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert wanted in str(caught.value)


def test_a_difference_converts_what_is_kept_in_other_units() -> None:
    given = reading("up-1.pressure", 0.6), reading("down-1.pressure", 450.0)
    assert value("[up-1.pressure] - [down-1.pressure]", *given) == 0.15
    assert value("[up-1.pressure] - [down-1.pressure]", *given, unit="kPa") == 150


def test_a_sum_takes_all_points_that_fit() -> None:
    given = reading("a.flow", 3.6), reading("b.flow", 1.0)
    assert value("sum([*.flow])", *given, quantity="flow", unit="m³/h") == 7.2
    assert value("2 * avg([*.flow])", *given, quantity="flow", unit="L/s") == 2


def test_a_share_is_of_those_that_are_known() -> None:
    given = reading("d1.fault", 1.0), reading("d2.fault", 0.0)
    assert value('share_of("fault", [*.fault])', *given, quantity="ratio", unit="%") == 50
    assert result('share_of("fault", [*.fault])', quantity="ratio", unit="%") is None


def test_one_quantity_by_the_same_is_a_ratio() -> None:
    given = reading("up-1.pressure", 0.6), reading("down-1.pressure", 300.0)
    assert value("[down-1.pressure] / [up-1.pressure]", *given, quantity="ratio", unit="1") == 0.5


def test_an_input_that_is_missing_or_too_old_makes_it_unknown() -> None:
    text = "[up-1.pressure] - [down-1.pressure]"
    fresh = reading("down-1.pressure", 450.0, at=T0 + 30_001)
    assert result(text, fresh, at=T0 + 30_001) is None
    assert result(text, reading("up-1.pressure", 0.6), fresh, at=T0 + 30_001) is None
    assert result(text, reading("up-1.pressure", 0.6, at=T0 + 1), fresh, at=T0 + 30_001) is not None


def test_it_carries_the_worst_quality_and_is_a_test_when_one_input_is() -> None:
    text = "[up-1.pressure] - [down-1.pressure]"
    found = result(
        text,
        reading("up-1.pressure", 0.6, quality=Quality.STAMPED, test=True),
        reading("down-1.pressure", 450.0, quality=Quality.SENSOR_FAULT),
    )
    assert found is not None
    assert (found.quality, found.test) == (Quality.SENSOR_FAULT, True)


@pytest.mark.parametrize(
    ("text", "quantity", "wanted"),
    [
        ("[up-1.pressure] + [a.flow]", "pressure", "mixes flow and pressure"),
        ("[up-1.pressure] + 1", "pressure", "mixes a number and pressure"),
        ("[up-1.pressure] * [a.flow]", "pressure", "has no unit that we know"),
        ("1 / [a.flow]", "flow", "has no unit that we know"),
        ("[a.flow]", "pressure", "is a flow, and the point is a pressure"),
        ("[up-1.pressure] / [down-1.pressure]", "pressure", "allowed: the quantity ratio"),
        ("[*.flow]", "flow", "fits 2 points; allowed: one, or many in a function"),
        ("[gone.flow]", "flow", "fits no point"),
        ("[d1.fault]", "pressure", "allowed: share_of"),
        ('share_of("ajar", [*.fault])', "ratio", "'ajar' is not a state of fault"),
        ("[computed.pressure]", "pressure", "which is computed itself"),
    ],
)
def test_units_that_do_not_fit_are_refused_at_once(text: str, quantity: str, wanted: str) -> None:
    unit = {"pressure": "MPa", "flow": "m³/h", "ratio": "%"}[quantity]
    with pytest.raises(ExpressionError) as caught:
        bind(point("x.y", quantity, unit, expression=text), KNOWN)
    assert wanted in str(caught.value)


HEAD = (
    "id,asset,name_zh,name_en,quantity,unit,resolution,low,high,interval,device,key,sent_unit,scale,loop,"
    "calibration_due,expression\n"
    "pump-1.pressure,pump-1,压力,pressure,pressure,MPa,0.001,0,1.6,10s,pump-1,,kPa,1,loop,,\n"
    "cp-1.scan,cp-1,打点,scan,scan,,1,,,0s,cp-1,,,1,,,\n"
)


def test_the_import_takes_it_and_refuses_what_does_not_fit_with_its_row() -> None:
    good = HEAD + "pump-1.half,pump-1,一半,half,pressure,MPa,0.001,,,10s,,,,1,,,[pump-1.pressure] / 2\n"
    assert read_tables(small(points=good)).points["pump-1.half"].expression == "[pump-1.pressure] / 2"
    for text, device, wanted in (
        ("[pump-2.pressure] / 2", "", "fits no point"),
        ("[pump-1.pressure] / 2", "pump-1", "a computed one has no device"),
        ("[pump-1.pressure", "", "is not understood"),
    ):
        row = f"pump-1.half,pump-1,一半,half,pressure,MPa,0.001,,,10s,{device},,,1,,,{text}\n"
        with pytest.raises(RegisterRefused) as caught:
            read_tables(small(points=HEAD + row))
        [error] = caught.value.errors
        assert (error.file, error.row, error.column) == ("points.csv", 4, "expression")
        assert wanted in error.message.en

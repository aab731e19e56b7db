# ruff: noqa: E501 - each message stands whole beside the edit that provokes it
"""Everything that can be wrong with register files is told by file, row, column, value and what is allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.register import Register, difference
from facility.register_files import RegisterError, RegisterRefused, read_tables, write_tables
from tests.facility.registers import SMALL, edited, small


def errors_of(files: dict[str, bytes]) -> list[RegisterError]:
    with pytest.raises(RegisterRefused) as refused:
        read_tables(files)
    return list(refused.value.errors)


PRESSURE = "pump-1.pressure,pump-1,压力,pressure,pressure,MPa,0.001,0,1.6,10s,pump-1,,kPa,1,loop,2027-03-31"
SCAN = "cp-1.scan,cp-1,打点,scan,scan,,1,,,0s,cp-1,,,1,,"
SETTING = "pump-1.pressure,set_pressure,0.6,2026-01-05T09:00:00+08:00,王建国,年度核定"


def _pressure(old: str, new: str) -> tuple[str, str, str]:
    assert PRESSURE.count(old) == 1
    return "points", PRESSURE, PRESSURE.replace(old, new)


WRONG = [
    # ids
    (
        "sites",
        "home,",
        "my home,",
        "sites.csv row 2, id: 'my home' cannot be an id; allowed: letters, digits and . _ -, at",
    ),
    ("sites", "home,", "家园,", "sites.csv row 2, id: '家园' cannot be an id"),
    ("sites", "home,", f"{'x' * 129},", f"sites.csv row 2, id: '{'x' * 129}' cannot be an id"),
    ("sites", "home,", ",", "sites.csv row 2, id: is missing; allowed: letters"),
    (
        "sites",
        "home,家园,Home,",
        "home,,,",
        "sites.csv row 2, name_zh: is missing; allowed: a name in Chinese or English",
    ),
    ("sites", "Asia/Shanghai", "Asia/Shanghay", "sites.csv row 2, timezone: 'Asia/Shanghay' is not a time zone"),
    ("sites", "Asia/Shanghai", "../../etc/passwd", "sites.csv row 2, timezone: '../../etc/passwd' is not a time zone"),
    # zones
    (
        "zones",
        "t1,home,,building",
        "t1,homes,,building",
        "zones.csv row 2, site: 'homes' is not in sites.csv (did you mean home?)",
    ),
    ("zones", "t1-f01,home,t1,", "t1-f01,home,t9,", "zones.csv row 3, parent: 't9' is not in zones.csv"),
    (
        "zones",
        "t1-f01,home,t1,",
        "t1-f01,home,t1-f01,",
        "zones.csv row 3, parent: 't1-f01' leads back to itself: t1-f01 → t1-f01",
    ),
    (
        "zones",
        "floor,public",
        "storey,public",
        "zones.csv row 3, kind: 'storey' is not one of the choices; allowed: building, floor, room",
    ),
    (
        "zones",
        "floor,public",
        "floor,secret",
        "zones.csv row 3, access: 'secret' is not one of the choices; allowed: public, staff",
    ),
    ("zones", "public,1,", "public,1.5,", "zones.csv row 3, level: '1.5' is not a whole number"),
    ("zones", "pump-room,home,t1,room", "t1,home,,room", "zones.csv row 4, id: 't1' is already in row 2"),
    # assets
    (
        "assets",
        "cp-1,t1-f01",
        "cp-1,t1-f02",
        "assets.csv row 3, zone: 't1-f02' is not in zones.csv (did you mean t1-f01?)",
    ),
    (
        "assets",
        "pump-room-gauge",
        "Pump room gauge",
        "assets.csv row 2, kind: 'Pump room gauge' is not a word of the trade",
    ),
    ("assets", "PT-16", "x" * 501, f"assets.csv row 2, model: '{'x' * 501}' has 501 characters"),
    ("assets", "PT-16", '"PT\n16"', "assets.csv row 2, model: 'PT\\n16' contains a line break"),
    # devices
    (
        "devices",
        "native,,gw",
        "native,,gw2",
        "devices.csv row 3, gateway: 'gw2' is not in devices.csv (did you mean gw?)",
    ),
    (
        "devices",
        "native,,gw",
        "native,,pump-1",
        "devices.csv row 3, gateway: 'pump-1' leads back to itself: pump-1 → pump-1",
    ),
    (
        "devices",
        "native,,gw",
        "native,gw,gw",
        "devices.csv row 3, external_id: 'gw' is the same device of source native as in row 2",
    ),
    # points
    (
        *_pressure("pressure,pressure,MPa", "pressure,presure,MPa"),
        "points.csv row 2, quantity: 'presure' is not a quantity (did you mean pressure?); allowed: pressure, insulation_resistance",
    ),
    (*_pressure("MPa", "Mpa"), "points.csv row 2, unit: 'Mpa' is not a unit of pressure; allowed: MPa, kPa, Pa, bar"),
    (*_pressure("MPa", "°C"), "points.csv row 2, unit: '°C' is not a unit of pressure; allowed: MPa"),
    (*_pressure("MPa", ""), "points.csv row 2, unit: is missing; allowed: MPa"),
    (*_pressure("kPa", "V"), "points.csv row 2, sent_unit: 'V' is not a unit of pressure"),
    (*_pressure("0.001", "0"), "points.csv row 2, resolution: '0' is not above 0; allowed: a number above 0"),
    (*_pressure("0.001", ""), "points.csv row 2, resolution: is missing; allowed: a number above 0"),
    (*_pressure("0.001", "-0.1"), "points.csv row 2, resolution: '-0.1' is not above 0"),
    (
        *_pressure("0.001", "fine"),
        "points.csv row 2, resolution: 'fine' is not a number; allowed: a number with a decimal point",
    ),
    (*_pressure("1.6", "NaN"), "points.csv row 2, high: 'NaN' is not a number"),
    (*_pressure("1.6", "inf"), "points.csv row 2, high: 'inf' is not a number"),
    (*_pressure("1.6", "1e999"), "points.csv row 2, high: '1e999' is not a number"),
    (*_pressure("1.6", "1_6"), "points.csv row 2, high: '1_6' is not a number"),
    (*_pressure("1.6", '"1,6"'), "points.csv row 2, high: '1,6' is not a number"),
    (*_pressure("1.6", "１.６"), "points.csv row 2, high: '１.６' is not a number"),
    (*_pressure("0,1.6", "1.6,0"), "points.csv row 2, low: '1.6' is not below high, 0"),
    (*_pressure("0,1.6", "1.6,1.6"), "points.csv row 2, low: '1.6' is not below high, 1.6"),
    (
        *_pressure("10s", "10"),
        "points.csv row 2, interval: '10' is not a duration; allowed: a number and ms, s, m, h or d",
    ),
    (*_pressure("10s", "often"), "points.csv row 2, interval: 'often' is not a duration"),
    (*_pressure("10s", ""), "points.csv row 2, interval: is missing"),
    (*_pressure("10s", "99999d"), "points.csv row 2, interval: '99999d' is too long"),
    (
        *_pressure(",pump-1,,kPa", ",pump-2,,kPa"),
        "points.csv row 2, device: 'pump-2' is not in devices.csv (did you mean pump-1?)",
    ),
    (
        *_pressure(",pump-1,压力", ",pump-2,压力"),
        "points.csv row 2, asset: 'pump-2' is not in assets.csv (did you mean pump-1?)",
    ),
    (*_pressure(",pump-1,,kPa,1,loop", ",,,,1,loop"), "points.csv row 2, loop: 'loop' means nothing without a device"),
    (*_pressure(",1,loop", ",0,loop"), "points.csv row 2, scale: '0' would make everything 0"),
    (
        *_pressure("2027-03-31", "31.3.2027"),
        "points.csv row 2, calibration_due: '31.3.2027' is not a date; allowed: a date as in 2027-03-31",
    ),
    (*_pressure("2027-03-31", "2027-02-30"), "points.csv row 2, calibration_due: '2027-02-30' is not a date"),
    (*_pressure("2027-03-31", "9999-12-31"), "points.csv row 2, calibration_due: '9999-12-31' is not a date"),
    (
        "points",
        SCAN,
        SCAN.replace(",scan,,1", ",scan,V,1"),
        "points.csv row 3, unit: 'V' is not a unit of checkpoint scan; allowed: empty",
    ),
    (
        "points",
        SCAN,
        "cp-1.again,pump-1,x,,flow,L/s,1,,,0s,pump-1,pressure,,1,,",
        "points.csv row 3, key: 'pressure' means key pressure of device pump-1, which row 2 has already",
    ),
    (
        "points",
        SCAN,
        SCAN.replace("scan,,1,,,0s,cp-1,,,1", "battery,%,1,,,0s,cp-1,,V,1"),
        "points.csv row 3, sent_unit: 'V' cannot be converted into %",
    ),
    # settings
    (
        "settings",
        SETTING,
        SETTING.replace("0.6", "6"),
        "settings.csv row 2, value: '6' is outside the point's range; allowed: 0 – 1.6 MPa",
    ),
    ("settings", SETTING, SETTING.replace("王建国", ""), "settings.csv row 2, approver: is missing"),
    (
        "settings",
        SETTING,
        SETTING.replace("+08:00", ""),
        "settings.csv row 2, since: '2026-01-05T09:00:00' is not an instant with an offset; allowed: ISO 8601",
    ),
    (
        "settings",
        SETTING,
        SETTING.replace("pump-1.", "pump-2."),
        "settings.csv row 2, point: 'pump-2.pressure' is not in points.csv (did you mean pump-1.pressure?)",
    ),
    ("settings", SETTING, f"{SETTING}\n{SETTING}", "settings.csv row 3, point: 'pump-1.pressure' is already in row 2"),
    # cameras, routes, stops
    ("cameras", "20,95,", "20,0,", "cameras.csv row 2, hfov: '0' is out of range; allowed: 1 – 360"),
    ("cameras", ",2560", ",0", "cameras.csv row 2, width_px: '0' is out of range"),
    ("routes", "2h", "0s", "routes.csv row 2, every: '0s' is out of range"),
    ("stops", "night,1", "night,0", "stops.csv row 2, order: '0' is out of range; allowed: 1 – 100000"),
    ("stops", "night,1", "day,1", "stops.csv row 2, route: 'day' is not in routes.csv"),
    (
        "stops",
        "cp-1.scan",
        "pump-1.pressure",
        "stops.csv row 2, point: 'pump-1.pressure' is not a scan point; allowed: points of quantity scan or entry",
    ),
    ("stops", "1m30s", "1m30", "stops.csv row 2, walk: '1m30' is not a duration"),
    # headers and shape
    (
        "points",
        "quantity,unit",
        "quantity,units",
        "points.csv row 1: 'units' is not a column of points (did you mean unit?); allowed: id, asset",
    ),
    (
        "points",
        "resolution,low",
        "Resolution,low",
        "points.csv row 1: 'Resolution' is not a column of points (did you mean resolution?)",
    ),
    ("points", "interval,device", "note,device", "points.csv row 1, interval: this column is missing"),
    ("points", "id,asset", "asset,asset", "points.csv row 1: 'asset' stands in the header more than once"),
    ("stops", "1m30s", "1m30s,,really", "stops.csv row 2: 'really' stands in a column without a header"),
    (
        "stops",
        "1m30s",
        '"1m30s',
        "stops.csv row 2: is not CSV (unexpected end of data); most likely a quotation mark is not closed",
    ),
]


@pytest.mark.parametrize(("table", "old", "new", "told"), WRONG, ids=[w[3][:70] for w in WRONG])
def test_what_is_wrong_is_told_where_it_stands(table: str, old: str, new: str, told: str) -> None:
    errors = [str(error) for error in errors_of(edited(table, old, new))]
    assert any(error.startswith(told) for error in errors), errors


@pytest.mark.parametrize(("table", "old", "new", "told"), WRONG, ids=[w[3][:70] for w in WRONG])
def test_each_error_is_told_in_chinese_as_well(table: str, old: str, new: str, told: str) -> None:
    for error in errors_of(edited(table, old, new)):
        chinese = error.say("zh")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.replace(error.value, ""))
        assert error.file in chinese


def test_an_error_in_chinese_reads_as_a_sentence() -> None:
    (error,) = errors_of(edited(*_pressure("MPa", "Mpa")))
    assert error.say("zh").startswith("points.csv 第 2 行，unit：“Mpa”不是压力的单位；可用：MPa、kPa、Pa")


def test_all_errors_are_found_at_once_in_the_order_of_files_and_rows() -> None:
    files = small(
        stops="route,order,point,walk\nday,1,cp-1.scan,soon\n",
        points=SMALL["points.csv"].replace("MPa", "Mpa").replace("0.001", "zero"),
        sites=SMALL["sites.csv"].replace("Asia/Shanghai", "Mars"),
    )
    assert [(e.file, e.row, e.column) for e in errors_of(files)] == [
        ("sites.csv", 2, "timezone"),
        ("points.csv", 2, "resolution"),
        ("stops.csv", 2, "walk"),
        ("stops.csv", 2, "route"),
    ]


def test_one_mistake_is_not_told_again_by_what_refers_to_it() -> None:
    errors = errors_of(edited("zones", "t1,home,,building", "t1,home,,tower"))
    assert [(e.file, e.column) for e in errors] == [("zones.csv", "kind")]


def test_a_refused_header_is_not_told_again_by_every_reference() -> None:
    errors = errors_of(edited("zones", "id,site", "zone,site"))
    assert {e.file for e in errors} == {"zones.csv"}


def test_a_loop_of_zones_is_told_for_each_of_its_members_only() -> None:
    zones = "id,site,parent,name_zh\na,home,b,甲\nb,home,a,乙\nt1-f01,home,a,丙\npump-room,home,,丁\n"
    loops = [str(e) for e in errors_of(small(zones=zones)) if "itself" in e.message.en]
    assert loops == [
        "zones.csv row 2, parent: 'b' leads back to itself: a → b → a",
        "zones.csv row 3, parent: 'a' leads back to itself: b → a → b",
    ]


def test_a_zone_cannot_lie_inside_a_zone_of_another_site() -> None:
    files = small(
        sites="id,name_zh\nhome,家园\nother,别处\n",
        zones=SMALL["zones.csv"].replace("t1-f01,home", "t1-f01,other"),
    )
    assert [str(e) for e in errors_of(files)] == ["zones.csv row 3, parent: 't1' belongs to another site, home"]


@pytest.mark.parametrize("table", ["sites", "zones", "assets", "devices", "points"])
def test_the_five_files_that_make_a_register_must_be_there(table: str) -> None:
    errors = errors_of(small(**{table: None}))
    assert [str(error) for error in errors] == [f"{table}.csv: this file is missing"]


def test_a_file_with_a_strange_name_is_refused_rather_than_overlooked() -> None:
    (error,) = errors_of(small(setings=SMALL["settings.csv"]))
    assert str(error).startswith("setings.csv: is not a register file (did you mean settings.csv?); allowed: sites.csv")


def test_an_empty_file_has_no_header() -> None:
    assert [str(error) for error in errors_of(small(stops="\n \n"))] == ["stops.csv: has no header"]


def test_rows_are_counted_as_the_spreadsheet_counts_them() -> None:
    files = small(routes='id,site,name_zh,every\n\n"night",home,"夜巡",2h\n\nday,home,日巡,never\n')
    assert [(e.file, e.row) for e in errors_of(files)] == [("routes.csv", 5)]


_CELLS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["", "1e308", "-0", "0s", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "..", '"', "\x00", "NaN"]
    ),
)


@given(st.sampled_from(sorted(SMALL)), st.integers(0, 60), st.lists(_CELLS, min_size=1, max_size=4))
def test_whatever_stands_in_a_file_it_is_a_register_or_refused_with_reasons(
    file: str, place: int, cells: list[str]
) -> None:
    parts = SMALL[file].split(",")
    parts[place % len(parts) : place % len(parts) + len(cells)] = cells
    _is_read_or_refused(file, ",".join(parts).encode("utf-8", "replace"))


@given(st.sampled_from(sorted(SMALL)), st.binary(max_size=40), st.integers(0, 400))
def test_whatever_bytes_a_file_has_it_is_a_register_or_refused_with_reasons(
    file: str, content: bytes, place: int
) -> None:
    text = SMALL[file].encode()
    _is_read_or_refused(file, text[:place] + content + text[place + len(content) :])


def _is_read_or_refused(file: str, content: bytes) -> None:
    files = {name: text.encode() for name, text in SMALL.items()} | {file: content}
    register, errors = _outcome(files)
    if register is None:
        assert errors
        assert all(error.say(language) for error in errors for language in ("zh", "en"))
    else:
        assert difference(register, read_tables(write_tables(register))) == []


def _outcome(files: dict[str, bytes]) -> tuple[Register | None, tuple[RegisterError, ...]]:
    try:
        return read_tables(files), ()
    except RegisterRefused as refused:
        return None, refused.errors

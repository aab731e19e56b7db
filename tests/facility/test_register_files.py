"""Register files are read, written, and read back the same."""

from __future__ import annotations

import codecs
from dataclasses import fields
from typing import get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings

from facility.instant import HOUR, SECOND, parse
from facility.register import TABLES, Register, difference
from facility.register_files import COLUMNS, RegisterRefused, read_tables, tell, write_tables
from facility.text import Text
from tests.facility.registers import SMALL, edited, registers, small


@pytest.mark.parametrize("table", TABLES)
def test_the_columns_are_the_noun_s_fields(table: str) -> None:
    hints = get_type_hints(TABLES[table])
    names = [
        name
        for field in fields(TABLES[table])
        for name in ([f"{field.name}_zh", f"{field.name}_en"] if hints[field.name] is Text else [field.name])
    ]
    assert sorted(column.name for column in COLUMNS[table]) == sorted(names)


def test_an_empty_cell_means_the_noun_s_own_default() -> None:
    for table, noun in TABLES.items():
        defaults = {field.name: field.default for field in fields(noun)}
        for column in COLUMNS[table]:
            if not column.required and column.name in defaults and column.name != "resolution":
                wanted = defaults[column.name]
                assert column.empty == wanted or column.name == "unit", (table, column.name)


def test_a_register_is_read_from_its_files() -> None:
    register = read_tables(small())
    point = register.points["pump-1.pressure"]
    assert (point.unit, point.resolution, point.low, point.high, point.interval) == ("MPa", 0.001, 0, 1.6, 10 * SECOND)
    assert (point.sent_unit, point.loop, point.key, point.scale) == ("kPa", "loop", "", 1)
    assert register.zones["t1-f01"].parent == "t1"
    assert register.assets["pump-1"].name == Text("压力表", "Gauge")
    assert register.devices["cp-1"].external_id == "70b3d5a4d3100027"
    assert register.routes["night"].every == 2 * HOUR
    assert register.stops["night/1"].walk == 90 * SECOND
    assert register.cameras["cam-1"].name == Text("大堂摄像机", "")
    meter = register.instruments["MEG-07"]
    assert (meter.kind, meter.serial, meter.certificate) == ("insulation-tester", "A1", "检-2026-11")
    assert meter.calibration_due == parse("2027-04-01T00:00:00+08:00")
    setting = register.setting("pump-1.pressure", "set_pressure", parse("2026-02-01T00:00:00+08:00"))
    assert setting is not None
    assert (setting.value, setting.approver) == (0.6, "王建国")


@pytest.mark.parametrize("written", ["2027-03-31", "2027/3/31", "2027-04-01T00:00:00+08:00"])
def test_a_calibration_is_good_to_the_end_of_its_day_where_the_site_is(written: str) -> None:
    register = read_tables(edited("points", "2027-03-31", written))
    assert register.points["pump-1.pressure"].calibration_due == parse("2027-04-01T00:00:00+08:00")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(registers())
def test_what_is_written_reads_back_the_same(register: Register) -> None:
    read = read_tables(write_tables(register))
    assert difference(register, read) == []
    for table in TABLES:
        assert list(getattr(read, table)) == list(getattr(register, table))


def test_written_files_are_utf_8_that_excel_knows() -> None:
    files = write_tables(read_tables(small()))
    assert set(files) == {f"{table}.csv" for table in TABLES}
    assert all(content.startswith(codecs.BOM_UTF8) for content in files.values())
    assert "王建国" in files["settings.csv"].decode("utf-8-sig")


def test_cells_that_look_like_formulas_stay_text() -> None:
    files = edited("assets", "PT-16", '"=HYPERLINK(""x"")"')
    register = read_tables(files)
    assert register.assets["pump-1"].model == '=HYPERLINK("x")'
    assert read_tables(write_tables(register)).assets == register.assets


def test_a_unit_is_kept_by_its_usual_symbol() -> None:
    register = read_tables(edited("points", "pressure,MPa,0.001", "pressure,㎫,0.001"))
    assert register.points["pump-1.pressure"].unit == "MPa"


def test_settings_of_a_retired_point_are_not_written() -> None:
    register = read_tables(small())
    del register.points["pump-1.pressure"]
    assert b"set_pressure" not in write_tables(register)["settings.csv"]


# --- what spreadsheets do to files -------------------------------------------------------------------------------------


def _saved_as(encoding: str) -> dict[str, bytes]:
    return {file: text.encode(encoding) for file, text in SMALL.items()}


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert read_tables(_saved_as("utf-8-sig")) == read_tables(small())


def test_what_a_chinese_excel_saves_is_read_and_said() -> None:
    notes: list[Text] = []
    assert read_tables(_saved_as("gb18030"), notes=notes) == read_tables(small())
    assert any("points.csv is not UTF-8; it was read as GB18030" in note.en for note in notes)
    assert any("points.csv 不是 UTF-8，按 GB18030" in note.zh for note in notes)


def test_a_file_whose_chinese_could_pass_for_utf_8_goes_with_the_files_beside_it() -> None:
    routes = SMALL["routes.csv"].encode("gb18030")
    assert routes.decode("utf-8") != SMALL["routes.csv"]
    read = read_tables(_saved_as("gb18030"))
    assert read.routes["night"].name == Text("夜巡", "Night")


def test_a_lone_file_whose_encoding_is_in_doubt_is_named() -> None:
    notes: list[Text] = []
    read_tables(small() | {"routes.csv": SMALL["routes.csv"].encode("gb18030")}, notes=notes)
    assert [note.en for note in notes] == ["routes.csv was read as UTF-8, but may be GB18030: check the names"]


def test_degrees_and_greek_in_utf_8_are_not_in_doubt() -> None:
    notes: list[Text] = []
    read_tables(small(routes="id,site,name_en,every\nnight,home,°C Ω µ é,2h\n"), notes=notes)
    assert notes == []


def test_utf_8_is_read_without_a_word() -> None:
    notes: list[Text] = []
    read_tables(small(), notes=notes)
    assert notes == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_excel_s_unicode_text_is_read(encoding: str) -> None:
    bom = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    files = {file: bom + text.replace(",", "\t").encode(encoding) for file, text in SMALL.items()}
    assert read_tables(files) == read_tables(small())


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n\n", "\r\n\r\n"])
def test_any_line_ending_and_blank_lines_are_fine(ending: str) -> None:
    files = {file: text.replace("\n", ending).encode() for file, text in SMALL.items()}
    assert read_tables(files) == read_tables(small())


def test_trailing_commas_and_rows_of_commas_are_fine() -> None:
    files = {file: (text.replace("\n", ",,,\n") + ",,,,\n").encode() for file, text in SMALL.items()}
    assert read_tables(files) == read_tables(small())


def test_semicolons_of_a_european_excel_are_fine() -> None:
    assert read_tables({file: text.replace(",", ";").encode() for file, text in SMALL.items()}) == read_tables(small())


def test_columns_may_stand_in_any_order_and_optional_ones_may_be_absent() -> None:
    files = small(routes="every,name_zh,id,site\n2h,夜巡,night,home\n", cameras="zone,id,name_en\nt1-f01,cam-9,Cam\n")
    register = read_tables(files)
    assert register.routes["night"].name == Text("夜巡", "")
    assert (register.cameras["cam-9"].hfov, register.cameras["cam-9"].width_px) == (90.0, 1920)


@pytest.mark.parametrize("content", [b"\xff\x00\xff", b"\x81\x20\x80\xff", b"id,name_zh\nx,\xff\xff\n"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(RegisterRefused, match=r"zones\.csv"):
        read_tables(small() | {"zones.csv": content})


# --- a folder that says only a part ------------------------------------------------------------------------------------


def test_a_missing_optional_file_leaves_its_table_as_it_is_in_force() -> None:
    current = read_tables(small())
    read = read_tables(small(settings=None, cameras=None, routes=None, stops=None, instruments=None), current=current)
    assert difference(current, read) == []


def test_an_empty_optional_file_empties_its_table_but_never_the_settings_history() -> None:
    current = read_tables(small())
    read = read_tables(
        small(cameras="id,zone,name_zh\n", settings="point,name,value,since,approver\n"), current=current
    )
    assert [tell(change) for change in difference(current, read)] == ["- cameras cam-1"]


def test_what_is_in_force_must_still_fit_what_the_files_say() -> None:
    current = read_tables(small())
    points = SMALL["points.csv"].replace("cp-1.scan", "cp-1.other")
    with pytest.raises(RegisterRefused, match=r"stops.csv \(in force\), point: 'cp-1.scan' is not in points.csv"):
        read_tables(small(points=points, stops=None, settings=None), current=current)


def test_settings_in_force_of_a_point_that_goes_are_no_error() -> None:
    current = read_tables(small())
    points = "\n".join(line for line in SMALL["points.csv"].splitlines() if not line.startswith("pump-1"))
    read = read_tables(small(points=points, settings=None), current=current)
    assert [tell(change) for change in difference(current, read)] == ["- points pump-1.pressure"]


# --- telling changes ---------------------------------------------------------------------------------------------------


def test_changes_are_told_field_by_field() -> None:
    current = read_tables(small())
    files = edited("points", "0.001,0,1.6,10s", "0.01,0,,1m") | {
        "settings.csv": SMALL["settings.csv"].encode()
        + "pump-1.pressure,set_pressure,0.65,2026-06-01T00:00:00+08:00,李敏,夏季\n".encode()
    }
    assert [tell(change) for change in difference(current, read_tables(files))] == [
        "~ points pump-1.pressure: resolution 0.001 → 0.01, high 1.6 → ∅, interval 10s → 1m",
        "+ settings pump-1.pressure set_pressure: value 0.65, since 2026-05-31T16:00:00Z, approver 李敏",
    ]

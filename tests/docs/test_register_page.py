"""docs/register.md says what the code reads: columns, what may stand in them, quantities, units and states."""

from __future__ import annotations

import re
from datetime import UTC
from pathlib import Path

import pytest

from facility.register_files import COLUMNS, OPTIONAL_TABLES, Column, RegisterRefused, read_tables
from facility.register_files.cells import DURATION
from facility.register_files.timetable_cells import TIME
from facility.units import QUANTITIES
from tests.architecture.checkout import CHECKOUT
from tests.facility.registers import SMALL

PAGE = CHECKOUT / "docs" / "register.md"


def page() -> str:
    return PAGE.read_text("utf-8")


def columns_table(table: str) -> str:
    """The table of one file, as it must stand in the page."""
    head = "| column | | what it is | 说明 |\n|---|---|---|---|\n"
    return head + "".join(_row(column) for column in COLUMNS[table])


def _row(column: Column) -> str:
    # Ids and text need no explanation in every row; the page says once what they are.
    plain = column.kind.about.en.startswith(("letters", "one line", "a number with", "a whole number"))
    allowed = "" if plain else f": {column.kind.about.en}"
    default = "" if column.required or column.empty in ("", None, ()) else f"; empty: {_default(column)}"
    needed = "needed" if column.required else ""
    return f"| `{column.name}` | {needed} | {column.about.en}{allowed}{default} | {column.about.zh} |\n"


def _default(column: Column) -> str:
    if isinstance(column.empty, tuple) or (column.empty and column.kind in (DURATION, TIME)):
        return column.kind.write(column.empty, UTC)
    return f"{column.empty:g}" if isinstance(column.empty, int | float) else str(column.empty)


def measures_table() -> str:
    head = "| quantity | 量 | units |\n|---|---|---|\n"
    return head + "".join(
        f"| `{quantity.id}` | {quantity.name.zh} | {', '.join(quantity.units)} |\n"
        for quantity in QUANTITIES.values()
        if not quantity.is_state
    )


def states_table() -> str:
    head = "| quantity | 量 | states |\n|---|---|---|\n"
    return head + "".join(
        f"| `{quantity.id}` | {quantity.name.zh} | {', '.join(f'{word} {n}' for word, n in quantity.states.items())} |\n"
        for quantity in QUANTITIES.values()
        if quantity.is_state
    )


@pytest.mark.parametrize("table", COLUMNS)
def test_the_page_has_exactly_the_columns_of_each_file(table: str) -> None:
    sections = re.split(r"^###? ", page(), flags=re.MULTILINE)
    (section,) = [text for text in sections if text.startswith(f"{table}.csv")]
    assert columns_table(table) in section
    assert section.count("\n|---") == 1


def test_the_page_says_which_files_may_be_left_out() -> None:
    for table in COLUMNS:
        optional = f"### {table}.csv (may be left out)\n" in page()
        assert optional == (table in OPTIONAL_TABLES)


def test_the_page_lists_every_quantity_with_its_units_and_states() -> None:
    assert measures_table() in page()
    assert states_table() in page()


def test_the_example_in_the_page_is_a_register() -> None:
    examples = dict(re.findall(r"^`(\w+\.csv)`\n```csv\n(.*?)^```", page(), flags=re.MULTILINE | re.DOTALL))
    assert set(examples) == set(SMALL) - {"cameras.csv", "routes.csv", "stops.csv", "instruments.csv"}
    register = read_tables({file: text.encode() for file, text in examples.items()})
    assert register.points["t1-pump-1.pressure"].quantity == "pressure"
    assert [setting.value for setting in register.settings.values()] == [0.6, 0.65]


def test_the_errors_in_the_page_are_what_the_reader_says() -> None:
    (block,) = re.findall(r"^```text\n(points\.csv row.*?)^```", page(), flags=re.MULTILINE | re.DOTALL)
    points = SMALL["points.csv"].replace("MPa", "Mpa").replace("0.001,0,1.6", "0.001,1.6,0")
    files = {**SMALL, "points.csv": points, "stops.csv": SMALL["stops.csv"].replace("cp-1.scan", "cp-2.scan")}
    with pytest.raises(RegisterRefused) as refused:
        read_tables({file: text.encode() for file, text in files.items()})
    assert [str(error) for error in refused.value.errors] == block.splitlines()


def test_the_page_links_to_files_that_exist() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", page()):
        assert (PAGE.parent / target).exists(), target
    assert Path(CHECKOUT / "examples" / "riverside" / "register").is_dir()

"""One register file as a table of nouns: header checked, cells read, keys unique."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from facility.register_files.cells import CellRefused
from facility.register_files.columns import Column
from facility.register_files.error import NOTHING, RegisterError
from facility.register_files.layout import REGISTER, Layout
from facility.register_files.sheet import Sheet
from facility.text import Text

_MISSING = Text("未填写", "is missing")


@dataclass(slots=True, kw_only=True)
class Row:
    """One row. ``noun`` is None where a cell was refused; ``number`` is 0 for what is in force without a file."""

    number: int = 0
    cells: dict[str, str] = field(default_factory=dict)
    noun: Any = None
    day: date | None = None
    """A plain date, to be understood in the site's time zone once that is known."""


@dataclass(slots=True, kw_only=True)
class Table:
    """``whole`` is False when the header was refused: nothing can be said about references into it."""

    name: str
    file: str
    rows: list[Row]
    whole: bool = True

    def nouns(self) -> Iterator[tuple[Row, Any]]:
        """The rows that could be read, with their noun."""
        return ((row, row.noun) for row in self.rows if row.noun is not None)

    def ids(self) -> dict[str, Row]:
        """By the text of the id column, also of rows that were refused elsewhere, so that one error is told once."""
        return {row.cells["id"]: row for row in reversed(self.rows) if row.cells.get("id")}

    def error(self, row: Row, column: str, message: Text, allowed: Text = NOTHING) -> RegisterError:
        """An error at that cell."""
        value = row.cells.get(column, "")
        return RegisterError(
            file=self.file, row=row.number, column=column, value=value, message=message, allowed=allowed
        )


def read_table(name: str, sheet: Sheet, errors: list[RegisterError], layout: Layout = REGISTER) -> Table:
    """All rows of a sheet; what is wrong is appended to ``errors``."""
    table = Table(name=name, file=sheet.file, rows=[])
    columns = layout.columns[name]
    found = list(_header_errors(name, sheet, columns))
    if found:
        errors.extend(found)
        table.whole = False
        return table
    for number, cells in sheet.rows:
        row = Row(number=number, cells=dict(zip(sheet.header, cells, strict=False)))
        table.rows.append(row)
        before = len(errors)
        errors.extend(_surplus(table, row, cells[len(sheet.header) :]))
        values = _read_cells(table, row, columns, errors)
        if len(errors) == before:
            row.noun = _noun(layout.nouns[name], row, values)
    errors.extend(_repeats(table, layout))
    return table


def in_force(name: str, nouns: Iterable[Any]) -> Table:
    """A table that has no file in the folder, as the register in force has it."""
    return Table(name=name, file=f"{name}.csv (in force)", rows=[Row(cells=_texts(noun), noun=noun) for noun in nouns])


def _texts(noun: Any) -> dict[str, str]:
    return {name: str(getattr(noun, name)) for name in type(noun).__dataclass_fields__}


def closest(word: str, words: Iterable[str]) -> Text:
    """A did-you-mean, or nothing."""
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return Text(f"，是不是 {near[0]}？", f" (did you mean {near[0]}?)") if near else NOTHING


def _header_errors(name: str, sheet: Sheet, columns: tuple[Column, ...]) -> Iterator[RegisterError]:
    known = [column.name for column in columns]
    row = next(iter(sheet.rows), (2, []))[0] - 1
    all_of_them = Text("、".join(known), ", ".join(known))
    for title, count in Counter(title for title in sheet.header if title).items():
        if title not in known:
            near = closest(title.casefold(), known)
            message = Text(f"不是 {name} 的列{near.zh}", f"is not a column of {name}{near.en}")
            yield RegisterError(file=sheet.file, row=row, value=title, message=message, allowed=all_of_them)
        elif count > 1:
            message = Text("列出现了不止一次", "stands in the header more than once")
            yield RegisterError(file=sheet.file, row=row, value=title, message=message)
    for column in columns:
        if column.required and column.name not in sheet.header:
            message = Text("缺少这一列", "this column is missing")
            yield RegisterError(file=sheet.file, row=row, column=column.name, message=message)


def _surplus(table: Table, row: Row, cells: list[str]) -> Iterator[RegisterError]:
    text = next((cell for cell in cells if cell), "") or row.cells.pop("", "")
    if text:
        message = Text("在没有表头的列里", "stands in a column without a header")
        yield RegisterError(file=table.file, row=row.number, value=text, message=message)


def _read_cells(table: Table, row: Row, columns: tuple[Column, ...], errors: list[RegisterError]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in columns:
        try:
            values[column.name] = _read_cell(column, row.cells.get(column.name, ""))
        except CellRefused as refused:
            errors.append(table.error(row, column.name, refused.message, refused.allowed))
    if "name_zh" in values and not (values["name_zh"] or values.get("name_en")):
        errors.append(table.error(row, "name_zh", _MISSING, Text("中文或英文名称", "a name in Chinese or English")))
    return values


def _read_cell(column: Column, text: str) -> Any:
    if text:
        return column.kind.read(text)
    if column.required:
        raise CellRefused(_MISSING, column.kind.about)
    return column.empty


def _noun(wanted: type[Any], row: Row, values: dict[str, Any]) -> Any:
    if "name_zh" in values:
        values["name"] = Text(values.pop("name_zh"), values.pop("name_en"))
    if isinstance(values.get("calibration_due"), date):
        row.day, values["calibration_due"] = values["calibration_due"], None
    return wanted(**values)


def _repeats(table: Table, layout: Layout) -> Iterator[RegisterError]:
    first: dict[str, int] = {}
    column = layout.columns[table.name][0].name
    for row, noun in table.nouns():
        earlier = first.setdefault(layout.key(noun), row.number)
        if earlier != row.number:
            message = Text(f"在第 {earlier} 行已经有了", f"is already in row {earlier}")
            yield table.error(row, column, message)

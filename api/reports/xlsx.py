"""The report as a spreadsheet: a sheet a section, all lines of the ledger, the figures with what makes them, and a hidden sheet
with the same figures for programs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from api.reports.document import Document, Table
from api.reports.labels import label
from api.reports.room import NAMES

PIECE = 30_000
"""A cell takes 32,767 characters: the figures for programs lie in pieces, one a row."""
ROWS = 1_000_000
"""Of one sheet; what is more goes on in another."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Told = Callable[[float], None]


def nobody(done: float) -> None:
    """Nobody wants to know."""


def write_xlsx(document: Document, figures: bytes, rows: list[dict[str, Any]], at: int, told: Told = nobody) -> bytes:
    """The same document and figures give the same bytes."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": document.title, "created": datetime.fromtimestamp(at // 1000, UTC).replace(tzinfo=None)}
    )
    bold, wrap = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"text_wrap": True})
    cover = book.add_worksheet("report")
    cover.set_column(0, 0, 28)
    cover.set_column(1, 1, 90)
    for number, (name, value) in enumerate([(document.title, ""), *document.cover, *document.big]):
        cover.write_string(number, 0, plain(name), bold)
        cover.write_string(number, 1, plain(value), wrap)
    lines: dict[int, list[list[Any]]] = {}
    for name, table in [*((one.sheet, one.table) for one in document.sections), ("figures", _figures(document, rows))]:
        if table is None:
            continue
        for part in range(max(1, -(-len(table.rows) // ROWS))):
            some = table.rows[part * ROWS : (part + 1) * ROWS]
            _sheet(book, name if part == 0 else f"{name}-{part + 1}", Table(columns=table.columns, rows=some), bold)
            lines[len(book.worksheets())] = some
    _hidden(book, figures)
    book.close()
    return filled(out.getvalue(), lines, told)


def _figures(document: Document, rows: list[dict[str, Any]]) -> Table:
    names = tuple(label(name, document.language) for name in ("figure", "value", "query"))
    return Table(columns=names, rows=[[one["id"], one["value"], one["query"]] for one in rows])


def _sheet(book: Any, name: str, table: Table, bold: Any) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(table.columns) - 1, 18)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, plain(column), bold)


def filled(book: bytes, lines: dict[int, list[list[Any]]], told: Told) -> bytes:
    """The workbook with the lines of its tables put in, below each sheet's head: text as it is, numbers as numbers.

    Written here rather than cell by cell: a year's ledger has a million and a half of them.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for done, name in enumerate(parts.namelist(), 1):
            body, rows = parts.read(name), lines.get(_number(name), [])
            if rows:
                body = body.replace(b"</sheetData>", f"{''.join(_rows(rows))}</sheetData>".encode(), 1)
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
            told(done / len(parts.namelist()))
    return out.getvalue()


def _number(part: str) -> int:
    found = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
    return int(found[1]) if found else 0


def _rows(rows: list[list[Any]]) -> Iterator[str]:
    """From the second row on."""
    letters = [_letters(number) for number in range(max(map(len, rows)))]
    said: dict[str, str] = {}
    """Most of a ledger's words stand in it often."""
    for place, row in enumerate(rows, 2):
        cells = [f'<row r="{place}">']
        for letter, cell in zip(letters, row, strict=False):
            if cell is None or cell == "":
                continue
            if isinstance(cell, (int, float)):
                cells.append(f'<c r="{letter}{place}"><v>{cell!r}</v></c>')
                continue
            text = said.get(cell)
            if text is None:
                text = said[cell] = f't="inlineStr"><is><t xml:space="preserve">{_xml(str(cell))}</t></is></c>'
            cells.append(f'<c r="{letter}{place}" {text}')
        cells.append("</row>")
        yield "".join(cells)


def _letters(number: int) -> str:
    return chr(65 + number) if number < 26 else f"{_letters(number // 26 - 1)}{chr(65 + number % 26)}"


_MARKS = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SAFE = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _xml(text: str) -> str:
    """Safe in XML, and no formula. What XML cannot hold is replaced."""
    plainly = plain(text)
    return _MARKS.sub(lambda found: _SAFE.get(found[0], "\ufffd"), plainly) if _MARKS.search(plainly) else plainly


def _hidden(book: Any, figures: bytes) -> None:
    sheet = book.add_worksheet(NAMES[0][:31])
    text = figures.decode()
    for row, start in enumerate(range(0, len(text), PIECE)):
        sheet.write_string(row, 0, text[start : start + PIECE])
    sheet.very_hidden()


def plain(text: str) -> str:
    """A cell that begins like a formula gets an apostrophe before it, whatever program opens the file."""
    return f"'{text}" if text.startswith(FORMULA) else text


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"


def figures_in(xlsx: bytes) -> bytes | None:
    """The figures that lie in a spreadsheet of ours, also one that was saved again; None where there are none.

    Raises ``ValueError`` on what is no spreadsheet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(xlsx)) as parts:
            path = _sheet_path(parts)
            return None if path is None else _column(parts, path).encode()
    except (zipfile.BadZipFile, KeyError, ET.ParseError, IndexError) as error:
        raise ValueError(f"this spreadsheet cannot be read: {error}") from None


def _sheet_path(parts: zipfile.ZipFile) -> str | None:
    sheets = ET.fromstring(parts.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")  # noqa: S314 - bounded, no entities
    relation = next((one.get(_RELATION) for one in sheets if one.get("name") == NAMES[0][:31]), None)
    known = ET.fromstring(parts.read("xl/_rels/workbook.xml.rels")).iter(f"{_PACKAGE}Relationship")  # noqa: S314
    target = next((one.get("Target") for one in known if one.get("Id") == relation), None)
    return None if relation is None or target is None else f"xl/{target.removeprefix('/xl/')}"


def _column(parts: zipfile.ZipFile, path: str) -> str:
    """The text of all its cells: in the cell itself as we write it, or in the list of strings as others do."""
    found, shared = [], _shared(parts)
    for cell in ET.fromstring(parts.read(path)).iter(f"{_MAIN}c"):  # noqa: S314
        value = cell.find(f"{_MAIN}v")
        if cell.get("t") == "inlineStr":
            found.append("".join(text.text or "" for text in cell.iter(f"{_MAIN}t")))
        elif cell.get("t") == "s" and value is not None and value.text:
            found.append(shared[int(value.text)])
    return "".join(found)


def _shared(parts: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in parts.namelist():
        return []
    strings = ET.fromstring(parts.read("xl/sharedStrings.xml")).iter(f"{_MAIN}si")  # noqa: S314
    return ["".join(text.text or "" for text in one.iter(f"{_MAIN}t")) for one in strings]

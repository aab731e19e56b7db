"""Bytes of a CSV file → rows of text, as forgiving as Excel makes it necessary."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from facility.register_files.error import RegisterError, RegisterRefused
from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """``rows`` are (row number as a spreadsheet shows it, cells); blank ones are left out. ``note`` says what was forgiven."""

    file: str
    header: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]
    note: Text | None = None


def read_sheet(file: str, content: bytes) -> Sheet:
    """Raises ``RegisterRefused`` when it is not text, or not CSV."""
    text, note = _decode(file, content)
    first = text.split("\n", 1)[0]
    rows = _rows(file, text, max(",;\t", key=first.count))
    if not rows:
        raise RegisterRefused([RegisterError(file=file, message=Text("没有表头", "has no header"))])
    return Sheet(file=file, header=tuple(rows[0][1]), rows=rows[1:], note=note)


def _rows(file: str, text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    rows, number = [], 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((number, stripped))
    except csv.Error as error:
        raise RegisterRefused([_not_csv(file, number + 1, str(error))]) from None
    return rows


def _decode(file: str, content: bytes) -> tuple[str, Text | None]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _as(file, content, "utf-16"), Text(f"{file} 按 UTF-16 读取", f"{file} was read as UTF-16")
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        note = Text(
            f"{file} 不是 UTF-8，按 GB18030（中文版 Excel 的“CSV”）读取，请核对中文名称",
            f"{file} is not UTF-8; it was read as GB18030, as a Chinese Excel saves “CSV”: check the Chinese names",
        )
        return _as(file, content, "gb18030"), note


def _as(file: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        message = Text("不是文本文件", "is not a text file")
        allowed = Text("UTF-8 或 GB18030 的 CSV", "CSV in UTF-8 or GB18030")
        raise RegisterRefused([RegisterError(file=file, message=message, allowed=allowed)]) from None


def _not_csv(file: str, row: int, reason: str) -> RegisterError:
    return RegisterError(
        file=file,
        row=row,
        message=Text(
            f"不是 CSV（{reason}），多半是引号没有成对",
            f"is not CSV ({reason}); most likely a quotation mark is not closed",
        ),
    )

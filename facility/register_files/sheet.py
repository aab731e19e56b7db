"""Bytes of a CSV file → rows of text, as forgiving as Excel makes it necessary."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from facility.register_files.error import RegisterError, RegisterRefused
from facility.text import Text

_EXPECTED = frozenset(map(chr, (*range(0xA0, 0x100), *range(0x391, 0x3CA))))
"""Two-byte letters that a register has without being Chinese: °, µ, ³, é, Ω."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """``rows`` are (row number as a spreadsheet shows it, cells); blank ones are left out. ``note`` says what was forgiven."""

    file: str
    header: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]
    note: Text | None = None


def read_sheet(file: str, content: bytes, *, beside_gb18030: bool = False) -> Sheet:
    """``beside_gb18030`` says that a file of the same folder is no UTF-8.

    Raises ``RegisterRefused`` when it is not text, or not CSV.
    """
    text, note = _text(file, content, beside_gb18030=beside_gb18030)
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


def is_utf_8(content: bytes) -> bool:
    """Whether it can be read as UTF-8 (or says by a mark that it is UTF-16)."""
    try:
        _decode("", content, beside_gb18030=False)
    except UnicodeDecodeError:
        return False
    return True


def _decode(file: str, content: bytes, *, beside_gb18030: bool) -> tuple[str, Text | None]:
    """Raises ``UnicodeDecodeError`` when it is neither UTF-8 nor marked as UTF-16.

    A few Chinese words in GB18030 can pass for UTF-8: 夜巡 becomes two Cyrillic-looking letters. So a file with nothing but
    two-byte letters goes the way of the files beside it, and is doubted aloud when it is alone.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16"), Text(f"{file} 按 UTF-16 读取", f"{file} was read as UTF-16")
    text = content.decode("utf-8-sig")
    letters = {letter for letter in text if not letter.isascii()}
    if content.startswith(codecs.BOM_UTF8) or not letters or max(letters) > "\u07ff":
        return text, None
    if beside_gb18030:
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "read like the files beside it")
    if all(letter in _EXPECTED for letter in letters):
        return text, None
    note = Text(
        f"{file} 按 UTF-8 读取，但也可能是 GB18030：请核对名称",
        f"{file} was read as UTF-8, but may be GB18030: check the names",
    )
    return text, note


def _text(file: str, content: bytes, *, beside_gb18030: bool) -> tuple[str, Text | None]:
    try:
        return _decode(file, content, beside_gb18030=beside_gb18030)
    except UnicodeDecodeError:
        note = Text(
            f"{file} 不是 UTF-8，按 GB18030（中文版 Excel 的“CSV”）读取，请核对中文名称",
            f"{file} is not UTF-8; it was read as GB18030, as a Chinese Excel saves “CSV”: check the Chinese names",
        )
    try:
        return content.decode("gb18030"), note
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

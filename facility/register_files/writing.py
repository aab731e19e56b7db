"""Register → register files that read back as the same register."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from facility.instrument import Instrument
from facility.point import Point, Setting
from facility.register import TABLES, Noun, Register
from facility.register_files.columns import COLUMNS, Column
from facility.text import Text


def write_tables(register: Register) -> dict[str, bytes]:
    """Every table as ``{"points.csv": …}``, in UTF-8 with a byte order mark, by which Excel knows Chinese text.

    Settings of points that are retired are left out: their history stays in the records.
    """
    return {f"{name}.csv": _file(name, register) for name in TABLES}


def _file(name: str, register: Register) -> bytes:
    nouns: dict[str, Noun] = getattr(register, name)
    return csv_bytes(COLUMNS[name], _rows(name, register, nouns.values()))


def csv_bytes(columns: Iterable[Column], rows: Iterable[list[str]]) -> bytes:
    """A header and rows, in UTF-8 with a byte order mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows(rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _rows(name: str, register: Register, nouns: Iterable[Noun]) -> Iterable[list[str]]:
    for noun in nouns:
        if isinstance(noun, Setting) and noun.point not in register.points:
            continue
        zone = _timezone(register, noun)
        yield [cell_text(column, noun, zone) for column in COLUMNS[name]]


def _timezone(register: Register, noun: Noun) -> tzinfo:
    if isinstance(noun, Instrument):
        return register.time_zone
    point = register.points.get(noun.point) if isinstance(noun, Setting) else noun
    zone = register.zone_of(point) if isinstance(point, Point) else None
    site = register.sites.get(zone.site) if zone else None
    return ZoneInfo(site.timezone) if site else UTC


def cell_text(column: Column, noun: Any, zone: tzinfo) -> str:
    """What stands in that column for ``noun``; times as in ``zone``."""
    if column.name in ("name_zh", "name_en"):
        name: Text = noun.name
        return name.zh if column.name == "name_zh" else name.en
    value = getattr(noun, column.name)
    return "" if value is None or value == "" else column.kind.write(value, zone)

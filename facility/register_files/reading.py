"""Register files → register: everything that is wrong is found before anything is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from facility.point import Point
from facility.register import TABLES, Noun, Register, key_of
from facility.register_files.cells import end_of_day
from facility.register_files.checks import Tables, all_errors
from facility.register_files.columns import OPTIONAL_TABLES
from facility.register_files.error import RegisterError, RegisterRefused
from facility.register_files.layout import REGISTER, Layout
from facility.register_files.sheet import Sheet, is_utf_8, read_sheet
from facility.register_files.table import Row, Table, closest, in_force, read_table
from facility.text import Text
from facility.units import canonical_unit


def read_tables(
    files: Mapping[str, bytes], *, current: Register | None = None, notes: list[Text] | None = None
) -> Register:
    """``{"points.csv": …}`` → the register that the files describe (``version`` and ``registered`` are left empty).

    settings, cameras, routes and stops may be left out: then they are as ``current`` has them. What was forgiven (an
    encoding) is appended to ``notes``. Raises ``RegisterRefused`` with every error found.
    """
    errors: list[RegisterError] = list(file_errors(files))
    sheets = read_sheets(files, errors, [] if notes is None else notes)
    tables = {name: _table(name, sheets, files, current or Register(), errors) for name in TABLES}
    errors.extend(all_errors(tables))
    if errors:
        raise RegisterRefused(in_order(errors))
    _finish(tables)
    nouns: dict[str, Any] = {name: {key_of(noun): noun for _, noun in table.nouns()} for name, table in tables.items()}
    return Register(**nouns)


def file_errors(files: Mapping[str, bytes], layout: Layout = REGISTER) -> list[RegisterError]:
    """Files that have no place in the folder."""
    known = [f"{name}.csv" for name in layout.nouns]
    errors = []
    for file in files:
        if file not in known:
            near = closest(file.casefold(), known)
            message = Text(f"不是{layout.called.zh}{near.zh}", f"is not {layout.called.en}{near.en}")
            errors.append(RegisterError(file=file, message=message, allowed=Text("、".join(known), ", ".join(known))))
    return errors


def read_sheets(
    files: Mapping[str, bytes], errors: list[RegisterError], notes: list[Text], layout: Layout = REGISTER
) -> dict[str, Sheet]:
    """What could be read as CSV, by file."""
    beside_gb18030 = not all(is_utf_8(content) for content in files.values())
    sheets = {}
    for file in (f"{name}.csv" for name in layout.nouns if f"{name}.csv" in files):
        try:
            sheets[file] = read_sheet(file, files[file], beside_gb18030=beside_gb18030)
        except RegisterRefused as refused:
            errors.extend(refused.errors)
    notes.extend(sheet.note for sheet in sheets.values() if sheet.note)
    return sheets


def _table(
    name: str, sheets: Mapping[str, Sheet], files: Mapping[str, bytes], current: Register, errors: list[RegisterError]
) -> Table:
    file = f"{name}.csv"
    if file in sheets:
        return read_table(name, sheets[file], errors)
    if file not in files and name in OPTIONAL_TABLES:
        nouns: dict[str, Noun] = getattr(current, name)
        return in_force(name, nouns.values())
    if file not in files:
        errors.append(RegisterError(file=file, message=Text("缺少这个文件", "this file is missing")))
    return Table(name=name, file=file, rows=[], whole=False)


def in_order(errors: list[RegisterError], layout: Layout = REGISTER) -> list[RegisterError]:
    """By table and row."""
    order = [f"{name}.csv" for name in layout.nouns]
    return sorted(errors, key=lambda e: (order.index(e.file) if e.file in order else len(order), e.row))


def _finish(tables: Tables) -> None:
    """Units by their usual symbol, and plain dates as the end of that day where the point stands."""
    zones = {zone.id: zone.site for _, zone in tables["zones"].nouns()}
    sites = {site.id: ZoneInfo(site.timezone) for _, site in tables["sites"].nouns()}
    timezones = {asset.id: sites[zones[asset.zone]] for _, asset in tables["assets"].nouns()}
    for row, point in tables["points"].nouns():
        row.noun = _finished(row, point, timezones[point.asset])
    first = next(iter(sites.values()), None)
    for row, instrument in tables["instruments"].nouns():
        if first is not None and row.day is not None:
            row.noun = replace(instrument, calibration_due=end_of_day(row.day, first))


def _finished(row: Row, point: Point, timezone: ZoneInfo) -> Point:
    due = point.calibration_due if row.day is None else end_of_day(row.day, timezone)
    unit = canonical_unit(point.quantity, point.unit)
    sent = canonical_unit(point.quantity, point.sent_unit) if point.sent_unit else ""
    if (due, unit, sent) == (point.calibration_due, point.unit, point.sent_unit):
        return point
    return replace(point, calibration_due=due, unit=unit, sent_unit=sent)

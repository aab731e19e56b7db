"""The door system's list as it exports it: a CSV whose columns a small TOML names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from pydantic import Field, ValidationError

from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import tables
from facility.definition_files.telling import plain
from facility.definition_files.values import Filled, Table
from facility.door import Door
from facility.door_list import ListedCard
from facility.permission_files.columns import TAIL, Hide
from facility.register import Register
from facility.register_files.error import RegisterError, RegisterRefused
from facility.register_files.sheet import Sheet, read_sheet
from facility.text import Text

FILE = "door-list.toml"
FOREVER = 2099
"""Door systems write a day far away for what has no end."""


class BrokenDoorList(Broken):
    """``door-list.toml`` cannot be used."""


class Columns(Table):
    """What the list calls its columns."""

    card: Filled = Field("card", description="the card's number, as readers send it")
    door: Filled = Field("door", description="the door")
    name: str = Field("name", description="the person; read past, and never kept")
    since: str = Field("from", alias="from", description="the first day; empty or absent: from ever")
    until: str = Field("until", description="the last day; empty or absent: for ever")


class DoorListFile(Table):
    """How the door system writes its list."""

    columns: Columns = Field(
        default_factory=lambda: Columns.model_validate({}), description="what the list calls its columns"
    )
    dates: list[Filled] = Field(
        ["%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M"], description="how it writes days"
    )
    doors: dict[str, Filled] = Field({}, description="what the list calls a door → the register's asset")


def read_mapping(text: str, path: str = FILE) -> DoorListFile:
    """Raises ``BrokenDoorList``."""
    try:
        return DoorListFile.model_validate(tables(text, path, BrokenDoorList))
    except ValidationError as error:
        found = error.errors(include_url=False)
        told = [
            Problem(
                path=path,
                line=line_of(text, one["loc"]),
                key=".".join(map(str, one["loc"])),
                text=plain(one, DoorListFile, one["loc"]),
            )
            for one in found
        ]
        raise BrokenDoorList(told) from None


def read_door_list(
    content: bytes, mapping: DoorListFile, doors: Mapping[str, Door], register: Register, hide: Hide
) -> list[ListedCard]:
    """Every row, numbers hidden at once. A door is known by the mapping, its id or its name.

    Raises ``RegisterRefused`` with every row that cannot be read: nothing is compared then.
    """
    sheet = read_sheet("list", content)
    errors = list(_missing(sheet, mapping))
    if errors:
        raise RegisterRefused(errors)
    named = _names(doors, register) | mapping.doors
    found = []
    for row, cells in sheet.rows:
        values = dict(zip(sheet.header, cells, strict=False))
        number, called = values.get(mapping.columns.card, ""), values.get(mapping.columns.door, "")
        days = [_day(values.get(column, ""), mapping) for column in (mapping.columns.since, mapping.columns.until)]
        errors += _wrong(row, values, mapping, days)
        found.append(
            ListedCard(
                row=row,
                credential=hide(number),
                tail=number[-TAIL:],
                door=asset if (asset := named.get(called, "")) in doors else "",
                called=called,
                since=days[0],
                until=None if days[1] is None or days[1].year >= FOREVER else days[1],
            )
        )
    if errors:
        raise RegisterRefused(errors)
    return found


def _names(doors: Mapping[str, Door], register: Register) -> dict[str, str]:
    named: dict[str, str] = {}
    for asset in doors:
        name = register.assets[asset].name
        named |= {word: asset for word in (name.zh, name.en, asset) if word}
    return named


def _missing(sheet: Sheet, mapping: DoorListFile) -> Iterator[RegisterError]:
    for column in (mapping.columns.card, mapping.columns.door):
        if column not in sheet.header:
            message = Text("缺少这一列", "this column is missing")
            known = Text("、".join(sheet.header), ", ".join(sheet.header))
            yield RegisterError(
                file=sheet.file,
                row=1,
                column=column,
                message=message,
                allowed=Text(f"{FILE} 的 [columns] 里写明；现有：{known.zh}", f"name it in {FILE}; it has: {known.en}"),
            )


def _day(text: str, mapping: DoorListFile) -> date | None:
    for form in mapping.dates if text else ():
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    return None


def _wrong(
    row: int, values: Mapping[str, str], mapping: DoorListFile, days: list[date | None]
) -> Iterator[RegisterError]:
    columns = mapping.columns
    for column in (columns.card, columns.door):
        if not values.get(column):
            yield RegisterError(file="list", row=row, column=column, message=Text("未填写", "is missing"))
    for column, day in zip((columns.since, columns.until), days, strict=True):
        if values.get(column) and day is None:
            allowed = "; ".join(mapping.dates)
            yield RegisterError(
                file="list",
                row=row,
                column=column,
                value=values[column],
                message=Text("不是日期", "is not a day"),
                allowed=Text(allowed, allowed),
            )

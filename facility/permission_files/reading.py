"""Files of permissions → permissions: everything that is wrong is found before anything is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from facility.permission import Permissions
from facility.permission_entries import Credential, Permission
from facility.permission_files.columns import PERMISSION_TABLES, TAIL, Hide, layout
from facility.register import Register
from facility.register_files.error import RegisterError, RegisterRefused
from facility.register_files.in_part import backwards, nothing_given, strangers, tables_in_part
from facility.register_files.reading import in_order
from facility.register_files.table import Row, Table, closest
from facility.text import Text

REFERENCES = (
    ("holders", "groups", "groups"),
    ("credentials", "holder", "holders"),
    ("permissions", "holder", "holders"),
    ("permissions", "group", "groups"),
)
"""(table, column, the table that it names entries of)"""


@dataclass(frozen=True, slots=True)
class Given:
    """What the files are read beside: what is in force, where doors are, and the site's key."""

    current: Permissions
    register: Register
    hide: Hide


def read_permissions(files: Mapping[str, bytes], given: Given, notes: list[Text] | None = None) -> Permissions:
    """``{"holders.csv": …}`` → the permissions that the files describe; tables without a file as they are in force.

    What was forgiven (an encoding) is appended to ``notes``. Raises ``RegisterRefused`` with every error found.
    """

    def credential(number: str, pseudonym: str, tail: str, **values: Any) -> Credential:
        """The number goes no further than this."""
        return Credential(pseudonym=given.hide(number) if number else pseudonym, tail=tail or number[-TAIL:], **values)

    how = layout({"credentials": credential})  # type: ignore[dict-item]  # called with a row's values, as a class is
    errors: list[RegisterError] = []
    tables = tables_in_part(files, given.current, how, errors, notes)
    if not files:
        errors.append(nothing_given(PERMISSION_TABLES, Text("没有权限文件", "has no file of permissions")))
    errors.extend(_all_errors(tables, given.register))
    if errors:
        raise RegisterRefused(in_order(errors, how))
    found: dict[str, Any] = {name: {one.id: one for _, one in table.nouns()} for name, table in tables.items()}
    kept = {id: one for id, one in given.current.confirmed.items() if id in found["permissions"]}
    return replace(given.current, confirmed=kept, **found)


def _all_errors(tables: Mapping[str, Table], register: Register) -> Iterator[RegisterError]:
    for name, column, target in REFERENCES:
        yield from strangers(tables[name], column, tables[target], "")
    yield from _numberless(tables["credentials"])
    yield from backwards(tables["credentials"])
    yield from backwards(tables["permissions"])
    for row, one in tables["permissions"].nouns():
        yield from _one_of_two(tables["permissions"], row, one, ("holder", "group"))
        yield from _one_of_two(tables["permissions"], row, one, ("access", "zone"))
        yield from _no_such_zone(tables["permissions"], row, one, register)


def _numberless(table: Table) -> Iterator[RegisterError]:
    for row, one in table.nouns():
        if not one.pseudonym:
            message = Text("和 pseudonym 都未填写", "is missing, and so is pseudonym")
            yield table.error(row, "number", message, Text("卡号或代号", "a number or a pseudonym"))


def _one_of_two(table: Table, row: Row, one: Permission, columns: tuple[str, str]) -> Iterator[RegisterError]:
    given = [column for column in columns if getattr(one, column)]
    if len(given) != 1:
        first, second = columns
        both = Text(f"和 {second} 都填了", f"and {second} are both filled in")
        neither = Text(f"和 {second} 都没有填", f"and {second} are both empty")
        allowed = Text(f"{first}、{second} 只填一个", f"one of {first} and {second}")
        yield table.error(row, first, both if given else neither, allowed)


def _no_such_zone(table: Table, row: Row, one: Permission, register: Register) -> Iterator[RegisterError]:
    if one.zone and one.zone not in register.zones:
        near = closest(one.zone, register.zones)
        yield table.error(row, "zone", Text(f"不在台账的区域中{near.zh}", f"is not a zone of the register{near.en}"))

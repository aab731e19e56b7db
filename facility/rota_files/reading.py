"""Rota files → rota: everything that is wrong is found before anything is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from facility.register_files.error import RegisterError, RegisterRefused
from facility.register_files.in_part import backwards, nothing_given, strangers, tables_in_part
from facility.register_files.reading import in_order
from facility.register_files.table import Table
from facility.rota import Rota
from facility.rota_entries import OFF, Pattern
from facility.rota_files.columns import ROTA, ROTA_TABLES
from facility.text import Text

REFERENCES = (
    ("people", "teams", "teams"),
    ("turns", "person", "people"),
    ("turns", "team", "teams"),
    ("turns", "pattern", "patterns"),
    ("shifts", "person", "people"),
    ("shifts", "team", "teams"),
    ("shifts", "kind", "kinds"),
    ("patterns", "cycle", "kinds"),
)
"""(table, column, the table that it names entries of)"""


def read_rota(files: Mapping[str, bytes], *, current: Rota, notes: list[Text] | None = None) -> Rota:
    """``{"people.csv": …}`` → the rota that the files describe, everything else as in ``current``.

    What was forgiven (an encoding) is appended to ``notes``. Raises ``RegisterRefused`` with every error found.
    """
    errors: list[RegisterError] = []
    tables = tables_in_part(files, current, ROTA, errors, notes)
    if not files:
        errors.append(nothing_given(ROTA_TABLES, Text("没有排班文件", "has no rota file")))
    errors.extend(_all_errors(tables))
    if errors:
        raise RegisterRefused(in_order(errors, ROTA))
    found: dict[str, Any] = {name: {one.id: one for _, one in table.nouns()} for name, table in tables.items()}
    return replace(current, **found)


def _all_errors(tables: Mapping[str, Table]) -> Iterator[RegisterError]:
    for name, column, target in REFERENCES:
        yield from strangers(tables[name], column, tables[target], OFF)
    yield from _shared_accounts(tables["people"])
    yield from backwards(tables["turns"])
    yield from _endless_rest(tables["patterns"])


def _shared_accounts(people: Table) -> Iterator[RegisterError]:
    first: dict[str, int] = {}
    for row, person in people.nouns():
        if person.account:
            earlier = first.setdefault(person.account, row.number)
            if earlier != row.number:
                message = Text(f"在第 {earlier} 行已经属于别人", f"belongs to somebody else in row {earlier}")
                yield people.error(row, "account", message)


def _endless_rest(patterns: Table) -> Iterator[RegisterError]:
    for row, one in patterns.nouns():
        pattern: Pattern = one
        if set(pattern.cycle) <= {OFF}:
            message = Text("没有一天上班", "has no day with a shift")
            yield patterns.error(row, "cycle", message)

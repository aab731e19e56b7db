"""Rota files → rota: everything that is wrong is found before anything is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from facility.register_files.error import RegisterError, RegisterRefused
from facility.register_files.reading import file_errors, in_order, read_sheets
from facility.register_files.table import Table, closest, in_force, read_table
from facility.rota import Rota
from facility.rota_entries import OFF, Pattern, Turn
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
    errors: list[RegisterError] = list(file_errors(files, ROTA))
    sheets = read_sheets(files, errors, [] if notes is None else notes, ROTA)
    if not files:
        errors.append(_nothing())
    tables: dict[str, Table] = {}
    for name in ROTA_TABLES:
        file = f"{name}.csv"
        if file in sheets:
            tables[name] = read_table(name, sheets[file], errors, ROTA)
        elif file in files:
            tables[name] = Table(name=name, file=file, rows=[], whole=False)
        else:
            tables[name] = in_force(name, getattr(current, name).values())
    errors.extend(_all_errors(tables))
    if errors:
        raise RegisterRefused(in_order(errors, ROTA))
    found: dict[str, Any] = {name: {one.id: one for _, one in table.nouns()} for name, table in tables.items()}
    return replace(current, **found)


def _nothing() -> RegisterError:
    names = [f"{name}.csv" for name in ROTA_TABLES]
    message = Text("没有排班文件", "has no rota file")
    return RegisterError(file=".", message=message, allowed=Text("、".join(names), ", ".join(names)))


def _all_errors(tables: Mapping[str, Table]) -> Iterator[RegisterError]:
    for name, column, target in REFERENCES:
        yield from _strangers(tables[name], column, tables[target])
    yield from _shared_accounts(tables["people"])
    yield from _backwards(tables["turns"])
    yield from _endless_rest(tables["patterns"])


def _strangers(table: Table, column: str, target: Table) -> Iterator[RegisterError]:
    """Names that stand in no row of the table they should."""
    if not target.whole:
        return
    known = target.ids()
    for row, one in table.nouns():
        value = getattr(one, column)
        for name in value if isinstance(value, tuple) else (value,):
            if name not in known and name != OFF:
                near = closest(name, known)
                zh, en = (
                    f"里的 {name} 不在 {target.file} 中{near.zh}",
                    f"names {name}, which is not in {target.file}{near.en}",
                )
                if not isinstance(value, tuple):
                    zh, en = f"不在 {target.file} 中{near.zh}", f"is not in {target.file}{near.en}"
                yield table.error(row, column, Text(zh, en))


def _shared_accounts(people: Table) -> Iterator[RegisterError]:
    first: dict[str, int] = {}
    for row, person in people.nouns():
        if person.account:
            earlier = first.setdefault(person.account, row.number)
            if earlier != row.number:
                message = Text(f"在第 {earlier} 行已经属于别人", f"belongs to somebody else in row {earlier}")
                yield people.error(row, "account", message)


def _backwards(turns: Table) -> Iterator[RegisterError]:
    for row, one in turns.nouns():
        turn: Turn = one
        if turn.until is not None and turn.until < turn.since:
            message = Text("早于起始日", "is before the day on which it begins")
            yield turns.error(row, "until", message, Text(f"{turn.since} 或更晚", f"{turn.since} or later"))


def _endless_rest(patterns: Table) -> Iterator[RegisterError]:
    for row, one in patterns.nouns():
        pattern: Pattern = one
        if set(pattern.cycle) <= {OFF}:
            message = Text("没有一天上班", "has no day with a shift")
            yield patterns.error(row, "cycle", message)

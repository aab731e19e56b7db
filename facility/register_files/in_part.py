"""Folders of which a part may be given: a table without a file stays as it is in force. Rota and permissions are read so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from facility.register_files.error import RegisterError
from facility.register_files.layout import Layout
from facility.register_files.reading import file_errors, read_sheets
from facility.register_files.table import Table, closest, in_force, read_table
from facility.text import Text


def tables_in_part(
    files: Mapping[str, bytes], current: object, layout: Layout, errors: list[RegisterError], notes: list[Text] | None
) -> dict[str, Table]:
    """Every table of ``layout``, from its file or from ``current``.

    What is wrong is appended to ``errors``, what was forgiven (an encoding) to ``notes``.
    """
    errors.extend(file_errors(files, layout))
    sheets = read_sheets(files, errors, [] if notes is None else notes, layout)
    tables: dict[str, Table] = {}
    for name in layout.optional:
        file = f"{name}.csv"
        if file in sheets:
            tables[name] = read_table(name, sheets[file], errors, layout)
        elif file in files:
            tables[name] = Table(name=name, file=file, rows=[], whole=False)
        else:
            tables[name] = in_force(name, getattr(current, name).values())
    return tables


def nothing_given(names: Sequence[str], message: Text) -> RegisterError:
    """No file at all."""
    files = [f"{name}.csv" for name in names]
    return RegisterError(file=".", message=message, allowed=Text("、".join(files), ", ".join(files)))


def strangers(table: Table, column: str, target: Table, but: str) -> Iterator[RegisterError]:
    """Names that stand in no row of the table they should; ``but`` is no name."""
    if not target.whole:
        return
    known = target.ids()
    for row, one in table.nouns():
        value = getattr(one, column)
        for name in value if isinstance(value, tuple) else (value,):
            if name not in known and name != but:
                near = closest(name, known)
                zh, en = f"不在 {target.file} 中{near.zh}", f"is not in {target.file}{near.en}"
                if isinstance(value, tuple):
                    zh, en = f"里的 {name} {zh}", f"names {name}, which {en}"
                yield table.error(row, column, Text(zh, en))


def backwards(table: Table) -> Iterator[RegisterError]:
    """What ends before it begins."""
    for row, one in table.nouns():
        if one.since is not None and one.until is not None and one.until < one.since:
            message = Text("早于起始日", "is before the day on which it begins")
            yield table.error(row, "until", message, Text(f"{one.since} 或更晚", f"{one.since} or later"))

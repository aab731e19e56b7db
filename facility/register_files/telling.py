"""What a change to the register changes, field by field, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, tzinfo
from typing import Protocol

from facility.point import Setting
from facility.register_files.columns import COLUMNS, Column
from facility.register_files.writing import cell_text


class Told(Protocol):
    """A change of one entry of a table: added (no ``before``), changed, or no longer there (no ``after``)."""

    @property
    def table(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def before(self) -> object: ...
    @property
    def after(self) -> object: ...


Columns = Mapping[str, tuple[Column, ...]]


def fields_changed(change: Told, timezone: tzinfo = UTC, columns: Columns = COLUMNS) -> Iterator[tuple[str, str, str]]:
    """(column, old text, new text) for each column that differs; of an added or retired entry only what is not empty."""
    for column in columns[change.table]:
        old = "" if change.before is None else cell_text(column, change.before, timezone)
        new = "" if change.after is None else cell_text(column, change.after, timezone)
        if old != new:
            yield column.name, old, new


def tell(change: Told, timezone: tzinfo = UTC, columns: Columns = COLUMNS) -> str:
    """One line: ``~ points pump-1.pressure: high 1 → 1.6``, ``+`` for added and ``-`` for what is no longer there."""
    mark = "+" if change.before is None else "-" if change.after is None else "~"
    noun = change.after or change.before
    subject = f"{noun.point} {noun.name}" if isinstance(noun, Setting) else change.key
    if change.before is not None and change.after is not None:
        told = [f"{name} {old or '∅'} → {new or '∅'}" for name, old, new in fields_changed(change, timezone, columns)]
    else:
        # A setting is its value; other entries are told in full by the file itself.
        shown = ("value", "since", "approver") if isinstance(noun, Setting) else ()
        told = [f"{name} {new or old}" for name, old, new in fields_changed(change, timezone, columns) if name in shown]
    return f"{mark} {change.table} {subject}" + (f": {', '.join(told)}" if told else "")

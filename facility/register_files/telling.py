"""What a change to the register changes, field by field, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo

from facility.point import Setting
from facility.register import Change
from facility.register_files.columns import COLUMNS
from facility.register_files.writing import cell_text


def fields_changed(change: Change, timezone: tzinfo = UTC) -> Iterator[tuple[str, str, str]]:
    """(column, old text, new text) for each column that differs; of an added or retired entry only what is not empty."""
    for column in COLUMNS[change.table]:
        old = "" if change.before is None else cell_text(column, change.before, timezone)
        new = "" if change.after is None else cell_text(column, change.after, timezone)
        if old != new:
            yield column.name, old, new


def tell(change: Change, timezone: tzinfo = UTC) -> str:
    """One line: ``~ points pump-1.pressure: high 1 → 1.6``, ``+`` for added and ``-`` for retired."""
    mark = {"added": "+", "changed": "~", "retired": "-"}[change.what]
    noun = change.after or change.before
    subject = f"{noun.point} {noun.name}" if isinstance(noun, Setting) else change.key
    if change.before is not None and change.after is not None:
        told = [f"{name} {old or '∅'} → {new or '∅'}" for name, old, new in fields_changed(change, timezone)]
    else:
        # A setting is its value; other entries are told in full by the file itself.
        shown = ("value", "since", "approver") if isinstance(noun, Setting) else ()
        told = [f"{name} {new or old}" for name, old, new in fields_changed(change, timezone) if name in shown]
    return f"{mark} {change.table} {subject}" + (f": {', '.join(told)}" if told else "")

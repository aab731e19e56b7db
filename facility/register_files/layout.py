"""Which tables a folder of CSV files has: the register's, or another's that is read by the same rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from facility.register import TABLES, key_of
from facility.register_files.columns import COLUMNS, OPTIONAL_TABLES, Column
from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Tables by name; the file is the table's name with .csv, its first column the one that is named when a row comes twice."""

    columns: Mapping[str, tuple[Column, ...]]
    nouns: Mapping[str, type[Any]]
    key: Callable[[Any], str]
    optional: tuple[str, ...]
    """A folder without one of these leaves that table as it is in force."""
    called: Text
    """What one of its files is called."""


REGISTER = Layout(
    columns=COLUMNS,
    nouns=TABLES,
    key=key_of,
    optional=OPTIONAL_TABLES,
    called=Text("台账文件", "a register file"),
)

"""Permissions → files that read back as the same. Numbers of cards are not in them: nobody knows them any more."""

from __future__ import annotations

from facility.permission import Permissions
from facility.permission_files.columns import COLUMNS
from facility.register_files.writing import cell_text, csv_bytes


def write_permissions(permissions: Permissions) -> dict[str, bytes]:
    """Every table as ``{"holders.csv": …}``, in UTF-8 with a byte order mark, by which Excel knows Chinese text."""
    return {f"{name}.csv": _file(name, permissions) for name in COLUMNS}


def _file(name: str, permissions: Permissions) -> bytes:
    columns, entries = COLUMNS[name], getattr(permissions, name).values()
    return csv_bytes(columns, ([cell_text(column, one, permissions.zone) for column in columns] for one in entries))

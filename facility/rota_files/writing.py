"""Rota → rota files that read back as the same rota."""

from __future__ import annotations

from facility.register_files.writing import cell_text, csv_bytes
from facility.rota import Rota
from facility.rota_files.columns import COLUMNS


def write_rota(rota: Rota) -> dict[str, bytes]:
    """Every table as ``{"people.csv": …}``, in UTF-8 with a byte order mark, by which Excel knows Chinese text."""
    return {f"{name}.csv": _file(name, rota) for name in COLUMNS}


def _file(name: str, rota: Rota) -> bytes:
    columns = COLUMNS[name]
    entries = getattr(rota, name).values()
    return csv_bytes(columns, ([cell_text(column, entry, rota.zone) for column in columns] for entry in entries))

"""Kept files."""

from __future__ import annotations

from sqlalchemy import select

from facility.kept_file import KeptFile
from storage.records.port import NotFound
from storage.records.sql.tables import FILES
from storage.records.sql.transaction import Transaction

_FIELDS = ("sha256", "media", "size", "body", "thumb", "created")


class SqlFiles:
    """See ``storage.records.files.Files``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def keep(self, file: KeptFile) -> None:
        """Once."""
        row = {name: getattr(file, name) for name in _FIELDS}
        self._do.run(self._do.insert(FILES).on_conflict_do_nothing(), row)

    def has(self, sha256: str) -> bool:
        """Without reading it."""
        return self._do.row(select(FILES.c.sha256).where(FILES.c.sha256 == sha256)) is not None

    def get(self, sha256: str) -> KeptFile:
        """Raises ``NotFound``."""
        row = self._do.row(select(FILES).where(FILES.c.sha256 == sha256))
        if row is None:
            raise NotFound(f"there is no file {sha256}")
        return KeptFile(**{name: getattr(row, name) for name in _FIELDS})

"""Kept files."""

from __future__ import annotations

from sqlalchemy import and_, func, select

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
        """Once; what had had its time and is given again begins anew."""
        row = {name: getattr(file, name) for name in _FIELDS}
        again = self._do.insert(FILES)
        fresh = {name: again.excluded[name] for name in ("body", "thumb", "created")}
        ended = and_(FILES.c.size > 0, func.length(FILES.c.body) == 0)
        self._do.run(again.on_conflict_do_update(index_elements=["sha256"], set_=fresh, where=ended), row)

    def has(self, sha256: str) -> bool:
        """Without reading it."""
        return self._do.row(select(FILES.c.sha256).where(FILES.c.sha256 == sha256)) is not None

    def get(self, sha256: str) -> KeptFile:
        """Raises ``NotFound``."""
        row = self._do.row(select(FILES).where(FILES.c.sha256 == sha256))
        if row is None:
            raise NotFound(f"there is no file {sha256}")
        if row.size and not row.body:
            raise NotFound(f"the file {sha256} had its time and was erased; its hash stays")
        return KeptFile(**{name: getattr(row, name) for name in _FIELDS})

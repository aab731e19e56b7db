"""Messages on their way from one collector to another."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, Table

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

HANDED = Table(
    "handed",
    METADATA,
    row_id(),
    words("share"),
    words("topic"),
    Column("payload", LargeBinary, nullable=False),
    whole("arrived"),
    Column("retained", Boolean, nullable=False),
    Index("ix_handed_share", "share", "id"),
    sqlite_autoincrement=True,
)

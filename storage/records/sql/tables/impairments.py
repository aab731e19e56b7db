"""Fire facilities that were stopped."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

_OPEN = text("ended IS NULL")

IMPAIRMENTS = Table(
    "impairments",
    METADATA,
    row_id(),
    words("asset"),
    words("zone"),
    words("why"),
    words("measures"),
    words("who"),
    whole("since"),
    whole("until"),
    whole("created"),
    whole("overdue", null=True),
    whole("reported", null=True),
    words("reported_by"),
    words("reported_how"),
    whole("ended", null=True),
    words("ended_by"),
    words("result"),
    whole("version"),
    Index("uq_impairments_open", "asset", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_impairments_since", "since"),
    sqlite_autoincrement=True,
)

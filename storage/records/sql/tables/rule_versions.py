"""Every version of every rule."""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

RULE_VERSIONS = Table(
    "rule_versions",
    METADATA,
    row_id(),
    words("rule"),
    whole("number"),
    words("version"),
    words("text"),
    words("author"),
    whole("at"),
    words("why"),
    UniqueConstraint("rule", "number"),
    sqlite_autoincrement=True,
)

"""The register and its history."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

REGISTER_VERSIONS = Table(
    "register_versions",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    whole("at"),
    words("who"),
    words("why"),
)

REGISTER_ENTRIES = Table(
    "register_entries",
    METADATA,
    row_id(),
    words("noun"),
    words("key"),
    Column("version_from", BigInteger, ForeignKey("register_versions.version"), nullable=False),
    Column("version_to", BigInteger, ForeignKey("register_versions.version"), nullable=True),
    whole("position"),
    words("body", null=True),
    Index("ix_register_entries_history", "noun", "key", "version_from"),
    Index(
        "uq_register_entries_in_force",
        "noun",
        "key",
        unique=True,
        sqlite_where=text("version_to IS NULL"),
        postgresql_where=text("version_to IS NULL"),
    ),
    # Without this SQLite gives a removed row's number to another one.
    sqlite_autoincrement=True,
)
"""An entry is in force for ``version_from <= version < version_to``. A body of NULL says: retired."""

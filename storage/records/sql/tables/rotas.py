"""The rota and its history, and the calendar addresses that people were given."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, UniqueConstraint, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

ROTA_VERSIONS = Table(
    "rota_versions",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    whole("at"),
    words("who"),
    words("why"),
)

ROTA_ENTRIES = Table(
    "rota_entries",
    METADATA,
    row_id(),
    words("noun"),
    words("key"),
    Column("version_from", BigInteger, ForeignKey("rota_versions.version"), nullable=False),
    Column("version_to", BigInteger, ForeignKey("rota_versions.version"), nullable=True),
    whole("position"),
    words("body", null=True),
    Index("ix_rota_entries_history", "noun", "key", "version_from"),
    Index(
        "uq_rota_entries_in_force",
        "noun",
        "key",
        unique=True,
        sqlite_where=text("version_to IS NULL"),
        postgresql_where=text("version_to IS NULL"),
    ),
    sqlite_autoincrement=True,
)
"""An entry is in force for ``version_from <= version < version_to``. A body of NULL says: removed."""

CALENDAR_FEEDS = Table(
    "calendar_feeds",
    METADATA,
    row_id(),
    words("digest"),
    words("person"),
    whole("created"),
    words("created_by"),
    whole("revoked", null=True),
    whole("used", null=True),
    UniqueConstraint("digest"),
    Index("ix_calendar_feeds_person", "person"),
    sqlite_autoincrement=True,
)

"""The rota and its history, and the calendar addresses that people were given."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from storage.records.sql.tables.columns import METADATA, row_id, whole, words
from storage.records.sql.tables.versioned import entries_of, versions_of

ROTA_VERSIONS = versions_of("rota")
ROTA_ENTRIES = entries_of("rota")

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

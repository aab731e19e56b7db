"""Phones and what they brought."""

from __future__ import annotations

from sqlalchemy import Index, Table

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

PHONES = Table(
    "phones",
    METADATA,
    row_id(),
    words("device"),
    words("account"),
    whole("first"),
    whole("seen"),
    whole("offset"),
    whole("round_trip", null=True),
    whole("waits"),
    words("agent"),
    Index("uq_phones_device", "device", "account", unique=True),
    sqlite_autoincrement=True,
)

PHONE_ENTRIES = Table(
    "phone_entries",
    METADATA,
    row_id(),
    words("key"),
    words("account"),
    words("device"),
    words("kind"),
    words("about"),
    whole("device_at"),
    whole("offset"),
    whole("round_trip", null=True),
    whole("offset_then", null=True),
    whole("received"),
    words("outcome"),
    words("why"),
    words("mends"),
    words("digest"),
    words("body"),
    words("answer"),
    Index("uq_phone_entries_key", "account", "key", unique=True),
    Index("ix_phone_entries_outcome", "outcome", "id"),
    Index("ix_phone_entries_about", "about", "id"),
    sqlite_autoincrement=True,
)

"""Permissions by version, and what was found at doors."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table, UniqueConstraint

from storage.records.sql.tables.columns import METADATA, row_id, whole, words
from storage.records.sql.tables.versioned import entries_of, versions_of

PERMISSION_VERSIONS = versions_of("permission")
PERMISSION_ENTRIES = entries_of("permission")

DOOR_FINDINGS = Table(
    "door_findings",
    METADATA,
    row_id(),
    words("key"),
    words("rule"),
    words("door"),
    words("point"),
    words("zone"),
    whole("at"),
    words("credential"),
    words("holder"),
    words("reason"),
    whole("permissions"),
    whole("found"),
    Column("late", Boolean, nullable=False),
    Column("test", Boolean, nullable=False),
    whole("alert", null=True),
    whole("withdrawn", null=True),
    whole("version"),
    UniqueConstraint("key"),
    Index("ix_door_findings_door_at", "door", "at"),
    Index("ix_door_findings_at", "at"),
    Index("ix_door_findings_holder", "holder"),
    sqlite_autoincrement=True,
)

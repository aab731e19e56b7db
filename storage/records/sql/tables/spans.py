"""Maintenance windows and tests."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

MAINTENANCE = Table(
    "maintenance",
    METADATA,
    row_id(),
    words("extent"),
    words("scope"),
    whole("since"),
    whole("until"),
    words("who"),
    words("why"),
    words("second"),
    whole("created"),
    whole("begun", null=True),
    whole("ended", null=True),
    words("ended_by"),
    whole("version"),
    Index("ix_maintenance_until", "until"),
    Index("ix_maintenance_running", "id", sqlite_where=text("ended IS NULL"), postgresql_where=text("ended IS NULL")),
    sqlite_autoincrement=True,
)

TEST_MODES = Table(
    "test_modes",
    METADATA,
    row_id(),
    words("extent"),
    words("scope"),
    whole("since"),
    whole("until"),
    words("who"),
    words("why"),
    words("expected"),
    whole("ended", null=True),
    words("ended_by"),
    whole("reported", null=True),
    words("came"),
    words("missed"),
    whole("version"),
    Index("ix_test_modes_until", "until"),
    Index(
        "ix_test_modes_running",
        "id",
        sqlite_where=text("reported IS NULL"),
        postgresql_where=text("reported IS NULL"),
    ),
    sqlite_autoincrement=True,
)

"""Due dates of duties, and the versions of duties that they were made by."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

OCCURRENCE_IS_OPEN = "standing IN ('planned', 'open', 'late')"
_WAITS = text("attend_at IS NOT NULL")

OCCURRENCES = Table(
    "occurrences",
    METADATA,
    row_id(),
    words("key"),
    words("duty"),
    words("duty_version"),
    words("clause"),
    words("target"),
    words("asset"),
    words("zone"),
    whole("opens"),
    whole("due"),
    whole("closes"),
    whole("missed"),
    words("standing"),
    words("team"),
    words("assignee"),
    whole("frozen", null=True),
    whole("result", null=True),
    whole("made_up", null=True),
    words("postponed"),
    words("why"),
    words("cause"),
    whole("attend_at", null=True),
    whole("version"),
    UniqueConstraint("key"),
    Index("ix_occurrences_due_id", "due", "id"),
    Index("ix_occurrences_duty_target_due", "duty", "target", "due"),
    Index("ix_occurrences_standing_due", "standing", "due"),
    Index("ix_occurrences_asset_due", "asset", "due"),
    Index("ix_occurrences_attend", "attend_at", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    sqlite_autoincrement=True,
)

DUTY_VERSIONS = Table(
    "duty_versions",
    METADATA,
    row_id(),
    words("duty"),
    whole("number"),
    words("version"),
    words("text"),
    words("author"),
    whole("at"),
    words("why"),
    UniqueConstraint("duty", "number"),
    sqlite_autoincrement=True,
)

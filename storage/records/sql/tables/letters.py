"""Dead letters and unclaimed devices."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, text

from storage.records.sql.tables.columns import METADATA, Words, row_id, whole, words

DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    row_id(),
    # SHA-256 of source, topic and reason: a topic may be longer than an index takes.
    words("likeness"),
    words("source"),
    words("topic"),
    words("reason"),
    Column("payload", LargeBinary, nullable=False),
    whole("size"),
    whole("first"),
    whole("last"),
    whole("count"),
    whole("retry", null=True),
    whole("resolved", null=True),
    Index(
        "uq_dead_letters_unresolved",
        "likeness",
        unique=True,
        sqlite_where=text("resolved IS NULL"),
        postgresql_where=text("resolved IS NULL"),
    ),
    Index(
        "ix_dead_letters_source",
        "source",
        sqlite_where=text("resolved IS NULL"),
        postgresql_where=text("resolved IS NULL"),
    ),
    Index(
        "ix_dead_letters_retry",
        "retry",
        sqlite_where=text("retry IS NOT NULL"),
        postgresql_where=text("retry IS NOT NULL"),
    ),
    Index("ix_dead_letters_last", "last", "id"),
    sqlite_autoincrement=True,
)

UNCLAIMED = Table(
    "unclaimed",
    METADATA,
    row_id(),
    # SHA-256 of source, external id and key.
    Column("likeness", Words, nullable=False, unique=True),
    words("source"),
    words("external_id"),
    words("key"),
    words("topic"),
    Column("payload", LargeBinary, nullable=False),
    words("guess"),
    whole("first"),
    whole("last"),
    whole("count"),
    Index("ix_unclaimed_source", "source"),
    Index("ix_unclaimed_last", "last", "id"),
    sqlite_autoincrement=True,
)

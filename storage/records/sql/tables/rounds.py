"""Rounds, and what was given at their points."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint, text

from storage.records.sql.tables.columns import METADATA, Words, number, row_id, whole, words

ROUNDS = Table(
    "rounds",
    METADATA,
    row_id(),
    words("key"),
    words("route"),
    words("name_zh"),
    words("name_en"),
    words("site"),
    words("team"),
    words("duty"),
    words("order"),
    Column("guards", Integer, nullable=False),
    whole("slot"),
    whole("within"),
    whole("start"),
    whole("opens"),
    whole("due"),
    whole("closes"),
    words("plan"),
    words("crew"),
    words("state"),
    whole("begun", null=True),
    whole("ended", null=True),
    words("stops"),
    words("strays"),
    Column("duplicates", Integer, nullable=False),
    Column("wrong_guards", Integer, nullable=False),
    Column("ghosts", Integer, nullable=False),
    whole("attend_at", null=True),
    whole("version"),
    # Its figures, so that a year of them is read without every point.
    Column("tally", Words, nullable=False, server_default=text("'{}'")),
    # One round a route and start, however often and by whomever it is planned.
    UniqueConstraint("key"),
    Index("ix_rounds_start", "start", "id"),
    Index("ix_rounds_route", "route", "start"),
    Index("ix_rounds_closes", "closes"),
    Index(
        "ix_rounds_attend_at",
        "attend_at",
        sqlite_where=text("attend_at IS NOT NULL"),
        postgresql_where=text("attend_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

CHECKPOINT_GIVEN = Table(
    "checkpoint_given",
    METADATA,
    row_id(),
    words("point"),
    whole("at"),
    words("guard"),
    words("files"),
    number("value"),
    words("note"),
    whole("device_at"),
    whole("offset"),
    whole("received"),
    UniqueConstraint("point", "at", "guard"),
    Index("ix_checkpoint_given_received", "received"),
    sqlite_autoincrement=True,
)

"""What people's work hangs on: leases, troubles of followers, and when clocks fall due."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, UniqueConstraint, text

from storage.records.sql.tables.columns import METADATA, Words, row_id, whole, words

LEASES = Table(
    "leases",
    METADATA,
    Column("name", Words, primary_key=True),
    words("holder"),
    whole("beat"),
    whole("at"),
)

TROUBLES = Table(
    "troubles",
    METADATA,
    row_id(),
    words("follower"),
    whole("seq"),
    whole("at"),
    words("error"),
    whole("attempts"),
    whole("asked", null=True),
    whole("solved", null=True),
    UniqueConstraint("follower", "seq", name="uq_troubles_follower_seq"),
    Index("ix_troubles_open", "id", sqlite_where=text("solved IS NULL"), postgresql_where=text("solved IS NULL")),
    sqlite_autoincrement=True,
)

CLOCK_DUES = Table(
    "clock_dues",
    METADATA,
    Column("work_order", BigInteger, primary_key=True, autoincrement=False),
    Column("clock", Words, primary_key=True),
    whole("due"),
    Index("ix_clock_dues_due", "due", "work_order"),
)

CLOCK_ACTS = Table(
    "clock_acts",
    METADATA,
    row_id(),
    whole("work_order"),
    words("clock"),
    words("level"),
    whole("due"),
    whole("at"),
    # Idempotent by this, however often and by however many processes it is tried.
    UniqueConstraint("work_order", "clock", "level", name="uq_clock_acts_level"),
    sqlite_autoincrement=True,
)

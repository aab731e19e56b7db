"""Notices, and the chains that run."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, SmallInteger, Table, text

from storage.records.sql.tables.columns import METADATA, Words, row_id, whole, words

NOTICE_WAITS = "state IN ('pending', 'failed')"
NOTICE_STANDS_OUT = "state IN ('pending', 'failed', 'dead')"
RUNS = "ended IS NULL"

NOTICES = Table(
    "notices",
    METADATA,
    row_id(),
    Column("key", Words, nullable=False, unique=True),
    words("cause"),
    words("person"),
    words("channel"),
    words("address"),
    words("language"),
    words("template"),
    words("data"),
    words("why"),
    Column("severity", SmallInteger, nullable=False),
    Column("life_safety", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("digest", Boolean, nullable=False),
    whole("created"),
    whole("due"),
    whole("planned"),
    words("state"),
    whole("attempts"),
    whole("tried", null=True),
    words("claimed_by"),
    whole("claimed_until", null=True),
    Column("doubt", Boolean, nullable=False),
    whole("sent", null=True),
    words("receipt"),
    whole("acknowledged", null=True),
    words("acknowledged_by"),
    words("error"),
    whole("resends"),
    whole("within"),
    # Derived by ``Notice.rank`` and kept, so that what goes first is found first.
    Column("rank", SmallInteger, nullable=False),
    whole("version"),
    Index(
        "ix_notices_waiting",
        "channel",
        "rank",
        "due",
        "id",
        sqlite_where=text(NOTICE_WAITS),
        postgresql_where=text(NOTICE_WAITS),
    ),
    Index(
        "ix_notices_standing_out",
        "channel",
        "state",
        sqlite_where=text(NOTICE_STANDS_OUT),
        postgresql_where=text(NOTICE_STANDS_OUT),
    ),
    Index("ix_notices_cause", "cause", "id"),
    Index("ix_notices_person", "person", "id"),
    Index("ix_notices_channel", "channel", "id"),
    Index("ix_notices_state", "state", "id"),
    Index("ix_notices_created", "created"),
    sqlite_autoincrement=True,
)

CHAINS = Table(
    "chains",
    METADATA,
    row_id(),
    words("cause"),
    words("chain"),
    words("chain_version"),
    whole("alert"),
    whole("work_order"),
    Column("severity", SmallInteger, nullable=False),
    Column("life_safety", Boolean, nullable=False),
    whole("began"),
    whole("round"),
    whole("level"),
    whole("level_at", null=True),
    words("turns"),
    whole("ended", null=True),
    words("why"),
    # Derived by ``ChainRun.attend_at`` and kept.
    whole("attend_at", null=True),
    whole("version"),
    Index("uq_chains_running", "cause", unique=True, sqlite_where=text(RUNS), postgresql_where=text(RUNS)),
    Index("ix_chains_attend", "attend_at", sqlite_where=text(RUNS), postgresql_where=text(RUNS)),
    Index("ix_chains_order", "work_order", sqlite_where=text(RUNS), postgresql_where=text(RUNS)),
    Index("ix_chains_cause", "cause", "id"),
    sqlite_autoincrement=True,
)

"""Work orders."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, SmallInteger, Table, text

from facility.work_order import OPEN_STATES, State
from storage.records.sql.tables.columns import METADATA, Words, number, row_id, whole, words, words_by_default

_OVER = ", ".join(f"'{state.value}'" for state in State if state not in OPEN_STATES)

# Word for word as the index says it: SQLite does not look behind parameters.
ORDER_IS_OPEN = f"state NOT IN ({_OVER})"

HOLDS_CAUSE = f"{ORDER_IS_OPEN} AND cause != ''"

WORK_ORDERS = Table(
    "work_orders",
    METADATA,
    row_id(),
    whole("alert", null=True),
    words("kind"),
    words("title_zh"),
    words("title_en"),
    words("clause"),
    Column("severity", SmallInteger, nullable=False),
    Column("life_safety", Boolean, nullable=False),
    words("point"),
    words("asset"),
    words("zone"),
    words("limit_zh"),
    words("limit_en"),
    number("value"),
    words("unit"),
    words("rule"),
    words("rule_version"),
    words("state"),
    words("assignee"),
    whole("opened"),
    whole("event_at"),
    whole("closed", null=True),
    Column("emergency", Boolean, nullable=False),
    whole("duplicate_of", null=True),
    words("finished_by"),
    words("clocks"),
    Column("source", Words, nullable=False, server_default=text("'alert'")),
    words_by_default("source_of"),
    words_by_default("class_version"),
    words_by_default("team"),
    Column("skills", Words, nullable=False, server_default=text("'[]'")),
    words_by_default("description"),
    words_by_default("cause"),
    Column("latest_event", BigInteger, nullable=False, server_default=text("0")),
    words_by_default("held_by"),
    words_by_default("approver"),
    words_by_default("held_why"),
    whole("held_at", null=True),
    words_by_default("verified_by"),
    whole("version"),
    Index("ix_work_orders_open", "id", sqlite_where=text(ORDER_IS_OPEN), postgresql_where=text(ORDER_IS_OPEN)),
    Index("ix_work_orders_state", "state", "id"),
    Index("ix_work_orders_assignee", "assignee", "id"),
    Index("ix_work_orders_zone", "zone", "id"),
    Index("ix_work_orders_asset", "asset", "id"),
    Index("ix_work_orders_alert", "alert"),
    Index("ix_work_orders_opened", "opened"),
    Index("ix_work_orders_duplicate_of", "duplicate_of"),
    Index(
        "uq_work_orders_cause", "cause", unique=True, sqlite_where=text(HOLDS_CAUSE), postgresql_where=text(HOLDS_CAUSE)
    ),
    sqlite_autoincrement=True,
)

"""The tables, as this version wants them. ``migrations/`` brings a database here; a test compares the two.

Everything is named by its noun. Instants are milliseconds in 64 bits. JSON lies in text columns: the same on both
databases, and PostgreSQL's own JSON type refuses U+0000.
"""

from __future__ import annotations

import re

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

from facility.work_order import OPEN_STATES, State

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    },
)

# PostgreSQL refuses U+0000 in text, and no encoder takes half a surrogate pair: a topic or a name may hold both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(words: str) -> str:
    """``words`` with what no database can store replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", words)


def within(number: int) -> int:
    """``number`` as far as a column reaches, to look things up by: an address may ask for row 10**30."""
    return max(-(2**63), min(number, 2**63 - 1))


class Words(TypeDecorator[str]):
    """Text of any length; what cannot be stored is replaced, when looking up as well."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """See ``storable``."""
        return None if value is None else storable(value)


_ID = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _ID, primary_key=True, autoincrement=True)


def _words(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Words, nullable=null)


def _whole(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _number(name: str) -> Column[float]:
    return Column(name, Double, nullable=True)


def _words_by_default(name: str) -> Column[str]:
    """Of a column that came later: rows that stood already say nothing."""
    return Column(name, Words, nullable=False, server_default=text("''"))


def _no_by_default(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


REGISTER_VERSIONS = Table(
    "register_versions",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    _whole("at"),
    _words("who"),
    _words("why"),
)

REGISTER_ENTRIES = Table(
    "register_entries",
    METADATA,
    _id(),
    _words("noun"),
    _words("key"),
    Column("version_from", BigInteger, ForeignKey("register_versions.version"), nullable=False),
    Column("version_to", BigInteger, ForeignKey("register_versions.version"), nullable=True),
    _whole("position"),
    _words("body", null=True),
    Index("ix_register_entries_history", "noun", "key", "version_from"),
    Index(
        "uq_register_entries_in_force",
        "noun",
        "key",
        unique=True,
        sqlite_where=text("version_to IS NULL"),
        postgresql_where=text("version_to IS NULL"),
    ),
    # Without this SQLite gives a removed row's number to another one.
    sqlite_autoincrement=True,
)
"""An entry is in force for ``version_from <= version < version_to``. A body of NULL says: retired."""

ALERTS = Table(
    "alerts",
    METADATA,
    _id(),
    _words("rule"),
    _words("rule_version"),
    _words("clause"),
    _words("point"),
    _words("asset"),
    _words("zone"),
    Column("severity", SmallInteger, nullable=False),
    Column("life_safety", Boolean, nullable=False),
    _words("title_zh"),
    _words("title_en"),
    _words("condition"),
    Column("acknowledged", Boolean, nullable=False),
    _words("acknowledged_by"),
    _whole("acknowledged_at", null=True),
    _whole("started"),
    _whole("raised"),
    _whole("ended", null=True),
    _whole("opened"),
    _whole("closed", null=True),
    _number("value"),
    _number("latest"),
    _words("unit"),
    _number("low"),
    _number("high"),
    _words("limit_zh"),
    _words("limit_en"),
    Column("late", Boolean, nullable=False),
    _whole("work_order", null=True),
    _whole("shelved_until", null=True),
    _words_by_default("shelved_by"),
    _words_by_default("shelved_why"),
    _words_by_default("suppressed_by"),
    _no_by_default("out_of_service"),
    _no_by_default("test"),
    _no_by_default("latched"),
    Column("realarm_after", BigInteger, nullable=False, server_default=text("0")),
    _whole("realarm_at", null=True),
    # Derived by ``Alert.attend_at`` and kept, so that the clock finds what is due without reading what is not.
    _whole("attend_at", null=True),
    _no_by_default("withdrawn"),
    Column("behind", Words, nullable=False, server_default=text("'[]'")),
    _whole("version"),
    Index(
        "ix_alerts_attend",
        "attend_at",
        sqlite_where=text("attend_at IS NOT NULL"),
        postgresql_where=text("attend_at IS NOT NULL"),
    ),
    Index(
        "uq_alerts_open",
        "rule",
        "point",
        unique=True,
        sqlite_where=text("closed IS NULL"),
        postgresql_where=text("closed IS NULL"),
    ),
    Index("ix_alerts_open", "id", sqlite_where=text("closed IS NULL"), postgresql_where=text("closed IS NULL")),
    Index("ix_alerts_state", "condition", "acknowledged", "id"),
    Index("ix_alerts_zone", "zone", "id"),
    Index("ix_alerts_asset", "asset", "id"),
    Index("ix_alerts_point", "point", "id"),
    Index("ix_alerts_rule", "rule", "id"),
    Index("ix_alerts_started", "started"),
    sqlite_autoincrement=True,
)

TRACKS = Table(
    "tracks",
    METADATA,
    Column("rule", Words, primary_key=True),
    Column("point", Words, primary_key=True),
    _words("condition"),
    _whole("bad_since"),
    _whole("raised"),
    _whole("good_since"),
    _whole("last"),
)

BREACHES = Table(
    "breaches",
    METADATA,
    _id(),
    _words("rule"),
    _words("point"),
    _whole("started"),
    _whole("raised"),
    _whole("ended", null=True),
    _whole("cleared", null=True),
    _number("value"),
    Column("late", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    _whole("alert"),
    Index("ix_breaches_point", "rule", "point", "raised"),
    Index("ix_breaches_alert", "alert"),
    Index("ix_breaches_started", "started"),
    sqlite_autoincrement=True,
)

LATE_WORK = Table(
    "late_work",
    METADATA,
    _id(),
    Column("point", Words, nullable=False, unique=True),
    _whole("first"),
    _whole("last"),
)

_OVER = ", ".join(f"'{state.value}'" for state in State if state not in OPEN_STATES)
# Word for word as the index says it: SQLite does not look behind parameters.
ORDER_IS_OPEN = f"state NOT IN ({_OVER})"

WORK_ORDERS = Table(
    "work_orders",
    METADATA,
    _id(),
    _whole("alert", null=True),
    _words("kind"),
    _words("title_zh"),
    _words("title_en"),
    _words("clause"),
    Column("severity", SmallInteger, nullable=False),
    Column("life_safety", Boolean, nullable=False),
    _words("point"),
    _words("asset"),
    _words("zone"),
    _words("limit_zh"),
    _words("limit_en"),
    _number("value"),
    _words("unit"),
    _words("rule"),
    _words("rule_version"),
    _words("state"),
    _words("assignee"),
    _whole("opened"),
    _whole("event_at"),
    _whole("closed", null=True),
    Column("emergency", Boolean, nullable=False),
    _whole("duplicate_of", null=True),
    _words("finished_by"),
    _words("clocks"),
    _whole("version"),
    Index("ix_work_orders_open", "id", sqlite_where=text(ORDER_IS_OPEN), postgresql_where=text(ORDER_IS_OPEN)),
    Index("ix_work_orders_state", "state", "id"),
    Index("ix_work_orders_assignee", "assignee", "id"),
    Index("ix_work_orders_zone", "zone", "id"),
    Index("ix_work_orders_asset", "asset", "id"),
    Index("ix_work_orders_alert", "alert"),
    Index("ix_work_orders_opened", "opened"),
    sqlite_autoincrement=True,
)

FACTS = Table(
    "facts",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _whole("at"),
    _words("noun"),
    _words("subject"),
    _words("what"),
    _words("before"),
    _words("after"),
    _words("why"),
    _words("who"),
    _words("data"),
    _words("previous"),
    _words("hash"),
    # One successor each: the chain cannot fork.
    UniqueConstraint("previous"),
    Index("ix_facts_subject", "noun", "subject", "seq"),
    Index("ix_facts_what", "noun", "what", "at"),
)

DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    _id(),
    # SHA-256 of source, topic and reason: a topic may be longer than an index takes.
    _words("likeness"),
    _words("source"),
    _words("topic"),
    _words("reason"),
    Column("payload", LargeBinary, nullable=False),
    _whole("size"),
    _whole("first"),
    _whole("last"),
    _whole("count"),
    _whole("retry", null=True),
    _whole("resolved", null=True),
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
    _id(),
    # SHA-256 of source, external id and key.
    Column("likeness", Words, nullable=False, unique=True),
    _words("source"),
    _words("external_id"),
    _words("key"),
    _words("topic"),
    Column("payload", LargeBinary, nullable=False),
    _words("guess"),
    _whole("first"),
    _whole("last"),
    _whole("count"),
    Index("ix_unclaimed_source", "source"),
    Index("ix_unclaimed_last", "last", "id"),
    sqlite_autoincrement=True,
)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", Words, primary_key=True),
    _words("name"),
    _words("role"),
    _words("password"),
    _whole("created"),
    _whole("disabled", null=True),
    _words("language"),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("digest", Words, primary_key=True),
    _words("account"),
    _words("csrf"),
    _whole("created"),
    _whole("seen"),
    _whole("expires"),
    _words("language"),
    _words("agent"),
    Index("ix_sessions_account", "account"),
    Index("ix_sessions_expires", "expires"),
)

TOKENS = Table(
    "tokens",
    METADATA,
    _id(),
    Column("digest", Words, nullable=False, unique=True),
    _words("name"),
    _words("role"),
    _whole("created"),
    _words("created_by"),
    _whole("expires", null=True),
    _whole("revoked", null=True),
    _whole("used", null=True),
    sqlite_autoincrement=True,
)

FAILED_SIGN_INS = Table(
    "failed_sign_ins",
    METADATA,
    _id(),
    # SHA-256 of the key: what was typed may be a password, or longer than an index takes.
    _words("digest"),
    _whole("at"),
    Index("ix_failed_sign_ins_digest", "digest", "at"),
    Index("ix_failed_sign_ins_at", "at"),
    sqlite_autoincrement=True,
)

NOTES = Table(
    "notes",
    METADATA,
    Column("name", Words, primary_key=True),
    _words("value"),
)

MAINTENANCE = Table(
    "maintenance",
    METADATA,
    _id(),
    _words("extent"),
    _words("scope"),
    _whole("since"),
    _whole("until"),
    _words("who"),
    _words("why"),
    _words("second"),
    _whole("created"),
    _whole("begun", null=True),
    _whole("ended", null=True),
    _words("ended_by"),
    _whole("version"),
    Index("ix_maintenance_until", "until"),
    Index("ix_maintenance_running", "id", sqlite_where=text("ended IS NULL"), postgresql_where=text("ended IS NULL")),
    sqlite_autoincrement=True,
)

TEST_MODES = Table(
    "test_modes",
    METADATA,
    _id(),
    _words("extent"),
    _words("scope"),
    _whole("since"),
    _whole("until"),
    _words("who"),
    _words("why"),
    _words("expected"),
    _whole("ended", null=True),
    _words("ended_by"),
    _whole("reported", null=True),
    _words("came"),
    _words("missed"),
    _whole("version"),
    Index("ix_test_modes_until", "until"),
    Index(
        "ix_test_modes_running",
        "id",
        sqlite_where=text("reported IS NULL"),
        postgresql_where=text("reported IS NULL"),
    ),
    sqlite_autoincrement=True,
)

RULE_VERSIONS = Table(
    "rule_versions",
    METADATA,
    _id(),
    _words("rule"),
    _whole("number"),
    _words("version"),
    _words("text"),
    _words("author"),
    _whole("at"),
    _words("why"),
    UniqueConstraint("rule", "number"),
    sqlite_autoincrement=True,
)

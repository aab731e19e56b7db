"""Accounts, sessions, tokens."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from storage.records.sql.tables.columns import METADATA, Words, none_by_default, row_id, whole, words

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", Words, primary_key=True),
    words("name"),
    words("role"),
    words("password"),
    whole("created"),
    whole("disabled", null=True),
    words("language"),
    whole("until", null=True),
    none_by_default("buildings"),
    none_by_default("clauses"),
)

# When an inspector last looked at an address: one fact for many reloads.
LOOKS = Table(
    "looks",
    METADATA,
    Column("account", Words, primary_key=True),
    Column("address", Words, primary_key=True),
    whole("at"),
    Index("ix_looks_at", "at"),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("digest", Words, primary_key=True),
    words("account"),
    words("csrf"),
    whole("created"),
    whole("seen"),
    whole("expires"),
    words("language"),
    words("agent"),
    Index("ix_sessions_account", "account"),
    Index("ix_sessions_expires", "expires"),
)

TOKENS = Table(
    "tokens",
    METADATA,
    row_id(),
    Column("digest", Words, nullable=False, unique=True),
    words("name"),
    words("role"),
    whole("created"),
    words("created_by"),
    whole("expires", null=True),
    whole("revoked", null=True),
    whole("used", null=True),
    sqlite_autoincrement=True,
)

FAILED_SIGN_INS = Table(
    "failed_sign_ins",
    METADATA,
    row_id(),
    # SHA-256 of the key: what was typed may be a password, or longer than an index takes.
    words("digest"),
    whole("at"),
    Index("ix_failed_sign_ins_digest", "digest", "at"),
    Index("ix_failed_sign_ins_at", "at"),
    sqlite_autoincrement=True,
)

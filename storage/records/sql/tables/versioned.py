"""What is kept by version: a table of the versions, and one of the entries that they brought and ended."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words


def versions_of(noun: str) -> Table:
    """When, by whom and why."""
    return Table(
        f"{noun}_versions",
        METADATA,
        Column("version", BigInteger, primary_key=True, autoincrement=False),
        whole("at"),
        words("who"),
        words("why"),
    )


def entries_of(noun: str) -> Table:
    """An entry is in force for ``version_from <= version < version_to``. A body of NULL says: it is gone."""
    return Table(
        f"{noun}_entries",
        METADATA,
        row_id(),
        words("noun"),
        words("key"),
        Column("version_from", BigInteger, ForeignKey(f"{noun}_versions.version"), nullable=False),
        Column("version_to", BigInteger, ForeignKey(f"{noun}_versions.version"), nullable=True),
        whole("position"),
        words("body", null=True),
        Index(f"ix_{noun}_entries_history", "noun", "key", "version_from"),
        Index(
            f"uq_{noun}_entries_in_force",
            "noun",
            "key",
            unique=True,
            sqlite_where=text("version_to IS NULL"),
            postgresql_where=text("version_to IS NULL"),
        ),
        # Without this SQLite gives a removed row's number to another one.
        sqlite_autoincrement=True,
    )

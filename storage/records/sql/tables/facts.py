"""The chain of facts, and small notes of the product itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, UniqueConstraint

from storage.records.sql.tables.columns import METADATA, Words, whole, words

FACTS = Table(
    "facts",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    whole("at"),
    words("noun"),
    words("subject"),
    words("what"),
    words("before"),
    words("after"),
    words("why"),
    words("who"),
    words("data"),
    words("previous"),
    words("hash"),
    # One successor each: the chain cannot fork.
    UniqueConstraint("previous"),
    Index("ix_facts_subject", "noun", "subject", "seq"),
    Index("ix_facts_what", "noun", "what", "at"),
)

NOTES = Table(
    "notes",
    METADATA,
    Column("name", Words, primary_key=True),
    words("value"),
)

"""Kept files."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table

from storage.records.sql.tables.columns import METADATA, Words, whole, words

FILES = Table(
    "files",
    METADATA,
    Column("sha256", Words, primary_key=True, nullable=False),
    words("media"),
    whole("size"),
    Column("body", LargeBinary, nullable=False),
    Column("thumb", LargeBinary, nullable=True),
    whole("created"),
)

"""Reports for inspectors."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from storage.records.sql.tables.columns import METADATA, Words, row_id, whole, words

ISSUED_REPORTS = Table(
    "issued_reports",
    METADATA,
    row_id(),
    Column("key", Words, nullable=False, unique=True),
    whole("since"),
    whole("until"),
    words("zones"),
    words("clauses"),
    words("language"),
    whole("asked"),
    words("asked_by"),
    words("schedule"),
    words("recipients"),
    words("making"),
    words("stage"),
    whole("progress"),
    whole("claimed_until", null=True),
    whole("made", null=True),
    words("pdf"),
    words("xlsx"),
    words("figures"),
    whole("anchor"),
    words("anchor_hash"),
    words("error"),
    whole("version"),
    Index("ix_issued_reports_pdf", "pdf"),
    Index("ix_issued_reports_xlsx", "xlsx"),
    sqlite_autoincrement=True,
)

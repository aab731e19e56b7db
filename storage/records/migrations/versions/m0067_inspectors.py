"""Accounts that end and are limited, what inspectors looked at, reports that were made."""

import sqlalchemy as sa
from alembic import op

revision = "m0067"
down_revision = "m0061"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=True, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def upgrade() -> None:
    op.add_column("accounts", sa.Column("until", sa.BigInteger, nullable=True))
    for name in ("buildings", "clauses"):
        op.add_column("accounts", sa.Column(name, sa.Text, nullable=False, server_default=sa.text("'[]'")))
    op.create_table(
        "looks",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, primary_key=True),
        *_whole("at"),
    )
    op.create_index("ix_looks_at", "looks", ["at"])
    op.create_table(
        "issued_reports",
        _id(),
        *_words("key"),
        *_whole("since", "until"),
        *_words("zones", "clauses", "language"),
        *_whole("asked"),
        *_words("asked_by", "schedule", "recipients", "making", "stage"),
        *_whole("progress"),
        *_whole("claimed_until", "made", null=True),
        *_words("pdf", "xlsx", "figures"),
        *_whole("anchor"),
        *_words("anchor_hash", "error"),
        *_whole("version"),
        sa.UniqueConstraint("key", name="uq_issued_reports_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_issued_reports_pdf", "issued_reports", ["pdf"])
    op.create_index("ix_issued_reports_xlsx", "issued_reports", ["xlsx"])

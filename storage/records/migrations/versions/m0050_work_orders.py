"""Work orders in full: where they come from, teams, holds, one open order a cause; and the files that people add."""

import sqlalchemy as sa
from alembic import op

revision = "m0050"
down_revision = "m0057"
branch_labels = None
depends_on = None

HOLDS_CAUSE = "state NOT IN ('closed', 'reviewed', 'cancelled', 'duplicate-of') AND cause != ''"


def upgrade() -> None:
    for name in ("source_of", "class_version", "team", "description", "cause", "held_by", "approver", "held_why"):
        op.add_column("work_orders", _words(name, ""))
    for column in (
        _words("source", "alert"),
        _words("skills", "[]"),
        _words("verified_by", ""),
        sa.Column("latest_event", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("held_at", sa.BigInteger, nullable=True),
    ):
        op.add_column("work_orders", column)
    op.create_index("ix_work_orders_duplicate_of", "work_orders", ["duplicate_of"])
    op.create_index(
        "uq_work_orders_cause",
        "work_orders",
        ["cause"],
        unique=True,
        sqlite_where=sa.text(HOLDS_CAUSE),
        postgresql_where=sa.text(HOLDS_CAUSE),
    )
    op.create_index("ix_alerts_work_order", "alerts", ["work_order"])
    op.create_table(
        "files",
        sa.Column("sha256", sa.Text, primary_key=True, nullable=False),
        sa.Column("media", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("thumb", sa.LargeBinary, nullable=True),
        sa.Column("created", sa.BigInteger, nullable=False),
    )


def _words(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=sa.text(f"'{default}'"))

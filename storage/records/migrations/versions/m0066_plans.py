"""Floor plans by versions."""

import sqlalchemy as sa
from alembic import op

revision = "m0066"
down_revision = "m0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_versions",
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "plan_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, primary_key=True),
        sa.Column("noun", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version_from", sa.BigInteger, sa.ForeignKey("plan_versions.version"), nullable=False),
        sa.Column("version_to", sa.BigInteger, sa.ForeignKey("plan_versions.version"), nullable=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_plan_entries_history", "plan_entries", ["noun", "key", "version_from"])
    in_force = sa.text("version_to IS NULL")
    op.create_index(
        "uq_plan_entries_in_force",
        "plan_entries",
        ["noun", "key"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )

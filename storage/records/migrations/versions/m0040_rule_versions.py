"""Every version of every rule, with who wrote it and since when it is in force."""

import sqlalchemy as sa
from alembic import op

revision = "m0040"
down_revision = "m0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, primary_key=True),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.UniqueConstraint("rule", "number", name="uq_rule_versions_rule_number"),
        sqlite_autoincrement=True,
    )

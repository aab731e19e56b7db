"""Fire facilities that were stopped."""

import sqlalchemy as sa
from alembic import op

revision = "m0060b"
down_revision = "m0063"
branch_labels = None
depends_on = None


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "impairments",
        sa.Column("id", number, autoincrement=True, primary_key=True),
        *_words("asset", "zone", "why", "measures", "who", "reported_by", "reported_how", "ended_by", "result"),
        *_whole("since", "until", "created", "version"),
        *_whole("overdue", "reported", "ended", null=True),
        sqlite_autoincrement=True,
    )
    is_open = sa.text("ended IS NULL")
    op.create_index(
        "uq_impairments_open", "impairments", ["asset"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index("ix_impairments_since", "impairments", ["since"])

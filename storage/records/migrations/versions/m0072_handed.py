"""Messages that one collector took for another to judge."""

import sqlalchemy as sa
from alembic import op

revision = "m0072"
down_revision = "m0063b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "handed",
        sa.Column("id", number, autoincrement=True, primary_key=True),
        sa.Column("share", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("arrived", sa.BigInteger, nullable=False),
        sa.Column("retained", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handed_share", "handed", ["share", "id"])

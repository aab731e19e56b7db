"""Photos that come with residents' reports."""

import sqlalchemy as sa
from alembic import op

revision = "m0058"
down_revision = "m0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_photos",
        sa.Column("report", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("media", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("thumb", sa.LargeBinary, nullable=False),
        sa.Column("given", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_report_photos_until", "report_photos", ["until"])

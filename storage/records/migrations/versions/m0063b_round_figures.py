"""A round's figures beside it."""

import sqlalchemy as sa
from alembic import op

revision = "m0063b"
down_revision = "m0060b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rounds", sa.Column("tally", sa.Text, nullable=False, server_default="{}"))

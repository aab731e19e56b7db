"""An alert names the rule whose finding makes it more urgent than its own."""

import sqlalchemy as sa
from alembic import op

revision = "m0057"
down_revision = "m0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("raised_by", sa.Text, nullable=False, server_default=""))

"""Results of duties."""

import sqlalchemy as sa
from alembic import op

revision = "m0061"
down_revision = "m0066"
branch_labels = None
depends_on = None


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "results",
        sa.Column("id", number, autoincrement=True, primary_key=True),
        *_words("key", "duty", "duty_version"),
        *_whole("occurrence", null=True),
        *_words("target", "asset", "zone", "who", "with_whom"),
        *_whole("done", "device_at", "offset", "received"),
        sa.Column("late_upload", sa.Boolean, nullable=False),
        *_words("outcome", "findings"),
        *_whole("corrects", null=True),
        *_words("why"),
        *_whole("retest_of", null=True),
        *_words("sensors", "orders", "digest"),
        sa.UniqueConstraint("key", name="uq_results_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_results_duty", "results", ["duty", "target", "done"])
    op.create_index("ix_results_done", "results", ["done", "id"])
    for name in ("occurrence", "corrects", "retest_of"):
        op.create_index(f"ix_results_{name}", "results", [name])

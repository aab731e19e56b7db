"""Breaches as stored facts, and what late readings leave to be judged again."""

import sqlalchemy as sa
from alembic import op

revision = "m0010"
down_revision = "m0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.add_column("alerts", sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("alerts", sa.Column("behind", sa.Text, nullable=False, server_default=sa.text("'[]'")))
    _create_breaches()
    _take_over_alerts()
    op.create_table(
        "late_work",
        _id(),
        sa.Column("point", sa.Text, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("point", name="uq_late_work_point"),
    )


def _id() -> sa.Column[int]:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", whole, autoincrement=True, primary_key=True)


def _create_breaches() -> None:
    op.create_table(
        "breaches",
        _id(),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("point", sa.Text, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("raised", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=True),
        sa.Column("cleared", sa.BigInteger, nullable=True),
        sa.Column("value", sa.Double, nullable=True),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("alert", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_breaches_alert", "breaches", ["alert"])
    op.create_index("ix_breaches_point", "breaches", ["rule", "point", "raised"])
    op.create_index("ix_breaches_started", "breaches", ["started"])


def _take_over_alerts() -> None:
    """Of what was found before, the alerts tell the most that is known: one breach each."""
    op.execute(
        "INSERT INTO breaches (rule, point, started, raised, ended, cleared, value, late, withdrawn, alert) "
        "SELECT rule, point, started, raised, ended, ended, value, late, false, id FROM alerts ORDER BY id"
    )

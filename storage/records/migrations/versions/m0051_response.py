"""What people's work hangs on: leases, troubles of followers, and when clocks fall due."""

import json

import sqlalchemy as sa
from alembic import op

revision = "m0051"
down_revision = "m0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _following()
    _clocks()
    _look_at_what_stands()


def _following() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        _words("holder"),
        _whole("beat"),
        _whole("at"),
    )
    op.create_table(
        "troubles",
        _id(),
        _words("follower"),
        _whole("seq"),
        _whole("at"),
        _words("error"),
        _whole("attempts"),
        _whole("asked", null=True),
        _whole("solved", null=True),
        sa.UniqueConstraint("follower", "seq", name="uq_troubles_follower_seq"),
        sqlite_autoincrement=True,
    )
    condition = sa.text("solved IS NULL")
    op.create_index("ix_troubles_open", "troubles", ["id"], sqlite_where=condition, postgresql_where=condition)


def _clocks() -> None:
    op.create_table(
        "clock_dues",
        sa.Column("work_order", sa.BigInteger, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("clock", sa.Text, primary_key=True, nullable=False),
        _whole("due"),
    )
    op.create_index("ix_clock_dues_due", "clock_dues", ["due", "work_order"])
    op.create_table(
        "clock_acts",
        _id(),
        _whole("work_order"),
        _words("clock"),
        _words("level"),
        _whole("due"),
        _whole("at"),
        sa.UniqueConstraint("work_order", "clock", "level", name="uq_clock_acts_level"),
        sqlite_autoincrement=True,
    )


def _look_at_what_stands() -> None:
    """Orders that are open already: their clocks are looked at at once, and then when it is time."""
    bind = op.get_bind()
    rows = bind.execute(sa.text("SELECT id, clocks FROM work_orders WHERE closed IS NULL")).all()
    dues = [
        {"order": row.id, "clock": name} for row in rows for name in {one["name"] for one in json.loads(row.clocks)}
    ]
    if dues:
        bind.execute(sa.text("INSERT INTO clock_dues (work_order, clock, due) VALUES (:order, :clock, 0)"), dues)


def _id() -> sa.Column[int]:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", whole, autoincrement=True, primary_key=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)

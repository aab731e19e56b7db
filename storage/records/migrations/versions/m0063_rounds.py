"""Rounds, and what was given at their points."""

import sqlalchemy as sa
from alembic import op

revision = "m0063"
down_revision = "m0065"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=True, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def upgrade() -> None:
    _rounds()
    _given()


def _rounds() -> None:
    op.create_table(
        "rounds",
        _id(),
        *_words("key", "route", "name_zh", "name_en", "site", "team", "duty", "order"),
        *_counts("guards"),
        *_whole("slot", "within", "start", "opens", "due", "closes"),
        *_words("plan", "crew", "state"),
        *_whole("begun", "ended", null=True),
        *_words("stops", "strays"),
        *_counts("duplicates", "wrong_guards", "ghosts"),
        *_whole("attend_at", null=True),
        *_whole("version"),
        sa.UniqueConstraint("key", name="uq_rounds_key"),
        sqlite_autoincrement=True,
    )
    waits = sa.text("attend_at IS NOT NULL")
    op.create_index("ix_rounds_start", "rounds", ["start", "id"])
    op.create_index("ix_rounds_route", "rounds", ["route", "start"])
    op.create_index("ix_rounds_closes", "rounds", ["closes"])
    op.create_index("ix_rounds_attend_at", "rounds", ["attend_at"], sqlite_where=waits, postgresql_where=waits)


def _given() -> None:
    op.create_table(
        "checkpoint_given",
        _id(),
        *_words("point"),
        *_whole("at"),
        *_words("guard", "files"),
        sa.Column("value", sa.Double, nullable=True),
        *_words("note"),
        *_whole("device_at", "offset", "received"),
        sa.UniqueConstraint("point", "at", "guard", name="uq_checkpoint_given_point_at_guard"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_checkpoint_given_received", "checkpoint_given", ["received"])

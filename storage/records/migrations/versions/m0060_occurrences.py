"""Due dates of duties, and every version of every duty."""

import sqlalchemy as sa
from alembic import op

revision = "m0060"
down_revision = "m0062"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=True, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def upgrade() -> None:
    _occurrences()
    op.create_table(
        "duty_versions",
        _id(),
        *_words("duty", "version", "text", "author", "why"),
        *_whole("number", "at"),
        sa.UniqueConstraint("duty", "number", name="uq_duty_versions_duty_number"),
        sqlite_autoincrement=True,
    )


def _occurrences() -> None:
    op.create_table(
        "occurrences",
        _id(),
        *_words("key", "duty", "duty_version", "clause", "target", "asset", "zone", "standing", "team", "assignee"),
        *_words("postponed", "why", "cause"),
        *_whole("opens", "due", "closes", "missed", "version"),
        *_whole("frozen", "result", "made_up", "attend_at", null=True),
        sa.UniqueConstraint("key", name="uq_occurrences_key"),
        sqlite_autoincrement=True,
    )
    for columns in (["due", "id"], ["duty", "target", "due"], ["standing", "due"], ["asset", "due"]):
        op.create_index(f"ix_occurrences_{'_'.join(columns)}", "occurrences", columns)
    waits = sa.text("attend_at IS NOT NULL")
    op.create_index(
        "ix_occurrences_attend", "occurrences", ["attend_at", "id"], sqlite_where=waits, postgresql_where=waits
    )

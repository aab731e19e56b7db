"""Notices, and the escalation chains that run."""

import sqlalchemy as sa
from alembic import op

revision = "m0053"
down_revision = "m0055"
branch_labels = None
depends_on = None

_WAITS = "state IN ('pending', 'failed')"
_STANDS_OUT = "state IN ('pending', 'failed', 'dead')"
_RUNS = "ended IS NULL"


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=True, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def _small(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.SmallInteger, nullable=False) for name in names]


def _yes_or_no(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean, nullable=False) for name in names]


def upgrade() -> None:
    _notices()
    _chains()


def _notices() -> None:
    op.create_table(
        "notices",
        _id(),
        *_words("key", "cause", "person", "channel", "address", "language", "template", "data", "why"),
        *_small("severity"),
        *_yes_or_no("life_safety", "urgent", "test", "digest"),
        *_whole("created", "due", "planned"),
        *_words("state"),
        *_whole("attempts"),
        *_whole("tried", null=True),
        *_words("claimed_by"),
        *_whole("claimed_until", null=True),
        *_yes_or_no("doubt"),
        *_whole("sent", null=True),
        *_words("receipt"),
        *_whole("acknowledged", null=True),
        *_words("acknowledged_by", "error"),
        *_whole("resends", "within"),
        *_small("rank"),
        *_whole("version"),
        sa.UniqueConstraint("key", name="uq_notices_key"),
        sqlite_autoincrement=True,
    )
    _partial("ix_notices_waiting", "notices", ["channel", "rank", "due", "id"], _WAITS)
    _partial("ix_notices_standing_out", "notices", ["channel", "state"], _STANDS_OUT)
    for column in ("cause", "person", "channel", "state"):
        op.create_index(f"ix_notices_{column}", "notices", [column, "id"])
    op.create_index("ix_notices_created", "notices", ["created"])


def _chains() -> None:
    op.create_table(
        "chains",
        _id(),
        *_words("cause", "chain", "chain_version"),
        *_whole("alert", "work_order"),
        *_small("severity"),
        *_yes_or_no("life_safety"),
        *_whole("began", "round", "level"),
        *_whole("level_at", null=True),
        *_words("turns"),
        *_whole("ended", null=True),
        *_words("why"),
        *_whole("attend_at", null=True),
        *_whole("version"),
        sqlite_autoincrement=True,
    )
    _partial("uq_chains_running", "chains", ["cause"], _RUNS, unique=True)
    _partial("ix_chains_attend", "chains", ["attend_at"], _RUNS)
    _partial("ix_chains_order", "chains", ["work_order"], _RUNS)
    op.create_index("ix_chains_cause", "chains", ["cause", "id"])


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)

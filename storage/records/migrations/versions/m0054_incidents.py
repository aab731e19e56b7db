"""Incidents with their bulletins, reviews and measures."""

import sqlalchemy as sa
from alembic import op

revision = "m0054"
down_revision = "m0052"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=True, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def _yes_or_no(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean, nullable=False) for name in names]


def upgrade() -> None:
    _incidents()
    _bulletins()
    _reviews()


def _incidents() -> None:
    op.create_table(
        "incidents",
        _id(),
        *_words("playbook", "playbook_version", "cause", "title_zh", "title_en", "clause"),
        sa.Column("severity", sa.SmallInteger, nullable=False),
        *_yes_or_no("life_safety", "drill"),
        *_words("place", "zone", "asset", "point", "rule", "state"),
        *_whole("event_at", "opened"),
        *_words("opened_by", "why"),
        *_whole("ended", null=True),
        *_words("ended_by", "ended_why"),
        *_whole("work_order", null=True),
        *_words("alerts", "steps"),
        *_whole("version"),
        sqlite_autoincrement=True,
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_incidents_open_cause", "incidents", ["cause"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index("ix_incidents_event_at", "incidents", ["event_at"])
    op.create_index("ix_incidents_work_order", "incidents", ["work_order"])


def _bulletins() -> None:
    op.create_table(
        "bulletins",
        _id(),
        *_whole("incident"),
        *_words("place", "title_zh", "title_en", "body_zh", "body_en"),
        *_whole("posted"),
        *_words("posted_by"),
        *_yes_or_no("drill"),
        *_whole("corrects", "corrected_by", "withdrawn", null=True),
        *_words("withdrawn_by", "why"),
        *_whole("until", null=True),
        *_whole("version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bulletins_incident", "bulletins", ["incident", "id"])
    op.create_index("ix_bulletins_posted", "bulletins", ["posted"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        _id(),
        *_words("noun"),
        *_whole("subject"),
        *_words("happened", "lacked", "effect"),
        *_whole("written", null=True),
        *_words("written_by"),
        *_whole("finished", null=True),
        *_words("finished_by", "digest", "body"),
        *_whole("version"),
        sa.UniqueConstraint("noun", "subject", name="uq_reviews_noun_subject"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "measures",
        _id(),
        *_words("noun"),
        *_whole("subject"),
        *_words("text", "owner"),
        *_whole("due", "created"),
        *_words("created_by"),
        *_whole("done", null=True),
        *_words("done_by", "note"),
        *_whole("version"),
        sqlite_autoincrement=True,
    )
    is_open = sa.text("done IS NULL")
    op.create_index("ix_measures_subject", "measures", ["noun", "subject"])
    op.create_index("ix_measures_open", "measures", ["due"], sqlite_where=is_open, postgresql_where=is_open)

"""Phones, and what they brought."""

import sqlalchemy as sa
from alembic import op

revision = "m0062"
down_revision = "m0067"
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
    op.create_table(
        "phones",
        _id(),
        *_words("device", "account"),
        *_whole("first", "seen", "offset"),
        *_whole("round_trip", null=True),
        *_whole("waits"),
        *_words("agent"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_phones_device", "phones", ["device", "account"], unique=True)
    op.create_table(
        "phone_entries",
        _id(),
        *_words("key", "account", "device", "kind", "about"),
        *_whole("device_at", "offset"),
        *_whole("round_trip", "offset_then", null=True),
        *_whole("received"),
        *_words("outcome", "why", "mends", "digest", "body", "answer"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_phone_entries_key", "phone_entries", ["account", "key"], unique=True)
    op.create_index("ix_phone_entries_outcome", "phone_entries", ["outcome", "id"])
    op.create_index("ix_phone_entries_about", "phone_entries", ["about", "id"])

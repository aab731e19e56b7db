"""The rota by versions, and the calendar addresses that people were given."""

import sqlalchemy as sa
from alembic import op

revision = "m0052"
down_revision = "m0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rota_versions",
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        _whole("at"),
        _words("who"),
        _words("why"),
    )
    _entries()
    op.create_table(
        "calendar_feeds",
        _id(),
        _words("digest"),
        _words("person"),
        _whole("created"),
        _words("created_by"),
        _whole("revoked", null=True),
        _whole("used", null=True),
        sa.UniqueConstraint("digest", name="uq_calendar_feeds_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_calendar_feeds_person", "calendar_feeds", ["person"])


def _entries() -> None:
    op.create_table(
        "rota_entries",
        _id(),
        _words("noun"),
        _words("key"),
        sa.Column("version_from", sa.BigInteger, sa.ForeignKey("rota_versions.version"), nullable=False),
        sa.Column("version_to", sa.BigInteger, sa.ForeignKey("rota_versions.version"), nullable=True),
        _whole("position"),
        sa.Column("body", sa.Text, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rota_entries_history", "rota_entries", ["noun", "key", "version_from"])
    in_force = sa.text("version_to IS NULL")
    op.create_index(
        "uq_rota_entries_in_force",
        "rota_entries",
        ["noun", "key"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )


def _id() -> sa.Column[int]:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", whole, autoincrement=True, primary_key=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)

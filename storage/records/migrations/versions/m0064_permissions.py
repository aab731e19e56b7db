"""Permissions by versions, and what was found at doors."""

import sqlalchemy as sa
from alembic import op

revision = "m0064"
down_revision = "m0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "permission_versions",
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        _whole("at"),
        _words("who"),
        _words("why"),
    )
    _entries()
    _findings()


def _entries() -> None:
    versions = "permission_versions.version"
    op.create_table(
        "permission_entries",
        _id(),
        _words("noun"),
        _words("key"),
        sa.Column("version_from", sa.BigInteger, sa.ForeignKey(versions), nullable=False),
        sa.Column("version_to", sa.BigInteger, sa.ForeignKey(versions), nullable=True),
        _whole("position"),
        sa.Column("body", sa.Text, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_permission_entries_history", "permission_entries", ["noun", "key", "version_from"])
    in_force = sa.text("version_to IS NULL")
    op.create_index(
        "uq_permission_entries_in_force",
        "permission_entries",
        ["noun", "key"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )


def _findings() -> None:
    op.create_table(
        "door_findings",
        _id(),
        *(_words(name) for name in ("key", "rule", "door", "point", "zone")),
        _whole("at"),
        *(_words(name) for name in ("credential", "holder", "reason")),
        _whole("permissions"),
        _whole("found"),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        _whole("alert", null=True),
        _whole("withdrawn", null=True),
        _whole("version"),
        sa.UniqueConstraint("key", name="uq_door_findings_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_door_findings_door_at", "door_findings", ["door", "at"])
    op.create_index("ix_door_findings_at", "door_findings", ["at"])
    op.create_index("ix_door_findings_holder", "door_findings", ["holder"])


def _id() -> sa.Column[int]:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", whole, autoincrement=True, primary_key=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)

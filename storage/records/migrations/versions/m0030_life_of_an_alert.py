"""The life of an alert: shelved, out of service, latched, announced again; maintenance windows and tests."""

import sqlalchemy as sa
from alembic import op

revision = "m0030"
down_revision = "m0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _alerts()
    _maintenance()
    _test_modes()
    op.create_index("ix_facts_what", "facts", ["noun", "what", "at"])


def _alerts() -> None:
    for column in (
        _whole("shelved_until", null=True),
        sa.Column("shelved_by", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("shelved_why", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("suppressed_by", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("out_of_service", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("test", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("latched", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("realarm_after", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        _whole("realarm_at", null=True),
        _whole("attend_at", null=True),
    ):
        op.add_column("alerts", column)
    _index("ix_alerts_attend", "alerts", "attend_at", "attend_at IS NOT NULL")


def _maintenance() -> None:
    op.create_table(
        "maintenance",
        _id(),
        _words("extent"),
        _words("scope"),
        _whole("since"),
        _whole("until"),
        _words("who"),
        _words("why"),
        _words("second"),
        _whole("created"),
        _whole("begun", null=True),
        _whole("ended", null=True),
        _words("ended_by"),
        _whole("version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_maintenance_until", "maintenance", ["until"])
    _index("ix_maintenance_running", "maintenance", "id", "ended IS NULL")


def _test_modes() -> None:
    op.create_table(
        "test_modes",
        _id(),
        _words("extent"),
        _words("scope"),
        _whole("since"),
        _whole("until"),
        _words("who"),
        _words("why"),
        _words("expected"),
        _whole("ended", null=True),
        _words("ended_by"),
        _whole("reported", null=True),
        _words("came"),
        _words("missed"),
        _whole("version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_test_modes_until", "test_modes", ["until"])
    _index("ix_test_modes_running", "test_modes", "id", "reported IS NULL")


def _index(name: str, table: str, column: str, condition: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def _id() -> sa.Column[int]:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", whole, autoincrement=True, primary_key=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)

"""Residents' reports, the numbers that came with them, and the codes on the walls."""

import sqlalchemy as sa
from alembic import op

revision = "m0055"
down_revision = "m0051"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=True, primary_key=True)


def _words(*names: str, null: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=null) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def upgrade() -> None:
    op.create_table(
        "place_codes",
        _id(),
        *_words("code", "zone", "asset", "created_by", "revoked_by", "why"),
        *_whole("created"),
        *_whole("revoked", null=True),
        sa.UniqueConstraint("code", name="uq_place_codes_code"),
        sqlite_autoincrement=True,
    )
    _reports()
    op.create_table(
        "report_contacts",
        sa.Column("report", sa.BigInteger, primary_key=True, autoincrement=False),
        *_words("phone", "consent", "erased_by"),
        *_whole("given", "until"),
        *_whole("erased", null=True),
    )
    op.create_index("ix_report_contacts_until", "report_contacts", ["until"])


def _reports() -> None:
    texts = ("way", "zone", "asset", "words", "language", "guess", "kind", "kind_by", "state", "taken_by")
    instants = ("looked_at", "work_order", "same_as", "visit_by", "visited", "solved", "closed", "satisfaction")
    op.create_table(
        "reports",
        _id(),
        *_words(*texts, "earlier_orders", "outcome"),
        *_words("link", null=True),
        *_whole("code", "received", "calls", "times_unsolved", "version"),
        *_whole(*instants, "escalated", null=True),
        sa.Column("emergency", sa.Boolean, nullable=False),
        sa.UniqueConstraint("link", name="uq_reports_link"),
        sqlite_autoincrement=True,
    )
    for columns in (["state"], ["received"], ["work_order"], ["code", "received"]):
        op.create_index(f"ix_reports_{'_'.join(columns)}", "reports", columns)
    waits = sa.text("emergency AND looked_at IS NULL")
    op.create_index("ix_reports_waiting", "reports", ["id"], sqlite_where=waits, postgresql_where=waits)

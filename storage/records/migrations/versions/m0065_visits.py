"""Visits, who came, where visitors' badges were seen, and the register of retrievals."""

import sqlalchemy as sa
from alembic import op

revision = "m0065"
down_revision = "m0064"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=True, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=null) for name in names]


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    said = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=said, postgresql_where=said)


def upgrade() -> None:
    _visits()
    _guests()
    _crossings()
    _retrievals()


def _visits() -> None:
    op.create_table(
        "visits",
        _id(),
        *_words("state", "host", "zones", "badge", "badge_label", "registered_by", "arrived_by", "left_by"),
        *_whole("expected", "until", "persons", "registered", "version"),
        *_whole("arrived", "left", "overstayed", "closed", null=True),
        sqlite_autoincrement=True,
    )
    has_badge = "state IN ('in-house', 'overstayed') AND badge != ''"
    _partial("uq_visits_badge", "visits", ["badge"], has_badge, unique=True)
    _partial("ix_visits_open", "visits", ["until"], "closed IS NULL")
    op.create_index("ix_visits_badges", "visits", ["badge", "id"])
    op.create_index("ix_visits_expected", "visits", ["expected"])


def _guests() -> None:
    op.create_table(
        "visit_guests",
        sa.Column("visit", sa.BigInteger, primary_key=True, autoincrement=False),
        *_words("name", "phone", "vehicle", "company", "host_text", "reason", "document", "document_tail"),
        *_words("document_hash", "erased_by", "note"),
        *_whole("given", "until"),
        *_whole("erased", null=True),
    )
    op.create_index("ix_visit_guests_document_hash", "visit_guests", ["document_hash"])
    op.create_index("ix_visit_guests_phone", "visit_guests", ["phone"])
    _partial("ix_visit_guests_until", "visit_guests", ["until"], "erased IS NULL")


def _crossings() -> None:
    op.create_table(
        "visitor_crossings",
        _id(),
        *_words("point", "zone", "event", "badge", "direction", "judgement", "escort", "confirmed_by"),
        *_whole("visit", "at", "seq", "version"),
        *_whole("escort_at", "judged", null=True),
        sa.Column("late", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    passage = ["point", "at", "event", "badge", "seq"]
    op.create_index("uq_visitor_crossings_passage", "visitor_crossings", passage, unique=True)
    op.create_index("ix_visitor_crossings_visit", "visitor_crossings", ["visit", "at"])
    op.create_index("ix_visitor_crossings_at", "visitor_crossings", ["at"])
    _partial("ix_visitor_crossings_open", "visitor_crossings", ["at"], "judgement IN ('waiting', 'unescorted')")


def _retrievals() -> None:
    texts = ("who", "about", "subject", "purpose", "basis", "state", "for_whom", "recipient", "request", "given")
    op.create_table(
        "retrievals",
        _id(),
        *_words(*texts, "medium", "sha256", "approver", "handed_by", "why_not"),
        *_whole("at", "until", "version"),
        *_whole("start", "end", "approved", "handed", "erased", null=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_retrievals_subject", "retrievals", ["subject", "id"])
    op.create_index("ix_retrievals_at", "retrievals", ["at"])
    _partial("ix_retrievals_until", "retrievals", ["until"], "erased IS NULL")

"""Visits, who came, where visitors' badges were seen, and the register of retrievals."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

# Word for word as the index says it: SQLite does not look behind parameters.
HAS_BADGE = "state IN ('in-house', 'overstayed') AND badge != ''"
VISIT_OPEN = "closed IS NULL"
GUEST_STANDS = "erased IS NULL"
ESCORT_OPEN = "judgement IN ('waiting', 'unescorted')"

VISITS = Table(
    "visits",
    METADATA,
    row_id(),
    words("state"),
    words("host"),
    words("zones"),
    whole("expected"),
    whole("until"),
    whole("persons"),
    words("badge"),
    words("badge_label"),
    whole("registered"),
    words("registered_by"),
    whole("arrived", null=True),
    words("arrived_by"),
    whole("left", null=True),
    words("left_by"),
    whole("overstayed", null=True),
    whole("closed", null=True),
    whole("version"),
    Index("uq_visits_badge", "badge", unique=True, sqlite_where=text(HAS_BADGE), postgresql_where=text(HAS_BADGE)),
    Index("ix_visits_badges", "badge", "id"),
    Index("ix_visits_open", "until", sqlite_where=text(VISIT_OPEN), postgresql_where=text(VISIT_OPEN)),
    Index("ix_visits_expected", "expected"),
    sqlite_autoincrement=True,
)

VISIT_GUESTS = Table(
    "visit_guests",
    METADATA,
    Column("visit", BigInteger, primary_key=True, autoincrement=False),
    words("name"),
    words("phone"),
    words("vehicle"),
    words("company"),
    words("host_text"),
    words("reason"),
    words("document"),
    words("document_tail"),
    words("document_hash"),
    whole("given"),
    whole("until"),
    whole("erased", null=True),
    words("erased_by"),
    words("note"),
    Index("ix_visit_guests_document_hash", "document_hash"),
    Index("ix_visit_guests_phone", "phone"),
    Index("ix_visit_guests_until", "until", sqlite_where=text(GUEST_STANDS), postgresql_where=text(GUEST_STANDS)),
)

CROSSINGS = Table(
    "visitor_crossings",
    METADATA,
    row_id(),
    whole("visit"),
    words("point"),
    words("zone"),
    whole("at"),
    words("event"),
    words("badge"),
    whole("seq"),
    words("direction"),
    Column("late", Boolean, nullable=False),
    words("judgement"),
    words("escort"),
    whole("escort_at", null=True),
    whole("judged", null=True),
    words("confirmed_by"),
    whole("version"),
    Index("uq_visitor_crossings_passage", "point", "at", "event", "badge", "seq", unique=True),
    Index("ix_visitor_crossings_visit", "visit", "at"),
    Index("ix_visitor_crossings_open", "at", sqlite_where=text(ESCORT_OPEN), postgresql_where=text(ESCORT_OPEN)),
    Index("ix_visitor_crossings_at", "at"),
    sqlite_autoincrement=True,
)

RETRIEVALS = Table(
    "retrievals",
    METADATA,
    row_id(),
    whole("at"),
    words("who"),
    words("about"),
    words("subject"),
    words("purpose"),
    words("basis"),
    words("state"),
    words("for_whom"),
    words("recipient"),
    words("request"),
    words("given"),
    whole("start", null=True),
    whole("end", null=True),
    words("medium"),
    words("sha256"),
    words("approver"),
    whole("approved", null=True),
    words("handed_by"),
    whole("handed", null=True),
    words("why_not"),
    whole("until"),
    whole("erased", null=True),
    whole("version"),
    Index("ix_retrievals_subject", "subject", "id"),
    Index("ix_retrievals_at", "at"),
    Index("ix_retrievals_until", "until", sqlite_where=text(GUEST_STANDS), postgresql_where=text(GUEST_STANDS)),
    sqlite_autoincrement=True,
)

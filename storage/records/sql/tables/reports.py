"""Residents' reports, the numbers that came with them, and the codes on the walls."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, UniqueConstraint, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

PLACE_CODES = Table(
    "place_codes",
    METADATA,
    row_id(),
    words("code"),
    words("zone"),
    words("asset"),
    whole("created"),
    words("created_by"),
    whole("revoked", null=True),
    words("revoked_by"),
    words("why"),
    UniqueConstraint("code"),
    sqlite_autoincrement=True,
)

REPORT_WAITS = "emergency AND looked_at IS NULL"
"""Emergencies of which nobody has taken note: asked for by every page."""

REPORTS = Table(
    "reports",
    METADATA,
    row_id(),
    words("way"),
    whole("code"),
    words("zone"),
    words("asset"),
    words("words"),
    words("language"),
    words("guess"),
    words("kind"),
    words("kind_by"),
    Column("emergency", Boolean, nullable=False),
    words("state"),
    whole("received"),
    words("taken_by"),
    whole("looked_at", null=True),
    whole("work_order", null=True),
    words("earlier_orders"),
    whole("same_as", null=True),
    whole("visit_by", null=True),
    whole("visited", null=True),
    whole("solved", null=True),
    whole("calls"),
    whole("closed", null=True),
    words("outcome"),
    whole("satisfaction", null=True),
    whole("escalated", null=True),
    whole("times_unsolved"),
    words("link", null=True),
    whole("version"),
    UniqueConstraint("link"),
    Index("ix_reports_state", "state"),
    Index("ix_reports_received", "received"),
    Index("ix_reports_work_order", "work_order"),
    Index("ix_reports_code_received", "code", "received"),
    Index("ix_reports_waiting", "id", sqlite_where=text(REPORT_WAITS), postgresql_where=text(REPORT_WAITS)),
    sqlite_autoincrement=True,
)

CONTACTS = Table(
    "report_contacts",
    METADATA,
    Column("report", BigInteger, primary_key=True, autoincrement=False),
    words("phone"),
    whole("given"),
    words("consent"),
    whole("until"),
    whole("erased", null=True),
    words("erased_by"),
    Index("ix_report_contacts_until", "until"),
)

REPORT_PHOTOS = Table(
    "report_photos",
    METADATA,
    Column("report", BigInteger, primary_key=True, autoincrement=False),
    words("media"),
    Column("body", LargeBinary, nullable=False),
    Column("thumb", LargeBinary, nullable=False),
    whole("given"),
    whole("until"),
    Index("ix_report_photos_until", "until"),
)

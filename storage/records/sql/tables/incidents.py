"""Incidents, bulletins, reviews and measures."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, SmallInteger, Table, UniqueConstraint, text

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

INCIDENT_IS_OPEN = "state = 'open'"
MEASURE_IS_OPEN = "done IS NULL"

INCIDENTS = Table(
    "incidents",
    METADATA,
    row_id(),
    words("playbook"),
    words("playbook_version"),
    words("cause"),
    words("title_zh"),
    words("title_en"),
    words("clause"),
    Column("severity", SmallInteger, nullable=False),
    Column("life_safety", Boolean, nullable=False),
    Column("drill", Boolean, nullable=False),
    words("place"),
    words("zone"),
    words("asset"),
    words("point"),
    words("rule"),
    words("state"),
    whole("event_at"),
    whole("opened"),
    words("opened_by"),
    words("why"),
    whole("ended", null=True),
    words("ended_by"),
    words("ended_why"),
    whole("work_order", null=True),
    words("alerts"),
    words("steps"),
    whole("version"),
    # One open incident a cause, whoever opens it first.
    Index(
        "uq_incidents_open_cause",
        "cause",
        unique=True,
        sqlite_where=text(INCIDENT_IS_OPEN),
        postgresql_where=text(INCIDENT_IS_OPEN),
    ),
    Index("ix_incidents_event_at", "event_at"),
    Index("ix_incidents_work_order", "work_order"),
    sqlite_autoincrement=True,
)

BULLETINS = Table(
    "bulletins",
    METADATA,
    row_id(),
    whole("incident"),
    words("place"),
    words("title_zh"),
    words("title_en"),
    words("body_zh"),
    words("body_en"),
    whole("posted"),
    words("posted_by"),
    Column("drill", Boolean, nullable=False),
    whole("corrects", null=True),
    whole("corrected_by", null=True),
    whole("withdrawn", null=True),
    words("withdrawn_by"),
    words("why"),
    whole("until", null=True),
    whole("version"),
    Index("ix_bulletins_incident", "incident", "id"),
    Index("ix_bulletins_posted", "posted"),
    sqlite_autoincrement=True,
)

REVIEWS = Table(
    "reviews",
    METADATA,
    row_id(),
    words("noun"),
    whole("subject"),
    words("happened"),
    words("lacked"),
    words("effect"),
    whole("written", null=True),
    words("written_by"),
    whole("finished", null=True),
    words("finished_by"),
    words("digest"),
    words("body"),
    whole("version"),
    UniqueConstraint("noun", "subject"),
    sqlite_autoincrement=True,
)

MEASURES = Table(
    "measures",
    METADATA,
    row_id(),
    words("noun"),
    whole("subject"),
    words("text"),
    words("owner"),
    whole("due"),
    whole("created"),
    words("created_by"),
    whole("done", null=True),
    words("done_by"),
    words("note"),
    whole("version"),
    Index("ix_measures_subject", "noun", "subject"),
    Index("ix_measures_open", "due", sqlite_where=text(MEASURE_IS_OPEN), postgresql_where=text(MEASURE_IS_OPEN)),
    sqlite_autoincrement=True,
)

"""Results. Findings, people and points that only the result itself is asked for lie in JSON."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table, UniqueConstraint

from storage.records.sql.tables.columns import METADATA, row_id, whole, words

RESULTS = Table(
    "results",
    METADATA,
    row_id(),
    words("key"),
    words("duty"),
    words("duty_version"),
    whole("occurrence", null=True),
    words("target"),
    words("asset"),
    words("zone"),
    words("who"),
    words("with_whom"),
    whole("done"),
    whole("device_at"),
    whole("offset"),
    whole("received"),
    Column("late_upload", Boolean, nullable=False),
    words("outcome"),
    words("findings"),
    whole("corrects", null=True),
    words("why"),
    whole("retest_of", null=True),
    words("sensors"),
    words("orders"),
    words("digest"),
    # Sent twice, by a phone that did not hear the answer, it is there once.
    UniqueConstraint("key"),
    Index("ix_results_duty", "duty", "target", "done"),
    Index("ix_results_done", "done", "id"),
    Index("ix_results_occurrence", "occurrence"),
    Index("ix_results_corrects", "corrects"),
    Index("ix_results_retest_of", "retest_of"),
    sqlite_autoincrement=True,
)

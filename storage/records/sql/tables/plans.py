"""Floor plans by version."""

from __future__ import annotations

from storage.records.sql.tables.versioned import entries_of, versions_of

PLAN_VERSIONS = versions_of("plan")
PLAN_ENTRIES = entries_of("plan")

"""The register and its history."""

from __future__ import annotations

from storage.records.sql.tables.versioned import entries_of, versions_of

REGISTER_VERSIONS = versions_of("register")
REGISTER_ENTRIES = entries_of("register")

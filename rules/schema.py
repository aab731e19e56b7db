"""The JSON schema of rule files, for editors: completion, and red lines under what is wrong."""

from __future__ import annotations

from typing import Any

from facility.definition_files import values
from rules.file import rule_file_model
from rules.kind import all_kinds


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12, generated from what the loader itself checks by."""
    about = "One rule: which points, what is too much, what follows, and stories that prove it."
    return values.schema(rule_file_model(), "Dutyroom rule", about) | {
        "oneOf": [{"required": [name]} for name in all_kinds()]
    }


def schema_text() -> str:
    """The schema as JSON, the same bytes each time."""
    return values.schema_text(schema())

"""The JSON schema of rule files, for editors: completion, and red lines under what is wrong."""

from __future__ import annotations

import json
from typing import Any

from rules.file import rule_file_model
from rules.kind import all_kinds


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12, generated from what the loader itself checks by."""
    generated = rule_file_model().model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **generated,
        "title": "Dutyroom rule",
        "description": "One rule: which points, what is too much, what follows, and stories that prove it.",
        "oneOf": [{"required": [name]} for name in all_kinds()],
    }


def schema_text() -> str:
    """The schema as JSON, the same bytes each time."""
    return json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"

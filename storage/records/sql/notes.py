"""Small named JSON values of the product itself."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Executable, select

from storage.records.sql.shape import to_json
from storage.records.sql.tables import NOTES
from storage.records.sql.transaction import Transaction


class SqlNotes:
    """See ``storage.records.port.Notes``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def get(self, name: str) -> Any:
        """The value, or None."""
        found = self._do.value(select(NOTES.c.value).where(NOTES.c.name == name))
        return None if found is None else orjson.loads(found)

    def put(self, name: str, value: Any) -> None:
        """Raises ``TypeError`` on what JSON does not have."""
        self._do.run(self._do.made_once("note", self._putting), {"name": name, "value": to_json(value)})

    def _putting(self) -> Executable:
        insert = self._do.insert(NOTES)
        return insert.on_conflict_do_update(index_elements=["name"], set_={"value": insert.excluded.value})

    def names(self, prefix: str) -> list[str]:
        """In order."""
        like = select(NOTES.c.name).where(NOTES.c.name.startswith(prefix, autoescape=True))
        # SQLite's LIKE takes A for a, and databases sort by languages.
        return sorted(row.name for row in self._do.rows(like) if row.name.startswith(prefix))

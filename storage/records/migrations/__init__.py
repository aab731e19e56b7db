"""Bringing a database to this version's schema, by Alembic, without an ini file."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.records.port import RecordsUnavailable

_LOCK = 0x0D07_5CE3
# Alembic keeps what it is at work on in a global.
_ONE_AT_A_TIME = threading.Lock()


def migrate(connection: Connection, to: str = "head") -> None:
    """All steps that are missing, in ``connection``'s transaction; whoever comes second waits, and finds nothing to do.

    ``to``: a revision at which to stop. On SQLite the caller has begun with IMMEDIATE.
    Raises ``RecordsUnavailable`` when the schema is one we do not know.
    """
    with _ONE_AT_A_TIME:
        if connection.dialect.name == "postgresql":
            # A step may take long on a large table, and the second process has all the time.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = revision(connection)
        for one in (found, None if to == "head" else to):
            if one is not None and one not in _known():
                raise RecordsUnavailable(f"the schema is at {one}, which a newer version of the product wrote")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def revision(connection: Connection) -> str | None:
    """The schema's revision, None in an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def needed_revision() -> str:
    """The newest revision that this version has."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


@cache
def _known() -> frozenset[str]:
    return frozenset(step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    config = Config()
    # Config files give % a meaning, and a folder may have one in its name.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config

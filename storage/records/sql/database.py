"""Reaching the database: SQLite in a file or in memory, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from storage.wal import use_wal

BEGIN = "dutyroom_begin"
"""Execution option: how SQLite begins. IMMEDIATE takes the write lock at once, so a unit never finds out half-way."""

_ALLOWED = "allowed are sqlite:///FILE and postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME"


def read_url(text: str) -> URL:
    """Raises ``ValueError`` that says what is allowed, and never repeats the password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"records: this is not a database address; {_ALLOWED}") from None
    match url.drivername:
        case "sqlite":
            return url
        case "postgres" | "postgresql" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"records: {other!r} is not a database that can be used; {_ALLOWED}")


def in_memory(url: URL) -> bool:
    """Whether it is gone when it is closed."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def connect(url: URL, patience: float) -> Engine:
    """Connects when it is first used. ``patience``: seconds to wait for a lock or a free connection.

    Raises ``ValueError`` when the driver is not installed.
    """
    return _sqlite(url, patience) if url.get_backend_name() == "sqlite" else _postgres(url, patience)


def _postgres(url: URL, patience: float) -> Engine:
    ours = {
        "application_name": "dutyroom",
        "connect_timeout": "10",
        # A network that swallows packets is noticed within half a minute.
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "25000",
        # A worker that hangs in a unit must not hold the chain of facts for everybody.
        "options": f"-c lock_timeout={patience * 1000:.0f} -c idle_in_transaction_session_timeout=60s",
    }
    url = url.update_query_dict({name: value for name, value in ours.items() if name not in url.query})
    try:
        return create_engine(url, pool_size=8, max_overflow=24, pool_timeout=patience, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise ValueError("records: PostgreSQL needs its driver: pip install 'dutyroom[postgres]'") from None


def _sqlite(url: URL, patience: float) -> Engine:
    arguments: dict[str, Any] = {"check_same_thread": False, "timeout": patience}
    if in_memory(url):
        engine = create_engine(url, connect_args=arguments, poolclass=StaticPool)
    else:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args=arguments, pool_size=8, max_overflow=56, pool_timeout=patience)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes late and not before reading; ours is in _begin_sqlite.
    connection.isolation_level = None
    use_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "journal_size_limit=67108864"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(BEGIN, 'DEFERRED')}")

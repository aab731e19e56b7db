"""Records on SQLite and PostgreSQL, by SQLAlchemy Core."""

from storage.records.sql.records import SqlRecords

__all__ = ["SqlRecords"]

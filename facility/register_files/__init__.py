"""The register as CSV files, one per noun: read all or nothing, and written so that it reads back the same."""

from facility.register_files.columns import COLUMNS, OPTIONAL_TABLES, Column
from facility.register_files.error import RegisterError, RegisterRefused
from facility.register_files.reading import read_tables
from facility.register_files.telling import fields_changed, tell
from facility.register_files.writing import write_tables

__all__ = [
    "COLUMNS",
    "OPTIONAL_TABLES",
    "Column",
    "RegisterError",
    "RegisterRefused",
    "fields_changed",
    "read_tables",
    "tell",
    "write_tables",
]

"""Permissions as CSV files, one per table: read all or nothing, and written so that they read back the same."""

from facility.permission_files.columns import COLUMNS, PERMISSION_TABLES
from facility.permission_files.reading import read_permissions
from facility.permission_files.writing import write_permissions

__all__ = ["COLUMNS", "PERMISSION_TABLES", "read_permissions", "write_permissions"]

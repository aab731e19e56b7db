"""The rota as CSV files, one per table: read all or nothing, and written so that it reads back the same."""

from facility.rota_files.columns import COLUMNS, ROTA, ROTA_TABLES
from facility.rota_files.reading import read_rota
from facility.rota_files.writing import write_rota

__all__ = ["COLUMNS", "ROTA", "ROTA_TABLES", "read_rota", "write_rota"]

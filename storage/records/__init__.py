"""records: see port.py."""

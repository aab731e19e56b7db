"""readings: see port.py."""

"""Readings become verdicts, alerts and work orders."""

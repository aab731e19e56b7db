"""Rounds: planned from the routes of the register, judged from what was scanned, told while they can still be saved."""

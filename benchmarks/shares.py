"""How long most of them took."""

from __future__ import annotations


def share(took: list[float], part: float) -> float:
    """Within which ``part`` of them lie, least first; infinite where there is none."""
    return took[min(len(took) - 1, int(len(took) * part))] if took else float("inf")

"""The alerts about cameras: their rules, and what their points name."""

from __future__ import annotations

BLIND = "blind-area"
"""The point is the zone."""
FORBIDDEN = "forbidden-view"
"""The point is camera and area."""
SHORT = "video-too-short"
LONG = "video-too-long"
"""The point of both is ``video``: one recorder is one cause."""
WHO = "system:cameras"

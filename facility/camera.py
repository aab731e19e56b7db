"""Cameras, as the register keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera where it hangs. Metres and degrees on the zone's plan, yaw 0° along +x, counter-clockwise."""

    id: str
    zone: str
    name: Text
    x: float = 0.0
    y: float = 0.0
    height: float = 2.8
    yaw: float = 0.0
    tilt: float = 15.0
    hfov: float = 90.0
    width_px: int = 1920
    height_px: int = 0
    """0: a picture of 16:9."""

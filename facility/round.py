"""Patrol routes: which checkpoints, in which order, how far apart."""

from __future__ import annotations

from dataclasses import dataclass

from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One checkpoint on a route. ``point`` is the checkpoint's scan point; ``walk`` the least time to walk there, ms."""

    route: str
    order: int
    point: str
    walk: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A patrol route; ``every`` is the time between the starts of two rounds, milliseconds."""

    id: str
    site: str
    name: Text
    every: int

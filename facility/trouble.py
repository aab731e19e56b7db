"""A trouble: a fact that a follower of the chain could not handle, kept until somebody has seen to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """``id`` is 0 until the records store gives it one."""

    id: int = 0
    follower: str
    seq: int
    """Of the fact."""
    at: int
    error: str
    """The last attempt's, in one line."""
    attempts: int
    asked: int | None = None
    """When somebody asked for another attempt."""
    solved: int | None = None

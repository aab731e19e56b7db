"""Lines for a log: what happened and where, and never what variables held, for tokens and personal data are among these."""

from __future__ import annotations

import structlog


def without_variables() -> None:
    """For a process of its own, at its start: structlog would show every variable of every frame."""
    *before, renderer = structlog.get_config()["processors"]
    if isinstance(renderer, structlog.dev.ConsoleRenderer):
        renderer.exception_formatter = structlog.dev.plain_traceback
    structlog.configure(processors=[*before, renderer])

"""Each look of an inspector is a stored fact: who looked at which address, and when. Once in ten minutes an address."""

from __future__ import annotations

from typing import Protocol

from fastapi import Request

from api.context import context_of
from facility.fact import Fact
from facility.instant import MINUTE
from facility.person import Actor

EVERY = 10 * MINUTE
LONGEST = 500
"""Characters of an address that are kept."""
NOT_LOOKS = ("/live", "/static/", "/sign-out", "/preferences")


class Looking(Protocol):
    """Who looks."""

    @property
    def actor(self) -> Actor: ...


def look_noted(request: Request, visitor: Looking) -> None:
    """Before anything is shown. Raises ``RecordsUnavailable``: what cannot be noted is not shown."""
    path = request.url.path
    if request.method not in ("GET", "HEAD") or path.startswith(NOT_LOOKS):
        return
    address = (path + (f"?{request.url.query}" if request.url.query else ""))[:LONGEST]
    context = context_of(request)
    at = context.clock()
    with context.records.begin() as unit:
        if unit.looks.note(visitor.actor.id, address, at, EVERY):
            unit.facts.append(looked(visitor.actor.id, address, at))


def looked(account: str, address: str, at: int) -> Fact:
    """The fact of one look; a file that is taken away is an export."""
    what = "exported" if is_export(address) else "looked"
    return Fact(at=at, noun="look", subject=account, what=what, who=account, data={"address": address})


def is_export(address: str) -> bool:
    """Whether it gives a file to take away."""
    path = address.partition("?")[0]
    return path.endswith((".pdf", ".xlsx", ".csv", ".json", ".ics"))

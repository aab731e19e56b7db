"""RFC 9457 problems: what went wrong, in a form that a program and a person can both use."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

from facility.person import Actor, Right

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Answered as problem+json under ``/api``, as a page elsewhere. ``kind`` is a stable word for programs."""

    def __init__(self, status: int, kind: str, title: str, detail: str, **more: Any) -> None:
        self.status, self.kind, self.title, self.detail, self.more = status, kind, title, detail, more
        super().__init__(f"{status} {kind}: {detail}")

    def body(self, instance: str) -> dict[str, Any]:
        """The problem's JSON members."""
        return {
            "type": f"urn:dutyroom:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            **self.more,
        }

    def response(self, instance: str, headers: dict[str, str] | None = None) -> JSONResponse:
        """The problem as an answer."""
        return JSONResponse(self.body(instance), self.status, headers, media_type=MEDIA_TYPE)


class Elsewhere(Exception):
    """A page that this visitor has another one for: a redirect."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(address)


class NotSignedIn(Exception):
    """Nobody is known to make this request: 401 under ``/api``, the sign-in page elsewhere."""


class NotPermitted(Exception):
    """The role does not hold ``right``."""

    def __init__(self, right: str, role: str) -> None:
        self.right, self.role = right, role
        super().__init__(f"{role} may not {right}")

    @classmethod
    def to(cls, actor: Actor, right: str) -> NotPermitted:
        """That this actor does not hold it."""
        return cls(right, actor.role.value if actor.role else "")


def permit(actor: Actor, right: Right) -> None:
    """Raises ``NotPermitted``."""
    if not actor.may(right):
        raise NotPermitted.to(actor, right.value)


class Forged(Exception):
    """A write that did not come from one of our own pages."""

"""``Idempotency-Key``: a phone that sends a write twice gets the first answer again, for 24 hours."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header, Request

from api.acting import write
from api.context import Context
from api.problems import Problem
from facility.instant import DAY
from facility.person import Actor
from storage.records.port import Unit

KEPT = DAY
MOST_KEYS = 500

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of your own, such as a UUID. The same key within 24 h gets the first answer again.",
        max_length=200,
        examples=["6f1c1f0e-8a52-4a55-9a0e-3d8f0a1c2b7d"],
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One write that may arrive twice."""

    key: str | None
    actor: Actor
    request: str
    """Method and path: a key belongs to one request."""

    @property
    def _note(self) -> str:
        return f"idempotency/{hashlib.sha256(self.actor.id.encode()).hexdigest()[:32]}"

    def answered(self, unit: Unit, now: int) -> Any:
        """The answer kept under the key, or None. Raises ``Problem`` when the key was used for something else."""
        kept = (unit.notes.get(self._note) or {}).get(self.key)
        if kept is None or now - kept["at"] > KEPT:
            return None
        if kept["request"] != self.request:
            raise Problem(
                422,
                "idempotency-key-reused",
                "Idempotency-Key used before",
                f"This key was used for {kept['request']}; use a new key for each write.",
            )
        return kept["body"]

    def keep(self, unit: Unit, now: int, body: Any) -> None:
        """Keep the answer in the same transaction as what was done; old keys are dropped."""
        kept = unit.notes.get(self._note) or {}
        fresh = {key: row for key, row in kept.items() if now - row["at"] <= KEPT}
        newest = sorted(fresh.items(), key=lambda item: int(item[1]["at"]))[-MOST_KEYS + 1 :]
        unit.notes.put(self._note, dict(newest) | {self.key: {"at": now, "request": self.request, "body": body}})


def once(request: Request, actor: Actor, key: str | None) -> Once:
    """The write that this request asks for."""
    return Once(key=key, actor=actor, request=f"{request.method} {request.url.path}")


def write_once(context: Context, wish: Once, do: Callable[[Unit], Any]) -> Any:
    """Do it and return its JSON body, or return the body of the first time. Races are decided by the store."""

    def attempt(unit: Unit) -> Any:
        now = context.clock()
        if wish.key:
            kept = wish.answered(unit, now)
            if kept is not None:
                return kept
        body = do(unit)
        if wish.key:
            wish.keep(unit, now, body)
        return body

    return write(context, attempt)

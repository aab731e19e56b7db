"""What pages and programs both do to the rota: who may, and taking a change back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.access import Visitor
from api.problems import NotPermitted
from facility.person import Actor, Right
from response.rota_deeds import By, NotYours, undo
from storage.records.port import Unit


@contextmanager
def own_or_keeper(actor: Actor) -> Iterator[None]:
    """What is neither one's own nor open to the role is refused: it needs the right of the rota's keeper."""
    try:
        yield
    except NotYours:
        raise NotPermitted.to(actor, Right.MANAGE_ROTA.value) from None


def taking_back(visitor: Visitor, version: int) -> Callable[[Unit, By], int]:
    """Undo what a version changed. Others' changes need the rota's keeper: raises ``NotYours``."""

    def deed(unit: Unit, by: By) -> int:
        if unit.rota.maker_of(version) != visitor.actor.id and not visitor.may(Right.MANAGE_ROTA):
            raise NotYours
        return undo(unit, by, version)

    return deed

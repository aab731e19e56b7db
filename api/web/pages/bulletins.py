"""What the residents are told: a page without sign-in, without scripts, without anybody's name."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.context import context_of
from api.web.look import look_at
from response.bulletins import read_board, shown
from storage.records.port import NotFound

router = APIRouter(prefix="/bulletins")


@router.get("/{key}")
def show(request: Request, key: str) -> Response:
    """Bulletins of a building, or of the whole property, newest first. Raises ``NotFound`` for an address that leads nowhere."""
    context = context_of(request)
    with context.records.read() as unit:
        register = context.register(unit)
        place = read_board(unit).place(key, register)
        if place is None:
            raise NotFound("no such page")
        look = look_at(request, register)
        zone = register.zones.get(place)
        return look.render(
            "bulletins.html",
            name=look.say(zone.name if zone else look.site.name),
            bulletins=shown(unit, register, place, look.now),
            zones=register.zones,
        )

"""Rounds are planned ahead from the routes in force, each once, however often the program starts again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facility.instant import DAY, HOUR
from facility.register import Register
from facility.rota import Rota
from facility.round_timetable import Draw, Hide, Timetable, digest_of, rounds, stops_of
from storage.records.kept import register_kept, rota_kept
from storage.records.port import Unit

AHEAD = 36 * HOUR
BACK = 7 * DAY
"""After so long a downtime older rounds are not asked for any more."""
NOTE = "rounds/planned"
"""Route → [until when it is planned, from what]. A route that is new or has changed is planned from now on."""
SOME = HOUR
"""So much is planned at once, so that most looks find nothing to do."""


@dataclass(frozen=True, kw_only=True)
class Planning:
    """``draw`` decides when a round begins that may begin at any time; ``hide`` makes of a tag what scans carry."""

    draw: Draw
    hide: Hide

    def step(self) -> Callable[[Unit, int], bool]:
        """For the responder: one look. It remembers the register and the rota between looks."""
        register, rota = register_kept(), rota_kept()
        return lambda unit, now: self.plan(unit, register.now(unit), lambda: rota.now(unit), now)

    def plan(self, unit: Unit, register: Register, rota: Callable[[], Rota], now: int) -> bool:
        """What is planned and not begun follows the register; what comes is added. Returns False: it does all at once."""
        before: dict[str, list[Any]] = unit.notes.get(NOTE) or {}
        after: dict[str, list[Any]] = {}
        for route in register.routes.values():
            digest = digest_of(route, stops_of(register, route.id))
            since = _since(before.get(route.id), digest, now)
            if digest != before.get(route.id, [0, ""])[1]:
                unit.rounds.withdraw(route.id, now, digest)
            if since >= now + AHEAD - SOME:
                after[route.id] = before[route.id]
                continue
            table = Timetable(zone=register.time_zone, calendar=rota().calendar, draw=self.draw, hide=self.hide)
            unit.rounds.plan(rounds(register, route, table, since, now + AHEAD))
            after[route.id] = [now + AHEAD, digest]
        for gone in before.keys() - after.keys():
            unit.rounds.withdraw(gone, now, "")
        if after != before:
            unit.notes.put(NOTE, after)
        return False


def _since(before: list[Any] | None, digest: str, now: int) -> int:
    if before is None:
        return now
    until: int = before[0]
    return max(until, now - BACK) if before[1] == digest else min(max(until, now - BACK), now)

"""New scans are looked for, the rounds to which they may belong are judged anew, and so are those whose time has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from facility.instant import DAY, MINUTE
from facility.register import Register
from facility.rota import Rota
from facility.round import Round, RoundState
from facility.round_fold import BESIDE, Given, fold
from inspections.rounds.alerting import report, return_old
from inspections.rounds.gathering import gather, is_door
from inspections.rounds.people import Cards, Hide, cards_of
from inspections.rounds.telling import facts_of
from storage.readings.port import Readings
from storage.records.kept import Kept, register_kept, rota_kept
from storage.records.port import Conflict, NotFound, Records, Unit

BACK = 7 * DAY
"""A scan that comes later still is kept, and changes no round any more."""
OVERLAP = 2 * MINUTE
"""Collectors commit a little after they have received: looks overlap so far. Judging twice gives the same."""
HEARD = "rounds/heard"
"""Up to which receipt scans were looked at."""
AT_ONCE = 50
EVERY_MS = 2_000
OLD_EVERY = MINUTE

Settle = Callable[[Unit, Round, Cards, int], None]
"""What else is done, in the same unit, when a round has ended."""


def nothing(_unit: Unit, _round: Round, _cards: Cards, _now: int) -> None:
    """Where no round carries out a duty."""


@dataclass(kw_only=True)
class RoundsFollowed:
    """``run`` is an errand: it reads outside any unit, and writes each round in a unit of its own, compared and set."""

    readings: Callable[[], Readings]
    hide: Hide
    settle: Settle = nothing
    _cards_kept: tuple[Rota, Cards] | None = field(default=None, init=False)
    _old_at: int = field(default=0, init=False)

    @cached_property
    def _registers(self) -> Kept[Register]:
        return register_kept()

    @cached_property
    def _rotas(self) -> Kept[Rota]:
        return rota_kept()

    def run(self, records: Records, now: int) -> bool:
        """One look. Returns whether there is more to do at once. Raises ``ReadingsUnavailable``."""
        with records.read() as unit:
            register, cards = self._registers.now(unit), self._cards(unit)
            heard: int = unit.notes.get(HEARD) or now - BACK
            waiting = unit.rounds.to_attend(now, AT_ONCE)
            touched = self._touched(unit, register, heard, now)
        for round in {one.id: one for one in [*touched, *waiting]}.values():
            self._judge(records, round, (register, cards), now)
        self._finish(records, heard, now)
        return len(waiting) == AT_ONCE

    def _cards(self, unit: Unit) -> Cards:
        rota = self._rotas.now(unit)
        if self._cards_kept is None or self._cards_kept[0] is not rota:
            self._cards_kept = (rota, cards_of(rota, self.hide))
        return self._cards_kept[1]

    def _touched(self, unit: Unit, register: Register, heard: int, now: int) -> list[Round]:
        """Rounds to which something new may belong, however late it came."""
        since, until = heard - OVERLAP, now + DAY
        points = {stop.point for stop in register.stops.values()}
        doors = {point for point in points if is_door(register, point)}
        readings = self.readings()
        happened = [
            *((one.point, one.at) for one in readings.scans_heard(points - doors, since, until, now - BACK)),
            *((one.point, one.at) for one in readings.passages_heard(doors, since, until, now - BACK)),
            *((one.point, one.at) for one in unit.rounds.given_since(since)),
        ]
        if not happened:
            return []
        times = [at for _, at in happened]
        near = unit.rounds.open_at(min(times) - BESIDE, max(times) + BESIDE + 1)
        return [round for round in near if _may_hold(round, happened)]

    def _judge(self, records: Records, round: Round, known: tuple[Register, Cards], now: int) -> None:
        register, cards = known
        if round.state is RoundState.PLANNED:
            round = replace(round, crew=cards.crew(round.team))
        taken = gather(self.readings(), round, register, cards)
        try:
            with records.begin() as unit:
                before = unit.rounds.get(round.id)
                after = fold(round, taken, now, _given(unit, round))
                if before.version == round.version and after != before:
                    self._write(unit, before, after, known, now)
        except (Conflict, NotFound):
            return  # somebody was faster, or it was withdrawn; the next look sees what is left

    def _write(self, unit: Unit, before: Round, after: Round, known: tuple[Register, Cards], now: int) -> None:
        register, cards = known
        kept = unit.rounds.update(after)
        told = facts_of(before, kept, now)
        if told:
            unit.facts.append_all(told)
        if before.state is not RoundState.PLANNED or kept.state is not RoundState.PLANNED:
            report(unit, kept, register, now)
        if kept.over and not before.over:
            self.settle(unit, kept, cards, now)

    def _finish(self, records: Records, heard: int, now: int) -> None:
        old = now >= self._old_at + OLD_EVERY
        if not old and now - heard < OVERLAP // 2:
            return  # looks overlap: the mark need not move each time
        self._old_at = now
        try:
            with records.begin() as unit:
                if now > heard:
                    unit.notes.put(HEARD, now)
                return_old(unit, now)
        except Conflict:
            return


def _may_hold(round: Round, happened: Iterable[tuple[str, int]]) -> bool:
    points = {stop.point for stop in round.stops}
    start, end = round.opens - BESIDE, round.closes + BESIDE
    return any(point in points and start <= at < end for point, at in happened)


def _given(unit: Unit, round: Round) -> list[Given]:
    points = {stop.point for stop in round.stops}
    return unit.rounds.given(points, round.opens - BESIDE, round.closes + BESIDE)

"""What the clock owes to occurrences: windows that open and close, due dates that pass, misses. A portion a unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from facility.duty import Cadence, Duty, Every
from facility.fact import Fact
from facility.occurrence import Occurrence, Standing
from facility.register import Register
from facility.rota import Rota
from facility.text import Text
from inspections.duty_files import BrokenDuties
from inspections.duty_known import duty_known
from inspections.missing import WHO, MissRoom, Opener, raise_missed
from inspections.occurrence_facts import fact_of, fell_due
from inspections.out_of_service import OutOfService
from inspections.standing import Moved, advance
from storage.records.kept import register_kept
from storage.records.port import NotFound, Unit

AT_ONCE = 500
_TOLD = (Standing.LATE, Standing.MISSED, Standing.SUSPENDED)


class Attending:
    """``step`` is a responder's step: see ``response.steps.Step``."""

    def __init__(self, duties: Callable[[], Mapping[str, Duty]], opener: Opener | None = None) -> None:
        """``opener``: how work orders are opened; None opens none."""
        self._duties, self._opener, self._registers = duties, opener, register_kept()

    def step(self, unit: Unit, now: int) -> bool:
        """Those whose instant has come, what has waited longest first. Returns whether there are more."""
        found = unit.occurrences.to_attend(now, AT_ONCE)
        if not found:
            return False
        register = self._registers.now(unit)
        look = _Look(unit=unit, register=register, now=now)
        moved = [advance(one, now, look.excuse(one)) for one in found]
        unit.occurrences.update_all([one.after for one in moved])
        if facts := list(look.facts(found, moved)):
            unit.facts.append_all(facts)
        for one in moved:
            if Standing.MISSED in one.became:
                self._missed(unit, one.after, register, now)
        return len(found) == AT_ONCE

    def _missed(self, unit: Unit, one: Occurrence, register: Register, now: int) -> None:
        room = MissRoom(register=register, opener=self._opener)
        raise_missed(unit, room, _duty(unit, self._duties(), one), one, now)


def _duty(unit: Unit, duties: Mapping[str, Duty], one: Occurrence) -> Duty:
    """As it said when it was planned; where that can no longer be read as it says now, or its bare name: a miss is told."""
    try:
        return duty_known(unit, duties, one.duty, one.duty_version)
    except (NotFound, BrokenDuties):
        name = Text(one.duty, one.duty)
        bare = Duty(id=one.duty, clause=one.clause, title=name, do=name, cadence=Cadence(every=Every.EVENT))
        return duties.get(one.duty, bare)


@dataclass(kw_only=True)
class _Look:
    """One look at the clock."""

    unit: Unit
    register: Register
    now: int

    @cached_property
    def _out(self) -> OutOfService:
        return OutOfService.read(self.unit, self.register)

    @cached_property
    def _rota(self) -> Rota:
        return self.unit.rota.load()

    @cached_property
    def _manned(self) -> dict[tuple[str, int, int], bool]:
        return {}

    def excuse(self, one: Occurrence) -> str:
        """Asked only of what was not done and whose window is over."""
        if one.standing not in (Standing.PLANNED, Standing.OPEN) or self.now <= one.until:
            return ""
        return self._out.all_along(one)

    def facts(self, before: Sequence[Occurrence], moved: Sequence[Moved]) -> Iterator[Fact]:
        """Due dates first: what was owed is written down before what became of it."""
        yield from fell_due([one.after for one in moved if one.fell_due], self.now, WHO)
        for old, one in zip(before, moved, strict=True):
            was = old.standing
            for standing in one.became:
                if standing in _TOLD:
                    yield self._fact(one.after, standing, was)
                was = standing

    def _fact(self, one: Occurrence, standing: Standing, was: Standing) -> Fact:
        nobody = {"nobody_on_shift": True} if standing is Standing.MISSED and not self._was_manned(one) else {}
        instant = one.missed_at if standing is Standing.MISSED else one.until
        return fact_of(
            replace(one, standing=standing), standing.value, was, self.now, who=WHO, why=one.why, when=instant, **nobody
        )

    def _was_manned(self, one: Occurrence) -> bool:
        """Whether anybody of its team was on duty while it could be done. Nobody is no excuse; it is shown."""
        if not one.team:
            return True
        key = (one.team, one.opens, one.missed_at)
        if key not in self._manned:
            duties = self._rota.duties(one.opens, one.missed_at)
            self._manned[key] = any(duty.team == one.team and not duty.absent for duty in duties)
        return self._manned[key]

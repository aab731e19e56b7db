"""What sensors saw while somebody ran a test counts by itself: an errand of the responder, with that person's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from facility.duty import Duty
from facility.instant import DAY, HOUR, MINUTE
from facility.occurrence import Occurrence, Standing
from facility.register import Register
from facility.scope import Scope
from facility.test_mode import LONGEST, TestMode
from inspections.draft import Draft, DraftRefused, KeyTaken
from inspections.duty_known import duty_known
from inspections.result_room import Opener, ResultRoom
from inspections.sensor_evidence import Seen, seen
from inspections.submitting import submit
from storage.readings.port import Readings
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Conflict, NotFound, Records, Unit

EVERY_MS = 10_000
AFTER = HOUR
"""A signal may take so long to go again once the test is over, and a reading so long to arrive."""
BEFORE = 10 * MINUTE
"""A pump must have been seen standing still so long before at most."""
NOTE = "sensor-evidence/through"
_NOTED_EVERY = 5 * MINUTE
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One thing that is owed, and the test in which it may have been done."""

    mode: TestMode
    duty: Duty
    occurrence: Occurrence


class SensorWatch:
    """``run`` is an errand's: see ``response.steps.Errand``. Raises ``ReadingsUnavailable``."""

    def __init__(
        self, duties: Callable[[], Mapping[str, Duty]], readings: Callable[[], Readings], opener: Opener | None = None
    ) -> None:
        self._duties, self._readings, self._opener = duties, readings, opener

    def run(self, records: Records, now: int) -> bool:
        """One look at the tests that run, and at those that ended a while ago."""
        with records.read() as unit:
            through = unit.notes.get(NOTE) or now - DAY
            register = unit.registers.load()
            cases = [case for mode in _modes(unit, through) for case in self._cases(unit, register, mode)]
        for case in cases:
            found = self._seen(register, case, now)
            if found is not None:
                self._settle(records, register, case, found, now)
        if now - through > _NOTED_EVERY:
            with records.begin() as unit:
                unit.notes.put(NOTE, now)
        return False

    def _cases(self, unit: Unit, register: Register, mode: TestMode) -> Iterator[_Case]:
        """What is owed of the things that the test covers, and was not done."""
        duties = {one.id: one for one in self._duties().values() if one.evidence is not None}
        if not duties or not _is_person(unit, mode.who):
            return
        covered = {register.points[point].asset for point in Scope(mode.extent, mode.scope).points(register)}
        kinds = {kind for one in duties.values() for kind in one.asset_kinds}
        assets = tuple(one for one in covered if one in register.assets and register.assets[one].kind in kinds)
        if not assets:
            return
        owed = OccurrenceFilter(duties=tuple(duties), assets=assets, standings=(Standing.OPEN, Standing.LATE))
        missed = OccurrenceFilter(
            duties=tuple(duties),
            assets=assets,
            standings=(Standing.MISSED,),
            since=mode.since,
            until=mode.since + 400 * DAY,
        )
        for wanted in (owed, missed):
            for one in unit.occurrences.find(wanted, limit=_AT_ONCE, soonest=True).rows:
                if one.opens <= mode.over() and one.made_up is None:
                    duty = duty_known(unit, duties, one.duty, one.duty_version)
                    yield _Case(mode=mode, duty=duty, occurrence=one)

    def _seen(self, register: Register, case: _Case, now: int) -> Seen | None:
        """Within the test, in the occurrence's window and not in an earlier test."""
        begin = max(case.mode.since, case.occurrence.opens)
        span = (begin - BEFORE, min(now, case.mode.over() + AFTER) + 1)
        store = self._readings()
        found = seen(
            case.duty, case.occurrence.asset, register, read=store.range, span=span, tests=(case.mode,), since=begin
        )
        return found if found is not None and min(at for _, at in found.sensors) < case.mode.over() else None

    def _settle(self, records: Records, register: Register, case: _Case, found: Seen, now: int) -> None:
        """With the person who ran the test. What sensors cannot answer is left to a person, and nothing is settled."""
        draft = Draft(
            key=f"sensors:{case.occurrence.id}",
            occurrence=case.occurrence.id,
            device_at=found.at,
            answers=found.answers,
            sensors=found.sensors,
        )
        room = ResultRoom(duties=self._duties(), register=register, opener=self._opener)
        try:
            with records.begin() as unit:
                submit(unit, room, draft, case.mode.who, now)
        except (DraftRefused, KeyTaken, NotFound, Conflict):
            return


def _modes(unit: Unit, through: int) -> Iterator[TestMode]:
    """Those whose evidence may still come in, the newest first."""
    cursor = None
    while True:
        page = unit.test_modes.find(cursor, 50)
        for mode in page.rows:
            if mode.over() + AFTER >= through:
                yield mode
        cursor = page.cursor
        if cursor is None or page.rows[-1].since + LONGEST + AFTER < through:
            return


def _is_person(unit: Unit, who: str) -> bool:
    try:
        return unit.people.get(who).disabled is None
    except NotFound:
        return False

"""The cameras now: their states by their newest readings, the share that they leave unseen, and the alerts that follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from facility.fact import Fact
from facility.instant import MINUTE, SECOND
from facility.maintenance import Maintenance
from facility.own_alert import Cause
from facility.reading import Reading
from inspections.coverage.alarms import BLIND, FORBIDDEN, WHO
from inspections.coverage.causes import States, blind_zones, forbidden_views
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.site import Site, SiteNow
from inspections.coverage.states import CameraState, set_aside, state_now
from storage.readings.port import Readings
from storage.records.own_alerts import report
from storage.records.port import Records, Unit

NOTE = "cameras"
"""``{at, states: {camera: [state, since]}, over: {zone: since}, began}``"""
EVERY_MS = 5 * SECOND
FRESH = 20 * SECOND
"""So often the note is written though nothing changed: whoever reads it sees that somebody looks."""
HOLD = 20 * SECOND
"""So long a zone must be over its limit: a camera that starts anew is no alert. Share and state show it at once."""
PAUSE = 2 * MINUTE
"""Nobody looked for so long: the whole house may just have started."""
SETTLE = MINUTE
"""After a pause the cameras have so long to speak before their silence is an alert."""


_NO_NEWS = (CameraState.WORKING, CameraState.UNWATCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen at the last look."""

    at: int = 0
    states: Mapping[str, tuple[CameraState, int]] = field(default_factory=dict)
    """Camera → its state, and since when."""
    over: Mapping[str, int] = field(default_factory=dict)
    """Zone → since when it is over its limit."""
    began: int = 0
    """Since when somebody looks without a pause."""

    @property
    def plain(self) -> dict[str, CameraState]:
        """Camera → state."""
        return {camera: state for camera, (state, _) in self.states.items()}


def last_seen(unit: Unit) -> Seen:
    """Nothing before the first look."""
    note: dict[str, Any] = unit.notes.get(NOTE) or {}
    return Seen(
        at=note.get("at", 0),
        states={camera: (CameraState(state), since) for camera, (state, since) in note.get("states", {}).items()},
        over=dict(note.get("over", {})),
        began=note.get("began", 0),
    )


@dataclass(kw_only=True)
class CameraWatch:
    """An errand: it reads the newest readings outside any unit, then writes what changed in one."""

    readings: Callable[[], Readings]
    settings: CoverageSettings = field(default_factory=CoverageSettings)

    def __post_init__(self) -> None:
        self._now = SiteNow(self.settings)

    def run(self, records: Records, now: int) -> bool:
        """One look. Raises ``ReadingsUnavailable``, ``Conflict``."""
        with records.read() as unit:
            site, before, windows = self._now.look(unit), last_seen(unit), unit.maintenance.running()
        if not site.register.cameras:
            return False
        points = [point.id for points in site.points.values() for point in points]
        last = self.readings().last(points) if points else {}
        states = states_of(site, last, windows, now)
        if states != before.plain or now - before.at >= FRESH or before.over or self._alarming(site, states):
            with records.begin() as unit:
                look(unit, site, states, now, self.settings)
        return False

    def _alarming(self, site: Site, states: States) -> bool:
        """Whether there is anything to raise, hold or mend that is no change of state: a new plan, a camera that was turned."""
        return any(blind_zones(site, states, self.settings)) or any(forbidden_views(site, self.settings))


def states_of(site: Site, last: Mapping[str, Reading], windows: list[Maintenance], now: int) -> dict[str, CameraState]:
    """Every camera of the register."""
    return {
        camera: CameraState.OUT_OF_SERVICE
        if set_aside(windows, points, site.register, now)
        else state_now(points, last, now)
        for camera, points in site.points.items()
    }


def look(unit: Unit, site: Site, states: States, now: int, settings: CoverageSettings) -> None:
    """Write the change of each camera as a fact, raise and return alerts, and note what was seen. Raises ``Conflict``."""
    before = last_seen(unit)
    if changes := list(_changes(site, before, states, now)):
        unit.facts.append_all(changes)
    blind = list(blind_zones(site, states, settings))
    over = {cause.key: before.over.get(cause.key, now) for cause in blind if not cause.stays}
    began = now if now - before.at > PAUSE else before.began
    report(unit, (BLIND,), [_held(cause, over, began, now) for cause in blind], now, WHO)
    report(unit, (FORBIDDEN,), forbidden_views(site, settings), now, WHO)
    told = {camera: [state.value, _since(before, camera, state, now)] for camera, state in states.items()}
    unit.notes.put(NOTE, {"at": now, "states": told, "over": over, "began": began})


def _held(cause: Cause, over: Mapping[str, int], began: int, now: int) -> Cause:
    """Not over its limit for long enough: as within the deadband."""
    return replace(cause, stays=cause.stays or now - over[cause.key] < HOLD or now - began < SETTLE)


def _since(before: Seen, camera: str, state: CameraState, now: int) -> int:
    known = before.states.get(camera)
    return known[1] if known and known[0] is state else now


def _changes(site: Site, before: Seen, states: States, now: int) -> list[Fact]:
    """A camera that works, or that nobody watches, from the first look on is no news."""
    return [
        Fact(
            at=now,
            noun="camera",
            subject=camera,
            what=state.value,
            before=was.value if was else "",
            after=state.value,
            who=WHO,
            data={"zone": site.register.cameras[camera].zone},
        )
        for camera, state in states.items()
        if state is not (was := before.plain.get(camera)) and (was or state not in _NO_NEWS)
    ]

"""What pages nobody for a while: points in a test, points out of service."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert import Alert, settled
from facility.maintenance import Maintenance
from facility.register import Register
from facility.test_mode import TestMode
from storage.records.port import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Tests and windows as they stand in the store, looked at at ``now``."""

    tests: tuple[TestMode, ...]
    windows: tuple[Maintenance, ...]
    register: Register
    now: int

    def testing(self, point: str, at: int) -> bool:
        """Whether a test covered the point at ``at``."""
        return any(mode.in_force(at) and mode.covers(point, self.register) for mode in self.tests)

    def out_of_service(self, alert: Alert) -> bool:
        """Whether a window covers the alert now. Life safety needs one that a second person answers for."""
        return any(
            window.in_force(self.now) and window.covers(alert.point, self.register, life_safety=alert.life_safety)
            for window in self.windows
        )

    def at_raise(self, alert: Alert) -> Alert:
        """A new alert with what sets it aside.

        It is a test only when its own time and now both lie in one: what went off before the test began, or still goes
        on after its end, is in earnest. What is over by then was proof, whenever the news of it came.
        """
        over = alert.ended is not None
        test = self.testing(alert.point, alert.raised) and (over or self.testing(alert.point, self.now))
        return settled(replace(alert, test=test, out_of_service=self.out_of_service(alert)), self.now)


def read_aside(unit: Unit, register: Register, now: int) -> Aside:
    """What stands in the store."""
    return Aside(
        tests=tuple(unit.test_modes.running()), windows=tuple(unit.maintenance.running()), register=register, now=now
    )

"""The two who look: the responder at collectors and machines, a collector at the responders."""

from __future__ import annotations

from dataclasses import dataclass, field

from facility.instant import MINUTE, SECOND
from facility.self_alert import KINDS, RESPONDER_AWAY, WORKER_SILENT, Limits
from response.self_watch import collecting, devices, history, machines, processes
from response.self_watch.said import RESPONDERS, WORKERS, said
from response.steps import Step
from storage.records.own_alerts import report
from storage.records.port import Unit

WHO = "system:self"
EVERY = 15 * SECOND
OURS = tuple(sorted(set(KINDS) - {RESPONDER_AWAY.id}))
"""What the responder looks for."""


@dataclass
class SelfWatch:
    """``look`` is called every so often; after a start or a standstill nobody is called silent for a while."""

    limits: Limits = field(default_factory=Limits)
    _last: int = 0
    _patient_until: int = 0

    def step(self) -> Step:
        """For the responder."""
        return Step("self", EVERY, self.look)

    def look(self, unit: Unit, now: int) -> bool:
        """Raise, tell anew and return. Returns whether there is more to do: never."""
        workers = said(unit, WORKERS)
        everybody = [*workers, *said(unit, RESPONDERS)]
        found = [
            *history.causes(workers, now, self.limits),
            *collecting.causes(workers, now, self.limits),
            *machines.causes(everybody, now, self.limits),
            *devices.causes(workers),
        ]
        ours = OURS
        if self._patient(now):
            ours = tuple(rule for rule in OURS if rule != WORKER_SILENT.id)
        else:
            found += processes.silent_workers(workers, now, self.limits)
        report(unit, ours, found, now, WHO, quiet=True)
        return False

    def look_for_responder(self, unit: Unit, now: int) -> None:
        """By a collector."""
        if not self._patient(now):
            causes = processes.missing_responder(said(unit, RESPONDERS), now, self.limits)
            report(unit, (RESPONDER_AWAY.id,), causes, now, WHO, quiet=True)

    def _patient(self, now: int) -> bool:
        """Everybody may just have been started, or stood still, with this process."""
        if not 0 <= now - self._last <= 2 * MINUTE:
            self._patient_until = now + 2 * self.limits.silence
        self._last = now
        return now < self._patient_until

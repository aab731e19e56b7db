"""How long readings and the figures of their hours stay: made as hours pass, ended once a day, each time a fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from facility.alert import Alert
from facility.fact import Fact
from facility.instant import DAY, MINUTE, SECOND
from storage.readings.port import Kept, Readings
from storage.records.port import AlertFilter, Records, Unit

WHO = "system:history"
NOUN = "history"
EVERY_MS = SECOND
PORTIONS = 5
"""At a time, so that a year of history that has no figures yet holds up nothing that arrives."""
REST = MINUTE
"""So long there is nothing to do when all is done."""
MARGIN = 10 * MINUTE
"""So long after an hour its figures are made: most of what is late has come by then."""
BEFORE = DAY
"""So much of what was before an open alert stays with it."""
LONGEST = 366 * DAY
"""So long beyond their time readings stay for an open alert."""
_OPEN_AT_ONCE = 1000


@dataclass(slots=True, kw_only=True)
class Keeping:
    """``readings`` and ``figures``: milliseconds that they are kept; ``store`` is opened when it is first asked for."""

    readings: int
    figures: int
    store: Callable[[], Readings]
    _rest_until: int = 0

    def run(self, records: Records, now: int) -> bool:
        """A portion. Raises ``ReadingsUnavailable``. Returns False: the next portion comes after a breath."""
        if now < self._rest_until:
            return False
        # Also when it fails: a server that is away is asked once a minute.
        since, self._rest_until = self._rest_until, now + REST
        if self._summarise(now - MARGIN):
            self._rest_until = since
        else:
            self._end(records, Kept.READINGS, now - self.readings, now)
            self._end(records, Kept.FIGURES, now - self.figures, now)
        return False

    def _summarise(self, upto: int) -> bool:
        """Whether there may be more."""
        return all(self.store().summarise(upto) for _ in range(PORTIONS))

    def _end(self, records: Records, what: Kept, before: int, now: int) -> None:
        with records.read() as unit:
            done = unit.notes.get(_note(what)) or 0
            needed = open_before(unit, before + BEFORE) if what is Kept.READINGS else []
        if now - done < DAY:
            return
        edge = _edge(needed, before)
        count = self.store().forget(what, edge)
        with records.begin() as unit:
            unit.notes.put(_note(what), now)
            if count:
                data = {"count": count, "before": edge, **_cut(needed, edge)}
                unit.facts.append(Fact(at=now, noun=NOUN, subject=what, what="ended", who=WHO, data=data))


def _cut(needed: Sequence[Alert], edge: int) -> dict[str, list[int]]:
    """Which open alerts lost some of what they are about."""
    cut = sorted(alert.id for alert in needed if alert.started - BEFORE < edge)
    return {"alerts": cut} if cut else {}


def _note(what: Kept) -> str:
    return f"{NOUN}-ended/{what}"


def open_before(unit: Unit, before: int) -> list[Alert]:
    """Open alerts that began before then."""
    return unit.alerts.find(AlertFilter(open=True, until=before), limit=_OPEN_AT_ONCE).rows


def _edge(needed: Sequence[Alert], before: int) -> int:
    """Where readings end: not after what open alerts need, but for what has waited for them too long."""
    return max(min([before, *(alert.started - BEFORE for alert in needed)]), before - LONGEST)

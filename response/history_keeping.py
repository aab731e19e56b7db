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
AT_ONCE = 31 * DAY
"""No more than this of the past ends in a day: a clock that is years ahead ends a month of readings, and not all of them."""
LONGEST = 366 * DAY
"""So long beyond their time readings stay for an open alert."""
_OPEN_AT_ONCE = 1000


@dataclass(slots=True, kw_only=True)
class Keeping:
    """``readings`` and ``figures``: milliseconds that they are kept; ``store`` is opened when it is first asked for."""

    readings: int
    figures: int
    store: Callable[[], Readings]
    _done: int | None = None

    def run(self, records: Records, now: int) -> bool:
        """A portion. Raises ``ReadingsUnavailable``. Returns False: the next portion comes after a breath."""
        # Not for longer than that, whatever the clock does.
        if self._done is not None and 0 <= now - self._done < REST:
            return False
        before, self._done = self._done, now
        if self._summarise(now - MARGIN):
            self._done = before
        else:
            self._end(records, Kept.READINGS, now - self.readings, now)
            self._end(records, Kept.FIGURES, now - self.figures, now)
        return False

    def _summarise(self, upto: int) -> bool:
        """Whether there may be more."""
        return all(self.store().summarise(upto) for _ in range(PORTIONS))

    def _end(self, records: Records, what: Kept, before: int, now: int) -> None:
        with records.read() as unit:
            last = unit.notes.get(_note(what))
            # A clock that was ahead and is right again does not put the next time off for as long.
            if last is not None and 0 <= now - last["at"] < DAY:
                return
            needed = open_before(unit, before + BEFORE) if what is Kept.READINGS else []
        edge = _edge(needed, before)
        if last is not None:
            edge = min(edge, last["edge"] + AT_ONCE)
        count = self.store().forget(what, edge)
        with records.begin() as unit:
            unit.notes.put(_note(what), {"at": now, "edge": edge if last is None else max(edge, last["edge"])})
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

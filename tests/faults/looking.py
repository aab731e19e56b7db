"""What the stores of a house hold, asked straight and not through the broken network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from dutyroom.wiring import open_readings, open_records
from facility.alert import Alert
from facility.quality import Quality
from storage.readings.influx import InfluxReadings
from storage.readings.influx_url import parse_influx_url
from storage.readings.port import Readings
from storage.records.port import AlertFilter, Records
from tests.faults.house import House
from tests.faults.oracle import Found, Raised, Stored
from tests.faults.site import FRESH, RULE
from tests.faults.town import point_of

EVER = (0, 4_102_444_800_000)


class Looker:
    """Reads what is there. The history is asked alone: the journal's copy is no proof."""

    def __init__(self, house: House) -> None:
        self._settings = house.direct
        self._points = [point for point in house.register.points if point != point_of(FRESH)]
        self.records: Records = open_records(house.direct)
        self.history: Readings = self._history()

    def close(self) -> None:
        """Release both stores."""
        self.history.close()
        self.records.close()

    def _history(self) -> Readings:
        if self._settings.readings.startswith("sqlite"):
            return open_readings(self._settings, self.records)
        return InfluxReadings(parse_influx_url(self._settings.readings), lambda _: ("", ""))

    def found(self) -> Found:
        """All of it."""
        return Found(
            readings=list(self._readings()),
            alerts=[Raised(alert.point, alert.started) for alert in self._alerts(RULE)],
            letters=list(self._letters()),
            broken_fact=self._broken_fact(),
        )

    def fresh(self, at: int) -> tuple[bool, bool]:
        """Whether the fresh message of that time is judged, and whether it is in the history."""
        point = point_of(FRESH)
        with self.records.read() as unit:
            judged = any(alert.started == at for alert in unit.alerts.find(AlertFilter(points=(point,))).rows)
        return judged, bool(self.history.range(point, at, at + 1))

    def _readings(self) -> Iterator[Stored]:
        for point in self._points:
            for one in self.history.range(point, *EVER):
                yield Stored(one.point, one.at, one.value, good=one.quality is Quality.GOOD and not one.test)

    def _alerts(self, rule: str) -> Iterator[Alert]:
        cursor: str | None = None
        with self.records.read() as unit:
            while True:
                page = unit.alerts.find(AlertFilter(rules=(rule,)), cursor, limit=200)
                yield from page.rows
                cursor = page.cursor
                if cursor is None:
                    return

    def _letters(self) -> Iterator[bytes]:
        cursor: str | None = None
        with self.records.read() as unit:
            while True:
                page = unit.letters.dead(cursor, limit=200)
                yield from (letter.payload for letter in page.rows)
                cursor = page.cursor
                if cursor is None:
                    return

    def _broken_fact(self) -> int | None:
        with self.records.read() as unit:
            return unit.facts.verify()


def until(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> float | None:
    """Seconds until it is so; None when it was not in time."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            return None
        time.sleep(every)
    return time.monotonic() - begun

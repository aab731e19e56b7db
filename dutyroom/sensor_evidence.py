"""The errand that takes what sensors saw in tests as evidence, put together with the stores and the classes of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from facility.duty import Duty
from facility.work_order import Source
from inspections.sensor_watch import EVERY_MS, SensorWatch
from response.orders import opener
from response.steps import Errand
from rules.book import RuleBook
from storage.readings.port import Readings


def sensor_evidence(
    duties: Callable[[], Mapping[str, Duty]], readings: Callable[[], Readings], rules: Callable[[], RuleBook]
) -> Errand:
    """An errand, for it reads the store of readings: that may be slow or away."""
    watch = SensorWatch(duties, readings, opener(lambda: rules().classes, Source.INSPECTION))
    return Errand("sensor evidence", EVERY_MS, watch.run)

"""``[quality]``: readings arrive, but are not evidence: a broken sensor, a wrong clock, an expired calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from facility.definition_files.values import Filled
from facility.point import Point
from facility.quality import Quality
from facility.text import Text
from rules.kind import Spec as CommonSpec
from rules.kind import SpecError
from rules.limits import Bools, Index, Limits, LimitTable, Samples, among
from rules.tables import KindTable

NAME = "quality"
SUMMARY = Text("读数不能作为证据", "readings that are no evidence")
NEEDS_QUANTITY = False
SHOWS_VALUE = False
BREACHES: frozenset[int] = frozenset(Quality) - {Quality.GOOD, Quality.STAMPED}
JUDGES_LATE = True
COUNTS_EACH = False
EVIDENCE = frozenset(Quality)

WORDS: dict[str, Quality] = {
    "sensor-fault": Quality.SENSOR_FAULT,
    "out-of-range": Quality.OUT_OF_RANGE,
    "uncalibrated": Quality.UNCALIBRATED,
    "bad-clock": Quality.BAD_CLOCK,
    "stale": Quality.STALE,
}
NAMES: dict[Quality, Text] = {
    Quality.SENSOR_FAULT: Text("传感器故障", "sensor fault"),
    Quality.OUT_OF_RANGE: Text("超出量程", "outside the instrument's range"),
    Quality.UNCALIBRATED: Text("校准过期", "calibration expired"),
    Quality.BAD_CLOCK: Text("时钟错误", "wrong clock"),
    Quality.STALE: Text("已离线", "offline"),
}


class Table(KindTable):
    """The keys of ``[quality]``."""

    bad: list[Filled] = Field(min_length=1, description=f"which of: {', '.join(WORDS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[quality]`` parsed."""

    bad: tuple[Quality, ...]


def spec(table: Table, quantity: str) -> Spec:
    del quantity
    for word in table.bad:
        if word not in WORDS:
            raise SpecError("bad", f"{word!r} is not a quality; allowed: {', '.join(WORDS)}")
    bad = tuple(quality for word, quality in WORDS.items() if word in table.bad)
    return Spec(hold_for=table.hold_for, clear_for=table.clear_for, bad=bad)


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    del point, setting
    return Limits(bad=sum(1 << quality for quality in spec.bad))


def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return among(samples.quality, limits, row)


def not_clear(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return breached(samples, limits, row)


def evidence(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """That a device is gone says nothing of its sensor; a test says nothing at all."""
    gone = samples.quality == Quality.STALE
    return np.asarray(~samples.test & (~gone | among(samples.quality, limits, row)), np.bool_)


def watches(spec: Spec) -> Text:
    return Text(f"读数为：{_names(spec, 'zh')}", f"sends readings with {_names(spec, 'en')}")


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    del point, limits
    return Text(f"不得出现：{_names(spec, 'zh')}", f"no {_names(spec, 'en')}")


def _names(spec: Spec, language: str) -> str:
    return ("、" if language == "zh" else " or ").join(NAMES[quality].say(language) for quality in spec.bad)

"""What every store can keep. One list for all of them, so that changing the store never changes what is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np

from facility.reading import Passage, Reading, Scan
from storage.readings.columns import Columns
from storage.readings.port import ReadingsRefused

Row = Reading | Passage | Scan

LATEST = 9_223_372_036_853
"""The last instant (in the year 2262): InfluxDB keeps nanoseconds in 63 bits."""
LONGEST_TEXT = 1_000
"""InfluxDB refuses names and text beyond 64 KiB; no name of the trade comes near this."""
_BIGGEST = 2**63 - 1
# Control characters would end a line of line protocol; half a surrogate pair cannot be written as UTF-8.
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """A batch, what cannot be kept taken out of it."""

    readings: Columns
    passages: list[Passage]
    scans: list[Scan]
    refused: list[tuple[Row, str]]

    def __bool__(self) -> bool:
        return bool(len(self.readings) or self.passages or self.scans)

    def complain(self) -> None:
        """Raises ``ReadingsRefused`` when something was taken out: call it once the rest is durable."""
        if self.refused:
            raise ReadingsRefused(
                [repr(row) for row, _ in self.refused], self.refused[0][1], [why for _, why in self.refused]
            )


def sift(readings: Sequence[Reading], passages: Sequence[Passage], scans: Sequence[Scan]) -> Sifted:
    """Tell what can be kept from what cannot, each with its reason."""
    columns = _fit(readings)
    if columns is not None and not passages and not scans:
        return Sifted(readings=columns, passages=[], scans=[], refused=[])
    bad_readings = {index: fault for index, row in enumerate(readings) if (fault := _reading_fault(row))}
    bad_passages = {index: fault for index, row in enumerate(passages) if (fault := _passage_fault(row))}
    bad_scans = {index: fault for index, row in enumerate(scans) if (fault := _scan_fault(row))}
    return Sifted(
        readings=Columns.of([row for index, row in enumerate(readings) if index not in bad_readings]),
        passages=[row for index, row in enumerate(passages) if index not in bad_passages],
        scans=[row for index, row in enumerate(scans) if index not in bad_scans],
        refused=[
            *((readings[index], fault) for index, fault in bad_readings.items()),
            *((passages[index], fault) for index, fault in bad_passages.items()),
            *((scans[index], fault) for index, fault in bad_scans.items()),
        ],
    )


def _fit(readings: Sequence[Reading]) -> Columns | None:
    """All of them, where ``_reading_fault`` finds nothing with any, in a tenth of its time: so it is nearly always."""
    try:
        found = Columns.of(readings)
    except (OverflowError, ValueError, TypeError):
        return None
    for times in (found.series.at, found.series.received):
        if not ((times >= 0) & (times <= LATEST)).all():
            return None
    if not np.isfinite(found.series.value).all() or any(map(_name_fault, found.names)):
        return None
    return found


def _reading_fault(row: Reading) -> str:
    if not isfinite(row.value):
        return f"value of {row.point!r} is {row.value}; only finite numbers are kept"
    return _name_fault(row.point) or _time_fault(row.at, row.received)


def _passage_fault(row: Passage) -> str:
    return (
        _name_fault(row.point)
        or _time_fault(row.at, row.received)
        or _text_fault(event=row.event, credential=row.credential, direction=row.direction)
        or _seq_fault(row.seq)
    )


def _scan_fault(row: Scan) -> str:
    return (
        _name_fault(row.point)
        or _time_fault(row.at, row.received)
        or _text_fault(tag=row.tag, guard=row.guard)
        or _seq_fault(row.seq)
    )


@lru_cache(maxsize=100_000)
def _name_fault(point: str) -> str:
    return _text_fault(point=point) if point else "point is empty; it is the id of a point in the register"


def _time_fault(at: int, received: int) -> str:
    if 0 <= at <= LATEST and 0 <= received <= LATEST:
        return ""
    name, value = ("received", received) if 0 <= at <= LATEST else ("at", at)
    return f"{name} is {value}; allowed are milliseconds since 1970, from 0 to {LATEST}"


def _seq_fault(seq: int) -> str:
    return "" if -_BIGGEST <= seq <= _BIGGEST else "seq does not fit into 64 bits"


def _text_fault(**texts: str) -> str:
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            return f"{name} is {len(text)} characters long; allowed are {LONGEST_TEXT}"
        if _UNFIT.search(text):
            return f"{name} is {text!r}; control characters and broken Unicode cannot be kept"
    return ""

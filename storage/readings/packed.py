"""A batch of readings as it waits in the journal: each point's name once, then one column after another.

About 30 bytes a reading, less than half of what JSON takes, and made and read again in a fraction of the time: both are done
for every reading that there is.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from storage.readings.columns import Columns
from storage.readings.port import Series

MARK = b"\x01"
"""The first byte. What an older version wrote is JSON, and begins with a bracket."""
_HEAD = struct.Struct("<cII")
"""The mark, how many readings, how many bytes the names and whatever else take."""
_COLUMNS: tuple[np.dtype[Any], ...] = tuple(map(np.dtype, ("<u4", "<i8", "<f8", "u1", "u1", "<i8")))
"""Place of the name, time, value, quality, test, when it was received."""


def pack(readings: Columns, rest: object) -> bytes:
    """``rest``: what stands beside them, as JSON values."""
    told = orjson.dumps([readings.names, rest])
    columns: list[npt.NDArray[Any]] = [readings.place, *readings.series]
    cells = (column.astype(kind).tobytes() for column, kind in zip(columns, _COLUMNS, strict=True))
    return b"".join([_HEAD.pack(MARK, len(readings), len(told)), told, *cells])


def unpack(body: bytes) -> tuple[Columns, list[list[list[object]]]]:
    """(the readings, what stood beside them)."""
    _, size, length = _HEAD.unpack_from(body)
    at = _HEAD.size + length
    names, rest = orjson.loads(body[_HEAD.size : at])
    found: list[npt.NDArray[Any]] = []
    for kind in _COLUMNS:
        found.append(np.frombuffer(body, kind, size, at))
        at += size * kind.itemsize
    place, time, value, quality, test, received = found
    series = Series(at=time, value=value, quality=quality, test=test.astype(np.bool_), received=received)
    return Columns(names, place, series), rest


def names_in(body: bytes) -> bytes:
    """The piece of a batch in which its points' names stand, as JSON: quicker to look into than the batch."""
    _, _, length = _HEAD.unpack_from(body)
    return body[_HEAD.size : _HEAD.size + length]

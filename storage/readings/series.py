"""Readings one by one → columns, for the stores that hold them one by one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from storage.readings.port import Series


def series_of(rows: Iterable[tuple[int, float, int, bool, int]]) -> Series:
    """Rows of at, value, quality, test and received, oldest first."""
    columns = list(zip(*rows, strict=True)) or [()] * 5
    at, value, quality, test, received = columns
    return Series(
        at=np.array(at, np.int64),
        value=np.array(value, np.float64),
        quality=np.array(quality, np.uint8),
        test=np.array(test, np.bool_),
        received=np.array(received, np.int64),
    )

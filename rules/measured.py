"""What the kinds that hold a measured value to limits have in common."""

from __future__ import annotations

import numpy as np

from facility.quality import EVIDENCE
from rules.limits import Bools, Index, LimitTable, Samples, by_quality

__all__ = ["BREACHES", "EVIDENCE", "breached", "evidence", "not_clear"]

BREACHES: frozenset[int] = EVIDENCE


def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """Below the low limit or above the high one; exactly on it is inside."""
    return np.asarray((samples.steps < limits.low[row]) | (samples.steps > limits.high[row]), np.bool_)


def not_clear(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """Outside the limits with their deadband taken off."""
    return np.asarray((samples.steps < limits.clear_low[row]) | (samples.steps > limits.clear_high[row]), np.bool_)


def evidence(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """Only what was measured in time, in range and in calibration."""
    del limits, row
    return by_quality(EVIDENCE, samples)

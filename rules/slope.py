"""The slope of a series that a few wrong values do not bend.

Theil (1950), "A rank-invariant method of linear and polynomial regression analysis", and Sen (1968), "Estimates of the
regression coefficient based on Kendall's tau": the median of the slopes between all pairs of points. Up to 29 % of the points
may be anything at all; of five or more, one may.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rules.windows import Past


def median_slope(past: Sequence[Past]) -> float:
    """Steps per millisecond. At least two readings, of different times."""
    at = np.array([one.at - past[0].at for one in past], np.float64)
    steps = np.array([one.steps for one in past], np.float64)
    first, second = np.triu_indices(len(past), 1)
    return float(np.median((steps[second] - steps[first]) / (at[second] - at[first])))


def level_at(past: Sequence[Past], slope: float, at: int) -> float:
    """Where the line stands at ``at``, in steps: the median of what each reading says, carried along the slope (Sen 1968)."""
    return float(np.median([one.steps + slope * (at - one.at) for one in past]))

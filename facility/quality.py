"""What a reading is worth as evidence, decided once, when it arrives."""

from __future__ import annotations

from enum import IntEnum


class Quality(IntEnum):
    """Stored as a number with each reading; numbers are never reused.

    The list follows the reliability values of BACnet (OPC 10000-BACnet 10.4.28) where they fit.
    """

    GOOD = 0
    STAMPED = 1
    """The device gave no time: the receive time stands in. The value is evidence."""
    SENSOR_FAULT = 2
    """Broken loop (below 3.6 mA or above 21 mA, NAMUR NE 43), a fault flag, or a value that is no number."""
    OUT_OF_RANGE = 3
    """Outside what the instrument can measure."""
    UNCALIBRATED = 4
    """The instrument's calibration has expired: measured, but not evidence."""
    BAD_CLOCK = 5
    """The device's time is impossible (before 2000, or more than 5 min ahead): the receive time stands in."""
    STALE = 6
    """The device or its gateway said that this value is no longer current (Sparkplug death, offline)."""

    @property
    def word(self) -> str:
        """As programs are told it: ``sensor-fault``."""
        return self.name.lower().replace("_", "-")


EVIDENCE = frozenset({Quality.GOOD, Quality.STAMPED})
"""Qualities that a limit may be judged by."""

TRUE_BUT_UNTIMELY = EVIDENCE | {Quality.BAD_CLOCK, Quality.UNCALIBRATED}
"""Qualities that a state may be judged by: smoke is smoke, whatever the detector's clock says."""

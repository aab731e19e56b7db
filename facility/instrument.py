"""Instruments that people measure with, as the register keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One instrument. ``facility.inspection.Instrument`` is how it stood when something was measured with it."""

    id: str
    """As on its label: MEG-07."""
    kind: str
    """What it measures with, as duties ask for it: insulation-tester, slip-meter …"""
    serial: str = ""
    name: Text
    calibration_due: int | None = None
    """From this instant on what it measures is no evidence; None: no calibration is known, which is none either."""
    certificate: str = ""
    """The number of the certificate."""

    def in_calibration(self, at: int) -> bool:
        """Whether what it measures at ``at`` is evidence."""
        return self.calibration_due is not None and at < self.calibration_due

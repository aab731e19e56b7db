"""What was found when a duty was done: a result with its findings. Never changed once submitted; a correction is a new one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """Of one finding, and of a whole result: its worst finding's."""

    PASS = "pass"  # noqa: S105
    FLAG = "flag"
    """Passed, with something to watch."""
    FAIL = "fail"
    NONE = "none"
    """Said nothing that can be judged: a photo, a signature, a remark; or left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What a number was measured with, as it stood at the time."""

    id: str
    kind: str
    serial: str = ""
    calibration_due: int | None = None
    valid: bool = True
    """In calibration when it measured; a number of an expired one is kept and is no evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the checklist, answered."""

    check: str
    """The check's id in the duty's version."""
    item: str = ""
    """Of a line that is answered for each of several things, which one: the circuit ``N1``."""
    outcome: Outcome
    value: float | None = None
    unit: str = ""
    over_range: bool = False
    choice: str = ""
    text: str = ""
    files: tuple[str, ...] = ()
    """SHA-256 of photos and signatures (``unit.files``)."""
    signed: tuple[str, ...] = ()
    """Who signed, whoever submitted it first. Some drew their names (``files``), others gave their password."""
    code: str = ""
    """What was scanned there."""
    instrument: Instrument | None = None
    low: float | None = None
    """The limits it was judged by."""
    high: float | None = None
    corrected: float | None = None
    """The value at reference temperature, where the duty says so."""
    conditions: tuple[tuple[str, float | str], ...] = ()
    """Of a measurement: volts, seconds, celsius, humidity, deenergised …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one person submitted. ``key`` is the phone's own id of the submission: the same again is the same result."""

    id: int = 0
    key: str
    duty: str
    duty_version: str
    occurrence: int | None
    """None: done without being owed; it is kept and counts for nothing."""
    target: str
    asset: str = ""
    zone: str = ""
    who: str
    """An account."""
    with_whom: tuple[str, ...] = ()
    """Further people who signed."""
    done: int
    """When it was done, by the server's clock: the device's time less its offset."""
    device_at: int
    """What the device's clock said."""
    offset: int = 0
    """The device's clock less the server's, milliseconds, as far as it is known."""
    received: int
    """When the server took it."""
    late_upload: bool = False
    """Done in time by the device's clock, but it came after the window: counts with its flag."""
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    corrects: int | None = None
    """The result that this one corrects; the old one stays."""
    why: str = ""
    """Why it corrects."""
    retest_of: int | None = None
    sensors: tuple[tuple[str, int], ...] = ()
    """Evidence of sensors that counted: point and event time."""
    orders: tuple[int, ...] = ()
    """Work orders that failed items opened."""
    digest: str = ""
    """SHA-256 of what was sent: the same key with anything else in it is refused."""

    @property
    def proves(self) -> bool:
        """Whether every number in it was measured with an instrument in calibration, where one was asked for."""
        return all(one.instrument is None or one.instrument.valid for one in self.findings)

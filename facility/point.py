"""Points, what is set on them, and the devices that feed them."""

from __future__ import annotations

from dataclasses import dataclass

from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One measurable thing of an asset, such as ``pump-1.pressure``."""

    id: str
    asset: str
    name: Text
    quantity: str
    """A key of ``facility.units.QUANTITIES``."""
    unit: str
    """The unit in which values are kept, judged and shown; one of the quantity's units."""
    resolution: float
    """The step in which the instrument tells values apart, in ``unit``; limits compare in whole steps of it."""
    low: float | None = None
    high: float | None = None
    """The instrument's range in ``unit``; None where it has none."""
    interval: int
    """Expected time between readings, milliseconds; 0 where a point speaks only when something happens."""
    device: str = ""
    """The device that feeds it; empty for values entered by hand."""
    key: str = ""
    """The name of the value in the device's payload, after its decoder; empty means the last part of ``id``."""
    sent_unit: str = ""
    """The unit in which the device sends, where it differs from ``unit`` and the payload does not say."""
    scale: float = 1.0
    """What the sent number is multiplied by before its unit is applied."""
    loop: str = ""
    """The payload key of the 4–20 mA loop current behind this value, where there is one."""
    calibration_due: int | None = None
    """Readings from this instant on are not evidence."""
    expression: str = ""
    """For a virtual point: how it is computed from others, see ``facility.expression``. Empty for one that is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value set on a point by a person, such as its approved set pressure; in force from ``since`` until the next one."""

    point: str
    name: str
    value: float
    """In the point's unit."""
    since: int
    approver: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Something that publishes. It is who the topic says it is, never who the payload claims."""

    id: str
    name: Text
    model: str = ""
    source: str = "native"
    """The source (an entry of the site's sources.toml) by which it arrives."""
    external_id: str = ""
    """What the source calls it (DevEUI, friendly name, edge/device); empty means ``id``."""
    gateway: str = ""
    """The device that may speak for it, or empty."""
    takes: str = ""
    """The words that it may be told, such as ``on off``; empty for one that only reports."""

    @property
    def commands(self) -> tuple[str, ...]:
        """``takes``, word by word."""
        return tuple(self.takes.split())

"""What alarm figures are held to, and when floods, chatter and stale alarms begin. A site may set its own.

Sources: ANSI/ISA-18.2-2016 and IEC 62682:2022 (performance metrics for one operator), EEMUA Publication 191 (the same order
of magnitude, from which they came).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from facility.instant import DAY, MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLimits:
    """Two figures where the standards have two: what is acceptable, and what can still be managed."""

    day_good: int = 150
    day_most: int = 300
    """Alarms a day (ISA-18.2: about 150 very likely acceptable, 300 maximum manageable)."""
    ten_good: int = 1
    ten_most: int = 2
    """Alarms in ten minutes on average (ISA-18.2: about 1, and 2)."""
    peak_most: int = 10
    """The most alarms in any ten minutes (ISA-18.2, EEMUA 191)."""
    flood_opens: int = 10
    """A flood begins with more than so many in ten minutes (ISA-18.2) …"""
    flood_closes: int = 5
    """… and ends with fewer than so many."""
    flood_share: float = 0.01
    """The part of the time in flood stays under this (ISA-18.2: 1 %)."""
    worst_share: float = 0.05
    """The ten worst points make at most this part of all alarms (ISA-18.2: 1 % to 5 %)."""
    chatter_raises: int = 3
    chatter_within: int = MINUTE
    """So many raises of one rule on one point within this time are chatter (ISA-18.2: three in a minute); none is allowed."""
    stale_after: int = DAY
    """Going on for longer than this without a break is stale (ISA-18.2: 24 hours)."""
    stale_most: int = 5
    """Fewer than so many stale alarms at any time (ISA-18.2)."""
    share_critical: float = 0.01
    share_high: float = 0.05
    share_medium: float = 0.15
    """At most these parts of all alarms have the priority (ISA-18.2: 80 % low, 15 % medium, 5 % high, under 1 % highest)."""


def changed(limits: AlarmLimits, given: dict[str, float]) -> AlarmLimits:
    """With some of them set. Raises ``ValueError`` that names the field, what was wrong and what is allowed."""
    kinds = {field.name: type(getattr(limits, field.name)) for field in fields(AlarmLimits)}
    for name, value in given.items():
        if name not in kinds:
            raise ValueError(f"{name}: no such limit; allowed: {', '.join(kinds)}")
        if isinstance(value, bool) or not 0 < value < 2**53:
            raise ValueError(f"{name}: {value!r}; allowed: a number above 0")
        if kinds[name] is float and value > 1:
            raise ValueError(f"{name}: {value!r}; allowed: a part of all, from 0 to 1")
        if kinds[name] is int and value != int(value):
            raise ValueError(f"{name}: {value!r}; allowed: a whole number")
    found = replace(limits, **{name: kinds[name](value) for name, value in given.items()})
    if found.flood_closes > found.flood_opens:
        raise ValueError(f"flood_closes: {found.flood_closes}; allowed: at most flood_opens, {found.flood_opens}")
    return found

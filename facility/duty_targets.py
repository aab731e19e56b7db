"""For what a duty is owed, by the register."""

from __future__ import annotations

from collections.abc import Iterator

from facility.duty import Duty, Target
from facility.register import Register


def targets(duty: Duty, register: Register, since: int = 0) -> Iterator[Target]:
    """Each asset or zone of its kinds, or the site. ``since`` is when it is first owed."""
    if duty.site:
        yield from (Target(id=site.id, name=site.name, since=since) for site in register.sites.values())
    for asset in register.assets.values():
        if asset.kind in duty.asset_kinds:
            yield Target(id=asset.id, asset=asset.id, zone=asset.zone, name=asset.name, since=since)
    for zone in register.zones.values():
        if zone.kind in duty.zone_kinds:
            yield Target(id=zone.id, zone=zone.id, name=zone.name, since=since)

"""Claiming a device that was seen and is not in the register: what the person entered, and the entries of the register."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from api.guessing import knows_unit
from facility.fact import Fact
from facility.letter import Unclaimed
from facility.person import Actor
from facility.point import Device, Point
from facility.register import Change, Register
from facility.text import Text
from facility.units import QUANTITIES, allowed_units
from storage.records.port import Unit

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPoint:
    """A point that the person wants."""

    key: str
    name: Text
    quantity: str
    unit: str = ""
    resolution: float = 1.0
    low: float | None = None
    high: float | None = None
    interval: int = 0
    sent_unit: str = ""
    loop: str = ""
    """The key of the current behind it."""
    asset: str = ""
    """Empty: the claim's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the person entered. ``device`` is the id that the device gets; ignored where it is registered already."""

    device: str
    name: Text
    model: str = ""
    gateway: str = ""
    asset: str
    points: tuple[NewPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One field that cannot be so."""

    field: str
    wrong: str
    allowed: str


@dataclass(eq=False)
class ClaimRefused(Exception):
    """The claim cannot be carried out: every field that is wrong, with what is allowed."""

    errors: list[Wrong] = field(default_factory=list)


def claim(unit: Unit, register: Register, seen: Unclaimed, wanted: Claim, *, actor: Actor, at: int) -> list[str]:
    """Enter device and points into the register and forget the unclaimed row. Returns the new points' ids.

    Raises ``ClaimRefused`` with every field that is wrong, ``Conflict``.
    """
    known = register.device_by_external.get((seen.source or "native", seen.external_id))
    device = known or _device(seen, wanted)
    points = [_point(device, wanted, new) for new in wanted.points]
    errors = [*_device_errors(register, wanted, known), *_point_errors(register, points)]
    if errors:
        raise ClaimRefused(errors)
    added = [] if known else [Change(table="devices", key=device.id, before=None, after=device)]
    added += [Change(table="points", key=point.id, before=None, after=point) for point in points]
    unit.registers.apply(added, actor.id, at, f"claimed {seen.external_id}")
    for new in wanted.points if known else ():
        unit.letters.claimed(seen.source, seen.external_id, new.key)
    if not known:
        unit.letters.claimed(seen.source, seen.external_id)
    ids = [point.id for point in points]
    unit.facts.append(Fact(at=at, noun="device", subject=device.id, what="claimed", who=actor.id, data={"points": ids}))
    return ids


def _device(seen: Unclaimed, wanted: Claim) -> Device:
    return Device(
        id=wanted.device,
        name=wanted.name,
        model=wanted.model,
        source=seen.source or "native",
        external_id="" if seen.external_id == wanted.device else seen.external_id,
        gateway=wanted.gateway,
    )


def _point(device: Device, wanted: Claim, new: NewPoint) -> Point:
    return Point(
        id=f"{device.id}.{new.key}",
        asset=new.asset or wanted.asset,
        name=new.name,
        quantity=new.quantity,
        unit=new.unit,
        resolution=new.resolution,
        low=new.low,
        high=new.high,
        interval=new.interval,
        device=device.id,
        key=new.key,
        sent_unit=new.sent_unit,
        loop=new.loop,
    )


def _device_errors(register: Register, wanted: Claim, known: Device | None) -> Iterable[Wrong]:
    if known is None and not _ID.fullmatch(wanted.device):
        yield Wrong(field="device", wrong=repr(wanted.device), allowed="letters, digits, dot, hyphen, underscore")
    if known is None and wanted.device in register.devices:
        yield Wrong(field="device", wrong=f"{wanted.device!r} is taken", allowed="an id that no device has")
    if wanted.gateway and wanted.gateway not in register.devices:
        yield Wrong(field="gateway", wrong=repr(wanted.gateway), allowed="a device of the register, or empty")
    if not wanted.points:
        yield Wrong(field="points", wrong="none chosen", allowed="at least one value that becomes a point")


def _point_errors(register: Register, points: Sequence[Point]) -> Iterable[Wrong]:
    for index, point in enumerate(points):
        place = f"points.{index}"
        if point.asset not in register.assets:
            yield Wrong(field=f"{place}.asset", wrong=repr(point.asset), allowed="an asset of the register")
        if point.id in register.points:
            yield Wrong(field=f"{place}.key", wrong=f"{point.id!r} is taken", allowed="a key without a point")
        if not point.name.zh and not point.name.en:
            yield Wrong(field=f"{place}.name", wrong="empty", allowed="a name in one language at least")
        if not point.resolution > 0:
            yield Wrong(field=f"{place}.resolution", wrong=f"{point.resolution:g}", allowed="above 0")
        if point.interval < 0:
            yield Wrong(field=f"{place}.interval", wrong=f"{point.interval}", allowed="0 or more")
        yield from _unit_errors(place, point)


def _unit_errors(place: str, point: Point) -> Iterable[Wrong]:
    if point.quantity not in QUANTITIES:
        yield Wrong(field=f"{place}.quantity", wrong=repr(point.quantity), allowed=", ".join(QUANTITIES))
        return
    for name, unit in (("unit", point.unit), ("sent_unit", point.sent_unit)):
        if name == "sent_unit" and not unit:
            continue
        if unit not in allowed_units(point.quantity) and not (name == "sent_unit" and knows_unit(point.quantity, unit)):
            yield Wrong(
                field=f"{place}.{name}", wrong=repr(unit), allowed=", ".join(allowed_units(point.quantity)) or "no unit"
            )

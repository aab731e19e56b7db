"""Claiming a device that was seen and is not in the register: what it sends, a guess of what that is, and the entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from collector.catalogue import DECODERS
from collector.decoding import Decoded, DecodeError, Message
from facility.fact import Fact
from facility.letter import Unclaimed
from facility.person import Actor
from facility.point import Device, Point
from facility.register import Change, Register
from facility.text import Text
from facility.units import QUANTITIES, UnitError, allowed_units, canonical_unit
from storage.records.port import Unit

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
RESOLUTIONS = {"MPa": 0.001, "kPa": 1, "bar": 0.01, "MΩ": 0.01, "°C": 0.1, "%": 1, "%RH": 1, "V": 0.01, "mA": 0.01}
"""The step that common instruments have in these units; 0.01 elsewhere."""
USUAL_INTERVAL = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One value that the device sends, and what it probably is. Empty fields could not be guessed."""

    key: str
    value: float | bool | str
    sent_unit: str = ""
    quantity: str = ""
    unit: str = ""
    resolution: float = 0.01
    interval: int = USUAL_INTERVAL


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


def guesses(seen: Unclaimed) -> list[Guess]:
    """What the sample holds, read with the decoder that understands it. Empty when none does."""
    decoder = DECODERS.get(seen.guess)
    if decoder is None:
        return []
    for topic_filter in decoder.filters:
        captured = topic_filter.match(seen.topic)
        if captured is not None:
            return list(_guesses(_decode(seen, captured), seen))
    return list(_guesses(_decode(seen, {}), seen))


def _decode(seen: Unclaimed, captured: dict[str, str]) -> Decoded:
    message = Message(topic=seen.topic, payload=seen.payload, received=seen.last, source=seen.source, captured=captured)
    try:
        return DECODERS[seen.guess].decode(message, {})
    except (DecodeError, KeyError):
        return Decoded()


def _guesses(decoded: Decoded, seen: Unclaimed) -> Iterable[Guess]:
    keys: set[str] = set()
    for signal in decoded.signals:
        of_this = signal.device == seen.external_id and signal.key == (seen.key or signal.key)
        if of_this and signal.key not in keys:
            keys.add(signal.key)
            yield guess(signal.key, signal.value, signal.unit)


def guess(key: str, value: float | bool | str, sent_unit: str = "") -> Guess:
    """What a value probably is, by its name first and its unit second."""
    quantity = _by_name(key) or _by_unit(sent_unit)
    unit = _unit(quantity, sent_unit)
    state = bool(quantity) and QUANTITIES[quantity].is_state
    return Guess(
        key=key,
        value=value,
        sent_unit=sent_unit,
        quantity=quantity,
        unit=unit,
        resolution=1.0 if state else RESOLUTIONS.get(unit, 0.01),
        interval=0 if state else USUAL_INTERVAL,
    )


def _by_name(key: str) -> str:
    plain = key.lower().replace("-", "_").replace(".", "_")
    if plain in QUANTITIES:
        return plain
    parts = set(plain.split("_"))
    return next((q for q in sorted(QUANTITIES, key=len, reverse=True) if set(q.split("_")) <= parts), "")


def _by_unit(unit: str) -> str:
    if not unit:
        return ""
    fitting = [quantity for quantity in QUANTITIES if _knows(quantity, unit)]
    return fitting[0] if len(fitting) == 1 else ""


def _knows(quantity: str, unit: str) -> bool:
    try:
        canonical_unit(quantity, unit)
    except UnitError:
        return False
    return True


def _unit(quantity: str, sent_unit: str) -> str:
    if not quantity:
        return ""
    if sent_unit and _knows(quantity, sent_unit):
        return canonical_unit(quantity, sent_unit)
    return allowed_units(quantity)[0]


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
        if unit not in allowed_units(point.quantity) and not (name == "sent_unit" and _knows(point.quantity, unit)):
            yield Wrong(
                field=f"{place}.{name}", wrong=repr(unit), allowed=", ".join(allowed_units(point.quantity)) or "no unit"
            )

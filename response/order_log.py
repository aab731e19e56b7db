"""What is recorded while work is done. Each entry is a fact; a wrong one is struck out, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.point import Point
from facility.text import Text
from facility.units import (
    QUANTITIES,
    UnitError,
    allowed_units,
    canonical_unit,
    convert,
    parse_quantity_text,
    steps,
)
from facility.work_log import ATTACHED, CHECKED, ENTRIES, MEASURED, PART, SIGNED, STRUCK, TIME, read_log
from facility.work_order import MissingField, State, WorkOrder
from response.attachments import is_blank, take_in
from response.orders import OrderRoom, tell
from storage.records.port import AlertFilter, NotFound, Unit

LONGEST_NAME = 200
LONGEST_TIME = 24 * 60
LARGEST_SIGNATURE = 300_000
MOST_FILES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who records it, and when."""

    who: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measurement as a person enters it: ``value`` with a unit, as ``0.62 MPa``; a bare number is in the point's own."""

    side: str
    value: str
    quantity: str = ""
    """Empty: that of the order's point."""
    instrument: str = ""


def measure(unit: Unit, room: OrderRoom, number: int, given: Measured, by: By) -> Fact:
    """Its unit is checked, it is converted, and judged at once against what the alert was judged by.

    Raises ``FieldRefused``, ``MissingField``, ``NotAllowed``, ``NotFound``.
    """
    work = _open(unit, number, MEASURED)
    if given.side not in ("before", "after"):
        _refuse(MEASURED, "side", f"{given.side!r}；可以是 before、after", f"{given.side!r}; allowed: before, after")
    point = room.register.points.get(work.point)
    quantity = given.quantity or (point.quantity if point else "")
    if not quantity:
        raise MissingField(MEASURED, "quantity")
    if quantity not in QUANTITIES or QUANTITIES[quantity].is_state:
        _refuse(MEASURED, "quantity", f"{quantity!r} 不能测量", f"{quantity!r} is nothing that has a number")
    own = point if point is not None and point.quantity == quantity else None
    value, into = _converted(given.value, quantity, own)
    low, high = _limits(unit, work, own)
    data = {
        "side": given.side,
        "quantity": quantity,
        "value": value,
        "unit": into,
        "low": low,
        "high": high,
        "inside": _inside(value, low, high, own) if low is not None or high is not None else None,
        "point": own.id if own else "",
        "instrument": given.instrument.strip()[:LONGEST_NAME],
        "entered": given.value.strip(),
    }
    return _write(unit, work, MEASURED, by, data)


def _converted(text: str, quantity: str, point: Point | None) -> tuple[float, str]:
    into = point.unit if point else canonical_unit(quantity, next(iter(QUANTITIES[quantity].units)))
    if not text.strip():
        raise MissingField(MEASURED, "value")
    try:
        value, unit = parse_quantity_text(text.strip())
        return convert(value, canonical_unit(quantity, unit) if unit else into, into, quantity), into
    except UnitError as error:
        units = "、".join(allowed_units(quantity))
        raise FieldRefused(
            MEASURED,
            "value",
            Text(
                f"{text!r} 不对：写数值和单位，单位可以是 {units}",
                f"{error}; allowed units: {', '.join(allowed_units(quantity))}",
            ),
        ) from None


def _limits(unit: Unit, work: WorkOrder, point: Point | None) -> tuple[float | None, float | None]:
    """Those by which its alert was judged, which are in the point's unit."""
    if point is None:
        return None, None
    alerts = unit.alerts.find(AlertFilter(work_order=work.id, points=(point.id,)), limit=1).rows
    if not alerts and work.alert is not None:
        with suppress(NotFound):
            alerts = [unit.alerts.get(work.alert)]
    return next(((alert.low, alert.high) for alert in alerts if alert.point == point.id), (None, None))


def _inside(value: float, low: float | None, high: float | None, point: Point | None) -> bool:
    """Compared in whole steps of the point's resolution, as the rules do."""
    step = point.resolution if point else 0.0
    at = (lambda number: steps(number, step)) if step > 0 else float
    return (low is None or at(value) >= at(low)) and (high is None or at(value) <= at(high))


def use_part(unit: Unit, number: int, *, name: str, count: float, of: str = "", by: By) -> Fact:
    """A part that was used. Raises as ``measure``."""
    work = _open(unit, number, PART)
    if not name.strip():
        raise MissingField(PART, "name")
    if not 0 < count <= 100_000:
        _refuse(PART, "count", "数量须大于 0，最多 100000", "the number of parts is above 0 and at most 100,000")
    data = {"name": name.strip()[:LONGEST_NAME], "count": count, "unit": of.strip()[:20]}
    return _write(unit, work, PART, by, data)


def spend_time(unit: Unit, number: int, *, minutes: int, person: str = "", by: By) -> Fact:
    """Time that one person worked. Raises as ``measure``."""
    work = _open(unit, number, TIME)
    if not 0 < minutes <= LONGEST_TIME:
        _refuse(TIME, "minutes", "分钟数须大于 0，一次最多 1440", "minutes are above 0 and at most 1440 at once")
    return _write(unit, work, TIME, by, {"minutes": minutes, "person": person or by.who})


def tick(unit: Unit, room: OrderRoom, number: int, *, check: str, note: str = "", by: By) -> Fact:
    """A line of the checklist is done. Raises as ``measure``."""
    work = _open(unit, number, CHECKED)
    known = room.classes.get(work.kind)
    lines = [line.id for line in known.checklist] if known else []
    if check not in lines:
        text = ", ".join(lines) or "-"
        _refuse(
            CHECKED, "check", f"没有 {check!r} 这一项；可以是 {text}", f"{check!r} is no line of it; allowed: {text}"
        )
    return _write(unit, work, CHECKED, by, {"check": check, "note": note.strip()[:LONGEST_NAME]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it comes from a phone."""

    body: bytes
    name: str
    note: str = ""
    keep_location: bool = False


def attach(unit: Unit, number: int, upload: Upload, by: By) -> Fact:
    """A photo or another file, kept by its content. The same one twice is one entry. Raises as ``measure``."""
    work = _open(unit, number, ATTACHED)
    taken = take_in(upload.body, by.at, keep_location=upload.keep_location)
    facts = unit.facts.of("work-order", str(number))
    there = [one for one in read_log(facts).files if not one.struck]
    for one in there:
        if one.sha256 == taken.file.sha256:
            return next(fact for fact in facts if fact.seq == one.seq)
    if len(there) >= MOST_FILES:
        _refuse(ATTACHED, "file", f"一张工单最多 {MOST_FILES} 个文件", f"a work order has at most {MOST_FILES} files")
    unit.files.keep(taken.file)
    data = {
        "sha256": taken.file.sha256,
        "name": _file_name(upload.name),
        "media": taken.file.media,
        "size": taken.file.size,
        "thumb": taken.file.thumb is not None,
        "located": taken.located,
        "note": upload.note.strip()[:LONGEST_NAME],
    }
    return _write(unit, work, ATTACHED, by, data)


def _file_name(name: str) -> str:
    """Only to be read by people: no path, nothing that cannot be printed."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in plain if char.isprintable())[-120:] or "file"


def sign(unit: Unit, number: int, body: bytes, *, signer: str, by: By) -> Fact:
    """A signature drawn on the page, with the name of who drew it. Raises as ``measure``."""
    work = _open(unit, number, SIGNED)
    if not signer.strip():
        raise MissingField(SIGNED, "signer")
    if not body.startswith(b"\x89PNG\r\n\x1a\n") or len(body) > LARGEST_SIGNATURE:
        _refuse(SIGNED, "signature", "签名须是 PNG，最大 300 kB", "a signature is a PNG of at most 300 kB")
    taken = take_in(body, by.at)
    if is_blank(taken.file.body):
        _refuse(SIGNED, "signature", "还没有签名：请在框里写", "nothing is written: sign inside the frame")
    unit.files.keep(taken.file)
    data = {
        "sha256": taken.file.sha256,
        "name": "signature.png",
        "media": taken.file.media,
        "size": taken.file.size,
        "thumb": True,
        "signer": signer.strip()[:LONGEST_NAME],
    }
    return _write(unit, work, SIGNED, by, data)


def strike(unit: Unit, number: int, *, seq: int, why: str, by: By) -> Fact:
    """An entry was wrong: it stays, struck out, with the reason. Raises as ``measure``."""
    work = _open(unit, number, STRUCK)
    if not why.strip():
        raise MissingField(STRUCK, "reason")
    facts = unit.facts.of("work-order", str(number))
    if seq not in {fact.seq for fact in facts if fact.what in ENTRIES}:
        _refuse(STRUCK, "seq", f"没有 {seq} 这条记录", f"{seq} is no entry of this work order")
    if seq in {fact.data.get("seq") for fact in facts if fact.what == STRUCK}:
        raise NotAllowed(STRUCK, "struck", [])
    return _write(unit, work, STRUCK, by, {"seq": seq}, why=why)


def _open(unit: Unit, number: int, what: str) -> WorkOrder:
    """What is over is not written into any more; an emergency that waits for its review still is."""
    work = unit.work_orders.get(number)
    if not (work.open or (work.state is State.CLOSED and work.emergency)):
        raise NotAllowed(what, work.state, ["comment"])
    return work


def _write(unit: Unit, work: WorkOrder, what: str, by: By, data: Mapping[str, Any], *, why: str = "") -> Fact:
    return tell(unit, work, work, what, who=by.who, at=by.at, why=why, data=data)


def _refuse(what: str, field: str, zh: str, en: str) -> NoReturn:
    raise FieldRefused(what, field, Text(zh, en))


__all__ = ["By", "Measured", "Upload", "attach", "measure", "sign", "spend_time", "strike", "tick", "use_part"]

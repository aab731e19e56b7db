"""A camera that hangs otherwise: read from what people and programs send, tried, and proposed to the register."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.problems import Problem
from facility.alert_life import FieldRefused
from facility.camera import Camera
from facility.register import Change, Register
from facility.text import Text
from storage.records.port import Conflict, NotFound, Unit

LIMITS: dict[str, tuple[float, float]] = {
    "x": (0, 2_000),
    "y": (0, 2_000),
    "height": (0, 100),
    "yaw": (-360, 360),
    "tilt": (-90, 90),
    "hfov": (1, 360),
    "width_px": (1, 100_000),
    "height_px": (0, 100_000),
}
"""What the register takes, by field."""
TABLE = "cameras"
WHOLE = ("width_px", "height_px")


NEW = "new"
"""Under which a form has the fields of a camera that there is not yet."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
LONGEST_NAME = 200
Wrong = list[tuple[str, Text]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the cameras of a zone would hang."""

    cameras: tuple[Camera, ...] = ()
    """Those that hang otherwise, and those that there are not yet."""
    gone: frozenset[str] = frozenset()
    """Those that would be taken down."""


def hung(camera: Camera, given: Mapping[str, Any]) -> Camera:
    """The camera with what is given instead. Raises ``FieldRefused``, naming the field and what is allowed."""
    values: dict[str, Any] = {
        name: _value(camera.id, name, given[name]) for name in LIMITS if given.get(name) not in (None, "")
    }
    return replace(camera, **values)


def _value(camera: str, name: str, given: Any) -> float | int:
    low, high = LIMITS[name]
    try:
        value = float(str(given).strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not low <= value <= high or (name in WHOLE and value != int(value)):
        field = f"{camera}.{name}"
        raise FieldRefused(
            "what-if",
            field,
            Text(
                f"{given!r} 不行；可用：{low:g} 到 {high:g}", f"{given!r} is not possible; allowed: {low:g} to {high:g}"
            ),
        )
    return int(value) if name in WHOLE else value


def wished(register: Register, zone: str, sent: Mapping[str, str]) -> tuple[Wish, Wrong]:
    """A form's fields, called ``camera:field``, and all that is wrong with them."""
    cameras, wrong = list[Camera](), Wrong()
    here = [one for one in register.cameras.values() if one.zone == zone]
    gone = frozenset(one.id for one in here if sent.get(f"{one.id}:gone"))
    for one in here:
        if one.id not in gone:
            cameras += _read(one, one.id, sent, wrong)
    if any(sent.get(f"{NEW}:{name}", "").strip() for name in ("id", "zh", "en")):
        cameras += _read(_new(register, zone, sent, wrong), NEW, sent, wrong)
    return Wish(cameras=tuple(cameras), gone=gone), wrong


def _read(camera: Camera, called: str, sent: Mapping[str, str], wrong: Wrong) -> list[Camera]:
    values: dict[str, Any] = {}
    for name in LIMITS:
        given = sent.get(f"{called}:{name}", "")
        try:
            values |= {name: _value(camera.id, name, given)} if given != "" else {}
        except FieldRefused as refused:
            wrong.append((f"{called}:{name}", refused.wrong))
    return [replace(camera, **values)]


def _new(register: Register, zone: str, sent: Mapping[str, str], wrong: Wrong) -> Camera:
    given = {name: sent.get(f"{NEW}:{name}", "").strip() for name in ("id", "zh", "en")}
    wrong += [(f"{NEW}:id", told) for told in _wrong_id(register, given["id"])]
    if not given["zh"] and not given["en"]:
        wrong.append((f"{NEW}:zh", Text("中英文名称至少填一个", "a name in one language at least is needed")))
    name = Text(given["zh"][:LONGEST_NAME] or given["en"], given["en"][:LONGEST_NAME] or given["zh"])
    return Camera(id=given["id"], zone=zone, name=name)


def _wrong_id(register: Register, id: str) -> Iterator[Text]:
    if not _ID.fullmatch(id):
        yield Text("要有编号：字母、数字、点、连字符、下划线", "is needed: letters, digits, dot, hyphen, underscore")
    elif id in register.cameras:
        there = register.cameras[id].zone
        yield Text(f"已有，挂在 {there}；请换一个", f"is taken: it hangs in {there}; choose another")


def propose(unit: Unit, register: Register, wish: Wish, *, who: str, why: str, at: int) -> int:
    """The register's new version. Raises ``Problem`` when nothing differs, ``FieldRefused`` without a reason, ``Conflict``."""
    if not why.strip():
        raise FieldRefused("propose", "why", Text("请写明理由", "is missing; say why the register is changed"))
    known = register.cameras
    changes = [
        Change(table=TABLE, key=one.id, before=known.get(one.id), after=one)
        for one in wish.cameras
        if known.get(one.id) != one
    ]
    changes += [Change(table=TABLE, key=id, before=known[id], after=None) for id in sorted(wish.gone) if id in known]
    if not changes:
        raise Problem(422, "invalid", "Nothing to change", "cameras: they hang as the register says already")
    return unit.registers.apply(changes, who=who, at=at, why=why.strip())


def take_back(unit: Unit, version: int, *, who: str, at: int) -> int:
    """Cameras that one version of the register hung otherwise hang as before. Raises ``NotFound``, ``Conflict``."""
    keys = [key for fact in unit.facts.of("register", str(version)) for key in fact.data.get("keys", ())]
    ids = [key.partition("/")[2] for key in keys if key.startswith(f"{TABLE}/")]
    if not ids or len(ids) != len(keys):
        raise NotFound(f"version {version} of the register is not about cameras alone")
    known = unit.registers.load().cameras
    changes = [Change(table=TABLE, key=id, before=known.get(id), after=_before(unit, id, version)) for id in ids]
    return unit.registers.apply(changes, who=who, at=at, why=f"taken back: version {version}")


def _before(unit: Unit, id: str, version: int) -> Camera | None:
    history = unit.registers.history(TABLE, id)
    if history[-1]["version"] != version:
        raise Conflict(f"camera {id!r} was changed by somebody else meanwhile")
    body = history[-2]["body"] if len(history) > 1 else None
    return None if body is None else Camera(**(body | {"name": Text(**body["name"])}))

"""A plan as a form: lines of points that people write or draw, and back. ``0,0 12,0 12,8`` is a line of three points."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from facility.floor_plan import Area, AreaKind, FloorPlan, Point2
from facility.text import Text
from inspections.coverage.plan_files import plan_troubles
from inspections.coverage.settings import DENSITIES

MOST_AREAS = 200
_POINT = re.compile(r"(-?\d+(?:\.\d+)?)\s*[,，]\s*(-?\d+(?:\.\d+)?)")
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
Wrong = list[tuple[str, Text]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnArea:
    """One area as it stands in the form."""

    id: str = ""
    kind: str = "required"
    zh: str = ""
    en: str = ""
    group: str = ""
    density: str = "25"
    outline: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The form. Everything is text: what is wrong stays as it was written."""

    width: str
    height: str
    walls: str
    columns: str
    marks: str
    areas: tuple[DrawnArea, ...]


def form_of(plan: FloorPlan) -> Drawn:
    """As the form shows it."""
    return Drawn(
        width=f"{plan.width:g}",
        height=f"{plan.height:g}",
        walls="\n".join(map(points_text, plan.walls)),
        columns="\n".join(map(points_text, plan.columns)),
        marks="\n".join(f"{asset} {points_text([point])}" for asset, point in plan.marks.items()),
        areas=tuple(
            DrawnArea(
                id=area.id,
                kind=area.kind.value,
                zh=area.name.zh,
                en=area.name.en,
                group=area.group,
                density=f"{area.density:g}",
                outline=points_text(area.outline),
            )
            for area in plan.areas
        ),
    )


def points_text(points: Iterable[Point2]) -> str:
    """``0,0 12,0 12,8.5``"""
    return " ".join(f"{round(x, 3):g},{round(y, 3):g}" for x, y in points)


def drawn_of(zone: str, sent: Mapping[str, str]) -> tuple[Drawn, FloorPlan | None, Wrong]:
    """The form as it was sent, the plan that it says, and what is wrong. Areas without an id and points are left out."""
    drawn = Drawn(
        width=sent.get("width", ""),
        height=sent.get("height", ""),
        walls=sent.get("walls", ""),
        columns=sent.get("columns", ""),
        marks=sent.get("marks", ""),
        areas=tuple(_areas(sent)),
    )
    wrong: Wrong = []
    width, height = (_number(name, getattr(drawn, name), wrong) for name in ("width", "height"))
    walls = [_points(f"walls.{n}", line, wrong) for n, line in enumerate(_lines(drawn.walls))]
    columns = [_points(f"column.{n}", line, wrong) for n, line in enumerate(_lines(drawn.columns))]
    areas = [_area(n, one, wrong) for n, one in enumerate(drawn.areas)]
    marks = dict(_mark(n, line, wrong) for n, line in enumerate(_lines(drawn.marks)))
    if wrong:
        return drawn, None, wrong
    plan = FloorPlan(
        zone=zone,
        width=width,
        height=height,
        walls=tuple(walls),
        columns=tuple(columns),
        areas=tuple(areas),
        marks=marks,
    )
    return drawn, plan, list(plan_troubles(plan))


def _areas(sent: Mapping[str, str]) -> Iterable[DrawnArea]:
    for number in range(MOST_AREAS):
        values = {name: sent.get(f"area.{number}.{name}", "").strip() for name in DrawnArea.__slots__}
        if values["id"] or values["outline"]:
            yield replace(DrawnArea(), **values)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(field: str, text: str, wrong: Wrong) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        told = Text(f"{text!r} 不是数；可用：米，如 12.5", f"{text!r} is not a number; allowed: metres, as 12.5")
        wrong.append((field, told))
        return 0.0


def _points(field: str, line: str, wrong: Wrong) -> tuple[Point2, ...]:
    rest = _POINT.sub("", line).replace(";", "").strip()
    if rest:
        zh = f"读不懂 {rest[:40]!r}；可用：以空格分隔的点，如 0,0 12,0 12,8"
        en = f"{rest[:40]!r} is no point; allowed: points with spaces between, as 0,0 12,0 12,8"
        wrong.append((field, Text(zh, en)))
    return tuple((float(x), float(y)) for x, y in _POINT.findall(line))


def _area(number: int, one: DrawnArea, wrong: Wrong) -> Area:
    field = f"area.{number}"
    if not _ID.fullmatch(one.id):
        told = Text(
            f"{one.id!r} 不能用作编号；可用：字母、数字、. _ -", f"{one.id!r} is no id; allowed: letters, digits, . _ -"
        )
        wrong.append((f"{field}.id", told))
    if one.kind not in [*AreaKind]:
        wrong.append((f"{field}.kind", Text(f"可用：{'、'.join(AreaKind)}", f"allowed: {', '.join(AreaKind)}")))
    if not one.zh and not one.en:
        wrong.append((f"{field}.name", Text("中英文名称至少填一个", "needs a name in at least one language")))
    density = DENSITIES.get(one.density) or _number(f"{field}.density", one.density or "25", wrong)
    if not 0 < density <= 2_000:
        told = Text("可用：大于 0，最大 2000 像素每米", "allowed: above 0 to 2000 pixels per metre")
        wrong.append((f"{field}.density", told))
    return Area(
        id=one.id,
        kind=AreaKind(one.kind) if one.kind in [*AreaKind] else AreaKind.REQUIRED,
        name=Text(one.zh, one.en),
        outline=_points(f"{field}.outline", one.outline, wrong),
        density=density,
        group=one.group,
    )


def _mark(number: int, line: str, wrong: Wrong) -> tuple[str, Point2]:
    asset, _, rest = line.partition(" ")
    points: Sequence[Point2] = _points(f"marks.{number}", rest, wrong)
    if len(points) != 1:
        told = Text("可用：设施编号和一个点，如 cp-1 3,4.5", "allowed: an asset and one point, as cp-1 3,4.5")
        wrong.append((f"marks.{number}", told))
        return asset, (0.0, 0.0)
    return asset, points[0]

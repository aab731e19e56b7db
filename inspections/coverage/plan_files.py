"""Files of plans: TOML in, a floor plan out. A broken file is refused: which file, which field, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import tables
from facility.definition_files.telling import plain
from facility.floor_plan import Area, AreaKind, FloorPlan, Point2
from facility.text import Text
from inspections.coverage.plan_shape import LARGEST, AreaTable, ColumnTable, PlanFileTable
from storage.definition_folders import read_folders

Wrong = Iterator[tuple[str, str]]
"""The key, and what is wrong with it."""


class BrokenPlans(Broken):
    """Files of plans that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """One file. ``image`` is the picture's path beside it; the plan's own ``image`` waits until it is kept."""

    plan: FloorPlan
    image: str = ""
    path: str = ""

    @property
    def id(self) -> str:
        """One plan a zone."""
        return self.plan.zone


def load_plans(*folders: Path) -> dict[str, PlanFile]:
    """Zone → file: a later folder's replaces. All or nothing. Raises ``BrokenPlans``."""
    found, problems = read_folders(folders, read_plan, "plans")
    if problems:
        raise BrokenPlans(problems)
    return found


def read_plan(text: str, path: str) -> PlanFile:
    """One file's content. Raises ``BrokenPlans``."""
    content = tables(text, path, BrokenPlans)
    try:
        file = PlanFileTable.model_validate(content)
    except ValidationError as error:
        raise BrokenPlans([_invalid(one, text, path) for one in error.errors(include_url=False)]) from None
    wrong = [Problem(path=path, line=line_of(text, _path(key)), key=key, text=told) for key, told in _misfits(file)]
    if wrong:
        raise BrokenPlans(wrong)
    plan = _plan(file)
    wrong = [
        Problem(path=path, line=line_of(text, _path(key)), key=key, text=told.en) for key, told in plan_troubles(plan)
    ]
    if wrong:
        raise BrokenPlans(wrong)
    return PlanFile(plan=plan, image=file.image, path=path)


def plan_from(document: Mapping[str, Any]) -> FloorPlan:
    """A plan sent as JSON in the shape of a file. Raises ``BrokenPlans``, with the keys; there are no lines."""
    try:
        file = PlanFileTable.model_validate(document)
    except ValidationError as error:
        raise BrokenPlans([_invalid(one, "", "") for one in error.errors(include_url=False)]) from None
    plan, wrong = None, list(_misfits(file))
    if not wrong:
        plan = _plan(file)
        wrong = [(key, told.en) for key, told in plan_troubles(plan)]
    if plan is None or wrong:
        raise BrokenPlans([Problem(path="", key=key, text=told) for key, told in wrong])
    return plan


def document_of(plan: FloorPlan) -> dict[str, Any]:
    """The same plan in the shape of a file; ``plan_from`` reads it back. Its picture stays where it is kept."""
    return {
        "zone": plan.zone,
        "width": plan.width,
        "height": plan.height,
        "walls": [[list(point) for point in wall] for wall in plan.walls],
        "column": [{"outline": [list(point) for point in column]} for column in plan.columns],
        "area": [
            {
                "id": area.id,
                "kind": area.kind.value,
                "name": {"zh": area.name.say("zh"), "en": area.name.say("en")},
                "outline": [list(point) for point in area.outline],
                "density": area.density,
                "group": area.group,
            }
            for area in plan.areas
        ],
        "marks": {asset: list(point) for asset, point in plan.marks.items()},
    }


def _path(key: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in key.split(".")]


def _invalid(details: ErrorDetails, text: str, path: str) -> Problem:
    key = details["loc"]
    told = plain(details, PlanFileTable, key)
    return Problem(path=path, line=line_of(text, key), key=".".join(map(str, key)), text=told)


def _misfits(file: PlanFileTable) -> Wrong:
    """Well-formed, and still not possible."""
    for number, column in enumerate(file.column):
        by_size = column.at is not None and column.size is not None
        if by_size == bool(column.outline):
            yield f"column.{number}", "has neither, or both; allowed: at and size, or outline"
        if (column.across > 1 or column.along > 1) and column.step is None:
            yield f"column.{number}.step", "is missing; allowed: the way from one column to the next, as [8, 8]"
    for number, area in enumerate(file.area):
        if bool(area.box) == bool(area.outline):
            yield f"area.{number}", "has neither, or both; allowed: box or outline"
        elif area.box and len(area.box) != 4:
            yield f"area.{number}.box", f"has {len(area.box)} numbers; allowed: 4, as [0, 0, 12, 8]"
    image = PurePosixPath(file.image)
    if file.image and (image.is_absolute() or ".." in image.parts or "\\" in file.image):
        yield "image", f"{file.image!r} leads out of the folder; allowed: a file beside this one, as 'lobby.png'"


Troubles = Iterator[tuple[str, Text]]


def plan_troubles(plan: FloorPlan) -> Troubles:
    """What no plan may have, wherever it was drawn: key, and what is wrong."""
    for name in ("width", "height"):
        if not 0 < getattr(plan, name) <= LARGEST:
            value = f"{getattr(plan, name):g}"
            yield (
                name,
                Text(
                    f"不能是 {value}；可用：大于 0，最大 {LARGEST:g} 米",
                    f"{value} is not possible; allowed: above 0 to {LARGEST:g} metres",
                ),
            )
    for number, wall in enumerate(plan.walls):
        if len(wall) < 2:
            yield f"walls.{number}", Text("不成线；可用：两点以上", "is no line; allowed: two points or more")
        yield from _off(plan, wall, f"walls.{number}")
    for number, column in enumerate(plan.columns):
        yield from _outline(plan, column, f"column.{number}")
    ids = [area.id for area in plan.areas]
    for number, area in enumerate(plan.areas):
        if area.id in ids[:number]:
            told = Text(f"{area.id} 已有；可用：每个编号一块", f"{area.id!r} is there already; allowed: one area an id")
            yield f"area.{number}.id", told
        yield from _outline(plan, area.outline, f"area.{number}.outline")
    for asset, point in plan.marks.items():
        yield from _off(plan, [point], f"marks.{asset}")


def _outline(plan: FloorPlan, outline: Sequence[Point2], key: str) -> Troubles:
    if len(set(outline)) < 3:
        yield key, Text("没有内部；可用：三个以上不同的角", "has no inside; allowed: three different corners or more")
        return
    yield from _off(plan, outline, key)
    if abs(_area(outline)) < 1e-4:
        yield (
            key,
            Text("面积为零；可用：不在一条直线上的角", "covers nothing; allowed: corners that do not lie on one line"),
        )
    elif _crosses_itself(outline):
        yield key, Text("边线交叉；可用：沿边依次的角", "crosses itself; allowed: corners in their order around it")


def _off(plan: FloorPlan, points: Iterable[Point2], key: str) -> Troubles:
    for x, y in points:
        if not (0 <= x <= plan.width and 0 <= y <= plan.height):
            size = f"x 0–{plan.width:g}，y 0–{plan.height:g}"
            yield (
                key,
                Text(
                    f"[{x:g}, {y:g}] 在图外；可用：{size}",
                    f"[{x:g}, {y:g}] is off the plan; allowed: x 0 to {plan.width:g}, y 0 to {plan.height:g}",
                ),
            )
            return


def _area(outline: Sequence[Point2]) -> float:
    pairs = zip(outline, (*outline[1:], outline[0]), strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2


def _crosses_itself(outline: Sequence[Point2]) -> bool:
    sides = list(zip(outline, (*outline[1:], outline[0]), strict=True))
    return any(
        _cross(one, other) for number, one in enumerate(sides) for other in sides[number + 1 :] if not {*one} & {*other}
    )


Side = tuple[Point2, Point2]


def _cross(one: Side, other: Side) -> bool:
    return _sides(one, other) < 0 and _sides(other, one) < 0


def _sides(line: Side, ends: Side) -> float:
    (x1, y1), (x2, y2) = line
    first, second = ((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) for x, y in ends)
    return first * second


def _plan(file: PlanFileTable) -> FloorPlan:
    return FloorPlan(
        zone=file.zone,
        width=file.width,
        height=file.height,
        walls=tuple(tuple(line) for line in file.walls),
        columns=tuple(outline for column in file.column for outline in _columns(column)),
        areas=tuple(_area_of(area) for area in file.area),
        marks=dict(file.marks),
    )


def _columns(table: ColumnTable) -> Iterator[tuple[Point2, ...]]:
    first = tuple(table.outline) or _box(table)
    step_x, step_y = table.step or (0.0, 0.0)
    for row in range(table.along):
        for place in range(table.across):
            yield tuple((round(x + place * step_x, 6), round(y + row * step_y, 6)) for x, y in first)


def _box(table: ColumnTable) -> tuple[Point2, ...]:
    assert table.at is not None
    assert table.size is not None
    (x, y), (width, depth) = table.at, table.size
    return corners_of(x, y, x + width, y + depth)


def corners_of(x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
    """A rectangle's, counter-clockwise from its lower left."""
    left, right, low, high = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    return ((left, low), (right, low), (right, high), (left, high))


def _area_of(table: AreaTable) -> Area:
    return Area(
        id=table.id,
        kind=AreaKind(table.kind),
        name=Text(table.name.zh, table.name.en),
        outline=corners_of(*table.box) if table.box else tuple(table.outline),
        density=table.density,
        group=table.group,
    )

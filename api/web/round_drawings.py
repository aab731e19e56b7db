"""Rounds as pictures: a strip with all points in order, and a floor plan with the way that was walked. No script, no style."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from markupsafe import Markup

from facility.floor_plan import AreaKind, FloorPlan, Point2
from facility.round import Round, RoundStop
from inspections.rounds.cover import Rings

STEP, HEIGHT, TOP = 64, 84, 34
"""Pixels between two points of the strip, its height, and how far down its line runs."""
Name = Callable[[RoundStop], str]


def mark_of(stop: RoundStop) -> str:
    """The class by which a mark is drawn."""
    return f"mark {stop.told}" + "".join(f" {flag}" for flag in stop.flags)


def strip_svg(round: Round, name: Name, label: str) -> Markup:
    """Each point with its number and its mark; what a reader cannot see is told in its title."""
    width = STEP * max(1, len(round.stops))
    body = Markup("").join(_stations(round.stops, name))
    line = Markup('<line class="way" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(STEP / 2, TOP, width - STEP / 2, TOP)
    walker = Markup('<circle class="walker" cx="{}" cy="{}" r="6"/>').format(STEP / 2, TOP)
    return Markup(
        '<svg class="strip" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>'
    ).format(width, HEIGHT, width, HEIGHT, label, line, body, walker)


def _stations(stops: Sequence[RoundStop], name: Name) -> Iterator[Markup]:
    for number, stop in enumerate(stops):
        x = STEP * number + STEP / 2
        yield Markup('<g class="{}" data-order="{}" data-x="{}" data-y="{}"><title>{}</title>{}').format(
            mark_of(stop), stop.order, x, TOP, name(stop), _sign(x, TOP, stop)
        )
        yield Markup('<text class="number" x="{}" y="{}">{}</text></g>').format(x, TOP + 32, stop.order)


def _sign(x: float, y: float, stop: RoundStop) -> Markup:
    """Shape before colour: a disc was visited, a ring was not, half a disc was late, a rhombus is overdue."""
    x, y = round(x, 2), round(y, 2)
    if stop.status == "overdue":
        return Markup('<path class="sign" d="M{} {} l9 9 l-9 9 l-9 -9 z"/>').format(x, y - 9)
    if stop.status == "missed":
        return Markup(
            '<circle class="sign" cx="{}" cy="{}" r="8"/><path class="cross" d="M{} {} l8 8 m0 -8 l-8 8"/>'
        ).format(x, y, x - 4, y - 4)
    disc = Markup('<circle class="sign" cx="{}" cy="{}" r="8"/>').format(x, y)
    if stop.status in ("late", "early") or not stop.counts:
        half = "M{} {} a8 8 0 0 {} 0 16 z".format(x, y - 8, 1 if stop.status == "late" else 0)
        return disc + (Markup('<path class="half" d="{}"/>').format(half) if stop.visited else Markup(""))
    return disc


def plan_svg(plan: FloorPlan, round: Round, name: Name, label: str) -> Markup:
    """The points of the round that are on this plan, and the straight way between those that follow one another in time."""
    size = max(plan.width, plan.height)
    marks = [(stop, _down(plan, plan.marks[stop.asset])) for stop in round.stops if stop.asset in plan.marks]
    body = [*ground_svg(plan), *_ways(plan, round), *_marks(marks, name, size)]
    return _framed(plan, "walk", label, body)


def ground_svg(plan: FloorPlan) -> Iterator[Markup]:
    """What must be walked, walls and columns."""
    for area in plan.areas:
        if area.kind is AreaKind.PATROL:
            yield Markup('<polygon class="patrol" points="{}"/>').format(_points(plan, area.outline))
    for column in plan.columns:
        yield Markup('<polygon class="column" points="{}"/>').format(_points(plan, column))
    for wall in plan.walls:
        yield Markup('<polyline class="wall" points="{}"/>').format(_points(plan, wall))


def unseen_svg(plan: FloorPlan, unseen: Iterable[Rings], visited: Iterable[str], label: str) -> Markup:
    """The plan with what nobody came near to, coloured, and the checkpoints: discs were visited, rings were not."""
    size, seen = max(plan.width, plan.height), set(visited)
    pieces = (Markup('<path class="unseen" fill-rule="evenodd" d="{}"/>').format(_path(plan, one)) for one in unseen)
    discs = (
        Markup('<circle class="place{}" cx="{}" cy="{}" r="{}"/>').format(
            "" if asset in seen else " never", *_down(plan, at), round(size / 90, 3)
        )
        for asset, at in plan.marks.items()
    )
    return _framed(plan, "covered", label, [*ground_svg(plan), *pieces, *discs])


def _framed(plan: FloorPlan, kind: str, label: str, body: Iterable[Markup]) -> Markup:
    edge = Markup('<rect class="edge" x="0" y="0" width="{}" height="{}"/>').format(plan.width, plan.height)
    return Markup('<svg class="plan {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>').format(
        kind, plan.width, plan.height, label, edge, Markup("").join(body)
    )


def _down(plan: FloorPlan, at: Point2) -> Point2:
    """Plans grow upwards, pictures downwards."""
    return round(at[0], 3), round(plan.height - at[1], 3)


def _path(plan: FloorPlan, rings: Rings) -> str:
    return " ".join(f"M{_points(plan, ring)}Z" for ring in rings)


def _points(plan: FloorPlan, line: Iterable[Point2]) -> str:
    return " ".join(f"{x},{y}" for x, y in (_down(plan, at) for at in line))


def _ways(plan: FloorPlan, walked: Round) -> Iterator[Markup]:
    by_guard: dict[str, list[tuple[int, str]]] = {}
    for stop in walked.stops:
        if stop.visited and stop.at is not None:
            by_guard.setdefault(stop.guard, []).append((stop.at, stop.asset))
    for visits in by_guard.values():
        line = [plan.marks[asset] for _, asset in sorted(visits) if asset in plan.marks]
        if len(line) > 1:
            yield Markup('<polyline class="way" points="{}"/>').format(_points(plan, line))


def _marks(marks: Iterable[tuple[RoundStop, Point2]], name: Name, size: float) -> Iterator[Markup]:
    """Signs keep their size whatever the plan's: they are drawn at 1/90 of its longer side."""
    scale = round(size / 900, 4)
    for stop, (x, y) in marks:
        yield Markup(
            '<g class="{}" data-order="{}" data-x="{}" data-y="{}"><title>{}</title><g transform="translate({} {}) scale({})">{}'
            '<text class="number" x="0" y="30">{}</text></g></g>'
        ).format(mark_of(stop), stop.order, x, y, name(stop), x, y, scale, _sign(0, 0, stop), stop.order)
    yield Markup('<circle class="walker" cx="-100" cy="-100" r="{}"/>').format(round(size / 70, 3))

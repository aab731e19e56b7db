"""A small patrol for tests: three checkpoints in a row, one round from ten o'clock."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from facility.calendar import WorkCalendar
from facility.instant import MINUTE, parse
from facility.point import Point
from facility.pseudonym import pseudonym
from facility.register import Register, key_of
from facility.round import Round, Route, Stop
from facility.round_fold import Taken
from facility.round_timetable import Timetable, rounds
from facility.site import Asset, Site, Zone
from facility.text import Text

KEY = b"key"
TEN = parse("2026-11-24T10:00:00Z")
LI, WANG, VISITOR = "li", "wang", "visitor"


def hide(kind: str, text: str) -> str:
    return pseudonym(KEY, kind, text)


def draw(text: str) -> int:
    return int(pseudonym(KEY, "draw", text), 16)


def table(zone: str = "UTC") -> Timetable:
    found: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
    return Timetable(zone=found, calendar=WorkCalendar(), draw=draw, hide=hide)


def route(**changed: object) -> Route:
    fields: dict[str, object] = {
        "id": "night",
        "site": "home",
        "name": Text("夜巡", "Night"),
        "every": 120 * MINUTE,
        "tolerance": 2 * MINUTE,
        "grace": 10 * MINUTE,
    }
    return Route(**(fields | changed))  # type: ignore[arg-type]


def stop(order: int, point: str, walk: int = 4, **changed: object) -> Stop:
    return Stop(route="night", order=order, point=f"{point}.scan", walk=walk * MINUTE, **changed)  # type: ignore[arg-type]


STOPS = (stop(1, "a", 0), stop(2, "b"), stop(3, "c"))


def register(of: Route, stops: tuple[Stop, ...] = STOPS, timezone: str = "UTC") -> Register:
    points = [
        Point(
            id=one, asset=one.partition(".")[0], name=Text("", one), quantity="scan", unit="", resolution=1, interval=0
        )
        for one in dict.fromkeys(each.point for each in stops)
    ]
    return Register(
        sites={"home": Site(id="home", name=Text("家", "Home"), timezone=timezone)},
        zones={"t1": Zone(id="t1", site="home", name=Text("", "Tower"))},
        assets={p.asset: Asset(id=p.asset, zone="t1", kind="checkpoint", name=Text("", p.asset)) for p in points},
        points={point.id: point for point in points},
        routes={of.id: of},
        stops={key_of(each): each for each in stops},
    )


def ten(of: Route | None = None, stops: tuple[Stop, ...] = STOPS) -> Round:
    """The round from ten o'clock."""
    found = of or route()
    (one,) = rounds(register(found, stops), found, table(), TEN, TEN + 1)
    return one


def at(minutes: float, point: str, guard: str = LI, tag: str = "", late: float = 0.01) -> Taken:
    """A scan so many minutes after ten, heard of ``late`` minutes after it."""
    when = TEN + round(minutes * MINUTE)
    return Taken(
        point=f"{point}.scan",
        at=when,
        guard=guard,
        known=guard in (LI, WANG, VISITOR, ""),
        tag=hide("tag", tag),
        received=when + round(late * MINUTE),
    )

"""A small rota for tests: four crews of two in turns of twelve hours, an office team, a contractor's night line."""

from datetime import date
from zoneinfo import ZoneInfo

from facility.instant import from_datetime, to_datetime
from facility.rota import Pattern, Person, Rota, ShiftKind, Team, Turn
from facility.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN = date(2026, 1, 1)


def at(local: str, zone: ZoneInfo = SHANGHAI) -> int:
    """``2026-03-03 03:10`` in the zone."""
    from datetime import datetime

    return from_datetime(datetime.fromisoformat(local).replace(tzinfo=zone))


def local(instant: int, zone: ZoneInfo = SHANGHAI) -> str:
    return to_datetime(instant, zone).strftime("%Y-%m-%d %H:%M")


def by_id(entries: list) -> dict:  # type: ignore[type-arg]
    return {entry.id: entry for entry in entries}


def turn(person: str, team: str, pattern: str, first: date, **more: object) -> Turn:
    return Turn(person=person, team=team, pattern=pattern, since=first, **more)  # type: ignore[arg-type]


def four_crews(timezone: str = "Asia/Shanghai") -> Rota:
    """Always two of eight people in the fire-control room: day, night, off, off."""
    people = [
        Person(id=f"p{n}", name=f"人{n}", skills=("fire-panel",) if n % 2 else (), teams=("fire-control",))
        for n in range(1, 9)
    ]
    people.append(Person(id="office", name="前台", teams=("desk",), account="desk"))
    firsts = [date(2026, 1, 1 + (n - 1) // 2) for n in range(1, 9)]
    turns = [turn(f"p{n}", "fire-control", "four", firsts[n - 1], call=1 + (n + 1) % 2) for n in range(1, 9)]
    turns.append(turn("office", "desk", "office-hours", BEGIN))
    return Rota(
        timezone=timezone,
        teams=by_id(
            [
                Team(id="fire-control", name=Text("消控室", "Fire control"), least=2, skills=("fire-panel",)),
                Team(id="desk", name=Text("客服", "Desk")),
            ]
        ),
        people=by_id(people),
        kinds=by_id(
            [
                ShiftKind(id="day", name=Text("白班", "Day"), starts=8 * 60, ends=20 * 60),
                ShiftKind(id="night", name=Text("夜班", "Night"), starts=20 * 60, ends=8 * 60),
                ShiftKind(id="office", name=Text("正常班", "Office"), starts=9 * 60, ends=18 * 60),
            ]
        ),
        patterns=by_id(
            [
                Pattern(id="four", name=Text("四班两运转", "Four crews"), cycle=("day", "night", "-", "-")),
                Pattern(id="office-hours", name=Text("工作日", "Workdays"), cycle=("office",), days=("workdays",)),
            ]
        ),
        turns=by_id(turns),
    )

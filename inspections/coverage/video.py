"""How far back stored video goes: too short, too long, or nobody knows, which is no pass. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from facility.alert import Severity
from facility.instant import DAY, MINUTE
from facility.own_alert import Cause
from facility.point import Point
from facility.quality import EVIDENCE
from facility.reading import Reading
from facility.register import Register
from facility.text import Text
from facility.units import convert
from inspections.coverage.alarms import LONG, SHORT

AGE, INSTANT = "oldest_frame", "oldest_frame_at"
"""Quantities: an age, or an instant since 1970. Their points belong to the asset of the camera's own id."""
LEAST, MOST = "video_least", "video_most"
"""Settings of such a point, in days whatever its unit: who approved them and since when stands with them."""
LEAST_DAYS = 30.0
"""国务院令第799号 Art 17, 保安服务管理条例 Art 25: at least 30 days. 反恐怖主义法 Art 32: 90 where the site is a key target."""
SPARE_DAYS = 30.0
"""The law says “deleted once it has served” and no number: so much over the least is taken as too long unless the site says."""
NEWS = 2 * DAY
"""An older word than that says nothing of today."""
SLACK = 1.0
"""Days: recorders delete by whole files."""
CLAUSE = "LA-1"
KEY = "video"
SHOWN = 8


class Kept(StrEnum):
    """How it stands."""

    SHORT = "short"
    LONG = "long"
    """It should have been deleted."""
    UNKNOWN = "unknown"
    FILLING = "filling"
    """The camera is younger than that: it keeps all since it was registered."""
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """One camera's."""

    camera: str
    kept: Kept
    days: float | None = None
    said: int | None = None
    """When that was said."""
    by: str = ""
    """``account:…`` where somebody looked it up."""
    least: float = LEAST_DAYS
    most: float = LEAST_DAYS + SPARE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What somebody found on the recorder."""

    days: float
    at: int
    who: str


def video_points(register: Register) -> dict[str, Point]:
    """Camera → the point that tells it; none of those that are looked up by hand."""
    return {
        point.asset: point
        for point in register.points.values()
        if point.quantity in (AGE, INSTANT) and point.asset in register.cameras
    }


def videos(register: Register, last: Mapping[str, Reading], by_hand: Mapping[str, ByHand], now: int) -> list[Video]:
    """Every camera of the register, by the newer of what its point and a person said."""
    points = video_points(register)
    found: list[Video] = []
    for camera in register.cameras:
        point = points.get(camera)
        reading = last.get(point.id) if point else None
        if reading is not None and (reading.quality not in EVIDENCE or reading.test):
            reading = None
        found.append(_video(register, camera, _newest(point, reading, by_hand.get(camera)), point, now))
    return found


Word = tuple[float, int, str]
"""Days, when that was said, by whom."""


def _newest(point: Point | None, reading: Reading | None, hand: ByHand | None) -> Word | None:
    if point is not None and reading is not None and (hand is None or reading.at >= hand.at):
        return days_of(point, reading), reading.at, ""
    return None if hand is None else (hand.days, hand.at, hand.who)


def _video(register: Register, camera: str, word: Word | None, point: Point | None, now: int) -> Video:
    least, most = limits(register, point, now)
    if word is None:
        return Video(camera=camera, kept=Kept.UNKNOWN, least=least, most=most)
    days, said, by = word
    kept = _judge(days, said, (least, most), _age(register, point, now), now)
    return Video(camera=camera, kept=kept, days=days, said=said, by=by, least=least, most=most)


def limits(register: Register, point: Point | None, now: int) -> tuple[float, float]:
    """Least and most days, as the point's settings say."""
    lowest = register.setting(point.id, LEAST, now) if point else None
    highest = register.setting(point.id, MOST, now) if point else None
    least = lowest.value if lowest else LEAST_DAYS
    return least, highest.value if highest else least + SPARE_DAYS


def days_of(point: Point, reading: Reading) -> float:
    """What a reading says, in days."""
    if point.quantity == AGE:
        return convert(reading.value, point.unit, "d", AGE)
    return (reading.at - convert(reading.value, point.unit, "ms", INSTANT)) / DAY


def _age(register: Register, point: Point | None, now: int) -> float | None:
    since = register.registered.get(point.id) if point else None
    return None if since is None else (now - since) / DAY


def _judge(days: float, said: int, limits: tuple[float, float], age: float | None, now: int) -> Kept:
    least, most = limits
    if now - said > NEWS or said - now > 5 * MINUTE or days < 0:
        return Kept.UNKNOWN
    if days < least:
        return Kept.FILLING if age is not None and age < least and days >= age - SLACK else Kept.SHORT
    return Kept.LONG if days > most + SLACK else Kept.GOOD


def causes(register: Register, found: Iterable[Video]) -> Iterator[Cause]:
    """One of each kind, naming the cameras. What nobody knows is no alert: somebody owes a look at it every day, as a duty."""
    by_kind: dict[Kept, list[Video]] = {}
    for video in found:
        by_kind.setdefault(video.kept, []).append(video)
    for kept, rule, severity in (
        (Kept.SHORT, SHORT, Severity.MEDIUM),
        (Kept.LONG, LONG, Severity.LOW),
    ):
        if kept in by_kind:
            yield _cause(register, rule, severity, by_kind[kept])


_TITLES = {
    SHORT: Text("{n} 台摄像机的录像保存不足", "Video of {n} cameras does not go back far enough"),
    LONG: Text("{n} 台摄像机的录像到期未删", "Video of {n} cameras is kept longer than it may be"),
}
_WHY = {
    SHORT: Text("不少于 30 日（反恐重点目标 90 日）", "at least 30 days (90 of a counter-terror key target)"),
    LONG: Text("期满目的达成后应当删除", "to be deleted once it has served"),
}


def _cause(register: Register, rule: str, severity: Severity, found: list[Video]) -> Cause:
    names = [(register.cameras[one.camera].name, one) for one in found[:SHOWN]]
    more = len(found) - SHOWN
    zh = "、".join(f"{name.say('zh')}{_days(one, '天')}" for name, one in names)
    en = ", ".join(f"{name.say('en')}{_days(one, ' d')}" for name, one in names)
    title, why = _TITLES[rule], _WHY[rule]
    return Cause(
        rule=rule,
        key=KEY,
        clause=CLAUSE,
        severity=severity,
        title=Text(title.zh.format(n=len(found)), title.en.format(n=len(found))),
        limit=Text(
            f"{why.zh}：{zh}{f' 等另 {more} 台' if more > 0 else ''}",
            f"{why.en}: {en}{f' and {more} more' if more > 0 else ''}",
        ),
    )


def _days(one: Video, unit: str) -> str:
    if one.days is None:
        return ""
    bound = one.least if one.kept is Kept.SHORT else one.most
    return f" {one.days:.0f}/{bound:.0f}{unit}"

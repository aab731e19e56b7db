"""Once a day, by the clock of the place: yesterday's blind share and how far back video went, each as a fact for ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from facility.calendar import instant_of, local_day
from facility.fact import Fact
from facility.instant import DAY, MINUTE
from facility.maintenance import Maintenance
from facility.reading import Reading
from inspections.coverage.alarms import LONG, SHORT, WHO
from inspections.coverage.day import DayFigure, day_figure
from inspections.coverage.evidence import BLIND_DUTY, VIDEO_DUTY, Evidence, Figure, no_evidence
from inspections.coverage.settings import CLAUSE, CoverageSettings
from inspections.coverage.shares import by_group, by_zone, total
from inspections.coverage.site import Site, SiteNow, survey_of
from inspections.coverage.states import Spell, spells, without_windows
from inspections.coverage.survey import Surveyor
from inspections.coverage.video import ByHand, Kept, Video, causes, video_points, videos
from storage.readings.port import Readings
from storage.records.own_alerts import report
from storage.records.port import Conflict, Records, Unit

NOTE = "coverage-day"
"""The last day that was figured."""
HAND = "video-by-hand"
"""``{camera: [days, at, who]}``"""
EVERY_MS = MINUTE
GRACE = 15 * MINUTE
"""So long after midnight late readings are waited for."""
FURTHEST = 40
"""After a longer downtime the days before are left out: nobody could have looked."""


@dataclass(kw_only=True)
class Daily:
    """An errand: one day a run, oldest first."""

    readings: Callable[[], Readings]
    evidence: Evidence = no_evidence
    settings: CoverageSettings = field(default_factory=CoverageSettings)

    def __post_init__(self) -> None:
        self._now = SiteNow(self.settings)

    def run(self, records: Records, now: int) -> bool:
        """Whether another day waits. Raises ``ReadingsUnavailable``."""
        with records.read() as unit:
            site, by_hand = self._now.look(unit), hands(unit)
            day = next_day(unit, site, now)
        self._watch_video(records, site, by_hand, now)
        if day is None:
            return False
        start, end = _bounds(site, day)
        with records.read() as unit:
            site, windows = _site_at(unit, self.settings, end - 1), _windows(unit)
        figure = self._figure(site, windows, start, end)
        with records.begin() as unit:
            if next_day(unit, site, now) != day:
                raise Conflict(f"somebody else figured {day} just now")
            self._keep(unit, site, figure, day, now)
        return True

    def _figure(self, site: Site, windows: Sequence[Maintenance], start: int, end: int) -> DayFigure | None:
        tracks: dict[str, Sequence[Spell]] = {}
        for camera, points in site.points.items():
            found = {point.id: self._stretch(point.id, start, end) for point in points}
            tracks[camera] = without_windows(spells(points, found, start, end), windows, points, site.register)
        return day_figure(site.surveys, tracks, start, end)

    def _stretch(self, point: str, start: int, end: int) -> list[Reading]:
        """From the last one before the day on: a camera that spoke at 23:59:50 was there at midnight."""
        store = self.readings()
        return store.before(point, start, 1)[::-1] + store.range(point, start, end)

    def _keep(self, unit: Unit, site: Site, figure: DayFigure | None, day: date, now: int) -> None:
        if figure is not None:
            data = told(site, figure, self.settings)
            what = "within" if figure.mean <= self.settings.limit else "over"
            unit.facts.append(Fact(at=now, noun="coverage", subject=day.isoformat(), what=what, who=WHO, data=data))
            self.evidence(unit, _of_day(figure, day), now)
        unit.notes.put(NOTE, day.isoformat())

    def _watch_video(self, records: Records, site: Site, by_hand: Mapping[str, ByHand], now: int) -> None:
        if not site.register.cameras:
            return
        points = [point.id for point in video_points(site.register).values()]
        last = self.readings().last(points) if points else {}
        found = videos(site.register, last, by_hand, now)
        with records.begin() as unit:
            report(unit, (SHORT, LONG), causes(site.register, found), now, WHO)
            _keep_video(unit, site, found, self.evidence, now)


def next_day(unit: Unit, site: Site, now: int) -> date | None:
    """The oldest day that is over and was not figured; None: all are. A site without plans owes none."""
    if not site.plans:
        return None
    zone = site.register.time_zone
    last_over = local_day(now - GRACE, zone) - timedelta(days=1)
    done = unit.notes.get(NOTE)
    first = date.fromisoformat(done) + timedelta(days=1) if done else last_over
    first = max(first, last_over - timedelta(days=FURTHEST))
    if first > last_over or not unit.plans.all(_end(first, zone) - 1):
        return None
    return first


def _bounds(site: Site, day: date) -> tuple[int, int]:
    zone = site.register.time_zone
    return instant_of(day, 0, zone), _end(day, zone)


def _end(day: date, zone: Any) -> int:
    return instant_of(day + timedelta(days=1), 0, zone)


def _site_at(unit: Unit, settings: CoverageSettings, at: int) -> Site:
    return survey_of(Surveyor(settings), unit.registers.load(at), unit.plans.all(at), unit.plans.version(at))


def _windows(unit: Unit) -> list[Maintenance]:
    """All that may touch a day that is still to be figured."""
    found, cursor = list(unit.maintenance.running()), None
    while True:
        page = unit.maintenance.find(cursor, 200)
        found += [window for window in page.rows if window.ended is not None]
        cursor = page.cursor
        if cursor is None or len(found) > 5_000:
            return found


def hands(unit: Unit) -> dict[str, ByHand]:
    """What people found on recorders, the newest of each camera."""
    note: dict[str, list[Any]] = unit.notes.get(HAND) or {}
    return {camera: ByHand(days=float(days), at=at, who=who) for camera, (days, at, who) in note.items()}


def enter_by_hand(unit: Unit, camera: str, days: float, who: str, now: int) -> None:
    """Somebody looked at the recorder: kept as the newest, and as a fact."""
    note: dict[str, list[Any]] = unit.notes.get(HAND) or {}
    unit.notes.put(HAND, note | {camera: [days, now, who]})
    unit.facts.append(Fact(at=now, noun="camera", subject=camera, what="video-looked-up", who=who, data={"days": days}))


def told(site: Site, figure: DayFigure, settings: CoverageSettings) -> dict[str, Any]:
    """All that somebody needs who computes the figure again, and all that a report prints of it."""
    shares = [area.share for area in figure.areas]
    whole = total(shares)
    return {
        "clause": CLAUSE,
        "since": figure.since,
        "until": figure.until,
        "design": round(figure.design, 6),
        "mean": round(figure.mean, 6),
        "worst": round(figure.worst, 6),
        "worst_at": figure.worst_at,
        "hours": [[at, round(share, 6)] for at, share in figure.hours],
        "required": round(whole.required, 3),
        "zones": {zone: _share(found.share) for zone, found in by_zone(shares).items()},
        "groups": {group: _share(found.share) for group, found in by_group(shares).items()},
        "areas": [
            [
                area.share.zone,
                area.share.area,
                round(area.share.required, 3),
                _share(area.share.blind),
                _share(area.design),
            ]
            for area in figure.areas
        ],
        "down": {camera: dict(states) for camera, states in figure.states.items()},
        "register": site.register.version,
        "plans": site.plans_version,
        "settings": asdict(settings),
    }


def _of_day(figure: DayFigure, day: date) -> Figure:
    return Figure(
        duty=BLIND_DUTY,
        check="share",
        day=day.isoformat(),
        value=round(figure.mean * 100, 2),
        unit="%",
        remark=f"24 h Ø {figure.mean:.2%}, max 1 h {figure.worst:.2%}, {figure.design:.2%} by design",
        since=figure.since,
        until=figure.until,
        done=figure.until - 1,
    )


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


def _keep_video(unit: Unit, site: Site, found: Sequence[Video], evidence: Evidence, now: int) -> None:
    """Once a day, after midday: recorders tell it in the morning. One camera of which nobody knows is no evidence for all."""
    noon_of = local_day(now - DAY // 2, site.register.time_zone)
    day = noon_of.isoformat()
    if unit.notes.get("video-day") == day:
        return
    known = [video.days for video in found if video.days is not None and video.kept not in (Kept.UNKNOWN, Kept.FILLING)]
    if known and noon_of == local_day(now, site.register.time_zone) and not any(v.kept is Kept.UNKNOWN for v in found):
        evidence(unit, _of_video(site, noon_of, min(known), now), now)
    counts = {kept.value: sum(video.kept is kept for video in found) for kept in Kept}
    cameras = {
        video.camera: [
            video.kept.value,
            None if video.days is None else round(video.days, 2),
            video.said,
            video.least,
            video.most,
        ]
        for video in found
    }
    what = "kept" if counts[Kept.GOOD] + counts[Kept.FILLING] == len(found) else "not-kept"
    unit.facts.append(
        Fact(at=now, noun="video", subject=day, what=what, who=WHO, data={"counts": counts, "cameras": cameras})
    )
    unit.notes.put("video-day", day)


def _of_video(site: Site, day: date, fewest: float, now: int) -> Figure:
    since, until = _bounds(site, day)
    return Figure(
        duty=VIDEO_DUTY,
        check="days",
        day=day.isoformat(),
        value=round(fewest, 1),
        unit="d",
        remark="",
        since=since,
        until=until,
        done=now,
    )

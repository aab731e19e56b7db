"""The figure of a day: what share of the ground nobody saw, weighted by time, and its worst hour. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from facility.instant import HOUR
from inspections.coverage.shares import AreaShare, Sum, total
from inspections.coverage.states import CameraState, Spell, cuts
from inspections.coverage.survey import ZoneSurvey

Spells = Mapping[str, Sequence[Spell]]
"""Camera → what it was over the whole stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDay:
    """One required area over a day; square metres, those seen weighted by time."""

    share: AreaShare
    design: float
    """Its blind share with every camera working."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigure:
    """``mean`` and ``worst`` are blind shares of the whole site, weighted by area and time."""

    since: int
    until: int
    areas: tuple[AreaDay, ...]
    design: float
    mean: float
    worst: float
    worst_at: int
    """The start of that hour."""
    hours: tuple[tuple[int, float], ...]
    states: Mapping[str, Mapping[str, int]]
    """Camera → state → milliseconds of the day; cameras that worked throughout are left out."""


def day_figure(surveys: Mapping[str, ZoneSurvey], spells: Spells, since: int, until: int) -> DayFigure | None:
    """Over [since, until); hours count from its start. None where nothing must be seen."""
    zones = {zone: _zone(survey, spells, since, until) for zone, survey in surveys.items()}
    areas = [area for found in zones.values() for area in found.areas]
    required = sum(area.share.required for area in areas)
    if required <= 0:
        return None
    hours = [
        (at, sum(found.blind[n] for found in zones.values()) / required) for n, at in enumerate(_hours(since, until))
    ]
    worst_at, worst = max(hours, key=lambda hour: hour[1])
    return DayFigure(
        since=since,
        until=until,
        areas=tuple(areas),
        design=sum(area.design * area.share.required for area in areas) / required,
        mean=total(area.share for area in areas).share or 0.0,
        worst=worst,
        worst_at=worst_at,
        hours=tuple(hours),
        states={camera: found for camera, track in spells.items() if (found := _down(track))},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Zone:
    areas: tuple[AreaDay, ...]
    blind: tuple[float, ...]
    """Square metres unseen in each hour, on its average."""


def _hours(since: int, until: int) -> list[int]:
    return list(range(since, until, HOUR))


def _zone(survey: ZoneSurvey, spells: Spells, since: int, until: int) -> _Zone:
    starts = _hours(since, until)
    design = survey.shares()
    seen = [0.0] * len(design)
    blind = [0.0] * len(starts)
    for begin, end, shares in _stretches(survey, spells, since, until):
        hour = bisect_right(starts, begin) - 1
        length = min(until, starts[hour] + HOUR) - starts[hour]
        found = Sum(required=sum(s.required for s in shares), seen=sum(s.seen for s in shares))
        blind[hour] += (found.required - found.seen) * (end - begin) / length
        for number, share in enumerate(shares):
            seen[number] += share.seen * (end - begin) / (until - since)
    areas = tuple(_area(one, weighed) for one, weighed in zip(design, seen, strict=True))
    return _Zone(areas=areas, blind=tuple(blind))


def _area(design: AreaShare, seen: float) -> AreaDay:
    share = AreaShare(
        zone=design.zone,
        area=design.area,
        name=design.name,
        group=design.group,
        density=design.density,
        required=design.required,
        seen=seen,
    )
    return AreaDay(share=share, design=design.blind)


def _stretches(
    survey: ZoneSurvey, spells: Spells, since: int, until: int
) -> Iterator[tuple[int, int, tuple[AreaShare, ...]]]:
    """Pieces of the day in which nothing changed in the zone, none longer than an hour of it."""
    tracks = {camera: spells[camera] for camera in sorted(survey.ids) if camera in spells}
    places = dict.fromkeys(tracks, 0)
    bounds = sorted({*_hours(since, until), *cuts(tracks.values())})
    for begin, end in zip(bounds, [*bounds[1:], until], strict=True):
        working: set[str] = set()
        for camera, track in tracks.items():
            while track[places[camera]].until <= begin:
                places[camera] += 1
            if track[places[camera]].state is CameraState.WORKING:
                working.add(camera)
        yield begin, end, survey.shares(working)


def _down(track: Sequence[Spell]) -> dict[str, int]:
    """State → milliseconds; empty of one that worked throughout."""
    found: dict[str, int] = {}
    for spell in track:
        found[spell.state.value] = found.get(spell.state.value, 0) + spell.until - spell.since
    return {} if set(found) <= {CameraState.WORKING.value} else found

"""From the scans at its points to what became of a round. Pure, and the same in whatever order the scans came."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from facility.instant import MINUTE, SECOND
from facility.round import (
    FIXED,
    Flag,
    PointStatus,
    Round,
    RoundState,
    RoundStop,
    Stray,
    StrayScan,
)

LAG = 10 * SECOND
"""So long after its end a round waits for scans that are on their way."""
BESIDE = 15 * MINUTE
"""So long before or after a visit what was given belongs to it."""
MOST_STRAYS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A scan at a checkpoint, or a passage at a door that serves as one. ``tag`` and ``guard`` are keyed pseudonyms."""

    point: str
    at: int
    tag: str = ""
    guard: str = ""
    known: bool = True
    """Whether the guard's card is somebody's."""
    received: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a guard gave at a checkpoint besides the scan. Told apart by (point, at, guard)."""

    id: int = 0
    point: str
    at: int
    guard: str = ""
    files: tuple[str, ...] = ()
    """SHA-256 of photos (``unit.files``)."""
    value: float | None = None
    note: str = ""
    device_at: int
    """What the phone's clock said."""
    offset: int = 0
    """The phone's clock less the server's, milliseconds, as far as it is known."""
    received: int


def fold(round: Round, taken: Iterable[Taken], now: int, given: Iterable[Given] = ()) -> Round:
    """The round as it stands at ``now`` by everything that was taken at its points, which must be all there is.

    What had been missed when it was judged stays told: whoever is heard of later was uploaded late.
    """
    scans = _within(round, taken)
    counted, strays = _sorted_out(round, scans)
    over = now >= round.closes + LAG
    visits, repeats = _visits(round, counted)
    stops = tuple(_judged(round, stop, visits.get(stop.order), now, over=over) for stop in round.stops)
    stops = _with_given(_flagged(round, stops), list(given))
    strays = sorted([*strays, *repeats], key=lambda one: (one.at, one.point, one.guard, one.why))
    return _concluded(
        replace(
            round,
            stops=stops,
            strays=tuple(strays[:MOST_STRAYS]),
            duplicates=_count(strays, Stray.DUPLICATE),
            wrong_guards=_count(strays, Stray.WRONG_GUARD),
            ghosts=_count(strays, Stray.UNKNOWN_TAG),
        ),
        now,
        over=over,
    )


def _count(strays: Sequence[StrayScan], why: Stray) -> int:
    return sum(one.why is why for one in strays)


def _within(round: Round, taken: Iterable[Taken]) -> list[Taken]:
    """Those of its points and its time, each once, as first heard of; in order."""
    points = {stop.point for stop in round.stops}
    first: dict[tuple[int, str, str, str], Taken] = {}
    for one in taken:
        if one.point in points and round.opens <= one.at < round.closes:
            key = (one.at, one.point, one.guard, one.tag)
            if key not in first or one.received < first[key].received:
                first[key] = one
    return [first[key] for key in sorted(first)]


def _sorted_out(round: Round, scans: Iterable[Taken]) -> tuple[list[Taken], list[StrayScan]]:
    """What may be a visit, and what cannot."""
    counted: list[Taken] = []
    strays: list[StrayScan] = []
    tags: dict[str, set[str]] = {}
    for stop in round.stops:
        tags.setdefault(stop.point, set()).update(stop.tags)
    for scan in scans:
        why = _stray(round, scan, tags[scan.point])
        if why is None:
            counted.append(scan)
        else:
            strays.append(StrayScan(why=why, point=scan.point, at=scan.at, guard=scan.guard))
    return counted, strays


def _stray(round: Round, scan: Taken, tags: set[str]) -> Stray | None:
    if tags and scan.tag not in tags:
        return Stray.UNKNOWN_TAG
    if not scan.guard or not round.crew or scan.guard in round.crew:
        return None
    # A reader on the wall reads cards only, and reads some that nobody has.
    return Stray.WRONG_GUARD if scan.known or tags else Stray.UNKNOWN_TAG


def _visits(round: Round, counted: Sequence[Taken]) -> tuple[dict[int, Taken], list[StrayScan]]:
    """Stop order → the scan that is its visit: the first on time, or else the first. All others are duplicates.

    A point that is twice on a route is visited twice: the later stop takes what the earlier one left.
    """
    left: dict[str, list[Taken]] = {}
    for scan in counted:
        left.setdefault(scan.point, []).append(scan)
    found: dict[int, Taken] = {}
    # What was uploaded late fills gaps only: it never takes the place of a visit that was heard of in time.
    for in_time in (True, False):
        for stop in sorted(round.stops, key=lambda one: one.order):
            heard = [one for one in left.get(stop.point, []) if _in_time(round, one) is in_time]
            visit = None if stop.order in found else _best(round, stop, heard)
            if visit is not None:
                found[stop.order] = visit
                left[stop.point].remove(visit)
    repeats = (scan for scans in left.values() for scan in scans)
    return found, [StrayScan(why=Stray.DUPLICATE, point=one.point, at=one.at, guard=one.guard) for one in repeats]


def _in_time(round: Round, scan: Taken) -> bool:
    """Whether it was heard of before its point was missed."""
    return scan.received <= round.closes + LAG


def _best(round: Round, stop: RoundStop, scans: Sequence[Taken]) -> Taken | None:
    on_time = next((scan for scan in scans if stop.opens <= scan.at <= stop.until), None)
    return on_time or next((scan for scan in scans if _leaves_for_others(round, stop, scan)), None)


def _leaves_for_others(round: Round, stop: RoundStop, scan: Taken) -> bool:
    """Whether a scan that is not on time for this stop is not on time for a later one at the same point either."""
    others = (one for one in round.stops if one.point == stop.point and one.order > stop.order)
    return not any(one.opens <= scan.at <= one.until for one in others)


def _judged(round: Round, stop: RoundStop, visit: Taken | None, now: int, *, over: bool) -> RoundStop:
    if visit is None:
        waiting = PointStatus.OVERDUE if now > stop.until else PointStatus.OPEN
        return replace(
            stop,
            status=PointStatus.MISSED if over else waiting,
            at=None,
            received=None,
            guard="",
            flags=(),
            files=(),
            value=None,
        )
    was_missed = round.over and stop.status is PointStatus.MISSED
    late = was_missed or not _in_time(round, visit) or Flag.UPLOADED_LATE in stop.flags
    status = PointStatus.EARLY if visit.at < stop.opens else PointStatus.ON_TIME
    return replace(
        stop,
        status=PointStatus.LATE if visit.at > stop.until else status,
        at=visit.at,
        received=visit.received,
        guard=visit.guard,
        flags=(Flag.UPLOADED_LATE,) if late else (),
        files=(),
        value=None,
    )


def _flagged(round: Round, stops: tuple[RoundStop, ...]) -> tuple[RoundStop, ...]:
    """With what is only seen of all of them together."""
    astray = _out_of_order(stops) if round.order == FIXED else frozenset()
    hasty = _too_fast(stops)
    return tuple(
        replace(
            stop,
            flags=(
                *((Flag.OUT_OF_ORDER,) if stop.order in astray else ()),
                *((Flag.TOO_FAST,) if stop.order in hasty else ()),
                *stop.flags,
            ),
        )
        for stop in stops
    )


def _out_of_order(stops: Sequence[RoundStop]) -> frozenset[int]:
    """The fewest stops without which the others were visited in their order."""
    visited = [(stop.at, stop.order) for stop in sorted(stops, key=lambda one: one.order) if stop.at is not None]
    kept = _longest_rise([at for at, _ in visited])
    return frozenset(order for place, (_, order) in enumerate(visited) if place not in kept)


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """The places of a longest part of ``numbers`` that never falls."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        length = bisect_right(ends, number)
        before.append(places[length - 1] if length else None)
        ends[length : length + 1] = [number]
        places[length : length + 1] = [place]
    kept: set[int] = set()
    place_now = places[-1] if places else None
    while place_now is not None:
        kept.add(place_now)
        place_now = before[place_now]
    return kept


def _too_fast(stops: Sequence[RoundStop]) -> frozenset[int]:
    """Stops reached from their neighbour on the route sooner than anybody walks. Of other ways nothing is known."""
    neighbours = {}
    for one, following in pairwise(sorted(stops, key=lambda stop: stop.order)):
        neighbours[frozenset((one.order, following.order))] = following.walk
    by_guard: dict[str, list[RoundStop]] = {}
    for stop in stops:
        if stop.at is not None:
            by_guard.setdefault(stop.guard, []).append(stop)
    return frozenset(
        later.order
        for walked in by_guard.values()
        for sooner, later in pairwise(sorted(walked, key=lambda stop: (stop.at or 0, stop.order)))
        if (later.at or 0) - (sooner.at or 0) < neighbours.get(frozenset((sooner.order, later.order)), 0)
    )


def _with_given(stops: tuple[RoundStop, ...], given: Sequence[Given]) -> tuple[RoundStop, ...]:
    """Each visit with the photos and the number that were given nearest to it."""
    if not given:
        return stops
    return tuple(_one_with_given(stop, given) for stop in stops)


def _one_with_given(stop: RoundStop, given: Sequence[Given]) -> RoundStop:
    if stop.at is None:
        return stop
    at = stop.at
    near = sorted(
        (one for one in given if one.point == stop.point and abs(one.at - at) <= BESIDE),
        key=lambda one: (abs(one.at - at), one.at, one.guard),
    )
    files = tuple(sorted({file for one in near for file in one.files}))
    return replace(stop, files=files, value=next((one.value for one in near if one.value is not None), None))


def _concluded(round: Round, now: int, *, over: bool) -> Round:
    """Its state, and when the clock next changes it. What was judged stays judged."""
    seen = [stop.at for stop in round.stops if stop.visited and stop.at is not None]
    begun = min(seen, default=None)
    if round.over:
        return replace(round, begun=begun, attend_at=None)
    state = _state(round, now, over=over)
    ended = None
    if state is RoundState.DONE:
        ended = max(seen)
    elif state in (RoundState.INCOMPLETE, RoundState.MISSED):
        ended = round.closes
    return replace(round, state=state, begun=begun, ended=ended, attend_at=_next_look(round, state, now))


def _state(round: Round, now: int, *, over: bool) -> RoundState:
    visited = round.visited
    enough = len(round.walkers) >= round.guards or (round.guards == 1)
    if visited == len(round.stops) and enough:
        return RoundState.DONE
    if over:
        return RoundState.INCOMPLETE if visited else RoundState.MISSED
    return RoundState.RUNNING if visited or now >= round.start else RoundState.PLANNED


def _next_look(round: Round, state: RoundState, now: int) -> int | None:
    if state is RoundState.DONE:
        return None
    looks: Iterator[int] = iter(
        [round.start, round.closes + LAG, *(stop.until + 1 for stop in round.stops if stop.status is PointStatus.OPEN)]
    )
    return min((at for at in looks if at > now), default=None)

"""Modes that the equipment itself tells: a fire pump says that it runs, and while it does other limits hold.

What was said is kept as it was said, by event time; the mode follows from it as settings do that a person made, so that a
reading is held to the mode of its own time, however late it or the word of the pump comes, and a replay finds the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from facility.instant import DAY
from facility.point import Point, Setting
from facility.quality import TRUE_BUT_UNTIMELY
from facility.reading import Reading
from facility.register import Register
from rules.book import RuleBook
from rules.rule import Mode, Rule, Source, signature
from storage.readings.port import Readings
from storage.records.breaches import Stretch

KEPT = 2 * DAY
"""What was said longer ago than this, as far as the newest word of the point goes, is as it was found."""
A_PAGE = 5_000
FOREVER = 2**62
WHO = "state of "


class Feed(NamedTuple):
    """A point that says whether a mode holds, and for which settings it says so."""

    words: Mapping[tuple[str, str], frozenset[int]]
    """(point that is judged, setting) → the words, by number, that mean that it holds."""


def feeds(book: RuleBook, register: Register) -> dict[str, Feed]:
    """Point → what it says. Empty where no rule has such a mode."""
    found: dict[str, dict[tuple[str, str], frozenset[int]]] = {}
    for rule in book:
        for mode in rule.modes:
            if mode.source is not None:
                for point, judged in _pairs(rule, mode, mode.source, book, register):
                    found.setdefault(point, {})[judged, mode.setting] = mode.source.says
    return {point: Feed(words) for point, words in found.items()}


def _pairs(rule: Rule, mode: Mode, source: Source, book: RuleBook, register: Register) -> Iterator[tuple[str, str]]:
    del mode
    saying: dict[str, list[str]] = {}
    for point in register.points.values():
        if source.only.fits(signature(point, register)) and source.only.names(point.id):
            saying.setdefault(_place(point, source.same, register), []).append(point.id)
    for judged in book.points_of(rule, register) if saying else ():
        for place in _places(judged, source.same, register):
            yield from ((point, judged.id) for point in saying.get(place, ()) if point != judged.id)


def _place(point: Point, same: str, register: Register) -> str:
    zone = register.zone_of(point)
    return point.asset if same == "asset" else zone.id if zone else ""


def _places(point: Point, same: str, register: Register) -> list[str]:
    """What stands in a zone says so for the zones inside it too."""
    if same == "asset":
        return [point.asset]
    zone = register.zone_of(point)
    return [one.id for one in register.zone_path(zone.id)] if zone else []


class Running:
    """What was said, of one book and register. Readings are durable before they are heard; to hear one twice changes nothing."""

    def __init__(self, book: RuleBook, register: Register, older: Running | None = None) -> None:
        self.register = register
        self.feeds = feeds(book, register)
        known = older.said if older is not None else {}
        self.said: dict[str, list[tuple[int, int]]] = {point: known.get(point, []) for point in self.feeds}
        """Point → (when, which word), in order."""

    def hear(self, readings: Iterable[Reading]) -> bool:
        """Whether one of these points said something."""
        heard = False
        for reading in readings:
            said = self.said.get(reading.point)
            if said is not None and reading.quality in TRUE_BUT_UNTIMELY and not reading.test:
                _keep(said, reading.at, int(reading.value))
                heard = True
        return heard

    def derived(self) -> dict[tuple[str, str], list[Setting]]:
        """(point that is judged, setting) → its settings, as the points say."""
        by_setting: dict[tuple[str, str], list[tuple[str, frozenset[int]]]] = {}
        for point, feed in self.feeds.items():
            for key, words in feed.words.items():
                by_setting.setdefault(key, []).append((point, words))
        return {key: list(_settings(key, several, self.said)) for key, several in by_setting.items()}

    def with_derived(self, derived: Mapping[tuple[str, str], Sequence[Setting]]) -> Register:
        """The register with these, as if a person had set them."""
        more = {f"{s.point}/{s.name}/{s.since}": s for several in derived.values() for s in several}
        return replace(self.register, settings={**self.register.settings, **more}) if more else self.register

    def read(self, readings: Readings, since: int, until: int = FOREVER) -> None:
        """What the points have said in that time, and the last word from before it. Raises ``ReadingsUnavailable``."""
        for point in self.feeds:
            self.hear(readings.before(point, since, 1))
            self.hear(_stored(readings, point, since, until))


def _stored(readings: Readings, point: str, since: int, until: int) -> Iterator[Reading]:
    while page := readings.range(point, since, until, A_PAGE):
        yield from page
        since = page[-1].at + 1


def _keep(said: list[tuple[int, int]], at: int, word: int) -> None:
    place = bisect_left(said, at, key=itemgetter(0))
    if place < len(said) and said[place][0] == at:
        said[place] = (at, word)
    else:
        said.insert(place, (at, word))
    gone = bisect_left(said, said[-1][0] - KEPT, key=itemgetter(0)) - 1
    if gone > 1_000:  # now and then, and the last one of them still says how it began
        del said[:gone]


def _settings(
    key: tuple[str, str], sources: Sequence[tuple[str, frozenset[int]]], said: Mapping[str, list[tuple[int, int]]]
) -> Iterator[Setting]:
    """It holds while one of the points says so."""
    events = sorted((at, point, word in words) for point, words in sources for at, word in said[point])
    on, before = set[str](), None
    for at, point, holds in events:
        (on.add if holds else on.discard)(point)
        if bool(on) != before:
            before = bool(on)
            yield Setting(point=key[0], name=key[1], value=float(before), since=at, approver=WHO + point)


def changed_since(old: Sequence[Setting], new: Sequence[Setting]) -> Stretch | None:
    """The time in which the two differ; None where they do not. Settings of one point and name."""
    before, after = {(s.since, s.value) for s in old}, {(s.since, s.value) for s in new}
    differing = before ^ after
    if not differing:
        return None
    first, last = min(differing)[0], max(differing)[0]
    later = [s.since for s in new if s.since > last]
    return Stretch(first, min(later) - 1 if later else FOREVER)

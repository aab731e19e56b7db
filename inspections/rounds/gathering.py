"""What was scanned at the points of a round: scans, passages at doors that serve as checkpoints, what was given besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from facility.reading import Passage, Scan
from facility.register import Register
from facility.round import Round
from facility.round_fold import Taken
from inspections.rounds.people import Cards
from storage.readings.port import Readings

GRANTED = "granted"
_AT_ONCE = 1_000
Happening = TypeVar("Happening", Scan, Passage)


def gather(readings: Readings, round: Round, register: Register, cards: Cards) -> list[Taken]:
    """All of its time. Raises ``ReadingsUnavailable``."""
    points = dict.fromkeys(stop.point for stop in round.stops)
    return [one for point in points for one in at_point(readings, register, point, (round.opens, round.closes), cards)]


def at_point(
    readings: Readings, register: Register, point: str, span: tuple[int, int], cards: Cards
) -> Iterator[Taken]:
    """In [start, end), newest first. Raises ``ReadingsUnavailable``."""
    if is_door(register, point):
        yield from passed(_all(readings.passages, point, *span), cards)
    else:
        yield from scanned(_all(readings.scans, point, *span), cards)


def is_door(register: Register, point: str) -> bool:
    """Whether a door's reader serves as the checkpoint."""
    found = register.points.get(point)
    return found is not None and found.quantity == "entry"


def scanned(scans: Iterable[Scan], cards: Cards) -> Iterator[Taken]:
    """Scans as rounds see them."""
    for scan in scans:
        yield Taken(
            point=scan.point,
            at=scan.at,
            tag=scan.tag,
            guard=scan.guard,
            known=not scan.guard or scan.guard in cards.guards,
            received=scan.received,
        )


def passed(passages: Iterable[Passage], cards: Cards) -> Iterator[Taken]:
    """Only of people of the rota whom the door let in: all others who go through are no guards on a round."""
    for one in passages:
        guard = cards.by_credential.get(one.credential)
        if guard is not None and one.event == GRANTED and not one.test:
            yield Taken(point=one.point, at=one.at, guard=guard, received=one.received)


def _all(
    read: Callable[[str, int, int, int], Sequence[Happening]], point: str, start: int, end: int
) -> list[Happening]:
    """However many there are: a reader that sees ghosts may fill a page with them."""
    found: dict[str, Happening] = {}
    while True:
        page = read(point, start, end, _AT_ONCE)
        found.update((repr(one), one) for one in page)
        if len(page) < _AT_ONCE or page[-1].at + 1 >= end:
            return list(found.values())
        end = page[-1].at + 1

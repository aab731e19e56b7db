"""What the oracle lets a town of gauges say: numbered readings whose values follow from gauge and number, and bad ones.

Pure: the same seed gives the same messages, byte for byte.
"""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

LIMIT = 50.0
"""°C above which a gauge is in breach."""
HOLD = 2_000
CLEAR = 2_000
STEP = 200
"""Milliseconds between two readings of a gauge."""
LIFE = 300
"""Readings of a gauge; then another one takes its place, so that each has one breach at most."""
GATEWAY = "gateway"
KEY = "level"


class Told(NamedTuple):
    """One reading as it was issued."""

    point: str
    at: int
    value: float


@dataclass(frozen=True, slots=True)
class Message:
    """What is published at ``due`` milliseconds after the start. ``poison``: it must end among the dead letters."""

    number: int
    due: int
    payload: bytes
    readings: tuple[Told, ...]
    poison: bool = False


@dataclass(frozen=True, slots=True)
class Town:
    """``gauges`` speak at any time, for ``lives`` lives; event times count from ``begins``."""

    seed: int
    begins: int
    gauges: int
    lives: int

    def names(self) -> list[str]:
        """Every gauge that will ever speak."""
        return [name(life, gauge) for life in range(self.lives) for gauge in range(self.gauges)]

    def messages(self) -> Iterator[Message]:
        """All of them in the order in which they are due."""
        for number, spoken in enumerate(heapq.merge(*(_speech(self, gauge) for gauge in range(self.gauges)))):
            yield Message(number, *spoken)


def name(life: int, gauge: int) -> str:
    """The gauge that speaks in that place and life."""
    return f"g{life:03d}-{gauge:02d}"


def point_of(gauge: str) -> str:
    """What it measures."""
    return f"{gauge}.{KEY}"


def value(gauge: str, number: int, *, bad: bool) -> float:
    """A function of gauge and number, with three digits behind the point."""
    base = LIMIT + 10 if bad else LIMIT - 30
    return round(base + ((sum(gauge.encode()) * 7_919 + number * 31) % 10_000) / 1_000, 3)


Spoken = tuple[int, bytes, tuple[Told, ...], bool]


def _speech(town: Town, gauge: int) -> Iterator[Spoken]:
    """In the order in which it is due. What is late falls into the next life at the latest."""
    waiting: list[Spoken] = []
    for life in range(town.lives):
        chance = random.Random(f"{town.seed}/{life}/{gauge}")
        heapq.heapify(waiting := waiting + list(_life(town, life, gauge, chance)))
        while waiting and (life == town.lives - 1 or waiting[0][0] < (life + 1) * LIFE * STEP):
            yield heapq.heappop(waiting)


def _life(town: Town, life: int, gauge: int, chance: random.Random) -> Iterator[Spoken]:
    """Cut into single readings and batches; some late, some twice, some bad."""
    readings = _readings(town, life, gauge, chance)
    first = 0
    while first < LIFE:
        size = chance.randint(2, 40) if chance.random() < 0.04 else 1
        part = readings[first : first + size]
        first += size
        half_bad = len(part) > 1 and chance.random() < 0.05
        payload = _payload(name(life, gauge), part, f"half-{name(life, gauge)}-{first}" if half_bad else "")
        due = part[-1].at - town.begins + (chance.randint(500, 12_000) if chance.random() < 0.05 else 0)
        yield due, payload, tuple(part), half_bad
        if chance.random() < 0.03:
            yield due + chance.randint(0, 15_000), payload, tuple(part), half_bad
        if chance.random() < 0.005:
            yield due, _poison(name(life, gauge), part[-1].at, first, chance), (), True


def _payload(gauge: str, part: list[Told], bad: str) -> bytes:
    """One object, or an array; ``bad`` is a word where a number should be, in one object more."""
    rows = [{"device": gauge, "ts": at, "values": {KEY: worth}} for _, at, worth in part]
    if bad:
        rows.append({"device": gauge, "ts": part[-1].at, "values": {KEY: bad}})
    return json.dumps(rows if len(rows) > 1 else rows[0]).encode()


def _readings(town: Town, life: int, gauge: int, chance: random.Random) -> list[Told]:
    """Every second gauge is in breach once, for 4 to 15 seconds; the others for less than the hold."""
    length = chance.randint(20, 75) if gauge % 2 == 0 else chance.randint(1, HOLD // STEP - 2)
    start = chance.randint(20, LIFE - length - 20)
    mine = name(life, gauge)
    return [
        Told(
            point_of(mine),
            town.begins + (life * LIFE + number) * STEP,
            value(mine, number, bad=start <= number < start + length),
        )
        for number in range(LIFE)
    ]


def _poison(gauge: str, at: int, number: int, chance: random.Random) -> bytes:
    """Bad in one of four ways, and each so that it is a letter of its own."""
    mark = f"{gauge}-{number}"
    rows: list[dict[str, object]] = [
        {"device": gauge, "ts": at, "values": {KEY: 20.5}, "unit": {KEY: f"unit-{mark}"}},
        {"device": gauge, "ts": at, "values": {KEY: f"word-{mark}"}},
        {"device": gauge, "ts": f"once-{mark}", "values": {KEY: 20.5}},
    ]
    cut_off = b" " * (int(gauge[1:4]) * 100 + int(gauge[5:])) + b'{"cut'
    return chance.choice([*(json.dumps(row).encode() for row in rows), cut_off])

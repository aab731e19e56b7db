"""What every simulated device family is: a stepped model with its own seeded randomness and no clock."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import ClassVar

from facility.instant import MINUTE, SECOND, duration
from facility.point import Device, Point
from facility.register import Register
from facility.site import Asset
from facility.units import QUANTITIES, convert
from simulators.people import People
from simulators.spoken import Spoken, Value

NUMBER = "number"
DURATION = "duration"
Kinds = Mapping[str, str]
"""Parameter of a happening → ``NUMBER`` or ``DURATION``."""

WARM_UP = 15 * SECOND
"""After power-up every device reports within this time, and then at its interval."""


SLACK = SECOND
"""A report may come so much before the interval of a slower point is over: they share messages."""


class CannotHappen(ValueError):
    """A scenario asks something of a thing that it cannot do. The text says what it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """One asset with the points that one device feeds: what one model stands for."""

    asset: Asset
    device: Device
    points: tuple[Point, ...]
    register: Register = field(repr=False)
    people: People = field(repr=False)
    access: str = "public"
    """Access class of the asset's zone."""
    utc_offset: int = 8 * 3_600_000
    """What local time of day people's shifts follow, milliseconds east of UTC."""


@dataclass(slots=True, kw_only=True)
class Model(ABC):
    """State of one fitting. ``due`` is the next instant at which ``step`` must be called."""

    fitting: Fitting
    rng: Random
    due: int
    now: int
    """The instant up to which the state has been advanced."""
    told: dict[str, int] = field(default_factory=dict)
    """Point → when it was last reported at its own interval."""

    kinds: ClassVar[tuple[str, ...]] = ()
    """Asset kinds that this family stands for; none: it takes what no other family takes."""
    can: ClassVar[Mapping[str, Kinds]] = {}
    """What a scenario may make happen to it: the word, and its parameters. The method has the same name."""

    @classmethod
    def fit(cls, fitting: Fitting, rng: Random, start: int) -> Model:
        """A model at rest at ``start``; it reports soon after, as after power-up."""
        first = start + round(rng.uniform(0, min(WARM_UP, interval_of(fitting))))
        return cls(fitting=fitting, rng=rng, due=first, now=start)

    @abstractmethod
    def advance(self, span: int) -> None:
        """Let ``span`` milliseconds pass."""

    def value(self, point: Point) -> Value:
        """What ``point`` measures now, in the point's unit. Families answer for their own quantities, then ask here."""
        return at_rest(point)

    def step(self, now: int) -> list[Spoken]:
        """Advance to ``now`` and report. Sets the next ``due``."""
        self.catch_up(now)
        self.due = now + interval_of(self.fitting)
        return [self.report(self.points_due())]

    def catch_up(self, now: int) -> None:
        """Advance the state to ``now`` without a word."""
        self.advance(now - self.now)
        self.now = now

    def points_due(self) -> list[Point]:
        """Points whose interval is over; those without one go along with every report. The first report has them all."""
        due = [p for p in self.fitting.points if self.now - self.told.get(p.id, -(10**15)) >= p.interval - SLACK]
        self.told |= {point.id: self.now for point in due}
        return due

    def report(self, points: Iterable[Point] = (), *, test: bool = False, urgent: bool = False) -> Spoken:
        """Values as they are now: of ``points``, or of all."""
        values: dict[str, Value] = {}
        for point in points or self.fitting.points:
            values |= self.sent(point)
        return Spoken(device=self.fitting.device.id, at=self.now, values=values, test=test, urgent=urgent)

    def sent(self, point: Point) -> dict[str, Value]:
        """The payload entries of one point, by the keys and in the unit in which the device sends."""
        value = self.value(point)
        number = value if isinstance(value, bool | str) else as_sent(quantised(value, point.resolution), point)
        return {key_of(point): number}

    def obey(self, word: str) -> list[Spoken]:
        """It was told ``word`` over the downlink: what it says about that at once. Most take no commands."""
        del word
        return []

    def happen(self, what: str, given: Mapping[str, object], now: int) -> list[Spoken]:
        """A scenario's step. Raises ``CannotHappen``."""
        parameters = read_parameters(self.can, what, given)
        self.catch_up(now)
        said: list[Spoken] = getattr(self, what.replace("-", "_"))(**parameters)
        return said


def read_parameters(can: Mapping[str, Kinds], what: str, given: Mapping[str, object]) -> dict[str, float]:
    """Parameters as numbers (durations in milliseconds). Raises ``CannotHappen``."""
    if what not in can:
        raise CannotHappen(f"{what!r} cannot happen here; possible: {', '.join(sorted(can)) or 'nothing'}")
    kinds = can[what]
    wrong = set(given) ^ set(kinds)
    if wrong:
        raise CannotHappen(f"{what!r} takes {', '.join(sorted(kinds)) or 'no parameters'}; look at {sorted(wrong)}")
    return {name: _read(what, name, kinds[name], value) for name, value in given.items()}


def _read(what: str, name: str, kind: str, value: object) -> float:
    if kind == DURATION and isinstance(value, str):
        try:
            return duration(value)
        except ValueError as error:
            raise CannotHappen(f"{what!r}: {name}: {error}") from None
    if kind == NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    wanted = "a duration in quotes, as in '30s'" if kind == DURATION else "a number"
    raise CannotHappen(f"{what!r}: {name} is {value!r}; it must be {wanted}")


def interval_of(fitting: Fitting) -> int:
    """How often it reports: the shortest interval that the register expects of its points."""
    return min((p.interval for p in fitting.points if p.interval > 0), default=10 * MINUTE)


def key_of(point: Point) -> str:
    """The name of the point's value in the payload."""
    return point.key or point.id.rpartition(".")[2]


_UPRIGHT = frozenset({"mains", "online"})
"""States whose quiet word is the one numbered 1."""


def at_rest(point: Point) -> Value:
    """The quiet state, or the middle of what the instrument can measure."""
    quantity = QUANTITIES[point.quantity]
    if quantity.is_state:
        number = 1 if point.quantity in _UPRIGHT else 0
        return next(word for word, of_word in quantity.states.items() if of_word == number)
    low, high = point.low or 0.0, point.high or 0.0
    return (low + high) / 2


def as_sent(value: float, point: Point) -> float:
    """A value in the point's unit → the number that its device sends: in its own unit, before its scale."""
    unit = point.sent_unit or point.unit
    number = convert(value, point.unit, unit, point.quantity) if unit != point.unit else value
    return round(number / point.scale, 9) if unit != point.unit or point.scale != 1.0 else number


def quantised(value: float, resolution: float) -> float:
    """``value`` as an instrument of that resolution shows it, without binary dust."""
    if resolution <= 0:
        return value
    digits = max(0, -math.floor(math.log10(resolution)) + 2)
    return round(round(value / resolution) * resolution, digits)

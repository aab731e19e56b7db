"""A pressure gauge on a line held up by a jockey pump, with a fire pump behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import MINUTE, SECOND
from facility.point import Point
from simulators.devices.model import DURATION, NUMBER, Kinds, Model, as_sent, at_rest, key_of, quantised
from simulators.spoken import Spoken, Value

HALF_BAND = 0.03
"""MPa. The jockey pump starts this far below the set pressure and stops this far above it: the set pressure is approved as
the middle of the start/stop band, so that the healthy saw-tooth stays well inside the manual's ±0.1."""
LOSS = 0.06 / (11 * MINUTE)
"""MPa/ms that every line loses: about one jockey start in a quarter of an hour."""
REFILL = 0.06 / (40 * SECOND)
"""MPa/ms that the jockey pump gains."""
FIRE_PUMP_STARTS = 0.20
"""MPa below the set pressure at which the fire pump starts by itself."""
NOISE = 0.002
HUNTING, HUNTS_IN = 0.0125, 10 * MINUTE
"""MPa and ms: around a level that sinks slowly the pumps' control swings so far, so often."""
STRIDE = SECOND
DEFAULT_SET = 0.35
"""MPa, an ordinary pipe without a registered set pressure."""
LOOP = (4.0, 20.0)
"""mA at the low and the high end of the instrument's range."""


@dataclass(slots=True, kw_only=True)
class PumpGauge(Model):
    """Pressure in MPa. A leak pulls towards ``set − depth``: there the hole and the jockey pump balance."""

    kinds: ClassVar[tuple[str, ...]] = ("pump-room-gauge", "pipe-gauge")
    can: ClassVar[Mapping[str, Kinds]] = {
        "leak": {"depth": NUMBER, "within": DURATION},
        "seep": {"depth": NUMBER, "within": DURATION},
        "repair": {},
        "boost": {"by": NUMBER, "within": DURATION},
        "ease": {"within": DURATION},
        "break-wire": {},
        "mend-wire": {},
    }
    pressure: float = 0.0
    filling: bool = False
    starts: int = 0
    fire_pump: bool = False
    leak_depth: float = 0.0
    leak_span: float = 0.0
    """Time constant of the fall, ms."""
    seep_depth: float = 0.0
    seep_span: float = 0.0
    seep_time: float = 0.0
    """MPa, ms, and for how many of these it has gone on."""
    boosted: bool = False
    boost_height: float = 0.0
    boost_span: float = 0.0
    """What a fire pump adds, MPa, and the time constant, ms, with which that comes and goes."""
    wire_broken: bool = False

    def advance(self, span: int) -> None:
        """Saw-tooth, or the fall towards a leak's balance."""
        target = self.set_pressure()
        if self.pressure == 0.0:
            self.pressure = target + self.rng.uniform(-HALF_BAND, HALF_BAND) * 0.9
        for _ in range(span // STRIDE):
            self._stride(target, STRIDE)
        self._stride(target, span % STRIDE)

    def _stride(self, target: float, span: int) -> None:
        if self.seep_depth:
            self._seep(target, span)
            return
        if self.leak_depth:
            balance = target - self.leak_depth
            self.pressure = balance + (self.pressure - balance) * math.exp(-span / self.leak_span)
            self._run_jockey(on=self.filling or self.pressure < target - HALF_BAND)
            self.fire_pump = self.fire_pump or self.pressure < target - FIRE_PUMP_STARTS
            return
        if self.boosted:
            self._boost(target + self.boost_height, span)
            return
        self.pressure += (REFILL if self.filling else -LOSS) * span
        if self.pressure <= target - HALF_BAND:
            self._run_jockey(on=True)
        elif self.pressure >= target + HALF_BAND:
            self._run_jockey(on=False)

    def _boost(self, balance: float, span: int) -> None:
        self.pressure = balance + (self.pressure - balance) * math.exp(-span / self.boost_span)
        self.boosted = self.boost_height > 0 or abs(self.pressure - balance) > HALF_BAND / 2

    def _seep(self, target: float, span: int) -> None:
        self.seep_time += span
        sunk = self.seep_depth * min(1.0, self.seep_time / self.seep_span)
        self.pressure = target - sunk + HUNTING * math.sin(2 * math.pi * self.seep_time / HUNTS_IN)

    def _run_jockey(self, *, on: bool) -> None:
        self.starts += on and not self.filling
        self.filling = on

    def set_pressure(self) -> float:
        """The approved set pressure in force, MPa; where none is registered, an ordinary one."""
        found = (self.fitting.register.setting(p.id, "set_pressure", self.now) for p in self.fitting.points)
        return next((setting.value for setting in found if setting), DEFAULT_SET)

    def value(self, point: Point) -> Value:
        """Pressure with noise, or the state of a pump."""
        match point.quantity:
            case "pressure":
                return max(0.0, self.pressure + self.rng.gauss(0, NOISE))
            case "running":
                running = self.filling if "jockey" in key_of(point) else self.fire_pump
                return "running" if running else "stopped"
            case "count":
                return float(self.starts)
            case "battery":
                return 97.0
            case _:
                return at_rest(point)

    def sent(self, point: Point) -> dict[str, Value]:
        """The value, and the loop current behind it where the point has one. 0 mA is what a broken wire gives."""
        if point.quantity == "loop_current":
            return {}  # told by the pressure behind which it stands
        if point.quantity != "pressure":
            # Named in full: a slotted dataclass is a new class, and a bare super() would still mean the old one.
            return Model.sent(self, point)
        value = 0.0 if self.wire_broken else quantised(float(self.value(point)), point.resolution)
        entry: dict[str, Value] = {key_of(point): as_sent(value, point)}
        return entry | {point.loop: self._loop(value, point)} if point.loop else entry

    def _loop(self, value: float, point: Point) -> float:
        """4 mA at the low end of the range, 20 mA at the high end."""
        low, high = point.low or 0.0, point.high or 1.6
        return 0.0 if self.wire_broken else round(LOOP[0] + (value - low) / (high - low) * (LOOP[1] - LOOP[0]), 3)

    def leak(self, depth: float, within: float) -> list[Spoken]:
        """Pressure falls towards ``depth`` MPa below the set pressure; after ``within`` 95 % of it is gone."""
        self.leak_depth, self.leak_span = depth, within / 3
        return []

    def seep(self, depth: float, within: float) -> list[Spoken]:
        """A leak so small that the level sinks evenly, to ``depth`` MPa below the set pressure after ``within``."""
        self.seep_depth, self.seep_span, self.seep_time = depth, within, 0.0
        return []

    def repair(self) -> list[Spoken]:
        """The leak is closed; the jockey pump brings the pressure back."""
        self.leak_depth, self.seep_depth, self.fire_pump = 0.0, 0.0, False
        return []

    def boost(self, by: float, within: float) -> list[Spoken]:
        """A fire pump drives the pressure to ``by`` MPa above what is set; after ``within`` 95 % of it is there."""
        self.boosted, self.boost_height, self.boost_span = True, by, within / 3
        return []

    def ease(self, within: float) -> list[Spoken]:
        """What a fire pump added is let off; after ``within`` 95 % of it is gone."""
        self.boosted, self.boost_height, self.boost_span = True, 0.0, within / 3
        return []

    def break_wire(self) -> list[Spoken]:
        """The loop is open: 0 mA, and a converter that makes 0 MPa of it."""
        self.wire_broken = True
        return []

    def mend_wire(self) -> list[Spoken]:
        """The loop is closed again."""
        self.wire_broken = False
        return []

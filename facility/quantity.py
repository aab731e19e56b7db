"""What a quantity is: either measured (it has units) or a state (it has words with numbers)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from facility.text import Text


class Curve(NamedTuple):
    """A unit whose relation to the base unit is not a straight line."""

    into_base: Callable[[float], float]
    from_base: Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a unit relates to its quantity's base unit: ``base = (value - zero) * factor``, exact."""

    factor: Fraction = Fraction(1)
    zero: Fraction = Fraction(0)
    curve: Curve | None = None
    apart: bool = False
    """A way to state the quantity that has no conversion to the other units, such as a battery's volts beside its percent."""
    aliases: tuple[str, ...] = ()
    """Other well-known spellings, those of SenML (RFC 8428 and RFC 8798) among them. Case always counts: mPa is not MPa."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One kind of value. ``units`` is empty for a state, ``states`` for everything measured."""

    id: str
    name: Text
    base: str = ""
    """The unit that factors refer to; empty for a state."""
    units: Mapping[str, Scale] = field(default_factory=dict)
    """By symbol, the usual one first."""
    states: Mapping[str, int] = field(default_factory=dict)
    """Word → number. The numbers are stored in readings and are never reused."""
    state_names: Mapping[int, Text] = field(default_factory=dict)
    synonyms: Mapping[str, int] = field(default_factory=dict)
    """Other words that devices send for a state."""
    booleans: bool = False
    """Whether true and false are understood as 1 and 0. Not where devices disagree on what true means."""

    @property
    def is_state(self) -> bool:
        """Whether values are words rather than measured."""
        return bool(self.states)

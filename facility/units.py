"""Quantities and units: what may be converted into what, and what is refused.

A value enters in its quantity's unit, is converted, or is refused with ``UnitError``. Nothing is guessed from a number.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from facility.measures import MEASURES
from facility.quantity import Quantity, Scale
from facility.states import STATES

__all__ = [
    "QUANTITIES",
    "Quantity",
    "UnitError",
    "allowed_units",
    "canonical_unit",
    "convert",
    "convert_span",
    "decimals",
    "format_value",
    "parse_quantity_text",
    "quantity_named",
    "state_number",
    "state_word",
    "steps",
]

QUANTITIES: dict[str, Quantity] = {quantity.id: quantity for quantity in (*MEASURES, *STATES)}
"""By id, as a point's ``quantity`` names it."""


class UnitError(ValueError):
    """An unknown quantity, a unit that does not belong to it, or a value that it cannot have. Says what is allowed."""


def quantity_named(quantity: str) -> Quantity:
    """The quantity with that id. Raises ``UnitError``."""
    try:
        return QUANTITIES[quantity]
    except KeyError:
        raise UnitError(f"{quantity!r} is not a quantity; allowed: {', '.join(QUANTITIES)}") from None


def allowed_units(quantity: str) -> list[str]:
    """The units of a quantity, the usual one first; a state has only the empty unit. Raises ``UnitError``."""
    return list(quantity_named(quantity).units) or [""]


@lru_cache(maxsize=4096)
def canonical_unit(quantity: str, unit: str) -> str:
    """The symbol by which we know ``unit``, however it is spelled (``Mohm``, ``℃``, ``m3/h``). Raises ``UnitError``."""
    spellings = _spellings(quantity)
    found = spellings.get(_plain(unit))
    if found is None:
        raise UnitError(_refusal(quantity, unit))
    return found


def convert(value: float, from_unit: str, to_unit: str, quantity: str) -> float:
    """``value`` in ``to_unit``. Raises ``UnitError``, also for a value that is not finite."""
    source, target = canonical_unit(quantity, from_unit), canonical_unit(quantity, to_unit)
    result = value if source == target else _straight(quantity, source, target)(value)
    if not math.isfinite(result):
        raise UnitError(f"{value} {from_unit} is not a finite {quantity}; allowed: finite numbers")
    return result


def convert_span(value: float, from_unit: str, to_unit: str, quantity: str) -> float:
    """A difference (a band's width, a deadband) in ``to_unit``: 9 °F apart are 5 °C apart. Raises ``UnitError``."""
    source, target = canonical_unit(quantity, from_unit), canonical_unit(quantity, to_unit)
    if source == target:
        return value
    path = _straight(quantity, source, target)
    if path.curved:
        raise UnitError(f"a difference in {source} has no fixed size in {target}; write it in {target}")
    return value * path.numerator / path.denominator


class _Path(NamedTuple):
    """From one unit to another: numerator and denominator are kept apart, so that 9 kPa become exactly 0.009 MPa."""

    numerator: float
    denominator: float
    source: Scale
    target: Scale

    @property
    def curved(self) -> bool:
        return bool(self.source.curve or self.target.curve)

    def __call__(self, value: float) -> float:
        if self.curved:
            return self._curve(value)
        return (value - float(self.source.zero)) * self.numerator / self.denominator + float(self.target.zero)

    def _curve(self, value: float) -> float:
        try:
            base = self.source.curve.into_base(value) if self.source.curve else value * float(self.source.factor)
        except ValueError as error:
            raise UnitError(str(error)) from None
        return self.target.curve.from_base(base) if self.target.curve else base / float(self.target.factor)


@cache
def _straight(quantity: str, source: str, target: str) -> _Path:
    units = QUANTITIES[quantity].units
    one, other = units[source], units[target]
    if one.apart or other.apart:
        raise UnitError(f"{source} cannot be converted into {target}: they are two ways to state a {quantity}")
    ratio = one.factor / other.factor
    return _Path(float(ratio.numerator), float(ratio.denominator), one, other)


def _plain(unit: str) -> str:
    """One form for the look-alikes of Unicode: ``℃`` and ``°C``, ``Ω`` and the ohm sign, ``m³`` and ``m3``."""
    return unicodedata.normalize("NFKC", unit).strip()


@cache
def _spellings(quantity: str) -> dict[str, str]:
    units = quantity_named(quantity).units
    if not units:
        return {"": ""}
    spelled = {_plain(alias): symbol for symbol, scale in units.items() for alias in scale.aliases}
    return spelled | {_plain(symbol): symbol for symbol in units}


def _refusal(quantity: str, unit: str) -> str:
    allowed = ", ".join(allowed_units(quantity)) or "no unit"
    if not QUANTITIES[quantity].units:
        return f"{unit!r} given for the state {quantity}; allowed: no unit"
    others = [name for name in QUANTITIES if name != quantity and _plain(unit) in _spellings(name) and unit]
    if others:
        return f"{unit!r} is a unit of {' or '.join(others[:3])}, not of {quantity}; allowed: {allowed}"
    return f"{unit!r} is not a unit of {quantity}; allowed: {allowed}"


def steps(value: float, resolution: float) -> int:
    """``value`` as a whole number of steps, so that limits compare exactly: 0.6 + 0.1 and 0.7 are both 700 at 0.001.

    Half a step goes to the even neighbour, as in ``numpy.rint``. Raises ``ValueError`` unless both are finite and
    ``resolution`` is above 0.
    """
    if not resolution > 0:
        raise ValueError(f"a resolution of {resolution} has no steps; allowed: above 0")
    if not math.isfinite(value):
        raise ValueError(f"{value} is not finite")
    return round(value / resolution)


def decimals(resolution: float) -> int:
    """How many decimal places a resolution shows: 0.001 → 3, 0.25 → 2, 10 → 0."""
    exponent = Decimal(repr(resolution)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def format_value(value: float, resolution: float, unit: str = "") -> str:
    """``value`` with as many decimals as its resolution has, and its unit: ``0.612 MPa``. A unit of "1" is not written."""
    number = f"{round(value, decimals(resolution)) + 0.0:.{decimals(resolution)}f}"
    return number if unit in ("", "1") else f"{number} {unit}"


_NUMBER_AND_UNIT = re.compile(r"\s*([-+−]?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?)\s*(.*?)\s*", re.DOTALL)


def parse_quantity_text(text: str) -> tuple[float, str]:
    """``"0.1 MPa"`` → ``(0.1, "MPa")``; a bare number has the unit ``""``. Which quantity it is of is for ``convert`` to judge.

    Raises ``UnitError`` when it does not begin with a number, or when no quantity knows the unit.
    """
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None:
        raise UnitError(f"{text!r} is not a value with a unit; write it as in '0.1 MPa'")
    value, unit = float(match.group(1).replace("−", "-")), match.group(2)
    if not math.isfinite(value):
        raise UnitError(f"{text!r} is not a finite number")
    if unit and not any(_plain(unit) in _spellings(name) for name in QUANTITIES):
        raise UnitError(f"{unit!r} in {text!r} is not a unit of anything we measure; write it as in '0.1 MPa'")
    return value, unit


_YES_AND_NO = {"true": 1, "false": 0, "on": 1, "off": 0, "yes": 1, "no": 0, "1": 1, "0": 0}
"""Booleans that devices send as text."""


def state_number(quantity: str, value: float | bool | str) -> float:
    """The number of a state given as its word (either language, any case), its number, or a boolean.

    A boolean, also as text (true, on, yes, "1"), counts as 1 or 0 where all devices agree what it means; contacts, valves
    and entries need the word, because true is "closed" to one maker and "open" to the next.
    Raises ``UnitError`` for anything else, and for a quantity that is measured.
    """
    known = quantity_named(quantity)
    if isinstance(value, bool):
        found = (1 if value else 0) if known.booleans else None
    elif isinstance(value, str):
        found = _words(quantity).get(_plain(value).casefold())
    else:
        found = int(value) if value in known.state_names else None
    if found is None:
        raise UnitError(f"{value!r} is not a state of {quantity}; allowed: {_states_text(known)}")
    return float(found)


def state_word(quantity: str, number: float, language: str = "") -> str:
    """The state's name in ``"zh"`` or ``"en"``; the bare word of the table without a language. Raises ``UnitError``."""
    known = quantity_named(quantity)
    for word, of_word in known.states.items():
        if of_word == number:
            return known.state_names[of_word].say(language) if language else word
    raise UnitError(f"{number!r} is not a state of {quantity}; allowed: {_states_text(known)}")


@cache
def _words(quantity: str) -> dict[str, int]:
    known = QUANTITIES[quantity]
    names = {text: number for number, name in known.state_names.items() for text in (name.zh, name.en)}
    plain = _YES_AND_NO if known.booleans else {}
    return {
        word.casefold(): number for word, number in (plain | names | dict(known.synonyms) | dict(known.states)).items()
    }


def _states_text(quantity: Quantity) -> str:
    if not quantity.is_state:
        return f"numbers in {', '.join(quantity.units)}"
    words = ", ".join(f"{word} ({number})" for word, number in quantity.states.items())
    return f"{words}, true, false" if quantity.booleans else words

"""What a value probably is, before somebody claims it: by its name as makers publish it, by its unit, by what announces it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from collector.catalogue import DECODERS, levels
from collector.decoding import Announced, Decoded, DecodeError, Message
from collector.makers import PUBLISHED
from facility.letter import Unclaimed
from facility.units import QUANTITIES, UnitError, allowed_units, canonical_unit

RESOLUTIONS = {"MPa": 0.001, "kPa": 1, "bar": 0.01, "MΩ": 0.01, "°C": 0.1, "%": 1, "%RH": 1, "V": 0.01, "mA": 0.01}
"""The step that common instruments have in these units; 0.01 elsewhere."""
USUAL_INTERVAL = 60_000
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SYNONYMS = {"humi": "humidity", "hum": "humidity", "temp": "temperature", "volt": "voltage", "bat": "battery"}
_SAID_SHORT = {("humidity", "%"): "%RH"}
"""Units as they are announced, where a bare one means the quantity's own."""
_TALLIES = frozenset({"times", "count", "counts", "pulse", "pulses"})
"""A name with one of these in it counts how often; it is not the thing itself."""
_MEASURED = {
    **{
        name: name
        for name in ("temperature", "humidity", "pressure", "battery", "voltage", "current", "power", "energy")
    },
    **{name: name for name in ("frequency", "illuminance", "irradiance", "speed", "duration", "power_factor", "ph")},
    **{name: name for name in ("reactive_power", "apparent_power", "conductivity", "reactive_energy")},
    "atmospheric_pressure": "pressure",
    "carbon_dioxide": "co2",
    "carbon_monoxide": "gas_concentration",
    "pm1": "particulates",
    "pm25": "particulates",
    "pm10": "particulates",
    "signal_strength": "signal",
    "moisture": "ratio",
    "distance": "length",
    "water": "volume",
    "gas": "volume",
    "volume": "volume",
    "volume_flow_rate": "flow",
    "weight": "mass",
    "precipitation": "rainfall",
    "sound_pressure": "sound",
    "precipitation_intensity": "rain_rate",
    "wind_speed": "speed",
    "volume_storage": "volume",
}
_BINARY = {
    "smoke": "smoke",
    "moisture": "leak",
    "door": "door",
    "garage_door": "door",
    "opening": "contact",
    "window": "contact",
    "motion": "motion",
    "occupancy": "motion",
    "gas": "gas_alarm",
    "tamper": "tamper",
    "carbon_monoxide": "gas_alarm",
    "problem": "fault",
    "battery": "battery_low",
    "heat": "heat",
    "running": "running",
    "connectivity": "online",
    "light": "daylight",
}
"""Home Assistant's device classes → quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One value that the device sends, or announces, and what it probably is. Empty fields could not be guessed."""

    key: str
    value: float | bool | str | None
    """None: announced, and not heard yet."""
    sent_unit: str = ""
    quantity: str = ""
    unit: str = ""
    resolution: float = 0.01
    interval: int = USUAL_INTERVAL
    name: str = ""
    """As it was announced."""
    loop: str = ""
    """The key of the current behind it, where the maker sends one."""


def guesses(seen: Unclaimed, others: Sequence[Unclaimed] = ()) -> list[Guess]:
    """What the sample holds, read with the decoder that understands it, and what was announced of the same device.

    ``others`` are the other unclaimed rows of that device. Empty when nothing is understood.
    """
    heard = {guess.key: guess for guess in _heard(seen)}
    told = {guess.key: guess for row in (seen, *others) for guess in _told(row)}
    if seen.key and seen.key not in told:  # one value that was heard; a row otherwise stands for its whole device
        return list(heard.values())
    both = {key: _joined(heard.get(key), guess) for key, guess in told.items()}
    return [*(both.pop(key, guess) for key, guess in heard.items()), *both.values()]


def _joined(heard: Guess | None, told: Guess) -> Guess:
    """The value as it was heard, the rest as it was announced where that said something."""
    if heard is None:
        return told
    known = told if told.quantity else heard
    return replace(
        known, value=heard.value, sent_unit=told.sent_unit or heard.sent_unit, name=told.name, loop=heard.loop
    )


def announced(seen: Unclaimed) -> Announced | None:
    """What announced this row's value, if anything did. Of several values of one name it is the one of this device."""
    found = [one for one in _decode(seen).announced if (one.key or one.topic.rpartition("/")[2]) == seen.key]
    own = (one for one in found if seen.external_id in (one.topic, *one.topic.split("/")))
    return next(own, found[0] if found else None)


def _told(seen: Unclaimed) -> Iterator[Guess]:
    one = announced(seen)
    if one is not None:
        yield replace(guess(seen.key, None, one.unit, by_class(one)), name=one.name)


def by_class(one: Announced) -> str:
    """The quantity of an announced value, by its class; empty where none is said or known."""
    return (_BINARY if one.binary else _MEASURED).get(one.device_class, "")


def _heard(seen: Unclaimed) -> Iterator[Guess]:
    keys: set[str] = set()
    for signal in _decode(seen).signals:
        of_this = signal.device == seen.external_id and signal.key == (seen.key or signal.key)
        if of_this and signal.key not in keys:
            keys.add(signal.key)
            yield guess(signal.key, signal.value, signal.unit)


def _decode(seen: Unclaimed) -> Decoded:
    decoder = DECODERS.get(seen.guess)
    if decoder is None:
        return Decoded()
    captured, usual = levels(decoder, seen.topic)
    message = Message(
        topic=seen.topic,
        payload=seen.payload,
        received=seen.last,
        source=seen.source,
        captured=captured if usual else {},
    )
    try:
        return decoder.decode(message, {})
    except (DecodeError, KeyError):
        return Decoded()


def guess(key: str, value: float | bool | str | None, sent_unit: str = "", quantity: str = "") -> Guess:
    """What a value probably is: as its maker publishes it, then by its name, then by its unit. ``quantity``: it is known."""
    published = PUBLISHED.get(key.rpartition(".")[2])
    if published is not None and not quantity:
        quantity, sent_unit = published.quantity, sent_unit or published.unit
    quantity = quantity or _fitting(_by_name(key), value, sent_unit) or _by_unit(sent_unit)
    sent_unit = _SAID_SHORT.get((quantity, sent_unit), sent_unit)
    unit = _unit(quantity, sent_unit)
    state = bool(quantity) and QUANTITIES[quantity].is_state
    return Guess(
        key=key,
        value=value,
        sent_unit=sent_unit,
        quantity=quantity,
        unit=unit,
        resolution=1.0 if state else RESOLUTIONS.get(unit, 0.01),
        interval=0 if state else USUAL_INTERVAL,
        loop=published.loop if published else "",
    )


def _fitting(quantity: str, value: float | bool | str | None, sent_unit: str) -> str:
    """The guess, unless the value cannot be one: a word is not measured, 7091 is no state of a door."""
    if not quantity:
        return ""
    state = QUANTITIES[quantity].is_state
    measured = type(value) is float and (value not in (0.0, 1.0) or bool(sent_unit))
    return "" if (state and measured) or (not state and isinstance(value, bool | str)) else quantity


def _by_name(key: str) -> str:
    plain = _CAMEL.sub("_", key).lower().replace("-", "_").replace(".", "_")
    if plain in QUANTITIES:
        return plain
    parts = {_SYNONYMS.get(part, part) for part in plain.split("_")}
    if parts & _TALLIES:
        return "count"
    return next((q for q in sorted(QUANTITIES, key=len, reverse=True) if set(q.split("_")) <= parts), "")


def _by_unit(unit: str) -> str:
    if not unit:
        return ""
    fitting = [quantity for quantity in QUANTITIES if knows_unit(quantity, unit)]
    return fitting[0] if len(fitting) == 1 else ""


def knows_unit(quantity: str, unit: str) -> bool:
    """Whether ``unit`` is one of ``quantity``."""
    try:
        canonical_unit(quantity, unit)
    except UnitError:
        return False
    return True


def _unit(quantity: str, sent_unit: str) -> str:
    if not quantity:
        return ""
    if sent_unit and knows_unit(quantity, sent_unit):
        return canonical_unit(quantity, sent_unit)
    return allowed_units(quantity)[0]

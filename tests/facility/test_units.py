"""Quantities and units: each factor is pinned beside its source."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.units import (
    QUANTITIES,
    UnitError,
    allowed_units,
    canonical_unit,
    convert,
    convert_span,
    format_value,
    parse_quantity_text,
    state_number,
    state_word,
    steps,
)

PINNED = [
    # NIST SP 811 (2008), appendix B.8, unless another source is named.
    ("pressure", 1, "psi", "Pa", 6894.757),
    ("pressure", 1, "mH2O", "Pa", 9806.65),
    ("pressure", 1, "mmH2O", "Pa", 9.80665),
    ("pressure", 1, "kgf/cm²", "kPa", 98.0665),
    ("pressure", 1, "bar", "kPa", 100),
    ("pressure", 1, "mbar", "Pa", 100),
    ("pressure", 1, "hPa", "Pa", 100),
    ("pressure", 1, "MPa", "kPa", 1000),
    ("pressure", 600, "kPa", "MPa", 0.6),
    ("pressure", 0.246, "bar", "MPa", 0.0246),
    # SI prefixes (SI Brochure, 9th edition, table 7).
    ("insulation_resistance", 0.5, "MΩ", "kΩ", 500),
    ("insulation_resistance", 2, "GΩ", "MΩ", 2000),
    ("insulation_resistance", 500_000, "Ω", "MΩ", 0.5),
    ("resistance", 4000, "mΩ", "Ω", 4),
    ("resistance", 2, "MΩ", "kΩ", 2000),
    ("current", 500, "mA", "A", 0.5),
    ("current", 500, "µA", "mA", 0.5),
    ("loop_current", 4000, "µA", "mA", 4),
    ("voltage", 0.5, "kV", "mV", 500_000),
    ("level", 0.002, "km", "m", 2),
    ("length", 5, "mm", "cm", 0.5),
    ("power", 1500, "W", "kW", 1.5),
    ("residual_current", 0.3, "A", "mA", 300),
    ("residual_current", 30_000, "µA", "mA", 30),
    ("loop_current", 0.02, "A", "mA", 20),
    ("current", 1.5, "kA", "A", 1500),
    ("voltage", 3012, "mV", "V", 3.012),
    ("voltage", 0.4, "kV", "V", 400),
    ("level", 250, "cm", "m", 2.5),
    ("level", 1200, "mm", "m", 1.2),
    ("length", 1, "km", "m", 1000),
    ("battery", 3012, "mV", "V", 3.012),
    ("power", 1, "MW", "kW", 1000),
    ("power", 1500, "mW", "W", 1.5),
    ("reactive_power", 1, "kvar", "var", 1000),
    ("apparent_power", 1, "kVA", "VA", 1000),
    ("reactive_energy", 1, "kvarh", "varh", 1000),
    ("frequency", 1, "kHz", "Hz", 1000),
    ("irradiance", 1, "kW/m²", "W/m²", 1000),
    ("mass", 1, "t", "kg", 1000),
    ("mass", 500, "g", "kg", 0.5),
    ("conductivity", 1, "S/m", "µS/cm", 10_000),
    ("conductivity", 1, "mS/cm", "µS/cm", 1000),
    ("particulates", 0.075, "mg/m³", "µg/m³", 75),
    ("chlorine", 300, "µg/L", "mg/L", 0.3),
    # The hour, minute, day and litre (SI Brochure, 9th edition, table 8).
    ("flow", 3.6, "m³/h", "L/s", 1),
    ("flow", 60, "L/min", "L/s", 1),
    ("flow", 1000, "L/h", "m³/h", 1),
    ("flow", 1, "m³/s", "m³/h", 3600),
    ("volume", 1, "m³", "L", 1000),
    ("volume", 500, "mL", "L", 0.5),
    ("oldest_frame", 30, "d", "h", 720),
    ("oldest_frame", 1, "h", "s", 3600),
    ("oldest_frame_at", 1500, "ms", "s", 1.5),
    ("duration", 1, "d", "h", 24),
    ("duration", 90, "min", "h", 1.5),
    ("duration", 1500, "ms", "s", 1.5),
    ("speed", 36, "km/h", "m/s", 10),
    ("speed", 60, "m/min", "m/s", 1),
    ("speed", 4.5, "mm/s", "m/s", 0.0045),
    ("energy", 1, "kWh", "MJ", 3.6),
    ("energy", 1, "MWh", "kWh", 1000),
    ("energy", 1, "Wh", "J", 3600),
    # 0 °C = 273.15 K (SI Brochure, 9th edition, 2.3.1); t/°F = 9/5 · t/°C + 32 (NIST SP 811, appendix B.9).
    ("temperature", 25, "°C", "K", 298.15),
    ("temperature", 212, "°F", "°C", 100),
    ("temperature", -40, "°F", "°C", -40),
    # ISO 7240-7: m = 10/d · log10(P0/P); 10 % of the light lost over a metre.
    ("smoke_density", 10, "%/m", "dB/m", 0.4575749),
    ("smoke_density", 0.15, "dB/m", "%/m", 3.3949121),
    # Standard gravity (NIST SP 811, appendix B.8); 180° = π rad.
    ("acceleration", 1, "g", "m/s²", 9.80665),
    ("angle", math.pi, "rad", "°", 180),
    # Parts per hundred, thousand, million.
    ("ratio", 0.25, "1", "%", 25),
    ("ratio", 5, "‰", "%", 0.5),
    ("power_factor", 95, "%", "1", 0.95),
    ("co2", 0.1, "%", "ppm", 1000),
    ("gas_concentration", 1, "%vol", "ppm", 10_000),
    ("gas_concentration", 500, "ppb", "ppm", 0.5),
]


@pytest.mark.parametrize(("quantity", "value", "source", "target", "expected"), PINNED)
def test_each_factor_is_as_its_source_says(
    quantity: str, value: float, source: str, target: str, expected: float
) -> None:
    assert convert(value, source, target, quantity) == pytest.approx(expected, rel=1e-7)


def test_every_unit_that_can_be_converted_is_pinned() -> None:
    pinned = {(quantity, unit) for quantity, _, source, target, _ in PINNED for unit in (source, target)}
    missing = [
        (quantity.id, unit)
        for quantity in QUANTITIES.values()
        for unit, scale in quantity.units.items()
        if not scale.apart and (quantity.id, unit) not in pinned and _has_company(quantity.id)
    ]
    assert missing == []


def _has_company(quantity: str) -> bool:
    return sum(not scale.apart for scale in QUANTITIES[quantity].units.values()) > 1


CONVERTIBLE = [
    (quantity.id, one, other)
    for quantity in QUANTITIES.values()
    for one, first in quantity.units.items()
    for other, second in quantity.units.items()
    if one != other and not first.apart and not second.apart and not first.curve and not second.curve
]


@given(st.sampled_from(CONVERTIBLE), st.floats(-1e6, 1e6))
def test_there_and_back_is_the_same_value(pair: tuple[str, str, str], value: float) -> None:
    quantity, one, other = pair
    there = convert(value, one, other, quantity)
    assert convert(there, other, one, quantity) == pytest.approx(value, rel=1e-9, abs=1e-9)


@given(st.integers(0, 2000))
def test_whole_kilopascals_become_exactly_the_megapascals_one_would_write(kilopascals: int) -> None:
    assert convert(kilopascals, "kPa", "MPa", "pressure") == float(f"{kilopascals / 1000:.3f}")


@pytest.mark.parametrize(
    ("quantity", "spelling", "symbol"),
    [
        ("insulation_resistance", "MOhm", "MΩ"),
        ("insulation_resistance", "Mohm", "MΩ"),
        ("insulation_resistance", "MΩ", "MΩ"),
        ("temperature", "C", "°C"),
        ("temperature", "degC", "°C"),
        ("temperature", "℃", "°C"),
        ("temperature", "Cel", "°C"),
        ("flow", "m3/h", "m³/h"),
        ("flow", "l/s", "L/s"),
        ("pressure", " kPa ", "kPa"),
        ("pressure", "㎪", "kPa"),
        ("humidity", "%", "%RH"),
        ("battery", "%EL", "%"),
        ("residual_current", "μA", "µA"),
        ("illuminance", "lux", "lx"),
        ("slip_coefficient", "", "1"),
        ("count", "count", "1"),
        ("ratio", "/", "1"),
        ("smoke", "", ""),
    ],
)
def test_well_known_spellings_are_understood(quantity: str, spelling: str, symbol: str) -> None:
    assert canonical_unit(quantity, spelling) == symbol


@pytest.mark.parametrize(
    ("quantity", "senml"),
    # RFC 8428, section 12.1, and RFC 8798: the units that a property's sensors send.
    [
        ("pressure", "Pa"),
        ("pressure", "hPa"),
        ("temperature", "K"),
        ("temperature", "Cel"),
        ("humidity", "%RH"),
        ("battery", "%EL"),
        ("voltage", "V"),
        ("voltage", "mV"),
        ("current", "A"),
        ("current", "mA"),
        ("power", "W"),
        ("power", "kW"),
        ("apparent_power", "VA"),
        ("apparent_power", "kVA"),
        ("reactive_power", "var"),
        ("reactive_power", "kvar"),
        ("energy", "J"),
        ("energy", "Wh"),
        ("energy", "kWh"),
        ("reactive_energy", "varh"),
        ("reactive_energy", "kvarh"),
        ("resistance", "Ohm"),
        ("insulation_resistance", "Ohm"),
        ("frequency", "Hz"),
        ("frequency", "1/s"),
        ("rotation", "1/min"),
        ("level", "m"),
        ("level", "cm"),
        ("level", "mm"),
        ("length", "km"),
        ("mass", "kg"),
        ("mass", "g"),
        ("duration", "s"),
        ("duration", "ms"),
        ("duration", "min"),
        ("duration", "h"),
        ("illuminance", "lx"),
        ("volume", "m3"),
        ("volume", "l"),
        ("flow", "m3/s"),
        ("flow", "l/s"),
        ("speed", "m/s"),
        ("speed", "km/h"),
        ("acceleration", "m/s2"),
        ("irradiance", "W/m2"),
        ("ratio", "/"),
        ("ratio", "%"),
        ("ratio", "/100"),
        ("ratio", "/1000"),
        ("count", "count"),
        ("signal", "dBm"),
        ("signal_to_noise", "dB"),
        ("sound", "dB"),
        ("sound", "Bspl"),
        ("co2", "ppm"),
        ("gas_concentration", "ppm"),
        ("gas_concentration", "ppb"),
        ("particulates", "ug/m3"),
        ("chlorine", "ug/l"),
        ("conductivity", "S/m"),
        ("ph", "pH"),
        ("angle", "rad"),
        ("angle", "deg"),
        ("angle", "lat"),
        ("rain_rate", "mm/h"),
    ],
)
def test_senml_s_unit_names_are_understood(quantity: str, senml: str) -> None:
    assert canonical_unit(quantity, senml) in QUANTITIES[quantity].units


def test_no_two_units_of_a_quantity_share_a_spelling() -> None:
    for quantity in QUANTITIES.values():
        spelled = [*quantity.units, *(alias for scale in quantity.units.values() for alias in scale.aliases)]
        assert len(set(spelled)) == len(spelled), quantity.id


def test_an_unknown_unit_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(UnitError, match=r"'Mpa' is not a unit of pressure; allowed: MPa, kPa, Pa, bar"):
        canonical_unit("pressure", "Mpa")


def test_a_unit_of_another_quantity_is_refused_by_name() -> None:
    with pytest.raises(UnitError, match=r"'V' is a unit of voltage or battery, not of pressure; allowed: MPa"):
        convert(1, "V", "MPa", "pressure")


def test_milli_is_not_mega() -> None:
    with pytest.raises(UnitError, match="'mPa' is not a unit of pressure"):
        convert(600, "mPa", "MPa", "pressure")


def test_an_unknown_quantity_is_refused_with_all_there_are() -> None:
    with pytest.raises(UnitError, match=r"'presure' is not a quantity; allowed: pressure, insulation_resistance"):
        convert(1, "MPa", "kPa", "presure")


def test_a_state_has_no_unit() -> None:
    with pytest.raises(UnitError, match="'V' given for the state smoke; allowed: no unit"):
        canonical_unit("smoke", "V")
    assert allowed_units("smoke") == [""]


@pytest.mark.parametrize(
    ("quantity", "source", "target"),
    [("battery", "%", "V"), ("level", "%", "m"), ("smoke_density", "%", "dB/m"), ("gas_concentration", "%LEL", "ppm")],
)
def test_a_scale_of_its_own_is_never_converted(quantity: str, source: str, target: str) -> None:
    with pytest.raises(UnitError, match="two ways to state"):
        convert(50, source, target, quantity)
    assert convert(50, source, source, quantity) == 50


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(UnitError, match="finite"):
        convert(value, "MPa", "MPa", "pressure")


def test_what_overflows_is_refused() -> None:
    with pytest.raises(UnitError, match="finite"):
        convert(1e306, "MPa", "Pa", "pressure")


@pytest.mark.parametrize("percent", [-0.1, 100, 140])
def test_more_light_lost_than_there_is_is_refused(percent: float) -> None:
    with pytest.raises(UnitError, match="share of light lost"):
        convert(percent, "%/m", "dB/m", "smoke_density")


def test_a_difference_has_no_zero() -> None:
    assert convert_span(9, "°F", "°C", "temperature") == pytest.approx(5)
    assert convert_span(2, "°C", "K", "temperature") == 2
    assert convert_span(100, "kPa", "MPa", "pressure") == 0.1


def test_a_difference_on_a_curve_is_refused() -> None:
    with pytest.raises(UnitError, match="no fixed size"):
        convert_span(1, "%/m", "dB/m", "smoke_density")


RESOLUTIONS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0]


@given(st.integers(-100_000, 100_000), st.integers(0, 10_000), st.sampled_from(RESOLUTIONS))
def test_limits_stand_exactly_on_their_step(set_steps: int, within_steps: int, resolution: float) -> None:
    setting, within = set_steps * resolution, within_steps * resolution
    assert steps(setting + within, resolution) == steps(setting, resolution) + steps(within, resolution)
    assert steps(setting - within, resolution) == set_steps - within_steps


@pytest.mark.parametrize("resolution", [0.001, 0.01, 0.1])
@pytest.mark.parametrize(
    ("setting", "upper", "lower"), [(0.6, 0.7, 0.5), (1.0, 1.1, 0.9), (0.3, 0.4, 0.2), (0.8, 0.9, 0.7)]
)
def test_a_tenth_around_any_set_pressure_behaves_alike(
    setting: float, upper: float, lower: float, resolution: float
) -> None:
    band = steps(0.1, resolution)
    assert steps(upper, resolution) - steps(setting, resolution) == band
    assert steps(setting, resolution) - steps(lower, resolution) == band


@given(st.floats(-1e9, 1e9), st.sampled_from(RESOLUTIONS))
def test_steps_are_those_of_numpy(value: float, resolution: float) -> None:
    assert steps(value, resolution) == int(np.rint(np.float64(value) / np.float64(resolution)))


@pytest.mark.parametrize(
    ("value", "resolution"), [(1.0, 0.0), (1.0, -0.1), (math.nan, 0.1), (math.inf, 0.1), (1.0, math.nan)]
)
def test_steps_of_nothing_are_refused(value: float, resolution: float) -> None:
    with pytest.raises(ValueError, match=r"resolution|finite"):
        steps(value, resolution)


@pytest.mark.parametrize(
    ("value", "resolution", "unit", "text"),
    [
        (0.612, 0.001, "MPa", "0.612 MPa"),
        (0.6, 0.001, "MPa", "0.600 MPa"),
        (2.349, 0.01, "MΩ", "2.35 MΩ"),
        (97.0, 1.0, "%", "97 %"),
        (0.5, 0.01, "1", "0.50"),
        (21.25, 0.25, "°C", "21.25 °C"),
        (1240.0, 10.0, "lx", "1240 lx"),
        (-0.0001, 0.001, "MPa", "0.000 MPa"),
        (0.00002, 0.00001, "V", "0.00002 V"),
    ],
)
def test_a_value_shows_the_decimals_that_its_instrument_has(
    value: float, resolution: float, unit: str, text: str
) -> None:
    assert format_value(value, resolution, unit) == text


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0.1 MPa", 0.1, "MPa"),
        ("0.1MPa", 0.1, "MPa"),
        (" 0.5 MΩ ", 0.5, "MΩ"),
        ("5 %", 5.0, "%"),
        ("-5 °C", -5.0, "°C"),
        ("−5 ℃", -5.0, "℃"),
        ("0.5", 0.5, ""),
        ("1e-3 A", 0.001, "A"),
    ],
)
def test_a_limit_in_a_rule_is_read(text: str, value: float, unit: str) -> None:
    assert parse_quantity_text(text) == (value, unit)


@pytest.mark.parametrize("text", ["", "MPa", "0,1 MPa", "0.1 Mpa", "1e999 MPa", "nan MPa", "0.1 MPa MPa", "± 0.1 MPa"])
def test_a_limit_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UnitError):
        parse_quantity_text(text)


STATES = [quantity for quantity in QUANTITIES.values() if quantity.is_state]


@pytest.mark.parametrize("quantity", STATES, ids=lambda q: q.id)
def test_every_state_reads_back_from_its_word_in_both_languages(quantity: object) -> None:
    from facility.quantity import Quantity

    assert isinstance(quantity, Quantity)
    for word, number in quantity.states.items():
        assert state_number(quantity.id, word) == number
        assert state_number(quantity.id, number) == number
        assert state_word(quantity.id, number) == word
        for language in ("zh", "en"):
            name = state_word(quantity.id, number, language)
            assert name
            assert state_number(quantity.id, name) == number


def test_the_numbers_that_readings_are_stored_with_never_change() -> None:
    assert QUANTITIES["smoke"].states == {"clear": 0, "alarm": 1}
    assert QUANTITIES["door"].states == {"closed": 0, "open": 1, "held": 2, "forced": 3}
    assert QUANTITIES["entry"].states == {"granted": 0, "denied": 1}
    assert QUANTITIES["scan"].states["scanned"] == 1
    assert QUANTITIES["leak"].states == {"dry": 0, "wet": 1}


@pytest.mark.parametrize(
    ("quantity", "sent", "number"),
    [
        ("smoke", True, 1),
        ("smoke", False, 0),
        ("smoke", "Alarm", 1),
        ("smoke", "Normal", 0),
        ("smoke", "报警", 1),
        ("smoke", "true", 1),
        ("smoke", 1.0, 1),
        ("leak", "leak", 1),
        ("leak", "normal", 0),
        ("door", "close", 0),
        ("door", "FORCED", 3),
        ("manual_call_point", "Pushed", 1),
        ("running", "on", 1),
        ("mains", False, 0),
    ],
)
def test_states_are_understood_as_devices_send_them(quantity: str, sent: bool | float | str, number: int) -> None:
    assert state_number(quantity, sent) == number


@pytest.mark.parametrize(
    ("quantity", "sent"),
    [
        ("smoke", 2),
        ("smoke", 0.5),
        ("smoke", "perhaps"),
        ("smoke", math.nan),
        ("door", 7),
        # True is "closed" to one maker of contacts and "open" to the next.
        ("contact", True),
        ("valve", False),
        ("entry", True),
        ("entry", "true"),
        ("pressure", 0.6),
        ("pressure", True),
    ],
)
def test_what_is_no_state_is_refused_with_what_is_allowed(quantity: str, sent: bool | float | str) -> None:
    with pytest.raises(UnitError, match="allowed"):
        state_number(quantity, sent)


def test_every_quantity_and_state_is_named_in_both_languages() -> None:
    for quantity in QUANTITIES.values():
        for name in (quantity.name, *quantity.state_names.values()):
            assert name.zh, quantity.id
            assert name.en, quantity.id
        assert bool(quantity.units) != bool(quantity.states), quantity.id

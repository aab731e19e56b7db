"""Everything that is measured, with its units. To add a quantity or a unit, add a row here."""

from __future__ import annotations

import math
from fractions import Fraction

from facility.quantity import Curve, Quantity, Scale
from facility.text import Text


def _scale(factor: str | int, *aliases: str, zero: str = "0", apart: bool = False) -> Scale:
    return Scale(factor=Fraction(factor), zero=Fraction(zero), apart=apart, aliases=aliases)


def _obscuration_into_decibels(percent: float) -> float:
    """Light lost over a metre, % → dB/m. Raises ``ValueError`` outside 0 to below 100."""
    if not 0 <= percent < 100:
        raise ValueError(f"{percent} %/m is not a share of light lost; allowed: 0 to below 100")
    return -10 * math.log10(1 - percent / 100)


def _decibels_into_obscuration(decibels: float) -> float:
    return 100 * (1 - 10 ** (-decibels / 10))


# m = 10/d · log10(P0/P) in dB/m, the response threshold of optical detectors (ISO 7240-7, annex on smoke measurement).
_OBSCURATION = Scale(curve=Curve(_obscuration_into_decibels, _decibels_into_obscuration), aliases=("%obs/m", "obs%/m"))

_ONE = _scale(1, "", "/", "count")
_PERCENT = _scale(1, "pct", "percent", "/100")
_OWN_PERCENT = _scale(1, "pct", "percent", "/100", apart=True)

_AMPERES = {"mA": _scale("1/1000"), "A": _scale(1), "µA": _scale("1/1000000", "uA")}
_VOLTS = {"V": _scale(1), "mV": _scale("1/1000"), "kV": _scale(1000)}
_OHMS = {
    "MΩ": _scale(10**6, "MOhm", "Mohm", "Megohm", "megohm", "兆欧"),
    "kΩ": _scale(10**3, "kOhm", "kohm", "KΩ", "千欧"),
    "GΩ": _scale(10**9, "GOhm", "Gohm", "吉欧"),
    "Ω": _scale(1, "Ohm", "ohm", "欧"),
    "mΩ": _scale("1/1000", "mOhm", "mohm"),
}
_METRES = {"m": _scale(1), "cm": _scale("1/100"), "mm": _scale("1/1000"), "km": _scale(1000)}
_SPEEDS = {"m/s": _scale(1), "km/h": _scale("10/36", "kph"), "mm/s": _scale("1/1000"), "m/min": _scale("1/60")}

MEASURES = (
    Quantity(
        id="pressure",
        name=Text("压力", "pressure"),
        base="Pa",
        units={
            "MPa": _scale(10**6),
            "kPa": _scale(10**3, "KPa"),
            "Pa": _scale(1),
            "bar": _scale(10**5),
            "mbar": _scale(100),
            "hPa": _scale(100),
            # The pound-force per square inch to seven digits, as in NIST SP 811 (appendix B.8).
            "psi": _scale("6894.757", "PSI", "lbf/in2"),
            # Conventional metre of water: 1000 kg/m³ × 9.80665 m/s² (NIST SP 811, appendix B.8).
            "mH2O": _scale("9806.65", "mWC", "mWG", "mAq", "m head", "米水柱"),
            "mmH2O": _scale("9.80665", "mmWC", "mmAq"),
            "kgf/cm²": _scale("98066.5", "kgf/cm2", "kg/cm2", "公斤"),
        },
    ),
    Quantity(
        id="insulation_resistance",
        name=Text("绝缘电阻", "insulation resistance"),
        base="Ω",
        units={unit: _OHMS[unit] for unit in ("MΩ", "kΩ", "GΩ", "Ω")},
    ),
    Quantity(
        id="resistance",
        name=Text("电阻", "resistance"),
        base="Ω",
        units={unit: _OHMS[unit] for unit in ("Ω", "mΩ", "kΩ", "MΩ")},
    ),
    Quantity(
        id="smoke_density",
        name=Text("烟雾浓度", "smoke density"),
        base="dB/m",
        units={"dB/m": _scale(1), "%/m": _OBSCURATION, "%": _OWN_PERCENT},
    ),
    Quantity(
        id="temperature",
        name=Text("温度", "temperature"),
        base="°C",
        units={
            "°C": _scale(1, "Cel", "C", "degC", "deg C", "摄氏度"),
            # 0 °C = 273.15 K; °F = °C × 9/5 + 32 (SI Brochure 9, 2.3.1; NIST SP 811, appendix B.9).
            "K": _scale(1, zero="273.15"),
            "°F": _scale("5/9", "F", "degF", "deg F", zero="32"),
        },
    ),
    Quantity(id="residual_current", name=Text("剩余电流", "residual current"), base="A", units=_AMPERES),
    Quantity(id="loop_current", name=Text("回路电流", "loop current"), base="A", units=_AMPERES),
    Quantity(
        id="current",
        name=Text("电流", "current"),
        base="A",
        units={"A": _AMPERES["A"], "mA": _AMPERES["mA"], "kA": _scale(1000), "µA": _AMPERES["µA"]},
    ),
    Quantity(id="voltage", name=Text("电压", "voltage"), base="V", units=_VOLTS),
    Quantity(
        id="flow",
        name=Text("流量", "flow"),
        base="m³/s",
        units={
            "m³/h": _scale("1/3600", "m3/h", "cbm/h"),
            "L/s": _scale("1/1000", "l/s"),
            "L/min": _scale("1/60000", "l/min", "LPM", "lpm"),
            "L/h": _scale("1/3600000", "l/h"),
            "m³/s": _scale(1, "m3/s"),
        },
    ),
    Quantity(
        id="volume",
        name=Text("体积", "volume"),
        base="m³",
        units={"m³": _scale(1, "m3", "cbm"), "L": _scale("1/1000", "l"), "mL": _scale("1/1000000", "ml")},
    ),
    Quantity(id="level", name=Text("液位", "level"), base="m", units={**_METRES, "%": _OWN_PERCENT}),
    Quantity(id="length", name=Text("长度", "length"), base="m", units=_METRES),
    Quantity(id="slip_coefficient", name=Text("防滑系数", "slip coefficient"), base="1", units={"1": _ONE}),
    Quantity(
        id="battery",
        name=Text("电池", "battery"),
        base="V",
        units={
            "%": _scale(1, "%EL", "pct", "percent", "/100", apart=True),
            "V": _VOLTS["V"],
            "mV": _VOLTS["mV"],
        },
    ),
    Quantity(
        id="humidity", name=Text("湿度", "humidity"), base="%RH", units={"%RH": _scale(1, "%", "%rH", "% RH", "RH%")}
    ),
    Quantity(
        id="ratio",
        name=Text("比例", "ratio"),
        base="%",
        units={"%": _PERCENT, "1": _scale(100, "", "/"), "‰": _scale("1/10", "/1000")},
    ),
    Quantity(
        id="signal",
        name=Text("信号", "signal"),
        base="dBm",
        units={
            "dBm": _scale(1),
            "%": _OWN_PERCENT,
            # Link quality of Zigbee, 0 to 255, and the like: a number of the radio's own.
            "1": _scale(1, "", "/", "lqi", apart=True),
        },
    ),
    Quantity(id="signal_to_noise", name=Text("信噪比", "signal-to-noise ratio"), base="dB", units={"dB": _scale(1)}),
    Quantity(id="sound", name=Text("声级", "sound level"), base="dB", units={"dB": _scale(1, "dB(A)", "dBA", "Bspl")}),
    Quantity(id="count", name=Text("次数", "count"), base="1", units={"1": _ONE}),
    Quantity(id="illuminance", name=Text("照度", "illuminance"), base="lx", units={"lx": _scale(1, "lux", "Lux")}),
    Quantity(
        id="irradiance",
        name=Text("辐照度", "irradiance"),
        base="W/m²",
        units={"W/m²": _scale(1, "W/m2"), "kW/m²": _scale(1000, "kW/m2")},
    ),
    Quantity(
        id="oldest_frame",
        name=Text("最早一帧的天数", "age of the oldest stored frame"),
        base="s",
        units={"d": _scale(86400, "day", "days"), "h": _scale(3600, "hr"), "s": _scale(1)},
    ),
    Quantity(
        id="oldest_frame_at",
        name=Text("最早一帧的时刻", "instant of the oldest stored frame"),
        base="s",
        # Since 1970: recorders tell an instant more often than an age.
        units={"s": _scale(1), "ms": _scale("1/1000")},
    ),
    Quantity(
        id="duration",
        name=Text("时长", "duration"),
        base="s",
        units={
            "s": _scale(1, "sec"),
            "min": _scale(60),
            "h": _scale(3600, "hr"),
            "d": _scale(86400, "day"),
            "ms": _scale("1/1000"),
        },
    ),
    Quantity(
        id="co2",
        name=Text("二氧化碳", "carbon dioxide"),
        base="ppm",
        units={"ppm": _scale(1), "%": _scale(10**4, "%vol", "vol%")},
    ),
    Quantity(
        id="gas_concentration",
        name=Text("气体浓度", "gas concentration"),
        base="ppm",
        units={
            "ppm": _scale(1),
            "ppb": _scale("1/1000"),
            "%vol": _scale(10**4, "vol%", "%VOL"),
            # Share of the lower explosive limit: what it is in ppm depends on the gas.
            "%LEL": _scale(1, "% LEL", "LEL%", apart=True),
        },
    ),
    Quantity(
        id="particulates",
        name=Text("颗粒物", "particulates"),
        base="µg/m³",
        units={"µg/m³": _scale(1, "ug/m3", "µg/m3"), "mg/m³": _scale(1000, "mg/m3")},
    ),
    Quantity(
        id="power",
        name=Text("功率", "power"),
        base="W",
        units={"kW": _scale(1000), "W": _scale(1), "MW": _scale(10**6), "mW": _scale("1/1000")},
    ),
    Quantity(
        id="reactive_power",
        name=Text("无功功率", "reactive power"),
        base="var",
        units={"kvar": _scale(1000, "kVar", "kVAr"), "var": _scale(1, "VAr", "Var")},
    ),
    Quantity(
        id="apparent_power",
        name=Text("视在功率", "apparent power"),
        base="VA",
        units={"kVA": _scale(1000), "VA": _scale(1)},
    ),
    Quantity(
        id="energy",
        name=Text("电能", "energy"),
        base="J",
        units={
            "kWh": _scale(3_600_000, "kW·h", "度"),
            "Wh": _scale(3600),
            "MWh": _scale(3_600_000_000),
            "J": _scale(1),
            "MJ": _scale(10**6),
        },
    ),
    Quantity(
        id="reactive_energy",
        name=Text("无功电能", "reactive energy"),
        base="varh",
        units={"kvarh": _scale(1000, "kVarh", "kVArh"), "varh": _scale(1, "VArh")},
    ),
    Quantity(
        id="power_factor", name=Text("功率因数", "power factor"), base="1", units={"1": _ONE, "%": _scale("1/100")}
    ),
    Quantity(
        id="frequency", name=Text("频率", "frequency"), base="Hz", units={"Hz": _scale(1, "1/s"), "kHz": _scale(1000)}
    ),
    Quantity(
        id="angle",
        name=Text("角度", "angle"),
        base="°",
        # 1 rad = 180°/π; the fraction is π to 30 digits.
        units={
            "°": _scale(1, "deg", "lat", "lon"),
            "rad": Scale(factor=Fraction(180) / Fraction("3.14159265358979323846264338328")),
        },
    ),
    Quantity(id="speed", name=Text("速度", "speed"), base="m/s", units=_SPEEDS),
    Quantity(
        id="rotation", name=Text("转速", "rotation"), base="r/min", units={"r/min": _scale(1, "rpm", "RPM", "1/min")}
    ),
    Quantity(
        id="acceleration",
        name=Text("加速度", "acceleration"),
        base="m/s²",
        # Standard gravity, exact by definition (SI Brochure 9; NIST SP 811, appendix B.8).
        units={"m/s²": _scale(1, "m/s2"), "g": _scale("9.80665", "gn")},
    ),
    Quantity(id="rainfall", name=Text("雨量", "rainfall"), base="mm", units={"mm": _scale(1)}),
    Quantity(id="rain_rate", name=Text("雨强", "rain rate"), base="mm/h", units={"mm/h": _scale(1)}),
    Quantity(
        id="mass",
        name=Text("质量", "mass"),
        base="kg",
        units={"kg": _scale(1), "g": _scale("1/1000"), "t": _scale(1000)},
    ),
    Quantity(
        id="conductivity",
        name=Text("电导率", "conductivity"),
        base="µS/cm",
        units={"µS/cm": _scale(1, "uS/cm"), "mS/cm": _scale(1000), "S/m": _scale(10**4)},
    ),
    Quantity(id="ph", name=Text("酸碱度", "pH"), base="pH", units={"pH": _scale(1, "", "1")}),
    Quantity(id="turbidity", name=Text("浊度", "turbidity"), base="NTU", units={"NTU": _scale(1)}),
    Quantity(
        id="chlorine",
        name=Text("余氯", "residual chlorine"),
        base="mg/L",
        units={"mg/L": _scale(1, "mg/l"), "µg/L": _scale("1/1000", "ug/l", "ug/L")},
    ),
)

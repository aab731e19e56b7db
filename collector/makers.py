"""Names under which makers' published LoRaWAN codecs put out their values, where a name alone does not say what it is.

What a network server decodes with such a codec keeps these names, so a device is claimed by them. Where a maker sends a contact's
state as a number, its word stands here: a bare 1 means open to one maker and closed to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """What a published name is."""

    quantity: str
    unit: str = ""
    """In which it is sent."""
    loop: str = ""
    """The key of the 4–20 mA behind it, by which a broken wire is told from 0."""


PUBLISHED: Mapping[str, Published] = {
    # Dragino
    "BAT_V": Published("battery", "V"),
    "Bat_V": Published("battery", "V"),
    "BatV": Published("battery", "V"),
    "Water_pressure_MPa": Published("pressure", "MPa", "IDC_intput_mA"),
    "Water_pressure_kPa": Published("pressure", "kPa", "IDC_intput_mA"),
    "Water_deep_cm": Published("level", "cm", "IDC_intput_mA"),
    "IDC_intput_mA": Published("loop_current", "mA"),
    "VDC_intput_V": Published("voltage", "V"),
    "TempC_SHT": Published("temperature", "°C"),
    "TempC_DS": Published("temperature", "°C"),
    "Hum_SHT": Published("humidity", "%RH"),
    "DOOR_OPEN_STATUS": Published("door"),
    "LAST_DOOR_OPEN_DURATION": Published("duration", "min"),
    "WATER_LEAK_STATUS": Published("leak"),
    "LAST_WATER_LEAK_DURATION": Published("duration", "min"),
    # Milesight
    "leakage_status": Published("leak"),
    "magnet_status": Published("door"),
    "tamper_status": Published("tamper"),
    "pir": Published("motion"),
    "nh3": Published("gas_concentration", "ppm"),
    "h2s": Published("gas_concentration", "ppm"),
    # yobiiq
    "smokeAlarm": Published("smoke"),
    "lowBatteryAlarm": Published("battery_low"),
    "faultAlarm": Published("fault"),
    "batteryLevelInPercentage": Published("battery", "%"),
    # browan
    "battery_volt": Published("battery", "V"),
}

WORDS: Mapping[str, Mapping[float, str]] = {"DOOR_OPEN_STATUS": {0.0: "closed", 1.0: "open"}}
"""Published name → what its numbers mean."""

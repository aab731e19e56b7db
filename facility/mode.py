"""Modes that a point can be in: what is normal differs while a fire pump runs, during maintenance, in a drill.

A mode is a setting named ``mode`` of the point, of its asset, or of a zone around it, with its approver, in force from its own
time until the next one. A rule may also take a mode from what the equipment says, see ``rules.running``.
"""

from __future__ import annotations

from facility.register import Register
from facility.text import Text

SETTING = "mode"
MODES: dict[str, int] = {"normal": 0, "fire-pump-running": 1, "maintenance": 2, "drill": 3}
"""Word → number, as settings keep it. The numbers are never reused."""
MODE_NAMES: dict[str, Text] = {
    "normal": Text("正常", "normal"),
    "fire-pump-running": Text("消防泵运行", "fire pump running"),
    "maintenance": Text("检修", "maintenance"),
    "drill": Text("演练", "drill"),
}
_WORDS = {number: word for word, number in MODES.items()}


def holders(point: str, register: Register) -> tuple[str, ...]:
    """What may be in a mode for a point, the nearest first: itself, its asset, its zone and those around it."""
    known = register.points.get(point)
    asset = register.assets.get(known.asset) if known else None
    zones = [zone.id for zone in reversed(register.zone_path(asset.zone))] if asset else []
    return (point, *([asset.id] if asset else []), *zones)


def mode_at(point: str, register: Register, at: int) -> str:
    """The mode in force at ``at``, as the nearest holder of one says; normal where none was set."""
    settings = (register.setting(holder, SETTING, at) for holder in holders(point, register))
    setting = next((one for one in settings if one is not None), None)
    return _WORDS.get(int(setting.value), "normal") if setting else "normal"

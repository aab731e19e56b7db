"""Modes that a point can be in: what is normal differs while a fire pump runs, during maintenance, in a drill.

A mode is a setting of the point named ``mode``, with its approver, in force from its own time until the next one.
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


def mode_at(point: str, register: Register, at: int) -> str:
    """The mode in force at ``at``; normal where none was set."""
    setting = register.setting(point, SETTING, at)
    return _WORDS.get(int(setting.value), "normal") if setting else "normal"

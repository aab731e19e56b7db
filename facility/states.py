"""Every state that a point can be in: words with their numbers. To add one, add a row here.

Where a state is about trouble, 0 is the quiet one. The numbers are stored in readings and are never reused.
"""

from __future__ import annotations

from facility.quantity import Quantity
from facility.text import Text


def _state(
    id: str, zh: str, en: str, *words: tuple[str, str, str], also: dict[str, int] | None = None, booleans: bool = True
) -> Quantity:
    """``words`` are (word, Chinese, English), numbered from 0; ``also`` what devices say instead."""
    return Quantity(
        id=id,
        name=Text(zh, en),
        states={word: number for number, (word, _, _) in enumerate(words)},
        state_names={number: Text(chinese, english) for number, (_, chinese, english) in enumerate(words)},
        synonyms=also or {},
        booleans=booleans,
    )


_CLEAR = ("clear", "正常", "clear")
_ALARM = ("alarm", "报警", "alarm")
_QUIET_WORDS = {"normal": 0, "no alarm": 0, "none": 0, "ok": 0}
_NORMAL = ("normal", "正常", "normal")
_PRESSED = ("pressed", "已按下", "pressed")

STATES = (
    _state("smoke", "烟感", "smoke", _CLEAR, _ALARM, also=_QUIET_WORDS),
    _state("heat", "温感", "heat", _CLEAR, _ALARM, also=_QUIET_WORDS),
    _state("fire", "火警", "fire alarm", _CLEAR, _ALARM, also=_QUIET_WORDS),
    _state("gas_alarm", "燃气报警", "gas alarm", _CLEAR, _ALARM, also=_QUIET_WORDS),
    _state("manual_call_point", "手动报警按钮", "manual call point", _NORMAL, _PRESSED, also={"pushed": 1}),
    _state("help_call", "求助按钮", "help button", _NORMAL, _PRESSED, also={"pushed": 1}),
    _state(
        "leak",
        "漏水",
        "water leak",
        ("dry", "干燥", "dry"),
        ("wet", "有水", "water on the floor"),
        also={"normal": 0, "leak": 1, "leakage": 1, "water": 1},
    ),
    _state(
        "door",
        "门",
        "door",
        ("closed", "关闭", "closed"),
        ("open", "打开", "open"),
        ("held", "超时未关", "held open"),
        ("forced", "强行打开", "forced open"),
        also={"close": 0, "opened": 1},
    ),
    # True would be read as "denied" by its number and as "let in" by most devices: the word must say it.
    _state("entry", "刷卡", "entry", ("granted", "放行", "granted"), ("denied", "拒绝", "denied"), booleans=False),
    _state("scan", "巡更打点", "checkpoint scan", ("none", "未打点", "none"), ("scanned", "已打点", "scanned")),
    # True means closed to a reed contact (Zigbee) and open to a door sensor: the word must say it.
    _state(
        "contact",
        "触点",
        "contact",
        ("closed", "闭合", "closed"),
        ("open", "断开", "open"),
        also={"close": 0, "opened": 1},
        booleans=False,
    ),
    _state(
        "valve",
        "阀门",
        "valve",
        ("closed", "关闭", "closed"),
        ("open", "打开", "open"),
        also={"close": 0, "opened": 1},
        booleans=False,
    ),
    _state(
        "tamper",
        "防拆",
        "tamper",
        _CLEAR,
        ("tampered", "被拆动", "tampered with"),
        also={"normal": 0, "tamper": 1, "removed": 1},
    ),
    _state("fault", "故障", "fault", ("ok", "正常", "ok"), ("fault", "故障", "fault"), also={"normal": 0}),
    _state(
        "battery_low",
        "电池电量低",
        "battery low",
        ("ok", "正常", "ok"),
        ("low", "电量低", "low"),
        also={"normal": 0, "alarm": 1},
    ),
    _state(
        "running",
        "运行",
        "running",
        ("stopped", "停止", "stopped"),
        ("running", "运行", "running"),
        also={"stop": 0, "run": 1, "start": 1},
    ),
    _state("switch", "开关", "switch", ("off", "关", "off"), ("on", "开", "on")),
    _state("mains", "供电", "mains supply", ("lost", "断电", "lost"), ("present", "有电", "present")),
    _state("online", "在线", "online", ("offline", "离线", "offline"), ("online", "在线", "online")),
    _state(
        "control_mode",
        "控制方式",
        "control mode",
        ("automatic", "自动", "automatic"),
        ("manual", "手动", "manual"),
        booleans=False,
    ),
    _state("disabled", "屏蔽", "disabled", ("in-service", "投用", "in service"), ("disabled", "已屏蔽", "disabled")),
    _state(
        "flow_switch", "水流指示", "flow switch", ("still", "无水流", "no flow"), ("flowing", "有水流", "water flowing")
    ),
    _state("lift_trapped", "电梯困人", "trapped in the lift", _NORMAL, ("trapped", "有人被困", "somebody trapped")),
    _state("motion", "移动", "motion", _CLEAR, ("motion", "有人移动", "motion"), also={"normal": 0, "trigger": 1}),
    _state(
        "camera_view",
        "摄像机画面",
        "view of the camera",
        ("clear", "正常", "clear"),
        ("covered", "被遮挡", "covered"),
        ("moved", "被移位", "moved"),
        ("no-picture", "无画面", "no picture"),
        also={
            "normal": 0,
            "ok": 0,
            "blocked": 1,
            "masked": 1,
            "tampered": 1,
            "scene_change": 2,
            "lost": 3,
            "frozen": 3,
        },
        booleans=False,
    ),
    _state("daylight", "光线", "daylight", ("dark", "暗", "dark"), ("light", "亮", "light")),
)

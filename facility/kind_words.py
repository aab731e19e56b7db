"""What kinds of assets and zones are called. A kind of a site's own is called by its word."""

from __future__ import annotations

from collections.abc import Mapping

from facility.text import Text

KINDS: Mapping[str, Text] = {
    "air-handling-unit": Text("空调机组", "air-handling unit"),
    "building": Text("楼栋", "building"),
    "camera": Text("摄像机", "camera"),
    "distribution-box": Text("配电箱", "distribution box"),
    "door": Text("门", "door"),
    "drain-pipe": Text("排水管道", "drain pipe"),
    "emergency-light": Text("应急照明灯", "emergency light"),
    "extinguisher": Text("灭火器", "fire extinguisher"),
    "fire-panel": Text("火灾报警控制器", "fire alarm control panel"),
    "fire-pump": Text("消防泵", "fire pump"),
    "floor-tiles": Text("地砖", "tiled floor"),
    "gas-detector": Text("可燃气体探测器", "gas detector"),
    "heat-detector": Text("感温探测器", "heat detector"),
    "hydrant": Text("消火栓", "hydrant"),
    "jockey-pump": Text("稳压泵", "jockey pump"),
    "leak-sensor": Text("漏水传感器", "leak sensor"),
    "lift": Text("电梯", "lift"),
    "manual-call-point": Text("手动火灾报警按钮", "manual call point"),
    "pump-room-gauge": Text("水泵房压力表", "pump-room gauge"),
    "smoke-detector": Text("烟感", "smoke detector"),
}


def kind_name(kind: str) -> Text:
    """The name, or the word itself."""
    return KINDS.get(kind, Text(kind, kind))

"""Which columns each register file has, in the order of its noun's fields. A ``Text`` is two columns, _zh and _en."""

from __future__ import annotations

from dataclasses import dataclass

from facility.calendar import DAY_MINUTES
from facility.instant import MINUTE
from facility.register_files.cells import (
    DATE,
    DURATION,
    ID,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TIMEZONE,
    WORD,
    Kind,
    choice,
)
from facility.register_files.timetable_cells import ASKED, DAYS_OF, IDS, TIME
from facility.round import FIXED, ORDERS
from facility.site import ACCESS_CLASSES, ZONE_KINDS
from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. ``empty`` is what an empty cell (or an absent column) means; it is ignored where ``required``."""

    name: str
    kind: Kind
    required: bool = False
    empty: object = ""
    about: Text


def _must(name: str, kind: Kind, zh: str, en: str) -> Column:
    return Column(name=name, kind=kind, required=True, about=Text(zh, en))


def _may(name: str, kind: Kind, empty: object, zh: str, en: str) -> Column:
    return Column(name=name, kind=kind, empty=empty, about=Text(zh, en))


_NAME_ZH = _may(
    "name_zh", TEXT, "", "中文名称；中英文至少填一个", "name in Chinese; at least one of the two names is needed"
)
_NAME_EN = _may("name_en", TEXT, "", "英文名称", "name in English")

COLUMNS: dict[str, tuple[Column, ...]] = {
    "sites": (
        _must("id", ID, "项目编号", "the property's id"),
        _NAME_ZH,
        _NAME_EN,
        _may("timezone", TIMEZONE, "Asia/Shanghai", "时区", "its time zone"),
    ),
    "zones": (
        _must("id", ID, "区域编号", "the zone's id"),
        _must("site", ID, "所属项目", "the site it belongs to"),
        _may("parent", ID, "", "上级区域；直属项目时留空", "the zone around it; empty right below the site"),
        _may("kind", choice(*ZONE_KINDS), "area", "类型", "what it is"),
        _may("access", choice(*ACCESS_CLASSES), "public", "进入权限分级", "who may enter"),
        _may(
            "level",
            INTEGER,
            0,
            "楼层，地面层为 1，地下一层为 -1；只用于楼层和车库",
            "storey, 1 at the ground, -1 the first below; only for floors and garages",
        ),
        _NAME_ZH,
        _NAME_EN,
    ),
    "assets": (
        _must("id", ID, "设施编号", "the asset's id"),
        _must("zone", ID, "所在区域", "the zone in which it stands"),
        _must("kind", WORD, "种类，规则按它选用", "what it is; rules select by it"),
        _may("model", TEXT, "", "型号", "make and model"),
        _NAME_ZH,
        _NAME_EN,
    ),
    "devices": (
        _must("id", ID, "设备编号，即主题中的设备名", "the device's id, as its topic names it"),
        _NAME_ZH,
        _NAME_EN,
        _may("model", TEXT, "", "型号", "make and model"),
        _may(
            "source",
            ID,
            "native",
            "来源，sources.toml 中的名称",
            "the source by which it arrives, an entry of sources.toml",
        ),
        _may(
            "external_id",
            TEXT,
            "",
            "来源中的标识（DevEUI 等）；留空即编号",
            "what the source calls it (a DevEUI); empty: its id",
        ),
        _may("gateway", ID, "", "可代它发言的网关设备", "the device that may speak for it"),
        _may(
            "takes",
            TEXT,
            "",
            "可以向它下达的指令，空格分隔，如 on off；只上报的设备留空",
            "the words that it may be told, with spaces between, as in: on off; empty for one that only reports",
        ),
    ),
    "points": (
        _must("id", ID, "测点编号", "the point's id"),
        _must("asset", ID, "所属设施", "the asset it is measured on"),
        _NAME_ZH,
        _NAME_EN,
        _must("quantity", ID, "量", "what is measured or which state it is"),
        _may("unit", TEXT, "", "单位；状态量留空", "the unit it is kept and shown in; empty for a state"),
        _may(
            "resolution",
            NUMBER,
            1.0,
            "分辨力，按单位；状态量可留空",
            "the step that the instrument can tell, in the unit; only a state may leave it empty",
        ),
        _may("low", NUMBER, None, "量程下限；没有则留空", "the instrument's range, from; empty where it has none"),
        _may("high", NUMBER, None, "量程上限；没有则留空", "the instrument's range, to; empty where it has none"),
        _must(
            "interval",
            DURATION,
            "上报间隔；只在有事时上报的填 0s",
            "expected time between readings; 0s where it speaks only when something happens",
        ),
        _may("device", ID, "", "供数设备；人工录入则留空", "the device that feeds it; empty when entered by hand"),
        _may(
            "key", TEXT, "", "报文中的键；留空即编号最后一段", "its key in the payload; empty: the last part of the id"
        ),
        _may(
            "sent_unit",
            TEXT,
            "",
            "设备所发的单位，与 unit 不同时填",
            "the unit in which it is sent, where that differs",
        ),
        _may("scale", NUMBER, 1.0, "所发数字先乘以它", "what the sent number is multiplied by first"),
        _may("loop", TEXT, "", "4–20 mA 回路电流的键", "the key of the 4–20 mA loop current behind it"),
        _may("calibration_due", DATE, None, "检定有效期至", "calibrated until"),
        _may(
            "expression", TEXT, "", "由其他测点计算的算式", "how it is computed from other points; empty when measured"
        ),
    ),
    "settings": (
        _must("point", ID, "测点", "the point it is set on"),
        _must("name", ID, "名称，如 set_pressure", "its name, as in set_pressure"),
        _must("value", NUMBER, "数值，按测点单位", "its value in the point's unit"),
        _must("since", INSTANT, "生效时刻", "in force from"),
        _must("approver", TEXT, "批准人", "who approved it"),
        _may("reason", TEXT, "", "理由", "why"),
    ),
    "cameras": (
        _must("id", ID, "摄像机编号", "the camera's id"),
        _must("zone", ID, "所在区域", "the zone it hangs in"),
        _NAME_ZH,
        _NAME_EN,
        _may("x", NUMBER, 0.0, "平面图横坐标，米", "metres along the zone's plan"),
        _may("y", NUMBER, 0.0, "平面图纵坐标，米", "metres across the zone's plan"),
        _may("height", NUMBER, 2.8, "安装高度，米", "metres above the floor"),
        _may("yaw", NUMBER, 0.0, "朝向，度，自 +x 逆时针", "degrees from +x, counter-clockwise"),
        _may("tilt", NUMBER, 15.0, "俯角，度", "degrees downwards"),
        _may("hfov", NUMBER, 90.0, "水平视场角，度", "horizontal field of view, degrees"),
        _may("width_px", INTEGER, 1920, "画面宽度，像素", "width of its picture, pixels"),
        _may("height_px", INTEGER, 0, "画面高度，像素；0 即 16:9", "height of its picture, pixels; 0: as of 16:9"),
    ),
    "routes": (
        _must("id", ID, "路线编号", "the route's id"),
        _must("site", ID, "所属项目", "the site it is walked on"),
        _NAME_ZH,
        _NAME_EN,
        _must("every", DURATION, "两轮开始之间的时间", "time between the starts of two rounds"),
        _may("days", DAYS_OF, ("every-day",), "适用的日子", "on which days"),
        _may("starts", TIME, 0, "每天首轮开始的时刻", "the time of the day at which the first round begins"),
        _may(
            "ends",
            TIME,
            DAY_MINUTES,
            "末轮在此之前开始；不晚于 starts 则到次日",
            "before which the last one begins; on the next day where that is not later than starts",
        ),
        _may(
            "within",
            DURATION,
            0,
            "在此时长内随机开始；0s 为准时",
            "a round begins at random within so long; 0s: on time",
        ),
        _may("order", choice(*ORDERS), FIXED, "是否按顺序走", "whether its checkpoints are visited in their order"),
        _may(
            "team",
            ID,
            "",
            "由哪个班组走；留空则有卡即可",
            "the team of the rota that walks it; empty: whoever has a card",
        ),
        _may("guards", INTEGER, 1, "一轮至少几个人走", "how many people at least walk a round"),
        _may(
            "tolerance", DURATION, 5 * MINUTE, "准时的前后宽限", "so long before and after its time a visit is on time"
        ),
        _may(
            "grace",
            DURATION,
            15 * MINUTE,
            "计划结束后多久算漏巡",
            "so long after its planned end what was not visited is missed",
        ),
        _may("duty", ID, "", "走完即完成的职责，如 fire-patrol", "the duty that it carries out, as in fire-patrol"),
    ),
    "stops": (
        _must("route", ID, "路线", "the route"),
        _must("order", INTEGER, "顺序，从 1 起", "its place on the route, from 1"),
        _must(
            "point",
            ID,
            "巡更点的打点测点，或兼作巡更点的门禁刷卡测点",
            "the checkpoint's scan point, or the entry point of a door whose reader serves as one",
        ),
        _may("walk", DURATION, 0, "自上一点步行最少用时", "the least time to walk there"),
        _may(
            "most",
            DURATION,
            None,
            "自上一点最多用时；留空为最少用时的两倍",
            "the most time to get there; empty: twice the least",
        ),
        _may(
            "tags",
            IDS,
            (),
            "该点标签号，空格分隔；留空则该读卡器读到的都算",
            "the numbers of the tags that hang there; empty: whatever its reader reads counts",
        ),
        _may("asks", ASKED, (), "打点之外还要交什么", "what is asked there besides the scan"),
    ),
    "instruments": (
        _must("id", ID, "仪器编号，如标签上的 MEG-07", "the instrument's id, as on its label: MEG-07"),
        _must(
            "kind",
            ID,
            "种类，即检查表所要求的，如 insulation-tester",
            "its kind, as checklists ask for it: insulation-tester",
        ),
        _NAME_ZH,
        _NAME_EN,
        _may("serial", TEXT, "", "出厂编号", "the maker's number"),
        _may(
            "calibration_due",
            DATE,
            None,
            "检定有效期至；留空则其读数不作证据",
            "calibrated until; empty: what it measures is no evidence",
        ),
        _may("certificate", TEXT, "", "证书编号", "the certificate's number"),
    ),
}
"""By table name, as ``facility.register.TABLES`` names them; the file is the table's name with .csv."""

OPTIONAL_TABLES = ("settings", "cameras", "routes", "stops", "instruments")
"""A folder without one of these leaves that table as it is in force."""

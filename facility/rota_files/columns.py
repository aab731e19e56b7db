"""Which columns each rota file has. A ``Text`` is two columns, _zh and _en."""

from __future__ import annotations

from facility.calendar import DAY_MINUTES, DayKind
from facility.register_files.cells import ID, TEXT, Kind, choice
from facility.register_files.columns import Column
from facility.register_files.layout import Layout
from facility.register_files.timetable_cells import DAYS_OF, IDS, TIME, WORDS
from facility.rota_entries import TABLES, Entry
from facility.rota_files.cells import ADDRESSES, CYCLE, DAY, EMAIL, PHONE, QUIET, SMALL, YES
from facility.text import Text


def _must(name: str, kind: Kind, zh: str, en: str) -> Column:
    return Column(name=name, kind=kind, required=True, about=Text(zh, en))


def _may(name: str, kind: Kind, empty: object, zh: str, en: str) -> Column:
    return Column(name=name, kind=kind, empty=empty, about=Text(zh, en))


_NAME_ZH = _may("name_zh", TEXT, "", "中文名称；中英文至少填一个", "name in Chinese; one of the two is needed")
_NAME_EN = _may("name_en", TEXT, "", "英文名称", "name in English")
_CALL = _may("call", SMALL, 1, "呼叫次序，1 最先", "who is called first: 1 before 2")
_DAYS = _may("days", DAYS_OF, ("every-day",), "适用的日子", "on which days")
_DAY_KINDS = choice(DayKind.HOLIDAY.value, DayKind.WORKDAY.value)
_DAY_KIND = Kind(
    read=lambda text: DayKind(_DAY_KINDS.read(text)),
    write=lambda value, _zone: str(value.value),
    about=_DAY_KINDS.about,
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "teams": (
        _must("id", ID, "班组编号", "the team's id"),
        _NAME_ZH,
        _NAME_EN,
        _may(
            "least",
            SMALL,
            0,
            "同时在岗至少几人；0 表示可以没有人",
            "so many must be there together; 0: it may be empty",
        ),
        _may("skills", WORDS, (), "在岗人员合起来必须具备的技能", "skills that those on duty must have between them"),
        _DAYS,
        _may("starts", TIME, 0, "要求在岗的起始时刻", "its hours, from"),
        _may("ends", TIME, DAY_MINUTES, "要求在岗的结束时刻", "its hours, to"),
        _may("phone", PHONE, "", "总能打通的电话", "the telephone that always reaches it"),
        _may("radio", TEXT, "", "对讲频道", "the intercom's channel"),
        _may("company", TEXT, "", "外包单位；自有班组留空", "the contractor; empty for our own"),
        _may("source", TEXT, "", "人数要求的依据", "where the number comes from"),
    ),
    "people": (
        _must("id", ID, "人员编号", "the person's id"),
        _must("name", TEXT, "姓名", "name"),
        _may("account", ID, "", "登录名；不登录的留空", "sign-in name; empty when they never sign in"),
        _may("phone", PHONE, "", "电话", "telephone"),
        _may("email", EMAIL, "", "邮箱", "e-mail"),
        _may("addresses", ADDRESSES, {}, "其他渠道的地址", "addresses on other channels"),
        _may("skills", WORDS, (), "技能", "skills"),
        _may("teams", IDS, (), "所属班组", "teams they belong to"),
        _may("language", choice("zh", "en"), "", "通知用的语言", "the language of what they are told"),
        _may("quiet", QUIET, None, "免打扰时段", "hours to be left alone in"),
        _may("company", TEXT, "", "外包单位；自有人员留空", "the contractor; empty for our own people"),
    ),
    "kinds": (
        _must("id", ID, "班次编号", "the shift's id"),
        _NAME_ZH,
        _NAME_EN,
        _must("starts", TIME, "开始时刻", "from"),
        _must("ends", TIME, "结束时刻；不晚于开始时刻则到次日", "to; on the next day where that is not later"),
        _may("on_call", YES, False, "在家待命", "at home by the telephone"),
    ),
    "patterns": (
        _must("id", ID, "排班规律编号", "the pattern's id"),
        _NAME_ZH,
        _NAME_EN,
        _must("cycle", CYCLE, "每天一个班次，循环往复", "a kind of shift for each day, over and over"),
        _DAYS,
    ),
    "turns": (
        _must("person", ID, "人员", "who"),
        _must("team", ID, "班组", "for which team"),
        _must("pattern", ID, "排班规律", "the pattern"),
        _must("since", DAY, "起始日，规律的第一天", "from; the pattern's first day"),
        _may("until", DAY, None, "最后一天；留空为长期", "the last day; empty: until further notice"),
        _CALL,
    ),
    "shifts": (
        _must("person", ID, "人员", "who"),
        _must("team", ID, "班组", "for which team"),
        _must("day", DAY, "日期", "the day on which it begins"),
        _must("kind", ID, "班次", "which kind of shift"),
        _may("cancelled", YES, False, "取消规律排出的这一班", "the pattern's shift does not take place"),
        _CALL,
        _may("note", TEXT, "", "说明", "a remark"),
    ),
    "holidays": (
        _must("day", DAY, "日期", "the day"),
        _must("kind", _DAY_KIND, "放假 holiday 或上班 workday", "holiday, or a day that is worked"),
        _NAME_ZH,
        _NAME_EN,
    ),
}
"""By table name, as ``facility.rota_entries.TABLES`` names them. Leave and swaps are asked for on the page, not in files."""

ROTA_TABLES = tuple(COLUMNS)


def _id_of(entry: Entry) -> str:
    return entry.id


ROTA = Layout(
    columns=COLUMNS,
    nouns={name: TABLES[name] for name in COLUMNS},
    key=_id_of,
    optional=ROTA_TABLES,
    called=Text("排班文件", "a rota file"),
)

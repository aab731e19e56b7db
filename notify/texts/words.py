"""Words and times as notices say them."""

from __future__ import annotations

from datetime import tzinfo

from facility.instant import DAY, HOUR, MINUTE, to_datetime

SEVERITIES = {
    "zh": {1: "紧急", 2: "高", 3: "中", 4: "低"},
    "en": {1: "Critical", 2: "High", 3: "Medium", 4: "Low"},
}
LIFE_SAFETY = {"zh": "生命安全", "en": "Life safety"}
TEST = {"zh": "测试，无需处置", "en": "TEST, nothing to do"}
CLOCKS = {
    "respond": {"zh": "接单", "en": "taking the order"},
    "arrive": {"zh": "到场", "en": "being on site"},
    "resolve": {"zh": "处理完成", "en": "solving it"},
    "notice": {"zh": "向住户通报", "en": "telling the residents"},
    "review": {"zh": "复盘", "en": "the review"},
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(instant: int, zone: tzinfo, language: str) -> str:
    """``11月25日 02:10`` or ``25 Nov 02:10``."""
    moment = to_datetime(instant, zone)
    if language == "zh":
        return f"{moment.month}月{moment.day}日 {moment:%H:%M}"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment:%H:%M}"


def span(milliseconds: int, language: str) -> str:
    """``5 分钟`` or ``5 min``; hours and days where it is long."""
    minutes, zh = max(0, milliseconds) // MINUTE, language == "zh"
    if milliseconds < HOUR:
        return f"{minutes} {'分钟' if zh else 'min'}"
    if milliseconds < DAY:
        hours, rest = divmod(minutes, 60)
        return f"{hours} {'小时' if zh else 'h'}" + (f" {rest} {'分' if zh else 'min'}" if rest else "")
    return f"{milliseconds // DAY} {'天' if zh else 'd'}"

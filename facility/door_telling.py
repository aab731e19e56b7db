"""What was found at a door, in words. No name, and of a card only the beginning of its pseudonym."""

from __future__ import annotations

from facility.door_check import DoorCheck
from facility.door_finding import DoorFinding, DoorRule
from facility.instant import duration_words
from facility.permission import REASONS, Reason
from facility.text import Text

SHOWN = 6
"""So much of a pseudonym tells one card from another to the eye."""

NAMES: dict[DoorRule, Text] = {
    DoorRule.NOT_PERMITTED: Text("无权限进入", "let in without permission"),
    DoorRule.OUT_OF_HOURS: Text("非允许时间进入", "out of hours"),
    DoorRule.DEAD_CREDENTIAL: Text("失效的卡", "dead card"),
    DoorRule.UNKNOWN_CREDENTIAL: Text("未登记的卡", "unknown card"),
    DoorRule.PASSBACK: Text("未出再进", "passback"),
    DoorRule.DURESS: Text("胁迫", "duress"),
    DoorRule.TAILGATING: Text("尾随", "tailgating"),
    DoorRule.CLOCK: Text("时钟偏差", "clock off"),
}


def short(credential: str) -> str:
    """``3fa9c1…``"""
    return f"{credential[:SHOWN]}…" if len(credential) > SHOWN else credential


def limit_of(finding: DoorFinding, check: DoorCheck) -> Text:
    """What was held against what, for the alert. Whose card it was stands with the finding alone: alerts are kept for ever."""
    if check.silent:
        return Text("详情见该门的页面", "see the door’s page")
    match finding.rule:
        case DoorRule.TAILGATING:
            many, _, came = finding.reason.partition(">")
            return Text(f"数到 {many} 人，刷卡 {came} 次", f"{many} counted, {came} let in")
        case DoorRule.CLOCK:
            limit, off = duration_words(check.limit), reason_text(finding)
            return Text(f"偏差 {off.zh}，允许 ±{limit.zh}", f"off by {off.en}, ±{limit.en} allowed")
        case DoorRule.PASSBACK:
            within = duration_words(check.within)
            return Text(f"{within.zh}内未出再进", f"in twice within {within.en} without coming out")
        case _:
            return reason_text(finding)


def reason_text(finding: DoorFinding) -> Text:
    """Why, in words; figures as they are, with their unit."""
    if finding.rule is DoorRule.CLOCK:
        seconds = finding.reason.removesuffix("s")
        return Text(f"{seconds} 秒", f"{seconds} s")
    try:
        return REASONS[Reason(finding.reason)]
    except ValueError:
        return Text(finding.reason, finding.reason)

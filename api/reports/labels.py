"""What the reports say, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from facility.text import Text
from inspections.compliance import Mark

MARKS: Mapping[Mark, Text] = {
    Mark.DONE: Text("按时完成", "done in its window"),
    Mark.LATE: Text("逾期完成", "done late"),
    Mark.MISSED: Text("漏做", "missed"),
    Mark.DUE: Text("到期未完成", "due, still open"),
    Mark.SUSPENDED: Text("停用", "suspended"),
    Mark.GONE: Text("证据已过保存期", "evidence not kept any more"),
}
CLOCKS: Mapping[str, Text] = {
    "respond": Text("响应", "respond"),
    "arrive": Text("到场", "be on site"),
    "visit": Text("按约上门", "visit as agreed"),
    "resolve": Text("处理完", "resolve"),
    "review": Text("复盘", "review"),
}
OUTCOMES: Mapping[str, Text] = {
    "pass": Text("合格", "pass"),
    "flag": Text("合格，需关注", "pass, to be watched"),
    "fail": Text("不合格", "fail"),
    "none": Text("–", "–"),
}
SEVERITIES: Mapping[int, Text] = {
    1: Text("紧急", "critical"),
    2: Text("高", "high"),
    3: Text("中", "medium"),
    4: Text("低", "low"),
}

LABELS: Mapping[str, Text] = {
    "title": Text("设施合规报告", "Report on compliance"),
    "period": Text("期间", "Period"),
    "site": Text("项目", "Site"),
    "buildings": Text("楼栋", "Buildings"),
    "clauses": Text("条款", "Clauses"),
    "whole": Text("全部", "all"),
    "known": Text("截至事实", "As of fact"),
    "register": Text("台账登记册版本", "Version of the register"),
    "digest": Text("数字摘要（SHA-256）", "SHA-256 of the figures"),
    "attainment": Text("设备维护达标率", "Maintenance done in its window"),
    "effective": Text("有效检查率", "Effective inspections"),
    "summary": Text("按条款汇总", "By clause"),
    "matrix": Text("条款 × 月份", "Clause by month"),
    "response": Text("工单响应", "Response to work orders"),
    "alerts": Text("报警", "Alerts"),
    "rounds": Text("巡逻", "Rounds"),
    "cameras": Text("监控盲区", "Blind share of cameras"),
    "sensors": Text("传感器达标时间", "Sensors: time within limits"),
    "deviations": Text("偏差", "Deviations"),
    "ledger": Text("台账", "Ledger"),
    "photos": Text("照片", "Photos"),
    "versions": Text("版本与核验", "Versions and proof"),
    "signatures": Text("签字", "Signatures"),
    "clause": Text("条款", "Clause"),
    "says": Text("内容", "What it asks"),
    "due": Text("到期", "due"),
    "owed": Text("应做", "owed"),
    "done": Text("按时完成", "in window"),
    "late": Text("逾期完成", "late"),
    "missed": Text("漏做", "missed"),
    "open": Text("未完成", "open"),
    "suspended": Text("停用", "suspended"),
    "share": Text("达标率", "share"),
    "limit": Text("时限", "Time limit"),
    "in-time": Text("按时", "in time"),
    "median": Text("中位数", "median"),
    "p90": Text("九成之内", "nine in ten within"),
    "severity": Text("级别", "Priority"),
    "count": Text("数量", "count"),
    "figure": Text("数字", "Figure"),
    "value": Text("值", "Value"),
    "query": Text("由什么得出", "What makes it"),
    "what": Text("事项", "What"),
    "for": Text("对象", "For what"),
    "when-due": Text("应于", "Due"),
    "when-done": Text("完成", "Done"),
    "who": Text("执行人", "By whom"),
    "instrument": Text("仪器（校准有效期）", "Instrument (calibrated until)"),
    "outcome": Text("结果", "Outcome"),
    "mark": Text("判定", "Verdict"),
    "remarks": Text("备注", "Remarks"),
    "fact": Text("事实", "Fact"),
    "point": Text("测点", "Point"),
    "observed": Text("有观测", "observed"),
    "within": Text("限值内", "within"),
    "out": Text("超限", "outside"),
    "unobserved": Text("无观测", "not observed"),
    "excluded": Text("检修剔除", "maintenance"),
    "calibration": Text("校准至", "calibrated until"),
    "late-found": Text("迟到数据", "found late"),
    "day": Text("日期", "Day"),
    "mean": Text("日均盲区", "mean blind share"),
    "postponed": Text("延期", "postponed"),
    "late-upload": Text("补传", "uploaded late"),
    "made-up": Text("事后补做", "made up for later"),
    "corrected": Text("更正", "corrected"),
    "nobody": Text("无人", "nobody"),
    "name": Text("姓名", "Name"),
    "signed": Text("签字", "Signature"),
    "date": Text("日期", "Date"),
    "manager": Text("物业负责人", "For the property"),
    "inspector": Text("检查员", "Inspector"),
    "out-of-calibration": Text("校准过期", "out of calibration"),
    "no-calibration": Text("无校准期限", "no end of calibration"),
    "hours": Text("小时", "h"),
}
NOTES: Mapping[str, Text] = {
    "denominator": Text(
        "应做数在到期时记入事实，此后不变；停用的不计入；延期的按原到期日计。",
        "What was owed was written into a fact when it fell due and is never changed; what was suspended is left out; "
        "what was postponed counts for its first due date.",
    ),
    "effective": Text(
        "有效检查：结果带有数值、照片、签字、扫码或传感器数据，且所用仪器在校准期内。",
        "Effective: the result carries a number, a photo, a signature, a scan or sensors' data, "
        "and every instrument was in calibration.",
    ),
    "response": Text(
        "时限计入其到期的期间；到期未完成的算不按时。重复通报的时限不在此列。",
        "A limit counts for the period in which it fell due; open past it is not in time. "
        "Limits that repeat are not in this table.",
    ),
    "sensors": Text(
        "观测时间：每小时内有效读数 × 采样间隔，最多一小时；检修剔除。无观测的时间既不算合格也不算超限。",
        "Observed: evidence readings × interval within each hour, at most the hour; maintenance is left out. "
        "Time that was not observed counts neither as good nor as bad.",
    ),
    "no-sensors": Text(
        "制作时无法读取历史库：传感器部分缺失。",
        "The history could not be read when this was made: sensors are missing.",
    ),
    "sensors-cut": Text(
        "此处列出 {shown} 个测点（超限时间长、观测少的在前）；全部 {total} 个见表格文件。",
        "{shown} points stand here (longest outside, least observed first); all {total} stand in the spreadsheet.",
    ),
    "ledger-cut": Text(
        "纸面最多列 {most} 行，先列漏做、未完成、逾期和不合格的；全部 {total} 行见同一报告的表格文件（XLSX）。",
        "Paper holds {most} lines at most, missed, open, late and failed ones before others; all {total} stand in the "
        "spreadsheet (XLSX) of the same report.",
    ),
    "alerts-cut": Text(
        "纸面最多列 {most} 条，级别高的优先；全部 {total} 条见同一报告的表格文件（XLSX）。",
        "Paper holds {most} at most, those of higher priority before others; all {total} stand in the spreadsheet (XLSX) of "
        "the same report.",
    ),
    "deviations-cut": Text(
        "纸面最多列 {most} 项；全部 {total} 项见同一报告的表格文件（XLSX）。",
        "Paper holds {most} at most; all {total} stand in the spreadsheet (XLSX) of the same report.",
    ),
    "rest": Text(
        "…… 另有 {left} 行不在此处，见表格文件（XLSX）的“{sheet}”表。",
        '… and {left} more lines, not shown here: see the spreadsheet (XLSX), sheet "{sheet}".',
    ),
    "photos-cut": Text(
        "此处 {shown} 张，不合格的在前；另有 {left} 张，在系统中各自的检查结果里。",
        "{shown} of them, those of what failed first; {left} more lie with their results in the product.",
    ),
    "proof": Text(
        "本文件附有机器可读的数字（{file}）。核验：dutyroom report verify 文件名。它沿事实链走到下列事实，重新计算每个数字。",
        "This file carries its figures for programs ({file}). To check it: dutyroom report verify FILE. "
        "It walks the chain of facts to the one below and works every figure out again.",
    ),
    "nothing": Text("本期间没有。", "None in this period."),
}


def label(name: str, language: str) -> str:
    """One label."""
    return LABELS[name].say(language)


def note(name: str, language: str, **values: object) -> str:
    """One sentence, filled in."""
    return NOTES[name].say(language).format(**values)

"""The manual's clauses, in plain words. Rules, duties, alerts, work orders and reports lead back to one of these by its id."""

from __future__ import annotations

from dataclasses import dataclass

from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One row of the manual."""

    id: str
    group: str
    """A key of ``GROUPS``."""
    text: Text
    limit: Text
    """The limit or the cadence, in words; empty where the clause sets none."""


GROUPS: dict[str, Text] = {
    "EQ": Text("设备标准", "Equipment standards"),
    "MP": Text("维护计划", "Maintenance plan"),
    "ER": Text("应急抢修", "Emergency repair"),
    "FI": Text("消防", "Fire"),
    "AP": Text("门禁与巡逻", "Access and patrol"),
    "IN": Text("突发事件", "Incidents"),
    "RS": Text("业主报修", "Residents' reports"),
    "LA": Text("法律", "Law"),
    "KP": Text("考核指标", "Figures"),
}

_NONE = ("", "")


def _clause(id: str, text: tuple[str, str], limit: tuple[str, str] = _NONE) -> Clause:
    return Clause(id=id, group=id.partition("-")[0], text=Text(*text), limit=Text(*limit))


_ROWS = (
    _clause(
        "EQ-1",
        ("配电箱接线端子应紧固。", "The terminals in every distribution box are tight."),
        ("每次配电箱检查时", "at each inspection of the box"),
    ),
    _clause(
        "EQ-2",
        (
            "配电箱绝缘电阻不得低于 0.5 MΩ；逾期未测不算合格。",
            "The insulation of a distribution box must not fall below 0.5 MΩ; an overdue test is no pass.",
        ),
        ("≥ 0.5 MΩ", "≥ 0.5 MΩ"),
    ),
    _clause(
        "EQ-3",
        (
            "消防应急照明的电池做充放电测试，点亮时间达到本楼要求。",
            "Emergency-light batteries are charged and discharged, and last as long as the building requires.",
        ),
        ("每年", "yearly"),
    ),
    _clause(
        "EQ-4",
        (
            "水泵房压力应保持在批准的设定压力附近。",
            "The pressure in a pump room stays close to its approved set pressure.",
        ),
        ("设定压力 ±0.1 MPa", "within ±0.1 MPa of the set pressure"),
    ),
    _clause(
        "EQ-5",
        (
            "地下管道用内窥镜检查，记录锈蚀和堵塞。",
            "Underground pipes are looked into by endoscope; rust and blockage are recorded.",
        ),
        ("每半年", "every half year"),
    ),
    _clause("EQ-6", ("楼梯扶手应牢固。", "Stair rails are firm."), ("每天", "daily")),
    _clause(
        "EQ-7",
        ("地砖应防滑。", "Floor tiles do not slip."),
        ("防滑系数 ≥ 0.5，每天", "slip coefficient ≥ 0.5, daily"),
    ),
    _clause(
        "EQ-8",
        (
            "摄像机看不到的部分不得超过应监控面积的 5 %。",
            "Cameras miss at most 5 % of the area that must be seen.",
        ),
        ("≤ 5 %，每天", "≤ 5 %, daily"),
    ),
    _clause(
        "MP-1",
        (
            "检查电梯安全装置；法规另要求每 15 天维保一次。",
            "Lift safety devices are checked; the law adds every 15 days.",
        ),
        ("每月", "monthly"),
    ),
    _clause("MP-2", ("更换空调滤网。", "Air-conditioning filters are replaced."), ("每季度", "quarterly")),
    _clause(
        "MP-3",
        (
            "安排好谁在什么时候做什么，不因缺人而延误。",
            "Who does what and when is set, so that nothing is late for want of people.",
        ),
    ),
    _clause(
        "MP-4",
        (
            "记录历史，开出并跟踪工单，用图表呈现数据。",
            "History is kept, work orders are made and followed, data are shown in charts.",
        ),
    ),
    _clause(
        "ER-1", ("水管爆裂：尽快到场。", "Burst pipe: people are on site fast."), ("1 小时内到场", "on site ≤ 1 h")
    ),
    _clause(
        "ER-2", ("电路短路：尽快处理。", "Short circuit: it is dealt with fast."), ("2 小时内处理", "handled ≤ 2 h")
    ),
    _clause(
        "ER-3",
        ("值班队伍 24 小时不断人。", "Somebody is on duty at every hour."),
        ("24 小时", "24 h"),
    ),
    _clause(
        "ER-4",
        (
            "报修热线、工程对讲和第三方单位连成一条链。",
            "The hotline, the engineers' intercom and the contractors form one chain.",
        ),
    ),
    _clause(
        "ER-5",
        (
            "每次抢修后复盘：响应时间、效果、预案缺什么。",
            "After each emergency a review says how fast, how well, and what the plan lacked.",
        ),
        ("每次应急之后", "after every emergency"),
    ),
    _clause(
        "FI-1",
        (
            "测试灭火器、消防栓和烟感，并登记台账。",
            "Extinguishers, hydrants and smoke detectors are tested and entered in the ledger.",
        ),
        ("每月", "monthly"),
    ),
    _clause("FI-2", ("组织业主和员工消防演练。", "Owners and staff hold a fire drill."), ("每季度", "quarterly")),
    _clause(
        "FI-3",
        (
            "火警分级响应：先确认；小火由员工扑灭；大火疏散、报 119，停电梯、关燃气阀。",
            "Confirm a fire first; staff put a small one out; for a large one evacuate, call 119, stop lifts, close the gas.",
        ),
    ),
    _clause(
        "AP-1",
        (
            "刷脸、刷卡或二维码分级放行，无权限的人不得进入重要区域。",
            "Face, card or QR code by class of area; nobody unauthorised enters sensitive areas.",
        ),
    ),
    _clause(
        "AP-2",
        ("定期核对门禁权限库。", "The permission database is reviewed regularly."),
        ("由项目设定", "set by the site"),
    ),
    _clause(
        "AP-3",
        (
            "巡逻覆盖公共区域、设备房和地下车库，电子巡更留下轨迹，不留死角。",
            "Patrols cover public areas, equipment rooms and the garage; their track is recorded and leaves no dead corner.",
        ),
        ("按路线", "by route"),
    ),
    _clause(
        "AP-4",
        (
            "访客凭证件实名登记，在高风险区域全程陪同。",
            "Visitors are registered by name and document, and escorted all the way in high-risk areas.",
        ),
        ("每次来访", "every visit"),
    ),
    _clause(
        "IN-1",
        (
            "台风暴雨前固定室外物品、疏通排水、备好沙袋和照明，24 小时保持联络。",
            "Before storms outdoor things are fixed, drains cleared, sandbags and lights stocked, contact kept round the clock.",
        ),
        ("按季节和预警", "by season and by warning"),
    ),
    _clause(
        "IN-2",
        (
            "盗窃或冲突：封锁现场、保留证据、报警、调取录像。",
            "Theft or conflict: seal the scene, keep the evidence, call the police, pull the video.",
        ),
    ),
    _clause(
        "IN-3",
        (
            "电梯困人、水管爆裂：立即施救，广播安抚，通报进展。",
            "Trapped in a lift, burst pipe: rescue at once, calm people by broadcast, say how it goes.",
        ),
        ("30 分钟内首次通报，之后重复", "first notice ≤ 30 min, then repeated"),
    ),
    _clause(
        "RS-1",
        (
            "24 小时热线和网页受理：登记、分类、派单。",
            "Hotline and web page round the clock: record, classify, assign.",
        ),
        ("24 小时", "24 h"),
    ),
    _clause(
        "RS-2",
        (
            "按约定时间上门，给出有期限的方案。",
            "Somebody visits within the agreed time and leaves a plan with a deadline.",
        ),
        ("按约定", "as agreed"),
    ),
    _clause(
        "RS-3",
        (
            "由另一人回访；没解决的上报管理层。",
            "Somebody else calls back; what is not solved goes to management.",
        ),
    ),
    _clause(
        "RS-4",
        (
            "归档，找出反复出现的问题，修改计划。",
            "Reports are archived, what comes back again and again is found, and the plan is changed.",
        ),
    ),
    _clause(
        "LA-1",
        (
            "个人信息保护法：不泄露、不滥用；录像由谁保管、谁可调取要明确。",
            "Personal Information Protection Law: no leak, no misuse; who keeps video and who may fetch it is settled.",
        ),
    ),
    _clause(
        "LA-2",
        (
            "消防法：检查消防设施和疏散通道，组织演练。",
            "Fire Protection Law: fire facilities and exits are checked, drills are held.",
        ),
    ),
    _clause(
        "KP-1",
        (
            "工单响应速度、设备维护达标率、满意度。",
            "Speed of response, share of maintenance done in its window, satisfaction.",
        ),
    ),
    _clause(
        "KP-2",
        (
            "每个数字的依据公开、可追溯。",
            "What each figure rests on is open and traceable.",
        ),
    ),
)

CLAUSES: dict[str, Clause] = {clause.id: clause for clause in _ROWS}
"""Every clause of the manual by its id, in the manual's order."""

"""The manual clause by clause: what carries each one out, found among the definitions in force, and how it stands now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from api.context import Context
from facility.alert import Alert
from facility.clause import CLAUSES, Clause
from facility.clock import Clock
from facility.duty_telling import cadence_text
from facility.instant import DAY, duration_text
from facility.occurrence import Occurrence, Standing
from facility.text import Text
from facility.work_order import WorkOrder
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Unit, WorkOrderFilter

LOOK_BACK = 30 * DAY
"""What was missed longer ago says nothing about how a clause stands now."""
PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One thing that carries a clause out."""

    kind: str
    """duty · rule · door-check · limit (of a class of work) · playbook · page"""
    id: str
    title: Text
    says: Text
    """Its limit or cadence, in words; may be empty."""
    source: str = ""
    """Who asks for it: manual, law, contract, site; both where both do."""
    address: str


NONE = Text("", "")

PAGES: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "EQ-2": (("/insulation", Text("绝缘测试：数值、有效期、趋势", "Insulation tests: values, validity, trend")),),
    "EQ-8": (
        (
            "/plans",
            Text("平面图：看得到与看不到的面积，今日盲区", "Floor plans: what is seen and missed, today's share"),
        ),
        ("/cameras", Text("摄像机：在线、移位、遮挡、录像", "Cameras: there, moved, covered, recording")),
    ),
    "MP-3": (("/rota", Text("排班：谁在什么时候当班，缺口报警", "Rota: who is on duty when; gaps raise an alert")),),
    "MP-4": (
        ("/work-orders", Text("工单", "Work orders")),
        ("/figures/response", Text("工单指标", "Work figures")),
        ("/figures", Text("报警指标与图表", "Alarm figures and charts")),
    ),
    "ER-3": (("/rota", Text("24 小时排班，缺口报警", "Rota round the clock; a gap raises an alert")),),
    "ER-4": (
        ("/chains", Text("通知谁：逐级通知，含第三方单位", "Who is told when, contractors included")),
        ("/people", Text("人员与电话", "People and telephones")),
    ),
    "ER-5": (("/incidents", Text("突发事件及其复盘报告", "Incidents and the reports on them")),),
    "FI-1": (("/compliance?clause=FI-1", Text("消防测试台账", "The ledger of fire tests")),),
    "FI-2": (("/compliance?clause=FI-2", Text("演练台账", "The ledger of drills")),),
    "AP-1": (
        ("/permissions", Text("门禁权限", "Permissions at doors")),
        ("/doors", Text("门：状态、通行、发现", "Doors: how they stand, who passes, what was found")),
    ),
    "AP-2": (("/permissions", Text("权限库核对", "Review of permissions")),),
    "AP-3": (("/rounds", Text("巡逻路线、轨迹、覆盖", "Patrols: routes, tracks, coverage")),),
    "AP-4": (("/visitors", Text("访客登记与陪同", "Visitors and their escorts")),),
    "IN-2": (("/incidents", Text("突发事件", "Incidents")),),
    "RS-1": (
        ("/residents", Text("业主报修：登记、分类、派单", "Residents' reports: recorded, classified, assigned")),
        ("/place-codes", Text("墙上的报修二维码", "Codes on the walls that lead to the form")),
    ),
    "RS-2": (("/residents", Text("约定上门时间", "Visits that were agreed")),),
    "RS-3": (("/residents", Text("回访与升级", "Calls back, and what is taken to management")),),
    "RS-4": (("/residents/analysis", Text("反复出现的问题", "What comes back again and again")),),
    "LA-1": (("/personal-data", Text("个人信息：调取登记、保存期限", "Personal data: retrievals and retention")),),
    "LA-2": (("/compliance?clause=LA-2", Text("消防检查台账", "The ledger of fire checks")),),
    "KP-1": (
        ("/compliance", Text("设备维护达标率", "Share of maintenance done in its window")),
        ("/figures/response", Text("响应速度与满意度", "Speed of response, satisfaction")),
    ),
    "KP-2": (
        ("/reports", Text("可核验的报告", "Reports that can be checked")),
        ("/clauses", Text("每条手册由什么落实", "What carries out each clause")),
    ),
}
"""Clauses that a page of the product carries out, or shows besides what is defined in files."""


def carriers(context: Context) -> dict[str, list[Carrier]]:
    """Clause → all that carries it out; none is left out, also one that nothing carries out."""
    found: dict[str, list[Carrier]] = {clause: [] for clause in CLAUSES}
    for clause, carrier in _everything(context):
        if clause in found and carrier not in found[clause]:
            found[clause].append(carrier)
    return found


Found = Iterator[tuple[str, Carrier]]


def _everything(context: Context) -> Found:
    yield from _duties(context)
    yield from _rules(context)
    yield from _door_checks(context)
    yield from _limits(context)
    yield from _playbooks(context)
    yield from _pages()


def _duties(context: Context) -> Found:
    for duty in context.duties().values():
        source = " + ".join(name for name in ("manual", "law") if getattr(duty, name) is not None)
        carrier = Carrier(
            kind="duty",
            id=duty.id,
            title=duty.title,
            says=cadence_text(duty.cadence),
            source=source or "manual",
            address=f"/duties/kinds/{duty.id}",
        )
        yield from ((clause, carrier) for clause in duty.clauses)


def _rules(context: Context) -> Found:
    for rule in context.book():
        carrier = Carrier(
            kind="rule",
            id=rule.id,
            title=rule.title,
            says=rule.kind.watches(rule.spec),
            source="manual",
            address=f"/rules/{rule.id}",
        )
        yield rule.clause, carrier
        for promise in rule.response.clocks:
            if promise.clause != rule.clause:
                yield promise.clause, carrier


def _door_checks(context: Context) -> Found:
    for check in context.door_checks().values():
        carrier = Carrier(
            kind="door-check", id=check.alert_rule, title=check.title, says=NONE, source="manual", address="/doors"
        )
        yield check.clause, carrier


def _limits(context: Context) -> Found:
    for work in context.book().classes.values():
        for promise in (*work.clocks, *work.emergency_clocks):
            within = promise.by or duration_text(promise.within)
            yield (
                promise.clause,
                Carrier(
                    kind="limit",
                    id=f"{work.id}/{promise.name}",
                    title=work.title,
                    says=Text(f"{_ZH.get(promise.name, promise.name)} ≤ {within}", f"{promise.name} ≤ {within}"),
                    source=promise.source or "manual",
                    address=f"/work-orders?kind={work.id}",
                ),
            )


_ZH = {"respond": "响应", "arrive": "到场", "visit": "上门", "resolve": "处理完", "notice": "通报", "review": "复盘"}


def _playbooks(context: Context) -> Found:
    for book in context.playbooks().values():
        steps = {step.clause for step in book.steps if step.clause}
        says = Text(f"{len(book.steps)} 步", f"{len(book.steps)} steps")
        carrier = Carrier(
            kind="playbook", id=book.id, title=book.title, says=says, source="manual", address="/incidents/new"
        )
        yield from ((clause, carrier) for clause in sorted({book.clause, *steps} - {""}))


def _pages() -> Found:
    for clause, pages in PAGES.items():
        for address, title in pages:
            yield clause, Carrier(kind="page", id=address, title=title, says=NONE, source="", address=address)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseState:
    """How one clause stands now. Numbers of what is behind it."""

    clause: Clause
    carriers: tuple[Carrier, ...]
    alerts: tuple[Alert, ...]
    """Open ones that were raised for it."""
    orders: tuple[WorkOrder, ...]
    """Open ones of it, or with a limit of it."""
    passed: Mapping[str, int]
    """Class of work and limit, as its carrier is called → how many of these have passed."""
    standings: Mapping[str, Mapping[Standing, int]]
    """Duty → its occurrences: open, late, suspended now; missed in the last 30 days."""
    last: Occurrence | None
    """What was done last for it."""
    next: Occurrence | None
    """What is due next."""

    @property
    def missed(self) -> int:
        """In the last 30 days."""
        return self._owed(Standing.MISSED)

    @property
    def late(self) -> int:
        """Late now, and still to be done."""
        return self._owed(Standing.LATE)

    def _owed(self, standing: Standing) -> int:
        return sum(found.get(standing, 0) for found in self.standings.values())

    @property
    def overdue(self) -> int:
        """How many limits have passed."""
        return sum(self.passed.values())

    @property
    def wrong(self) -> bool:
        """Whether anything must be looked at."""
        return bool(self.alerts or self.overdue or self.missed or self.late)

    def now(self, carrier: Carrier) -> tuple[str, int]:
        """How one of them stands: a word and a number. ``ok``, 0 where nothing is wrong; empty where it has no state."""
        match carrier.kind:
            case "rule" | "door-check":
                found = "alerts", sum(carrier.id in (alert.rule, alert.raised_by) for alert in self.alerts)
            case "limit":
                found = "passed", self.passed.get(carrier.id, 0)
            case "duty":
                owed = self.standings.get(carrier.id, {})
                missed = owed.get(Standing.MISSED, 0)
                found = ("missed", missed) if missed else ("late", owed.get(Standing.LATE, 0))
            case _:
                return "", 0
        return found if found[1] else ("ok", 0)

    @property
    def duties(self) -> tuple[str, ...]:
        """Ids of the duties that carry it out."""
        return tuple(one.id for one in self.carriers if one.kind == "duty")


def states(unit: Unit, context: Context, now: int, only: str = "") -> list[ClauseState]:
    """Every clause in the manual's order; only that one, when given."""
    known, going_on = carriers(context), _GoingOn(alerts=unit.alerts.open_ones(), orders=_open_orders(unit), now=now)
    wanted = [clause for clause in CLAUSES.values() if not only or clause.id == only]
    return [_state(unit, clause, known[clause.id], going_on) for clause in wanted]


@dataclass(frozen=True, slots=True, kw_only=True)
class _GoingOn:
    """What is open now."""

    alerts: list[Alert]
    orders: list[WorkOrder]
    now: int


def _state(unit: Unit, clause: Clause, known: list[Carrier], going_on: _GoingOn) -> ClauseState:
    now = going_on.now
    duties = tuple(one.id for one in known if one.kind == "duty")
    mine = tuple(order for order in going_on.orders if order.clause == clause.id or _limits_of(order, clause.id))
    passed = Counter(
        f"{order.kind}/{clock.name}" for order in mine for clock in _limits_of(order, clause.id) if clock.breached(now)
    )
    return ClauseState(
        clause=clause,
        carriers=tuple(known),
        alerts=tuple(alert for alert in going_on.alerts if alert.clause == clause.id),
        orders=mine,
        passed=passed,
        standings={duty: _standings(unit, duty, now) for duty in duties},
        last=_first(unit, OccurrenceFilter(duties=duties, standings=(Standing.DONE, Standing.DONE_LATE)), duties),
        next=_first(
            unit, OccurrenceFilter(duties=duties, standings=(Standing.PLANNED, Standing.OPEN)), duties, soonest=True
        ),
    )


def _limits_of(order: WorkOrder, clause: str) -> list[Clock]:
    return [clock for clock in order.clocks if clock.clause == clause and clock.stopped is None]


def _standings(unit: Unit, duty: str, now: int) -> Mapping[Standing, int]:
    here = OccurrenceFilter(duties=(duty,), standings=(Standing.OPEN, Standing.LATE))
    recent = replace(here, standings=(Standing.MISSED, Standing.SUSPENDED), since=now - LOOK_BACK, until=now)
    return {**unit.occurrences.counts(here), **unit.occurrences.counts(recent)}


def _first(
    unit: Unit, wanted: OccurrenceFilter, duties: tuple[str, ...], *, soonest: bool = False
) -> Occurrence | None:
    if not duties:
        return None
    rows = unit.occurrences.find(wanted, limit=1, soonest=soonest).rows
    return rows[0] if rows else None


def _open_orders(unit: Unit) -> list[WorkOrder]:
    found: list[WorkOrder] = []
    cursor: str | None = None
    while True:
        page = unit.work_orders.find(WorkOrderFilter(open=True), cursor, PORTION)
        found += page.rows
        cursor = page.cursor
        if cursor is None:
            return found


def grouped(found: list[ClauseState]) -> dict[str, list[ClauseState]]:
    """Group of the manual → its clauses, in order."""
    groups: dict[str, list[ClauseState]] = defaultdict(list)
    for one in found:
        groups[one.clause.group].append(one)
    return dict(groups)

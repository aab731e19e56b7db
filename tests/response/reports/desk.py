"""A duty room for tests: records in memory, Riverside in miniature, the shipped kinds."""

from __future__ import annotations

from dataclasses import dataclass, field

from facility.fact import Fact
from facility.instant import HOUR, MINUTE
from facility.promise import Promise
from facility.register import Register, difference
from facility.residents_report import Deed, Done, ResidentsReport, Way
from facility.site import Asset, Site, Zone
from facility.text import Text
from facility.work_class import Reach, WorkClass
from facility.work_order import Action, Order, WorkOrder, take
from response.reports.deeds import act
from response.reports.following import follow
from response.reports.intake import Told, take_in
from response.reports.ordering import OrderDesk, Room
from response.reports.settings import ReportBook, load_report_book
from storage.records.port import Records, Unit
from storage.records.sql import SqlRecords

NOON = 1_795_492_800_000
WORDS = {
    Action.ACCEPT: "accepted",
    Action.ARRIVE: "arrived",
    Action.START: "started",
    Action.FINISH: "finished",
    Action.CANCEL: "cancelled",
    Action.DUPLICATE: "duplicated",
}


def small_register() -> Register:
    """Two towers with two floors each, and a lift."""
    zones = [Zone(id=t, site="riverside", kind="building", name=Text(t, t)) for t in ("t1", "t2")]
    zones += [
        Zone(id=f"{t}-f{n}", site="riverside", parent=t, kind="floor", level=n, name=Text(f"{n} 层", f"Floor {n}"))
        for t in ("t1", "t2")
        for n in (1, 2)
    ]
    lift = Asset(id="t1-lift-1", zone="t1", kind="lift", name=Text("一号电梯", "Lift 1"))
    return Register(
        sites={"riverside": Site(id="riverside", name=Text("滨江", "Riverside"))},
        zones={zone.id: zone for zone in zones},
        assets={lift.id: lift},
    )


BOOK = load_report_book()
CLASSES = {
    "water-supply": WorkClass(
        id="water-supply",
        title=Text("给水", "Water supply"),
        about=Text("", ""),
        clocks=(Promise(name="respond", within=15 * MINUTE, clause="RS-2"),),
        emergency_clocks=(Promise(name="arrive", within=HOUR, clause="ER-1"),),
        team="water",
        reach=Reach.ZONE,
    )
}


@dataclass
class DutyRoom:
    """What tests do to it. Facts of orders are followed as they are written, as the responder does."""

    records: Records
    now: int = NOON
    book: ReportBook = field(default_factory=lambda: BOOK)
    followed: int = 0

    def room(self, unit: Unit) -> Room:
        return Room(
            book=self.book, register=unit.registers.load(), desk=OrderDesk(kinds=self.book.kinds, classes=CLASSES)
        )

    def tell(self, words: str, **more: object) -> ResidentsReport:
        told = Told(**({"way": Way.WEB, "zone": "t1-f1", "words": words} | more))  # type: ignore[arg-type]
        with self.records.begin() as unit:
            return take_in(unit, self.room(unit), told, self.now)

    def do(self, report: int, deed: Deed, who: str = "officer", **more: object) -> ResidentsReport:
        with self.records.begin() as unit:
            done = Done(deed=deed, who=who, at=self.now, **more)  # type: ignore[arg-type]
            return act(unit, self.room(unit), report, done)

    def work(self, order: int, *actions: Action, who: str = "wang", other: int | None = None) -> WorkOrder:
        for action in actions:
            with self.records.begin() as unit:
                before = unit.work_orders.get(order)
                wish = Order(action=action, who=who, at=self.now, reason="done", other=other)
                after = unit.work_orders.update(take(before, wish, point_normal=None))
                unit.facts.append(
                    Fact(
                        at=self.now, noun="work-order", subject=str(order), what=WORDS[action], who=who,
                        before=before.state.value, after=after.state.value, data={"other": other} if other else {},
                    )
                )  # fmt: skip
        self.follow()
        return self.order(order)

    def finish(self, order: int, who: str = "wang") -> WorkOrder:
        return self.work(order, Action.ACCEPT, Action.ARRIVE, Action.START, Action.FINISH, who=who)

    def follow(self) -> None:
        with self.records.begin() as unit:
            for fact in unit.facts.after(self.followed):
                follow(lambda: self.book.settings, unit, fact, self.now)
                self.followed = fact.seq

    def report(self, number: int) -> ResidentsReport:
        with self.records.read() as unit:
            return unit.reports.get(number)

    def order(self, number: int | None) -> WorkOrder:
        with self.records.read() as unit:
            return unit.work_orders.get(number or 0)

    def facts(self, report: int) -> list[str]:
        with self.records.read() as unit:
            return [fact.what for fact in unit.facts.of("report", str(report))]


def open_room(url: str = "sqlite:///:memory:") -> DutyRoom:
    records = SqlRecords(url)
    records.migrate()
    with records.begin() as unit:
        unit.registers.apply(difference(unit.registers.load(), small_register()), "manager", NOON, "first")
    return DutyRoom(records=records)

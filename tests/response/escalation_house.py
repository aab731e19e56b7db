"""A small house for tests of escalation: people, accounts, alerts and orders, and what the chains made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from facility.alert import Alert, AlertAction, Severity
from facility.alert_life import STEP_OF, Wish, take_action
from facility.chain import Chain
from facility.fact import Fact
from facility.instant import MINUTE
from facility.notice import Notice
from facility.person import Role
from facility.rota import Person, Rota, ShiftKind, Team, Turn, rota_difference
from facility.rota_entries import Pattern
from facility.text import Text
from facility.work_order import State, WorkOrder
from response.chain_files import load_chains
from response.escalation import Escalation
from response.told import Teller
from storage.records.notices import NoticeFilter
from storage.records.people import Account
from storage.records.sql import SqlRecords
from tests.facility.rotas import at, by_id

NIGHT = at("2026-11-26 02:10")
TEAMS = ("desk", "fire-control", "engineering", "security", "management", "pipe-contractor")
PEOPLE = (
    Person(id="zhou", name="周", account="officer", phone="101", teams=("desk",), language="zh"),
    Person(id="jiang", name="蒋", phone="105", teams=("fire-control",), language="zh"),
    Person(id="li", name="Li", account="li", phone="103", teams=("engineering",), skills=("plumbing",), language="en"),
    Person(id="he", name="何", account="he", phone="104", teams=("engineering",), skills=("electrical",)),
    Person(id="lu", name="鲁", phone="110", teams=("security",)),
    Person(
        id="wang", name="王主管", account="admin", phone="106", teams=("management",), quiet=(22, 7), email="w@x.cn"
    ),
    Person(id="deng", name="邓", phone="203", teams=("pipe-contractor",), company="畅通管道"),
)


def a_rota(*, without: tuple[str, ...] = ()) -> Rota:
    """Everybody on duty around the clock, but for the manager; ``without``: these are not on duty."""
    on_duty = [person for person in PEOPLE if person.id not in ("wang", *without)]
    first = date(2026, 1, 1)
    turns = [
        Turn(person=one.id, team=one.teams[0], pattern="always", since=first, call=number)
        for number, one in enumerate(on_duty, start=1)
    ]
    return Rota(
        teams=by_id(
            [Team(id=team, name=Text(team, team), phone="400" if "contractor" in team else "") for team in TEAMS]
        ),
        people=by_id(list(PEOPLE)),
        kinds=by_id([ShiftKind(id="round", name=Text("全天", "All day"), starts=0, ends=24 * 60)]),
        patterns=by_id([Pattern(id="always", name=Text("全天", "Always"), cycle=("round",))]),
        turns=by_id(turns),
    )


ACCOUNTS = (
    ("officer", "周", Role.OFFICER),
    ("li", "Li", Role.ENGINEER),
    ("he", "何", Role.ENGINEER),
    ("admin", "王主管", Role.ADMIN),
)
ALERT = Alert(
    rule="water-leak",
    rule_version="1",
    clause="ER-1",
    point="t1.leak",
    asset="t1",
    zone="b1",
    severity=Severity.HIGH,
    title=Text("漏水", "Water on the floor"),
    started=NIGHT,
    raised=NIGHT,
    opened=NIGHT,
    limit=Text("应为干燥", "must be dry"),
)
ORDER = WorkOrder(
    kind="water-supply",
    title=ALERT.title,
    severity=Severity.HIGH,
    limit=ALERT.limit,
    opened=NIGHT,
    event_at=NIGHT,
)


@dataclass
class House:
    """``now`` moves as the test says; each fact is followed at once, as the responder would."""

    records: SqlRecords
    channels: frozenset[str] = frozenset({"sms"})
    chains: Mapping[str, Chain] = field(default_factory=load_chains)
    now: int = NIGHT

    def __post_init__(self) -> None:
        self.escalation = Escalation(
            chains=lambda: self.chains,
            teller=Teller(channels=lambda: self.channels),
            first=lambda _: Text("先关阀门", "Shut the valve first"),
        )

    def open(self, rota: Rota | None = None, *, accounts: bool = True) -> None:
        with self.records.begin() as unit:
            if rota is not None:
                unit.rota.apply(rota_difference(Rota(), rota), "admin", self.now)
            for name, said, role in ACCOUNTS if accounts else ():
                unit.people.add(Account(id=name, name=said, role=role, password="", created=self.now))

    def raise_alert(self, *, order: bool = True, join: int = 0, **changed: Any) -> Alert:
        with self.records.begin() as unit:
            alert = unit.alerts.open(replace(ALERT, opened=self.now, **changed))
            if order or join:
                number = join or unit.work_orders.add(replace(ORDER, alert=alert.id)).id
                alert = unit.alerts.update(replace(alert, work_order=number))
            self._follow(unit, "alert", alert.id, "raised")
        return alert

    def change_alert(self, number: int, what: str, **changed: Any) -> None:
        with self.records.begin() as unit:
            unit.alerts.update(replace(unit.alerts.get(number), **changed))
            self._follow(unit, "alert", number, what)

    def acknowledge(self, number: int, who: str) -> None:
        with self.records.begin() as unit:
            wish = Wish(action=AlertAction.ACKNOWLEDGE, who=who, at=self.now)
            unit.alerts.update(take_action(unit.alerts.get(number), wish))
            self._follow(unit, "alert", number, STEP_OF[AlertAction.ACKNOWLEDGE].done)

    def change_order(self, number: int, what: str, who: str = "officer", **changed: Any) -> None:
        with self.records.begin() as unit:
            unit.work_orders.update(replace(unit.work_orders.get(number), **changed))
            self._follow(unit, "work-order", number, what, who)

    def accept(self, number: int, who: str) -> None:
        self.change_order(number, "accepted", who, state=State.ACCEPTED, assignee=who)

    def open_order(self, **changed: Any) -> int:
        with self.records.begin() as unit:
            number = unit.work_orders.add(replace(ORDER, **changed)).id
            self._follow(unit, "work-order", number, "opened")
        return number

    def fact(self, noun: str, number: int, what: str, **data: Any) -> None:
        with self.records.begin() as unit:
            self._follow(unit, noun, number, what, data=data)

    def minutes(self, minutes: int) -> None:
        """Time passes, a minute at a time, as the responder's step would see it."""
        for _ in range(minutes):
            self.now += MINUTE
            self.look()

    def look(self) -> None:
        with self.records.begin() as unit:
            while self.escalation.due(unit, self.now):
                pass

    def notices(self) -> list[Notice]:
        with self.records.read() as unit:
            return list(reversed(unit.notices.find(NoticeFilter(), limit=10_000).rows))

    def told(self) -> list[tuple[int, str, str]]:
        """(minute, person, channel), in order of time; what goes out at one moment by name."""
        return sorted(((n.created - NIGHT) // MINUTE, n.person, n.channel) for n in self.notices())

    def people(self) -> list[str]:
        return list(dict.fromkeys(notice.person for notice in self.notices()))

    def facts(self, noun: str = "chain") -> list[str]:
        with self.records.read() as unit:
            return [fact.what for fact in unit.facts.after(0) if fact.noun == noun]

    def _follow(self, unit: Any, noun: str, number: int, what: str, who: str = "x", data: Any = None) -> None:
        fact = unit.facts.append(Fact(at=self.now, noun=noun, subject=str(number), what=what, who=who, data=data or {}))
        self.escalation.follow(unit, fact, self.now)

"""A house whose duties are planned and attended to by the clock, with as many responders as a test wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from facility.duty import Anchor, Cadence, Duty, DutyCheck, Every
from facility.fact import Fact
from facility.inspection import Outcome, Result
from facility.instant import DAY, from_datetime
from facility.occurrence import Occurrence
from facility.register import Register, difference
from facility.site import Asset, Site, Zone
from facility.text import Text
from facility.work_order import WorkOrder
from inspections.attending import Attending
from inspections.planner import Planner
from inspections.settling import settle
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Unit
from storage.records.sql import SqlRecords

SITE = Site(id="home", name=Text("家园", "Home"))


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    """Local time → instant."""
    from facility.site import time_zone

    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=time_zone(zone)))


def said(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1_000, UTC).isoformat(timespec="minutes")


def extinguisher(number: int) -> Asset:
    return Asset(
        id=f"ext-{number}",
        zone="b1",
        kind="fire-extinguisher",
        name=Text(f"{number} 号灭火器", f"Extinguisher {number}"),
    )


def register(*assets: Asset, timezone: str = "Asia/Shanghai") -> Register:
    found = assets or (extinguisher(1), extinguisher(2))
    return Register(
        sites={"home": replace(SITE, timezone=timezone)},
        zones={"b1": Zone(id="b1", site="home", kind="room", name=Text("地下一层", "B1"))},
        assets={one.id: one for one in found},
    )


def duty(id: str = "daily", version: str = "v1", **more: object) -> Duty:
    found = Duty(
        id=id,
        version=f"{version}-{id}".ljust(16, "0"),
        clause="FI-1",
        title=Text("每天看", "Look each day"),
        do=Text("看", "Look"),
        asset_kinds=("fire-extinguisher",),
        cadence=Cadence(every=Every.DAY),
        grace=DAY // 2,
        team="security",
        checks=(DutyCheck(id="look", title=Text("外观", "Looks")),),
    )
    return replace(found, **more)  # type: ignore[arg-type]


MONTHLY = duty("monthly", cadence=Cadence(every=Every.MONTH), grace=7 * DAY)
SERVICE = duty("service", cadence=Cadence(every=Every.DAYS, count=15, anchor=Anchor.COMPLETION), grace=DAY)


@dataclass
class House:
    """``now`` is wound by tests."""

    records: SqlRecords
    duties: dict[str, Duty]
    now: int
    opened: list[WorkOrder] = field(default_factory=list)
    results: int = 0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """What a new process knows: nothing but the records."""
        self.planner = Planner(lambda: self.duties)
        self.attending = Attending(lambda: self.duties, self._open)

    def _open(self, unit: Unit, register: Register, order: WorkOrder, who: str, at: int) -> WorkOrder:
        del register, who, at
        self.opened.append(order)
        return unit.work_orders.add(order)

    def enter(self, new: Register) -> None:
        with self.records.begin() as unit:
            unit.registers.apply(difference(unit.registers.load(), new), "lin", self.now)

    def use(self, *duties: Duty) -> None:
        self.duties = {one.id: one for one in duties}

    def step(self, now: int | None = None) -> None:
        """Until nothing is left to do at this time."""
        self.now = now or self.now
        more = True
        while more:
            more = False
            for step in (self.planner.step, self.attending.step):
                with self.records.begin() as unit:
                    more |= step(unit, self.now)

    def all(self, **wanted: object) -> list[Occurrence]:
        with self.records.read() as unit:
            return unit.occurrences.find(OccurrenceFilter(**wanted), limit=100_000, soonest=True).rows  # type: ignore[arg-type]

    def standings(self, duty: str = "daily", target: str = "ext-1", until: int | None = None) -> list[str]:
        found = self.all(duties=(duty,), targets=(target,), until=until)
        return [one.standing.value for one in found]

    def do(
        self, one: Occurrence, done: int | None = None, *, received: int | None = None, late: bool = False
    ) -> Occurrence:
        """Somebody does it."""
        self.results += 1
        done = self.now if done is None else done
        with self.records.begin() as unit:
            result = unit.results.add(
                Result(
                    key=f"r{self.results}",
                    duty=one.duty,
                    duty_version=one.duty_version,
                    occurrence=one.id,
                    target=one.target,
                    who="liu",
                    done=done,
                    device_at=done,
                    received=self.now if received is None else received,
                    outcome=Outcome.PASS,
                    late_upload=late,
                )
            )
            return settle(unit, unit.occurrences.get(one.id), result, self.now, "liu")

    def facts(self, noun: str, subject: str | None = None) -> Sequence[Fact]:
        with self.records.read() as unit:
            return [
                fact for fact in unit.facts.after(0, 100_000) if fact.noun == noun and subject in (None, fact.subject)
            ]


def house(records: SqlRecords, now: int, *duties: Duty, facility: Register | None = None) -> House:
    """With two extinguishers, and planned."""
    found: Mapping[str, Duty] = {one.id: one for one in duties or (duty(),)}
    made = House(records=records, duties=dict(found), now=now)
    made.enter(facility or register())
    made.step()
    return made

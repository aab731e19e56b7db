"""A duty room without a broker and without a clock: simulated time is an argument, everything else is the real thing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from collector.ingest import Ingest
from collector.link_fake import FakeLink
from collector.sources import Sources, read_sources
from dutyroom.demo_visitors import let_in_visitors
from dutyroom.permission_files import Importing, import_permissions
from dutyroom.plan_following import PlanFiles
from facility.alert import Alert
from facility.instant import DAY
from facility.pseudonym import pseudonym
from facility.register import Register, difference
from facility.work_order import WorkOrder
from inspections.coverage.watching import CameraWatch
from inspections.visits.crossings import Crossings
from response.class_files import load_classes
from response.door_check_files import load_door_checks
from response.door_watch import DoorWatch
from response.orders import opener
from rules.book import RuleBook
from rules.definition import load_book
from rules.judge import Judge
from rules.proof import report_tests
from simulators.building import Building
from simulators.scenario import Scenario
from simulators.spoken import Message
from storage.readings.journalled import as_far_as_known
from storage.readings.port import Readings
from storage.readings.sqlite import SqliteReadings
from storage.records.port import AlertFilter, Unit, WorkOrderFilter
from storage.records.sql import SqlRecords

SITE = Path(__file__).parents[2] / "examples" / "riverside"
KEY = b"timeline"
"""For pseudonyms."""


def site_sources() -> Sources:
    return read_sources((SITE / "sources.toml").read_text("utf-8"))


def site_rules() -> RuleBook:
    own = SITE / "rules"
    return replace(load_book(*([own] if own.is_dir() else [])), classes=load_classes())


@dataclass(slots=True)
class DutyRoom:
    """The collector, the judge and the stores, put together as the worker does it."""

    link: FakeLink
    ingest: Ingest
    judge: Judge
    records: SqlRecords
    readings: Readings
    doors: DoorWatch | None = None
    """The responder's part that looks at doors, where a scenario is about them."""
    cameras: CameraWatch | None = None
    """The same of cameras."""
    visitors: Crossings | None = None
    """The same of visitors."""

    def take_in(self, now: int) -> None:
        """What has arrived by ``now``, and what is due by the clock."""
        while self.ingest.once(now).messages:
            pass
        while self.judge.backlog.waiting:
            with self.records.read() as unit:
                findings = self.judge.look_back(unit, self.readings, now)
            self._commit(partial(self.judge.correct, findings=findings, now=now))
        self._commit(lambda unit: self.judge.tick(unit, now))
        with self.records.begin() as unit:
            report_tests(unit, self.readings, now)
        while self.doors is not None and self.doors.run(self.records, now):
            pass
        if self.cameras is not None:
            self.cameras.run(self.records, now)
        if self.visitors is not None:
            self.visitors.run(self.records, now)

    def look_at_doors(self, now: int) -> None:
        """From now on passages are judged, by the example property's permissions."""
        how = Importing(hide=lambda card: pseudonym(KEY, "card", card), who="system:test", at=now)
        assert not import_permissions(self.records, SITE / "permissions", how).errors
        classes, checks = load_classes(), load_door_checks()
        self.doors = DoorWatch(readings=lambda: self.readings, checks=lambda: checks, opener=opener(lambda: classes))

    def look_at_visitors(self, now: int) -> None:
        """From now on visitors are followed: those of the demo are in the house."""
        let_in_visitors(self.records, partial(pseudonym, KEY), DAY, now)
        self.visitors = Crossings(readings=lambda: self.readings, hide=partial(pseudonym, KEY))

    def look_at_cameras(self, now: int) -> None:
        """From now on what they see is held against the example property's plans."""
        with self.records.begin() as unit:
            PlanFiles(SITE).take(unit, now)
        self.cameras = CameraWatch(readings=lambda: self.readings)

    def _commit(self, work: Callable[[Unit], Callable[[], None]]) -> None:
        with self.records.begin() as unit:
            adopt = work(unit)
        adopt()

    def alerts(self) -> list[Alert]:
        """Every alert that was ever raised, oldest first."""
        found: list[Alert] = []
        cursor: str | None = None
        with self.records.read() as unit:
            while True:
                page = unit.alerts.find(AlertFilter(), cursor, 200)
                found += page.rows
                if page.cursor is None:
                    return found[::-1]
                cursor = page.cursor

    def work_orders(self) -> list[WorkOrder]:
        """Every work order, oldest first."""
        with self.records.read() as unit:
            return unit.work_orders.find(WorkOrderFilter(), None, 500).rows[::-1]


@contextmanager
def duty_room(folder: Path, register: Register, start: int, book: RuleBook | None = None) -> Iterator[DutyRoom]:
    """A fresh duty room with ``register``, opened at ``start``; ``book`` in place of the site's rules."""
    records = SqlRecords(f"sqlite:///{folder / 'records.db'}")
    records.migrate()
    readings = SqliteReadings(folder / "readings.db")
    try:
        with records.begin() as unit:
            unit.registers.apply(difference(Register(), register), who="system:test", at=start)
        yield open_again(records, readings, FakeLink(), start, book)
    finally:
        readings.close()
        records.close()


def open_again(
    records: SqlRecords, readings: Readings, link: FakeLink, now: int, book: RuleBook | None = None
) -> DutyRoom:
    """As after a start: what is remembered is what was stored."""
    judge = Judge(book or site_rules(), now)
    with records.begin() as unit:
        register = unit.registers.load()
        adopt = judge.use(unit, register, now)
        adopt()
        as_far_as_known(readings, partial(judge.restore, unit))
    ingest = Ingest(
        name="worker-1",
        link=link,
        records=records,
        readings=readings,
        register=register,
        sources=site_sources(),
        judge=judge,
        pseudonym_key=KEY,
    )
    return DutyRoom(link, ingest, judge, records, readings)


Arrivals = Iterable[tuple[int, Message]]
"""(arrival, message), in the order of arrival."""


def at_once(scenario: Scenario, register: Register, seed: int = 1) -> Arrivals:
    """Every message of the scenario, arriving the moment it is sent."""
    building = Building(register=register, start=scenario.start, seed=seed, scenario=scenario)
    return ((message.at, message) for message in building.messages(scenario.start + scenario.duration))


def play(
    room: DutyRoom, scenario: Scenario, arrivals: Arrivals, relieve: Callable[[int], DutyRoom] | None = None
) -> int:
    """Let the whole scenario happen. Returns how many messages arrived.

    ``relieve`` is called at each tick when its messages have arrived, and says who takes them in: a room at the same link.
    """
    coming = deque(arrivals)
    sent = len(coming)
    for now in range(scenario.start, scenario.start + scenario.duration, scenario.tick):
        while coming and coming[0][0] <= now:
            at, message = coming.popleft()
            room.link.deliver(message.topic, message.payload, arrived=at)
        (relieve(now) if relieve else room).take_in(now)
    return sent - len(coming)

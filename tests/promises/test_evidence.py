"""Promise 9: readings, register versions and rule versions give the same verdicts and alerts again, byte for byte."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from pathlib import Path

import orjson
import pytest

from facility.alert import Alert
from facility.instant import MINUTE, SECOND
from facility.point import Setting
from facility.reading import Reading
from facility.register import Register, difference
from facility.rule_version import RuleVersion
from facility.work_order import WorkOrder
from response.class_files import load_classes
from rules.book import RuleBook
from rules.definition import read_rule
from rules.judge import Judge
from rules.relations import with_titles
from simulators.scenario import Scenario, find
from storage.records.port import AlertFilter, Records, Unit, WorkOrderFilter
from storage.records.sql import SqlRecords
from tests.acceptance.timeline import DutyRoom, at_once, duty_room, play, site_rules
from tests.simulators.riverside import register as riverside

OURS = frozenset({"id", "opened", "closed", "version", "work_order", "alert", "latest", "reported"})
"""When we came to know, and how we number things: no part of what happened."""
GAUGE = "t1-pump-1.pressure"


def canonical(things: Iterable[Alert | WorkOrder]) -> bytes:
    """What happened, in an order and a form of its own."""
    rows = [{key: value for key, value in asdict(thing).items() if key not in OURS} for thing in things]
    for row in rows:
        row["clocks"] = [dict(clock) for clock in row.get("clocks", ())]
    ordered = sorted(rows, key=lambda row: orjson.dumps(row, option=orjson.OPT_SORT_KEYS, default=str))
    return orjson.dumps(ordered, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2, default=str)


def evidence(records: Records) -> bytes:
    """Every alert and every work order."""
    with records.read() as unit:
        alerts = unit.alerts.find(AlertFilter(), None, 500)
        orders = unit.work_orders.find(WorkOrderFilter(), None, 500)
    assert alerts.cursor is orders.cursor is None
    return canonical([*alerts.rows, *orders.rows])


def keep_versions(unit: Unit, book: RuleBook, at: int) -> None:
    """As each rule came into force."""
    for rule in book:
        version = RuleVersion(rule=rule.id, number=1, version=rule.version, text=rule.text, author="manual", at=at)
        unit.rule_versions.add(version)


def book_in_force(unit: Unit) -> RuleBook:
    """The rules from their stored texts alone. Each must be what its hash says."""
    found = [(kept, read_rule(kept.text, f"{kept.rule}.toml")) for kept in unit.rule_versions.newest().values()]
    assert all(kept.version == rule.version for kept, rule in found)
    return RuleBook(rules=with_titles({rule.id: rule for _, rule in found}), classes=load_classes())


Altered = Callable[[RuleBook, list[Reading]], tuple[RuleBook, list[Reading]]]


@contextmanager
def rebuilt(
    room: DutyRoom, span: tuple[int, int], folder: Path, every: int, altered: Altered | None = None
) -> Iterator[Records]:
    """Judged again from what was stored, in portions of ``every``; alerts, orders and facts were thrown away."""
    start, end = span
    with room.records.read() as unit:
        book, first, last = book_in_force(unit), unit.registers.load(start), unit.registers.load()
        changes = sorted({one.since for one in last.settings.values() if start < one.since < end})
        registers = deque((at, unit.registers.load(at)) for at in changes)
    arrived = in_the_order_of_arrival(room, first)
    if altered is not None:
        book, arrived = altered(book, arrived)
    records, judge = SqlRecords(f"sqlite:///{folder / 'again.db'}"), Judge(book, start, register=first)
    records.migrate()
    coming = deque(arrived)
    for now in range(start + every, end + every, every):
        if registers and registers[0][0] <= now:
            commit(records, partial(judge.use, register=registers.popleft()[1], now=now))
        batch = [coming.popleft() for _ in range(sum(one.received <= now for one in islice(coming, 5_000)))]
        commit(records, partial(judge.judge, readings=batch, now=now))
        commit(records, partial(judge.tick, now=now))
    assert not coming
    yield records
    records.close()


def commit(records: Records, work: Callable[[Unit], Callable[[], None]]) -> None:
    with records.begin() as unit:
        adopt = work(unit)
    adopt()


def in_the_order_of_arrival(room: DutyRoom, register: Register) -> list[Reading]:
    """Every stored reading."""
    found = [reading for point in register.points for reading in room.readings.range(point, 0, 2**42)]
    return sorted(found, key=lambda reading: (reading.received, reading.at))


@pytest.fixture(scope="module", params=["slow-leak", "fire-on-floor-3"])
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Scenario, DutyRoom]]:
    scenario = replace(find(request.param), duration=25 * MINUTE)
    with duty_room(tmp_path_factory.mktemp("played"), riverside(), scenario.start) as room:
        with room.records.begin() as unit:
            keep_versions(unit, site_rules(), scenario.start)
        play(room, scenario, at_once(scenario, riverside()))
        yield scenario, room


@pytest.mark.parametrize("every", [2 * SECOND, 20 * SECOND])
def test_9_readings_and_versions_give_the_same_alerts_and_orders_byte_for_byte(
    every: int, played: tuple[Scenario, DutyRoom], tmp_path: Path
) -> None:
    scenario, room = played
    end = scenario.start + scenario.duration
    there = evidence(room.records)
    with rebuilt(room, (scenario.start, end), tmp_path, every) as records:
        assert evidence(records) == there
    assert len(orjson.loads(there)) >= 2


def test_9_a_set_pressure_that_changed_meanwhile_is_used_from_its_time_on(tmp_path: Path) -> None:
    scenario = replace(find("slow-leak"), duration=20 * MINUTE)
    change = scenario.start + 10 * MINUTE
    lower = Setting(point=GAUGE, name="set_pressure", value=0.45, since=change, approver="chief engineer")
    with duty_room(tmp_path, riverside(), scenario.start) as room:
        with room.records.begin() as unit:
            keep_versions(unit, site_rules(), scenario.start)
            after = replace(riverside(), settings={**riverside().settings, f"{GAUGE}/set_pressure/{change}": lower})
            unit.registers.apply(difference(riverside(), after), who="system:test", at=scenario.start + 1)
        commit(room.records, lambda unit: room.judge.use(unit, after, scenario.start + 1))
        play(room, scenario, at_once(scenario, riverside()))
        there = evidence(room.records)
        span = (scenario.start + 1, scenario.start + scenario.duration)
        with rebuilt(room, span, tmp_path, 20 * SECOND) as records:
            assert evidence(records) == there
        [alert] = room.alerts()
        assert alert.ended is not None, "0.44 MPa is well inside of 0.45 ± 0.1"


def without_the_first_alarm(book: RuleBook, arrived: list[Reading]) -> tuple[RuleBook, list[Reading]]:
    return book, [one for one in arrived if one.point not in (GAUGE, "t1-f03-smoke-1.smoke")]


def in_other_words(book: RuleBook, arrived: list[Reading]) -> tuple[RuleBook, list[Reading]]:
    texts = {id: book.rules[id].text.replace("Send somebody", "Go") for id in book.rules}
    texts |= {"smoke-alarm": book.rules["smoke-alarm"].text.replace("Confirm first", "Look first")}
    return RuleBook(rules={id: read_rule(text, id) for id, text in texts.items()}), arrived


@pytest.mark.parametrize("altered", [without_the_first_alarm, in_other_words])
def test_9_other_readings_or_another_version_of_a_rule_give_other_evidence(
    altered: Altered, played: tuple[Scenario, DutyRoom], tmp_path: Path
) -> None:
    """Else the comparison above would prove nothing."""
    scenario, room = played
    with rebuilt(room, (scenario.start, scenario.start + scenario.duration), tmp_path, MINUTE, altered) as records:
        assert evidence(records) != evidence(room.records)

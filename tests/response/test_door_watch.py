"""Passages that arrive, in any order and however late, are judged once by their own time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from facility.alert import Alert, Condition
from facility.alert_life import acknowledge
from facility.door_finding import DoorFinding, DoorRule
from facility.instant import DAY, HOUR, MINUTE, SECOND, parse
from facility.maintenance import Maintenance
from facility.permission import Permissions, permission_difference
from facility.permission_entries import CredentialState
from facility.point import Point
from facility.quality import Quality
from facility.reading import Passage, Reading
from facility.register import Register, difference
from facility.scope import Extent
from facility.site import Asset, Site, Zone
from facility.test_mode import TestMode
from facility.text import Text
from response.class_files import load_classes
from response.door_check_files import load_door_checks
from response.door_watch import NOTE, DoorWatch, Mark
from response.orders import opener
from storage.readings.memory import MemoryReadings
from storage.records.permissions import FindingFilter
from storage.records.sql import SqlRecords
from tests import services
from tests.facility.permissions import some_permissions

MORNING = parse("2026-03-02T10:00:00+08:00")
NIGHT = parse("2026-03-02T23:00:00+08:00")
NAME = Text("名", "name")


def door_points(asset: str) -> list[Point]:
    return [
        Point(
            id=f"{asset}.{key}",
            asset=asset,
            quantity=quantity,
            unit="1" if quantity == "count" else "",
            resolution=1.0,
            interval=0,
            name=NAME,
        )
        for key, quantity in (("entry", "entry"), ("state", "door"), ("people", "count"))
    ]


def register() -> Register:
    zones = [
        Zone(id="t1", site="s", name=NAME),
        Zone(id="pumps", site="s", parent="t1", access="sensitive", name=NAME),
    ]
    doors = [
        Asset(id="pump-door", zone="pumps", kind="door", name=NAME),
        Asset(id="back-door", zone="pumps", kind="door", name=NAME),
    ]
    points = [point for door in doors for point in door_points(door.id)]
    return Register(
        sites={"s": Site(id="s", name=NAME)},
        zones={one.id: one for one in zones},
        assets={one.id: one for one in doors},
        points={one.id: one for one in points},
    )


class House:
    """A property with two doors to its pump room, its stores, and a watch that may be replaced by a new process."""

    def __init__(self, url: str = "sqlite:///:memory:") -> None:
        self.records = SqlRecords(url)
        self.records.migrate()
        self.readings = MemoryReadings()
        with self.records.begin() as unit:
            unit.registers.apply(difference(Register(), register()), "test", 0)
        self.enter(some_permissions(), 1)
        self.restart()
        self.look(MORNING - HOUR)

    def enter(self, wanted: Permissions, at: int) -> None:
        with self.records.begin() as unit:
            unit.permissions.apply(permission_difference(unit.permissions.load(), wanted), "manager", at)

    def restart(self) -> None:
        classes = load_classes()
        checks = load_door_checks()
        self.watch = DoorWatch(readings=lambda: self.readings, checks=lambda: checks, opener=opener(lambda: classes))

    def another(self) -> DoorWatch:
        """A second responder's."""
        return DoorWatch(readings=self.watch.readings, checks=self.watch.checks, opener=self.watch.opener)

    def look(self, now: int) -> None:
        while self.watch.run(self.records, now):
            pass

    def swipe(self, at: int, card: str = "c-li", *, heard: int = 0, **more: object) -> None:
        plain = Passage(
            point="pump-door.entry", at=at, event="granted", credential=card, direction="in", received=heard or at + 200
        )
        self.readings.append([], [replace(plain, **more)])  # type: ignore[arg-type]

    def counted(self, at: int, many: int) -> None:
        self.readings.append([Reading("pump-door.people", at, float(many), received=at)])

    def found(self) -> list[DoorFinding]:
        with self.records.read() as unit:
            return unit.door_findings.find(FindingFilter()).rows[::-1]

    def alerts(self) -> list[Alert]:
        with self.records.read() as unit:
            return unit.alerts.open_ones()

    def told(self, noun: str = "alert") -> list[str]:
        with self.records.read() as unit:
            return [fact.what for fact in unit.facts.after(0) if fact.noun == noun]

    def acknowledge(self, at: int) -> None:
        (alert,) = self.alerts()
        with self.records.begin() as unit:
            unit.alerts.update(acknowledge(alert, "officer", at))


@pytest.fixture
def house() -> House:
    return House()


def rules(house: House) -> list[str]:
    return [one.rule.value for one in house.found()]


def test_what_lies_in_order_is_nobody_s_news(house: House) -> None:
    house.swipe(MORNING)
    house.swipe(MORNING + MINUTE, direction="out")
    house.look(MORNING + 2 * MINUTE)
    assert (house.found(), house.alerts()) == ([], [])


def test_somebody_at_night_is_an_alert_at_that_door_with_a_work_order(house: House) -> None:
    house.look(NIGHT - 5 * SECOND)
    house.swipe(NIGHT, "c-guo")
    house.look(NIGHT + 2 * SECOND)
    (alert,) = house.alerts()
    assert (alert.rule, alert.asset, alert.zone, alert.clause) == (
        "door-out-of-hours",
        "pump-door",
        "pumps",
        "AP-1",
    )
    assert (alert.started, alert.late, alert.condition) == (NIGHT, False, Condition.ACTIVE)
    assert "郭" not in str(alert)
    with house.records.read() as unit:
        assert alert.work_order is not None
        order = unit.work_orders.get(alert.work_order)
    assert (order.kind, order.alert, order.asset, order.event_at) == ("access", alert.id, "pump-door", NIGHT)
    assert [(one.holder, one.alert, one.permissions) for one in house.found()] == [("guo", alert.id, 1)]


def test_a_fact_of_a_finding_says_what_and_where_and_the_row_alone_whose_card(house: House) -> None:
    house.swipe(NIGHT, "c-guo")
    house.look(NIGHT + SECOND)
    with house.records.read() as unit:
        (fact,) = unit.facts.of("door", "pump-door")
    assert (fact.what, fact.data["rule"], fact.data["permissions"]) == ("found", "out-of-hours", 1)
    assert "guo" not in repr(fact)


def test_looking_again_and_restarting_finds_nothing_twice(house: House) -> None:
    house.swipe(NIGHT, "c-guo")
    house.look(NIGHT + SECOND)
    house.look(NIGHT + 3 * SECOND)
    house.restart()
    house.look(NIGHT + 5 * SECOND)
    house.restart()
    house.look(NIGHT + 10 * MINUTE)
    assert (len(house.found()), len(house.alerts()), house.told().count("raised")) == (1, 1, 1)


@pytest.mark.services
def test_on_postgresql_too_everything_is_found_once_over_restarts_and_races(postgres_url: str) -> None:
    with services.postgres_database(postgres_url) as url:
        house = House(url)
        house.look(NIGHT - MINUTE)
        house.swipe(NIGHT, "c-guo")
        house.swipe(NIGHT + 1, "c-lost")
        first, second = house.watch, house.another()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda watch: watch.run(house.records, NIGHT + SECOND), [first, second]))
        house.restart()
        house.look(NIGHT + 2 * SECOND)
        assert sorted(rules(house)) == ["dead-credential", "out-of-hours"]
        assert (len(house.alerts()), house.told().count("raised")) == (2, 2)
        house.records.close()


def test_a_process_that_dies_before_it_has_written_finds_it_the_next_time(house: House) -> None:
    house.swipe(NIGHT, "c-guo")
    with pytest.raises(RuntimeError, match="power"):
        DyingWatch.of(house.watch).run(house.records, NIGHT + SECOND)
    assert house.found() == []
    house.restart()
    house.look(NIGHT + 3 * SECOND)
    assert rules(house) == ["out-of-hours"]


class DyingWatch(DoorWatch):
    """Its power goes when it has written everything, before the commit."""

    @classmethod
    def of(cls, watch: DoorWatch) -> "DyingWatch":
        return cls(readings=watch.readings, checks=watch.checks, opener=watch.opener)

    def _write(self, *given: object) -> None:
        super()._write(*given)  # type: ignore[arg-type]
        raise RuntimeError("power")


def test_two_responders_at_once_raise_one_alert(tmp_path: Path) -> None:
    house = House(f"sqlite:///{tmp_path}/records.db")
    house.look(NIGHT - MINUTE)
    house.swipe(NIGHT, "c-guo")
    first, second = (
        house.watch,
        DoorWatch(readings=house.watch.readings, checks=house.watch.checks, opener=house.watch.opener),
    )
    with house.records.read() as unit:
        found = second._look(unit, unit.registers.load(), stored_mark(house), NIGHT + SECOND)
    first.run(house.records, NIGHT + SECOND)
    with pytest.raises(Exception, match="another responder"), house.records.begin() as unit:
        second._write(unit, unit.registers.load(), found, NIGHT + SECOND)
    assert (len(house.found()), len(house.alerts())) == (1, 1)


def stored_mark(house: House) -> Mark:
    with house.records.read() as unit:
        return Mark(**unit.notes.get(NOTE))


def test_after_two_days_of_downtime_everything_is_found_and_nobody_is_paged_for_it(house: House) -> None:
    for day in range(2):
        for hour in range(0, 24, 3):
            house.swipe(NIGHT + day * DAY + hour * HOUR, "c-lost")
    house.restart()
    house.look(NIGHT + 3 * DAY)
    assert len(house.found()) == 16
    assert all(one.late for one in house.found())
    (alert,) = house.alerts()
    assert (alert.late, alert.condition, alert.work_order) == (True, Condition.NORMAL, None)


def test_a_long_quiet_time_does_not_keep_it_from_what_came_after(house: House) -> None:
    house.swipe(NIGHT + DAY, "c-lost")
    house.restart()
    house.look(NIGHT + DAY + SECOND)
    assert [(one.at, one.late) for one in house.found()] == [(NIGHT + DAY, False)]


def test_a_late_passage_is_judged_by_the_permissions_of_its_own_time(house: House) -> None:
    """At ten the card was good; at noon it was reported lost; at one o'clock the door's controller is back on line."""
    some = some_permissions()
    lost = replace(some.credentials["c-li"], state=CredentialState.LOST)
    house.enter(replace(some, credentials=some.credentials | {"c-li": lost}), MORNING + 2 * HOUR)
    house.swipe(MORNING, heard=MORNING + 3 * HOUR)
    house.swipe(MORNING + 2 * HOUR + 1, heard=MORNING + 3 * HOUR)
    house.look(MORNING + 3 * HOUR + SECOND)
    house.look(MORNING + 4 * HOUR)
    assert [(one.at, one.rule, one.permissions) for one in house.found()] == [
        (MORNING + 2 * HOUR + 1, DoorRule.DEAD_CREDENTIAL, 2)
    ]


def test_news_older_than_usual_waits_for_the_next_round_and_is_not_lost(house: House) -> None:
    house.look(NIGHT + 10 * HOUR)
    house.swipe(NIGHT, "c-guo", heard=NIGHT + 10 * HOUR + SECOND)
    house.look(NIGHT + 10 * HOUR + 2 * SECOND)
    assert house.found() == []
    house.look(NIGHT + 10 * HOUR + 6 * MINUTE)
    assert [(one.at, one.late) for one in house.found()] == [(NIGHT, True)]


def test_nothing_from_before_it_was_first_started_is_judged() -> None:
    house = House()
    house.swipe(MORNING - 2 * HOUR, "c-lost", heard=MORNING)
    house.look(MORNING + HOUR)
    assert house.found() == []


def test_an_alert_ends_when_somebody_has_seen_it_and_the_next_passage_raises_it_again(house: House) -> None:
    house.swipe(NIGHT, "c-guo")
    house.look(NIGHT + SECOND)
    house.swipe(NIGHT + MINUTE, "c-guo")
    house.look(NIGHT + MINUTE + SECOND)
    assert house.told() == ["raised"]
    house.acknowledge(NIGHT + 2 * MINUTE)
    house.look(NIGHT + 3 * MINUTE)
    assert house.alerts() == []
    house.swipe(NIGHT + 4 * MINUTE, "c-guo")
    house.look(NIGHT + 4 * MINUTE + SECOND)
    assert [one.started for one in house.alerts()] == [NIGHT + 4 * MINUTE]
    assert house.told() == ["raised", "returned", "raised"]


def test_a_duress_card_is_raised_at_once_under_a_name_that_says_nothing(house: House) -> None:
    house.swipe(MORNING, "c-forced")
    house.look(MORNING + SECOND)
    (alert,) = house.alerts()
    assert (alert.rule, alert.severity.name, alert.work_order) == ("door-check", "MEDIUM", None)
    with house.records.read() as unit:
        said = [fact for fact in unit.facts.after(0) if fact.noun in ("alert", "door")]
    assert len(said) == 2
    words = f"{alert} {said}".lower()
    assert not any(word in words for word in ("duress", "胁迫", "c-forced"))
    assert rules(house) == ["duress"]


def test_a_reader_that_knows_a_duress_card_is_believed_and_the_passage_beside_it_says_nothing(house: House) -> None:
    house.look(NIGHT - SECOND)
    house.swipe(NIGHT)
    house.swipe(NIGHT, event="duress")
    house.look(NIGHT + SECOND)
    assert rules(house) == ["duress"]
    assert [one.rule for one in house.alerts()] == ["door-check"]


def test_a_test_of_the_door_is_kept_and_raises_nothing(house: House) -> None:
    house.swipe(MORNING, "c-lost", test=True)
    house.look(MORNING + SECOND)
    assert ([one.test for one in house.found()], house.alerts()) == ([True], [])


def test_what_happens_while_somebody_tests_the_door_is_kept_as_a_test(house: House) -> None:
    mode = TestMode(
        extent=Extent.ASSET,
        scope="pump-door",
        since=MORNING - MINUTE,
        until=MORNING + HOUR,
        who="wang",
        why="x",
        expected=(),
    )
    with house.records.begin() as unit:
        unit.test_modes.add(mode)
    house.swipe(MORNING, "c-lost")
    house.look(MORNING + SECOND)
    assert ([one.test for one in house.found()], house.alerts()) == ([True], [])


def test_a_door_out_of_service_pages_nobody_and_a_duress_card_does_but_for_two_people_s_word(house: House) -> None:
    window = Maintenance(
        extent=Extent.ASSET,
        scope="pump-door",
        since=MORNING - MINUTE,
        until=MORNING + HOUR,
        who="wang",
        why="lock",
        created=1,
    )
    with house.records.begin() as unit:
        unit.maintenance.add(window)
    house.swipe(MORNING, "c-lost")
    house.swipe(MORNING + 1, "c-forced")
    house.look(MORNING + SECOND)
    assert {one.rule: (one.announces, one.work_order) for one in house.alerts()} == {
        "door-dead-credential": (False, None),
        "door-check": (True, None),
    }


def test_a_passback_is_taken_back_by_a_way_out_that_is_heard_of_later(house: House) -> None:
    house.swipe(MORNING - MINUTE, direction="out")
    house.swipe(MORNING)
    house.swipe(MORNING + 10 * MINUTE, point="back-door.entry")
    house.look(MORNING + 10 * MINUTE + SECOND)
    assert rules(house) == ["passback"]
    house.swipe(MORNING + 5 * MINUTE, direction="out", heard=MORNING + 20 * MINUTE)
    house.look(MORNING + 20 * MINUTE + SECOND)
    (finding,) = house.found()
    assert finding.withdrawn == MORNING + 20 * MINUTE + SECOND
    assert house.told() == ["raised", "withdrawn"]
    assert house.told("door") == ["found", "withdrawn"]
    assert [one.withdrawn for one in house.alerts()] == [True]


def test_two_people_on_one_card_are_told_once_a_second_card_may_no_longer_come(house: House) -> None:
    house.swipe(MORNING)
    house.counted(MORNING + 2 * SECOND, 2)
    house.look(MORNING + 3 * SECOND)
    assert house.found() == []
    house.look(MORNING + 8 * SECOND)
    assert [(one.rule, one.reason) for one in house.found()] == [(DoorRule.TAILGATING, "2>1")]
    house.look(MORNING + 10 * MINUTE)
    assert len(house.found()) == 1
    house.swipe(MORNING + SECOND, "c-guo", heard=MORNING + 11 * MINUTE)
    house.look(MORNING + 16 * MINUTE)
    assert house.found()[0].withdrawn is not None


def test_a_clock_that_is_off_is_told_once_a_day_and_ends_when_it_is_right(house: House) -> None:
    def hear(start: int, late_by: int) -> None:
        house.readings.append(
            [
                Reading("pump-door.entry", start + n * MINUTE, 0.0, Quality.GOOD, received=start + n * MINUTE + late_by)
                for n in range(6)
            ]
        )

    hear(MORNING, 14 * SECOND)
    house.look(MORNING + 10 * MINUTE)
    house.look(MORNING + 20 * MINUTE)
    (alert,) = house.alerts()
    assert (alert.rule, alert.limit.en) == ("door-clock", "off by +14.0 s, ±10 s allowed")
    assert alert.limit.zh == "偏差 +14.0 秒，允许 ±10 秒"
    house.acknowledge(MORNING + 21 * MINUTE)
    house.look(MORNING + 30 * MINUTE)
    assert [one.condition for one in house.alerts()] == [Condition.ACTIVE]
    hear(MORNING + 2 * HOUR, 300)
    house.look(MORNING + 3 * HOUR)
    assert house.alerts() == []
    assert rules(house) == ["clock"]


def test_permissions_that_were_never_entered_accuse_nobody() -> None:
    house = House()
    with house.records.begin() as unit:
        gone = permission_difference(unit.permissions.load(), Permissions())
        unit.permissions.apply(gone, "manager", MORNING - HOUR)
    house.swipe(NIGHT, "c-nobody")
    house.look(NIGHT + SECOND)
    assert house.found() == []


def test_a_holder_s_last_day_is_the_property_s_own_day(house: House) -> None:
    some = some_permissions()
    until = replace(some.holders["li"], until=date(2026, 3, 2))
    house.enter(replace(some, holders=some.holders | {"li": until}), MORNING - HOUR)
    house.swipe(parse("2026-03-03T00:00:00+08:00"))
    house.look(parse("2026-03-03T00:00:02+08:00"))
    assert [(one.rule.value, one.reason) for one in house.found()] == [("dead-credential", "left")]

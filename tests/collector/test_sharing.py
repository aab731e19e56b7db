"""Collectors that share a load: each message is handed over or judged, whoever dies in between, and once in effect."""

from __future__ import annotations

import pytest

from collector.judge_fake import NotingJudge
from collector.link_fake import FakeLink
from collector.sharing import Relay, SharedLink, shared
from facility.instant import DAY
from storage.readings.memory import MemoryReadings
from tests.collector.property import NOW, TOPIC, ingest, pressure
from tests.storage.records.away import AwayRecords

GROUP = "duty"
GAUGE = "gauge-1.pressure"


class Group:
    """One that relays and one that judges, on the same stores."""

    def __init__(self) -> None:
        self.records = AwayRecords("sqlite://")
        self.records.migrate()
        self.readings, self.judge = MemoryReadings(), NotingJudge()
        self.theirs, self.ours = FakeLink(), FakeLink()
        self.start()

    def start(self) -> None:
        self.pauses: list[float] = []
        self.relay = Relay(self.theirs, self.records, GROUP, pause=self.pauses.append)
        self.collector = ingest(
            SharedLink(self.ours, self.records, GROUP), readings=self.readings, judge=self.judge, records=self.records
        )

    def waiting(self) -> int:
        with self.records.read() as unit:
            return len(unit.handing.oldest(GROUP, 1_000))

    def values(self) -> list[float]:
        return [reading.value for reading in self.readings.range(GAUGE, 0, 2 * NOW)]


def hear(link: FakeLink, *values: float, start: int = NOW) -> None:
    for place, value in enumerate(values):
        link.deliver(TOPIC, pressure(value, start + place), arrived=start + place)


@pytest.fixture
def group() -> Group:
    return Group()


def test_a_group_subscribes_so_that_each_message_goes_to_one() -> None:
    assert shared(["a/+/b", "c/#"], "duty") == ["$share/duty/a/+/b", "$share/duty/c/#"]


def test_what_one_takes_the_other_judges_and_then_it_is_gone(group: Group) -> None:
    hear(group.theirs, 0.6, 0.7)
    hear(group.ours, 0.8, start=NOW + 5)
    assert group.relay.once(NOW + 5, 0.0) == 2
    assert (group.theirs.unacknowledged, group.waiting()) == (0, 2)
    assert group.collector.once(NOW + 5).messages == 3
    assert group.values() == [0.6, 0.7, 0.8]
    assert (group.ours.unacknowledged, group.waiting()) == (0, 0)
    assert group.collector.once(NOW + 6).messages == 0


def test_nothing_is_acknowledged_before_it_is_handed_over(group: Group) -> None:
    group.records.away = True
    hear(group.theirs, 0.6)
    assert group.relay.once(NOW, 0.0) == 0
    assert (group.theirs.unacknowledged, group.relay.health(NOW + 500)["lag"]) == (1, 500)
    group.records.away = False
    assert group.relay.once(NOW, 0.0) == 0, "not before its time"
    assert group.relay.once(NOW + 60_000, 0.0) == 1
    assert (group.theirs.unacknowledged, group.waiting(), group.relay.stats.error) == (0, 1, "")


def test_while_the_store_is_away_it_rests_between_two_tries(group: Group) -> None:
    group.records.away = True
    hear(group.theirs, 0.6)
    group.relay.once(NOW, 0.25)
    assert group.pauses == []
    for _ in range(3):
        group.relay.once(NOW, 0.05)
    assert (group.pauses, group.relay.stats.retries) == ([0.05] * 3, 1)


def test_a_clock_that_was_set_back_makes_no_try_wait_for_the_old_time(group: Group) -> None:
    group.records.away = True
    hear(group.theirs, 0.6)
    group.relay.once(NOW, 0.0)
    group.records.away = False
    assert group.relay.once(NOW - DAY, 0.0) == 1
    assert (group.theirs.unacknowledged, group.waiting()) == (0, 1)


def test_one_that_dies_between_handing_over_and_acknowledging_hands_over_again_and_it_is_judged_as_one(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(group.theirs, 0.6)
    monkeypatch.setattr(group.theirs, "acknowledge", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        group.relay.once(NOW, 0.0)
    monkeypatch.undo()
    group.theirs.reconnect()
    group.start()
    group.relay.once(NOW + 1, 0.0)
    assert group.waiting() == 2
    group.collector.once(NOW + 1)
    assert (group.values(), group.waiting()) == ([0.6], 0)


def test_a_judge_that_dies_leaves_it_for_the_next(group: Group) -> None:
    hear(group.theirs, 0.6)
    group.relay.once(NOW, 0.0)
    group.records.away = True
    assert group.collector.once(NOW).in_hand == 1
    group.records.away = False
    group.start()
    group.collector.once(NOW + 1)
    assert (group.values(), group.waiting(), len(group.judge.judged)) == ([0.6], 0, 1)


def test_what_is_judged_and_cannot_be_forgotten_yet_is_not_judged_again(group: Group) -> None:
    hear(group.theirs, 0.6)
    group.relay.once(NOW, 0.0)
    link = SharedLink(group.ours, group.records, GROUP)
    (taken,) = link.take(10, 0.0)
    group.records.away = True
    assert link.acknowledge([taken]) == 1
    assert link.take(10, 0.0) == []
    group.records.away = False
    assert (link.take(10, 0.0), group.waiting()) == ([], 1)
    link.acknowledge([])
    assert group.waiting() == 0


def test_a_message_that_came_late_to_the_store_is_not_passed_over(group: Group) -> None:
    hear(group.theirs, *(0.6 for _ in range(7)))
    group.relay.once(NOW, 0.0)
    link = SharedLink(group.ours, group.records, GROUP)
    first = link.take(3, 0.0)
    assert [one.mid for one in link.take(10, 0.0)] == [4, 5, 6, 7]
    assert len({*first}) == 3

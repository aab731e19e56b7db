"""Promise 12: alarms go on when the history database does not. It may be away for a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from facility.alert import Alert
from facility.instant import DAY, HOUR, SECOND
from facility.reading import Reading
from storage.readings.forwarding import Forwarder
from storage.readings.journal import Journal
from storage.readings.journalled import JournalledReadings
from tests.collector.property import NOW, TOPIC, pressure
from tests.promises.test_promises import Collector
from tests.storage.readings.test_journal import Server

GAUGE = "gauge-1.pressure"


class Duty:
    """A collector with its judge, whose history stands on a server behind the journal."""

    def __init__(self, folder: Path, limit: int = 1 << 30) -> None:
        self.server, self.now = Server(), NOW
        self.journal = Journal(folder / "journal.db", limit)
        self.store = JournalledReadings(self.journal, self.server)
        self.collector = Collector()
        self.restart()

    def restart(self) -> None:
        self.collector.room.readings = self.store
        self.collector.start()
        self.forwarder = Forwarder(store=self.store, bury=lambda lines, reason: None, jitter=lambda: 1.0)

    def hear(self, value: float, after: int = SECOND) -> int:
        """Returns how many messages the broker still holds."""
        self.now += after
        self.collector.link.deliver(TOPIC, pressure(value, self.now), arrived=self.now)
        self.collector.ingest.once(self.now)
        return self.collector.link.unacknowledged

    def forward(self, after: int = SECOND) -> None:
        self.now += after
        while self.forwarder.once(self.now):
            pass

    def alerts(self) -> list[Alert]:
        return self.collector.alerts()


@pytest.fixture
def duty(tmp_path: Path) -> Iterator[Duty]:
    made = Duty(tmp_path)
    yield made
    made.store.close()


def test_12_without_the_history_a_message_is_durable_judged_and_acknowledged_at_once(
    duty: Duty, tmp_path: Path
) -> None:
    duty.server.away = True
    assert duty.hear(0.4) == 0
    assert [alert.value for alert in duty.alerts()] == [0.4]
    with closing(Journal(tmp_path / "journal.db")) as again:
        assert [one.value for one in again.range(GAUGE, 0, 2 * NOW)] == [0.4]


def test_12_a_collector_that_starts_without_the_history_goes_on_where_it_was(duty: Duty) -> None:
    duty.hear(0.4)
    duty.forward()
    duty.server.away = True
    duty.restart()
    duty.hear(0.41)
    assert [alert.value for alert in duty.alerts()] == [0.4], "the same alert, found once"
    duty.hear(0.6)
    assert [alert.condition.value for alert in duty.alerts()] == ["normal"]


def test_12_after_a_day_all_of_it_goes_on_in_the_order_in_which_it_came_once(duty: Duty) -> None:
    duty.server.away = True
    duty.forward()
    given: list[tuple[int, float]] = []
    for hour in range(24):
        assert duty.hear(0.5 + hour / 100, after=HOUR) == 0
        given.append((duty.now, 0.5 + hour / 100))
        duty.forward()
    assert duty.server.taken == []
    waiting = duty.journal.waiting()
    assert (waiting.rows, waiting.oldest) == (24, given[0][0])
    duty.restart()
    duty.server.away = False
    duty.forward(after=HOUR)
    assert [(one.at, one.value) for one in duty.server.range(GAUGE, 0, NOW + 2 * DAY)] == given
    assert [at for batch in duty.server.taken for at in batch] == [at for at, _ in given]
    assert duty.journal.waiting().rows == 0


def test_12_what_waits_is_read_however_old_it_is(duty: Duty) -> None:
    duty.server.away = True
    for _ in range(4):
        duty.hear(0.6, after=DAY)
        duty.forward()
    duty.server.away = False
    assert len(duty.store.range(GAUGE, 0, duty.now + 1)) == 4


def test_12_a_journal_that_is_full_leaves_messages_with_the_broker_and_overwrites_nothing(tmp_path: Path) -> None:
    duty = Duty(tmp_path, limit=200)
    duty.server.away = True
    held, number = 0, 0
    while not held and number < 200:
        held, number = duty.hear(0.6), number + 1
    assert held == 1
    before: list[Reading] = duty.journal.range(GAUGE, 0, 2 * NOW)
    assert len(before) == number - 1
    duty.server.away = False
    duty.forward()
    duty.collector.ingest.once(duty.now + HOUR)
    assert duty.collector.link.unacknowledged == 0
    assert len(duty.store.range(GAUGE, 0, 2 * NOW)) == number
    duty.store.close()

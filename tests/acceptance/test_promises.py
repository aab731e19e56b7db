"""The same quarter of an hour under every trouble that must make no difference: crashes, repeats, delays."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from facility.instant import MINUTE, SECOND
from facility.reading import Reading
from rules.definition import load_book
from simulators.scenario import find
from simulators.spoken import Message
from tests.acceptance.expectation import differences
from tests.acceptance.timeline import DutyRoom, at_once, duty_room, open_again, play
from tests.simulators.riverside import register
from tests.storage.records.away import AwayRecords

pytestmark = pytest.mark.xdist_group("promises")
DEMO = find("demo")
JUDGED = replace(DEMO, expected=tuple(one for one in DEMO.expected if one.rule in load_book().rules))
"""What the collector and the judge find; what visitors and cameras do is looked at by the responder."""
SENT = list(at_once(DEMO, register()))
Found = tuple[list[tuple[object, ...]], list[tuple[object, ...]], dict[str, list[Reading]]]


def found(room: DutyRoom) -> Found:
    """What is left of it: alerts, work orders, and every reading, without the times at which we came to know."""
    end = DEMO.start + DEMO.duration
    alerts = [(a.rule, a.point, a.started, a.raised, a.ended, a.value, a.condition) for a in room.alerts()]
    orders = [(o.rule, o.point, o.kind, o.event_at) for o in room.work_orders()]
    kept = {point: room.readings.range(point, DEMO.start, end) for point in register().points}
    plain = {point: [r._replace(received=0) for r in rows] for point, rows in kept.items()}
    return sorted(alerts, key=str), sorted(orders, key=str), plain


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Found:
    with duty_room(tmp_path_factory.mktemp("undisturbed"), register(), DEMO.start) as room:
        play(room, DEMO, SENT)
        assert differences(JUDGED, room.alerts(), room.work_orders()) == []
        return found(room)


class Crashes:
    """Whoever is on duty is killed again and again, each time after the readings were stored and before the commit."""

    def __init__(self, room: DutyRoom, every: int) -> None:
        self._on_duty, self._every = room, every
        self.number = self.in_hand = 0

    def __call__(self, now: int) -> DutyRoom:
        if now > DEMO.start and (now - DEMO.start) % self._every == 0:
            self._crash(now)
        return self._on_duty

    def _crash(self, now: int) -> None:
        room, records = self._on_duty, self._on_duty.records
        assert isinstance(records, AwayRecords)
        records.away = True
        self.number, self.in_hand = self.number + 1, self.in_hand + room.ingest.once(now).in_hand
        records.away = False
        room.link.reconnect()
        self._on_duty = open_again(records, room.readings, room.link, now)


@pytest.mark.parametrize("every", [15 * SECOND, MINUTE])
def test_crashes_between_storing_and_committing_change_nothing(
    every: int, undisturbed: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.acceptance.timeline.SqlRecords", AwayRecords)
    with duty_room(tmp_path, register(), DEMO.start) as room:
        crashes = Crashes(room, every)
        play(room, DEMO, SENT, crashes)
        assert crashes.in_hand > crashes.number
        assert found(room) == undisturbed
        assert room.link.unacknowledged == 0
        with room.records.read() as unit:
            assert unit.facts.verify() is None


def test_a_message_that_comes_twice_counts_once(undisturbed: Found, tmp_path: Path) -> None:
    twice = [(at, message) for at, message in SENT for _ in range(2)]
    with duty_room(tmp_path, register(), DEMO.start) as room:
        play(room, DEMO, twice)
        assert found(room) == undisturbed


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_and_delay_of_arrival_change_nothing(seed: int, undisturbed: Found, tmp_path: Path) -> None:
    with duty_room(tmp_path, register(), DEMO.start) as room:
        play(room, DEMO, delayed(SENT, Random(seed)))
        assert found(room) == undisturbed


def delayed(sent: list[tuple[int, Message]], rng: Random) -> list[tuple[int, Message]]:
    """Each topic's messages in their own order, up to 20 s late; the last half minute at once, so that all arrive."""
    last: dict[str, int] = {}
    arrivals: list[tuple[int, Message]] = []
    for at, message in sent:
        late = rng.randrange(20 * SECOND) if at < DEMO.start + DEMO.duration - 30 * SECOND else 0
        last[message.topic] = max(last.get(message.topic, 0), at + late)
        arrivals.append((last[message.topic], message))
    return sorted(arrivals, key=lambda arrival: arrival[0])

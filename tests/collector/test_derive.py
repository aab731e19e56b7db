"""Virtual points speak as soon as one of their inputs does, at that reading's own time."""

from itertools import permutations

from collector.derive import Deriver
from collector.judge_fake import NotingJudge
from collector.link_fake import FakeLink
from facility.quality import Quality
from facility.reading import Reading
from storage.readings.memory import MemoryReadings
from tests.collector.property import NOW, POINTS, TOPIC, ingest, point, pressure, register

GAUGE, OTHER, DROP = "gauge-1.pressure", "edge-1.pressure", "room.drop"
MINUTE = 60_000
HOUSE = register(*POINTS, point(DROP, "", expression=f"[{GAUGE}] - [{OTHER}]"))


def reading(id: str, value: float, at: int) -> Reading:
    return Reading(id, at, value, Quality.GOOD, False, NOW)


def found(deriver: Deriver, *readings: Reading) -> list[tuple[int, float]]:
    return [(one.at, round(one.value, 6)) for one in deriver.derive(readings)]


def test_each_input_makes_a_reading_with_the_newest_of_the_others() -> None:
    deriver = Deriver(HOUSE)
    assert found(deriver, reading(GAUGE, 0.6, NOW)) == []
    assert found(deriver, reading(OTHER, 0.4, NOW + MINUTE)) == [(NOW + MINUTE, 0.2)]
    assert found(deriver, reading(GAUGE, 0.5, NOW + 2 * MINUTE)) == [(NOW + 2 * MINUTE, 0.1)]


def test_the_order_within_a_batch_changes_nothing() -> None:
    batch = [reading(GAUGE, 0.6, NOW), reading(OTHER, 0.4, NOW), reading(GAUGE, 0.5, NOW + MINUTE)]
    for order in permutations(batch):
        assert found(Deriver(HOUSE), *order) == [(NOW, 0.2), (NOW + MINUTE, 0.1)]


def test_a_late_input_is_joined_with_what_held_at_its_own_time() -> None:
    deriver = Deriver(HOUSE)
    found(deriver, reading(OTHER, 0.4, NOW), reading(OTHER, 0.1, NOW + 2 * MINUTE))
    assert found(deriver, reading(GAUGE, 0.6, NOW + MINUTE)) == [(NOW + MINUTE, 0.2)]


def test_after_a_restart_it_knows_what_was_said_last() -> None:
    store = MemoryReadings()
    store.append([reading(OTHER, 0.4, NOW)])
    deriver = Deriver(HOUSE)
    deriver.warm(store)
    assert found(deriver, reading(GAUGE, 0.6, NOW + MINUTE)) == [(NOW + MINUTE, 0.2)]


def test_a_register_without_it_ends_it() -> None:
    deriver = Deriver(HOUSE)
    found(deriver, reading(OTHER, 0.4, NOW))
    deriver.use(register())
    assert found(deriver, reading(GAUGE, 0.6, NOW)) == []


def test_its_readings_are_stored_and_judged_like_any_others() -> None:
    store, judge, link = MemoryReadings(), NotingJudge(), FakeLink()
    store.append([reading(OTHER, 0.1, NOW - MINUTE)])
    collector = ingest(link, readings=store, judge=judge, known=HOUSE)
    link.deliver(TOPIC, pressure(0.6, NOW), arrived=NOW)
    collector.once(NOW)
    assert [(one.at, round(one.value, 6)) for one in store.range(DROP, 0, NOW + 1)] == [(NOW, 0.5)]
    assert DROP in {one.point for one in judge.judged}

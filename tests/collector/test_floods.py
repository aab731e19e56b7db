"""A device that sends without end, and one that speaks for another: what is stored, judged, told, and what a crash leaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from collector.conduct import CALM, QUIET, Claim, Conduct
from collector.ingest import Ingest
from collector.judge_fake import NotingJudge
from collector.link_fake import FakeLink
from facility.instant import MINUTE
from facility.quality import Quality
from facility.reading import Reading
from storage.readings.memory import MemoryReadings
from storage.readings.port import ReadingsUnavailable
from storage.records.port import RecordsUnavailable, Unit
from storage.records.sql import SqlRecords
from tests.collector.property import DEVICES, NOW, TOPIC, device, fresh_records, ingest, pressure, register

RATE = 10
GAUGE = "gauge-1.pressure"


class Room:
    """A collector that keeps ten readings a second of each point, and what is around it."""

    def __init__(self) -> None:
        self.link, self.judge, self.records = FakeLink(), NotingJudge(), fresh_records()
        self.readings: MemoryReadings = MemoryReadings()
        self.collector = self.start()

    def start(self) -> Ingest:
        return ingest(self.link, readings=self.readings, judge=self.judge, records=self.records, rate=RATE)

    def flood(self, count: int, start: int = NOW) -> None:
        """The same over and over, but for one spike, and another value at the end."""
        for n in range(count):
            value = 0.9 if n == count // 2 else 0.7 if n == count - 1 else 0.6
            self.link.deliver(TOPIC, pressure(value, start + n), arrived=start + n)

    def stored(self) -> list[Reading]:
        return self.readings.range(GAUGE, 0, 2 * NOW)


class Unanswering(SqlRecords):
    """Commits the first time, and the answer is lost."""

    def __init__(self) -> None:
        super().__init__("sqlite://")
        self.migrate()
        self.answers = False

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        with super().begin() as unit:
            yield unit
        if not self.answers:
            self.answers = True
            raise RecordsUnavailable("the connection was lost")


@pytest.fixture
def room() -> Room:
    return Room()


def conduct(collector: Ingest, now: int) -> Any:
    return collector.health(now)["conduct"]


def test_a_flood_is_stored_and_judged_as_its_first_its_extremes_and_its_last(room: Room) -> None:
    room.flood(900)
    assert room.collector.once(NOW).messages == 900
    assert room.link.unacknowledged == 0
    room.collector.once(NOW + 1_000)
    assert [r.at - NOW for r in room.stored()] == [*range(2 * RATE), 450, 899]
    assert [r[:3] for r in room.judge.judged] == [r[:3] for r in room.stored()]
    assert room.collector.stats.thinned == 900 - len(room.stored())
    assert room.collector.stats.messages == 900


def test_what_was_held_back_outlives_a_crash_though_its_messages_were_acknowledged(room: Room) -> None:
    room.flood(900)
    room.collector.once(NOW)
    assert room.link.unacknowledged == 0
    assert room.stored()[-1].at == NOW + 450
    room.start().once(NOW + 100)
    assert (room.stored()[-1].at, room.stored()[-1].value) == (NOW + 899, 0.7)
    assert isinstance(room.judge.judged[-1].quality, Quality)
    room.start().once(NOW + 200)
    assert sum(r.at == NOW + 899 for r in room.judge.judged) == 1


def test_what_was_held_back_and_let_go_comes_once_also_when_the_answer_to_a_commit_was_lost(room: Room) -> None:
    room.records = Unanswering()
    room.collector = room.start()
    room.flood(900)
    room.collector.once(NOW)
    room.collector.once(NOW + MINUTE)
    room.collector.once(NOW + 2 * MINUTE)
    room.start().once(NOW + 3 * MINUTE)
    assert room.collector.stats.retries == 1
    assert sum(r.at == NOW + 899 for r in room.judge.judged) == 1


def test_what_was_held_back_is_safe_while_a_later_part_of_its_batch_cannot_be_stored(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.flood(900)
    room.collector.once(NOW)
    monkeypatch.setattr("collector.ingest.READINGS_A_COMMIT", 1)
    room.link.deliver("dutyroom/v1/riverside/smoke-1/readings", b'{"values": {"smoke": true}}', arrived=NOW + 90)
    room.flood(15, NOW + 5_000)
    real = room.readings.append

    def first_part_only(*given: Any) -> None:
        if any(reading.point == GAUGE for reading in given[0]):
            raise ReadingsUnavailable("the disk is full")
        real(*given)

    monkeypatch.setattr(room.readings, "append", first_part_only)
    assert room.collector.once(NOW + 100).messages == 1
    monkeypatch.undo()
    room.link.reconnect()
    assert room.start().once(NOW + 200).messages == 15
    assert {NOW + 899, NOW + 5_014} <= {r.at for r in room.stored()}


def test_what_is_let_go_is_below_the_watermark_like_all_that_is_judged(room: Room) -> None:
    room.flood(900)
    room.collector.once(NOW)
    room.link.deliver(TOPIC, pressure(0.6, NOW + 5_000), arrived=NOW + 100)
    room.collector.once(NOW + 100)
    with room.records.read() as unit:
        assert unit.notes.get("watermark/worker-1") == max(r.received for r in room.stored())
    assert NOW + 899 in {r.at for r in room.stored()}


def test_where_every_reading_counts_nothing_is_thinned_and_the_flood_is_told(room: Room) -> None:
    room.judge.counted.add(GAUGE)
    room.flood(900)
    room.collector.once(NOW)
    room.collector.once(NOW + 1_000)
    assert len(room.stored()) == 900
    (told,) = conduct(room.collector, NOW + 1_000)["floods"]
    assert (told["device"], told["a_minute"], told["thinned"]) == ("gauge-1", 900, 0)


def test_a_flood_is_told_over_a_restart_until_it_has_been_calm_for_a_while(room: Room) -> None:
    room.flood(900)
    room.collector.once(NOW)
    room.collector.once(NOW + 1_000)
    note = conduct(room.collector, NOW + 1_000)
    assert note["floods"] == [{"device": "gauge-1", "a_minute": 900, "thinned": 878, "last": NOW}]
    later = Conduct(RATE)
    later.load(orjson.loads(orjson.dumps(note)))
    assert later.note(NOW + CALM - 1) == note
    assert later.note(NOW + CALM)["floods"] == []


def test_a_burst_that_is_soon_over_is_thinned_and_not_told(room: Room) -> None:
    room.flood(60 * RATE - 1)
    room.collector.once(NOW)
    room.collector.once(NOW + 1_000)
    assert room.collector.stats.thinned > 0
    assert conduct(room.collector, NOW + 1_000)["floods"] == []


def test_another_device_waits_for_none_of_it(room: Room) -> None:
    room.flood(2_000)
    room.link.deliver("dutyroom/v1/riverside/smoke-1/readings", b'{"values": {"smoke": true}}', arrived=NOW)
    room.collector.once(NOW)
    room.link.deliver("dutyroom/v1/riverside/smoke-1/readings", b'{"values": {"smoke": false}}', arrived=NOW + 5)
    room.collector.once(NOW + 5)
    assert [r.value for r in room.judge.judged if r.point == "smoke-1.smoke"] == [1.0, 0.0]


# --- who speaks for whom ------------------------------------------------------------------------------------------------

AS_ANOTHER = orjson.dumps({"device": "gauge-9", "values": {"pressure": 0.6}})
FOR_ANOTHER = orjson.dumps([{"device": name, "ts": NOW, "values": {"smoke": True}} for name in ("smoke-1", "door-1")])
GATEWAY = "dutyroom/v1/riverside/gateway-1/batch"


def letters(records: SqlRecords) -> list[str]:
    with records.read() as unit:
        return [letter.reason for letter in unit.letters.dead().rows]


def test_who_claims_to_be_another_is_refused_counted_and_told_with_both_names(room: Room) -> None:
    room.link.deliver(TOPIC, AS_ANOTHER, arrived=NOW)
    room.link.deliver(TOPIC, b"[" + AS_ANOTHER + b"," + pressure(0.6) + b"]", arrived=NOW)
    room.link.deliver(GATEWAY, FOR_ANOTHER, arrived=NOW)
    room.collector.once(NOW)
    assert [r.value for r in room.stored()] == [0.6]
    assert all("gauge-1" in said and "gauge-9" in said for said in letters(room.records) if "smoke" not in said)
    assert room.collector.stats.mismatched == 3
    assert conduct(room.collector, NOW)["claims"] == [
        {"source": "native", "speaker": "gauge-1", "claimed": ["gauge-9"], "messages": 2, "last": NOW},
        {"source": "native", "speaker": "gateway-1", "claimed": ["door-1", "smoke-1"], "messages": 1, "last": NOW},
    ]


def test_the_network_servers_devices_are_who_the_topic_says_too() -> None:
    room = Room()
    topic = "application/1/device/24e124126a148401/event/up"
    room.link.deliver(topic, b'{"deviceInfo": {"devEui": "a84041000181c061"}, "object": {}}', arrived=NOW)
    room.collector.once(NOW)
    (told,) = conduct(room.collector, NOW)["claims"]
    assert (told["speaker"], told["claimed"]) == ("24e124126a148401", ["a84041000181c061"])


def test_it_is_over_a_day_after_the_last_one_or_when_the_register_allows_it(room: Room) -> None:
    room.link.deliver(TOPIC, AS_ANOTHER, arrived=NOW)
    room.link.deliver(GATEWAY, FOR_ANOTHER, arrived=NOW)
    room.collector.once(NOW)
    allowed = {"smoke-1", "door-1"}
    devices = tuple(device(one.id, one.source, gateway="gateway-1") if one.id in allowed else one for one in DEVICES)
    room.collector.use(register(devices=devices))
    assert [told["speaker"] for told in conduct(room.collector, NOW + QUIET - 1)["claims"]] == ["gauge-1"]
    assert conduct(room.collector, NOW + QUIET)["claims"] == []


def test_an_impostor_with_many_names_does_not_fill_the_memory() -> None:
    made = Conduct()
    for number in range(1_000):
        made.claimed([Claim("native", f"fake-{number}", "pump-1"), Claim("native", "gauge-1", f"fake-{number}")], NOW)
        made.sent(f"fake-{number}", NOW, 10_000, 1)
    told = made.note(NOW + MINUTE)
    assert (len(told["claims"]), len(told["floods"])) == (100, 100)
    assert told["claims"][-1]["claimed"] == [f"fake-{number}" for number in range(980, 1_000)]

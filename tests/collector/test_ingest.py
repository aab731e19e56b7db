"""Store, judge, commit, acknowledge: what must hold whatever fails in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson
import pytest
import structlog

from collector import sparkplug_payload
from collector.ingest import Ingest
from collector.judge_fake import NotingJudge
from collector.link_fake import FakeLink
from collector.stats import STAGES, Stats
from facility.reading import Passage, Reading, Scan
from storage.readings.memory import MemoryReadings
from storage.readings.port import ReadingsRefused, ReadingsUnavailable
from storage.records.port import Conflict, Records, RecordsUnavailable, Unit
from storage.records.sql import SqlRecords
from tests.collector.property import (
    NOW,
    POINTS,
    SOURCES,
    TOPIC,
    device,
    fresh_records,
    ingest,
    point,
    pressure,
    register,
)


class Power(Exception):
    """The process ends here."""


class FailingReadings(MemoryReadings):
    """Raises what it was told to, before it keeps the rows."""

    def __init__(self) -> None:
        super().__init__()
        self.raised_first: list[Exception] = []
        self.appended = 0

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        if self.raised_first:
            raise self.raised_first.pop(0)
        super().append(readings, passages, scans)
        self.appended += 1


class FailingRecords:
    """A real store that cannot be begun as often as it was told."""

    def __init__(self, real: SqlRecords, errors: list[Exception]) -> None:
        self._real, self.errors = real, errors

    def begin(self) -> AbstractContextManager[Unit]:
        if self.errors:
            raise self.errors.pop(0)
        return self._real.begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class FussyJudge(NotingJudge):
    """Fails on certain values, or as often as it was told."""

    def __init__(self, errors: list[Exception] | None = None, hates: float | None = None) -> None:
        super().__init__()
        self.errors, self.hates = errors or [], hates

    def judge(self, unit: Unit, readings: Sequence[Reading], now: int) -> Callable[[], None]:
        if self.errors:
            raise self.errors.pop(0)
        if any(reading.value == self.hates for reading in readings):
            raise ZeroDivisionError("nobody foresaw this")
        return super().judge(unit, readings, now)


def letters(records: Records) -> list[tuple[str, str, int]]:
    with records.read() as unit:
        return sorted((letter.topic, letter.reason, letter.count) for letter in unit.letters.dead().rows)


def unclaimed(records: Records) -> list[tuple[str, str, str, str, int]]:
    with records.read() as unit:
        return sorted((u.source, u.external_id, u.key, u.guess, u.count) for u in unit.letters.unclaimed().rows)


def note(records: Records, name: str) -> Any:
    with records.read() as unit:
        return unit.notes.get(name)


def values(readings: MemoryReadings, of: str = "gauge-1.pressure") -> list[float]:
    return [reading.value for reading in readings.range(of, 0, 2 * NOW)]


def deliver(link: FakeLink, *numbers: float, start: int = NOW) -> None:
    for index, number in enumerate(numbers):
        link.deliver(TOPIC, pressure(number, start + index), arrived=start + index)


# --- the plain way ------------------------------------------------------------------------------------------------------


def test_what_is_there_is_stored_judged_committed_and_acknowledged() -> None:
    link, readings, judge, records = FakeLink(), MemoryReadings(), NotingJudge(), fresh_records()
    deliver(link, 0.6, 0.61, 0.62)
    counts = ingest(link, readings=readings, judge=judge, records=records).once(NOW)
    assert (counts.messages, counts.readings, counts.in_hand) == (3, 3, 0)
    assert values(readings) == [r.value for r in judge.judged] == [0.6, 0.61, 0.62]
    assert note(records, "watermark/worker-1") == judge.judged[-1].received == NOW + 2
    assert link.unacknowledged == 0


def test_nothing_to_do_is_nothing_done() -> None:
    records = fresh_records()
    assert ingest(FakeLink(), records=records).once(NOW, timeout=5).messages == 0
    assert note(records, "watermark/worker-1") is None


def test_a_batch_takes_no_more_than_2000_messages() -> None:
    link = FakeLink()
    deliver(link, *[0.6] * 2_500)
    collector = ingest(link)
    assert [collector.once(NOW).messages for _ in range(3)] == [2_000, 500, 0]


def test_big_batches_are_committed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.ingest.READINGS_A_COMMIT", 100)
    link, judge, records, readings = FakeLink(), NotingJudge(), fresh_records(), FailingReadings()
    for part in range(3):
        rows = [{"ts": NOW + (part * 60 + n) * 1_000, "values": {"pressure": 0.6}} for n in range(60)]
        link.deliver(TOPIC, orjson.dumps(rows), arrived=NOW)
    collector = ingest(link, judge=judge, records=records, readings=readings)
    assert collector.once(NOW).messages == 3
    assert (readings.appended, collector.stats.batches, len(judge.judged)) == (2, 2, 180)
    first, last = judge.judged[0].received, judge.judged[-1].received
    assert first < last == note(records, "watermark/worker-1")


def test_what_is_said_now_does_not_wait_for_a_backlog_that_came_before_it() -> None:
    link, judge, records = FakeLink(), NotingJudge(), fresh_records()
    rows = orjson.dumps([{"ts": NOW - 7_200_000 + n * 1_000, "values": {"pressure": 0.6}} for n in range(500)])
    for _ in range(10):
        link.deliver(TOPIC, rows, arrived=NOW)
    link.deliver("dutyroom/v1/riverside/door-1/events", orjson.dumps({"event": "denied", "ts": NOW}), arrived=NOW + 1)
    collector = ingest(link, judge=judge, records=records)
    first = collector.once(NOW + 1)
    assert link.acknowledged[0].topic.endswith("door-1/events")
    assert (first.messages, link.unacknowledged, collector.health(NOW + 1)["in_hand"]) == (2, 9, 9)
    marks = [note(records, "watermark/worker-1")]
    while link.unacknowledged:
        collector.once(NOW + 1)
        marks.append(note(records, "watermark/worker-1"))
    assert marks == sorted(set(marks))
    assert len(judge.judged) == 5_001


def test_received_never_goes_back_also_after_a_restart() -> None:
    link, judge, records = FakeLink(), NotingJudge(), fresh_records()
    link.deliver(TOPIC, pressure(0.6, NOW), arrived=NOW)
    ingest(link, judge=judge, records=records).once(NOW)
    link.deliver(TOPIC, pressure(0.7, NOW + 1), arrived=NOW - 60_000)  # the machine's clock was set back
    ingest(link, judge=judge, records=records).once(NOW)
    first, second = (reading.received for reading in judge.judged)
    assert second > first


def test_passages_and_scans_are_stored() -> None:
    link, readings = FakeLink(), MemoryReadings()
    link.deliver(
        "dutyroom/v1/riverside/door-1/events",
        orjson.dumps({"ts": NOW, "event": "denied", "credential": "04A1"}),
        arrived=NOW,
    )
    link.deliver(
        "dutyroom/v1/riverside/post-1/events", orjson.dumps({"ts": NOW, "event": "scan", "tag": "94D8"}), arrived=NOW
    )
    collector = ingest(link, readings=readings)
    collector.once(NOW)
    assert len(readings.passages("door-1.entry", 0, 2 * NOW)) == len(readings.scans("post-1.scan", 0, 2 * NOW)) == 1
    assert (collector.stats.passages, collector.stats.scans) == (1, 1)


# --- bad messages -------------------------------------------------------------------------------------------------------


def test_a_bad_message_is_buried_with_its_reason_and_stops_nothing() -> None:
    link, readings, records = FakeLink(), MemoryReadings(), fresh_records()
    link.deliver(TOPIC, b'{"values": {"pressure": NaN}}', arrived=NOW)
    deliver(link, 0.6)
    link.deliver(TOPIC, b"x" * 2_000_000, arrived=NOW)
    collector = ingest(link, readings=readings, records=records)
    assert collector.once(NOW).letters == 2
    assert values(readings) == [0.6]
    assert link.unacknowledged == 0
    with records.read() as unit:
        big = next(letter for letter in unit.letters.dead().rows if letter.size > 1_000)
    assert (big.size, len(big.payload)) == (2_000_000, 256 << 10)
    assert collector.health(NOW)["refusals"] == {TOPIC: 2}


def test_like_bad_messages_are_counted_in_one_letter() -> None:
    link, records = FakeLink(), fresh_records()
    for _ in range(50):
        link.deliver(TOPIC, b"{", arrived=NOW)
    ingest(link, records=records).once(NOW)
    assert [(topic, count) for topic, _, count in letters(records)] == [(TOPIC, 50)]


def test_the_good_part_of_a_message_is_used_and_the_bad_part_is_buried() -> None:
    link, readings, records = FakeLink(), MemoryReadings(), fresh_records()
    rows = [{"ts": NOW + n, "values": {"pressure": 0.6}} for n in range(5)] + [{"ts": "?", "values": {"pressure": 0.6}}]
    link.deliver(TOPIC, orjson.dumps(rows), arrived=NOW)
    ingest(link, readings=readings, records=records).once(NOW)
    assert len(values(readings)) == 5
    assert "[5] ts: '?'" in letters(records)[0][1]


def test_what_a_publisher_wrote_on_a_refused_message_is_logged() -> None:
    link, readings, records = FakeLink(), MemoryReadings(), fresh_records()
    deliver(link, 0.6)
    collector = ingest(link, readings=readings, records=records)
    bad = link._waiting.pop()._replace(payload=b"{", user=(("trace", "ab"),))
    link._waiting.append(bad)
    with structlog.testing.capture_logs() as logs:
        collector.once(NOW)
    assert [line["written_on_it"] for line in logs if line["event"] == "refused"] == [(("trace", "ab"),)]


def test_a_decoder_that_breaks_costs_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    link, readings, records = FakeLink(), MemoryReadings(), fresh_records()
    deliver(link, 0.6, 0.7)
    collector = ingest(link, readings=readings, records=records)
    real = collector._qualifier.qualify

    def breaks(decoded: Any, arrival: Any) -> Any:
        if decoded.signals[0].value == 0.6:
            raise KeyError("what")
        return real(decoded, arrival)

    monkeypatch.setattr(collector._intake._ordinary, "readings", lambda *_: None)
    monkeypatch.setattr(collector._qualifier, "qualify", breaks)
    collector.once(NOW)
    assert values(readings) == [0.7]
    assert "unexpected KeyError" in letters(records)[0][1]


def test_a_message_on_which_the_judge_breaks_is_set_apart() -> None:
    link, readings, records, judge = FakeLink(), MemoryReadings(), fresh_records(), FussyJudge(hates=0.66)
    deliver(link, 0.6, 0.61, 0.66, 0.63, 0.64)
    collector = ingest(link, readings=readings, records=records, judge=judge)
    counts = collector.once(NOW)
    assert (counts.messages, counts.letters) == (5, 1)
    assert [r.value for r in judge.judged] == [0.6, 0.61, 0.63, 0.64]
    assert letters(records) == [(TOPIC, "unexpected ZeroDivisionError: nobody foresaw this", 1)]
    assert link.unacknowledged == 0
    assert collector.stats.isolated == 1


def test_rows_that_the_store_refuses_are_buried_and_the_rest_is_judged() -> None:
    class Refusing(MemoryReadings):
        def append(
            self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()
        ) -> None:
            bad = [reading for reading in readings if reading.value == 0.7]
            super().append([reading for reading in readings if reading.value != 0.7], passages, scans)
            if bad:
                raise ReadingsRefused([repr(reading) for reading in bad], "0.7 is not liked here")

    link, readings, records, judge = FakeLink(), Refusing(), fresh_records(), NotingJudge()
    deliver(link, 0.6, 0.7, 0.8)
    ingest(link, readings=readings, records=records, judge=judge).once(NOW)
    assert [r.value for r in judge.judged] == values(readings) == [0.6, 0.8]
    assert letters(records) == [(TOPIC, "0.7 is not liked here", 1)]
    assert link.unacknowledged == 0


def test_each_message_with_an_unfit_row_says_its_own_reason() -> None:
    class Refusing(MemoryReadings):
        def append(
            self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()
        ) -> None:
            bad = [repr(reading) for reading in readings if reading.value < 0.7]
            super().append([reading for reading in readings if reading.value >= 0.7], passages, scans)
            if bad:
                raise ReadingsRefused(bad, "the first", ["the first", "the second"])

    link, readings, records = FakeLink(), Refusing(), fresh_records()
    deliver(link, 0.6, 0.61, 0.8)
    ingest(link, readings=readings, records=records).once(NOW)
    assert values(readings) == [0.8]
    assert letters(records) == [(TOPIC, "the first", 1), (TOPIC, "the second", 1)]


# --- strangers ----------------------------------------------------------------------------------------------------------


def test_strangers_are_kept_with_a_sample_and_a_guess_and_acknowledged() -> None:
    link, records = FakeLink(), fresh_records()
    link.deliver("dutyroom/v1/riverside/new-1/readings", pressure(1.0), arrived=NOW)
    link.deliver(TOPIC, orjson.dumps({"values": {"colour": 3}}), arrived=NOW)
    link.deliver("senml/box-3", b'[{"bn": "urn:dev:ow:10e2:", "n": "temp", "v": 1}]', arrived=NOW)
    ingest(link, records=records).once(NOW)
    assert unclaimed(records) == [
        ("", "senml/box-3", "", "senml", 1),
        ("native", "gauge-1", "colour", "native", 1),
        ("native", "new-1", "", "native", 1),
    ]
    assert link.unacknowledged == 0


def test_a_stranger_that_talks_on_is_written_once_a_minute_with_its_count() -> None:
    link, records = FakeLink(), fresh_records()
    collector = ingest(link, records=records)
    for second in range(62):
        link.deliver("dutyroom/v1/riverside/new-1/readings", pressure(1.0), arrived=NOW + second * 1_000)
        collector.once(NOW + second * 1_000)
    assert unclaimed(records)[0][4] == 61
    assert collector.stats.unclaimed == 62


def test_made_up_names_fill_neither_memory_nor_records() -> None:
    link, records = FakeLink(), fresh_records()
    link.deliver(TOPIC, orjson.dumps({"values": {f"k{n}": 1 for n in range(5_000)}}), arrived=NOW)
    link.deliver(TOPIC, orjson.dumps({"values": {"k" * 100_000: 1}}), arrived=NOW)
    collector = ingest(link, records=records)
    while link.unacknowledged:
        collector.once(NOW)
    assert len(unclaimed(records)) == 50
    assert "a name too long" in letters(records)[0][1]
    assert not collector._qualifier._instruments


def test_a_device_that_was_claimed_is_heard_from_then_on() -> None:
    link, readings = FakeLink(), MemoryReadings()
    collector = ingest(link, readings=readings)
    topic = "dutyroom/v1/riverside/new-1/readings"
    link.deliver(topic, pressure(1.0), arrived=NOW)
    collector.once(NOW)
    collector.use(register(*POINTS, point("new-1.pressure", "new-1"), devices=(device("new-1"),)))
    link.deliver(topic, pressure(1.0), arrived=NOW)
    collector.once(NOW)
    assert values(readings, "new-1.pressure") == [1.0]


# --- repeats ------------------------------------------------------------------------------------------------------------


def uplink(number: str) -> bytes:
    return orjson.dumps({"deduplicationId": number, "object": {"pressure": 600}})


def test_an_envelope_that_comes_twice_is_dropped_and_counted() -> None:
    link, judge = FakeLink(), NotingJudge()
    topic = "application/1/device/24e124126a148401/event/up"
    for number in ("a", "a", "b"):
        link.deliver(topic, uplink(number), arrived=NOW)
    collector = ingest(link, judge=judge)
    collector.once(NOW)
    assert (len(judge.judged), collector.stats.duplicates, link.unacknowledged) == (2, 1, 0)


# --- crashes and outages ------------------------------------------------------------------------------------------------


def test_a_crash_between_store_and_commit_loses_and_doubles_nothing() -> None:
    link, readings, records, judge = FakeLink(), MemoryReadings(), fresh_records(), NotingJudge()
    deliver(link, 0.6, 0.61)

    class Crashing(NotingJudge):
        def judge(self, unit: Unit, readings: Sequence[Reading], now: int) -> Callable[[], None]:
            raise SystemExit

    with pytest.raises(SystemExit):
        ingest(link, readings=readings, records=records, judge=Crashing()).once(NOW)
    assert values(readings) == [0.6, 0.61]
    assert link.acknowledged == []
    assert note(records, "watermark/worker-1") is None
    link.reconnect()
    ingest(link, readings=readings, records=records, judge=judge).once(NOW + 5_000)
    assert values(readings) == [r.value for r in judge.judged] == [0.6, 0.61]
    assert link.unacknowledged == 0


def test_a_crash_before_the_acknowledgement_stores_nothing_twice() -> None:
    class Dies(FakeLink):
        def acknowledge(self, deliveries: Sequence[Any]) -> int:
            raise SystemExit

    link, readings, records = Dies(), MemoryReadings(), fresh_records()
    deliver(link, 0.6, 0.61)
    with pytest.raises(SystemExit):
        ingest(link, readings=readings, records=records).once(NOW)
    again = FakeLink()
    deliver(again, 0.6, 0.61)
    ingest(again, readings=readings, records=records).once(NOW + 1_000)
    assert values(readings) == [0.6, 0.61]


def test_an_acknowledgement_of_an_older_connection_is_dropped() -> None:
    link, readings, judge = FakeLink(), FailingReadings(), NotingJudge()
    readings.raised_first = [ReadingsUnavailable("away")]
    deliver(link, 0.6)
    collector = ingest(link, readings=readings, judge=judge)
    collector.once(NOW)
    link.reconnect()
    collector.once(NOW + 60_000)
    assert [d.generation for d in link.dropped] == [1]
    assert link.unacknowledged == 1
    collector.once(NOW + 60_000)
    assert link.unacknowledged == 0
    assert values(readings) == [0.6]


@pytest.mark.parametrize("error", [ReadingsUnavailable("disk full"), RecordsUnavailable("gone")])
def test_a_store_that_is_away_makes_it_wait_and_loses_nothing(error: Exception) -> None:
    link, readings, judge = FakeLink(), FailingReadings(), NotingJudge()
    real = fresh_records()
    records = FailingRecords(real, [error] * 3 if isinstance(error, RecordsUnavailable) else [])
    readings.raised_first = [error] * 3 if isinstance(error, ReadingsUnavailable) else []
    collector = ingest(link, readings=readings, records=records, judge=judge)
    deliver(link, 0.6, 0.61)
    first = collector.once(NOW)
    assert (first.messages, first.in_hand, len(link.acknowledged)) == (0, 2, 0)
    assert collector.once(NOW + 1).in_hand == 2  # too early: not even tried
    assert collector.stats.retries == 1
    assert str(error) in collector.health(NOW)["error"]
    deliver(link, 0.7, start=NOW + 10)
    for minute in range(1, 5):
        collector.once(NOW + minute * 60_000)
    assert [r.value for r in judge.judged] == [0.6, 0.61, 0.7]
    assert link.unacknowledged == 0
    assert collector.health(NOW)["error"] == ""


def test_who_loses_a_race_reads_again_and_judges_again() -> None:
    link, readings, judge = FakeLink(), FailingReadings(), FussyJudge([Conflict(), Conflict()])
    deliver(link, 0.6)
    collector = ingest(link, readings=readings, judge=judge)
    assert collector.once(NOW).messages == 1
    assert (judge.reloads, len(judge.judged), readings.appended, collector.stats.conflicts) == (2, 1, 1, 2)


def test_who_loses_a_race_and_cannot_read_again_reads_before_the_next_batch() -> None:
    class Cut(NotingJudge):
        lost, away = True, True

        def judge(self, unit: Unit, readings: Sequence[Reading], now: int) -> Callable[[], None]:
            if self.lost:
                self.lost = False
                raise Conflict
            return super().judge(unit, readings, now)

        def reload(self, unit: Unit) -> None:
            if self.away:
                self.away = False
                raise RecordsUnavailable("away")
            super().reload(unit)

    link, judge = FakeLink(), Cut()
    deliver(link, 0.6)
    collector = ingest(link, judge=judge)
    assert (collector.once(NOW).in_hand, judge.reloads) == (1, 0)
    assert (collector.once(NOW + 60_000).messages, judge.reloads) == (1, 1)


def test_a_race_that_is_lost_for_ever_is_kept_in_hand() -> None:
    link, judge = FakeLink(), FussyJudge([Conflict() for _ in range(50)])
    deliver(link, 0.6)
    collector = ingest(link, judge=judge)
    assert collector.once(NOW).in_hand == 1
    judge.errors.clear()
    assert collector.once(NOW + 60_000).messages == 1


def test_a_judge_that_cannot_adopt_reads_again_and_nothing_is_judged_twice() -> None:
    class Stumbling(NotingJudge):
        def judge(self, unit: Unit, readings: Sequence[Reading], now: int) -> Callable[[], None]:
            super().judge(unit, readings, now)()

            def adopt() -> None:
                raise ValueError("stumbled")

            return adopt

    link, judge = FakeLink(), Stumbling()
    collector = ingest(link, judge=judge)
    deliver(link, 0.6)
    assert collector.once(NOW).messages == 1
    assert (len(judge.judged), link.unacknowledged) == (1, 0)
    deliver(link, 0.7, start=NOW + 1)
    collector.once(NOW + 1)
    assert (len(judge.judged), judge.reloads) == (2, 1)


# --- what decoders remember ---------------------------------------------------------------------------------------------

BIRTH = sparkplug_payload.encode(
    orjson.dumps({"timestamp": NOW, "metrics": [{"name": "pressure", "alias": 5, "dataType": "Double", "value": 0.6}]})
)
DATA = sparkplug_payload.encode(
    orjson.dumps({"timestamp": NOW + 1_000, "metrics": [{"alias": 5, "dataType": "Double", "value": 0.7}]})
)


def test_aliases_outlive_a_restart() -> None:
    records, readings = fresh_records(), MemoryReadings()
    for name, payload in (("DBIRTH", BIRTH), ("DDATA", DATA)):
        link = FakeLink()
        link.deliver(f"spBv1.0/Plant/{name}/edge-1/gauge", payload, arrived=NOW)
        ingest(link, records=records, readings=readings).once(NOW)
    assert values(readings, "edge-1.pressure") == [0.6, 0.7]


def test_an_unknown_alias_is_buried_and_a_rebirth_is_asked_for_once() -> None:
    link, records = FakeLink(), fresh_records()
    collector = ingest(link, records=records)
    for _ in range(3):
        link.deliver("spBv1.0/Plant/DDATA/edge-1/gauge", DATA, arrived=NOW)
    collector.once(NOW)
    assert [count for _, _, count in letters(records)] == [3]
    ((topic, payload),) = link.published
    assert topic == "spBv1.0/Plant/NCMD/edge-1"
    (metric,) = sparkplug_payload.parse(payload).metrics
    assert (metric.name, metric.boolean_value, metric.datatype) == (b"Node Control/Rebirth", True, 11)


# --- dead letters once more ---------------------------------------------------------------------------------------------


def ask_for_all(records: Records) -> None:
    with records.begin() as unit:
        for letter in unit.letters.dead().rows:
            unit.letters.ask_retry(letter.id, NOW)


def test_a_letter_is_delivered_after_the_register_was_mended() -> None:
    link, records, readings, judge = FakeLink(), fresh_records(), MemoryReadings(), NotingJudge()
    wrong = register(point("gauge-1.pressure", "gauge-1", "temperature", "°C"))
    collector = ingest(link, records=records, readings=readings, judge=judge, known=wrong)
    link.deliver(TOPIC, orjson.dumps({"values": {"pressure": 0.6}, "unit": {"pressure": "MPa"}}), arrived=NOW)
    collector.once(NOW)
    ask_for_all(records)
    assert collector.retry_letters(NOW + 60_000) == 0
    assert "not of temperature" in letters(records)[0][1]
    collector.use(register())
    ask_for_all(records)
    assert collector.retry_letters(NOW + 120_000) == 1
    assert letters(records) == []
    ((reading,)) = judge.judged
    assert (reading.at, reading.value) == (NOW, 0.6)  # its own time of arrival, not that of the retry
    assert reading.received > NOW
    assert link.acknowledged[0].topic == TOPIC


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        (TOPIC, b"{", "ends too early"),
        (TOPIC, b"x" * 300_000, "only the first 262144 of its 300000 bytes were kept"),
    ],
)
def test_a_letter_that_cannot_be_delivered_says_why_again(topic: str, payload: bytes, reason: str) -> None:
    link, records = FakeLink(), fresh_records()
    collector = ingest(link, records=records)
    link.deliver(topic, payload, arrived=NOW)
    collector.once(NOW)
    ask_for_all(records)
    assert collector.retry_letters(NOW) == 0
    assert reason in letters(records)[0][1]
    with records.read() as unit:
        assert unit.letters.to_retry() == []


def test_a_retry_waits_while_a_store_is_away() -> None:
    link, records, readings = FakeLink(), fresh_records(), FailingReadings()
    collector = ingest(
        link, records=records, readings=readings, known=register(point("gauge-1.pressure", "gauge-1", "smoke", ""))
    )
    deliver(link, 0.6)
    collector.once(NOW)
    ask_for_all(records)
    collector.use(register())
    readings.raised_first = [ReadingsUnavailable("away")]
    with pytest.raises(ReadingsUnavailable):
        collector.retry_letters(NOW)
    assert collector.retry_letters(NOW + 1_000) == 1
    assert values(readings) == [0.6]


def test_health_says_how_it_goes() -> None:
    link = FakeLink()
    collector = ingest(link)
    deliver(link, 0.6)
    collector.once(NOW)
    deliver(link, 0.7, start=NOW + 10_000)
    collector.once(NOW + 10_000)
    note = collector.health(NOW + 10_000)
    assert (note["messages"], note["readings"], note["batches"], note["last_batch"], note["connected"]) == (
        2,
        2,
        2,
        1,
        True,
    )
    assert note["message_rate"] == 0.2
    assert orjson.loads(orjson.dumps(note)) == note


def test_the_sources_of_the_small_property_are_all_heard() -> None:
    assert isinstance(ingest(FakeLink()), Ingest)
    assert "zigbee2mqtt/#" in SOURCES.filters()


def test_every_stage_is_counted_and_timed() -> None:
    link, readings = FakeLink(), FailingReadings()
    collector = ingest(link, readings=readings)
    deliver(link, 0.6, 0.7)
    link.deliver(TOPIC, b"{", arrived=NOW)
    readings.raised_first = [ReadingsUnavailable("away")]
    collector.once(NOW)
    note = collector.health(NOW + 5_000)
    assert (note["received"], note["judged"], note["acknowledged"], note["lag"]) == (3, 0, 0, 5_000)
    assert note["store_errors"] == {"readings": 1}
    collector.once(NOW + 60_000)
    note = collector.health(NOW + 60_000)
    assert (note["received"], note["decoded"], note["judged"], note["acknowledged"]) == (3, 2, 2, 3)
    assert note["reasons"] == {"format": 1}
    assert set(note["spent"]) == set(note["busy"]) == set(STAGES)
    assert note["spent"]["decode"] > 0
    assert collector.health(NOW + 10 * 60_000)["lag"] == 0


def test_a_stage_within_another_counts_for_itself_alone_also_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 1.0, 4.0, 6.0))
    monkeypatch.setattr("collector.stats.perf_counter", lambda: next(clock))
    stats = Stats()
    with pytest.raises(Conflict), stats.during("commit"), stats.during("judge"):
        raise Conflict
    assert (stats.spent["judge"], stats.spent["commit"]) == (3.0, 3.0)

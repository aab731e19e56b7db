"""What every store of readings does, the fake and the real ones alike."""

import math
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from facility.quality import Quality
from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings.influx import InfluxReadings
from storage.readings.influx_url import parse_influx_url
from storage.readings.journal import Journal
from storage.readings.journalled import JournalledReadings
from storage.readings.keepable import LATEST
from storage.readings.memory import MemoryReadings
from storage.readings.port import Kept, Readings, ReadingsRefused, ReadingsUnavailable
from storage.readings.sqlite import SqliteReadings

T0 = 1_764_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
POINT = "pump-1.pressure"
DOOR = "door-7.passage"
CHECKPOINT = "checkpoint-3.scan"
HOSTILE = [
    "pump 1, room=2.pressure",
    "back\\slash",
    "ends in a backslash\\",
    "back\\ slash and space",
    'quote\'s "double"',
    "percent %5C",
    "percent \\",
    "泵房·一号.压力",
    "' OR 1=1 --",
    "a" * 200,
]


@dataclass(frozen=True)
class Kind:
    name: str
    open: Callable[[], Readings]
    durable: bool = True
    first_stays: bool = True
    counts_forgotten: bool = True


def labels(point: str) -> tuple[str, str]:
    return ("riverside, east=1", "pressure") if point != DOOR else ("", "")


class Settled(JournalledReadings):
    """Everything lies in runs at once."""

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        try:
            super().append(readings, passages, scans)
        finally:
            self.journal.settle()


class Forwarded(JournalledReadings):
    """Everything goes on to the history at once, and nothing stays in the journal longer than it must."""

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        try:
            super().append(readings, passages, scans)
        finally:
            seq, batch = self.journal.oldest(1_000_000)
            self.history.append(*batch)
            self.journal.forwarded(seq)
            self.journal.prune(LATEST)


@pytest.fixture(params=["memory", "sqlite", "influx1", "influx2", "journal", "settled", "forwarded"])
def kind(request: pytest.FixtureRequest, swift_path: Path) -> Kind:
    match request.param:
        case "memory":
            return Kind("memory", MemoryReadings, durable=False)
        case "sqlite":
            return Kind("sqlite", lambda: SqliteReadings(swift_path / "readings.db"))
        case "journal":
            return Kind("journal", lambda: JournalledReadings(Journal(swift_path / "journal.db"), MemoryReadings()))
        case "settled":
            return Kind("settled", lambda: Settled(Journal(swift_path / "journal.db"), MemoryReadings()))
        case "forwarded":
            history = MemoryReadings()
            return Kind("forwarded", lambda: Forwarded(Journal(swift_path / "journal.db"), history), durable=False)
        case which:
            target = parse_influx_url(request.getfixturevalue(f"{which}_emptied"))
            return Kind(which, lambda: InfluxReadings(target, labels), first_stays=False, counts_forgotten=False)


@pytest.fixture
def store(kind: Kind) -> Iterator[Readings]:
    opened = kind.open()
    yield opened
    opened.close()


def reading(at: int, value: float = 0.6, point: str = POINT, **more: object) -> Reading:
    return Reading(point, at, value, received=at + 40)._replace(**more)  # type: ignore[arg-type]


def door(at: int, event: str = "granted", **more: object) -> Passage:
    return replace(Passage(point=DOOR, at=at, event=event, received=at + 9), **more)  # type: ignore[arg-type]


def scan(at: int, tag: str = "pseudonym-tag", **more: object) -> Scan:
    return replace(Scan(point=CHECKPOINT, at=at, tag=tag, received=at + 9), **more)  # type: ignore[arg-type]


def test_what_is_appended_comes_back_whole_and_oldest_first(store: Readings) -> None:
    kept = [
        reading(T0, 0.1 + 0.2, quality=Quality.STAMPED),
        reading(T0 + 1, -1e-300, test=True),
        reading(T0 + 2, 1.7e308, quality=Quality.STALE),
        reading(T0 + 3, 0.0),
    ]
    store.append([kept[2], kept[0], kept[3], kept[1]])
    found = store.range(POINT, T0, T0 + 10)
    assert found == kept
    assert [(type(r.value), type(r.test), type(r.quality)) for r in found] == [(float, bool, Quality)] * 4


def test_columns_hold_exactly_what_the_range_holds(store: Readings) -> None:
    qualities = list(Quality)
    kept = [
        reading(
            T0 + i, i / 7 - 20, quality=qualities[i % len(qualities)], test=i % 3 == 0, received=T0 + i - 500 + i * i
        )
        for i in range(300)
    ]
    store.append([*kept, reading(T0, 1.0, point="other")])
    columns = store.columns(POINT, T0 + 10, T0 + 290)
    rows = [Reading(POINT, *row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    assert rows == store.range(POINT, T0 + 10, T0 + 290)
    assert [column.dtype.name for column in columns] == ["int64", "float64", "uint8", "bool", "int64"]


def test_columns_of_nothing_are_empty_and_of_the_same_types(store: Readings) -> None:
    for columns in (store.columns("nobody", 0, LATEST), store.columns(POINT, T0, T0)):
        assert [(column.dtype.name, len(column)) for column in columns] == [
            ("int64", 0),
            ("float64", 0),
            ("uint8", 0),
            ("bool", 0),
            ("int64", 0),
        ]


def test_the_same_batch_again_changes_nothing(store: Readings) -> None:
    batch = [reading(T0 + i, i / 7) for i in range(50)]
    doors, scans = [door(T0, seq=i) for i in range(5)], [scan(T0, seq=i) for i in range(5)]
    for _ in range(3):
        store.append(batch, doors, scans)
    assert store.range(POINT, 0, LATEST) == batch
    assert len(store.passages(DOOR, 0, LATEST)) == 5
    assert len(store.scans(CHECKPOINT, 0, LATEST)) == 5


def test_of_two_readings_of_one_point_and_time_in_one_batch_the_first_stays(store: Readings) -> None:
    store.append([reading(T0, 9.0), reading(T0, 1.0), reading(T0 + 1, 5.0), reading(T0, 2.0)])
    assert [r.value for r in store.range(POINT, T0, T0 + 2)] == [9.0, 5.0]


def test_a_reading_that_is_there_stays_as_it_was(kind: Kind, store: Readings) -> None:
    if not kind.first_stays:
        pytest.skip("InfluxDB writes a repeat over what was there; a repeat carries the same data")
    store.append([reading(T0, 0.6)])
    store.append([reading(T0, 0.7, received=T0 + 9_000, quality=Quality.STALE)])
    assert store.range(POINT, T0, T0 + 1) == [reading(T0, 0.6)]


def test_a_repeat_received_later_is_still_one_reading(store: Readings) -> None:
    store.append([reading(T0, 0.6)])
    store.append([reading(T0, 0.6, received=T0 + 9_000)])
    assert [(r.at, r.value) for r in store.range(POINT, 0, LATEST)] == [(T0, 0.6)]


def test_a_range_begins_at_its_start_and_stops_before_its_end(store: Readings) -> None:
    store.append([reading(T0 + i) for i in range(10)])
    assert [r.at - T0 for r in store.range(POINT, T0 + 2, T0 + 5)] == [2, 3, 4]
    assert store.range(POINT, T0 + 5, T0 + 5) == []
    assert store.range(POINT, T0 + 5, T0 + 2) == []


def test_a_limit_counts_from_the_start(store: Readings) -> None:
    store.append([reading(T0 + i) for i in range(10)])
    assert [r.at - T0 for r in store.range(POINT, T0, T0 + 10, limit=3)] == [0, 1, 2]
    assert store.range(POINT, T0, T0 + 10, limit=0) == []
    assert len(store.range(POINT, T0, T0 + 10, limit=100)) == 10


def test_before_gives_the_newest_first_and_not_the_instant_itself(store: Readings) -> None:
    store.append([reading(T0 + i) for i in range(10)])
    assert [r.at - T0 for r in store.before(POINT, T0 + 5, 2)] == [4, 3]
    assert store.before(POINT, T0, 5) == []
    assert store.before(POINT, T0 + 5, 0) == []


def test_the_first_and_the_last_instant_can_be_kept(store: Readings) -> None:
    store.append([reading(0, received=0), reading(LATEST, received=LATEST)])
    assert [r.at for r in store.range(POINT, 0, LATEST + 1)] == [0, LATEST]
    assert [r.at for r in store.range(POINT, -5, 2**62)] == [0, LATEST]


def test_the_last_reading_is_the_newest_by_event_time_however_late_others_arrive(store: Readings) -> None:
    store.append([reading(T0 + 100, 1.0)])
    store.append([reading(T0 + 50, 2.0)])
    assert store.last([POINT])[POINT].at == T0 + 100


def test_points_without_readings_have_no_last_one(store: Readings) -> None:
    assert store.last([]) == {}
    assert store.last(["never-spoke"]) == {}
    store.append([reading(T0)])
    assert store.last(["never-spoke", POINT, POINT]) == {POINT: reading(T0)}


def test_the_last_readings_of_many_points_come_in_one_answer(store: Readings) -> None:
    points = [f"box-{i}.insulation" for i in range(1_200)]
    store.append([reading(T0 + day * DAY, i, point) for i, point in enumerate(points) for day in (0, 1)])
    asked = points[100:]
    assert store.last(asked) == {point: reading(T0 + DAY, i + 100, point) for i, point in enumerate(asked)}


@pytest.mark.parametrize("points", [HOSTILE])
def test_any_name_of_a_point_is_kept_apart_from_every_other(store: Readings, points: list[str]) -> None:
    store.append(
        [reading(T0 + i, i, point) for i, point in enumerate(points)],
        [door(T0 + i, point=point) for i, point in enumerate(points)],
        [scan(T0 + i, point=point) for i, point in enumerate(points)],
    )
    for i, point in enumerate(points):
        assert store.range(point, 0, LATEST) == [reading(T0 + i, i, point)]
        assert store.before(point, LATEST, 5) == [reading(T0 + i, i, point)]
        assert store.passages(point, 0, LATEST) == [door(T0 + i, point=point)]
        assert store.scans(point, 0, LATEST) == [scan(T0 + i, point=point)]
        assert [b.count for b in store.buckets(point, T0, T0 + HOUR, HOUR)] == [1]
    assert store.last(points) == {point: reading(T0 + i, i, point) for i, point in enumerate(points)}


def test_buckets_begin_at_multiples_of_their_width_and_empty_ones_are_left_out(store: Readings) -> None:
    start = T0 // HOUR * HOUR
    store.append([reading(start + 5 * MINUTE, 1.0), reading(start + 59 * MINUTE, 3.0), reading(start + 3 * HOUR, 7.0)])
    assert store.buckets(POINT, start, start + 4 * HOUR, HOUR) == [
        Bucket(start=start, low=1.0, high=3.0, mean=2.0, count=2),
        Bucket(start=start + 3 * HOUR, low=7.0, high=7.0, mean=7.0, count=1),
    ]


def test_a_range_that_cuts_a_bucket_counts_only_what_is_inside(store: Readings) -> None:
    start = T0 // HOUR * HOUR
    store.append([reading(start + i * MINUTE, i) for i in range(120)])
    found = store.buckets(POINT, start + 10 * MINUTE, start + 70 * MINUTE, HOUR)
    assert [(b.start, b.low, b.high, b.count) for b in found] == [(start, 10, 59, 50), (start + HOUR, 60, 69, 10)]


def test_only_evidence_and_no_tests_are_in_buckets(store: Readings) -> None:
    kept = [reading(T0 + i, 100 + i, quality=quality) for i, quality in enumerate(Quality)]
    store.append([*kept, reading(T0 + 50, 999.0, test=True), reading(T0 + 2 * DAY, 1.0, quality=Quality.SENSOR_FAULT)])
    assert store.buckets(POINT, 0, LATEST, DAY) == [
        Bucket(start=T0 // DAY * DAY, low=100.0, high=101.0, mean=100.5, count=2)
    ]


def test_a_point_that_never_spoke_has_nothing(store: Readings) -> None:
    assert store.range("nobody", 0, LATEST) == []
    assert store.before("nobody", LATEST, 5) == []
    assert store.buckets("nobody", 0, LATEST, HOUR) == []
    assert store.passages("nobody", 0, LATEST) == []
    assert store.scans("nobody", 0, LATEST) == []


def test_a_long_range_in_wide_buckets_stays_right_when_late_readings_arrive(store: Readings) -> None:
    start = T0 // DAY * DAY
    store.append([reading(start + i * HOUR, i % 24) for i in range(60 * 24)])
    whole = start, start + 60 * DAY + 30 * MINUTE, DAY
    plain = [(start + day * DAY, 0.0, 23.0, 24) for day in range(60)]
    assert [(b.start, b.low, b.high, b.count) for b in store.buckets(POINT, *whole)] == plain
    late = [reading(start + 7 * DAY + 30 * MINUTE, 99.0), reading(start + 60 * DAY + MINUTE, 5.0)]
    store.append([*late, reading(start + 9 * DAY + 1, -5.0, quality=Quality.STALE)])
    found = store.buckets(POINT, *whole)
    plain[7] = (start + 7 * DAY, 0.0, 99.0, 25)
    assert [(b.start, b.low, b.high, b.count) for b in found] == [*plain, (start + 60 * DAY, 5.0, 5.0, 1)]
    assert math.isclose(found[7].mean, (sum(range(24)) + 99) / 25)
    assert [b.count for b in store.buckets(POINT, start + 12 * HOUR, start + 40 * DAY + 12 * HOUR, DAY)] == [
        *(25 if day == 7 else 12 if day in (0, 40) else 24 for day in range(41))
    ]


def test_passages_and_scans_come_back_whole_and_newest_first(store: Readings) -> None:
    doors = [
        door(T0, "denied", credential="k-1", direction="in", seq=4),
        door(T0 + 1, 'odd "event", a=b \\', credential="刷卡 1", direction="出", test=True),
        door(T0 + 2, "forced"),
    ]
    scans = [scan(T0, "k-tag", guard="k-guard", seq=1), scan(T0 + 1, "other", seq=2)]
    store.append([], doors, scans)
    assert store.passages(DOOR, T0, T0 + 3) == doors[::-1]
    assert store.scans(CHECKPOINT, T0, T0 + 3) == scans[::-1]
    assert store.passages(DOOR, T0 + 1, T0 + 2) == [doors[1]]
    assert store.scans(CHECKPOINT, T0 + 1, T0 + 2) == [scans[1]]
    assert store.passages(DOOR, T0, T0 + 3, limit=1) == [doors[2]]
    assert store.scans(CHECKPOINT, T0, T0 + 3, limit=1) == [scans[1]]


def test_what_arrives_is_followed_by_its_receipt_however_old_it_is(store: Readings) -> None:
    other, late = "door 8, east=1.passage", T0 - DAY
    doors = [
        door(T0, received=T0 + 5),
        door(late, "denied", received=T0 + 10),
        door(T0 + 1, received=T0 + 10, point=other),
        door(T0 + 2, received=T0 + 20),
        door(T0 + 3, received=T0 + 6, point="not asked for"),
    ]
    store.append([], doors[::-1])
    asked = [DOOR, other]
    assert store.passages_heard(asked, T0 + 5, T0 + 20, 0) == doors[:3]
    assert store.passages_heard(asked, T0 + 6, T0 + 21, late + 1) == [doors[2], doors[3]]
    assert store.passages_heard([other], 0, LATEST, 0) == [doors[2]]
    assert store.passages_heard([], 0, LATEST, 0) == store.passages_heard(["nobody"], 0, LATEST, 0) == []


def test_scans_are_followed_by_when_they_were_received_however_old_they_are(store: Readings) -> None:
    other = f"{CHECKPOINT}-2"
    late = T0 - DAY
    scans = [
        replace(scan(T0), received=T0 + 5),
        replace(scan(late), received=T0 + 9),
        replace(scan(T0 + 1, "b"), point=other, received=T0 + 12),
        replace(scan(T0 + 2), received=T0 + 20),
    ]
    store.append([], [], scans[::-1])
    asked = [CHECKPOINT, other]
    assert store.scans_heard(asked, T0 + 5, T0 + 20, 0) == scans[:3]
    assert store.scans_heard(asked, T0 + 6, T0 + 21, late + 1) == [scans[2], scans[3]]
    assert store.scans_heard([other], 0, LATEST, 0) == [scans[2]]
    assert store.scans_heard([], 0, LATEST, 0) == store.scans_heard(["nobody"], 0, LATEST, 0) == []


def test_events_of_one_millisecond_are_all_kept(store: Readings) -> None:
    doors = [
        *(door(T0, credential="k-1", seq=seq) for seq in range(200)),
        *(door(T0, credential=f"k-{i}") for i in range(2, 30)),
        *(door(T0, event) for event in ("open", "forced", "held")),
    ]
    scans = [scan(T0, tag, seq=seq) for tag in ("a", "b") for seq in range(20)]
    store.append([], doors, scans)
    assert sorted(map(repr, store.passages(DOOR, T0, T0 + 1))) == sorted(map(repr, doors))
    assert sorted(map(repr, store.scans(CHECKPOINT, T0, T0 + 1))) == sorted(map(repr, scans))
    assert store.passages(DOOR, T0 - 1, T0) == store.passages(DOOR, T0 + 1, T0 + 2) == []


def made(store: Readings, upto: int) -> None:
    deque(iter(lambda: store.summarise(upto), False), maxlen=0)


def test_readings_end_by_whole_days_and_their_hours_stay(kind: Kind, store: Readings) -> None:
    start = T0 // DAY * DAY
    rows = [reading(start + hour * HOUR + i * MINUTE, hour + i) for hour in range(72) for i in (0, 30)]
    store.append([*rows, reading(start + 5, 99.0, test=True), reading(start + 6, -99.0, quality=Quality.STALE)])
    before = store.buckets(POINT, start, start + 3 * DAY, HOUR)
    assert store.forget(Kept.READINGS, start + 2 * DAY) in (0, -1)
    assert store.ended_before() == 0
    made(store, start + 3 * DAY)
    assert store.buckets(POINT, start, start + 3 * DAY, HOUR) == before
    count = store.forget(Kept.READINGS, start + 2 * DAY + 5 * HOUR)
    if kind.name in {"journal", "settled"}:
        assert len(store.range(POINT, 0, LATEST)) == len(rows) + 2, "what was never forwarded does not end"
        return
    assert count == (98 if kind.counts_forgotten else -1)
    assert store.ended_before() == start + 2 * DAY
    assert store.range(POINT, 0, LATEST) == rows[96:]
    assert store.buckets(POINT, start, start + 3 * DAY, HOUR) == before
    by_day = store.buckets(POINT, start, start + 3 * DAY, DAY)
    assert [(b.low, b.high, round(b.mean, 9), b.count) for b in by_day] == [
        (low, low + 53.0, low + 26.5, 48) for low in (0.0, 24.0, 48.0)
    ]
    cut = store.buckets(POINT, start + 30 * MINUTE, start + 2 * DAY + 20 * MINUTE, HOUR)
    assert [(b.start, b.count) for b in cut] == [(start + i * HOUR, 1 if i == 48 else 2) for i in range(49)]


def test_what_comes_late_counts_in_its_hour_whether_that_has_ended_or_not(kind: Kind, store: Readings) -> None:
    if kind.name in {"journal", "settled"}:
        pytest.skip("what was never forwarded does not end")
    start = T0 // DAY * DAY
    store.append([reading(start + hour * HOUR, 1.0) for hour in range(72)])
    made(store, start + 3 * DAY)
    store.forget(Kept.READINGS, start + DAY)
    late = [reading(start + day * DAY + 5 * HOUR + 7, 9.0) for day in (0, 1)]
    for _ in range(2):
        store.append([*late, reading(start + HOUR + 1, 5.0, point="new")])
        assert [b.high for b in store.buckets(POINT, start, start + 3 * DAY, DAY)] == [9.0, 9.0, 1.0]
    assert [b.count for b in store.buckets(POINT, start, start + 3 * DAY, DAY)] == [25, 25, 24]
    made(store, start + 3 * DAY)
    store.forget(Kept.READINGS, start + 2 * DAY)
    store.forget(Kept.READINGS, start + 2 * DAY)
    assert [r.at for r in store.range(POINT, 0, LATEST)] == [start + hour * HOUR for hour in range(48, 72)]
    for _ in range(2):
        five = store.buckets(POINT, start, start + 3 * DAY, HOUR)[5]
        assert (five.start, five.low, five.high, five.mean, five.count) == (start + 5 * HOUR, 1.0, 9.0, 5.0, 2)
        assert [b.count for b in store.buckets(POINT, start, start + 3 * DAY, DAY)] == [25, 25, 24]
        assert [b.high for b in store.buckets("new", start, start + 3 * DAY, DAY)] == [5.0]
        made(store, start + 3 * DAY)
        store.forget(Kept.READINGS, start + 2 * DAY)


def test_figures_end_in_their_turn_and_never_before_their_readings(kind: Kind, store: Readings) -> None:
    if kind.name in {"journal", "settled"}:
        pytest.skip("what was never forwarded does not end")
    start = T0 // DAY * DAY
    store.append([reading(start + day * DAY, day) for day in range(4)])
    made(store, start + 4 * DAY)
    store.forget(Kept.READINGS, start + 2 * DAY)
    store.forget(Kept.FIGURES, start + DAY)
    assert [b.low for b in store.buckets(POINT, start, start + 4 * DAY, DAY)] == [1.0, 2.0, 3.0]
    store.forget(Kept.FIGURES, start + 4 * DAY)
    assert [b.low for b in store.buckets(POINT, start, start + 4 * DAY, DAY)] == [2.0, 3.0]
    assert len(store.range(POINT, 0, LATEST)) == 2


def test_where_people_were_is_forgotten_and_what_was_measured_stays(kind: Kind, store: Readings) -> None:
    times = [T0 - 40 * DAY, T0 - 1, T0, T0 + DAY]
    store.append([reading(at) for at in times], [door(at) for at in times], [scan(at) for at in times])
    assert store.forget(Kept.PASSAGES, T0) == (2 if kind.counts_forgotten else -1)
    assert [p.at for p in store.passages(DOOR, 0, LATEST)] == times[:1:-1]
    assert len(store.scans(CHECKPOINT, 0, LATEST)) == 4
    assert store.forget(Kept.SCANS, T0) == (2 if kind.counts_forgotten else -1)
    assert [s.at for s in store.scans(CHECKPOINT, 0, LATEST)] == times[:1:-1]
    assert [r.at for r in store.range(POINT, 0, LATEST)] == times
    assert store.forget(Kept.PASSAGES, T0) == store.forget(Kept.FIGURES, T0) == 0


UNFIT = [
    (reading(T0, math.nan), "nan"),
    (reading(T0, math.inf), "inf"),
    (reading(-1), "at is -1"),
    (reading(LATEST + 1), "at is"),
    (reading(T0, received=2**70), "received is"),
    (reading(T0, point="two\nlines"), "point is"),
    (reading(T0, point=""), "point is empty"),
    (reading(T0, point="half a pair \ud83d"), "point is"),
    (reading(T0, point="x" * 5_000), "5000 characters"),
    (door(T0, "null \x00 byte"), "event is"),
    (door(T0, seq=2**64), "seq"),
    (scan(T0, "tab\tbed"), "tag is"),
    (scan(T0, guard="\ud800"), "guard is"),
]


def test_what_no_store_can_keep_is_refused_by_name_and_the_rest_is_kept(store: Readings) -> None:
    good = [reading(T0 + 1), door(T0 + 1), scan(T0 + 1)]
    rows = [*(bad for bad, _ in UNFIT), *good]
    with pytest.raises(ReadingsRefused) as refusal:
        store.append(
            [row for row in rows if isinstance(row, Reading)],
            [row for row in rows if isinstance(row, Passage)],
            [row for row in rows if isinstance(row, Scan)],
        )
    assert refusal.value.lines == tuple(repr(bad) for bad, _ in UNFIT)
    reasons = {line: reason for reason, lines in refusal.value.by_reason.items() for line in lines}
    assert [word for bad, word in UNFIT if word not in reasons[repr(bad)]] == []
    assert store.range(POINT, 0, LATEST) == [good[0]]
    assert store.passages(DOOR, 0, LATEST) == [good[1]]
    assert store.scans(CHECKPOINT, 0, LATEST) == [good[2]]


def test_nothing_to_append_is_no_trouble(store: Readings) -> None:
    store.append([])
    assert store.range(POINT, 0, LATEST) == []


def test_threads_append_the_same_and_different_readings_at_once(store: Readings) -> None:
    start = threading.Barrier(4)
    faults: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            start.wait(30)
            for i in range(20):
                own = [reading(T0 + i * 100 + j, j, f"own-{worker}-{j}") for j in range(10)]
                store.append([*own, reading(T0 + i)], [door(T0 + i, seq=i)])
                assert store.range(f"own-{worker}-0", T0 + i * 100, T0 + i * 100 + 1) == own[:1]
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert [r.at for r in store.range(POINT, 0, LATEST)] == [T0 + i for i in range(20)]
    assert len(store.passages(DOOR, 0, LATEST)) == 20
    names = [f"own-{worker}-{j}" for worker in range(4) for j in range(10)]
    assert {len(store.range(name, 0, LATEST)) for name in names} == {20}


def test_two_stores_on_one_database_see_each_other(kind: Kind, store: Readings) -> None:
    if not kind.durable:
        pytest.skip("each store in memory is alone")
    other = kind.open()
    store.append([reading(T0, point=f"p-{i}") for i in range(5)])
    other.append([reading(T0 + 1, point=f"p-{i}") for i in range(9, -1, -1)])
    store.append([reading(T0 + 2, point=f"p-{i}") for i in range(10)])
    for i in range(10):
        expected = [T0, T0 + 1, T0 + 2] if i < 5 else [T0 + 1, T0 + 2]
        assert [r.at for r in other.range(f"p-{i}", 0, LATEST)] == expected
    other.close()


def test_what_was_appended_is_there_after_opening_again(kind: Kind, store: Readings) -> None:
    if not kind.durable:
        pytest.skip("memory keeps nothing")
    store.append([reading(T0)], [door(T0)], [scan(T0)])
    store.close()
    again = kind.open()
    assert again.range(POINT, 0, LATEST) == [reading(T0)]
    assert again.passages(DOOR, 0, LATEST) == [door(T0)]
    assert again.scans(CHECKPOINT, 0, LATEST) == [scan(T0)]
    again.close()


def test_a_check_says_which_store_it_is(kind: Kind, store: Readings) -> None:
    words = {"memory": "memory", "sqlite": "SQLite 3.", "influx1": "InfluxDB 1.", "influx2": "InfluxDB"}
    word = words.get(kind.name, "0 rows wait in SQLite 3.")
    line = store.check()
    assert word in line
    assert "\n" not in line


def test_a_closed_store_is_unavailable(store: Readings) -> None:
    store.append([reading(T0)])
    store.close()
    calls: list[Callable[[], object]] = [
        lambda: store.append([reading(T0 + 1)]),
        lambda: store.range(POINT, 0, LATEST),
        lambda: store.before(POINT, LATEST, 1),
        lambda: store.last([POINT]),
        lambda: store.buckets(POINT, 0, LATEST, HOUR),
        lambda: store.passages(DOOR, 0, LATEST),
        lambda: store.passages_heard([DOOR], 0, LATEST, 0),
        lambda: store.scans(CHECKPOINT, 0, LATEST),
        lambda: store.scans_heard([CHECKPOINT], 0, LATEST, 0),
        lambda: store.summarise(T0),
        store.ended_before,
        *(partial(store.forget, what, T0) for what in Kept),
        store.check,
    ]
    for call in calls:
        with pytest.raises(ReadingsUnavailable, match="closed"):
            call()
    store.close()

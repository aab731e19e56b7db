"""The journal and the server are read as one: whatever came, in whatever order, and however much of it went on by then."""

from contextlib import closing
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.quality import Quality
from facility.reading import Passage, Reading, Scan
from storage.readings.journal import AHEAD, Journal
from storage.readings.journalled import JournalledReadings
from storage.readings.memory import MemoryReadings
from storage.readings.port import Kept, Readings
from tests.storage.readings.conftest import SHARED_MEMORY

T0 = 1_764_000_000_000 // DAY * DAY
POINTS = ("p", "q")

LATENESS = st.one_of(
    st.integers(-AHEAD + 1, 2 * SECOND), st.integers(0, 20 * DAY).map(lambda late: late // MINUTE * MINUTE)
)
VALUES = st.floats(-1e6, 1e6)
ROWS = st.lists(
    st.tuples(st.sampled_from(POINTS), LATENESS, VALUES, st.sampled_from((Quality.GOOD, Quality.STALE)), st.booleans()),
    max_size=6,
)


Row = tuple[str, int, float, Quality, bool]


class Step(NamedTuple):
    """Time passes, a batch comes, what came is settled or not, and some of what waits goes on to the server."""

    passes: int
    rows: list[Row]
    settles: bool
    forwards: int
    prunes: bool


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from((1, MINUTE, HOUR, 3 * DAY, 20 * DAY)),
        ROWS,
        st.booleans(),
        st.sampled_from((0, 1, 4, 1000)),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def batch_at(now: int, rows: list[Row], odd: int = 0) -> tuple[list[Reading], list[Passage], list[Scan]]:
    """What came at once; ``odd`` keeps what came before the journal apart from what came through it."""
    readings = [Reading(p, (now - late) // 2 * 2 + odd, v, q, t, now) for p, late, v, q, t in rows]
    passages = [Passage(point=r.point, at=r.at, event="open", test=r.test, received=now) for r in readings]
    scans = [Scan(point=r.point, at=r.at, tag="t", received=now) for r in readings]
    return readings, passages, scans


def forward(store: JournalledReadings, rows: int) -> None:
    seq, batch = store.journal.oldest(rows) if rows else (0, None)
    if seq and batch is not None:
        store.history.append(*batch)
        store.journal.forwarded(seq)


def answers(store: Readings, start: int, end: int, width: int) -> list[object]:
    """Everything that charts, replay and those who follow what arrives ask."""
    return [
        [store.range(point, start, end) for point in POINTS],
        [store.range(point, start, end, 2) for point in POINTS],
        [[column.tolist() for column in store.columns(point, start, end)] for point in POINTS],
        [store.before(point, end, 3) for point in POINTS],
        store.last(POINTS),
        [[replace(one, mean=0) for one in store.buckets(point, start, end, width)] for point in POINTS],
        [store.passages(point, start, end) for point in POINTS],
        [store.scans(point, start, end) for point in POINTS],
        store.passages_heard(POINTS, start, end, start - 30 * DAY),
        store.scans_heard(POINTS, start, end, start - 30 * DAY),
    ]


@settings(max_examples=60)
@given(
    earlier=ROWS,
    steps=STEPS,
    start=st.integers(-20 * DAY, 40 * DAY).map(lambda at: T0 + at // MINUTE * MINUTE),
    length=st.integers(0, 60 * DAY),
    width=st.sampled_from((7 * MINUTE, HOUR, DAY)),
)
def test_charts_and_replay_read_the_journal_and_the_server_as_one(
    earlier: list[Row], steps: list[Step], start: int, length: int, width: int
) -> None:
    everything, server = MemoryReadings(), MemoryReadings()
    for each in (everything, server):
        each.append(*batch_at(T0 - 2, earlier, odd=1))
    with TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        store = JournalledReadings(Journal(Path(folder) / "journal.db"), server)
        with closing(store):
            for now, step in zip(accumulate((step.passes for step in steps), initial=T0), steps, strict=False):
                batch = batch_at(now, step.rows)
                store.append(*batch)
                everything.append(*batch)
                if step.settles:
                    store.journal.settle()
                forward(store, step.forwards)
                if step.prunes:
                    store.journal.prune(now)
            asked = start, start + length, width
            assert answers(store, *asked) == answers(everything, *asked)
            for point in POINTS:
                means = [one.mean for one in everything.buckets(point, *asked)]
                assert [one.mean for one in store.buckets(point, *asked)] == pytest.approx(means)


def test_what_is_late_for_a_day_that_has_ended_counts_before_and_after_it_is_forwarded(tmp_path: Path) -> None:
    store = JournalledReadings(Journal(tmp_path / "journal.db"), MemoryReadings())
    store.append([Reading("p", T0 + i * HOUR, 1.0, received=T0 + i * HOUR) for i in range(30)])
    forward(store, 1000)
    store.journal.prune(T0 + 9 * DAY)
    while store.summarise(T0 + 2 * DAY):
        pass
    store.forget(Kept.READINGS, T0 + DAY)
    late = Reading("p", T0 + HOUR + 7, 9.0, received=T0 + 9 * DAY)
    store.append([late])
    for _ in range(2):
        by_day = store.buckets("p", T0, T0 + 2 * DAY, DAY)
        assert [(one.low, one.high, one.count) for one in by_day] == [(1.0, 9.0, 25), (1.0, 1.0, 6)]
        forward(store, 1000)
    store.close()

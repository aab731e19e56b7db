import sqlite3
import subprocess
import sys
from collections import deque
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.quality import Quality
from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings.keepable import LATEST
from storage.readings.memory import MemoryReadings
from storage.readings.port import Kept, Readings, ReadingsUnavailable
from storage.readings.sqlite import SqliteReadings
from storage.readings.sqlite_file import VERSION
from tests.storage.readings.conftest import SHARED_MEMORY

ROOT = Path(__file__).resolve().parents[3]
T0 = 1_764_000_000_000

POINTS = st.sampled_from(["p", "q", "泵 1"])
DAY = 86_400_000
TIMES = st.one_of(
    st.integers(0, 60), st.integers(0, 60 * 60).map(lambda minutes: minutes * 60_000), st.integers(0, LATEST)
)
VALUES = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e150, max_value=1e150)
READINGS = st.builds(Reading, POINTS, TIMES, VALUES, st.sampled_from(Quality), st.booleans(), st.integers(0, LATEST))
PASSAGES = st.builds(
    Passage,
    point=POINTS,
    at=TIMES,
    event=st.sampled_from(["open", "forced"]),
    credential=st.sampled_from(["", "k"]),
    direction=st.sampled_from(["", "in"]),
    seq=st.integers(0, 2),
    test=st.booleans(),
)
SCANS = st.builds(Scan, point=POINTS, at=TIMES, tag=st.sampled_from(["t", "u"]), seq=st.integers(0, 2))
BOUNDS = st.one_of(st.integers(-2, 62), st.integers(0, 2 * DAY), st.integers(0, LATEST + 1))
BATCHES = st.tuples(st.lists(READINGS, max_size=20), st.lists(PASSAGES, max_size=4), st.lists(SCANS, max_size=4))
STEPS = st.lists(st.tuples(BATCHES, BOUNDS, st.sampled_from(Kept), BOUNDS), max_size=4)


def compared(buckets: list[Bucket]) -> list[tuple[int, float, float, int, object]]:
    """The mean depends on the order in which numbers are added up; everything else is exact."""
    return [(b.start, b.low, b.high, b.count, pytest.approx(b.mean, rel=1e-9, abs=1e-9)) for b in buckets]


@settings(max_examples=60)
@given(
    steps=STEPS,
    start=BOUNDS,
    end=BOUNDS,
    limit=st.one_of(st.none(), st.integers(0, 5)),
    width=st.sampled_from([1, 7, 1_000, 3_600_000, DAY]),
)
def test_sqlite_answers_as_memory_does_while_things_come_late_and_end(
    steps: list[tuple[tuple[list[Reading], list[Passage], list[Scan]], int, Kept, int]],
    start: int,
    end: int,
    limit: int | None,
    width: int,
) -> None:
    with TemporaryDirectory(dir=SHARED_MEMORY) as folder, closing(SqliteReadings(Path(folder) / "r.db")) as store:
        memory = MemoryReadings()
        for batch, upto, what, edge in steps:
            for each in (store, memory):
                each.append(*batch)
                deque(iter(partial(each.summarise, upto), False), maxlen=0)
            assert store.forget(what, edge) == memory.forget(what, edge)
            assert store.ended_before() == memory.ended_before()
        assert store.last(["p", "q", "x"]) == memory.last(["p", "q", "x"])
        for point in ("p", "q", "泵 1"):
            assert store.range(point, start, end, limit) == memory.range(point, start, end, limit)
            assert store.before(point, end, 3) == memory.before(point, end, 3)
            buckets = [(b.start, b.low, b.high, b.count, b.mean) for b in store.buckets(point, start, end, width)]
            assert buckets == compared(memory.buckets(point, start, end, width))
            assert events(store, point, start, end) == events(memory, point, start, end)


def events(store: Readings, point: str, start: int, end: int) -> tuple[list[str], list[str]]:
    """Two of one instant and number may come in either order."""
    passages, scans = store.passages(point, start, end), store.scans(point, start, end)
    assert [p.at for p in passages] == sorted((p.at for p in passages), reverse=True)
    assert [s.at for s in scans] == sorted((s.at for s in scans), reverse=True)
    return sorted(map(repr, passages)), sorted(map(repr, scans))


WRITER = """
import sys
from facility.reading import Reading
from storage.readings.sqlite import SqliteReadings
store = SqliteReadings(sys.argv[1])
for i in range(30):
    store.append([Reading(f"p-{j}", i, float(sys.argv[2])) for j in range(20)] + [Reading("own-" + sys.argv[2], i, 1.0)])
store.close()
"""


def test_several_processes_may_make_and_fill_one_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "readings.db"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n)], cwd=ROOT) for n in range(3)]
    assert [writer.wait(120) for writer in writers] == [0] * 3
    with closing(SqliteReadings(path)) as store:
        assert [len(store.range(f"p-{j}", 0, 100)) for j in range(20)] == [30] * 20
        assert [len(store.range(f"own-{n}", 0, 100)) for n in range(3)] == [30] * 3


def test_what_is_acknowledged_survives_power_loss_because_every_commit_is_synced(tmp_path: Path) -> None:
    with closing(SqliteReadings(tmp_path / "r.db")) as store:
        store.append([Reading("p", T0, 1.0)])
        with store._file.writing() as connection:
            full = 2
            assert connection.execute("PRAGMA synchronous").fetchone() == (full,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_last_values_and_buckets_are_found_by_key_and_never_by_reading_everything(tmp_path: Path) -> None:
    from storage.readings import sqlite as statements
    from storage.readings import sqlite_figures as figures

    with closing(SqliteReadings(tmp_path / "r.db")) as store:
        store.append([Reading("p", T0, 1.0)])
        with store._file.reading() as connection:
            for statement, values in (
                (statements._LAST, ('["p"]',)),
                (figures.BUCKETS, (1, 0, T0, "p")),
                (figures.HOURS, ("p", 0, T0)),
                (figures.STALE, ("p", 0, T0)),
                (statements._RANGE, ("p", 0, T0, 5)),
                (statements._BEFORE, ("p", T0, 5)),
            ):
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
                assert not [
                    step
                    for step in plan
                    if step.startswith(("SCAN readings", "SCAN hours", "SCAN stale", "SCAN points", "USE TEMP"))
                ], plan


def test_a_failed_batch_leaves_nothing_behind(tmp_path: Path) -> None:
    with closing(SqliteReadings(tmp_path / "r.db")) as store:
        store.append([Reading("p", T0, 1.0)])
        broken = Passage(point="q", at=T0, event="open", test="neither")  # type: ignore[arg-type]
        with pytest.raises(sqlite3.IntegrityError):
            store.append([Reading("q", T0, 1.0), Reading("new", T0, 1.0)], [broken])
        assert store.last(["p", "q", "new"]) == {"p": Reading("p", T0, 1.0)}
        store.append([Reading("other", T0, 2.0)])
        assert store.last(["q", "other"]) == {"other": Reading("other", T0, 2.0)}


def test_a_file_that_was_moved_away_takes_no_more_readings(tmp_path: Path) -> None:
    with closing(SqliteReadings(tmp_path / "r.db")) as store:
        store.append([Reading("p", T0, 1.0)])
        (tmp_path / "r.db").rename(tmp_path / "elsewhere.db")
        with pytest.raises(ReadingsUnavailable, match=r"r\.db"):
            store.append([Reading("p", T0 + 1, 1.0)])
        (tmp_path / "r.db").write_bytes(b"")
        with pytest.raises(ReadingsUnavailable, match="moved or replaced"):
            store.check()


@pytest.mark.parametrize(
    "content", [b"this is no database, this is a text of some length" * 40, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.db").write_bytes(content)
    with closing(SqliteReadings(tmp_path / "r.db")) as store, pytest.raises(ReadingsUnavailable, match=r"r\.db: "):
        store.append([Reading("p", T0, 1.0)])
    assert (tmp_path / "r.db").read_bytes() == content


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with (
        closing(SqliteReadings(tmp_path / "r.db")) as store,
        pytest.raises(ReadingsUnavailable, match=f"layout {VERSION + 1}"),
    ):
        store.check()


def test_a_path_that_cannot_be_made_is_unavailable_at_first_use_and_not_before(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with closing(SqliteReadings(tmp_path / "file" / "r.db")) as store, pytest.raises(ReadingsUnavailable, match="file"):
        store.range("p", 0, T0)


def test_a_file_of_the_first_layout_is_brought_up_and_keeps_what_it_holds(tmp_path: Path) -> None:
    passage = Passage(point="d", at=5, event="granted", received=9)
    with closing(SqliteReadings(tmp_path / "r.db")) as store:
        store.append([], [passage])
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        connection.execute("DROP INDEX passages_received")
        connection.execute("PRAGMA user_version = 1")
    with closing(SqliteReadings(tmp_path / "r.db")) as store:
        assert store.passages_heard(["d"], 0, 10, 0) == [passage]
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'passages_received'").fetchall()


def test_a_day_that_cannot_end_whole_does_not_end_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = T0 // DAY * DAY
    with closing(SqliteReadings(tmp_path / "r.db")) as store:
        store.append([Reading("p", start + i * 600_000, i) for i in range(2 * 144)])
        deque(iter(partial(store.summarise, start + 2 * DAY), False), maxlen=0)
        before = store.buckets("p", start, start + 2 * DAY, DAY)
        with monkeypatch.context() as broken:
            broken.setattr("storage.readings.sqlite_figures._DROP", "DELETE FROM nowhere WHERE ?1 + ?2 + ?3")
            with pytest.raises(ReadingsUnavailable, match="nowhere"):
                store.forget(Kept.READINGS, start + DAY)
        assert len(store.range("p", 0, LATEST)) == 2 * 144
        assert store.buckets("p", start, start + 2 * DAY, DAY) == before
        assert store.forget(Kept.READINGS, start + DAY) == 144
        assert store.buckets("p", start, start + 2 * DAY, DAY) == before

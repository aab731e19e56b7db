"""Whatever was acknowledged is in the file, however the process ended."""

import resource
import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from facility.reading import Reading
from storage.readings.keepable import LATEST
from storage.readings.sqlite import SqliteReadings

ROOT = Path(__file__).resolve().parents[2]
ACKNOWLEDGED = 60
"""Batches after which the child is killed."""

# Appends batches of growing readings for ever, and says each number once the append has returned.
WRITER = """
import itertools, resource, sys
from facility.reading import Passage, Reading, Scan
from storage.readings.port import ReadingsUnavailable
from storage.readings.sqlite import SqliteReadings
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
store = SqliteReadings(sys.argv[1])
for batch in itertools.count(int(sys.argv[2])):
    readings = [Reading(f"p-{i}", batch, batch + i / 1000) for i in range(50)]
    try:
        store.append(readings, [Passage(point="door", at=batch, event="open")], [Scan(point="cp", at=batch, tag="t")])
    except ReadingsUnavailable as trouble:
        sys.exit(f"unavailable: {trouble}")
    print(batch, flush=True)
"""


def writer(path: Path, first: int, bytes_a_file: int = resource.RLIM_INFINITY) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(first), str(bytes_a_file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def batches_in(path: Path) -> Counter[int]:
    """Batch → how many of its 50 readings are there, each with the value it was given."""
    with closing(SqliteReadings(path)) as store:
        found: Counter[int] = Counter()
        for i in range(50):
            rows = store.range(f"p-{i}", 0, LATEST)
            assert rows == [Reading(f"p-{i}", r.at, r.at + i / 1000) for r in rows]
            found.update(r.at for r in rows)
        assert {p.at for p in store.passages("door", 0, LATEST, 100_000)} == set(found)
        assert {s.at for s in store.scans("cp", 0, LATEST, 100_000)} == set(found)
        return found


def test_a_killed_writer_loses_nothing_acknowledged_and_leaves_no_half_batch(tmp_path: Path) -> None:
    path, acknowledged = tmp_path / "readings.db", -1
    for _ in range(3):
        with writer(path, acknowledged + 1) as child:
            assert child.stdout is not None
            for _ in range(ACKNOWLEDGED):
                acknowledged = int(child.stdout.readline())
            child.send_signal(signal.SIGKILL)
            # What it still said before it died was acknowledged too.
            acknowledged = max([acknowledged, *map(int, child.stdout.read().split())])
            assert child.wait(30) == -signal.SIGKILL
        found = batches_in(path)
        assert set(found) >= set(range(acknowledged + 1))
        assert set(found.values()) == {50}
        # A batch may be in the file whose acknowledgement died on the way: it comes again, and is then one reading.
        assert set(found) <= set(range(acknowledged + 2))


def test_a_full_disk_stops_acknowledging_and_harms_nothing_before(tmp_path: Path) -> None:
    path = tmp_path / "readings.db"
    with writer(path, 0, bytes_a_file=600_000) as child:
        said, trouble = child.communicate(timeout=60)
        assert child.returncode == 1
    acknowledged = [int(line) for line in said.split()]
    assert len(acknowledged) > 5
    assert "unavailable:" in trouble
    assert "readings.db" in trouble
    found = batches_in(path)
    assert set(found) >= set(acknowledged)
    assert set(found.values()) == {50}
    with closing(SqliteReadings(path)) as store:
        store.append([Reading("p-0", 10**9, 10**9)])
        assert store.last(["p-0"])["p-0"].at == 10**9


def test_a_reader_in_another_process_never_stops_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "readings.db"
    with writer(path, 0) as child, closing(SqliteReadings(path)) as store:
        assert child.stdout is not None
        for _ in range(50):
            said = int(child.stdout.readline())
            assert store.last(["p-49"])["p-49"].at >= said
        child.kill()

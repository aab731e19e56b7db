"""Child processes: started, started again, stopped in order, never orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dutyroom.children import Child, Family

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def _until(condition: Callable[[], bool], within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        threading.Event().wait(0.05)


@pytest.fixture
def family() -> Iterator[Family]:
    found = Family()
    yield found
    found.stop()


def test_a_killed_child_is_started_again(family: Family) -> None:
    child = family.add(Child(name="sleeper", command=SLEEPER, environment={}))
    first = child.process
    assert first is not None
    fallen: list[tuple[str, int]] = []
    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    def back() -> bool:
        family.watch(lambda who, code: fallen.append((who.name, code)))
        return child.alive and child.process is not first

    _until(back)
    assert fallen == [("sleeper", -signal.SIGKILL)]


def test_the_last_started_stops_first(family: Family, tmp_path: Path) -> None:
    log = tmp_path / "order"
    script = (
        "import signal, sys, time\n"
        f"def end(*_):\n    open({str(log)!r}, 'a').write(sys.argv[1])\n    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\ntime.sleep(60)\n"
    )
    for name in "ab":
        output = tmp_path / name
        family.add(Child(name=name, command=[sys.executable, "-c", script, name], environment={}, log=output))
        _until(lambda output=output: "up" in output.read_text())  # type: ignore[misc]
    family.stop()
    assert log.read_text() == "ba"


def test_one_that_does_not_listen_is_killed(family: Family, tmp_path: Path) -> None:
    script = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)\n"
    )
    output = tmp_path / "log"
    child = Child(name="deaf", command=[sys.executable, "-c", script], environment={}, log=output, patience=0.1)
    family.add(child)
    _until(lambda: "up" in output.read_text())
    family.stop()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="parents take their children along on Linux only")
def test_a_killed_parent_takes_its_children_along() -> None:
    script = (
        "import sys, time\nfrom dutyroom.children import Child\n"
        f"child = Child(name='c', command={SLEEPER!r}, environment={{}})\nchild.start()\n"
        "print(child.process.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

    _until(gone)

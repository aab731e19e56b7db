"""The processes of a duty room and its servers: started, killed, stopped for a while, and started again when they end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.servers import processor_seconds
from scripts.servers.machine import tail

PATIENCE = 60.0
AGAIN = 1.0
"""Seconds after which a service manager starts what has ended by itself."""


class DidNotStart(Exception):
    """The text holds the end of its log."""


@dataclass(slots=True, kw_only=True)
class Part:
    """One program. ``ready`` says whether it does its work, given when it was started (monotonic, and wall clock in ms)."""

    name: str
    command: Sequence[str | Path]
    ready: Callable[[float, int], bool]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    started: tuple[float, int] = (0.0, 0)
    ended_itself: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    """Held by the fault that has this part in its hands."""

    def start(self) -> None:
        """In a session of its own, so that a Ctrl-C is ours."""
        self.started = (time.monotonic(), time.time_ns() // 1_000_000)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(word) for word in self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._surroundings(),
                cwd="/" if self.user else None,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )

    def _surroundings(self) -> dict[str, str]:
        """Ours and its own. A service keeps its compiled modules from start to start, whatever this shell is set to."""
        ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return ours | dict(self.environment)

    @property
    def alive(self) -> bool:
        """Whether it runs, or is paused."""
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        """Whether it does its work since it was last started."""
        return self.alive and self.ready(*self.started)

    def wait(self, seconds: float = PATIENCE, *, restart: bool = False) -> float:
        """Until it is ready; ``restart`` what ends before. Returns the seconds since its last start. Raises ``DidNotStart``."""
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if time.monotonic() > deadline or not (self.alive or restart):
                raise DidNotStart(f"{self.name}: it ended, or was not ready within {seconds:.0f} s\n{tail(self.log)}")
            if not self.alive:
                self.ended_itself += 1
                time.sleep(AGAIN)
                self.start()
            time.sleep(0.02)
        return time.monotonic() - self.started[0]

    def processor_seconds(self) -> float:
        """What it has used since its start, without its children."""
        assert self.process is not None
        with suppress(OSError):
            return processor_seconds(self.process.pid)
        return 0.0

    def signal(self, number: signal.Signals) -> None:
        """To it and to all that it has started."""
        if self.process is not None:
            for pid in family(self.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

    def kill(self) -> None:
        """As a power cut ends it, with its children."""
        self.signal(signal.SIGSTOP)  # so that it starts no child meanwhile
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop(self, seconds: float = 10.0) -> None:
        """Ask, then kill."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def revive(self) -> bool:
        """Start it again when it has ended by itself. Returns whether it had."""
        if self.process is None or self.process.poll() is None or not self.lock.acquire(blocking=False):
            return False
        try:
            if self.process.poll() is None:
                return False
            self.ended_itself += 1
            time.sleep(AGAIN)
            self.start()
            return True
        finally:
            self.lock.release()


def family(pid: int) -> list[int]:
    """A process and its children and theirs, parents first; PostgreSQL's are in sessions of their own."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found

"""The journal on its way to the history: a thread of the worker, and only of one worker a journal."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import structlog

from facility.letter import DeadLetter
from storage.readings.forwarding import Forwarder
from storage.readings.journalled import JournalledReadings
from storage.readings.port import Readings, ReadingsUnavailable
from storage.records.port import Conflict, Records, RecordsUnavailable

log = structlog.get_logger()

LOOP = 0.25
"""Seconds between two looks when nothing waits."""
SETTLED_EVERY = 1.0
"""Seconds."""
AFTER_ERROR = 2.0
SOURCE = "history"
"""Of the dead letters: what the server refused for good."""


class JournalMotion:
    """Does nothing where readings have no journal. ``note`` is for the worker's health note."""

    def __init__(self, readings: Readings, records: Records, clock: Callable[[], int], lock: Path) -> None:
        self._records, self._clock, self._lock_path = records, clock, lock
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._forwarder: Forwarder | None = None
        if isinstance(readings, JournalledReadings):
            self._forwarder = Forwarder(store=readings, bury=self.bury, points=self._points)

    def settle(self) -> None:
        """What an earlier life left: a start looks for each point by itself."""
        if self._forwarder is not None:
            self._forwarder.settle()

    def start(self) -> None:
        """In threads of their own: the server's troubles never hold up what is live, nor what is settled."""
        if self._forwarder is not None:
            self._begin(self._run, "journal")

    def _begin(self, work: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self, within: float = 5.0) -> None:
        """What is not forwarded yet stays in the journal."""
        self._stop.set()
        for thread in self._threads:
            thread.join(within)

    def note(self) -> dict[str, Any]:
        """What waits and how it goes; empty without a journal."""
        if self._forwarder is None:
            return {}
        try:
            return self._forwarder.note()
        except ReadingsUnavailable as error:
            return {"error": str(error)}

    def _points(self) -> list[str]:
        with self._records.read() as unit:
            return list(unit.registers.load().points)

    def _run(self) -> None:
        with self._lock_path.open("a") as lock:
            while not _locked(lock):
                if self._stop.wait(AFTER_ERROR):  # another process forwards
                    return
            self._begin(self._keep_settling, "settling")
            while not self._stop.is_set():
                if not self._once():
                    self._stop.wait(LOOP)

    def _keep_settling(self) -> None:
        while not self._stop.wait(SETTLED_EVERY):
            self._guard(self.settle)

    def _once(self) -> bool:
        forwarder = self._forwarder
        assert forwarder is not None
        return self._guard(lambda: forwarder.once(self._clock())) or False

    def _guard(self, work: Callable[[], Any]) -> Any:
        """Whatever goes wrong is said, and it goes on."""
        try:
            return work()
        except (ReadingsUnavailable, RecordsUnavailable, Conflict) as error:
            log.warning("the journal could not be moved on", reason=str(error))
        except Exception:
            log.exception("the journal could not be moved on")
        self._stop.wait(AFTER_ERROR)
        return None

    def bury(self, lines: Sequence[str], reason: str) -> None:
        """What the server will never take, as dead letters: one for each reason, with the first rows."""
        now = self._clock()
        body = "\n".join(lines).encode()
        letter = DeadLetter(
            source=SOURCE,
            topic="",
            reason=f"refused by the history: {reason}"[:500],
            payload=body[: 256 << 10],
            size=len(body),
            first=now,
            last=now,
            count=len(lines),
        )
        with self._records.begin() as unit:
            unit.letters.bury(letter)


def _locked(lock: IO[str]) -> bool:
    """Whether this process is the one that forwards. Freed by the system when the process ends, however it ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

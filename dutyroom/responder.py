"""The responder: follows the facts and does what falls due, one process at a time; the others stand by."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from dutyroom.machine import HEALTH_EVERY
from dutyroom.settings import hide
from response.following import Follower, Following
from response.steps import Errand, Step
from response.tenure import LostLease, Tenure
from storage.readings.port import ReadingsUnavailable
from storage.records.port import Conflict, Records, RecordsUnavailable

log = structlog.get_logger()

LOOP = 0.25
"""Seconds between two looks when there is nothing to do."""
RETRY_EVERY = 1_000
AFTER_ERROR = 2_000
"""A step that raised waits so long at least."""


@dataclass(slots=True)
class _Turn:
    """When a step is next done, and how it went."""

    step: Step
    next: int = 0
    done: int = 0
    failed: int = 0
    error: str = ""

    def note(self) -> dict[str, Any]:
        return {"name": self.step.name, "done": self.done, "failed": self.failed, "error": self.error}


class Responder:
    """``turn`` does one round; ``run`` is the loop around it. ``tick`` is a clock in ms that only goes forward."""

    def __init__(
        self,
        *,
        name: str,
        records: Records,
        followers: Sequence[Follower],
        steps: Sequence[Step],
        errands: Sequence[Errand] = (),
        clock: Callable[[], int],
        tick: Callable[[], int],
        about: Mapping[str, Any] | None = None,
        machine: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        """Each follower and each step has a name of its own. ``machine`` says how the one under it does."""
        self._name, self._records, self._clock, self._tick = name, records, clock, tick
        self.tenure = Tenure(name, secrets.token_hex(4), records)
        self._following = [Following(follower, records, self.tenure.fence) for follower in followers]
        self._turns = [_Turn(step) for step in steps]
        self._errands = [Errands(errand, records, clock) for errand in errands]
        self._about, self._machine = dict(about or {}), machine
        self._started, self._next_health, self._next_retry = clock(), 0, 0
        self._errors: deque[dict[str, Any]] = deque(maxlen=10)

    def run(self, stop: threading.Event) -> None:
        """Until ``stop`` is set. Then the errands end, the lease is given back and the last health note is written."""
        for errand in self._errands:
            errand.start()
        try:
            while not stop.is_set():
                if not self.turn():
                    stop.wait(LOOP)
        finally:
            for errand in self._errands:
                errand.stop()
            self._guard("lease", lambda: self.tenure.give_back(self._clock()))
            self._guard("health", self._write_health)

    def turn(self) -> bool:
        """One round. Returns whether there is more to do at once."""
        self._guard("lease", lambda: self.tenure.keep(self._clock(), self._tick()))
        active = self.tenure.active
        for errand in self._errands:
            errand.active = active
        more = active and (self._follow() | self._do_steps())
        if self._tick() >= self._next_health:
            self._next_health = self._tick() + HEALTH_EVERY
            self._guard("health", self._write_health)
        return more

    def _guard(self, what: str, work: Callable[[], object]) -> bool:
        """What ``work`` returns, as far as it comes to it."""
        try:
            return bool(work())
        except LostLease:
            log.warning("another process acts now", responder=self._name)
            self.tenure.lost()
        except Conflict:
            log.info("another writer was first", step=what)
            return True
        except RecordsUnavailable as error:
            self._note_error(what, str(error))
        except Exception as error:
            log.exception("a step failed", step=what)
            self._note_error(what, f"{type(error).__name__}: {error}")
        return False

    def _note_error(self, what: str, text: str) -> None:
        log.warning("a step could not be done", step=what, reason=text)
        self._errors.append({"at": self._clock(), "step": what, "text": hide(text)})

    def _follow(self) -> bool:
        more = False
        head = self._head()
        for following in self._following:
            once = partial(following.once, head, self._clock(), self._tick())
            more |= self._guard(f"follow {following.follower.name}", once)
        if self._tick() >= self._next_retry:
            self._next_retry = self._tick() + RETRY_EVERY
            for following in self._following:
                self._guard(f"retry {following.follower.name}", partial(following.retry, self._clock()))
        return more

    def _head(self) -> int:
        try:
            with self._records.read() as unit:
                return unit.facts.head()
        except RecordsUnavailable as error:
            self._note_error("facts", str(error))
            return 0

    def _do_steps(self) -> bool:
        more = False
        for turn in self._turns:
            if self._tick() >= turn.next:
                more |= self._do(turn)
        return more

    def _do(self, turn: _Turn) -> bool:
        """A step that raises waits a while, and holds up no other."""
        turn.next, failed = self._tick() + max(turn.step.every_ms, AFTER_ERROR), turn.failed
        turn.failed += 1
        more = self._guard(turn.step.name, lambda: self._do_in_unit(turn))
        if turn.failed == failed:
            turn.next = self._tick() + (0 if more else turn.step.every_ms)
        return more

    def _do_in_unit(self, turn: _Turn) -> bool:
        with self._records.begin() as unit:
            self.tenure.fence(unit)
            more = turn.step.run(unit, self._clock())
        turn.failed, turn.done, turn.error = turn.failed - 1, turn.done + 1, ""
        return more

    def _write_health(self) -> None:
        now = self._clock()
        with self._records.read() as unit:
            head, troubles = unit.facts.head(), unit.troubles.count()
        note = {
            **self._about,
            "at": now,
            "started": self._started,
            "active": self.tenure.active,
            "followers": [self._follower_note(one, head, troubles, now) for one in self._following],
            "steps": [turn.note() for turn in self._turns],
            "errands": [errand.note() for errand in self._errands],
            "errors": list(self._errors),
            "machine": self._machine(),
        }
        with self._records.begin() as unit:
            unit.notes.put(f"responder/{self._name}", note)

    def _follower_note(self, one: Following, head: int, troubles: Mapping[str, int], now: int) -> dict[str, Any]:
        behind = 0 if one.seq is None else max(0, head - one.seq)
        lag = max(0, now - one.since) if behind and one.since is not None else 0
        name = one.follower.name
        return {"name": name, "behind": behind, "lag": lag, "error": one.error, "troubles": troubles.get(name, 0)}


class Errands:
    """One errand in its thread."""

    def __init__(self, errand: Errand, records: Records, clock: Callable[[], int]) -> None:
        self._errand, self._records, self._clock = errand, records, clock
        self._stop, self._active = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._loop, name=errand.name, daemon=True)
        self._done = self._failed = 0
        self._error = ""

    @property
    def active(self) -> bool:
        """Whether this process may act."""
        return self._active.is_set()

    @active.setter
    def active(self, active: bool) -> None:
        if active:
            self._active.set()
        else:
            self._active.clear()

    def start(self) -> None:
        """In a thread of its own; it waits until it is active."""
        self._thread.start()

    def stop(self, within: float = 2.0) -> None:
        """Ask, and wait a little: what is being sent may still get out. What does not is sent by the next process."""
        self._stop.set()
        self._active.set()
        self._thread.join(within)
        if not self._thread.is_alive():
            self._errand.close()

    def note(self) -> dict[str, Any]:
        """For the health note."""
        return {"name": self._errand.name, "done": self._done, "failed": self._failed, "error": self._error}

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._active.wait()
            if not self._stop.is_set() and not self._once():
                self._stop.wait(self._errand.every_ms / 1_000)

    def _once(self) -> bool:
        try:
            more = self._errand.run(self._records, self._clock())
        except (RecordsUnavailable, ReadingsUnavailable) as error:
            log.warning("an errand could not be done", errand=self._errand.name, reason=str(error))
            return self._not_now(str(error))
        except Exception as error:
            log.exception("an errand failed", errand=self._errand.name)
            return self._not_now(f"{type(error).__name__}: {error}")
        self._done, self._error = self._done + 1, ""
        return more

    def _not_now(self, error: str) -> bool:
        self._failed, self._error = self._failed + 1, error[:500]
        self._stop.wait(AFTER_ERROR / 1_000)
        return False

"""Doing a fault: what it breaks, for how long, and how it is made whole again."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import psycopg

from tests.faults.house import House
from tests.faults.oracle import Kill
from tests.faults.parts import DidNotStart, Part
from tests.faults.proxy import Proxy
from tests.faults.schedule import INFLUX, POSTGRES, Fault

BLOCK = bytes(1 << 20)
RESTS = 0.25
"""Seconds of each round in which a starved server does not run; a little later it gets a moment."""
RUNS = 0.05
MOST = 120.0
"""Seconds that a part may need among other faults until it does its work."""
IN_TURN = 10.0
"""Seconds for which a fault waits until another one has let go of the same part; then it is left out."""
EAGER = 5.0
"""Seconds in which a transaction is waited for."""


class Busy(Exception):
    """Another fault has the part in its hands."""


@dataclass(frozen=True, slots=True)
class Start:
    """How long a part took from its start until it did its work. ``alone``: nothing else was broken meanwhile."""

    part: str
    seconds: float
    processor: float
    """Seconds of processor time that it used: what it would take on a machine with nothing else to do, at the least."""
    alone: bool


@dataclass(slots=True)
class Doer:
    """Does faults to a house, in whatever thread; counts them, and how long parts took to start."""

    house: House
    starts: list[Start] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    """Of a broker that saves now and then."""
    unstarted: list[str] = field(default_factory=list)
    """Parts that did not do their work within ``MOST`` seconds while other things were broken."""
    broken: int = 0
    """How many faults are going on."""

    def do(self, fault: Fault) -> None:
        """From its beginning to its end, when everything it broke does its work again."""
        kind, _, what = fault.kind.partition(" ")
        self.broken += 1
        try:
            self._what(kind, what)(fault.seconds)
        finally:
            self.broken -= 1

    def _what(self, kind: str, what: str) -> Callable[[float], None]:
        """The work behind a kind; ``what`` is a part, a way there, or whatever else completes its name."""
        match kind:
            case "kill":
                return partial(self._kill, self._parts(what))
            case "pause":
                return partial(self._pause, self._parts(what))
            case "starve":
                return self._starve
            case "restart":
                return self._restart_in_a_transaction
            case "fill":
                return self._fill
            case "clock":
                return partial(self._step, what)
            case _:
                return partial(_network, self.house.proxies[what], kind)

    def _parts(self, what: str) -> list[Part]:
        return list(self.house.parts.values()) if what == "all" else [self.house.parts[what]]

    def _kill(self, parts: list[Part], seconds: float) -> None:
        with _held(parts):
            for part in parts:
                part.kill()
            saved, taken = self._saved_at(), frozenset(self.house.taken.payloads)
            time.sleep(seconds)
            others = self.broken - 1
            for part in parts:
                part.start()
            for part in parts:
                self._wait(part, alone=len(parts) == 1 and not others)
                if part is self.house.broker.part and saved is not None:
                    self.kills.append(Kill(saved, time.time(), taken))

    def _saved_at(self) -> float | None:
        """When the broker last wrote its queues; a second earlier, for what was under way."""
        file = self.house.broker.saved
        return file.stat().st_mtime - 1 if file is not None and file.exists() else None

    def _wait(self, part: Part, *, alone: bool) -> None:
        """Where it cannot start for what else is broken it is left to the service manager, and must be there at the end."""
        try:
            seconds = part.wait(MOST, restart=True)
        except DidNotStart:
            self.unstarted.append(part.name)
            return
        self.starts.append(Start(part.name, seconds, part.processor_seconds(), alone=alone and self.broken <= 1))

    def _pause(self, parts: list[Part], seconds: float) -> None:
        with _held(parts):
            _for(partial(_signal, parts, signal.SIGSTOP), seconds, partial(_signal, parts, signal.SIGCONT))

    def _starve(self, seconds: float) -> None:
        """It gets a sixth of its time: every answer is late."""
        part, until = self.house.parts[INFLUX], time.monotonic() + seconds
        with _held([part]):
            while time.monotonic() < until:
                _for(lambda: part.signal(signal.SIGSTOP), RESTS, lambda: part.signal(signal.SIGCONT))
                time.sleep(RUNS)

    def _restart_in_a_transaction(self, _: float) -> None:
        """As soon as one is open it is asked to end everything at once, and started again."""
        part = self.house.parts[POSTGRES]
        with _held([part]):
            _wait_for_transaction(self.house.direct.records)
            part.signal(signal.SIGQUIT)
            assert part.process is not None
            part.process.wait()
            part.start()
            self._wait(part, alone=self.broken <= 1)

    def _fill(self, seconds: float) -> None:
        """Every byte of the small disk, so that neither journal nor records can grow."""
        assert self.house.disk is not None
        ballast = self.house.disk / "ballast"

        def fill() -> None:
            with suppress(OSError), ballast.open("wb", buffering=0) as file:
                while file.write(BLOCK):
                    pass
            with suppress(OSError), ballast.open("ab", buffering=0) as file:
                while file.write(BLOCK[:4096]):
                    pass

        _for(fill, seconds, lambda: ballast.unlink(missing_ok=True))

    def _step(self, hours: str, seconds: float) -> None:
        """The file is replaced, so that it is never seen half written."""
        fresh = self.house.clock.with_suffix(".new")

        def set_to(step: int) -> None:
            fresh.write_text(str(step), "ascii")
            fresh.replace(self.house.clock)

        _for(lambda: set_to(int(hours.removesuffix(" h")) * 3_600), seconds, lambda: set_to(0))


def _network(proxy: Proxy, how: str, seconds: float) -> None:
    with _held([proxy]):
        match how:
            case "reset":
                proxy.reset()
            case "cut":
                _for(proxy.cut, seconds, proxy.heal)
            case _:
                _for(partial(setattr, proxy, "mode", how), seconds, proxy.heal)


def _signal(parts: list[Part], number: signal.Signals) -> None:
    for part in parts:
        part.signal(number)


def _for(begin: Callable[[], object], seconds: float, end: Callable[[], object]) -> None:
    begin()
    try:
        time.sleep(seconds)
    finally:
        end()


@contextmanager
def _held(things: Sequence[Part | Proxy]) -> Iterator[None]:
    """One fault at a time for each part and way; all or none, so that nobody waits with one in hand. Raises ``Busy``."""
    until = time.monotonic() + IN_TURN
    while not _all_taken(things):
        if time.monotonic() > until:
            raise Busy
        time.sleep(0.05)
    try:
        yield
    finally:
        for one in things:
            one.lock.release()


def _all_taken(things: Sequence[Part | Proxy]) -> bool:
    taken: list[Part | Proxy] = []
    for one in things:
        if not one.lock.acquire(blocking=False):
            for other in taken:
                other.lock.release()
            return False
        taken.append(one)
    return True


def _wait_for_transaction(url: str) -> None:
    """Until somebody has one open, or for a while: then it is restarted without."""
    until = time.monotonic() + EAGER
    with suppress(psycopg.Error), psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as mine:
        while time.monotonic() < until:
            row = mine.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
            ).fetchone()
            if row and row[0]:
                return

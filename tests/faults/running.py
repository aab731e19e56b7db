"""One run: the town speaks, faults come as the seed says, everything is made whole, and the oracle looks."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dutyroom.wiring import now
from storage.readings.port import ReadingsUnavailable
from storage.records.port import RecordsUnavailable
from tests.faults import schedule
from tests.faults.doing import Busy, Doer, Start
from tests.faults.house import House, house
from tests.faults.looking import Looker, until
from tests.faults.oracle import Verdict, in_doubt, judge
from tests.faults.parts import Part
from tests.faults.publisher import Publisher
from tests.faults.site import FRESH, TOPIC, register
from tests.faults.town import GATEWAY, KEY, LIFE, LIMIT, STEP, Message, Town

DRAIN = 300.0
"""Seconds until all that is left must be there."""
BACK_WITHIN = 120.0
"""Seconds in which every part must be there once nothing is broken."""
FRESH_WITHIN = 2.0
FRESH_PATIENCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked for."""

    minutes: float
    seed: int
    only: str = ""
    large: bool = True
    broker: str = "mosquitto"
    gauges: int = 20
    every: float | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    plan: Plan
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    starts: list[Start] = field(default_factory=list)
    unstarted: list[str] = field(default_factory=list)
    ended_themselves: dict[str, int] = field(default_factory=dict)
    drained: float | None = None
    fresh_judged: float | None = None
    fresh_stored: float | None = None
    without: list[str] = field(default_factory=list)
    verdict: Verdict
    failures: list[str] = field(default_factory=list)
    """Faults that could not be done or undone."""

    @property
    def good(self) -> bool:
        """All promises kept."""
        quick = all(one is not None and one <= FRESH_WITHIN for one in (self.fresh_judged, self.fresh_stored))
        return self.verdict.good and quick and not self.failures


class Log:
    """Lines with the seconds since the beginning."""

    def __init__(self, file: Path | None = None, *, quiet: bool = False) -> None:
        self._begun, self._file, self._quiet = time.monotonic(), file, quiet
        self._lock = threading.Lock()

    def __call__(self, text: str) -> None:
        line = f"{time.monotonic() - self._begun:8.2f} {text}"
        with self._lock:
            if not self._quiet:
                print(line, flush=True)  # noqa: T201
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")


def kinds_for(built: House) -> list[str]:
    """What can be done to that house on this machine."""
    servers = [name for name in (schedule.BROKER, schedule.INFLUX, schedule.POSTGRES) if name in built.proxies]
    return schedule.deck(servers, disks=built.disk is not None)


def run(plan: Plan, folder: Path, say: Log) -> Outcome:
    """Start, break, mend, look."""
    lives = max(1, math.ceil(plan.minutes * 60_000 / (LIFE * STEP)))
    names = Town(plan.seed, 0, plan.gauges, lives).names()
    with house(folder, register(names), large=plan.large, broker=plan.broker) as built:
        chosen = schedule.parse_only(plan.only, kinds_for(built)) if plan.only else kinds_for(built)
        for reason in built.without:
            say(f"left out: {reason}")
        return _Run(plan, built, Town(plan.seed, now(), plan.gauges, lives), say).go(chosen)


class _Run:
    def __init__(self, plan: Plan, built: House, town: Town, say: Log) -> None:
        self._plan, self._house, self._town, self._say = plan, built, town, say
        self._doer = Doer(built)
        self._over, self._done = threading.Event(), threading.Event()
        self._faults: Counter[str] = Counter()
        self._failures: list[str] = []

    def go(self, kinds: Sequence[str]) -> Outcome:
        begun = time.monotonic()
        publisher = Publisher(self._house.broker.port, self._house.broker.login(GATEWAY), TOPIC)
        watch = threading.Thread(target=self._watch)
        speech = threading.Thread(target=publisher.run, args=(self._town.messages(), self._over.is_set))
        for thread in (watch, speech):
            thread.start()
        try:
            self._break(kinds)
            self._over.set()
            speech.join()
            with closing(Looker(self._house)) as looker:
                return self._look(publisher, looker, begun)
        finally:
            self._over.set()
            speech.join()
            self._done.set()
            watch.join()
            publisher.close()

    def _watch(self) -> None:
        """A service manager: what ends by itself is started again."""
        while not self._done.wait(0.2):
            for part in self._house.parts.values():
                if part.revive():
                    self._say(f"{part.name} had ended by itself and was started again")

    def _break(self, kinds: Sequence[str]) -> None:
        """Each fault at its time, whether or not those before are over; returns when all are."""
        begun, going = time.monotonic(), list[threading.Thread]()
        for fault in schedule.schedule(self._plan.seed, self._plan.minutes, kinds, self._plan.every):
            time.sleep(max(0.0, begun + fault.after - time.monotonic()))
            self._say(f"fault {fault.kind} for {fault.seconds} s (due at {fault.after})")
            going.append(threading.Thread(target=self._do, args=(fault,), daemon=True))
            going[-1].start()
        time.sleep(max(0.0, begun + self._plan.minutes * 60 - time.monotonic()))
        for thread in going:
            thread.join()

    def _do(self, fault: schedule.Fault) -> None:
        try:
            self._doer.do(fault)
        except Busy:
            self._say(f"left out {fault.kind}: another fault is not over there")
        except Exception as error:  # noqa: BLE001 - the others go on, and it is told
            self._failures.append(f"{fault.kind}: {type(error).__name__}: {error}")
            self._say(self._failures[-1])
        else:
            self._faults[fault.kind] += 1
            self._say(f"over  {fault.kind}")

    def _look(self, publisher: Publisher, looker: Looker, begun: float) -> Outcome:
        """When all is there, or patience has ended."""
        self._say(f"{len(publisher.issued)} messages were issued; now everything is left alone")
        since = time.monotonic()
        self._failures += [
            f"{part.name} is not there" for part in self._house.parts.values() if not self._is_there(part)
        ]
        verdict = self._verdict(publisher, looker)
        while not (verdict.good and not publisher.under_way) and time.monotonic() - since < DRAIN:
            self._say(f"not yet: {', '.join(f'{kind} {len(which)}' for kind, which in verdict.wrong.items())}")
            time.sleep(2)
            verdict = self._verdict(publisher, looker)
        drained = time.monotonic() - since if verdict.good and not publisher.under_way else None
        judged, stored = self._fresh(publisher, looker)
        return Outcome(
            plan=self._plan,
            seconds=time.monotonic() - begun,
            faults=self._faults,
            starts=self._doer.starts,
            unstarted=self._doer.unstarted,
            ended_themselves={one.name: one.ended_itself for one in self._house.parts.values() if one.ended_itself},
            drained=drained,
            fresh_judged=judged,
            fresh_stored=stored,
            without=self._house.without,
            verdict=verdict,
            failures=self._failures,
        )

    def _is_there(self, part: Part) -> bool:
        return until(part.is_ready, BACK_WITHIN) is not None

    def _verdict(self, publisher: Publisher, looker: Looker) -> Verdict:
        acknowledged = dict(publisher.acknowledged)
        doubtful = in_doubt(publisher.issued, acknowledged, self._doer.kills)
        return judge(publisher.issued, set(acknowledged), doubtful, looker.found())

    def _fresh(self, publisher: Publisher, looker: Looker) -> tuple[float | None, float | None]:
        """Seconds until a new message in breach is an alert, and until it is in the history."""
        at = now()
        payload = f'{{"device": "{FRESH}", "ts": {at}, "values": {{"{KEY}": {LIMIT + 10}}}}}'.encode()
        begun = time.monotonic()
        seen: dict[int, float] = {}
        publisher.say(Message(len(publisher.issued), 0, payload, ()))

        def there() -> bool:
            with suppress(ReadingsUnavailable, RecordsUnavailable):
                for index, is_there in enumerate(looker.fresh(at)):
                    if is_there:
                        seen.setdefault(index, time.monotonic() - begun)
            return len(seen) == 2

        until(there, FRESH_PATIENCE)
        return seen.get(0), seen.get(1)

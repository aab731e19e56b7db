"""The worker: collects, judges and ticks, in one thread; the link to the broker has its own."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from dutyroom import wiring
from dutyroom.absence import Absence
from dutyroom.garbage import collect_rarely, without_collecting
from dutyroom.journal_motion import JournalMotion
from dutyroom.logs import without_variables
from dutyroom.machine import HEALTH_EVERY, Machine
from dutyroom.settings import Settings, SettingsError, hide
from dutyroom.sharing import share
from response.self_watch.watching import EVERY, SelfWatch
from rules.failing import Failures, report
from storage.readings.journalled import as_far_as_known
from storage.readings.port import ReadingsUnavailable
from storage.records.port import Conflict, RecordsUnavailable

if TYPE_CHECKING:
    from collector.ingest import Ingest
    from collector.link import Link
    from collector.sources import Sources
    from dutyroom.rule_following import RuleFollower
    from facility.register import Register
    from rules.book import RuleBook
    from rules.judge import Judge
    from storage.readings.port import Readings
    from storage.records.port import Records, Unit

log = structlog.get_logger()

TICK = 1_000
AGAIN = 0.2
"""Seconds until it is tried again to read what somebody else wrote first."""
STANDSTILL = 10_000
"""A loop that took longer was stopped with its machine, or waited for a store: nobody could hear meanwhile."""


class Stop(Protocol):
    """What ends the loop, such as a ``threading.Event``."""

    def is_set(self) -> bool: ...


class Worker:
    """One collector with its judge. ``step`` does one unit of work; ``run`` is the loop around it."""

    def __init__(
        self,
        *,
        name: str,
        records: Records,
        readings: Readings,
        ingest: Ingest,
        judge: Judge,
        clock: Callable[[], int],
        about: Mapping[str, Any],
        version: int,
        rules: RuleFollower,
        sleep: Callable[[float], None] = sleep,
        journal: Callable[[], Mapping[str, Any]] = dict,
        machine: Callable[[], Mapping[str, Any]] = dict,
        watch: SelfWatch | None = None,
    ) -> None:
        """``version``: the register's, as the judge and the intake were given it. ``sleep``: between two tries to read again.

        ``journal`` says what waits for the history, ``machine`` how this one does; ``watch`` looks for a responder.
        """
        self._name, self._records, self._readings = name, records, readings
        self._ingest, self._judge, self._clock, self._about = ingest, judge, clock, about
        self._started = clock()
        self._next_tick = self._next_health = self._started
        self._version, self._rules, self._failures = version, rules, Failures()
        self._cards_version = -1
        self._sleep, self._journal, self._machine = sleep, journal, machine
        self._watch, self._next_watch, self._away = watch or SelfWatch(), self._started, Absence()
        self._look_back_at = self._last_step = self._started
        self._looked = False
        """At history, in the step before: a step that takes long messages in does not look back as well, if it can wait."""
        self._behind = False
        """Somebody else was first, and what is known could not be read again yet."""
        self._errors: deque[dict[str, Any]] = deque(maxlen=10)
        self._before = self._remembered()

    def run(self, stop: Stop) -> None:
        """Until ``stop`` is set; then the last health note is written."""
        self._guard("rules", self._rules.keep)
        while not stop.is_set():
            self.step()
        self._guard("health", lambda: self._write_health(stopped=True))

    def step(self) -> None:
        """One group commit, and what is due by the clock."""
        now = self._clock()
        if self._behind and not self._guard_reload():
            self._sleep(AGAIN)
            return
        if now - self._last_step > STANDSTILL:
            self._judge.link(now, connected=False)
        if now < self._last_step:
            self._set_back(now)
        self._last_step = now
        behind = bool(self._judge.backlog.waiting) and now >= self._look_back_at
        wait = 0.0 if behind else max(0, min(self._next_tick - now, TICK)) / 1_000
        self._guard("ingest", lambda: self._ingest.once(now, timeout=wait))
        self._looked = behind and (self._ingest.rests or not self._looked)
        if self._looked:
            self._guard("late", self._look_back)
        if self._clock() >= self._next_tick:
            self._next_tick = self._clock() + TICK
            self._guard("register", self._follow_register)
            self._guard("duress cards", self._follow_cards)
            self._guard("rules", lambda: self._rules.follow(self._judge))
            self._guard("tick", self._tick)
            self._guard("tests", self._report_tests)
            self._guard("retry", lambda: self._ingest.retry_letters(self._clock()))
        if self._clock() >= self._next_health:
            self._next_health = self._clock() + HEALTH_EVERY
            self._guard("rule health", self._report_failures)
            self._guard("health", self._write_health)
        if self._clock() >= self._next_watch:
            self._next_watch = self._clock() + EVERY
            self._guard("responders", self._look_for_responder)

    def _set_back(self, now: int) -> None:
        """The clock was set back: what was to be done by the old one is done now, and not when that time comes again."""
        self._next_tick = self._next_health = self._next_watch = self._look_back_at = now

    def _guard(self, what: str, work: Callable[[], Any]) -> None:
        try:
            work()
        except Conflict:
            log.info("another writer was first", step=what)
            self._guard_reload()
        except (RecordsUnavailable, ReadingsUnavailable) as error:
            self._note_error(what, str(error))
        except Exception as error:
            log.exception("a step failed", step=what)
            self._note_error(what, f"{type(error).__name__}: {error}")

    def _guard_reload(self) -> bool:
        """What cannot be read again now is tried again at the next step: nothing is judged by what is known to be old."""
        self._behind = True
        try:
            with self._records.read() as unit:
                self._judge.reload(unit)
        except RecordsUnavailable as error:
            self._note_error("reload", str(error))
        else:
            self._behind = False
        return not self._behind

    def _note_error(self, what: str, text: str) -> None:
        log.warning("a step could not be done", step=what, reason=text)
        self._errors.append({"at": self._clock(), "step": what, "text": hide(text)})

    def _register_version(self) -> int:
        with self._records.read() as unit:
            return unit.registers.version()

    def _follow_register(self) -> None:
        version = self._register_version()
        if version == self._version:
            return
        with self._records.begin() as unit:
            register = unit.registers.load()
            adopt = self._judge.use(unit, register, self._clock())
        adopt()
        self._ingest.use(register)
        self._version = version
        log.info("the register changed", version=version)

    def _follow_cards(self) -> None:
        """Of the permissions the worker knows one thing: whose refusal must not be told aloud."""
        with self._records.read() as unit:
            version = unit.permissions.version()
            if version == self._cards_version:
                return
            self._ingest.hush(duress_cards(unit))
        self._cards_version = version

    def _look_back(self) -> None:
        """A portion of what late readings left, between two live batches. When it cannot be done it waits for a while."""
        now = self._clock()
        self._look_back_at = now + TICK
        with self._records.read() as unit:
            findings = self._judge.look_back(unit, self._readings, now)
        with self._records.begin() as unit:
            adopt = self._judge.correct(unit, findings, now)
        adopt()
        self._look_back_at = now

    def _tick(self) -> None:
        now = self._clock()
        self._judge.link(now, connected=bool(self._ingest.health(now)["connected"]))
        with self._records.begin() as unit:
            adopt = self._judge.tick(unit, self._clock())
        adopt()

    def _report_tests(self) -> None:
        from rules.proof import report_tests

        with self._records.begin() as unit:
            report_tests(unit, self._readings, self._clock())

    def _report_failures(self) -> None:
        """A rule whose code fails is itself an alert."""
        now = self._clock()
        failing = self._failures.now_failing(self._judge.health(), now)
        if self._failures.differ(failing):
            with self._records.begin() as unit:
                report(unit, self._rules.book, failing, now)
            self._failures.told(failing)

    def _remembered(self) -> dict[str, int]:
        with self._records.read() as unit:
            self._ingest.conduct.load((unit.notes.get(f"worker/{self._name}") or {}).get("conduct") or {})
            return dict(unit.notes.get(f"totals/{self._name}") or {})

    def _look_for_responder(self) -> None:
        with self._records.begin() as unit:
            self._watch.look_for_responder(unit, self._clock())

    def _write_health(self, *, stopped: bool = False) -> None:
        now = self._clock()
        note = {**self._about, "at": now, "started": self._started, **self._ingest.health(now)}
        note["errors"] = list(self._errors)
        note["late"] = {"waiting": len(self._judge.backlog.waiting), "too_late": self._judge.backlog.beyond}
        note["rules"] = [health.note() for health in self._judge.health()]
        note["rules_refused"] = self._rules.refused
        if journal := self._journal():
            note["journal"] = journal
        totals = {name: self._before.get(name, 0) + int(note[name]) for name in ("messages", "readings")}
        note |= {"machine": self._machine(), "stopped": stopped}
        try:
            with self._records.begin() as unit:
                self._away.back(now)
                unit.notes.put(f"worker/{self._name}", note | {"records_away": self._away.note()})
                unit.notes.put(f"totals/{self._name}", totals)
        except RecordsUnavailable:
            self._away.away(now)
            raise


def work(settings: Settings) -> None:
    """The worker's process. Raises ``SettingsError``, ``RecordsUnavailable``, ``ReadingsUnavailable`` at the start."""
    without_variables()
    collect_rarely()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    records = wiring.open_records(settings)
    readings = wiring.open_readings(settings, records)
    journal = JournalMotion(readings, records, wiring.now, settings.data_folder / "journal.lock")
    try:
        journal.settle()
        if settings.share:
            journal.start()
            share(settings, records, readings, journal.note, stop)
            return
        worker, close = build(settings, records, readings, wiring.now, journal.note)
        journal.start()
        try:
            worker.run(stop)
        finally:
            close()
    finally:
        journal.stop()
        readings.close()
        records.close()


def link_of(settings: Settings, sources: Sources) -> Link:
    """To the broker, with a session of this worker's own. Raises ``SettingsError`` for what cannot be shared."""
    from collector.express import ExpressLink
    from collector.mqtt import MqttLink
    from collector.sharing import shared

    filters, ahead = sources.filters(), sources.filters(express=True)
    if settings.share:
        ordered = ", ".join(source.name for source in sources.sources if source.decoder.in_order)
        if ordered:
            raise SettingsError(
                f"DUTYROOM_SHARE: one collector must hear all of {ordered}, in their order: give it one without a share"
            )
        filters, ahead = shared(filters, settings.share), shared(ahead, settings.share)
    name, path = f"dutyroom-{settings.worker}", settings.mqtt_path
    if not ahead:
        return MqttLink(settings.mqtt_url, client_id=name, filters=filters, path=path)
    arrived = threading.Condition()
    express = settings.mqtt_express_url or settings.mqtt_url
    return ExpressLink(
        MqttLink(express, client_id=f"{name}-express", filters=ahead, path=path, arrived=arrived),
        MqttLink(settings.mqtt_url, client_id=name, filters=filters, path=path, leave=ahead, arrived=arrived),
        arrived,
    )


def duress_cards(unit: Unit) -> frozenset[str]:
    """By pseudonym."""
    return frozenset(card for card, one in unit.permissions.load().credentials.items() if one.duress)


def _ready_judge(settings: Settings, book: RuleBook, register: Register, sources: Sources, now: int) -> Judge:
    """A judge that knows rules, register and how late each source may be; what was judged before is restored afterwards."""
    from rules.judge import Judge
    from rules.late import Lateness

    lateness = Lateness(sources={source.name: source.lateness for source in sources.sources})
    return Judge(book, now, register=register, worker=settings.collector, lateness=lateness, stopwatch=perf_counter)


def build(
    settings: Settings,
    records: Records,
    readings: Readings,
    clock: Callable[[], int],
    journal: Callable[[], Mapping[str, Any]] = dict,
) -> tuple[Worker, Callable[[], None]]:
    """Put a worker together; the second value closes its link."""
    from collector.ingest import Ingest
    from collector.sharing import SharedLink
    from dutyroom.rule_files import RuleFiles
    from dutyroom.rule_following import RuleFollower

    sources = wiring.load_sources(settings)
    rules = RuleFollower(RuleFiles(settings.site_folder), records, clock)
    with without_collecting(), records.read() as unit:
        register = unit.registers.load()
        judge = _ready_judge(settings, rules.first(unit), register, sources, clock())
        as_far_as_known(readings, partial(judge.restore, unit))
    link = link_of(settings, sources)
    if settings.share:
        link = SharedLink(link, records, settings.share)
    ingest = Ingest(
        name=settings.collector,
        link=link,
        records=records,
        readings=readings,
        register=register,
        sources=sources,
        judge=judge,
        pseudonym_key=wiring.pseudonym_key(settings),
        rate=settings.rate,
    )
    with records.read() as unit:
        ingest.hush(duress_cards(unit))
    about = {"url": hide(settings.mqtt_url), "stores": {"readings": readings.check(), "records": records.check()}}
    link.start()
    worker = Worker(
        name=settings.worker,
        records=records,
        readings=readings,
        ingest=ingest,
        judge=judge,
        clock=clock,
        about=about,
        version=register.version,
        rules=rules,
        journal=journal,
        machine=Machine(settings.data_folder, clock, database=records.clock).note,
        watch=SelfWatch(limits=settings.limits),
    )
    return worker, link.stop

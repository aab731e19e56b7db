"""The judge: what is remembered between batches, and the one place where findings are written. One thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from facility.instant import DAY
from facility.point import Setting
from facility.reading import Reading
from facility.register import Register
from rules.attend import attend
from rules.book import RuleBook
from rules.columns import Columns, columns
from rules.correct import Corrector
from rules.failing import FAILING
from rules.health import RuleHealth, Trouble, rule_health
from rules.hearing import Hearing
from rules.judging import Outcome, costs, judge_batch, overdue
from rules.late import Backlog, Lateness, late_readings, stretches
from rules.layout import compile_engine
from rules.levels import family, left_alone
from rules.linked import LinkChanges, LinkRecorder, by_the_clock, by_word, released
from rules.links import LINK_RULES, Links, gateways
from rules.lookback import Findings, LookBack
from rules.memory import fresh_memory, moved_memory
from rules.record import Key, Recorder
from rules.running import Running, changed_since
from rules.weaving import Weaver, touched_by_change, touched_by_late, touched_by_moves
from storage.readings.port import Readings, ReadingsUnavailable
from storage.records.breaches import Stretch
from storage.records.port import Unit

Adopt = Callable[[], None]
"""Makes what was judged current in memory. Called after the commit, and only then."""

Modes = dict[tuple[str, str], list[Setting]]
"""(point, setting) → what equipment says of it, see ``rules.running``."""
LOOK_BACK_FOR_MODES = 2 * DAY
STEP = 50
"""How far to look back at once for what had been judged before a crash."""
MOST = 5_000
OWN_RULES = LINK_RULES | {FAILING}
"""Rules that are in no book: their alerts are about the product itself and what it hangs on."""
COSTED = 200
"""Every so many batches it is measured what each rule costs."""
A_PORTION = 2
"""Points whose history is judged again at once, at most; live judging waits for no more. About 1.2 ms each, and 3 ms to write."""
LOOKED_AT = 1_000
"""Readings after which a portion ends: 3 µs each. A point is never divided."""


class Judge:
    """``judge`` and ``tick`` write through the unit and change nothing in memory until their ``Adopt`` is called.

    So a unit that is undone leaves no trace, and the same batch may be judged again. After ``Conflict``: ``reload``.
    """

    def __init__(
        self,
        book: RuleBook,
        now: int,
        *,
        register: Register | None = None,
        worker: str = "",
        lateness: Lateness | None = None,
        stopwatch: Callable[[], float] | None = None,
    ) -> None:
        """``worker``: whose watermark (the note ``watermark/<worker>``, written with each judged batch) is looked up first."""
        self._book, self._started, self._worker = book, now, worker
        self._lateness, self.backlog = lateness or Lateness(), Backlog()
        self._engine = compile_engine(book, register or Register(), now)
        self._memory = fresh_memory(self._engine, now)
        self._open: dict[Key, int] = {}
        self._gone: set[Key] = set()
        self._troubles: dict[str, Trouble] = {}
        self._store: Readings | None = None
        self._stopwatch, self._batches, self._costs = stopwatch, 0, dict[str, float]()
        self._links, self._gateways = Links(), gateways(self._engine)
        self._hearing = Hearing(worker or "worker", now)
        self._running, self._modes = Running(book, self._engine.register), Modes()
        self._note_errors(self._engine.errors, now)

    def judge(self, unit: Unit, readings: Sequence[Reading], now: int) -> Adopt:
        """Judge readings that are durable; late ones wait for ``look_back``. Raises ``Conflict``, ``RecordsUnavailable``."""
        batch = columns(readings, self._engine.index)
        changed, again = self._hear_modes(readings, now)
        outcome = judge_batch(self._engine, self._memory, batch, now, deaf=self._links.cut is not None)
        self._measure(batch)
        changes = by_word(self._gateways, self._memory, self._links, outcome, now)
        opened = self._record(unit, outcome, now, changes, again=changed is not None)
        late, beyond = self._late(batch, now)
        late = {point: stretch.with_(late.get(point)) for point, stretch in again.items()} | {
            point: stretch for point, stretch in late.items() if point not in again
        }
        unit.late_work.add(late)

        def adopt() -> None:
            self._memory.saw(batch, now)
            self._modes = self._modes if changed is None else changed
            self.backlog.grew(late)
            self.backlog.beyond += beyond
            self._adopt(outcome, opened)
            self._links.adopt(changes.lost, changes.regained, now)

        return adopt

    def _hear_modes(self, readings: Sequence[Reading], now: int) -> tuple[Modes | None, dict[str, Stretch]]:
        """(modes that equipment says now, where they are others; what they leave to be judged again)."""
        if not self._running.feeds or not self._running.hear(readings):
            return None, {}
        modes = self._running.derived()
        again: dict[str, Stretch] = {}
        for (point, name), found in modes.items():
            stretch = changed_since(self._modes.get((point, name), []), found)
            newest = self._memory.newest_of(self._engine.index[point])
            if stretch is not None and stretch.first <= newest:
                until = stretch._replace(last=min(stretch.last, newest))
                again[point] = until.with_(again.get(point))
        if modes == self._modes:
            return None, {}
        self._engine = compile_engine(self._book, self._running.with_derived(modes), now)
        return modes, again

    def _measure(self, batch: Columns) -> None:
        """What each rule costs, now and then: no rule's result depends on it."""
        if self._stopwatch is None or not len(batch):
            return
        if self._batches % COSTED == 0:
            self._costs = costs(self._engine, self._memory, batch, self._stopwatch)
        self._batches += 1

    def _late(self, batch: Columns, now: int) -> tuple[dict[str, Stretch], int]:
        """(what is to be judged again, how many readings came too late for that)."""
        late = late_readings(self._engine, self._memory, batch)
        if late is None:
            return {}, 0
        in_time = late.copy()
        in_time[late] = batch.at[late] >= now - self._lateness.of(self._engine, batch.point[late])
        return stretches(self._engine, batch, in_time), int((late & ~in_time).sum())

    def look_back(self, unit: Unit, readings: Readings, now: int) -> Findings:
        """A portion of what late readings left to be judged again, looked at and not yet written; ``correct`` writes it.

        Raises ``ReadingsUnavailable``. Nothing is judged in between.
        """
        look = LookBack(engine=self._engine, memory=self._memory, readings=readings, unit=unit, now=now)
        return look.at(self.backlog.portion(A_PORTION), LOOKED_AT)

    def correct(self, unit: Unit, findings: Findings, now: int) -> Adopt:
        """Write what ``look_back`` found. Raises as ``judge``."""
        corrector = Corrector(unit, self._engine, self._open, now)
        corrector.correct(findings.rejudged)
        weaver = Weaver(unit, self._engine, self._open | corrector.open, now)
        woven = weaver.weave(self._memory, touched_by_late(self._engine, findings.rejudged), corrector.WHY)
        unit.late_work.done(findings.stretches)
        self._note_errors(findings.errors | corrector.errors, now)

        def adopt() -> None:
            for found in findings.rejudged:
                if found.track is not None:
                    self._memory.put(found.row, found.track)
            for move in woven:
                self._memory.put(move.row, move.after)
            self._forget(corrector.open | weaver.open)
            self.backlog.did(findings.stretches)

        return adopt

    def tick(self, unit: Unit, now: int) -> Adopt:
        """What is due by the clock: silence, limits that change, what is left of retired rules. Raises as ``judge``."""
        engine = (
            compile_engine(self._book, self._engine.register, now) if now >= self._engine.next_change else self._engine
        )
        outcome, changes = Outcome(), LinkChanges()
        if self._links.cut is None:
            outcome = overdue(engine, self._memory, now)
            changes = by_the_clock(self._gateways, self._memory, self._links, outcome, now)
            changes.released = released(engine, self._gateways, self._memory, self._links, changes, self._open, now)
        opened = self._record(unit, outcome, now, changes, clock=True, again=engine is not self._engine)
        attend(unit, engine.register, now, Recorder(unit, engine, {}, now).order_for)
        marked = self._hearing.mark(unit, now) if self._links.cut is None else None

        def adopt() -> None:
            self._engine = engine
            if marked is not None:
                marked()
            self._gone = set()
            self._adopt(outcome, opened)
            self._links.adopt(changes.lost, changes.regained, now)

        return adopt

    def link(self, now: int, *, connected: bool) -> None:
        """Whether the collector hears its broker; told before each tick, and after a standstill. While it hears nothing, nobody

        else is called silent, and then every point has its time anew.
        """
        if not connected:
            self._links.cut = now if self._links.cut is None else self._links.cut
        elif self._links.cut is not None:
            self._links.cut = None
            self._memory.grace(now)
            self._hearing.heard_again(now)

    def use(self, unit: Unit, register: Register, now: int, book: RuleBook | None = None) -> Adopt:
        """Go on with another register, or other rules. Alerts of rules and points that are gone are returned, with why."""
        book = book or self._book
        running = Running(book, register, self._running)
        if self._store is not None:
            with suppress(ReadingsUnavailable):
                running.read(self._store, now - LOOK_BACK_FOR_MODES)
        modes = running.derived()
        engine = compile_engine(book, running.with_derived(modes), now)
        memory = moved_memory(self._memory, self._engine, engine, self._started)
        if self._store is not None:
            with suppress(ReadingsUnavailable):  # a rule that looks back starts with nothing then
                memory.windows.fill(self._store, memory.newest)
        gone = {key for key in self._keys() if engine.row(*key) is None and key[0] not in OWN_RULES} | self._gone
        gone |= left_alone(engine, memory, gone) & set(self._open)
        recorder = Recorder(unit, engine, self._open, now)
        recorder.retire(gone)
        recorder.look_again()
        weaver = Weaver(unit, engine, self._open | recorder.open, now)
        woven = weaver.weave(memory, touched_by_change(engine, memory, now))

        def adopt() -> None:
            self._book, self._engine, self._memory, self._gone = book, engine, memory, set()
            self._running, self._modes = running, modes
            for move in woven:
                memory.put(move.row, move.after)
            self._forget(recorder.open | weaver.open)
            self._gateways = gateways(engine)
            self._troubles = {}
            self._note_errors(engine.errors, now)

        return adopt

    def restore(self, unit: Unit, readings: Readings) -> None:
        """After a start: where every row stood, and how far every point had been judged. Raises ``ReadingsUnavailable``."""
        self.reload(unit)
        mark = self._read_watermark(unit)
        if mark is None:
            return
        for point, newest in readings.last(self._engine.index).items():
            if point in self._engine.index:
                self._knew(readings, newest, mark)
        self._store = readings
        self._running.read(readings, self._started - LOOK_BACK_FOR_MODES)
        self._modes = self._running.derived()
        if self._modes:
            self._engine = compile_engine(self._book, self._running.with_derived(self._modes), self._started)
        self._memory.windows.fill(readings, self._memory.newest)

    def reload(self, unit: Unit) -> None:
        """Read tracks and open alerts again: somebody else was first. When it raises, everything is as it was."""
        memory, engine = self._memory, self._engine
        # What other rooms raise about their own (a gap in the rota, a card at a door) has no rule's version: it is theirs.
        alerts = [alert for alert in unit.alerts.open_ones() if alert.rule_version or alert.rule in OWN_RULES]
        tracks, backlog = unit.alerts.tracks(), Backlog()
        backlog.load(unit)
        memory.tracks.clear()
        memory.active[:] = False
        self.backlog.waiting = backlog.waiting
        self._links.load(alerts)
        self._open = {(alert.rule, alert.point): alert.id for alert in alerts}
        self._gone = {key for key in self._open if engine.row(*key) is None and key[0] not in OWN_RULES}
        for key, track in tracks.items():
            row = engine.row(*key)
            if row is None:
                self._gone.add(key)
            else:
                memory.put(row, track)

    def counts_each(self, point: str) -> bool:
        """Whether no reading of the point may be left out: life safety hangs on it, or a rule counts its readings."""
        return any(rule.life_safety or rule.kind.COUNTS_EACH for rule in self._engine.rules_of(point))

    def health(self) -> list[RuleHealth]:
        """Every rule: when it last judged, what it watches, what it cannot judge, and what went wrong."""
        return rule_health(self._engine, self._memory, self._troubles, self._costs)

    def _read_watermark(self, unit: Unit) -> int | None:
        """This worker's, or the newest of any where this one is new; None where nothing was ever judged."""
        own = unit.notes.get(f"watermark/{self._worker}")
        marks = [own] if own is not None else [unit.notes.get(name) for name in unit.notes.names("watermark/")]
        return max((int(mark) for mark in marks), default=None)

    def _knew(self, readings: Readings, newest: Reading, mark: int) -> None:
        """Step back over what was stored and not judged, and over what was no evidence."""
        place, memory = self._engine.index[newest.point], self._memory
        missing = set(memory.newest)
        for reading in _backwards(readings, newest):
            if reading.received > mark:
                continue
            memory.knew(place, reading.at, reading.quality, test=reading.test)
            missing = {wanted for wanted in missing if reading.test or reading.quality not in wanted}
            if not missing:
                return

    def _record(
        self, unit: Unit, outcome: Outcome, now: int, changes: LinkChanges, *, clock: bool = False, again: bool = False
    ) -> dict[Key, int | None]:
        recorder = LinkRecorder(unit, self._engine, self._open, now)
        if clock:
            recorder.retire(self._gone)
            recorder.broker(self._worker or "worker", self._links)
        recorder.follow(changes, outcome, self._gateways, self._memory)
        recorder.write(outcome)
        if again:
            recorder.look_again()
        weaver = Weaver(unit, self._engine, self._open | recorder.open, now)
        outcome.moves += weaver.weave(self._memory, touched_by_moves(self._engine, outcome.found))
        self._note_errors(outcome.errors | recorder.errors | weaver.errors, now)
        return recorder.open | weaver.open

    def _adopt(self, outcome: Outcome, opened: dict[Key, int | None]) -> None:
        for move in outcome.moves:
            self._memory.put(move.row, move.after)
        self._forget(opened)

    def _forget(self, opened: dict[Key, int | None]) -> None:
        for key, number in opened.items():
            if number is None:
                self._open.pop(key, None)
            else:
                self._open[key] = number

    def _keys(self) -> set[Key]:
        """Every (rule, point) that is not quiet or has an open alert."""
        rows = (self._engine.of(row) for row in self._memory.tracks)
        return {(rule.id, point.id) for rule, point in rows} | set(self._open)

    def _note_errors(self, errors: dict[str, str], now: int) -> None:
        for rule, text in errors.items():
            rule = family(rule)  # noqa: PLW2901 - a level's trouble is its rule's
            known = self._troubles.get(rule)
            since, count = (known.since, known.count + 1) if known else (now, 1)
            self._troubles[rule] = Trouble(text=text, since=since, count=count)


def _backwards(readings: Readings, newest: Reading) -> Iterable[Reading]:
    yield newest
    at, seen = newest.at, 0
    while seen < MOST:
        older = readings.before(newest.point, at, STEP)
        yield from older
        if len(older) < STEP:
            return
        at, seen = older[-1].at, seen + len(older)

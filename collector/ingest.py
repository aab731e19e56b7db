"""The loop around everything: take what is there, store, judge, commit, acknowledge.

What was taken stays in hand until it is committed; a store that is away only makes it wait. Nothing is acknowledged before it
is durable and judged, and nothing that was acknowledged is forgotten. What a flood is thinned to is what is stored and judged.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import structlog

from collector.backoff import Backoff
from collector.conduct import Claim, Conduct
from collector.derive import Deriver
from collector.intake import Intake, Prepared
from collector.lanes import Lanes
from collector.link import Delivery, Link
from collector.memory import Memories
from collector.qualify import Qualified, Qualifier
from collector.refusals import class_of
from collector.sources import Sources
from collector.stats import Stats
from collector.thinning import RATE, Thinner
from facility.letter import DeadLetter
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register
from storage.readings.columns import Columns
from storage.readings.journalled import as_far_as_known
from storage.readings.port import Readings, ReadingsRefused, ReadingsUnavailable
from storage.records.port import Conflict, Records, RecordsUnavailable, Unit

log = structlog.get_logger()

BATCH = 2_000
READINGS_A_COMMIT = 50_000
"""A message may carry 10,000 readings: what was taken is committed in parts, so that no commit takes many seconds."""
CONFLICTS_BORNE = 5
_LAG_IS_NEWS = 60_000


class Judge(Protocol):
    """The rules engine, as the collector needs it."""

    def judge(self, unit: Unit, readings: Sequence[Reading], now: int) -> Callable[[], None]:
        """Judge readings inside ``unit``. The result adopts the new state in memory; it is called after the commit."""

    def reload(self, unit: Unit) -> None:
        """Read the state again: another writer was first."""

    def restore(self, unit: Unit, readings: Readings) -> None:
        """As after a start: the state, and how far every point was judged. Raises ``ReadingsUnavailable``."""

    def counts_each(self, point: str) -> bool:
        """Whether every single reading of the point matters: life safety, and rules that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one call has done."""

    messages: int = 0
    readings: int = 0
    letters: int = 0
    unclaimed: int = 0
    in_hand: int = 0
    """Messages that wait for a store to come back."""


class Ingest:
    """One collector. All methods are called by one thread."""

    def __init__(
        self,
        *,
        name: str,
        link: Link,
        records: Records,
        readings: Readings,
        register: Register,
        sources: Sources,
        judge: Judge,
        pseudonym_key: bytes,
        rate: int = RATE,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Reads the watermark, the decoders' memories and what was held back. Raises ``RecordsUnavailable``.

        ``rate``: readings of a point and second that are always kept.
        """
        self._link, self._records, self._readings, self._judge = link, records, readings, judge
        self._watermark, self._thinned = f"watermark/{name}", f"thinned/{name}"
        self.stats = Stats()
        self._qualifier = Qualifier(register, pseudonym_key)
        self._memories = Memories()
        self._intake = Intake(sources, self._qualifier, self._memories, self.stats)
        self._deriver = Deriver(register)
        self._deriver.warm(readings)
        self._sources, self._register = sources, register
        self._thinner, self.conduct = Thinner(register, judge.counts_each, rate), Conduct(rate)
        self._lanes = Lanes(sources.line)
        self._hand: deque[list[Prepared]] = deque()
        self._backoff = Backoff(pause)
        self._judge_is_behind = self._in_doubt = False
        with records.read() as unit:
            self._memories.load(unit.notes)
            self._received = int(unit.notes.get(self._watermark) or 0)
            self._kept_back: list[list[Any]] = unit.notes.get(self._thinned) or []
        self._thinner.put_back(Reading(*row)._replace(quality=Quality(row[3])) for row in self._kept_back)

    def use(self, register: Register) -> None:
        """Go on with another register."""
        self._qualifier.use(register)
        self._intake.forget_strangers()
        self._deriver.use(register)
        self._deriver.warm(self._readings)
        self._register = register
        self._thinner.use(register)
        self.conduct.allow(self._may_speak)

    def _may_speak(self, claim: Claim) -> bool:
        source = self._sources.named(claim.source)
        return source is not None and self._qualifier.may_speak(source, claim)

    def hush(self, cards: frozenset[str]) -> None:
        """Duress cards, by pseudonym: whatever their readers answer, no reading says that they were refused."""
        self._qualifier.hushed = cards

    def once(self, now: int, timeout: float = 0.0) -> Counts:
        """One group commit of what is there, live messages before long ones, of which a few at a time; the others wait.

        It waits up to ``timeout`` seconds only when there is nothing to do.
        Never raises for what a message or a store does: see ``health`` for both.
        """
        if not self._hand:
            if not self._lanes.full:
                self._lanes.add(self._link.take(BATCH, 0.0 if len(self._lanes) else timeout))
            self._hand.extend(self._groups(self._lanes.turn(), now))
        elif self._backoff.waits(now, timeout):
            return Counts(in_hand=self._in_hand())
        return self._empty_hand(now)

    @property
    def rests(self) -> bool:
        """The last group commit was of live messages alone: other work between two of them holds nobody up for long."""
        return self._lanes.rests

    def health(self, now: int) -> dict[str, Any]:
        """What the worker publishes: counters, rates, and how the link does."""
        state = self._link.state()
        link = {name: getattr(state, name) for name in state.__slots__}
        waiting = self._in_hand() + len(self._lanes)
        found = {"in_hand": waiting, "link": link, "connected": state.connected, "lag": self._lag(now)}
        return self.stats.note(now) | found | {"conduct": self.conduct.note(now)}

    def _lag(self, now: int) -> int:
        """How long what waits in hand has waited; nothing waits: what the last commit had, as long as that is news."""
        if self._hand:
            return max(0, now - self._hand[0][0].delivery.arrived)
        return self.stats.lag if now - self.stats.newest <= _LAG_IS_NEWS else 0

    # --- one batch ------------------------------------------------------------------------------------------------

    def _groups(self, deliveries: list[Delivery], now: int) -> list[list[Prepared]]:
        """The deliveries, prepared, in groups of one commit each.

        No two groups share their ``received``: the watermark tells them apart after a crash.
        """
        with self.stats.during("decode"):
            return self._prepared(deliveries, now)

    def _prepared(self, deliveries: list[Delivery], now: int) -> list[list[Prepared]]:
        groups: list[list[Prepared]] = []
        size = READINGS_A_COMMIT
        self.stats.received += len(deliveries)
        held = self._let_go(now)
        for delivery in deliveries:
            if size >= READINGS_A_COMMIT:
                groups.append([])
                size = 0
                self._received += 1
            self._received = max(self._received, delivery.arrived)
            one = self._intake.prepare(delivery, self._received, now)
            if self._deriver.listens:
                one.found.readings += self._deriver.derive(one.found.readings)
            one.found.readings = self._thinner.thin(one.found.readings, now)
            groups[-1] += [*held, one, *self._let_go(now)]
            held = []
            size += len(one.found.readings)
        return [*groups, held] if held else groups

    def _let_go(self, now: int) -> list[Prepared]:
        """What a flood was thinned to at last, once it is known that nothing newer takes its place."""
        if self._thinner.quiet:
            return []
        found = self._thinner.due(now)
        for point, at, sent, dropped in self._thinner.excesses():
            known = self._register.points.get(point)
            self.conduct.sent(known.device if known and known.device else point, at, sent, dropped)
            self.stats.thinned += dropped
        if not found:
            return []
        self._received = max(self._received + 1, now)
        return [self._released(reading._replace(received=self._received)) for reading in found]

    def _released(self, reading: Reading) -> Prepared:
        delivery = Delivery(reading.point, repr(reading).encode(), reading.received, qos=0)
        return Prepared(delivery, reading.received, found=Qualified(readings=[reading]), held=True)

    def _empty_hand(self, now: int) -> Counts:
        """Commit group after group. One that fails for its own sake is halved until the message to blame is alone."""
        messages = readings = letters = unclaimed = 0
        while self._hand:
            group = self._hand[0]
            try:
                self._commit(group, now)
            except (ReadingsUnavailable, RecordsUnavailable, Conflict) as error:
                self._in_doubt |= isinstance(error, RecordsUnavailable)
                self.stats.store_errors["readings" if isinstance(error, ReadingsUnavailable) else "records"] += 1
                self._back_off(error, now)
                break
            except Exception as error:  # noqa: BLE001 - the loop's edge: it goes on, and the message is kept
                self._set_apart(group, error, now)
                continue
            self._hand.popleft()
            self._acknowledge(group, now)
            messages += sum(not one.held for one in group)
            readings += sum(len(one.found.readings) for one in group)
            letters += sum(one.letter is not None for one in group)
            unclaimed += sum(len(one.unclaimed) for one in group)
        return Counts(
            messages=messages, readings=readings, letters=letters, unclaimed=unclaimed, in_hand=self._in_hand()
        )

    def _commit(self, group: list[Prepared], now: int) -> None:
        """Store, judge, commit. Readings that are stored already stay as they are when it is tried again."""
        with self.stats.during("store"):
            readings = self._store(group, now)
        if self._in_doubt and self._was_committed(group):
            self._kept_back = self._to_keep_back()
            return
        kept_back = self._to_keep_back()

        def write(unit: Unit) -> None:
            for letter in _alike(one.letter for one in group if one.letter is not None):
                unit.letters.bury(letter)
            for one in group:
                for stranger in one.unclaimed:
                    unit.letters.notice(stranger)
            unit.notes.put(self._watermark, self._mark(group))
            if kept_back != self._kept_back:
                unit.notes.put(self._thinned, kept_back)

        self._judge_and_write(readings, now, write)
        self._kept_back = kept_back

    def _to_keep_back(self) -> list[list[Any]]:
        """What stands for thinned readings and is not in this commit: held back still, or in a later group."""
        later = (one for group in list(self._hand)[1:] for one in group if one.held)
        return [list(reading) for reading in (*self._thinner.held, *(r for one in later for r in one.found.readings))]

    def _was_committed(self, group: list[Prepared]) -> bool:
        """Whether the last attempt succeeded, and only the answer was lost. The judge goes on as after a start then."""
        with self._records.read() as unit:
            known, mine = int(unit.notes.get(self._watermark) or 0), group[-1].received
            done = known >= mine == self._mark(group)
            if done:
                as_far_as_known(self._readings, partial(self._judge.restore, unit))
        self._in_doubt = False
        return done

    def _mark(self, group: list[Prepared]) -> int:
        """The newest ``received`` below which everything is judged; a batch that was halved shares one with its rest."""
        rest = self._hand[1][0].received - 1 if len(self._hand) > 1 else group[-1].received
        return min(group[-1].received, rest)

    def _store(self, group: list[Prepared], now: int) -> Sequence[Reading]:
        """The readings, which are durable then."""
        readings = _together(group)
        passages = [passage for one in group for passage in one.found.passages]
        scans = [scan for one in group for scan in one.found.scans]
        if not (readings or passages or scans):
            return readings
        try:
            self._readings.append(readings, passages, scans)
        except ReadingsRefused as error:
            if not self._drop(group, error, now):
                raise
            return _together(group)
        return readings

    def _drop(self, group: list[Prepared], error: ReadingsRefused, now: int) -> bool:
        """Take out what the store will never keep; the rest of the batch is durable. False when it cannot be found."""
        reasons = {line: reason for reason, lines in error.by_reason.items() for line in lines}
        found = False
        for one in group:
            kept = one.found
            unfit = [line for line in map(repr, (*kept.readings, *kept.passages, *kept.scans)) if line in reasons]
            if unfit:
                kept.readings = [row for row in kept.readings if repr(row) not in reasons]
                kept.passages = [row for row in kept.passages if repr(row) not in reasons]
                kept.scans = [row for row in kept.scans if repr(row) not in reasons]
                self._intake.add_letter(one, reasons[unfit[0]], now)
                found = True
        return found

    def _judge_and_write(self, readings: Sequence[Reading], now: int, write: Callable[[Unit], None]) -> None:
        """One transaction, tried again from the judging when another writer was first. Raises ``Conflict`` in the end."""
        for left in range(CONFLICTS_BORNE, -1, -1):
            try:
                adopt = self._one_transaction(readings, now, write)
            except Conflict:
                self.stats.conflicts += 1
                self._judge_is_behind = True
                self._reload()
                if not left:
                    raise
            else:
                self._adopt(adopt)
                return

    def _one_transaction(
        self, readings: Sequence[Reading], now: int, write: Callable[[Unit], None]
    ) -> Callable[[], None]:
        if self._judge_is_behind:
            self._reload()
        with self.stats.during("commit"):
            with self._records.begin() as unit:
                with self.stats.during("judge"):
                    adopt = self._judge.judge(unit, readings, now) if readings else _nothing
                write(unit)
                changes = self._memories.write(unit.notes)
            self._memories.saved(changes)
        self.stats.judged += len(readings)
        return adopt

    def _adopt(self, adopt: Callable[[], None]) -> None:
        """It is committed: whatever goes wrong now must not make the batch be judged again."""
        try:
            adopt()
        except Exception:
            log.exception("the judge could not adopt its new state; it reads it again before the next batch")
            self._judge_is_behind = True

    def _reload(self) -> None:
        with self._records.read() as unit:
            self._judge.reload(unit)
        self._judge_is_behind = False

    def _acknowledge(self, group: list[Prepared], now: int) -> None:
        """The batch is durable and judged: tell the broker, answer, count."""
        with self.stats.during("acknowledge"):
            self.stats.acknowledged += self._link.acknowledge([one.delivery for one in group if not one.held])
        for one in group:
            for topic, payload in one.replies:
                self._link.publish(topic, payload)
        self._backoff.over()
        self.stats.error = ""
        self._count(group, now)

    def _count(self, group: list[Prepared], now: int) -> None:
        stats = self.stats
        stats.tick(now)
        stats.batches += 1
        stats.last_batch = len(group)
        stats.messages += sum(not one.held for one in group)
        stats.newest = group[-1].received
        stats.lag = max(0, now - group[0].delivery.arrived)
        for one in group:
            stats.readings += len(one.found.readings)
            stats.passages += len(one.found.passages)
            stats.scans += len(one.found.scans)
            stats.unclaimed += len(one.found.unclaimed)
            stats.duplicates += one.repeated
            stats.replies += len(one.replies)
            stats.decoded += not (one.only_a_letter or one.held)
            if one.letter is not None:
                stats.letters += 1
                stats.refused(one.delivery.topic, class_of(one.letter.reason))
                if one.delivery.user:
                    log.info(
                        "refused", topic=one.delivery.topic, reason=one.letter.reason, written_on_it=one.delivery.user
                    )
            if one.found.claims:
                stats.mismatched += 1
                self.conduct.claimed(one.found.claims, now)

    # --- when it cannot be done -----------------------------------------------------------------------------------

    def _in_hand(self) -> int:
        return sum(map(len, self._hand))

    def _back_off(self, error: Exception, now: int) -> None:
        """The batch stays in hand."""
        self._backoff.failed(now)
        self.stats.retries += 1
        self.stats.error = f"{type(error).__name__}: {error}"
        log.warning("a batch could not be committed; it is kept", messages=self._in_hand(), reason=str(error))

    def _set_apart(self, group: list[Prepared], error: Exception, now: int) -> None:
        """Something unforeseen: halve the group, or bury the message that is to blame with what was said."""
        self._hand.popleft()
        if len(group) > 1:
            middle = len(group) // 2
            self._hand.extendleft([group[middle:], group[:middle]])
            return
        one = group[0]
        log.error("a message could not be taken in", topic=one.delivery.topic, exc_info=error)
        self.stats.isolated += 1
        if one.only_a_letter:
            # Not even that can be written. It stays with the broker and comes again after the next connection.
            return
        self._hand.appendleft([self._intake.bury(one, f"unexpected {type(error).__name__}: {error}", now)])

    # --- dead letters once more -----------------------------------------------------------------------------------

    def retry_letters(self, now: int) -> int:
        """Try the dead letters again that a person asked for, with the present register. Returns how many succeeded.

        Raises ``RecordsUnavailable``, ``ReadingsUnavailable``, ``Conflict``: the request stands, call it again.
        """
        with self._records.read() as unit:
            waiting = unit.letters.to_retry()
        return sum(self._retry(letter, now) for letter in waiting)

    def _retry(self, letter: DeadLetter, now: int) -> bool:
        self._received = max(self._received, now)
        # Its own time of arrival stands in for a missing clock, as it would have done then.
        delivery = Delivery(letter.topic, letter.payload, letter.last, qos=0)
        one = self._intake.prepare(delivery, self._received, now, again=True)
        one.found.readings += self._deriver.derive(one.found.readings)
        reason = _why_not(letter, one)
        try:
            if not reason:
                self._store([one], now)
                reason = one.letter.reason if one.letter else ""
            if not reason:
                self._judge_and_write(one.found.readings, now, lambda unit: unit.letters.resolve(letter.id, now))
                self.stats.readings += len(one.found.readings)
                return True
        except (ReadingsUnavailable, RecordsUnavailable, Conflict):
            raise
        except Exception as error:
            log.exception("a dead letter could not be tried again", letter=letter.id)
            reason = f"unexpected {type(error).__name__}: {error}"
        with self._records.begin() as unit:
            unit.letters.retried(letter.id, reason)
        return False


def _together(group: Iterable[Prepared]) -> Sequence[Reading]:
    """As columns, for the store and for the judge; as they are where the store will have something to say about one."""
    readings = [reading for one in group for reading in one.found.readings]
    try:
        return Columns.of(readings)
    except (OverflowError, ValueError, TypeError):
        return readings


def _why_not(letter: DeadLetter, one: Prepared) -> str:
    """Why a letter cannot be delivered this time either; empty when it can."""
    if letter.size > len(letter.payload):
        return f"only the first {len(letter.payload)} of its {letter.size} bytes were kept"
    if one.letter is not None:
        return one.letter.reason
    if not one.source:
        return "no source's filter matches its topic"
    if one.found.unclaimed and not (one.found.readings or one.found.passages or one.found.scans):
        external_id, key = next(iter(one.found.unclaimed))
        return f"{external_id!r} is not in the register" if not key else f"{external_id!r} has no point for {key!r}"
    return ""


def _alike(letters: Iterable[DeadLetter]) -> list[DeadLetter]:
    """Like letters of one batch in one, counted: a flood of rubbish is not a flood of writes."""
    found: dict[tuple[str, str, str], DeadLetter] = {}
    for letter in letters:
        like = (letter.source, letter.topic, letter.reason)
        earlier = found.get(like)
        found[like] = letter if earlier is None else replace(letter, first=earlier.first, count=earlier.count + 1)
    return list(found.values())


def _nothing() -> None:
    """What there is to adopt where nothing was judged."""

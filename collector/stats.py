"""What the collector has done, in numbers that the worker publishes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, NamedTuple

_SPAN = 60_000
_TOPICS_KEPT = 1_000
STAGES = ("decode", "store", "judge", "commit", "acknowledge")
"""What the collector's thread is busy with, in the order of a message's way."""


class _Mark(NamedTuple):
    """Where the counters stood at one time."""

    at: int
    messages: int
    readings: int
    letters: int
    spent: dict[str, float]


@dataclass(slots=True)
class Stats:
    """Counters since the start. Written by the collector's thread."""

    received: int = 0
    """Messages taken from the broker; one that comes again counts again."""
    decoded: int = 0
    """Of these, those of which anything could be used."""
    judged: int = 0
    """Readings; those of a batch that must be tried again count again."""
    acknowledged: int = 0
    """Messages told to the broker; after a new connection the broker asks about some again."""
    messages: int = 0
    """Committed: durable and judged."""
    readings: int = 0
    passages: int = 0
    scans: int = 0
    letters: int = 0
    unclaimed: int = 0
    duplicates: int = 0
    batches: int = 0
    last_batch: int = 0
    retries: int = 0
    """Commits that could not be done and were kept in hand."""
    conflicts: int = 0
    isolated: int = 0
    """Messages that nothing foreseen could take in, set apart into the dead letters."""
    replies: int = 0
    thinned: int = 0
    """Readings of floods that were left out: their extremes and last values are kept."""
    mismatched: int = 0
    """Messages refused, whole or in part, because they spoke for a device that is not theirs to speak for."""
    lag: int = 0
    """Milliseconds from the arrival of the oldest message of the last batch to its commit."""
    newest: int = 0
    """Newest ``received`` that is stored and judged."""
    error: str = ""
    """Why the last commit could not be done; empty after one that could."""
    refusals: dict[str, int] = field(default_factory=dict)
    """Topic → messages of it in the dead letters: the topic says which device it is."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Class of reason (``collector.refusals``) → messages in the dead letters."""
    store_errors: Counter[str] = field(default_factory=Counter)
    """``readings`` or ``records`` → attempts that it could not serve."""
    spent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    """Stage → seconds of the collector's thread."""
    _history: deque[_Mark] = field(default_factory=lambda: deque(maxlen=1_000))

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """The time of the block goes to ``stage``, but for what goes to another one within it."""
        begun, before = perf_counter(), sum(self.spent.values())
        try:
            yield
        finally:
            self.spent[stage] += perf_counter() - begun - (sum(self.spent.values()) - before)

    def refused(self, topic: str, reason: str) -> None:
        """Count a message that went to the dead letters; the rarest topics give way when there are too many."""
        self.reasons[reason] += 1
        if topic not in self.refusals and len(self.refusals) >= _TOPICS_KEPT:
            del self.refusals[min(self.refusals, key=self.refusals.__getitem__)]
        self.refusals[topic] = self.refusals.get(topic, 0) + 1

    def tick(self, now: int) -> None:
        """Remember where the counters stand, for the rates; at most once a second."""
        if not self._history or now - self._history[-1].at >= 1_000:
            self._history.append(_Mark(now, self.messages, self.readings, self.letters, dict(self.spent)))

    def rates(self, now: int) -> tuple[float, float]:
        """Messages and readings a second over the last minute."""
        then = self._a_minute_ago(now)
        if then is None:
            return 0.0, 0.0
        seconds = (now - then.at) / 1_000
        return (self.messages - then.messages) / seconds, (self.readings - then.readings) / seconds

    def busy(self, now: int) -> dict[str, float]:
        """Stage → share of the last minute that the collector's thread spent in it."""
        then = self._a_minute_ago(now)
        if then is None:
            return dict.fromkeys(STAGES, 0.0)
        seconds = (now - then.at) / 1_000
        return {stage: round((self.spent[stage] - then.spent[stage]) / seconds, 4) for stage in STAGES}

    def letters_lately(self, now: int) -> int:
        """Dead letters in the last five minutes, as far as is remembered."""
        then = next((mark for mark in self._history if now - mark.at <= 5 * _SPAN), None)
        return 0 if then is None else self.letters - then.letters

    def _a_minute_ago(self, now: int) -> _Mark | None:
        then = next((mark for mark in self._history if now - mark.at <= _SPAN), None)
        return None if then is None or now <= then.at else then

    def note(self, now: int) -> dict[str, Any]:
        """All of it as JSON values."""
        names = (
            "received", "decoded", "judged", "acknowledged", "messages", "readings", "passages", "scans", "letters",
            "unclaimed", "duplicates", "batches", "last_batch", "retries", "conflicts", "isolated", "replies", "thinned",
            "mismatched", "lag", "newest", "error",
        )  # fmt: skip
        messages_rate, readings_rate = self.rates(now)
        worst = sorted(self.refusals.items(), key=lambda pair: -pair[1])[:20]
        return {name: getattr(self, name) for name in names} | {
            "message_rate": round(messages_rate, 1),
            "reading_rate": round(readings_rate, 1),
            "refusals": dict(worst),
            "reasons": dict(self.reasons),
            "letters_5m": self.letters_lately(now),
            "store_errors": dict(self.store_errors),
            "spent": {stage: round(seconds, 4) for stage, seconds in self.spent.items()},
            "busy": self.busy(now),
        }

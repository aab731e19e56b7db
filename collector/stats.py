"""What the collector has done, in numbers that the worker publishes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

_SPAN = 60_000
_TOPICS_KEPT = 1_000


@dataclass(slots=True)
class Stats:
    """Counters since the start. Written by the collector's thread."""

    messages: int = 0
    """Acknowledged."""
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
    lag: int = 0
    """Milliseconds from the arrival of the oldest message of the last batch to its commit."""
    newest: int = 0
    """Newest ``received`` that is stored and judged."""
    error: str = ""
    """Why the last commit could not be done; empty after one that could."""
    refusals: dict[str, int] = field(default_factory=dict)
    """Topic → messages of it in the dead letters: the topic says which device it is."""
    _history: deque[tuple[int, int, int]] = field(default_factory=lambda: deque(maxlen=1_000))

    def refused(self, topic: str) -> None:
        """Count a message that went to the dead letters; the rarest topics give way when there are too many."""
        if topic not in self.refusals and len(self.refusals) >= _TOPICS_KEPT:
            del self.refusals[min(self.refusals, key=self.refusals.__getitem__)]
        self.refusals[topic] = self.refusals.get(topic, 0) + 1

    def tick(self, now: int) -> None:
        """Remember where the counters stand, for the rates; at most once a second."""
        if not self._history or now - self._history[-1][0] >= 1_000:
            self._history.append((now, self.messages, self.readings))

    def rates(self, now: int) -> tuple[float, float]:
        """Messages and readings a second over the last minute."""
        then = next((entry for entry in self._history if now - entry[0] <= _SPAN), None)
        if then is None or now <= then[0]:
            return 0.0, 0.0
        seconds = (now - then[0]) / 1_000
        return (self.messages - then[1]) / seconds, (self.readings - then[2]) / seconds

    def note(self, now: int) -> dict[str, Any]:
        """All of it as JSON values."""
        names = (
            "messages", "readings", "passages", "scans", "letters", "unclaimed", "duplicates", "batches", "last_batch",
            "retries", "conflicts", "isolated", "replies", "lag", "newest", "error",
        )  # fmt: skip
        messages_rate, readings_rate = self.rates(now)
        worst = sorted(self.refusals.items(), key=lambda pair: -pair[1])[:20]
        return {name: getattr(self, name) for name in names} | {
            "message_rate": round(messages_rate, 1),
            "reading_rate": round(readings_rate, 1),
            "refusals": dict(worst),
        }

"""What was taken from the broker and is not decoded yet: short messages first, long ones a few at a time.

A gateway that was cut off sends hours of history in long messages as fast as it can. What a pump or a smoke detector says now is
short, and must not wait behind it. No clock: a turn is bounded by bytes, of which 8 kB are about 200 readings and 3 ms.

Short ones are shared out: a device that talks without end has its part of each turn, and the rest of what it said waits.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable

from collector.link import Delivery

LONG = 2_048
"""Bytes; a longer message is no single reading: an array, a batch, a birth certificate."""
A_TURN = 8 << 10
"""Bytes of long messages in every other turn, beside live ones. One message is never divided: it is acknowledged as a whole."""
A_QUIET_TURN = 1 << 20
"""And while nothing else has come for a while."""
QUIET_AFTER = 5
"""So many turns without a short message."""
TURNS = 200
"""Many long ones are gone in a few times as many turns: a broker gives no message again that it waits for in vain."""
MOST_BYTES = 4 << 20
"""More than that is left with the link."""
SHORTS = 2_000
"""Short messages in a turn, shared out among the lines that have any."""
A_PART = 50
"""And so many of each line, however many lines there are: whoever has no more waits for no second turn."""
MOST_SHORTS = 2 * SHORTS
"""More than that is left with the link."""


class Lanes:
    """``line`` names what keeps its order: nothing overtakes a message of its own line."""

    def __init__(self, line: Callable[[Delivery], Hashable]) -> None:
        self._line = line
        self._short: list[tuple[Hashable, Delivery]] = []
        self._long: deque[tuple[Hashable, Delivery]] = deque()
        self._held: Counter[Hashable] = Counter()
        self._bytes = 0
        self._quiet = 0
        self._carried = False
        """The last turn took long ones: the next is for what is short."""

    def __len__(self) -> int:
        return len(self._short) + len(self._long)

    @property
    def rests(self) -> bool:
        """The last turn took no long message, so that there is time for other work."""
        return not self._carried

    @property
    def full(self) -> bool:
        """Nothing more should be taken from the link."""
        return self._bytes >= MOST_BYTES or len(self._short) >= MOST_SHORTS

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """In the order of their arrival."""
        for delivery in deliveries:
            line = self._line(delivery)
            if len(delivery.payload) > LONG or line in self._held:
                self._long.append((line, delivery))
                self._held[line] += 1
                self._bytes += len(delivery.payload)
            else:
                self._short.append((line, delivery))

    def turn(self) -> list[Delivery]:
        """What is to be taken in now: what is short, each line its part, then the oldest of the long ones."""
        taken = self._shorts()
        self._quiet = 0 if taken else self._quiet + 1
        usual = A_TURN if self._quiet < QUIET_AFTER else A_QUIET_TURN
        room = 0 if taken and self._carried else max(usual, self._bytes // TURNS)
        self._carried = room > 0 and bool(self._long)
        while self._long and room > 0:
            line, delivery = self._next_long()
            room -= len(delivery.payload)
            taken += self._shorts_of(line)
            taken.append(delivery)
        return taken

    def _shorts(self) -> list[Delivery]:
        """In the order of their arrival; what is beyond a line's part stays, in that order too."""
        lines = Counter(line for line, _ in self._short)
        part = max(A_PART, SHORTS // max(1, len(lines)))
        if max(lines.values(), default=0) <= part:
            taken, self._short = self._short, []
            return [delivery for _, delivery in taken]
        took: Counter[Hashable] = Counter()
        now: list[Delivery] = []
        later: list[tuple[Hashable, Delivery]] = []
        for line, delivery in self._short:
            took[line] += 1
            if took[line] <= part:
                now.append(delivery)
            else:
                later.append((line, delivery))
        self._short = later
        return now

    def _shorts_of(self, wanted: Hashable) -> list[Delivery]:
        """What is left of that line, which its long message must not overtake."""
        found = [delivery for line, delivery in self._short if line == wanted]
        if found:
            self._short = [(line, delivery) for line, delivery in self._short if line != wanted]
        return found

    def _next_long(self) -> tuple[Hashable, Delivery]:
        line, delivery = self._long.popleft()
        self._bytes -= len(delivery.payload)
        self._held[line] -= 1
        if not self._held[line]:
            del self._held[line]
        return line, delivery

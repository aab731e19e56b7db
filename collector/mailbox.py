"""What has arrived and is not yet taken: bounded in messages and in bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from collector.link import Delivery


class Mailbox:
    """Filled by the network thread, emptied by the collector's."""

    def __init__(self, limit: int, size: int, arrived: threading.Condition | None = None) -> None:
        """``arrived``: shared by mailboxes for which one waits together."""
        self._limit, self._size = limit, size
        self._queue: deque[Delivery] = deque()
        self._arrived = arrived or threading.Condition()
        self.bytes = 0
        self.overflowed = 0

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, delivery: Delivery) -> bool:
        """False when it is full: the message stays with the broker."""
        with self._arrived:
            if len(self._queue) >= self._limit or self.bytes >= self._size:
                self.overflowed += 1
                return False
            self._queue.append(delivery)
            self.bytes += len(delivery.payload)
            self._arrived.notify()
        return True

    def put_all(self, deliveries: Sequence[Delivery]) -> int:
        """How many of them, from the first on, found room; nothing is counted as overflowed."""
        with self._arrived:
            room = self._limit - len(self._queue)
            count = 0
            for delivery in deliveries[: max(room, 0)]:
                if self.bytes >= self._size:
                    break
                self.bytes += len(delivery.payload)
                count += 1
            self._queue.extend(deliveries[:count])
            if count:
                self._arrived.notify()
        return count

    def take(self, limit: int, timeout: float) -> list[Delivery]:
        """What is there, oldest first; waits up to ``timeout`` seconds only when there is nothing."""
        with self._arrived:
            if not self._queue and timeout > 0:
                self._arrived.wait(timeout)
            taken = [self._queue.popleft() for _ in range(min(limit, len(self._queue)))]
            self.bytes -= sum(len(delivery.payload) for delivery in taken)
        return taken

"""The link to an MQTT broker: QoS 1, a fixed client id, a persistent session, and acknowledgements by hand.

A broker's in-flight window bounds what waits here; whatever comes beyond the mailbox's limits is left with the broker and asked
for again by a new connection once the mailbox is empty.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from collector.broker import broker_at
from collector.link import Delivery, LinkState
from collector.mailbox import Mailbox
from collector.mqtt_bulk_line import BulkLine
from collector.mqtt_line import Diary, Line

QUEUE_LIMIT = 2_000
QUEUE_BYTES = 8 << 20
"""About a second of work in the longest messages that there are."""
PATHS: dict[str, type[Line]] = {"paho": Line, "bulk": BulkLine}
"""How messages are read: one by one by paho, or in bulk by ours."""
PATH = "bulk"


def _now() -> int:
    return time.time_ns() // 1_000_000


class MqttLink:
    """A ``Link`` to a real broker. Raises ``BadAddress``.

    ``leave``: what this session may have subscribed to once and shall not any more. ``arrived``: see ``Mailbox``.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        filters: Sequence[str],
        queue_limit: int = QUEUE_LIMIT,
        queue_bytes: int = QUEUE_BYTES,
        path: str = PATH,
        leave: Sequence[str] = (),
        arrived: threading.Condition | None = None,
        clock: Callable[[], int] = _now,
    ) -> None:
        self._broker, self._client_id, self._filters, self._clock = broker_at(url), client_id, list(filters), clock
        self._window = min(queue_limit, 65_535)
        self._mailbox = Mailbox(queue_limit, queue_bytes, arrived)
        self._leave = list(leave)
        self._diary = Diary(str(self._broker))
        self._kind = PATHS[path]
        self._running = False
        self._line: Line | None = None

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._running = True
        self._line = self._kind(
            broker=self._broker,
            client_id=self._client_id,
            filters=self._filters,
            leave=self._leave,
            window=self._window,
            mailbox=self._mailbox,
            diary=self._diary,
            clock=self._clock,
        )
        self._line.start()

    def stop(self) -> None:
        """Disconnect; what is not acknowledged stays with the broker."""
        self._running = False
        if self._line is not None:
            self._line.close()
            self._line.join()

    def take(self, limit: int, timeout: float) -> list[Delivery]:
        """What is there, at most ``limit``; waits only when there is nothing."""
        self._watch()
        taken = self._mailbox.take(limit, timeout)
        if taken and self._line is not None:
            self._line.taken()
        return taken

    @property
    def waiting(self) -> int:
        """How many have arrived and are not taken."""
        return len(self._mailbox)

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """Tell the broker that they are safe; those of an older connection are dropped."""
        return self._line.acknowledge(deliveries) if self._line is not None else 0

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a message at QoS 1, as soon as there is a connection."""
        if self._line is not None:
            self._line.publish(topic, payload)

    def state(self) -> LinkState:
        """How the link does now."""
        line, mailbox = self._line, self._mailbox
        return LinkState(
            address=str(self._broker),
            connected=line is not None and line.connected,
            subscribed=line is not None and line.subscribed,
            connections=self._diary.connections,
            queued=len(mailbox),
            queued_bytes=mailbox.bytes,
            overflowed=mailbox.overflowed,
            problem=self._diary.problem,
        )

    def _watch(self) -> None:
        """A network thread that has ended or hangs is left behind, and a new one takes its place."""
        line = self._line
        if self._running and line is not None and not line.alive():
            self._diary.trouble("the network thread hung or ended; it was started again")
            line.close()
            self.start()

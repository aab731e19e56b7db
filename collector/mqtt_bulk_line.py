"""A line whose messages are read and acknowledged in bulk, see ``collector.mqtt_bulk``; all else is as in ``Line``.

When the mailbox is full, reading pauses, and the broker's window and TCP hold the rest back. A pause that lasts is ended, so
that the connection stays alive, and what finds no room then stays with the broker as in ``Line``.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from typing import Any

from collector.link import Delivery
from collector.mqtt_bulk import BulkClient, BulkSocket
from collector.mqtt_line import KEEPALIVE, Line
from collector.wire import Heard
from collector.wire_properties import Malformed

LONGEST_PAUSE = KEEPALIVE / 3
"""Seconds. The broker's answer to a ping stands behind the messages."""


class BulkLine(Line):
    """What was read and found no room is held, and is the first to go on."""

    CLIENT = BulkClient

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._held: list[Delivery] = []
        self._held_since = 0.0

    def taken(self) -> None:
        if self._held:
            self._ring()

    @property
    def _bulk(self) -> BulkSocket | None:
        """The socket, while there is one."""
        connection: object = self._client.socket()
        return connection if isinstance(connection, BulkSocket) else None

    def _tell(self, told: Sequence[Delivery]) -> None:
        bulk = self._bulk
        if bulk is None:
            return
        at_once = [delivery.mid for delivery in told if delivery.qos == 1]
        # First: as soon as it is told, the broker may give the number to another message.
        self._pending.difference_update(at_once)
        bulk.acknowledge(at_once)
        super()._tell([delivery for delivery in told if delivery.qos != 1])

    def _wanted(self) -> int:
        self._offer()
        bulk = self._bulk
        writes = self._client.want_write() or (bulk is not None and bulk.unsent)
        return (0 if self._held else select.POLLIN) | (select.POLLOUT if writes else 0)

    def _read(self) -> None:
        bulk = self._bulk
        if bulk is None:
            return
        try:
            found = bulk.read(self._clock, self._generation)
        except Malformed:
            bulk.close()
            raise
        # First what is paho's: a session goes on with messages right behind the broker's greeting.
        while bulk.has_news and self._bulk is bulk:
            self._client.loop_read()
        for heard in found:
            self._hear(bulk, heard)

    def _hear(self, bulk: BulkSocket, heard: Heard) -> None:
        if not self.connected or self._leaving or self._over.is_set():
            return
        if heard.unreadable:
            bulk.acknowledge([number for number in heard.unreadable if number])
            self._diary.trouble("a topic that is not UTF-8 was left out")
        self._held += self._fresh(heard.deliveries)
        self._offer()

    def _fresh(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Without those that we have already: NATS sends again what is not acknowledged within its ack_wait."""
        numbers = [delivery.mid for delivery in deliveries if delivery.qos]
        fresh = set(numbers)
        if len(fresh) == len(numbers) and self._pending.isdisjoint(fresh):
            self._pending |= fresh
            return deliveries
        return [delivery for delivery in deliveries if not delivery.qos or self._is_new(delivery.mid)]

    def _is_new(self, number: int) -> bool:
        if number in self._pending:
            return False
        self._pending.add(number)
        return True

    def _offer(self) -> None:
        """To the mailbox, as far as there is room."""
        if not self._held:
            return
        count = self._mailbox.put_all(self._held)
        del self._held[:count]
        if count or not self._held_since:
            self._held_since = time.monotonic()
        if not self._held:
            self._held_since = 0.0
        elif self._must_reconnect or time.monotonic() - self._held_since > LONGEST_PAUSE:
            self._leave_with_the_broker()

    def _leave_with_the_broker(self) -> None:
        """It comes again by a new connection, which is made once the mailbox is empty."""
        self._mailbox.overflowed += len(self._held)
        self._pending.difference_update([delivery.mid for delivery in self._held])
        self._held.clear()
        self._held_since = 0.0
        self._must_reconnect = True

    def _write(self) -> None:
        super()._write()
        bulk = self._bulk
        if bulk is not None:
            bulk.write()

    def _farewell(self) -> None:
        self._held.clear()  # they stay with the broker, whose answer stands behind others that do
        super()._farewell()

    def _lost(self) -> None:
        super()._lost()
        self._held.clear()
        self._held_since = 0.0

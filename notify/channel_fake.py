"""A channel for tests and for a dry house: it keeps what it was given, and fails as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

from notify.channel import Message, Receipt


class FakeChannel:
    """Thread-safe. ``before`` is called with each message first: it may raise ``Refused`` or ``NotNow``, or wait.

    With ``keys`` it does what a channel with idempotency keys does: the second message of a key is taken and tells nobody.
    """

    def __init__(
        self, name: str = "fake", *, before: Callable[[Message], object] | None = None, keys: bool = False
    ) -> None:
        self.NAME = name
        self.attempts: list[Message] = []
        """Everything that it was asked to send, in order."""
        self.told: list[Message] = []
        """What reached somebody."""
        self._before, self._keys = before, keys
        self._lock = threading.Lock()

    def send(self, message: Message) -> Receipt:
        """Keep it."""
        with self._lock:
            self.attempts.append(message)
        if self._before is not None:
            self._before(message)
        with self._lock:
            known = self._keys and any(one.key == message.key for one in self.told)
            if not known:
                self.told.append(message)
        return Receipt(id=message.key)

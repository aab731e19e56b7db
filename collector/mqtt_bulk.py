"""Between paho and its socket: messages are taken out in bulk on their way in, acknowledgements put in on their way out.

paho connects, keeps the session, subscribes, publishes and pings; what it reads is the stream without the messages, and what it
writes goes out in whole packets, between which acknowledgements stand.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.client import Client, MQTTv5

from collector.wire import Heard, Wire, acknowledgements

A_READ = 256 << 10
READS_A_ROUND = 4
"""So that acknowledgements go out between two rounds of a broker that never pauses."""
FAREWELL = 2.0
"""Seconds to write what is left when paho closes the socket."""


class BulkSocket:
    """What paho takes for its socket. ``acknowledge`` may be called by any thread, everything else by the network thread."""

    def __init__(self, connection: Any, version: int) -> None:
        self._connection, self._wire = connection, Wire(version)
        self._control = bytearray()
        self._out = bytearray()
        self._lock = threading.Lock()
        self._ended: Exception | bytes | None = None
        """How reading ended: what the socket raised, or b"" when the broker closed it."""

    # --- as paho sees it ------------------------------------------------------------------------------------------

    def recv(self, size: int) -> bytes:
        """Of the packets that are paho's."""
        if self._control:
            found = bytes(self._control[:size])
            del self._control[:size]
            return found
        if self._ended is None:
            raise BlockingIOError
        if isinstance(self._ended, Exception):
            raise self._ended
        return self._ended

    def send(self, data: bytes) -> int:
        """Always all of it: so no acknowledgement ever stands inside one of paho's packets."""
        with self._lock:
            self._out += data
        return len(data)

    def fileno(self) -> int:
        return int(self._connection.fileno())

    def setblocking(self, flag: bool) -> None:
        self._connection.setblocking(flag)

    def pending(self) -> int:
        """TLS may hold whole messages already, of which the socket shows nothing."""
        return int(getattr(self._connection, "pending", int)())

    def close(self) -> None:
        """What was said last is still written: a farewell, and the acknowledgements before it."""
        try:
            self._connection.settimeout(FAREWELL)
            with self._lock:
                self._connection.sendall(self._out)
                self._out.clear()
        except OSError:
            pass
        finally:
            self._connection.close()

    # --- as the line sees it --------------------------------------------------------------------------------------

    @property
    def has_news(self) -> bool:
        """There is something for paho: packets, or the end."""
        return bool(self._control) or self._ended is not None

    @property
    def unsent(self) -> bool:
        """Something waits to be written."""
        return bool(self._out)

    def read(self, clock: Callable[[], int], generation: int) -> list[Heard]:
        """What is there, without waiting. Raises ``Malformed``."""
        found = []
        for _ in range(READS_A_ROUND):
            piece = self._piece()
            if not piece:
                break
            heard = self._wire.feed(piece, clock(), generation)
            for packet in heard.others:
                self._control += packet
            found.append(heard)
            if len(piece) < A_READ and not self.pending():
                break
        return found

    def _piece(self) -> bytes:
        try:
            piece: bytes = self._connection.recv(A_READ)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        except OSError as error:
            self._ended = error
            return b""
        if not piece:
            self._ended = b""
        return piece

    def acknowledge(self, numbers: Sequence[int]) -> None:
        """In one piece; it goes out with ``write``."""
        told = acknowledgements(numbers)
        with self._lock:
            self._out += told

    def write(self) -> None:
        """As much as the socket takes now."""
        with self._lock:
            if not self._out:
                return
            try:
                sent = self._connection.send(self._out)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self._ended = error
                return
            del self._out[:sent]


class BulkClient(Client):
    """paho's client with a ``BulkSocket`` where its socket was."""

    def _create_socket(self) -> Any:
        return BulkSocket(super()._create_socket(), 5 if self.protocol == MQTTv5 else 4)

"""A network between two programs on one machine: a TCP proxy that can be cut, slow, half open, or reset what goes through it."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from tests.faults.tap import Taken

HOST = "127.0.0.1"
_ABORT = struct.pack("ii", 1, 0)
"""Closing with this sends a reset, not an end."""
PIECE = 65_536
DELAY = 0.3
"""Seconds for each piece where it is slow."""


class Proxy:
    """Listens on ``port`` and passes on to ``upstream``. ``mode``: "", "cut", "slow" or "half-open"."""

    def __init__(self, upstream: int, *, delay: float = DELAY, taken: Taken | None = None) -> None:
        self._upstream, self._delay, self._taken = upstream, delay, taken
        self.mode = ""
        self.answered = 0.0
        """When the newest connection had its first answer, on the monotonic clock; 0: not yet."""
        self.lock = threading.RLock()
        """Held by the fault that has this way in its hands."""
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """The network is gone."""
        self._over.set()
        # A thread that waits in accept() would keep the port open.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()

    def cut(self) -> None:
        """Everything breaks, and nothing new gets through until it is healed."""
        self.mode = "cut"
        self.reset()

    def heal(self) -> None:
        """As new. What was half open is reset: a router that comes back knows nothing of it."""
        if self.mode == "half-open":
            self.reset()
        self.mode = ""

    def reset(self) -> None:
        """Both ends of every connection get a reset in the middle of whatever they said."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                _abort(end)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        if self.mode == "cut":
            _abort(client)
            return
        try:
            server = socket.create_connection((HOST, self._upstream), timeout=5)
        except OSError:
            _abort(client)
            return
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._pairs.append((client, server))
        self.answered = 0.0
        tap = self._taken.connection() if self._taken is not None else None

        def answer(piece: bytes) -> None:
            self.answered = self.answered or time.monotonic()
            if tap is not None:
                tap.down(piece)

        back = threading.Thread(target=self._pump, args=(server, client, answer), daemon=True)
        back.start()
        self._pump(client, server, tap.up if tap is not None else lambda _: None)
        back.join()
        with self._lock:
            self._pairs = [pair for pair in self._pairs if pair[0] is not client]
        client.close()
        server.close()

    def _pump(self, source: socket.socket, sink: socket.socket, seen: Callable[[bytes], None]) -> None:
        """Until either end is gone; then the other one is told."""
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if self.mode == "slow":
                    time.sleep(self._delay)
                if self.mode == "half-open":
                    continue  # swallowed: the sender believes that it has arrived
                sink.sendall(piece)
                seen(piece)
        # Where it was reset there is no orderly end.
        with suppress(OSError), self._lock:
            if any(source in pair for pair in self._pairs):
                sink.shutdown(socket.SHUT_WR)


def _abort(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    # Wakes whoever reads from it.
    with suppress(OSError):
        end.shutdown(socket.SHUT_RD)
    end.close()

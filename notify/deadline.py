"""A limit on the whole of an exchange. A limit on each read would let a server that drips hold us for ever."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType


class Deadline:
    """``with Deadline(20) as deadline: deadline.holds(socket) …``: when the time is over the connection is ended.

    Whatever that breaks inside, it is ``TimeoutError`` outside.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def holds(self, connection: socket.socket) -> None:
        """This is the connection now: after TLS has begun it is another object than before."""
        with self._lock:
            self._connection = connection
        if self._over.is_set():
            self._end()

    def _end(self) -> None:
        self._over.set()
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._connection, socket.SHUT_RDWR)

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            self._connection = None
        if self._over.is_set() and (error is None or isinstance(error, Exception)):
            # What ended without an error may have been cut off in the middle.
            raise TimeoutError(f"no whole answer within {self._seconds:g} s") from None

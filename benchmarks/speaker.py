"""Messages at a steady rate, over one socket, without waiting for the broker's answers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from itertools import islice

from benchmarks.publisher import Load, connected, packet

PATIENCE = 30.0
TICKS = 100
"""So many times a second."""


def speak(broker: str, load: Load, per_second: int, sent: list[float] | None = None) -> None:
    """All of the load; ``sent`` is told when each went out."""
    connection = connected(broker, f"{load.prefix}-speaker")
    connection.settimeout(PATIENCE)
    threading.Thread(target=_listen, args=(connection,), daemon=True).start()
    packets = (packet(topic, payload, n % 65_535 + 1) for n, (topic, payload) in enumerate(load.each()))
    began = time.perf_counter()
    for number in range(0, load.messages, per_second // TICKS):
        some = list(islice(packets, per_second // TICKS))
        time.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        connection.sendall(b"".join(some))
        if sent is not None:
            sent += [time.perf_counter()] * len(some)


def _listen(connection: socket.socket) -> None:
    """The broker's acknowledgements, so that it never has to wait with them."""
    with contextlib.suppress(OSError):
        while connection.recv(1 << 16):
            pass

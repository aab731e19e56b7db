"""The network that can be broken: what goes through, and what each way of breaking does to a connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.faults.proxy import HOST, Proxy
from tests.faults.tap import Taken, packets


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says everything back."""
    listener = socket.create_server((HOST, 0))

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while piece := connection.recv(1_000):
                connection.sendall(piece)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with closing(Proxy(echo, delay=0.01)) as made:
        yield made


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=10)


def said(connection: socket.socket, text: bytes) -> bytes:
    connection.sendall(text)
    return connection.recv(1_000)


def test_it_passes_everything_on_and_says_when_it_was_answered(proxy: Proxy) -> None:
    with connected(proxy) as one:
        assert said(one, b"hello") == b"hello"
        proxy.mode = "slow"
        assert said(one, b"again") == b"again"
    assert proxy.answered > 0


def test_a_cut_breaks_what_is_there_and_refuses_what_is_new_until_it_is_healed(proxy: Proxy) -> None:
    with connected(proxy) as one:
        said(one, b"hello")
        proxy.cut()
        with pytest.raises(ConnectionError):
            one.recv(1)
    with pytest.raises(ConnectionError), connected(proxy) as two:
        two.recv(1)
    proxy.heal()
    with connected(proxy) as three:
        assert said(three, b"well") == b"well"


def test_half_open_swallows_without_a_word_and_is_reset_when_it_is_healed(proxy: Proxy) -> None:
    with connected(proxy) as one:
        said(one, b"hello")
        proxy.mode = "half-open"
        one.sendall(b"into nothing")
        one.settimeout(0.05)
        with pytest.raises(TimeoutError):
            one.recv(1)
        one.settimeout(10)
        proxy.heal()
        with pytest.raises(ConnectionError):
            one.recv(1)


def test_packets_are_read_however_they_are_cut() -> None:
    publish = bytes([0x32, 0x09, 0, 3]) + b"a/b" + bytes([0, 7]) + b"hi"
    large = bytes([0x30, 0x80, 0x01]) + bytes(128)
    found, buffer = [], bytearray()
    for byte in publish + large:
        buffer.append(byte)
        found += list(packets(buffer))
    assert [(kind, flags, len(body)) for kind, flags, body in found] == [(3, 2, 9), (3, 0, 128)]
    assert not buffer


def test_only_what_was_acknowledged_on_the_same_connection_counts_as_taken() -> None:
    taken = Taken()
    first, second = taken.connection(), taken.connection()
    first.down(bytes([0x32, 0x09, 0, 3]) + b"a/b" + bytes([0, 7]) + b"hi")
    second.up(bytes([0x40, 2, 0, 7]))
    assert taken.payloads == set()
    first.up(bytes([0x40, 2, 0, 7]))
    assert taken.payloads == {b"hi"}

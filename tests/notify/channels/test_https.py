"""HTTPS, with a certificate of our own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from notify.channel import NotNow
from notify.exchange import Exchange
from notify.reach import Reach
from tests.notify.channels.certificate import make


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return make(tmp_path_factory.mktemp("tls"))


@contextmanager
def answering(context: ssl.SSLContext, words: bytes) -> Iterator[int]:
    """Takes one request over TLS, says these words, and then holds the line."""
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError), listener.accept()[0] as plain, context.wrap_socket(plain, server_side=True) as line:
            line.recv(65_536)
            line.sendall(words)
            over.wait(20)

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.close()
        thread.join(timeout=5)


def exchange(ca: Path | None, seconds: float = 10.0) -> Exchange:
    return Exchange(reach=Reach(("localhost",)), ca=str(ca) if ca else None, seconds=seconds)


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_certificate_is_checked_against_the_name(certificate: tuple[Path, ssl.SSLContext]) -> None:
    file, context = certificate
    with answering(context, GOOD) as port:
        assert exchange(file).post(f"https://localhost:{port}/", b"x", {}).body == b"ok"


def test_one_that_nobody_vouches_for_is_not_believed(certificate: tuple[Path, ssl.SSLContext]) -> None:
    with answering(certificate[1], GOOD) as port, pytest.raises(NotNow, match="TLS failed"):
        exchange(None).post(f"https://localhost:{port}/", b"x", {})


def test_a_slow_answer_over_tls_does_not_hold_us_either(certificate: tuple[Path, ssl.SSLContext]) -> None:
    file, context = certificate
    with answering(context, b"HTTP/1.1 200 OK\r\n") as port, pytest.raises(NotNow, match="within"):
        exchange(file, seconds=0.5).post(f"https://localhost:{port}/", b"x", {})

"""The webhook against a real HTTP server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from notify.channel import NotNow, Refused
from notify.channels.webhook import Webhook
from notify.exchange import Exchange
from notify.reach import Reach
from notify.signing import TOLERANCE, verify
from tests.notify.channels.receiver import Receiver, Said
from tests.notify.channels.words import ENVIRONMENT, NOW, message, parts, settings

SECRET = ENVIRONMENT["A_SECRET"]


def webhook(url: str, *, allow: str = '["127.0.0.1"]', seconds: float = 10.0) -> Webhook:
    given = settings(
        f'name = "hook"\nkind = "webhook"\nurl = "{url}"\nsecret = {{ env = "A_SECRET" }}\nallow = {allow}'
    )
    return Webhook(given, parts(), Exchange(reach=Reach(tuple(given.allow)), seconds=seconds))


def test_the_document_carries_the_message_and_its_key(receiver: Receiver) -> None:
    webhook(f"{receiver.url}/in?of=duty").send(message())
    asked = receiver.asked[0]
    assert asked.path == "/in?of=duty"
    assert asked.headers["idempotency-key"] == message().key
    assert asked.json["title"] == message().title
    assert asked.json["severity"] == "high"
    assert asked.json["data"] == {"point": "t1-pump-1.pressure", "value": 0.41}


def test_a_receiver_can_tell_that_it_is_ours_and_fresh(receiver: Receiver) -> None:
    webhook(receiver.url).send(message())
    header, body = receiver.asked[0].headers["dutyroom-signature"], receiver.asked[0].body
    now = NOW // 1000
    assert verify(SECRET, header, body, now + TOLERANCE)
    assert not verify(SECRET, header, body, now + TOLERANCE + 1), "an old one played again"
    assert not verify(SECRET, header, body.replace(b"0.41", b"0.61"), now), "another body"
    assert not verify("another secret", header, body, now)
    assert not verify(SECRET, header.replace(str(now), str(now + 1)), body, now), "another time"
    assert not verify(SECRET, "nonsense", body, now)


def test_the_secret_itself_is_never_sent(receiver: Receiver) -> None:
    webhook(receiver.url).send(message())
    asked = receiver.asked[0]
    assert SECRET not in repr(asked.headers) + asked.body.decode()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_what_is_refused_is_not_tried_again(receiver: Receiver, status: int) -> None:
    receiver.answers = lambda _: Said(status)
    with pytest.raises(Refused, match=str(status)):
        webhook(receiver.url).send(message())


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_what_may_go_better_is_tried_later(receiver: Receiver, status: int) -> None:
    receiver.answers = lambda _: Said(status)
    with pytest.raises(NotNow, match=str(status)) as told:
        webhook(receiver.url).send(message())
    assert told.value.retry_after is None


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("120", 120.0),
        ("Mon, 24 Nov 2025 16:01:00 GMT", 60.0),
        ("Mon, 24 Nov 2025 15:00:00 GMT", 0.0),
        ("99999999", 86_400.0),
        ("soon", None),
        ("٣", None),
    ],
)
def test_it_waits_as_long_as_it_is_asked_to(receiver: Receiver, said: str, wanted: float | None) -> None:
    receiver.answers = lambda _: Said(503, headers={"Retry-After": said.encode().decode("latin-1")})
    with pytest.raises(NotNow) as told:
        webhook(receiver.url).send(message())
    assert told.value.retry_after == wanted


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers = lambda _: Said(307, headers={"Location": f"{receiver.url}/elsewhere"})
    with pytest.raises(Refused, match="redirect"):
        webhook(receiver.url).send(message())
    assert len(receiver.asked) == 1


def test_an_address_inside_is_refused_unless_the_site_names_it(receiver: Receiver) -> None:
    with pytest.raises(Refused, match=r"127\.0\.0\.1.*allow"):
        webhook(receiver.url, allow="[]").send(message())
    assert not receiver.asked, "nothing was sent"
    webhook(receiver.url, allow='["127.0.0.0/8"]').send(message())


def test_a_persons_own_address_is_held_to_the_same(receiver: Receiver) -> None:
    with pytest.raises(Refused, match="allow"):
        webhook("", allow="[]").send(message(address=receiver.url))
    webhook("").send(message(address=f"{receiver.url}/mine"))
    assert receiver.asked[0].path == "/mine"
    with pytest.raises(Refused, match="url"):
        webhook("").send(message(address="li"))


def test_a_name_is_resolved_once_and_that_address_is_connected_to(receiver: Receiver) -> None:
    port = int(receiver.url.rpartition(":")[2])
    answers = iter([[(socket.AF_INET, "127.0.0.1")], [(socket.AF_INET, "10.0.0.1")]])
    given = settings(
        f'name = "hook"\nkind = "webhook"\nurl = "http://hook.example:{port}/"\nsecret = {{ env = "A_SECRET" }}'
    )
    reach = Reach(("127.0.0.1",), lambda host, port: next(answers))
    Webhook(given, parts(), Exchange(reach=reach)).send(message())
    assert receiver.asked[0].headers["host"] == f"hook.example:{port}", "the name is still told"
    assert next(answers), "the second answer was never asked for"


def test_an_answer_that_is_too_long_is_not_read(receiver: Receiver) -> None:
    receiver.answers = lambda _: Said(200, b"x" * 70_000)
    with pytest.raises(NotNow, match="longer"):
        webhook(receiver.url).send(message())


def test_a_message_that_is_too_long_or_no_json_is_refused(receiver: Receiver) -> None:
    with pytest.raises(Refused, match="bytes"):
        webhook(receiver.url).send(message(body="长" * 30_000))
    with pytest.raises(Refused, match="JSON"):
        webhook(receiver.url).send(message(data={"value": float("nan")}))
    assert not receiver.asked


@contextmanager
def speaking(words: bytes, *, drip: bool = False) -> Iterator[str]:
    """A server that says these words and then nothing; dripping it says a byte now and then, for ever."""
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(words)
            while drip and not over.wait(0.02):
                connection.sendall(b"x")
            if words and not drip:
                return
            over.wait(20)

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()
        thread.join(timeout=5)


@pytest.mark.parametrize(
    ("words", "drip"),
    [
        (b"", False),
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n", True),
    ],
    ids=["never answers", "drips its head", "drips its body", "drips a long body"],
)
def test_a_server_that_takes_its_time_does_not_hold_us(words: bytes, drip: bool) -> None:
    with speaking(words, drip=drip) as url, pytest.raises(NotNow, match="within"):
        webhook(url, seconds=0.4).send(message())


@pytest.mark.parametrize("words", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"])
def test_what_is_no_whole_answer_counts_as_none(words: bytes) -> None:
    with speaking(words) as url, pytest.raises(NotNow):
        webhook(url).send(message())


def test_nobody_there_is_for_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotNow):
        webhook(f"http://127.0.0.1:{port}").send(message())

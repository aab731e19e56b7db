"""E-mail against real SMTP servers."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from notify.channel import NotNow, Refused
from notify.channel_file import ChannelsError
from notify.channels.email import Email
from tests.notify.channels.certificate import make
from tests.notify.channels.words import ENVIRONMENT, message, parts, settings

BOX = "li@example.com"


class Post:
    """What arrives; ``rcpt`` and ``data`` are what the server answers instead."""

    def __init__(self, *, rcpt: str = "", data: str = "", wait: float = 0) -> None:
        self.letters: list[EmailMessage] = []
        self._rcpt, self._data, self._wait = rcpt, data, wait

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self._rcpt:
            return self._rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self._wait:
            await asyncio.sleep(self._wait)
        if self._data:
            return self._data
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@contextmanager
def serving(post: Post, *, tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """A mail server on a loop of its own; ``tls``: from the first byte."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(post, loop=loop, **options), "127.0.0.1", 0, ssl=tls)

    async def stop() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()


def channel(port: int, more: str = 'security = "none"', *, seconds: float = 15.0, **given: Any) -> Email:
    text = f'name = "email"\nkind = "email"\nhost = "localhost"\nport = {port}\nsender = "值班室 <duty@riverside.example>"\n'
    return Email(settings(text + more), parts(**given), seconds=seconds)


def test_a_mail_says_it_in_plain_text_and_in_html() -> None:
    post = Post()
    with serving(post) as port:
        channel(port).send(message(address=BOX, body="1号楼 <水泵房>\n先关闸阀 & 查管道"))
    letter = post.letters[0]
    assert (letter["To"], letter["Subject"]) == (BOX, "水泵房压力低于设定值")
    assert letter["From"].addresses[0].display_name == "值班室"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "先关闸阀 & 查管道" in plain.get_content()
    assert plain.get_content().rstrip().endswith("https://duty.example.com/alerts/12")
    assert "&lt;水泵房&gt;" in html.get_content()
    assert 'lang="zh-CN"' in html.get_content()
    assert ">打开</a>" in html.get_content()
    assert letter["Content-Language"] == "zh-CN"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Importance"] == "high"


def test_files_go_along_as_they_are_kept_and_one_that_is_gone_is_left_out() -> None:
    kept, post = {"a1": b"%PDF-1.7 \x00\xff"}, Post()
    files = [
        {"sha256": "a1", "name": "report-7.pdf", "media": "application/pdf"},
        {"sha256": "b2", "name": "report-7.xlsx", "media": "application/vnd.ms-excel"},
    ]
    with serving(post) as port:
        channel(port, file=kept.get).send(message(address=BOX, data={"files": files}))
    (letter,) = post.letters
    (found,) = letter.iter_attachments()
    assert (found.get_filename(), found.get_content_type(), found.get_content()) == (
        "report-7.pdf",
        "application/pdf",
        kept["a1"],
    )
    assert letter.get_body(("html",)) is not None
    assert letter["Content-Language"] == "zh-CN"


def test_it_is_in_the_persons_language() -> None:
    post = Post()
    with serving(post) as port:
        channel(port).send(message(address=BOX, language="en"))
    html = post.letters[0].get_body(("html",))
    assert html is not None
    assert ">Open</a>" in html.get_content()
    assert post.letters[0]["Content-Language"] == "en"


def test_the_same_key_is_the_same_message_id_and_one_cause_one_thread() -> None:
    post = Post()
    with serving(post) as port:
        mail = channel(port)
        receipts = [mail.send(message(address=BOX, key=key)) for key in ("a", "a", "b")]
    ids = [letter["Message-ID"] for letter in post.letters]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@riverside.example>")
    assert [receipt.id for receipt in receipts] == ids
    assert len({letter["References"] for letter in post.letters}) == 1


@pytest.mark.parametrize("answer", ["550 5.1.1 no such person", "553 not allowed", "501 wrong"])
def test_a_recipient_that_is_refused_is_refused(answer: str) -> None:
    with serving(Post(rcpt=answer)) as port, pytest.raises(Refused, match=answer[:3]):
        channel(port).send(message(address=BOX))


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted, come back", "450 busy", "421 shutting down"])
def test_greylisting_is_for_later(answer: str) -> None:
    with serving(Post(rcpt=answer)) as port, pytest.raises(NotNow, match=answer[:3]):
        channel(port).send(message(address=BOX))


def test_the_text_may_be_refused_or_put_off_as_well() -> None:
    with serving(Post(data="554 5.7.1 looks like spam")) as port, pytest.raises(Refused, match="spam"):
        channel(port).send(message(address=BOX))
    with serving(Post(data="452 4.3.1 disk full")) as port, pytest.raises(NotNow, match="disk full"):
        channel(port).send(message(address=BOX))


def test_a_slow_server_does_not_hold_us() -> None:
    with serving(Post(wait=3)) as port, pytest.raises(NotNow):
        channel(port, seconds=0.5).send(message(address=BOX))


@contextmanager
def speaking(lines: list[bytes], *, last: bytes = b"", hold: bool = False) -> Iterator[int]:
    """A server that answers each line with the next of ``lines``; then it says ``last`` and hangs up, or holds the line."""
    over = threading.Event()

    def serve() -> None:
        try:
            with listener.accept()[0] as connection, connection.makefile("rb") as spoken:
                for line in lines:
                    connection.sendall(line)
                    if line.startswith(b"354"):
                        while spoken.readline() not in (b".\r\n", b""):
                            pass
                    else:
                        spoken.readline()
                connection.sendall(last)
                if hold:
                    over.wait(20)
        except OSError:
            pass

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.close()
        thread.join(timeout=5)


HELLO = [b"220 mail\r\n", b"250 mail\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go\r\n"]


def test_a_connection_that_breaks_after_the_text_is_for_later() -> None:
    with speaking(HELLO) as port, pytest.raises(NotNow, match="broke off"):
        channel(port).send(message(address=BOX))


def test_a_server_that_falls_silent_after_the_text_is_for_later() -> None:
    with speaking(HELLO, hold=True) as port, pytest.raises(NotNow):
        channel(port, seconds=0.5).send(message(address=BOX))


def test_once_it_is_taken_a_farewell_that_fails_changes_nothing() -> None:
    with speaking(HELLO, last=b"250 taken\r\n") as port:
        assert channel(port).send(message(address=BOX)).id


def test_what_greets_us_is_no_mail_server() -> None:
    with speaking([], last=b"SSH-2.0-OpenSSH\r\n") as port, pytest.raises(NotNow):
        channel(port).send(message(address=BOX))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]
    with pytest.raises(NotNow):
        channel(nobody).send(message(address=BOX))


@pytest.mark.parametrize(
    "address", ["", "li", "a@b@c", "li@", "li@example.com, wang@example.com", "li@x.com\nBcc: all@x"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="no e-mail address"):
        channel(9).send(message(address=address))


def test_a_title_cannot_add_headers() -> None:
    post = Post()
    with serving(post) as port:
        channel(port).send(message(address=BOX, title="压力低\r\nBcc: all@example.com"))
    assert post.letters[0]["Bcc"] is None
    assert post.letters[0]["Subject"] == "压力低 Bcc: all@example.com"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return make(tmp_path_factory.mktemp("tls"))


def login(server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    good = isinstance(given, LoginPassword) and given.password == ENVIRONMENT["A_SECRET"].encode()
    return AuthResult(success=good, handled=False)


def test_starttls_is_asked_for_and_the_account_signed_in(certificate: tuple[Path, ssl.SSLContext]) -> None:
    file, context = certificate
    post = Post()
    more = f'ca = "{file}"\nuser = "duty"\npassword = {{ env = "A_SECRET" }}'
    options: dict[str, Any] = {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": login,
    }
    with serving(post, **options) as port:
        channel(port, more).send(message(address=BOX))
        with pytest.raises(NotNow, match="does not accept our account") as told:
            channel(port, more, environment={"A_SECRET": "another"}).send(message(address=BOX))
        assert "another" not in str(told.value)
    assert len(post.letters) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_believed(certificate: tuple[Path, ssl.SSLContext]) -> None:
    post = Post()
    with serving(post, tls_context=certificate[1]) as port, pytest.raises(NotNow, match="TLS"):
        channel(port, "").send(message(address=BOX))
    assert not post.letters


def test_without_starttls_on_offer_nothing_is_sent_in_the_clear() -> None:
    post = Post()
    with serving(post) as port, pytest.raises(NotNow):
        channel(port, "").send(message(address=BOX))
    assert not post.letters


def test_tls_from_the_first_byte(certificate: tuple[Path, ssl.SSLContext]) -> None:
    file, context = certificate
    post = Post()
    with serving(post, tls=context) as port:
        channel(port, f'security = "tls"\nca = "{file}"').send(message(address=BOX))
    assert post.letters


def test_a_password_over_a_plain_line_is_refused_by_the_settings() -> None:
    with pytest.raises(ChannelsError, match="TLS"):
        settings(
            'name = "email"\nkind = "email"\nhost = "mail.example.com"\nsecurity = "none"\nuser = "duty"\n'
            'password = { env = "A_SECRET" }\nsender = "duty@example.com"'
        )

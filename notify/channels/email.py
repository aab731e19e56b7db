"""E-mail: SMTP with TLS, plain text and simple HTML in the person's language."""

from __future__ import annotations

import contextlib
import hashlib
import html
import smtplib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Literal

from pydantic import Field, field_validator, model_validator

from facility.alert import Severity
from facility.text import Text
from notify.channel import Message, NotNow, Receipt, Refused
from notify.channel_kind import ChannelSettings, Parts, SecretPlace
from notify.deadline import Deadline
from notify.wording import one_line

KIND = "email"
ABOUT = Text("电子邮件（SMTP）", "E-mail (SMTP)")
ADDRESS = Text("收件邮箱", "E-mail address")
NEEDS_ADDRESS = True
CONNECT = 10.0
SECONDS = 28.0
FAREWELL = 1.0
PORTS = {"tls": 465, "starttls": 587, "none": 25}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_URGENT = (Severity.CRITICAL, Severity.HIGH)


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind."""

    kind: Literal["email"]
    host: str = Field(min_length=1, description="the mail server")
    port: int = Field(0, ge=0, le=65535, description="0: 465 for tls, 587 for starttls, 25 for none")
    security: Literal["tls", "starttls", "none"] = "starttls"
    user: str = ""
    password: SecretPlace | None = None
    sender: str = Field(description="值班室 <duty@example.com>")
    reply_to: str = ""
    ca: str = Field("", description="certificates to believe instead of the system's")

    @field_validator("sender", "reply_to")
    @classmethod
    def _mailbox(cls, text: str) -> str:
        if text and "@" not in parseaddr(text)[1]:
            raise ValueError(f"{text!r} is no address; allowed: duty@example.com or 值班室 <duty@example.com>")
        return text

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Settings:
        if self.password and self.security == "none" and self.host not in LOOPBACK:
            raise ValueError("a password is sent over TLS only: set security to tls or starttls")
        return self

    def where(self) -> str:
        """Server and port."""
        return f"{self.host}:{self.port or PORTS[self.security]}"


class Email:
    """One connection a message: thread-safe, and a server that hangs holds nobody else."""

    def __init__(self, given: Settings, parts: Parts, *, seconds: float = SECONDS) -> None:
        self.NAME, self._given, self._clock, self._seconds = given.name, given, parts.clock, seconds
        self._file = parts.file
        self._password = given.password.read(parts) if given.password else None
        self._domain = parseaddr(given.sender)[1].rpartition("@")[2]

    def send(self, message: Message) -> Receipt:
        """The mail's ``Message-ID`` is made of the key: sent twice, mail programs show it once."""
        letter = self._letter(message)
        try:
            with Deadline(self._seconds) as deadline:
                self._hand_over(letter, deadline)
        except smtplib.SMTPException as error:
            raise _meaning(error) from None
        except ssl.SSLError as error:
            raise NotNow(f"{self._given.host}: TLS failed: {error.reason or error}") from None
        except OSError as error:
            raise NotNow(f"{self._given.host}: {error.strerror or str(error) or 'no answer in time'}") from None
        return Receipt(id=str(letter["Message-ID"]))

    def _hand_over(self, letter: EmailMessage, deadline: Deadline) -> None:
        given, timeout = self._given, min(CONNECT, self._seconds)
        context = ssl.create_default_context(cafile=given.ca or None) if given.security != "none" else None
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(timeout=timeout, context=context)
            if given.security == "tls"
            else smtplib.SMTP(timeout=timeout)
        )
        # smtplib takes the name to check the certificate against from its constructor only, which would connect at once.
        server._host = given.host  # type: ignore[attr-defined]
        try:
            server.connect(given.host, given.port or PORTS[given.security])
            _hold(deadline, server)
            if given.security == "starttls":
                server.starttls(context=context)
                _hold(deadline, server)
            if self._password is not None:
                server.login(given.user, self._password.reveal())
            server.send_message(letter)
        finally:
            # The mail is taken, or it is not: how the farewell goes changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if server.sock is not None:
                    server.sock.settimeout(FAREWELL)
                server.quit()
            server.close()

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage()
        try:
            letter["To"] = Address(addr_spec=message.address.strip())
            letter["From"] = self._given.sender
        except (MessageError, ValueError, IndexError):
            raise Refused(f"{message.address!r} is no e-mail address") from None
        if self._given.reply_to:
            letter["Reply-To"] = self._given.reply_to
        letter["Subject"] = one_line(message.title)
        letter["Date"] = format_datetime(datetime.fromtimestamp(self._clock() / 1000, UTC))
        letter["Message-ID"] = self._id(message.key)
        if message.cause:
            # Mails about one cause stand together in the person's mail program.
            letter["References"] = self._id(f"cause {message.cause}")
        letter["Auto-Submitted"] = "auto-generated"
        if message.life_safety or message.severity in _URGENT:
            letter["Importance"], letter["X-Priority"] = "high", "1"
        letter.set_content(f"{message.body}\n\n{message.link}".strip() + "\n")
        letter.add_alternative(as_html(message), subtype="html")
        for file in message.data.get("files", ()):
            self._attach(letter, file)
        letter["Content-Language"] = "zh-CN" if message.language.startswith("zh") else "en"
        return letter

    def _attach(self, letter: EmailMessage, file: Mapping[str, str]) -> None:
        """One that is not kept any more is left out: the page that the mail leads to says so."""
        body = self._file(file["sha256"])
        if body is not None:
            kind, _, form = file["media"].partition("/")
            letter.add_attachment(body, maintype=kind, subtype=form, filename=file["name"])

    def _id(self, of: str) -> str:
        return f"<{hashlib.sha256(of.encode()).hexdigest()[:32]}@{self._domain}>"


def _hold(deadline: Deadline, server: smtplib.SMTP) -> None:
    if server.sock is not None:
        deadline.holds(server.sock)


def as_html(message: Message) -> str:
    """The same words, readable on a phone; nothing is loaded from anywhere."""
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in message.body.splitlines() if line.strip())
    word = "打开" if message.language.startswith("zh") else "Open"
    link = f'<p><a href="{html.escape(message.link, quote=True)}">{word}</a></p>' if message.link else ""
    language = "zh-CN" if message.language.startswith("zh") else "en"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head>'
        f'<body style="font:16px/1.5 sans-serif"><h1 style="font-size:20px">{html.escape(message.title)}</h1>'
        f"{lines}{link}</body></html>"
    )


def _meaning(error: smtplib.SMTPException) -> Exception:
    """SMTP says it itself (RFC 5321 §4.2.1): 4yz later, 5yz never."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return _answer(code, text)
        case smtplib.SMTPAuthenticationError():
            # Our own account is wrong, not this message: once that is mended it can go out.
            return NotNow(f"the mail server does not accept our account ({error.smtp_code})")
        case smtplib.SMTPResponseException():
            return _answer(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return NotNow(f"the mail server cannot do what the settings ask: {error}")
        case _:
            return NotNow(f"the mail server broke off: {one_line(str(error)) or type(error).__name__}")


def _answer(code: int, text: bytes | str) -> Exception:
    said = one_line(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)[:200]
    reason = f"the mail server answered {code} {said}".strip()
    return Refused(reason) if 500 <= code < 600 else NotNow(reason)


def open_channel(given: Settings, parts: Parts) -> Email:
    """See ``notify.channel_kind.Opens``."""
    return Email(given, parts)

"""One request to a web address and its answer: no redirects, limits on size and time, and only to where the site may reach."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from notify.channel import NotNow, Refused
from notify.deadline import Deadline
from notify.reach import Found, Reach

CONNECT = 5.0
SECONDS = 20.0
"""For one exchange, from the first packet to the last byte."""
LONGEST_ANSWER = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Thread-safe: it keeps nothing between two requests."""

    reach: Reach = field(default_factory=Reach)
    seconds: float = SECONDS
    longest: int = LONGEST_ANSWER
    ca: str | None = None
    """A file with the certificates that are believed, instead of the system's."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises ``Refused`` over the address, ``NotNow`` when there is no whole answer in time."""
        parts = _parts(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        try:
            with self._connection(parts.scheme, host, port) as connection:
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", target, body=body, headers={"Connection": "close", **headers})
                return self._read(connection.getresponse(), host)
        except ssl.SSLError as error:
            raise NotNow(f"{host}: TLS failed: {error.reason or error}") from None
        except ValueError as error:
            # What http.client says of a header that cannot be one; its text would repeat the value.
            raise Refused(f"{host}: a header cannot be written: {type(error).__name__}") from None
        except (OSError, http.client.HTTPException) as error:
            raise NotNow(f"{host}: {_plain(error)}") from None

    @contextlib.contextmanager
    def _connection(self, scheme: str, host: str, port: int) -> Iterator[http.client.HTTPConnection]:
        with Deadline(self.seconds) as deadline, _connect(self.reach.addresses(host, port), port) as plain:
            plain.settimeout(self.seconds)
            deadline.holds(plain)
            if scheme == "https":
                secured = ssl.create_default_context(cafile=self.ca).wrap_socket(plain, server_hostname=host)
                deadline.holds(secured)
                connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port)
                connection.sock = secured
            else:
                connection = http.client.HTTPConnection(host, port)
                connection.sock = plain
            with contextlib.closing(connection):
                yield connection

    def _read(self, response: http.client.HTTPResponse, host: str) -> Answer:
        body = response.read(self.longest + 1)
        if len(body) > self.longest:
            raise NotNow(f"{host}: the answer is longer than {self.longest} bytes")
        if response.length:
            raise NotNow(f"{host}: the answer broke off")
        return Answer(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=body,
        )


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        raise Refused("the web address cannot be read; allowed: https://host/path") from None
    if not usable or parts.username is not None or any(ord(letter) < 33 for letter in url):
        raise Refused("the web address cannot be used; allowed: https://host/path, without a user in it")
    return parts


def _connect(found: list[Found], port: int) -> socket.socket:
    """To the first that answers: never by name, so that a name server cannot change its mind in between."""
    trouble: OSError | None = None
    for family, address in found:
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.settimeout(CONNECT)
        try:
            connection.connect((address, port))
        except OSError as error:
            connection.close()
            trouble = error
            continue
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
    raise trouble or OSError("no address")


def _plain(error: Exception) -> str:
    if isinstance(error, http.client.RemoteDisconnected):
        return "it hung up without an answer"
    if isinstance(error, http.client.HTTPException):
        return f"the answer is not HTTP ({type(error).__name__})"
    if isinstance(error, TimeoutError):
        return str(error) or "no answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__

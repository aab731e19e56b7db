"""One InfluxDB server over HTTP: which generation it is, how it is written to, asked, and told to forget.

What is written are lines made by ``storage.readings.line_protocol``: one request, one answer, and what the answer means.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3

from facility.instant import iso
from storage.readings import influxql
from storage.readings.influx_url import InfluxTarget
from storage.readings.port import ReadingsUnavailable, WrongServer

CONNECT_SECONDS = 3.0
READ_SECONDS = 30.0
_VICTORIA = re.compile(r'^vm_app_version\{.*short_version="([^"]*)"', re.MULTILINE)
LONGEST_REST = 600
"""Seconds: a server that asks for more is asked again all the same."""


class LinesRefused(Exception):
    """The server will not take at least one of these lines, however often they come."""


class TooLarge(Exception):
    """The server takes fewer bytes at once."""


@dataclass(slots=True)
class Series:
    """Rows of an answer under their columns; ``tags`` when the question grouped by tags."""

    columns: list[str]
    tags: dict[str, str] = field(default_factory=dict)
    rows: list[list[Any]] = field(default_factory=list)


class InfluxServer:
    """Thread-safe. Asks the server for its version at the first use, so that a server which is away stops no start."""

    def __init__(self, target: InfluxTarget) -> None:
        self.target = target
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._http = urllib3.PoolManager(maxsize=16, retries=False, timeout=timeout, headers=_credentials(target))
        self._version = self._build = ""
        self._closed = False

    def version(self) -> str:
        """As the server says it; asked for once. Raises ``WrongServer`` where it is no InfluxDB."""
        self._open()
        if not self._version:
            response = self._asked("GET", "/ping")
            version = response.headers.get("X-Influxdb-Version", "").removeprefix("v")
            # VictoriaMetrics answers every question with the names of databases, and says in some places that it is
            # InfluxDB 1.8.0: history would look empty and nobody would be told.
            if not version or b'"columns":["name"]' in self.attempt(*self.question(influxql.NOTHING))[1]:
                raise WrongServer(self._what_else())
            self._build = response.headers.get("X-Influxdb-Build", "")
            self._version = version
        return self._version

    def _what_else(self) -> str:
        """What answers there, if it is no InfluxDB."""
        with suppress(ReadingsUnavailable):
            response = self._request("GET", "/metrics")
            found = _VICTORIA.search(response.data.decode("utf-8", "replace")) if response.status == 200 else None
            if found:
                return (
                    f"{self.target.host}:{self.target.port} is VictoriaMetrics {found[1]}".rstrip()
                    + ": it takes lines, but has no InfluxQL and keeps no text, so nothing could be read back."
                    " Give the address of an InfluxDB 1, 2 or 3, or none for SQLite"
                )
        return f"{self} does not answer as InfluxDB does; InfluxDB 1, 2 and 3 can be used"

    @property
    def name(self) -> str:
        """Which server: ``InfluxDB 1.8.10``, ``InfluxDB 2 (dev)``, ``InfluxDB 3.4.1 Core``."""
        version, build = self.version(), self._build
        # What is built by hand calls itself dev; only 2.x does.
        text = version if version[:1].isdigit() else f"2 ({version})"
        return f"InfluxDB {text}{f' {build}' if build not in ('', 'OSS') else ''}"

    @property
    def first_generation(self) -> bool:
        """InfluxDB 1.x: ``/write``, users and databases. A build of one's own calls itself ``dev`` and is 2.x."""
        return self.version().startswith(("0.", "1."))

    def write(self, body: bytes) -> None:
        """Lines, durable when this returns. Raises ``LinesRefused``, ``TooLarge``, ``ReadingsUnavailable``."""
        target = self.target
        if self.first_generation:
            path, query = "/write", {"db": target.database}
        else:
            path, query = "/api/v2/write", {"bucket": target.database, "org": target.org}
        response = self._request(
            "POST", f"{path}?{urlencode({**query, 'precision': 'ns'})}", body, "text/plain; charset=utf-8"
        )
        self._judge(response.status, response.data, response.headers)

    def query(self, statement: str) -> list[Series]:
        """InfluxQL; times come back in milliseconds. Raises ``ReadingsUnavailable``."""
        self.version()
        answer = self._asked(*self.question(statement))
        return _merged(self._parts(answer.data))

    def question(self, statement: str) -> tuple[str, str, bytes, str]:
        """InfluxQL as ``attempt`` takes it; ``results`` reads what is answered."""
        # Chunked: otherwise a server with max-row-limit cuts the answer short.
        form = {"db": self.target.database, "q": statement, "epoch": "ms", "chunked": "true", "chunk_size": "10000"}
        return "POST", "/query", urlencode(form).encode(), "application/x-www-form-urlencoded"

    def results(self, body: bytes) -> Iterator[dict[str, Any]]:
        """Each with its ``series``, or an ``error``. Raises ``ReadingsUnavailable`` where it is no JSON."""
        for line in body.splitlines():
            answer = self._json(line) if line.strip() else {}
            yield from (answer, *answer.get("results", ()))

    def _parts(self, body: bytes) -> Iterator[dict[str, Any]]:
        for result in self.results(body):
            if "error" in result:
                raise ReadingsUnavailable(f"{self}: {result['error']}")
            yield from result.get("series", ())

    def _json(self, line: bytes) -> dict[str, Any]:
        try:
            answer = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ReadingsUnavailable(f"{self} answers something that is not JSON: {line[:80]!r}") from error
        return answer if isinstance(answer, dict) else {}

    @property
    def third_generation(self) -> bool:
        """InfluxDB 3: no deletion by time, and to compare a field that a row has not is neither true nor false, as in SQL."""
        return self.version().startswith("3.")

    @property
    def deletes(self) -> bool:
        """Whether it has a deletion by time."""
        return not self.third_generation

    def delete(self, measurement: str, before: int) -> None:
        """Everything of a measurement older than ``before``, an instant. Where there is no such thing nothing happens."""
        if self.first_generation:
            self.query(influxql.forget(measurement, before))
            return
        if not self.deletes:
            return
        query = urlencode({"org": self.target.org, "bucket": self.target.database})
        # The server counts ``stop`` in, so it is a nanosecond before.
        stop = iso(before - 1).removesuffix("Z") + "999999Z"
        body = {"start": "1970-01-01T00:00:00Z", "stop": stop, "predicate": f'_measurement="{measurement}"'}
        self._asked("POST", f"/api/v2/delete?{query}", orjson.dumps(body), "application/json")

    def close(self) -> None:
        """Release the connections."""
        self._closed = True
        self._http.clear()

    def __str__(self) -> str:
        return f"InfluxDB at {self.target.host}:{self.target.port}"

    def _asked(self, method: str, path: str, body: bytes = b"", kind: str = "") -> urllib3.BaseHTTPResponse:
        """For everything but lines: whatever the server has against it, all there is to do is to try again later."""
        response = self._request(method, path, body, kind)
        try:
            self._judge(response.status, response.data, response.headers)
        except (LinesRefused, TooLarge) as refusal:
            raise ReadingsUnavailable(f"{self} answers {response.status}: {refusal}") from refusal
        return response

    def attempt(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, bytes]:
        """What the server says to it, whatever it is. Raises ``ReadingsUnavailable`` when it cannot be reached."""
        response = self._request(method, path, body, kind)
        return response.status, response.data

    def _request(self, method: str, path: str, body: bytes = b"", kind: str = "") -> urllib3.BaseHTTPResponse:
        self._open()
        headers = {**self._http.headers, **({"Content-Type": kind} if kind else {})}
        with _plainly(self):
            return self._http.request(method, self.target.base + path, body=body or None, headers=headers)

    def _judge(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """What a status means for the caller: nothing, give up these lines, send fewer, or try all of it later."""
        if 200 <= status < 300:
            return
        reason = reason_of(body)
        match status:
            case 400 | 406 | 422:
                raise LinesRefused(reason)
            case 413:
                raise TooLarge(reason)
            case 401 | 403:
                raise ReadingsUnavailable(
                    f"{self} refuses the sign-in ({status}): check the token, or user and password"
                )
            case _:
                raise ReadingsUnavailable(f"{self} answers {status}: {reason}", _retry_after(headers))

    def _open(self) -> None:
        if self._closed:
            raise ReadingsUnavailable("the store of readings is closed")


@contextmanager
def _plainly(server: InfluxServer) -> Iterator[None]:
    try:
        yield
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ReadingsUnavailable(f"{server} cannot be reached: {error}") from error


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """``Retry-After`` in seconds, as milliseconds; a date is not looked at: our own back-off is near enough."""
    text = headers.get("Retry-After", "")
    return min(int(text), LONGEST_REST) * 1_000 if text.isascii() and text.isdigit() else None


def _credentials(target: InfluxTarget) -> dict[str, str]:
    if target.token:
        return {"Authorization": f"Token {target.token}"}
    if target.user:
        pair = b64encode(f"{target.user}:{target.password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    return {}


def _merged(parts: Iterator[dict[str, Any]]) -> list[Series]:
    """A long series comes in several parts, one after the other."""
    merged: list[Series] = []
    for part in parts:
        tags = part.get("tags", {})
        if not merged or merged[-1].tags != tags or merged[-1].columns != part["columns"]:
            merged.append(Series(columns=part["columns"], tags=tags))
        merged[-1].rows.extend(part.get("values", ()))
    return merged


def reason_of(body: bytes) -> str:
    text = body.decode("utf-8", "replace").strip()
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return text[:500]
    said = answer.get("error") or answer.get("message") if isinstance(answer, dict) else None
    return str(said or text)[:500]

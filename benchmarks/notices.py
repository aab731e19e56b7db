"""10,000 notices out of the outbox, durable before and marked after, against the bare channel sending the same number.

The channel is a webhook receiver on this machine: a real connection for each message, answered at once. Half of the notices
go by it, half by a second one; a third channel that never answers is there as well, with notices of its own waiting.
"""

from __future__ import annotations

import http.client
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from facility.alert import Severity
from facility.notice import Notice, NoticeState
from notify.channel import Message, NotNow, Receipt
from notify.outbox import Outbox
from notify.pace import Pace
from notify.texts.rendering import Texts
from storage.records.notices import NoticeFilter
from storage.records.sql import SqlRecords

NOTICES = 10_000
HANGING = 40
AIM = 60.0
NOW = 1_795_492_800_000
AT_ONCE = 4


class Receiver(BaseHTTPRequestHandler):
    """Takes everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read it and say so."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Webhook:
    """One connection a thread, kept open."""

    def __init__(self, name: str, port: int) -> None:
        self.NAME, self._port, self._kept = name, port, threading.local()

    def send(self, message: Message) -> Receipt:
        """Over the wire, and the answer read."""
        if not hasattr(self._kept, "link"):
            self._kept.link = http.client.HTTPConnection("127.0.0.1", self._port)
        link: http.client.HTTPConnection = self._kept.link
        link.request("POST", "/", message.body.encode(), {"idempotency-key": message.key})
        answer = link.getresponse()
        answer.read()
        if answer.status != 204:
            raise NotNow(f"HTTP {answer.status}")
        return Receipt()


class Silent:
    """Never answers until the end."""

    NAME = "silent"

    def __init__(self, end: threading.Event) -> None:
        self._end = end

    def send(self, message: Message) -> Receipt:
        """Wait."""
        del message
        self._end.wait()
        raise NotNow("no answer")


def a_notice(number: int, channel: str) -> Notice:
    text = {"zh": "水泵房压力超出设定值", "en": "Pump-room pressure outside set pressure"}
    data = {"site": text, "zone": "Asia/Shanghai", "title": text, "place": text, "point": text, "value": text}
    return Notice(
        key=f"alert:{number}/water/1.1/1.1/wang/{channel}",
        cause=f"alert:{number}",
        person="wang",
        channel=channel,
        address="https://example.com",
        template="alarm",
        data={**data, "limit": text, "since": NOW, "first": text, "order": number, "link": f"/alerts/{number}"},
        severity=Severity.HIGH,
        created=NOW,
        due=NOW,
    )


def fill(records: SqlRecords) -> list[Notice]:
    """Write them all, a portion at a time."""
    wanted = [a_notice(number, ("one", "two")[number % 2]) for number in range(NOTICES)]
    rest = [a_notice(number, Silent.NAME) for number in range(HANGING)]
    for start in range(0, NOTICES + HANGING, 1000):
        with records.begin() as unit:
            for notice in [*rest, *wanted][start : start + 1000]:
                unit.notices.add(notice)
    return wanted


def bare(channels: dict[str, Webhook], notices: list[Notice]) -> float:
    """Seconds that the channels alone take, with as many threads."""
    texts = Texts()
    messages = [(channels[notice.channel], texts.message(notice)) for notice in notices]
    began = time.perf_counter()
    with ThreadPoolExecutor(2 * AT_ONCE) as pool:
        list(pool.map(lambda pair: pair[0].send(pair[1]), messages))
    return time.perf_counter() - began


def out(records: SqlRecords, box: Outbox) -> float:
    """Seconds until all are marked sent."""
    began = time.perf_counter()
    waiting = threading.Event()
    while True:
        more = box.run(records, NOW)
        if not more:
            with records.read() as unit:
                if unit.notices.count(NoticeFilter(states=(NoticeState.SENT,))) >= NOTICES:
                    return time.perf_counter() - began
            waiting.wait(0.005)


def main() -> dict[str, Any]:
    """One JSON line."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hooks = {name: Webhook(name, server.server_address[1]) for name in ("one", "two")}
    end = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        records = SqlRecords(f"sqlite:///{Path(folder)}/records.db")
        records.migrate()
        notices = fill(records)
        alone = bare(hooks, notices)
        box = Outbox("bench", {**hooks, Silent.NAME: Silent(end)}, Texts(), pace=Pace(at_once=AT_ONCE))
        spent = out(records, box)
        end.set()
        box.close()
        with records.read() as unit:
            whole = unit.facts.verify() is None
        records.close()
    server.shutdown()
    server.server_close()
    return {
        "benchmark": "notices",
        "notices": NOTICES,
        "seconds": round(spent, 2),
        "aim_s": AIM,
        "in_time": spent < AIM,
        "a_second": round(NOTICES / spent),
        "bare_channel_s": round(alone, 2),
        "ratio": round(spent / alone, 2),
        "facts_whole": whole,
    }

"""A night in the duty room: collector, judge, responder, outbox and pages on simulated time; only the SMS gateway is a fake."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.accounts import add_account
from api.app import create_app
from api.context import Context
from dutyroom import responding
from dutyroom.responder import Responder
from dutyroom.rota_files import import_rota
from dutyroom.settings import Settings, load
from facility.notice import WAITING, Notice
from facility.person import Role
from response.playbook_files import load_playbooks
from response.steps import Errand
from rules.book import RuleBook
from storage.records.notices import NoticeFilter
from tests.acceptance.timeline import SITE, DutyRoom, duty_room, open_again, site_rules
from tests.simulators.riverside import register

PASSWORD = "one night in November"
STAFF = {
    "wu": ("wu", Role.OFFICER),
    "zhao": ("zhao", Role.ENGINEER),
    "he": ("he", Role.ENGINEER),
    "ma": ("ma", Role.ADMIN),
}
"""Account → (the rota's person, role): who acts on this night."""
CHANNELS = """
[[channel]]
name   = "sms"
kind   = "http-sms"
url    = "http://127.0.0.1:{port}/send"
allow  = ["127.0.0.1"]
fields = {{ to = "{{phone}}", text = "{{text}}", key = "{{key}}" }}
"""


@dataclass
class Gateway:
    """An SMS gateway that takes everything."""

    server: ThreadingHTTPServer
    taken: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """On loopback, in a thread."""

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.taken.append(json.loads(body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    found = Gateway(ThreadingHTTPServer(("127.0.0.1", 0), Taking))
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        thread.join()
        found.server.server_close()


class Shift:
    """Everything that runs. ``restart`` is what a power cut does: what is remembered is what was stored."""

    def __init__(self, room: DutyRoom, settings: Settings, now: int) -> None:
        self.room, self.settings, self.now = room, settings, now
        self.book: RuleBook = site_rules()
        self._open()

    def _open(self) -> None:
        self.rooms = responding.Rooms(self.settings, self.room.records)
        self.responder: Responder = responding.build(
            self.settings, self.room.records, self.rooms, lambda: self.now, lambda: self.now, kept=lambda: None
        )
        self.errands: list[Errand] = self.rooms.errands
        context = Context(
            records=self.room.records,
            readings=self.room.readings,
            book=lambda: self.book,
            clock=lambda: self.now,
            playbooks=load_playbooks,
        )
        self._app = create_app(context)
        self._people: dict[str, Person] = {}

    def restart(self) -> None:
        self.close()
        self.room = open_again(self.room.records, self.room.readings, self.room.link, self.now)
        self._open()

    def close(self) -> None:
        """No thread is left behind."""
        for errand in self.errands:
            errand.close()
        self.rooms.close()

    def go_on(self, until: int, tick: int) -> None:
        """What has arrived is judged, what follows is done, what is due goes out."""
        while self.now < until:
            self.now = min(self.now + tick, until)
            self.look()

    def look(self) -> None:
        """Everything that is to be done now."""
        self.room.take_in(self.now)
        while self.responder.turn():
            pass
        self._send()

    def _send(self) -> None:
        """Until nothing is due and everything that went out is marked."""
        waiting = threading.Event()
        more = True
        while more or self._under_way():
            waiting.wait(0.002)
            more = False
            for errand in self.errands:
                more |= errand.run(self.room.records, self.now)

    def _under_way(self) -> bool:
        with self.room.records.read() as unit:
            waiting = unit.notices.find(NoticeFilter(states=WAITING), None, 500).rows
        return any(notice.due <= self.now for notice in waiting)

    def person(self, name: str) -> Person:
        """Somebody at a screen or a phone."""
        if name not in self._people:
            self._people[name] = Person(TestClient(self._app), name)
        return self._people[name]

    def anybody(self, address: str) -> str:
        """A page as a passer-by without an account sees it."""
        answer = TestClient(self._app).get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def notices(self, cause: str) -> list[Notice]:
        """In the order in which they were written."""
        with self.room.records.read() as unit:
            return sorted(unit.notices.of_causes([cause]), key=lambda notice: notice.id)


class Person:
    """Acts over HTTP."""

    def __init__(self, client: TestClient, name: str) -> None:
        self._client = client
        answer = client.post("/sign-in", data={"account": name, "password": PASSWORD}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        page = client.get("/alerts").text
        self._csrf = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]

    def get(self, address: str) -> Any:
        answer = self._client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.json() if address.startswith("/api/") else answer.text

    def post(self, address: str, status: int = 200, **body: Any) -> Any:
        headers = {"x-csrf-token": self._csrf, "origin": "http://testserver"}
        answer = self._client.post(f"/api/v1{address}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()


@contextmanager
def night_shift(folder: Path, start: int, port: int) -> Iterator[Shift]:
    """Riverside with its rota, from ``start`` on."""
    site = folder / "site"
    shutil.copytree(SITE, site)
    (site / "channels.toml").write_text(CHANNELS.format(port=port), "utf-8")
    people = site / "rota" / "people.csv"
    lines = people.read_text("utf-8").splitlines()
    for account, (person, _) in STAFF.items():
        lines = [linked(line, person, account) for line in lines]
    people.write_text("\n".join(lines) + "\n", "utf-8")
    settings = load(site=str(site), data=str(folder), mqtt_url="mqtt://127.0.0.1:1")
    with duty_room(folder, register(), start) as room:
        with room.records.begin() as unit:
            for account, (_, role) in STAFF.items():
                add_account(
                    unit, name=account, title=account, role=role, password=PASSWORD, who="system:test", at=start
                )
        result = import_rota(room.records, site / "rota", who="system:test", at=start, dry_run=False)
        assert result.errors == ()
        shift = Shift(room, settings, start)
        try:
            yield shift
        finally:
            shift.close()


def linked(line: str, person: str, account: str) -> str:
    """The rota's line of a person with the account filled in."""
    cells = line.split(",")
    return ",".join([*cells[:2], account, *cells[3:]]) if cells[0] == person else line

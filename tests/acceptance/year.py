"""A year at Riverside, played by the real steps of the responder: who did what was owed, who did not, two days without us.

What each person will do is drawn from the name of the due date, so that every run is the same and no figure is written down
by hand. ``Year.lot`` keeps what was meant, apart from what the product makes of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from api.accounts import add_account, disable_account
from dutyroom import responding, wiring
from dutyroom.duty_following import DutyFiles
from dutyroom.responder import Responder
from dutyroom.rota_files import import_rota
from dutyroom.settings import Settings, load
from facility.duty import CheckKind, DutyCheck
from facility.instant import DAY, HOUR, MINUTE, from_datetime, to_datetime
from facility.kept_file import KeptFile, name_of
from facility.occurrence import Occurrence, Standing
from facility.pseudonym import pseudonym
from facility.reading import Scan
from facility.register import Register
from facility.round import Round
from facility.site import time_zone
from facility.work_order import Action, Order, State
from inspections.assigning import assign
from inspections.draft import Answer, Draft
from inspections.result_room import ResultRoom
from inspections.rounds.people import CARD, guard_of
from inspections.submitting import submit
from response.class_files import load_classes
from response.order_log import By, Upload, attach, tick
from response.orders import OrderRoom, act, opener
from rules.book import RuleBook
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Unit, WorkOrderFilter
from storage.records.rounds import RoundFilter
from tests.acceptance.night_shift import STAFF, linked
from tests.acceptance.timeline import SITE, DutyRoom, duty_room, site_rules
from tests.simulators.riverside import register

ZONE = time_zone("Asia/Shanghai")
LOOKS = (7 * 60, 19 * 60)
"""Minutes of the day at which anything happens."""
PLANNING = ("duties planned",)
"""Every three days is enough: it plans for weeks ahead."""
STEPS = ("duties attended", "rounds planned", "clocks")
ERRANDS = ("rounds",)
FOLLOWERS = ("duties after events",)
"""The rooms that have a part in it. Who is told of it all is another matter."""
LEAVER = "he"
HIS = "lift-safety"
"""The duty that was his; once he has left nobody takes it over."""
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
OWED = (Standing.OPEN, Standing.LATE, Standing.MISSED)
"""Missed too: what was done in time on a phone is heard of when we are back."""


def local(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZONE))


class Meant(Enum):
    """What somebody means to do about one due date."""

    IN_TIME = "in time"
    LATE = "late"
    NEVER = "never"
    FAILS = "in time, and something fails"


def lot(key: str) -> Meant:
    """85 of 100 in time, 5 of these with something that fails; 8 late, 7 never."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % 100
    if number < 80:
        return Meant.IN_TIME
    if number < 85:
        return Meant.FAILS
    return Meant.LATE if number < 93 else Meant.NEVER


@dataclass
class Done:
    """One due date, and when somebody did it."""

    occurrence: Occurrence
    meant: Meant
    at: int | None
    told: int | None = None
    """When we heard of it."""


@dataclass
class Year:
    """``play`` lets it happen."""

    room: DutyRoom
    settings: Settings
    start: int
    end: int
    away: tuple[int, int]
    """Nothing of ours runs; phones keep what was done."""
    leaves: int
    """When somebody leaves, days after what he will not do was given to him."""
    now: int = 0
    seen: dict[int, Done] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.start
        self.rooms = responding.Rooms(self.settings, self.room.records)
        self.errands = [errand for errand in self.rooms.errands if errand.name in ERRANDS]
        self.responder = Responder(
            name="responder-1",
            records=self.room.records,
            followers=[follower for follower in self.rooms.followers if follower.name in FOLLOWERS],
            steps=[
                *(replace(step, every_ms=3 * DAY) for step in self.rooms.steps if step.name in PLANNING),
                *(step for step in self.rooms.steps if step.name in STEPS),
            ],
            clock=lambda: self.now,
            tick=lambda: self.now,
        )
        self.classes = load_classes()
        self.duties = DutyFiles(self.settings.site_folder).duties()
        with self.room.records.begin() as unit:
            self.register: Register = unit.registers.load()
            unit.files.keep(KeptFile(sha256=name_of(PHOTO), media="image/png", size=len(PHOTO), body=PHOTO, created=0))
        opens = opener(lambda: self.classes)
        self._results_room = ResultRoom(duties=self.duties, register=self.register, opener=opens)
        self._order_room = OrderRoom(classes=self.classes, register=self.register)
        self._done: set[int] = set()
        self._walked: set[int] = set()
        self._given = self._gone = False
        self._guard = self._a_guard()

    def _a_guard(self) -> str:
        key = wiring.pseudonym_key(self.settings)
        with self.room.records.read() as unit:
            people = unit.rota.load().people.values()
        return next(
            guard_of(person, lambda kind, text: pseudonym(key, kind, text))
            for person in people
            if "security" in person.teams and person.addresses.get(CARD)
        )

    def close(self) -> None:
        for errand in self.errands:
            errand.close()
        self.rooms.close()

    def moments(self, until: int) -> Iterator[int]:
        """Every time after now that somebody looks, the two days away left out."""
        day = to_datetime(self.now, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        while (begun := from_datetime(day)) < until:
            for minute in LOOKS:
                at = begun + minute * MINUTE
                if at > self.now and not self.away[0] <= at < self.away[1]:
                    yield at
            day += timedelta(days=1)

    def play(self, until: int) -> None:
        """From now on."""
        for at in self.moments(until):
            self.now = at
            self._leave()
            self._walk()
            self._measure()
            self._look()
            self._inspect()
            self._work()

    def _look(self) -> None:
        self.room.take_in(self.now)
        while self.responder.turn():
            pass
        for errand in self.errands:
            while errand.run(self.room.records, self.now):
                pass

    def _leave(self) -> None:
        """What was his for the weeks to come stays his when he has gone."""
        if not self._given and self.now >= self.leaves - 10 * DAY:
            self._given = True
            with self.room.records.begin() as unit:
                wanted = OccurrenceFilter(duties=(HIS,), open=True, since=self.leaves + DAY)
                for one in unit.occurrences.find(wanted, limit=500).rows:
                    assign(unit, one.id, LEAVER, "ma", self.now)
        if not self._gone and self.now >= self.leaves:
            self._gone = True
            with self.room.records.begin() as unit:
                disable_account(unit, name=LEAVER, who="ma", at=self.now)

    def _walk(self) -> None:
        """Guards walk their rounds; what readers heard while we were away comes when we are back."""
        with self.room.records.read() as unit:
            rounds = unit.rounds.all(RoundFilter(since=self.now - 3 * DAY, until=self.now))
        for one in rounds:
            if one.id not in self._walked and one.stops[-1].until <= self.now:
                self._walked.add(one.id)
                self.room.readings.append([], [], list(self._scans(one)))

    def _scans(self, one: Round) -> Iterator[Scan]:
        meant = lot(one.key)
        stops = {Meant.NEVER: (), Meant.FAILS: one.stops[:-1]}.get(meant, one.stops)
        for stop in stops:
            at = stop.due + (10 * MINUTE if meant is Meant.LATE else 0)
            received = self.now if self.away[0] <= at < self.away[1] else at
            yield Scan(point=stop.point, at=at, tag=stop.tags[0], guard=self._guard, received=received)

    def _measure(self) -> None:
        """Ten minutes of a gauge, which leaks for two days in twenty."""
        leaks = to_datetime(self.now, ZONE).timetuple().tm_yday % 20 in (7, 8)
        values = {"pressure": 0.45 if leaks else 0.6, "loop_current": 10.0}
        body = [{"ts": self.now - ago * 10_000, "values": values} for ago in range(60, -1, -1)]
        self.room.link.deliver("dutyroom/v1/riverside/t1-pump-1/readings", json.dumps(body).encode(), arrived=self.now)

    def _inspect(self) -> None:
        """Whoever meant to do something by now has done it, and sends it."""
        with self.room.records.read() as unit:
            wanted = OccurrenceFilter(standings=OWED, since=self.now - 40 * DAY)
            found = unit.occurrences.find(wanted, limit=5_000, soonest=True).rows
        for one in found:
            mine = self.seen.setdefault(one.id, self._meant(one))
            if mine.at is not None and mine.at <= self.now and one.id not in self._done:
                self._done.add(one.id)
                mine.told = self.now
                with self.room.records.begin() as unit:
                    self._submit(unit, one, mine)

    def _meant(self, one: Occurrence) -> Done:
        meant = lot(one.key)
        part = int.from_bytes(hashlib.sha256(one.key.encode()).digest()[4:6]) / 65_536
        at: int | None = one.opens + int((one.closes - one.opens) * (0.1 + 0.8 * part))
        if meant is Meant.LATE:
            at = one.closes + int((one.missed - one.closes) * (0.1 + 0.5 * part))
        if meant is Meant.NEVER or (one.assignee == LEAVER and self.now >= self.leaves):
            at = None
        return Done(one, meant, at)

    def _submit(self, unit: Unit, one: Occurrence, mine: Done) -> None:
        duty = self.duties[one.duty]
        fails = mine.meant is Meant.FAILS
        first = next((check.id for check in duty.checks if check.kind in JUDGED), "")
        answers = tuple(self._answer(check, fails=fails and check.id == first) for check in duty.checks)
        draft = Draft(
            key=f"year/{one.key}",
            occurrence=one.id,
            with_whom=("ma",) if duty.people > 1 else (),
            device_at=mine.at,
            answers=answers,
        )
        submit(unit, self._results_room, draft, "zhao", self.now)

    def _answer(self, check: DutyCheck, *, fails: bool) -> Answer:
        plain = Answer(check=check.id, item="1" if check.per else "", order=fails)
        match check.kind:
            case CheckKind.PASS:
                return replace(plain, choice="fail" if fails else "pass", files=(name_of(PHOTO),))
            case CheckKind.NUMBER:
                return replace(plain, value=_number(check, fails=fails), instrument=self._instrument(check))
            case CheckKind.CHOICE:
                return replace(plain, choice=_choice(check, fails=fails))
            case CheckKind.TEXT:
                return replace(plain, text="正常")
            case CheckKind.PHOTO:
                return replace(plain, files=(name_of(PHOTO),))
            case CheckKind.SIGNATURE:
                return replace(plain, choice="signed", signed=("ma",), files=(name_of(PHOTO),))
            case CheckKind.SCAN:
                raise AssertionError("no duty of the manual asks for a scan")

    def _instrument(self, check: DutyCheck) -> str:
        good = [one.id for one in self.register.instruments.values() if one.kind == check.instrument]
        return good[0] if check.instrument and good else ""

    def _work(self) -> None:
        """Each open order goes one step on."""
        with self.room.records.read() as unit:
            found = unit.work_orders.find(WorkOrderFilter(open=True), limit=2_000).rows
        for order in found:
            with self.room.records.begin() as unit:
                self._step(unit, order.id, order.kind, order.state)

    def _step(self, unit: Unit, number: int, kind: str, state: State) -> None:
        action = NEXT[state]
        if action is Action.FINISH:
            for check in self.classes[kind].checklist if kind in self.classes else ():
                tick(unit, self._order_room, number, check=check.id, by=By(who="zhao", at=self.now))
                if check.photo:
                    attach(unit, number, Upload(body=PHOTO, name="done.png"), By(who="zhao", at=self.now))
        who = "ma" if action is Action.VERIFY else "zhao"
        act(unit, self._order_room, number, Order(action=action, who=who, at=self.now, reason="巡查后处理"))


JUDGED = (CheckKind.PASS, CheckKind.NUMBER, CheckKind.CHOICE)
NEXT = {
    State.NEW: Action.ACCEPT,
    State.DISPATCHED: Action.ACCEPT,
    State.REJECTED: Action.ACCEPT,
    State.TRANSFERRED: Action.ACCEPT,
    State.ACCEPTED: Action.ARRIVE,
    State.ARRIVED: Action.START,
    State.IN_PROGRESS: Action.FINISH,
    State.ON_HOLD: Action.RESUME,
    State.PENDING_VERIFY: Action.VERIFY,
}


def _choice(check: DutyCheck, *, fails: bool) -> str:
    wanted = [id for id, _, outcome in check.choices if outcome == ("fail" if fails else "pass")]
    return (wanted or [check.choices[0][0]])[0]


def _number(check: DutyCheck, *, fails: bool) -> float:
    low, high = check.low, check.high
    if fails and low is not None:
        return low / 2 if low > 0 else low - 1
    if fails and high is not None:
        return high * 2 if high > 0 else high + 1
    if low is not None and high is not None:
        return (low + high) / 2
    if low is not None:
        return low * 2 + 1
    return high / 2 if high is not None else 1.0


def _facility() -> Register:
    """Riverside, with one route, walked three times a night."""
    found = register()
    night = replace(found.routes["night-indoor"], every=4 * HOUR)
    return replace(found, routes={night.id: night}, stops={k: s for k, s in found.stops.items() if s.route == night.id})


def _rules() -> RuleBook:
    """What a gauge that speaks a few times a day can be judged by."""
    book = site_rules()
    return replace(book, rules={"pump-pressure-band": book.rules["pump-pressure-band"]})


@contextmanager
def riverside(folder: Path, start: int, end: int, away: tuple[int, int], leaves: int) -> Iterator[Year]:
    """Riverside with its rota and people, from ``start`` on."""
    site = folder / "site"
    shutil.copytree(SITE, site)
    people = site / "rota" / "people.csv"
    lines = people.read_text("utf-8").splitlines()
    for account, (person, _) in STAFF.items():
        lines = [linked(line, person, account) for line in lines]
    people.write_text("\n".join(lines) + "\n", "utf-8")
    settings = load(site=str(site), data=str(folder), mqtt_url="mqtt://127.0.0.1:1")
    with duty_room(folder, _facility(), start, _rules()) as room:
        with room.records.begin() as unit:
            for account, (_, role) in STAFF.items():
                add_account(
                    unit,
                    name=account,
                    title=account,
                    role=role,
                    password="a year of evenings",
                    who="system:test",
                    at=start,
                )
        result = import_rota(room.records, site / "rota", who="system:test", at=start, dry_run=False)
        assert result.errors == ()
        year = Year(room, settings, start, end, away, leaves)
        try:
            yield year
        finally:
            year.close()

"""The responder: every fact handled once in effect, whoever is killed; steps hold up nobody; one acts."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from dutyroom.responder import AFTER_ERROR, Errands, Responder
from dutyroom.wiring import tick as real_tick
from facility.fact import Fact
from response.following import Follower
from response.steps import Errand, Step
from storage.records.port import Records, RecordsUnavailable, Unit
from storage.records.sql import SqlRecords
from tests.storage.records.away import AwayRecords
from tests.storage.records.conftest import FILE, POSTGRES
from tests.storage.records.examples import FACT, NOON

ROOT = Path(__file__).resolve().parents[2]
FACTS, KILLS = 200, 3

VICTIM = """
import sys, threading
from storage.records.sql import SqlRecords
from tests.dutyroom.test_responder import victim
victim(SqlRecords(sys.argv[1])).run(threading.Event())
"""


@pytest.fixture(params=[FILE, POSTGRES])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == FILE:
        return f"sqlite:///{tmp_path}/records.db"
    found: str = request.getfixturevalue("postgres_db_url")
    return found


def count(unit: Unit, fact: Fact, now: int) -> None:
    """Says on the way that it is in the middle: half of what it writes is written."""
    unit.notes.put("numbers", [*(unit.notes.get("numbers") or []), int(fact.subject)])
    sys.stdout.write(f"{fact.subject}\n")
    sys.stdout.flush()
    unit.facts.append(replace(FACT, noun="work-order", subject=fact.subject, what="opened"))
    unit.notes.put("total", int(unit.notes.get("total") or 0) + 1)


def victim(records: Records) -> Responder:
    followers = [Follower("counting", count, frozenset({"alert"})), Follower("idle", lambda *_: None)]
    return Responder(
        name="responder-1",
        records=records,
        followers=followers,
        steps=[],
        clock=lambda: NOON,
        tick=real_tick,
    )


def until_handled(responder: Responder, records: Records) -> None:
    stop, patience = threading.Event(), threading.Event()
    running = threading.Thread(target=responder.run, args=(stop,))
    running.start()
    for _ in range(6_000):
        with records.read() as unit:
            if unit.notes.get("total") == FACTS:
                break
        patience.wait(0.01)
    stop.set()
    running.join()


def test_a_responder_that_is_killed_in_the_middle_of_a_handler_misses_and_doubles_nothing(url: str) -> None:
    records = SqlRecords(url)
    records.migrate()
    first = victim(records)
    first.turn()
    first.tenure.give_back(NOON)
    telling = threading.Thread(target=tell_all, args=(url,))
    telling.start()
    for number in range(KILLS):
        kill_after(url, lines=3 + 17 * number)
    telling.join()
    until_handled(victim(records), records)
    with records.read() as unit:
        assert unit.notes.get("numbers") == list(range(FACTS))
        opened = [fact for fact in unit.facts.after(0, 10 * FACTS) if fact.what == "opened"]
        assert [int(fact.subject) for fact in opened] == list(range(FACTS))
        assert unit.facts.verify() is None
        assert unit.troubles.count() == {}
    records.close()


def tell_all(url: str) -> None:
    records = SqlRecords(url)
    for number in range(FACTS):
        with records.begin() as unit:
            unit.facts.append(replace(FACT, subject=str(number)))
    records.close()


def kill_after(url: str, lines: int) -> None:
    command = [sys.executable, "-c", VICTIM, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        for _ in range(lines):
            if not process.stdout.readline():
                break
        process.send_signal(signal.SIGKILL)


def responder(
    records: Records, *, tick: Callable[[], int], steps: list[Step] | None = None, name: str = "responder-1"
) -> Responder:
    return Responder(name=name, records=records, followers=[], steps=steps or [], clock=lambda: NOON, tick=tick)


def test_a_step_is_done_every_so_often_and_at_once_while_there_is_more(records: SqlRecords) -> None:
    times, done = iter(range(0, 100_000, 100)), [0]

    def run(unit: Unit, now: int) -> bool:
        done[0] += 1
        return done[0] < 3

    moment = [0]
    found = responder(records, tick=lambda: moment[0], steps=[Step("s", 1_000, run)])
    counts = []
    for moment[0] in times:
        if moment[0] > 2_200:
            break
        found.turn()
        counts.append(done[0])
    assert counts[:4] == [1, 2, 3, 3]
    assert (counts[11], counts[12], counts[22]) == (3, 4, 5)


def test_a_step_that_raises_writes_nothing_waits_and_holds_up_no_other(records: SqlRecords) -> None:
    good = [0]

    def bad(unit: Unit, now: int) -> bool:
        unit.notes.put("half", 1)
        raise ValueError("broken")

    def run(unit: Unit, now: int) -> bool:
        good[0] += 1
        return False

    moment = [0]
    steps = [Step("bad", 100, bad), Step("good", 100, run)]
    found = responder(records, tick=lambda: moment[0], steps=steps)
    for moment[0] in range(0, AFTER_ERROR + 1, 100):
        found.turn()
    with records.read() as unit:
        assert unit.notes.get("half") is None
        note = unit.notes.get("responder/responder-1")
    assert good[0] == AFTER_ERROR // 100 + 1
    assert [(step["name"], step["failed"]) for step in note["steps"]] == [("bad", 2), ("good", 0)]
    assert "ValueError: broken" in note["errors"][0]["text"]


def test_two_responders_one_acts_and_when_it_stops_the_other_does(records: SqlRecords) -> None:
    acted: list[str] = []
    moment = [0]

    def one(name: str) -> Responder:
        def run(unit: Unit, now: int) -> bool:
            acted.append(name)
            return False

        step = Step("s", 1_000, run)
        return responder(records, tick=lambda: moment[0], steps=[step], name=name)

    first, second = one("a"), one("b")
    for moment[0] in (0, 1_000, 2_000):
        first.turn()
        second.turn()
    stop = threading.Event()
    stop.set()
    first.run(stop)
    moment[0] = 4_000
    second.turn()
    assert acted == ["a", "a", "a", "b"]
    with records.read() as unit:
        assert unit.notes.get("responder/a")["active"] is False
        assert unit.notes.get("responder/b")["active"] is True


def test_what_a_follower_owes_is_in_the_health_note(records: SqlRecords) -> None:
    def handle(unit: Unit, fact: Fact, now: int) -> None:
        raise ValueError("broken")

    moment = [0]
    found = Responder(
        name="r",
        records=records,
        followers=[Follower("f", handle)],
        steps=[],
        clock=lambda: NOON + moment[0],
        tick=lambda: moment[0],
    )
    found.turn()
    with records.begin() as unit:
        unit.facts.append(replace(FACT, at=NOON))
    moment[0] = 5_000
    found.turn()
    with records.read() as unit:
        (note,) = unit.notes.get("responder/r")["followers"]
    assert note == {"name": "f", "behind": 1, "lag": 5_000, "error": "ValueError: broken", "troubles": 0}


def test_an_errand_runs_outside_any_unit_only_while_this_process_acts_and_is_closed(records: SqlRecords) -> None:
    ran, closed = threading.Event(), threading.Event()

    def run(store: Records, now: int) -> bool:
        with store.begin() as unit:  # on memory there is one unit at a time: this hangs inside another
            unit.notes.put("sent", now)
        ran.set()
        return False

    errand = Errand("send", 10, run, closed.set)
    found = Responder(
        name="r", records=records, followers=[], steps=[], errands=[errand], clock=lambda: NOON, tick=real_tick
    )
    stop = threading.Event()
    running = threading.Thread(target=found.run, args=(stop,))
    running.start()
    assert ran.wait(10)
    stop.set()
    running.join()
    assert closed.is_set()


@pytest.mark.parametrize(
    ("trouble", "told"), [(RecordsUnavailable("away"), "away"), (ValueError("x"), "ValueError: x")]
)
def test_a_store_that_is_away_is_no_fault_of_an_errand_and_needs_no_traceback(
    records: SqlRecords, trouble: Exception, told: str
) -> None:
    def run(store: Records, now: int) -> bool:
        raise trouble

    errands = Errands(Errand("send", 10, run, lambda: None), records, lambda: NOON)
    errands._stop.set()
    with capture_logs() as logs:
        errands._once()
    assert errands.note() == {"name": "send", "done": 0, "failed": 1, "error": told}
    assert [bool(entry.get("exc_info")) for entry in logs] == [isinstance(trouble, ValueError)]


def test_a_database_that_is_away_ends_nothing(records: SqlRecords) -> None:
    store = AwayRecords("sqlite:///:memory:")
    store.migrate()
    moment = [0]
    found = responder(store, tick=lambda: moment[0], steps=[Step("s", 100, lambda unit, now: False)])
    store.away = True
    found.turn()
    store.away, moment[0] = False, 10_000
    found.turn()
    with store.read() as unit:
        note = unit.notes.get("responder/responder-1")
    store.close()
    assert note["active"] is True
    assert note["errors"][0]["text"] == "away"

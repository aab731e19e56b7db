"""The outbox against real stores: at least once, nobody twice where the channel has keys, nobody held up by another channel."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from facility.alert import Severity
from facility.instant import HOUR, MINUTE, SECOND
from facility.notice import Notice, NoticeState, dropped, seen
from notify.channel import Channel, Message, NotNow, Refused
from notify.channel_fake import FakeChannel
from notify.in_app import InApp
from notify.outbox import CLAIMED_FOR, Outbox
from notify.pace import NOTE, Pace
from notify.texts.rendering import Texts
from storage.records.notices import NoticeFilter
from storage.records.sql import SqlRecords

NOON = 1_795_492_800_000
CHECKOUT = Path(__file__).parents[2]
POSTGRES = pytest.param("postgres", marks=pytest.mark.services)


@pytest.fixture(params=["file", POSTGRES])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return f"sqlite:///{tmp_path}/records.db"
    found: str = request.getfixturevalue("postgres_db_url")
    return found


@pytest.fixture
def records(url: str) -> Iterator[SqlRecords]:
    made = SqlRecords(url)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def one(tmp_path: Path) -> Iterator[SqlRecords]:
    """Where the kind of database does not matter."""
    made = SqlRecords(f"sqlite:///{tmp_path}/records.db")
    made.migrate()
    yield made
    made.close()


def a_notice(key: str = "alert:1/1", **changed: Any) -> Notice:
    notice = Notice(
        key=key,
        cause="alert:1",
        person="wang",
        channel="sms",
        address="+86 100",
        template="plain",
        data={"title": {"zh": "水", "en": "Water"}, "body": {"zh": "看", "en": "Look"}},
        severity=Severity.HIGH,
        created=NOON,
        due=NOON,
    )
    return replace(notice, **changed)


def put(records: SqlRecords, *notices: Notice) -> None:
    with records.begin() as unit:
        for notice in notices:
            unit.notices.add(notice)


def stored(records: SqlRecords, key: str = "alert:1/1") -> Notice:
    with records.read() as unit:
        found = unit.notices.of_key(key)
    assert found is not None
    return found


def outbox(*channels: Channel, **given: Any) -> Outbox:
    made = {channel.NAME: channel for channel in channels}
    return Outbox(given.pop("name", "worker-1"), made, Texts(), **({"dice": lambda: 0.0} | given))


def until_quiet(box: Outbox, records: SqlRecords, now: int = NOON) -> None:
    """Rounds, until nothing is due any more and everything is marked."""
    waiting = threading.Event()
    for _ in range(2_000):
        if not box.run(records, now) and not box.busy:
            return
        waiting.wait(0.002)
    raise AssertionError("it never came to rest")


def facts(records: SqlRecords) -> list[tuple[str, str]]:
    with records.read() as unit:
        return [(fact.what, fact.subject) for fact in unit.facts.after(0) if fact.noun == "notice"]


def raising(error: Exception) -> Callable[[Message], None]:
    def raise_it(_: Message) -> None:
        raise error

    return raise_it


def test_what_is_due_is_sent_once_and_marked_after(records: SqlRecords) -> None:
    channel = FakeChannel("sms")
    put(records, a_notice(), a_notice("later", due=NOON + 1))
    box = outbox(channel)
    until_quiet(box, records)
    until_quiet(box, records)
    assert [message.key for message in channel.told] == ["alert:1/1"]
    found = stored(records)
    assert (found.state, found.sent, found.attempts, found.receipt) == (NoticeState.SENT, NOON, 1, "alert:1/1")
    assert (found.claimed_by, found.claimed_until, found.doubt) == ("", None, False)
    assert facts(records) == [("sent", str(found.id))]
    box.close()


def test_the_same_telling_is_written_once_whoever_writes_it(one: SqlRecords) -> None:
    channel = FakeChannel("sms")
    put(one, a_notice(), a_notice())
    box = outbox(channel)
    until_quiet(box, one)
    put(one, a_notice())
    until_quiet(box, one)
    assert len(channel.told) == 1
    box.close()


def test_a_channel_that_cannot_now_is_tried_again_later_and_later(one: SqlRecords) -> None:
    down = NotNow("gateway says 503")
    channel = FakeChannel("sms", before=raising(down))
    put(one, a_notice())
    box, now, waits = outbox(channel, pace=Pace(open_after=99)), NOON, []
    for _ in range(4):
        until_quiet(box, one, now)
        found = stored(one)
        assert (found.state, found.error) == (NoticeState.FAILED, "gateway says 503")
        waits.append(found.due - now)
        now = found.due
    assert waits == [2_500, 5_000, 10_000, 20_000]
    assert [what for what, _ in facts(one)] == ["not-sent"]
    channel._before = None
    until_quiet(box, one, now)
    assert stored(one).state is NoticeState.SENT
    assert [what for what, _ in facts(one)] == ["not-sent", "sent"]
    box.close()


def test_what_the_other_side_asks_for_is_waited_for(one: SqlRecords) -> None:
    put(one, a_notice(), a_notice("life", life_safety=True))
    box = outbox(FakeChannel("sms", before=raising(NotNow("too many", retry_after=300))))
    until_quiet(box, one)
    assert stored(one).due == NOON + 300 * SECOND
    assert stored(one, "life").due == NOON + MINUTE
    box.close()


def test_what_is_refused_is_dead_at_once_and_the_channel_is_not_blamed(one: SqlRecords) -> None:
    put(one, *(a_notice(f"n{number}") for number in range(9)))
    box = outbox(FakeChannel("sms", before=raising(Refused("no such number"))))
    until_quiet(box, one)
    found = stored(one, "n3")
    assert (found.state, found.error, found.attempts) == (NoticeState.DEAD, "no such number", 1)
    assert {what for what, _ in facts(one)} == {"undeliverable"}
    assert box.health["sms"].state(NOON) == "unused"
    assert box.health["sms"].error == "no such number"
    box.close()


@pytest.mark.parametrize(("pace", "tries"), [(Pace(attempts=3), 3), (Pace(age=20 * SECOND), 5)])
def test_a_notice_that_never_goes_out_is_given_up_and_shown(one: SqlRecords, pace: Pace, tries: int) -> None:
    channel = FakeChannel("sms", before=raising(NotNow("down")))
    put(one, a_notice())
    box, now = outbox(channel, pace=replace(pace, open_after=99)), NOON
    while stored(one).state is not NoticeState.DEAD:
        until_quiet(box, one, now)
        now = max(now, stored(one).due)
    assert len(channel.attempts) == tries
    with one.read() as unit:
        assert unit.notices.tally() == {("sms", "dead"): 1}
    box.close()


def test_a_channel_that_this_house_has_not_is_named(one: SqlRecords) -> None:
    put(one, a_notice(channel="pager"))
    box = outbox(FakeChannel("sms"))
    until_quiet(box, one)
    assert stored(one).state is NoticeState.DEAD
    assert "no channel 'pager'" in stored(one).error
    box.close()


def test_a_text_that_is_not_there_stops_nothing(one: SqlRecords) -> None:
    put(one, a_notice(template="nonsense"), a_notice("broken", data={}), a_notice("good"))
    channel = FakeChannel("sms")
    box = outbox(channel)
    until_quiet(box, one)
    assert stored(one).state is NoticeState.DEAD
    assert stored(one, "broken").state is NoticeState.FAILED
    assert [message.key for message in channel.told] == ["good"]
    box.close()


def test_one_dead_gateway_holds_up_no_other(one: SqlRecords) -> None:
    hang = threading.Event()
    dead, alive = FakeChannel("sms", before=lambda _: hang.wait()), FakeChannel("email")
    put(one, *(a_notice(f"s{number}") for number in range(40)))
    put(one, *(a_notice(f"e{number}", channel="email") for number in range(40)))
    box = outbox(dead, alive)
    waiting = threading.Event()
    while len(alive.told) < 40:
        box.run(one, NOON)
        waiting.wait(0.002)
    assert not dead.told
    hang.set()
    until_quiet(box, one)
    assert len(dead.told) == 40
    box.close()


def test_life_safety_finds_a_thread_free_when_everything_else_hangs(one: SqlRecords) -> None:
    hang = threading.Event()

    def before(message: Message) -> None:
        if not message.life_safety:
            hang.wait()

    channel = FakeChannel("sms", before=before)
    put(one, *(a_notice(f"s{number}") for number in range(400)))
    box = outbox(channel)
    for _ in range(20):
        box.run(one, NOON)
    put(one, a_notice("fire", life_safety=True))
    waiting = threading.Event()
    for _ in range(1_000):
        box.run(one, NOON)
        if channel.told:
            break
        waiting.wait(0.002)
    assert [message.key for message in channel.told] == ["fire"]
    hang.set()
    box.close()


def test_a_channel_that_fails_is_left_alone_but_for_a_try_and_for_life_safety(one: SqlRecords) -> None:
    channel = FakeChannel("sms", before=raising(NotNow("down")))
    put(one, *(a_notice(f"n{number}") for number in range(30)))
    box = outbox(channel, pace=Pace(open_after=5, at_once=1, in_hand=1))
    until_quiet(box, one)
    assert len(channel.attempts) == 5
    assert box.health["sms"].state(NOON) == "open"
    put(one, a_notice("fire", life_safety=True))
    until_quiet(box, one, NOON + SECOND)
    assert [message.key for message in channel.attempts[5:]] == ["fire"]
    later = NOON + SECOND + 30 * SECOND
    assert box.health["sms"].state(later) == "half-open"
    tried = len(channel.attempts)
    until_quiet(box, one, later)
    assert len(channel.attempts) - tried <= 2, "one ordinary try, and life safety's own"
    channel._before = None
    until_quiet(box, one, later + MINUTE)
    assert box.health["sms"].state(later + MINUTE) == "working"
    until_quiet(box, one, later + HOUR)
    with one.read() as unit:
        assert unit.notices.count(NoticeFilter(states=(NoticeState.SENT,))) == 31
        note = unit.notes.get(f"{NOTE}sms")
        assert (note["failures"], note["error"]) == (0, "down")
    box.close()


def test_a_new_process_knows_how_the_channels_did(one: SqlRecords) -> None:
    put(one, *(a_notice(f"n{number}") for number in range(9)))
    first = outbox(FakeChannel("sms", before=raising(NotNow("down"))))
    until_quiet(first, one)
    first.close()
    second = outbox(FakeChannel("sms"))
    second.run(one, NOON)
    assert second.health["sms"].state(NOON) == "open"
    second.close()


def test_what_was_answered_while_it_was_under_way_stays_answered(one: SqlRecords) -> None:
    hang = threading.Event()
    put(one, a_notice(), a_notice("other"))
    box = outbox(FakeChannel("sms", before=lambda _: hang.wait()))
    box.run(one, NOON)
    with one.begin() as unit:
        unit.notices.update(seen(unit.notices.get(1), "wang", NOON + 1))
        unit.notices.update(dropped(unit.notices.get(2), "acknowledged"))
    hang.set()
    until_quiet(box, one, NOON + 2)
    assert (stored(one).state, stored(one).sent) == (NoticeState.ACKNOWLEDGED, NOON + 2)
    assert (stored(one, "other").state, stored(one, "other").sent) == (NoticeState.DROPPED, NOON + 2)
    assert [what for what, _ in facts(one)] == ["sent", "sent"]
    box.close()


def test_a_claim_that_ran_out_is_taken_over_in_doubt(one: SqlRecords) -> None:
    hang = threading.Event()
    put(one, a_notice())
    fallen = outbox(FakeChannel("sms", before=lambda _: hang.wait()), name="worker-2")
    fallen.run(one, NOON)
    channel = FakeChannel("sms")
    box = outbox(channel)
    until_quiet(box, one, NOON + CLAIMED_FOR - 1)
    assert not channel.told
    until_quiet(box, one, NOON + CLAIMED_FOR)
    assert [message.key for message in channel.told] == ["alert:1/1"]
    assert stored(one).doubt
    hang.set()
    fallen.close()
    box.close()


def test_the_list_of_ones_own_takes_everything(one: SqlRecords) -> None:
    put(one, a_notice(channel="in-app"))
    box = outbox(InApp())
    until_quiet(box, one)
    assert stored(one).state is NoticeState.SENT
    box.close()


SENDER = """
import sys, threading
from pathlib import Path
from notify.channel import Receipt
from notify.outbox import Outbox
from notify.texts.rendering import Texts
from storage.records.sql import SqlRecords

url, file, falls = sys.argv[1:]
file = Path(file)

class Gateway:
    NAME = "sms"
    def send(self, message):
        with file.open("a") as log:
            log.write(message.key + "\\n")
        if falls == "falls":
            print("sent", flush=True)
            threading.Event().wait()
        return Receipt(id=message.key)

records = SqlRecords(url)
box = Outbox("worker-1", {"sms": Gateway()}, Texts())
while box.run(records, 1_795_492_800_000) or box.busy:
    threading.Event().wait(0.002)
box.close()
"""


def sender(url: str, file: Path, falls: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, url, str(file), falls], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )


def test_killed_between_sending_and_marking_it_is_sent_again_with_the_same_key(
    records: SqlRecords, url: str, tmp_path: Path
) -> None:
    put(records, a_notice())
    file = tmp_path / "gateway.log"
    process = sender(url, file, "falls")
    assert process.stdout is not None
    assert process.stdout.readline() == "sent\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert stored(records).state is NoticeState.PENDING
    again = sender(url, file, "stands")
    assert again.wait() == 0
    assert again.stdout is not None
    again.stdout.close()
    found = stored(records)
    assert file.read_text().split() == ["alert:1/1", "alert:1/1"]
    assert (found.state, found.doubt, found.attempts) == (NoticeState.SENT, True, 2)
    with records.read() as unit:
        (fact,) = [fact for fact in unit.facts.after(0) if fact.noun == "notice"]
    assert (fact.what, fact.data["doubt"]) == ("sent", True)


def test_where_the_channel_has_keys_the_person_is_told_once(one: SqlRecords) -> None:
    gateway = FakeChannel("sms", keys=True)
    put(one, a_notice(claimed_by="worker-1/before", claimed_until=NOON + HOUR))
    gateway.send(Texts().message(stored(one)))
    box = outbox(gateway)
    until_quiet(box, one)
    assert (len(gateway.attempts), len(gateway.told)) == (2, 1)
    assert stored(one).doubt
    box.close()


def test_many_senders_at_once_tell_everybody_once(records: SqlRecords) -> None:
    channel = FakeChannel("sms")
    put(records, *(a_notice(f"n{number}") for number in range(120)))
    boxes = [outbox(channel, name=f"worker-{number}") for number in range(3)]
    threads = [threading.Thread(target=until_quiet, args=(box, records)) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until_quiet(boxes[0], records)
    assert sorted(message.key for message in channel.told) == sorted(f"n{number}" for number in range(120))
    assert len(facts(records)) == 120
    for box in boxes:
        box.close()


def test_what_waits_for_its_turn_at_the_end_is_free_for_the_next_process(one: SqlRecords) -> None:
    hang, waiting = threading.Event(), threading.Event()
    put(one, *(a_notice(f"n{number}") for number in range(8)))
    channel = FakeChannel("sms", before=lambda _: hang.wait())
    box = outbox(channel)
    while len(channel.attempts) < 4 or box.busy < 8:
        box.run(one, NOON)
        waiting.wait(0.002)
    box.close(patience=0.0)
    box.last_marks(one, NOON)
    with one.read() as unit:
        free = unit.notices.due(NOON)
    assert len(free) == 4
    assert not any(notice.doubt or notice.attempts for notice in free)
    hang.set()

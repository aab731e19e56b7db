"""The outbox's store and the chains that run, on every database."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.alert import Severity
from facility.chain_run import ChainRun, Turn
from facility.notice import Notice, NoticeState, delivered, dropped
from storage.records.notices import Claim, NoticeFilter
from storage.records.port import Conflict, NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, Undo, at_once
from tests.storage.records.test_round_trip import NUMBERS, WHOLE, WORDS, noun

NOTICE = Notice(
    key="alert:12/1.1/0.1/wang/sms",
    cause="alert:12",
    person="wang",
    channel="sms",
    address="+8613800000000",
    template="alert",
    data={"title": {"zh": "水泵房压力", "en": "Pump-room pressure"}},
    why={"chain": "water", "level": 1},
    severity=Severity.HIGH,
    created=NOON,
    due=NOON,
)
RUN = ChainRun(
    cause="alert:12",
    chain="water",
    chain_version="9f2c",
    alert=12,
    work_order=3,
    severity=Severity.HIGH,
    began=NOON,
    level_at=NOON + 300_000,
    turns=(Turn(level=0, told=1, next=NOON + 60_000),),
)


TOLD = st.dictionaries(
    WORDS, st.none() | st.booleans() | WHOLE | NUMBERS | WORDS | st.dictionaries(WORDS, WORDS, max_size=2), max_size=4
)


def a_notice(key: str, **changed: Any) -> Notice:
    return replace(NOTICE, key=key, **changed)


def keep(records: SqlRecords, *notices: Notice) -> list[Notice]:
    with records.begin() as unit:
        for notice in notices:
            assert unit.notices.add(notice)
        found = [unit.notices.of_key(notice.key) for notice in notices]
    return [notice for notice in found if notice is not None]


def claim(now: int = NOON, by: str = "worker-1/a", until: int = NOON + 60_000) -> Claim:
    return Claim(by=by, now=now, until=until)


@given(
    noun(
        Notice,
        id=st.just(0),
        data=TOLD,
        why=TOLD,
        version=st.integers(0, 2**40),
    )
)
def test_a_notice_comes_back_as_it_was(lasting: SqlRecords, notice: Notice) -> None:
    with suppress(Undo), lasting.begin() as unit:
        assert unit.notices.add(notice)
        kept = unit.notices.of_key(notice.key)
        assert kept is not None
        assert kept == replace(notice, id=kept.id)
        assert unit.notices.update(kept) == unit.notices.get(kept.id) == replace(kept, version=notice.version + 1)
        raise Undo


@given(noun(ChainRun, id=st.just(0), ended=st.none(), version=st.integers(0, 2**40)))
def test_a_run_comes_back_as_it_was(lasting: SqlRecords, run: ChainRun) -> None:
    with suppress(Undo), lasting.begin() as unit:
        kept = unit.chains.begin(run)
        assert unit.chains.get(kept.id) == replace(run, id=kept.id)
        assert unit.chains.update(kept) == unit.chains.get(kept.id)
        raise Undo


def test_a_key_is_written_once(records: SqlRecords) -> None:
    with records.begin() as unit:
        assert unit.notices.add(NOTICE)
        assert not unit.notices.add(replace(NOTICE, person="li"))
        assert [notice.person for notice in unit.notices.find(NoticeFilter()).rows] == ["wang"]


def test_a_second_writer_of_a_notice_is_told(records: SqlRecords) -> None:
    (kept,) = keep(records, NOTICE)
    with records.begin() as unit:
        unit.notices.update(delivered(kept, NOON))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.notices.update(dropped(kept, "over"))
    with pytest.raises(NotFound), records.begin() as unit:
        unit.notices.update(replace(kept, id=99))


def test_life_safety_goes_first_then_what_is_urgent_then_what_waited_longest(records: SqlRecords) -> None:
    keep(
        records,
        a_notice("old", due=NOON - 10),
        a_notice("new"),
        a_notice("urgent", urgent=True),
        a_notice("life", life_safety=True),
        a_notice("later", due=NOON + 1),
        a_notice("digest", digest=True),
        a_notice("sent", state=NoticeState.SENT),
        a_notice("held", claimed_by="worker-2/b", claimed_until=NOON + 1),
        a_notice("fallen", claimed_by="worker-2/b", claimed_until=NOON),
    )
    with records.begin() as unit:
        assert [notice.key for notice in unit.notices.due(NOON)] == ["life", "urgent", "old", "new", "fallen"]
        assert [notice.key for notice in unit.notices.claim("sms", claim(), 9, ranks=(0, 1))] == ["life", "urgent"]
        assert [notice.key for notice in unit.notices.claim("sms", claim(), 2)] == ["old", "new"]
        assert unit.notices.channels_due(NOON) == {"sms": 2}
        assert [(notice.key, notice.doubt) for notice in unit.notices.claim("sms", claim(), 9)] == [("fallen", True)]
        assert not unit.notices.due(NOON)
        assert not unit.notices.claim("email", claim(), 9)


def test_two_senders_never_get_the_same_notice(shared: SqlRecords) -> None:
    keep(shared, *(a_notice(f"n{number}") for number in range(60)))

    def take(number: int) -> list[str]:
        mine: list[str] = []
        while True:
            with shared.begin() as unit:
                got = unit.notices.claim("sms", claim(by=f"worker-{number}/x"), 7)
            if not got:
                return mine
            mine += [notice.key for notice in got]

    found = at_once(4, take)
    taken = [key for one in found if isinstance(one, list) for key in one]
    assert sorted(taken) == sorted(f"n{number}" for number in range(60)), found


def test_what_an_earlier_life_had_in_hand_is_let_go_and_is_in_doubt(records: SqlRecords) -> None:
    keep(
        records,
        a_notice("mine", claimed_by="worker-1/new", claimed_until=NOON + 9),
        a_notice("before", claimed_by="worker-1/old", claimed_until=NOON + 9),
        a_notice("theirs", claimed_by="worker-10/old", claimed_until=NOON + 9),
    )
    with records.begin() as unit:
        assert unit.notices.take_over("worker-1", "worker-1/new") == 1
        assert [(notice.key, notice.doubt) for notice in unit.notices.due(NOON)] == [("before", True)]


def test_digests_come_by_person_and_channel(records: SqlRecords) -> None:
    keep(
        records,
        a_notice("1", digest=True, person="wang"),
        a_notice("2", digest=True, person="li"),
        a_notice("3", digest=True, person="wang"),
        a_notice("4", digest=True, person="li", due=NOON + 1),
        a_notice("5", person="li"),
    )
    with records.read() as unit:
        assert [notice.key for notice in unit.notices.digests(NOON)] == ["2", "1", "3"]
        assert unit.notices.next_due() == NOON
        assert unit.notices.count(NoticeFilter(waiting_digest=True)) == 4


def test_notices_are_found_by_what_is_asked(records: SqlRecords) -> None:
    keep(
        records,
        a_notice("1", state=NoticeState.DEAD),
        a_notice("2", channel="email", created=NOON + 5),
        a_notice("3", person="li", cause="work-order:3", test=True),
        a_notice("4", doubt=True),
    )

    def found(**wanted: Any) -> list[str]:
        with records.read() as unit:
            page = unit.notices.find(NoticeFilter(**wanted))
            assert unit.notices.count(NoticeFilter(**wanted)) == len(page.rows)
            return [notice.key for notice in page.rows]

    assert found() == ["4", "3", "2", "1"]
    assert found(states=(NoticeState.DEAD,)) == ["1"]
    assert found(channels=("email",)) == ["2"]
    assert found(people=("li",)) == found(causes=("work-order:3",)) == found(test=True) == ["3"]
    assert found(doubt=True) == ["4"]
    assert found(since=NOON + 5) == ["2"]
    assert found(until=NOON + 5) == ["4", "3", "1"]
    with records.read() as unit:
        assert unit.notices.tally() == {("sms", "dead"): 1, ("sms", "pending"): 2, ("email", "pending"): 1}
        first = unit.notices.find(NoticeFilter(), limit=3)
        assert [notice.key for notice in unit.notices.find(NoticeFilter(), first.cursor, 3).rows] == ["1"]
        assert [notice.key for notice in unit.notices.of_causes(["alert:12"])] == ["1", "2", "4"]
        with pytest.raises(ValueError, match="cursor"):
            unit.notices.find(NoticeFilter(), "nonsense")


def test_one_chain_runs_for_a_cause(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.chains.begin(RUN)
        with pytest.raises(Conflict):
            unit.chains.begin(RUN)
        ended = unit.chains.update(replace(first, ended=NOON, why="acknowledged"))
        with pytest.raises(Conflict):
            unit.chains.update(first)
        second = unit.chains.begin(RUN)
        assert unit.chains.running() == unit.chains.running(["alert:12"]) == unit.chains.of_order(3) == [second]
        assert unit.chains.running(["alert:13"]) == []
        assert unit.chains.of_cause("alert:12") == [ended, second]


def test_runs_fall_due_life_safety_first(records: SqlRecords) -> None:
    with records.begin() as unit:
        for number, (at, life) in enumerate([(NOON, False), (NOON - 9, False), (NOON, True), (NOON + 1, True)]):
            unit.chains.begin(replace(RUN, cause=f"alert:{number}", level_at=at, turns=(), life_safety=life))
        unit.chains.begin(replace(RUN, cause="alert:9", level_at=None, turns=()))
        assert [run.cause for run in unit.chains.due(NOON)] == ["alert:2", "alert:1", "alert:0"]

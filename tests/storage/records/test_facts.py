from contextlib import suppress
from dataclasses import replace
from enum import IntEnum
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from facility.fact import Fact, digest
from storage.records.sql import SqlRecords
from tests.storage.records.examples import FACT, Undo, at_once


def append(records: SqlRecords, *facts: Fact) -> list[Fact]:
    with records.begin() as unit:
        return [unit.facts.append(fact) for fact in facts]


def tamper(records: SqlRecords, *statements: str) -> None:
    """As somebody with the database's password could: the guards first."""
    guards = {
        "sqlite": ["DROP TRIGGER facts_stay", "DROP TRIGGER facts_remain", "DROP TRIGGER facts_follow"],
        "postgresql": ["SET LOCAL session_replication_role = replica"],
    }
    with records.engine.begin() as connection:
        for statement in [*guards[connection.dialect.name], *statements]:
            connection.exec_driver_sql(statement)


def verdict(records: SqlRecords) -> int | None:
    with records.read() as unit:
        return unit.facts.verify()


def test_each_fact_carries_the_hash_of_the_one_before(records: SqlRecords) -> None:
    first, second = append(records, FACT, FACT)
    (third,) = append(records, FACT)
    assert [first.seq, second.seq, third.seq] == [1, 2, 3]
    assert first.previous == ""
    assert [second.previous, third.previous] == [first.hash, second.hash]
    assert third.hash == digest(FACT, second.hash)
    assert verdict(records) is None


def test_facts_are_found_by_their_thing_and_by_their_place(records: SqlRecords) -> None:
    facts = append(
        records, FACT, replace(FACT, subject="2"), replace(FACT, what="acknowledged"), replace(FACT, noun="rule")
    )
    with records.read() as unit:
        assert unit.facts.of("alert", "1") == [facts[0], facts[2]]
        assert unit.facts.after(1) == facts[1:]
        assert unit.facts.after(1, limit=2) == facts[1:3]
        assert unit.facts.head() == 4


def test_without_facts_there_is_nothing_to_find_wrong(records: SqlRecords) -> None:
    with records.read() as unit:
        assert unit.facts.head() == 0
    assert verdict(records) is None


def test_what_was_undone_leaves_no_gap(records: SqlRecords) -> None:
    append(records, FACT)
    with suppress(Undo), records.begin() as unit:
        unit.facts.append(FACT)
        raise Undo
    assert append(records, FACT)[0].seq == 2
    assert verdict(records) is None


class Level(IntEnum):
    LOW = 4


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"keys": (1, 2)}, {"keys": [1, 2]}),
        ({10: "ten", 9: "nine"}, {"10": "ten", "9": "nine"}),
        ({"level": Level.LOW}, {"level": 4}),
        ({"text": "\x00 \ud800"}, {"text": "\x00 \ufffd"}),
        ({"large": 10**30, "small": 5e-324, "minus": -0.0}, {"large": 10**30, "small": 5e-324, "minus": -0.0}),
    ],
)
def test_data_is_hashed_as_it_is_kept(records: SqlRecords, given: dict[Any, Any], kept: dict[str, Any]) -> None:
    (fact,) = append(records, replace(FACT, data=given))
    assert fact.data == kept
    with records.read() as unit:
        assert unit.facts.after(0) == [fact]
    assert verdict(records) is None


def test_words_that_no_database_can_store_are_replaced_before_they_are_hashed(records: SqlRecords) -> None:
    (fact,) = append(records, replace(FACT, why="a\x00b", who="\udfff", subject="x\x00"))
    assert (fact.why, fact.who) == ("a\ufffdb", "\ufffd")
    with records.read() as unit:
        assert unit.facts.of("alert", "x\x00") == [fact]
    assert verdict(records) is None


@pytest.mark.parametrize("data", [{"value": float("nan")}, {"thing": object()}])
def test_data_that_json_does_not_have_is_refused(records: SqlRecords, data: dict[str, Any]) -> None:
    with records.begin() as unit:
        with pytest.raises((ValueError, TypeError)):
            unit.facts.append(replace(FACT, data=data))
        assert unit.facts.append(FACT).seq == 1


def test_eight_threads_write_one_chain_without_gaps(shared: SqlRecords) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            append(shared, replace(FACT, subject=f"{number}"), replace(FACT, subject=f"{number}-{turn}"))

    assert at_once(8, write) == [None] * 8
    with shared.read() as unit:
        assert [fact.seq for fact in unit.facts.after(0, limit=1_000)] == list(range(1, 161))
        assert unit.facts.verify() is None


def test_a_long_chain_is_verified_to_its_end(records: SqlRecords) -> None:
    append(records, *([FACT] * 2_100))
    assert verdict(records) is None
    tamper(records, "UPDATE facts SET who = 'nobody' WHERE seq = 2099")
    assert verdict(records) == 2099


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE facts SET data = '{\"value\":0.61}' WHERE seq = 3", 3),
        ("UPDATE facts SET at = at + 1 WHERE seq = 1", 1),
        ("UPDATE facts SET hash = 'abc' WHERE seq = 2", 2),
        ("DELETE FROM facts WHERE seq = 3", 4),
        ("DELETE FROM facts WHERE seq = 1", 2),
        ("UPDATE facts SET seq = 9 WHERE seq = 5", 9),
    ],
)
def test_tampering_is_found_where_it_was_done(records: SqlRecords, statement: str, found: int) -> None:
    append(records, *([FACT] * 5))
    tamper(records, statement)
    assert verdict(records) == found


def test_a_fact_put_in_between_is_found(records: SqlRecords) -> None:
    append(records, FACT, FACT)
    forged = replace(FACT, what="acknowledged")
    tamper(
        records,
        "UPDATE facts SET seq = 3 WHERE seq = 2",
        "INSERT INTO facts SELECT 2, at, noun, subject, what, before, after, why, who, data, 'x', "
        f"'{digest(forged, 'x')}' FROM facts WHERE seq = 1",
    )
    assert verdict(records) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts SET who = 'nobody'",
        "DELETE FROM facts",
        "INSERT INTO facts SELECT 3, at, noun, subject, what, before, after, why, who, data, previous, hash FROM facts",
    ],
)
def test_the_database_refuses_to_change_remove_or_fork_facts(records: SqlRecords, statement: str) -> None:
    append(records, FACT)
    with pytest.raises(DBAPIError, match=r"facts|unique"), records.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert verdict(records) is None


REPLACE = {
    "sqlite": "INSERT OR REPLACE INTO facts SELECT seq, at, noun, subject, 'x', '', '', '', '', '{}', '', '' FROM facts",
    "postgresql": "TRUNCATE facts",
}


def test_neither_does_it_replace_or_truncate(records: SqlRecords) -> None:
    append(records, FACT)
    with pytest.raises(DBAPIError, match="facts"), records.engine.begin() as connection:
        connection.exec_driver_sql(REPLACE[connection.dialect.name])
    assert verdict(records) is None


def test_facts_told_lean_say_the_same_as_whole_ones(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.facts.append(replace(FACT, why="雨", data={"a": [1, None], "b": {"c": "é"}}))
        unit.facts.append(replace(FACT, what="returned", at=FACT.at + 1))
        unit.facts.append(replace(FACT, noun="letter"))
        whole = unit.facts.between("alert", ("raised", "returned"), FACT.at, FACT.at + 2)
        lean = list(unit.facts.told("alert", ("raised", "returned"), FACT.at, FACT.at + 2))
        assert [(f.seq, f.at, f.noun, f.subject, f.what, f.after, f.why, f.who, f.data) for f in whole] == [
            *map(tuple, lean)
        ]
        assert list(unit.facts.told("alert", ("raised", "returned"), FACT.at, FACT.at + 2, lean[0].seq)) == lean[:1]
        assert list(unit.facts.told("alert", ("raised",), FACT.at + 1, FACT.at + 2)) == []


def test_what_is_newer_is_told_by_its_number_whatever_its_time(records: SqlRecords) -> None:
    with records.begin() as unit:
        for at in (FACT.at, FACT.at - 10, FACT.at + 10, FACT.at - 20):
            unit.facts.append(replace(FACT, at=at))
        unit.facts.append(replace(FACT, noun="letter"))
        unit.facts.append(replace(FACT, noun="duty"))
        assert [(f.seq, f.noun) for f in unit.facts.news(("alert", "duty"), 2, 6)] == [
            (3, "alert"), (4, "alert"), (6, "duty"),
        ]  # fmt: skip
        assert [f.seq for f in unit.facts.news(("alert",), 2, 3)] == [3]

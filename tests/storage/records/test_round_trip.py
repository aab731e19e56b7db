"""Whatever a noun may hold comes back the same from each database."""

import types
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.alert import Alert, Condition, Track
from facility.fact import Fact, digest
from facility.inspection import Result
from facility.letter import DeadLetter, Unclaimed
from facility.register import TABLES, Change, key_of
from facility.work_order import WorkOrder
from storage.records.people import Account, Session, Token
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, Undo

WHOLE = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: WHOLE,
    float: NUMBERS,
    str: WORDS,
    bool: st.booleans(),
    bytes: st.binary(max_size=64),
}


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) in (Union, types.UnionType):
        return st.none() | of(next(one for one in get_args(kind) if one is not type(None)))
    if get_origin(kind) is tuple:
        return st.lists(of(get_args(kind)[0]), max_size=3).map(tuple)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return noun(kind)


def noun(kind: type, **instead: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    return st.builds(
        kind, **({field.name: of(hints[field.name]) for field in fields(kind) if field.name not in instead} | instead)
    )


@given(noun(Alert, id=st.just(0), version=st.integers(0, 2**40)))
def test_alerts(lasting: SqlRecords, alert: Alert) -> None:
    with suppress(Undo), lasting.begin() as unit:
        kept = unit.alerts.open(alert)
        assert unit.alerts.get(kept.id) == replace(alert, id=kept.id)
        assert unit.alerts.update(kept) == unit.alerts.get(kept.id) == replace(kept, version=alert.version + 1)
        raise Undo


@given(
    st.dictionaries(
        st.tuples(WORDS, WORDS), st.builds(Track, st.sampled_from(Condition), WHOLE, WHOLE, WHOLE, WHOLE), max_size=5
    )
)
def test_tracks(lasting: SqlRecords, tracks: dict[tuple[str, str], Track]) -> None:
    with suppress(Undo), lasting.begin() as unit:
        unit.alerts.put_tracks(tracks)
        assert unit.alerts.tracks() == {k: t for k, t in tracks.items() if t.condition is not Condition.NORMAL}
        raise Undo


@given(noun(WorkOrder, id=st.just(0), version=st.integers(0, 2**40)))
def test_work_orders(lasting: SqlRecords, order: WorkOrder) -> None:
    with suppress(Undo), lasting.begin() as unit:
        kept = unit.work_orders.add(order)
        assert unit.work_orders.get(kept.id) == replace(order, id=kept.id)
        raise Undo


@given(noun(Result, id=st.just(0)))
def test_results(lasting: SqlRecords, result: Result) -> None:
    with suppress(Undo), lasting.begin() as unit:
        kept = unit.results.add(result)
        assert unit.results.get(kept.id) == unit.results.by_key(result.key) == replace(result, id=kept.id)
        raise Undo


@given(st.lists(noun(Fact, data=st.dictionaries(WORDS, JSON, max_size=4)), min_size=1, max_size=4))
def test_facts(lasting: SqlRecords, facts: list[Fact]) -> None:
    with suppress(Undo), lasting.begin() as unit:
        chained = [unit.facts.append(fact) for fact in facts]
        assert unit.facts.after(0) == chained
        assert [digest(fact, one.previous) for fact, one in zip(facts, chained, strict=True)] == [
            one.hash for one in chained
        ]
        assert unit.facts.verify() is None
        raise Undo


@given(noun(DeadLetter, id=st.just(0), resolved=st.none(), size=st.integers(64, 2**40)))
def test_dead_letters(lasting: SqlRecords, letter: DeadLetter) -> None:
    with suppress(Undo), lasting.begin() as unit:
        unit.letters.bury(letter)
        (kept,) = unit.letters.dead().rows
        assert kept == replace(letter, id=kept.id)
        raise Undo


@given(noun(Unclaimed, id=st.just(0)))
def test_unclaimed_devices(lasting: SqlRecords, device: Unclaimed) -> None:
    with suppress(Undo), lasting.begin() as unit:
        unit.letters.notice(device)
        (kept,) = unit.letters.unclaimed().rows
        assert kept == replace(device, id=kept.id)
        raise Undo


@given(noun(Account), noun(Session), noun(Token, id=st.just(0), revoked=st.none()))
def test_people(lasting: SqlRecords, account: Account, session: Session, token: Token) -> None:
    with suppress(Undo), lasting.begin() as unit:
        unit.people.add(account)
        unit.people.add_session(session)
        kept = unit.people.add_token(token)
        assert unit.people.get(account.id) == account
        assert unit.people.session(session.digest) == session
        assert unit.people.token(token.digest) == replace(token, id=kept.id)
        raise Undo


@pytest.mark.parametrize("table", TABLES)
@settings(max_examples=40)
@given(data=st.data())
def test_entries_of_the_register(lasting: SqlRecords, table: str, data: st.DataObject) -> None:
    entries = data.draw(st.lists(noun(TABLES[table]), min_size=1, max_size=3, unique_by=key_of))
    with suppress(Undo), lasting.begin() as unit:
        added = [Change(table=table, key=key_of(entry), before=None, after=entry) for entry in entries]
        unit.registers.apply(added, "wang", NOON)
        assert list(getattr(unit.registers.load(), table).values()) == entries
        raise Undo


@given(JSON)
def test_notes(lasting: SqlRecords, value: Any) -> None:
    with suppress(Undo, TypeError), lasting.begin() as unit:
        unit.notes.put("name", value)
        assert unit.notes.get("name") == value
        raise Undo

"""Facts: append-only, each carrying the hash of the one before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Row, func, insert, select

from facility.fact import Fact, digest
from storage.records.port import ToldFact
from storage.records.sql.tables import FACTS, storable, within
from storage.records.sql.transaction import Transaction

_C = FACTS.c
_TOLD = select(_C.seq, _C.at, _C.noun, _C.subject, _C.what, _C.after, _C.why, _C.who, _C.data)
_HEAD = select(_C.seq, _C.hash).order_by(_C.seq.desc()).limit(1)
_ADD = insert(FACTS)
_CHAIN_LOCK = select(func.pg_advisory_xact_lock(0x0D07_FAC7))
_AT_ONCE = 1_000


class SqlFacts:
    """See ``storage.records.port.Facts``.

    On PostgreSQL the first append of a unit waits for its turn at the chain and keeps it until the commit: append as
    late in a unit as you can.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction
        self._head: tuple[int, str] | None = None

    def append(self, fact: Fact) -> Fact:
        """``data`` comes back as JSON keeps it: tuples are lists, keys are strings."""
        return self.append_all([fact])[0]

    def append_all(self, facts: Sequence[Fact]) -> list[Fact]:
        """Several at once, in order."""
        seq, previous = self._take_head()
        chained: list[Fact] = []
        for fact in facts:
            kept = _as_stored(fact)
            seq, before, previous = seq + 1, previous, digest(kept, previous)
            chained.append(replace(kept, seq=seq, previous=before, hash=previous))
        self._do.run(_ADD, [_row(fact) for fact in chained])
        self._head = seq, previous
        return chained

    def of(self, noun: str, subject: str) -> list[Fact]:
        """Oldest first."""
        wanted = select(FACTS).where(_C.noun == noun, _C.subject == subject).order_by(_C.seq)
        return [_fact(row) for row in self._do.rows(wanted)]

    def about(self, noun: str, subjects: Sequence[str]) -> dict[str, list[Fact]]:
        """Oldest first."""
        found: dict[str, list[Fact]] = {}
        for row in self._do.rows(select(FACTS).where(_C.noun == noun, _C.subject.in_(subjects)).order_by(_C.seq)):
            found.setdefault(row.subject, []).append(_fact(row))
        return found

    def after(self, seq: int, limit: int = 500) -> list[Fact]:
        """In order."""
        wanted = select(FACTS).where(_C.seq > within(seq)).order_by(_C.seq).limit(limit)
        return [_fact(row) for row in self._do.rows(wanted)]

    def between(self, noun: str, whats: Sequence[str], start: int, end: int) -> list[Fact]:
        """In order."""
        wanted = select(FACTS).where(_C.noun == noun, _C.what.in_(whats), _C.at >= within(start), _C.at < within(end))
        return [_fact(row) for row in self._do.rows(wanted.order_by(_C.seq))]

    def told(
        self, noun: str, whats: Sequence[str], start: int, end: int, upto: int | None = None
    ) -> Iterator[ToldFact]:
        """In order."""
        wanted = _TOLD.where(_C.noun == noun, _C.what.in_(whats), _C.at >= within(start), _C.at < within(end))
        if upto is not None:
            wanted = wanted.where(_C.seq <= within(upto))
        return _lean(self._do.rows(wanted.order_by(_C.seq)))

    def news(self, nouns: Sequence[str], after: int, upto: int) -> Iterator[ToldFact]:
        """In order."""
        # By number, not by noun: SQLite would rather walk through all that was ever said of a noun.
        about = (_C.noun + "").in_(nouns)
        wanted = _TOLD.where(_C.seq > within(after), _C.seq <= within(upto), about)
        return _lean(self._do.rows(wanted.order_by(_C.seq)))

    def head(self) -> int:
        """The newest ``seq``."""
        return int(self._do.value(select(func.max(_C.seq))) or 0)

    def verify(self) -> int | None:
        """Reads the chain in portions, so that its length does not matter."""
        seq, previous = 0, ""
        while portion := self.after(seq, _AT_ONCE):
            for fact in portion:
                if fact.seq != seq + 1 or fact.previous != previous or digest(fact, previous) != fact.hash:
                    return fact.seq
                seq, previous = fact.seq, fact.hash
        return None

    def _take_head(self) -> tuple[int, str]:
        if self._head is not None:
            return self._head
        if self._do.on_postgres:
            # A statement of its own: only the next one sees what the writer before us committed.
            self._do.run(_CHAIN_LOCK)
        row = self._do.row(_HEAD)
        return (row.seq, row.hash) if row else (0, "")


def _lean(rows: Iterable[Row[Any]]) -> Iterator[ToldFact]:
    """One at a time: a month of them decoded at once costs more in looking after than in reading."""
    loads, make = orjson.loads, ToldFact._make
    for row in rows:
        cells = list(row)
        cells[-1] = loads(cells[-1])
        yield make(cells)


def _json(data: Any) -> str:
    return storable(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False))


def _as_stored(fact: Fact) -> Fact:
    """As it will be read again: a hash over anything else would not verify."""
    return replace(
        fact,
        noun=storable(fact.noun),
        subject=storable(fact.subject),
        what=storable(fact.what),
        before=storable(fact.before),
        after=storable(fact.after),
        why=storable(fact.why),
        who=storable(fact.who),
        data=json.loads(_json(dict(fact.data))),
    )


_COLUMNS = ("seq", "at", "noun", "subject", "what", "before", "after", "why", "who", "previous", "hash")


def _row(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in _COLUMNS} | {"data": _json(fact.data)}


def _fact(row: Row[Any]) -> Fact:
    found = row._mapping
    return Fact(**{name: found[name] for name in _COLUMNS}, data=json.loads(found["data"]))

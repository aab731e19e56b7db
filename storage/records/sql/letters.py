"""Dead letters and unclaimed devices: counted with like ones, bounded, never dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, case, delete, exists, func, select, text, tuple_, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

from facility.letter import DeadLetter, Unclaimed
from storage.records.port import NotFound, Page
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import DEAD_LETTERS, UNCLAIMED, storable, within
from storage.records.sql.transaction import Transaction

T = TypeVar("T", DeadLetter, Unclaimed)

LARGEST_PAYLOAD = 256 * 1024
MOST_ROWS = 10_000
"""Rows per source. A device can make up topics and names without end: what comes beyond is counted in one more row."""
REST = "…"
"""The topic, or external id, of that row."""
REST_REASON = "10,000 different ones of this source are kept, the rest is counted here"

_D, _U = DEAD_LETTERS.c, UNCLAIMED.c
_LETTER, _DEVICE = Shape(DeadLetter), Shape(Unclaimed)
_UNRESOLVED = text("resolved IS NULL")

Row = dict[str, Any]
NewRow = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
"""What an INSERT wanted to write (``excluded``)."""
Sample = tuple[str, ...]
_OF_A_LETTER: Sample = ("payload", "size")
_OF_A_DEVICE: Sample = ("payload", "topic", "guess")

Place = tuple[str, ColumnElement[int], ColumnElement[int]]
"""(kind of cursor, last seen, id): what a list is ordered by."""
_OF_LETTERS: Place = ("dead-letters", _D.last, _D.id)
_OF_DEVICES: Place = ("unclaimed", _U.last, _U.id)


class SqlLetters:
    """See ``storage.records.port.Letters``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def bury(self, letter: DeadLetter) -> None:
        """The payload is cut to ``LARGEST_PAYLOAD``; ``size`` stays the true length."""
        size = max(letter.size, len(letter.payload))
        letter = replace(letter, size=size, payload=letter.payload[:LARGEST_PAYLOAD], resolved=None)
        if not self._counted(DEAD_LETTERS, _letter_row(letter), _OF_A_LETTER, _D.resolved.is_(None)):
            if self._is_full(DEAD_LETTERS, letter.source, _D.resolved.is_(None)):
                letter = replace(letter, topic=REST, reason=REST_REASON)
            self._insert(DEAD_LETTERS, _letter_row(letter), _OF_A_LETTER, index_where=_UNRESOLVED)

    def dead(self, cursor: str | None = None, limit: int = 50, resolved: bool = False) -> Page[DeadLetter]:
        """Newest first; the unresolved ones, or the resolved ones."""
        wanted = select(DEAD_LETTERS).where(_D.resolved.is_not(None) if resolved else _D.resolved.is_(None))
        return self._page(wanted, _OF_LETTERS, _LETTER.thing, cursor, limit)

    def get_dead(self, number: int) -> DeadLetter:
        """Raises ``NotFound``."""
        return _LETTER.thing(self._row(DEAD_LETTERS, number, "dead letter"))

    def resolve(self, number: int, at: int) -> None:
        """One that was resolved before keeps its time."""
        first = case((_D.resolved.is_(None), at), else_=_D.resolved)
        self._change(number, {"resolved": first, "retry": None})

    def ask_retry(self, number: int, at: int) -> None:
        """Raises ``NotFound`` for a resolved one as well: there is nothing left to try."""
        self._change(number, {"retry": at}, _D.resolved.is_(None))

    def to_retry(self) -> list[DeadLetter]:
        """Oldest request first."""
        wanted = select(DEAD_LETTERS).where(_D.retry.is_not(None), _D.resolved.is_(None)).order_by(_D.retry, _D.id)
        return [_LETTER.thing(row) for row in self._do.rows(wanted)]

    def retried(self, number: int, reason: str) -> None:
        """Two rows may end with one reason; like ones that arrive later are counted in the older of them."""
        letter = self.get_dead(number)
        likeness = _like_letter(replace(letter, reason=reason))
        taken = exists().where(_D.likeness == likeness, _D.resolved.is_(None), _D.id != number)
        values: dict[str, Any] = {"reason": reason, "retry": None}
        if not self._do.value(select(taken)):
            values["likeness"] = likeness
        self._change(number, values)

    def notice(self, device: Unclaimed) -> None:
        """The payload is cut to ``LARGEST_PAYLOAD``."""
        device = replace(device, payload=device.payload[:LARGEST_PAYLOAD])
        if not self._counted(UNCLAIMED, _device_row(device), _OF_A_DEVICE):
            if self._is_full(UNCLAIMED, device.source):
                device = replace(device, external_id=REST, key="", topic=REST, guess="")
            self._insert(UNCLAIMED, _device_row(device), _OF_A_DEVICE)

    def unclaimed(self, cursor: str | None = None, limit: int = 50) -> Page[Unclaimed]:
        """Newest first."""
        return self._page(select(UNCLAIMED), _OF_DEVICES, _DEVICE.thing, cursor, limit)

    def get_unclaimed(self, number: int) -> Unclaimed:
        """Raises ``NotFound``."""
        return _DEVICE.thing(self._row(UNCLAIMED, number, "unclaimed device"))

    def unclaimed_of(self, source: str, external_id: str) -> list[Unclaimed]:
        """By the index on the source; the rows of one source are bounded."""
        wanted = select(UNCLAIMED).where(_U.source == source, _U.external_id == external_id).order_by(_U.id).limit(200)
        return [_DEVICE.thing(row) for row in self._do.rows(wanted)]

    def claimed(self, source: str, external_id: str, key: str | None = None) -> None:
        """Forget what was kept about it."""
        wanted = delete(UNCLAIMED).where(_U.source == source, _U.external_id == external_id)
        self._do.run(wanted if key is None else wanted.where(_U.key == key))

    def counts(self) -> tuple[int, int]:
        """(unresolved dead letters counting repeats, unclaimed rows)."""
        letters = self._do.value(select(func.sum(_D["count"])).where(_D.resolved.is_(None)))
        return int(letters or 0), int(self._do.value(select(func.count()).select_from(UNCLAIMED)))

    def _counted(self, table: Table, row: Row, sample: Sample, *among: ColumnElement[bool]) -> bool:
        """Whether there is a like row, which then counts this one."""
        like = update(table).where(table.c.likeness == row["likeness"], *among)
        return self._do.run(like.values(_merged(table, row, sample))).rowcount == 1

    def _is_full(self, table: Table, source: str, *among: ColumnElement[bool]) -> bool:
        """Whether one more row of ``source`` would be too many."""
        last = select(table.c.source).where(table.c.source == source, *among).offset(MOST_ROWS - 1).limit(1)
        return self._do.row(last) is not None

    def _insert(self, table: Table, row: Row, sample: Sample, **index: Any) -> None:
        """A like row may have come in between, or be the one for the rest."""
        insert = self._do.insert(table)
        merged = _merged(table, insert.excluded, sample)
        self._do.run(insert.on_conflict_do_update(index_elements=["likeness"], set_=merged, **index), row)

    def _page(
        self, wanted: Select[Any], place: Place, thing: Callable[[Any], T], cursor: str | None, limit: int
    ) -> Page[T]:
        kind, last, number = place
        if cursor is not None:
            wanted = wanted.where(tuple_(last, number) < tuple_(*cursors.read(kind, cursor, 2)))
        rows = self._do.rows(wanted.order_by(last.desc(), number.desc()).limit(limit + 1))
        found = [thing(row) for row in rows]
        more = cursors.write(kind, found[limit - 1].last, found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)

    def _row(self, table: Table, number: int, noun: str) -> Any:
        row = self._do.row(select(table).where(table.c.id == within(number)))
        if row is None:
            raise NotFound(f"there is no {noun} {number}")
        return row

    def _change(self, number: int, values: dict[str, Any], *only: ColumnElement[bool]) -> None:
        if self._do.run(update(DEAD_LETTERS).where(_D.id == within(number), *only).values(values)).rowcount == 0:
            raise NotFound(f"there is no dead letter {number} that can be changed so")


def _merged(table: Table, new: Row | NewRow, sample: Sample) -> dict[str, ColumnElement[Any]]:
    """A row that counts ``new`` as well; it keeps the newer one's ``sample``."""
    old = table.c
    merged: dict[str, ColumnElement[Any]] = {
        name: case((old["last"] <= new["last"], new[name]), else_=old[name]) for name in (*sample, "last")
    }
    merged["first"] = case((old["first"] > new["first"], new["first"]), else_=old["first"])
    merged["count"] = old["count"] + new["count"]
    return merged


def _letter_row(letter: DeadLetter) -> Row:
    return _LETTER.new_row(letter) | {"likeness": _like_letter(letter)}


def _device_row(device: Unclaimed) -> Row:
    return _DEVICE.new_row(device) | {"likeness": _likeness(device.source, device.external_id, device.key)}


def _like_letter(letter: DeadLetter) -> str:
    return _likeness(letter.source, letter.topic, letter.reason)


def _likeness(*parts: str) -> str:
    return hashlib.sha256("\x00".join(map(storable, parts)).encode()).hexdigest()

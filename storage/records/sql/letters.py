"""Dead letters and unclaimed devices: counted with like ones, bounded, never dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, case, delete, exists, func, select, text, tuple_, update

from facility.letter import DeadLetter, Unclaimed
from storage.records.port import NotFound, Page
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import DEAD_LETTERS, UNCLAIMED, storable
from storage.records.sql.transaction import Transaction

T = TypeVar("T", DeadLetter, Unclaimed)

LARGEST_PAYLOAD = 256 * 1024
MOST_ROWS = 10_000
"""Rows per source. A device can make up topics and names without end: what comes beyond is counted in one more row."""
REST = "…"
"""The topic, or external id, of that row."""
REST_REASON = "该来源的不同死信已满一万种，其余在此合并计数 / 10,000 different letters of this source are kept, the rest is counted here"

_D, _U = DEAD_LETTERS.c, UNCLAIMED.c
_LETTER, _DEVICE = Shape(DeadLetter), Shape(Unclaimed)
_UNRESOLVED = text("resolved IS NULL")

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
        if self._is_full(DEAD_LETTERS, letter.source, _like_letter(letter), _D.resolved.is_(None)):
            letter = replace(letter, topic=REST, reason=REST_REASON)
        row = _LETTER.new_row(letter) | {"likeness": _like_letter(letter)}
        self._count_in(DEAD_LETTERS, row, ("payload", "size"), index_where=_UNRESOLVED)

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
        if self._is_full(UNCLAIMED, device.source, _like_device(device)):
            device = replace(device, external_id=REST, key="", topic=REST, guess="")
        row = _DEVICE.new_row(device) | {"likeness": _like_device(device)}
        self._count_in(UNCLAIMED, row, ("payload", "topic", "guess"))

    def unclaimed(self, cursor: str | None = None, limit: int = 50) -> Page[Unclaimed]:
        """Newest first."""
        return self._page(select(UNCLAIMED), _OF_DEVICES, _DEVICE.thing, cursor, limit)

    def get_unclaimed(self, number: int) -> Unclaimed:
        """Raises ``NotFound``."""
        return _DEVICE.thing(self._row(UNCLAIMED, number, "unclaimed device"))

    def claimed(self, source: str, external_id: str, key: str | None = None) -> None:
        """Forget what was kept about it."""
        wanted = delete(UNCLAIMED).where(_U.source == source, _U.external_id == external_id)
        self._do.run(wanted if key is None else wanted.where(_U.key == key))

    def counts(self) -> tuple[int, int]:
        """(unresolved dead letters counting repeats, unclaimed rows)."""
        letters = self._do.value(select(func.sum(_D["count"])).where(_D.resolved.is_(None)))
        return int(letters or 0), int(self._do.value(select(func.count()).select_from(UNCLAIMED)))

    def _is_full(self, table: Table, source: str, likeness: str, *among: ColumnElement[bool]) -> bool:
        """Whether a row for ``likeness`` would be one too many."""
        if self._do.value(select(exists().where(table.c.likeness == likeness, *among))):
            return False
        last = select(table.c.source).where(table.c.source == source, *among).offset(MOST_ROWS - 1).limit(1)
        return self._do.row(last) is not None

    def _count_in(self, table: Table, row: dict[str, Any], sample: tuple[str, ...], **index: Any) -> None:
        """Insert, or count into the like row, which keeps the newest one's ``sample``."""
        insert = self._do.insert(table)
        new, old = insert.excluded, table.c
        newer = new["last"] >= old["last"]
        news: dict[str, ColumnElement[Any]] = {
            name: case((newer, new[name]), else_=old[name]) for name in (*sample, "last")
        }
        news["first"] = case((new["first"] < old["first"], new["first"]), else_=old["first"])
        news["count"] = old["count"] + new["count"]
        self._do.run(insert.on_conflict_do_update(index_elements=["likeness"], set_=news, **index), row)

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
        row = self._do.row(select(table).where(table.c.id == number))
        if row is None:
            raise NotFound(f"there is no {noun} {number}")
        return row

    def _change(self, number: int, values: dict[str, Any], *only: ColumnElement[bool]) -> None:
        if self._do.run(update(DEAD_LETTERS).where(_D.id == number, *only).values(values)).rowcount == 0:
            raise NotFound(f"there is no dead letter {number} that can be changed so")


def _likeness(*parts: str) -> str:
    return hashlib.sha256("\x00".join(map(storable, parts)).encode()).hexdigest()


def _like_letter(letter: DeadLetter) -> str:
    return _likeness(letter.source, letter.topic, letter.reason)


def _like_device(device: Unclaimed) -> str:
    return _likeness(device.source, device.external_id, device.key)

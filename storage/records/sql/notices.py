"""Notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Boolean, ColumnElement, and_, func, literal_column, or_, select, update

from facility.notice import Notice, claimed
from storage.records.notices import Claim, NoticeFilter
from storage.records.port import Conflict, NotFound, Page
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import within
from storage.records.sql.tables.notices import NOTICE_STANDS_OUT, NOTICE_WAITS, NOTICES
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(Notice)
_C = NOTICES.c
_WAITS: ColumnElement[bool] = literal_column(NOTICE_WAITS, Boolean)
_STANDS_OUT: ColumnElement[bool] = literal_column(NOTICE_STANDS_OUT, Boolean)
_ORDER = (_C.rank, _C.due, _C.id)


class SqlNotices:
    """See ``storage.records.notices.Notices``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, notice: Notice) -> bool:
        """False when its key is there already."""
        row = _SHAPE.new_row(notice, rank=notice.rank)
        statement = self._do.insert(NOTICES).on_conflict_do_nothing(index_elements=["key"]).returning(_C.id)
        return self._do.value(statement, row) is not None

    def get(self, number: int) -> Notice:
        """Raises ``NotFound``."""
        row = self._do.row(select(NOTICES).where(_C.id == within(number)))
        if row is None:
            raise NotFound(f"there is no notice {number}")
        return _SHAPE.thing(row)

    def of_key(self, key: str) -> Notice | None:
        """The one of that key."""
        row = self._do.row(select(NOTICES).where(_C.key == key))
        return _SHAPE.thing(row) if row else None

    def update(self, notice: Notice) -> Notice:
        """Compare-and-set on ``version``."""
        after = replace(notice, version=notice.version + 1)
        statement = update(NOTICES).where(_C.id == notice.id, _C.version == notice.version)
        if self._do.run(statement.values(_SHAPE.new_row(after, rank=after.rank))).rowcount == 0:
            found = self.get(notice.id)
            raise Conflict(f"notice {notice.id} is at version {found.version} by now, not {notice.version}")
        return after

    def due(self, now: int, limit: int = 100) -> list[Notice]:
        """The highest rank first, then the oldest due."""
        return self._found(_WAITS, _ready(now), limit=limit)

    def channels_due(self, now: int) -> dict[str, int]:
        """Channel → best rank."""
        statement = select(_C.channel, func.min(_C.rank).label("rank")).where(_WAITS, _ready(now)).group_by(_C.channel)
        return {row.channel: int(row.rank) for row in self._do.rows(statement)}

    def claim(self, channel: str, claim: Claim, limit: int, *, ranks: tuple[int, ...] = (0, 1, 2)) -> list[Notice]:
        """What another sender is just taking is passed over, not waited for."""
        wanted = select(NOTICES).where(_WAITS, _C.channel == channel, _C.rank.in_(ranks), _ready(claim.now))
        wanted = wanted.order_by(*_ORDER).limit(limit)
        if self._do.on_postgres:
            wanted = wanted.with_for_update(skip_locked=True)
        found = [_SHAPE.thing(row) for row in self._do.rows(wanted)]
        return [self.update(claimed(notice, claim.by, claim.now, claim.until)) for notice in found]

    def take_over(self, name: str, but: str) -> int:
        """``claimed_by`` stays: whoever claims it next sees that it is in doubt."""
        theirs = and_(_C.claimed_by.startswith(f"{name}/", autoescape=True), _C.claimed_by != but)
        statement = update(NOTICES).where(_WAITS, theirs, _C.claimed_until.is_not(None))
        return self._do.run(statement.values(claimed_until=None, doubt=True, version=_C.version + 1)).rowcount

    def digests(self, now: int) -> list[Notice]:
        """By person and channel."""
        statement = select(NOTICES).where(_WAITS, _C.digest, _C.due <= within(now))
        rows = self._do.rows(statement.order_by(_C.person, _C.channel, _C.address, _C.id))
        return [_SHAPE.thing(row) for row in rows]

    def next_due(self) -> int | None:
        """Of all that wait."""
        found = self._do.value(select(func.min(_C.due)).where(_WAITS))
        return None if found is None else int(found)

    def of_causes(self, causes: Sequence[str]) -> list[Notice]:
        """The oldest first."""
        rows = self._do.rows(select(NOTICES).where(_C.cause.in_(causes)).order_by(_C.id))
        return [_SHAPE.thing(row) for row in rows]

    def find(self, wanted: NoticeFilter, cursor: str | None = None, limit: int = 50) -> Page[Notice]:
        """Newest first."""
        statement = select(NOTICES).where(*_conditions(wanted)).order_by(_C.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(_C.id < cursors.read("notices", cursor, 1)[0])
        found = [_SHAPE.thing(row) for row in self._do.rows(statement)]
        more = cursors.write("notices", found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)

    def count(self, wanted: NoticeFilter) -> int:
        """How many match."""
        return int(self._do.value(select(func.count()).select_from(NOTICES).where(*_conditions(wanted))) or 0)

    def tally(self) -> dict[tuple[str, str], int]:
        """Of those that wait or are dead."""
        statement = select(_C.channel, _C.state, func.count().label("many")).where(_STANDS_OUT)
        rows = self._do.rows(statement.group_by(_C.channel, _C.state))
        return {(row.channel, row.state): int(row.many) for row in rows}

    def _found(self, *conditions: ColumnElement[bool], limit: int) -> list[Notice]:
        rows = self._do.rows(select(NOTICES).where(*conditions).order_by(*_ORDER).limit(limit))
        return [_SHAPE.thing(row) for row in rows]


def _ready(now: int) -> ColumnElement[bool]:
    free = or_(_C.claimed_until.is_(None), _C.claimed_until <= within(now))
    return and_(_C.digest.is_(False), _C.due <= within(now), free)


def _conditions(wanted: NoticeFilter) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    for column, values in (
        (_C.state, [state.value for state in wanted.states]),
        (_C.channel, wanted.channels),
        (_C.person, wanted.people),
        (_C.cause, wanted.causes),
    ):
        if values:
            chosen.append(column.in_(values))
    for column, asked in ((_C.test, wanted.test), (_C.doubt, wanted.doubt)):
        if asked is not None:
            chosen.append(column.is_(asked))
    if wanted.waiting_digest is not None:
        chosen.append(and_(_WAITS, _C.digest.is_(wanted.waiting_digest)))
    if wanted.since is not None:
        chosen.append(_C.created >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_C.created < within(wanted.until))
    return chosen

"""Notices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Boolean, ColumnElement, and_, func, literal_column, or_, select, update

from facility.notice import Notice, claimed
from storage.records.notices import Claim, NoticeFilter
from storage.records.port import Page
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import within
from storage.records.sql.tables.notices import NOTICE_STANDS_OUT, NOTICE_WAITS, NOTICES
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=NOTICES, shape=Shape(Notice), word="notice", pages="notices", derived=("rank",))
_C = NOTICES.c
_WAITS: ColumnElement[bool] = literal_column(NOTICE_WAITS, Boolean)
_STANDS_OUT: ColumnElement[bool] = literal_column(NOTICE_STANDS_OUT, Boolean)
_ORDER = (_C.rank, _C.due, _C.id)


class SqlNotices(Rows[Notice]):
    """See ``storage.records.notices.Notices``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def add(self, notice: Notice) -> bool:
        """False when its key is there already."""
        return self.new_unless(notice, index_elements=["key"]) is not None

    def of_key(self, key: str) -> Notice | None:
        """The one of that key."""
        return self.one(_C.key == key)

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
        return [self.update(claimed(notice, claim.by, claim.now, claim.until)) for notice in self.read(wanted)]

    def take_over(self, name: str, but: str) -> int:
        """``claimed_by`` stays: whoever claims it next sees that it is in doubt."""
        theirs = and_(_C.claimed_by.startswith(f"{name}/", autoescape=True), _C.claimed_by != but)
        statement = update(NOTICES).where(_WAITS, theirs, _C.claimed_until.is_not(None))
        return self._do.run(statement.values(claimed_until=None, doubt=True, version=_C.version + 1)).rowcount

    def digests(self, now: int) -> list[Notice]:
        """By person and channel."""
        statement = select(NOTICES).where(_WAITS, _C.digest, _C.due <= within(now))
        return self.read(statement.order_by(_C.person, _C.channel, _C.address, _C.id))

    def next_due(self) -> int | None:
        """Of all that wait."""
        found = self._do.value(select(func.min(_C.due)).where(_WAITS))
        return None if found is None else int(found)

    def of_causes(self, causes: Sequence[str]) -> list[Notice]:
        """The oldest first."""
        return self.those(_C.cause.in_(causes))

    def find(self, wanted: NoticeFilter, cursor: str | None = None, limit: int = 50) -> Page[Notice]:
        """Newest first."""
        return self.page(_conditions(wanted), cursor, limit)

    def count(self, wanted: NoticeFilter) -> int:
        """How many match."""
        return self.many(_conditions(wanted))

    def tally(self) -> dict[tuple[str, str], int]:
        """Of those that wait or are dead."""
        statement = select(_C.channel, _C.state, func.count().label("many")).where(_STANDS_OUT)
        rows = self._do.rows(statement.group_by(_C.channel, _C.state))
        return {(row.channel, row.state): int(row.many) for row in rows}

    def _found(self, *conditions: ColumnElement[bool], limit: int) -> list[Notice]:
        return self.read(select(NOTICES).where(*conditions).order_by(*_ORDER).limit(limit))


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

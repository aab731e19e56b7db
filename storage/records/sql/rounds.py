"""Rounds, and what was given at their points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, delete, select, true, tuple_

from facility.round import OVER, Round, RoundState
from facility.round_figures import Counted, Tally, tally
from facility.round_fold import Given
from storage.records.port import Page
from storage.records.rounds import RoundFilter
from storage.records.sql import cursor as cursors
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape, to_json
from storage.records.sql.tables import CHECKPOINT_GIVEN, ROUNDS, within
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=ROUNDS, shape=Shape(Round), word="round", pages="rounds")
_GIVEN = Shape(Given)
_C, _G = ROUNDS.c, CHECKPOINT_GIVEN.c
_SOONEST = "rounds-soonest"


class SqlRounds(Rows[Round]):
    """See ``storage.records.rounds.Rounds``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def row(self, thing: Round) -> dict[str, Any]:
        """With its figures beside it."""
        return super().row(thing) | {"tally": to_json(tally([thing]))}

    def plan(self, rows: Sequence[Round]) -> int:
        """Those whose key is not there."""
        if not rows:
            return 0
        insert = self._do.insert(ROUNDS).on_conflict_do_nothing(index_elements=["key"])
        # The drivers count rows that were left out differently; RETURNING is sure.
        return len(self._do.rows(insert.returning(_C.id), [self.row(one) for one in rows]))

    def withdraw(self, route: str, after: int, plan: str) -> int:
        """Only what is still planned."""
        mine = (_C.route == route, _C.state == RoundState.PLANNED.value, _C.opens > within(after), _C.plan != plan)
        return len(self._do.rows(delete(ROUNDS).where(*mine).returning(_C.id)))

    def some(self, numbers: Sequence[int]) -> dict[int, Round]:
        """Those that there are."""
        wanted = [within(number) for number in numbers]
        return {one.id: one for one in self.those(_C.id.in_(wanted))} if wanted else {}

    def find(
        self, wanted: RoundFilter, cursor: str | None = None, limit: int = 50, *, soonest: bool = False
    ) -> Page[Round]:
        """By start."""
        place, kind = tuple_(_C.start, _C.id), _SOONEST if soonest else _KIND.pages
        order = (_C.start, _C.id) if soonest else (_C.start.desc(), _C.id.desc())
        statement = select(ROUNDS).where(_fits(wanted)).order_by(*order).limit(limit + 1)
        if cursor is not None:
            from_ = tuple_(*cursors.read(kind, cursor, 2))
            statement = statement.where(place > from_ if soonest else place < from_)
        found = self.read(statement)
        more = cursors.write(kind, found[limit - 1].start, found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)

    def all(self, wanted: RoundFilter) -> list[Round]:
        """Oldest first."""
        return self.read(select(ROUNDS).where(_fits(wanted)).order_by(_C.start, _C.id))

    def counted(self, wanted: RoundFilter) -> list[Counted]:
        """Oldest first."""
        over = _C.state.in_([state.value for state in OVER])
        columns = select(_C.route, _C.team, _C.start, _C.tally).where(_fits(wanted), over).order_by(_C.start, _C.id)
        return [
            Counted(route=row.route, team=row.team, start=row.start, tally=Tally(**orjson.loads(row.tally)))
            for row in self._do.rows(columns)
        ]

    def count(self, wanted: RoundFilter) -> int:
        """How many match."""
        return self.many([_fits(wanted)])

    def open_at(self, start: int, end: int) -> list[Round]:
        """Oldest first."""
        touching = (_C.opens < within(end), _C.closes > within(start))
        return self.read(select(ROUNDS).where(*touching).order_by(_C.start, _C.id))

    def to_attend(self, now: int, limit: int) -> list[Round]:
        """What has waited longest first."""
        waiting = select(ROUNDS).where(_C.attend_at <= within(now)).order_by(_C.attend_at, _C.id)
        return self.read(waiting.limit(limit))

    def give(self, given: Given) -> bool:
        """Once."""
        insert = self._do.insert(CHECKPOINT_GIVEN).on_conflict_do_nothing(index_elements=["point", "at", "guard"])
        return self._do.value(insert.returning(_G.id), _GIVEN.new_row(given)) is not None

    def given(self, points: Iterable[str], start: int, end: int) -> list[Given]:
        """Oldest first."""
        there = (_G.point.in_(list(points)), _G.at >= within(start), _G.at < within(end))
        rows = self._do.rows(select(CHECKPOINT_GIVEN).where(*there).order_by(_G.at, _G.id))
        return [_GIVEN.thing(row) for row in rows]

    def drop_given(self, before: int) -> int:
        """Gone for good."""
        return self._do.run(delete(CHECKPOINT_GIVEN).where(_G.at < within(before))).rowcount

    def given_since(self, received: int, limit: int = 500) -> list[Given]:
        """In the order in which it came."""
        new = select(CHECKPOINT_GIVEN).where(_G.received >= within(received)).order_by(_G.received, _G.id)
        return [_GIVEN.thing(row) for row in self._do.rows(new.limit(limit))]


def _fits(wanted: RoundFilter) -> ColumnElement[bool]:
    chosen: list[Any] = [true()]
    for column, values in (
        (_C.route, wanted.routes),
        (_C.team, wanted.teams),
        (_C.duty, wanted.duties),
        (_C.state, tuple(state.value for state in wanted.states)),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.since is not None:
        chosen.append(_C.start >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_C.start < within(wanted.until))
    return and_(*chosen)

"""Work orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, TextClause, func, insert, select, text, update

from facility.work_order import WorkOrder
from storage.records.port import Conflict, NotFound, Page, WorkOrderFilter
from storage.records.sql import cursor as cursors
from storage.records.sql.clocks import SqlClocks
from storage.records.sql.shape import Shape
from storage.records.sql.tables import ORDER_IS_OPEN, WORK_ORDERS, within
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(WorkOrder)
_C = WORK_ORDERS.c
_OPEN, _OVER = text(ORDER_IS_OPEN), text(f"NOT ({ORDER_IS_OPEN})")
_ADD = insert(WORK_ORDERS).returning(_C.id)


class SqlWorkOrders:
    """See ``storage.records.port.WorkOrders``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do, self._clocks = transaction, SqlClocks(transaction)

    def add(self, order: WorkOrder) -> WorkOrder:
        """Returns it with its id."""
        kept = replace(order, id=self._do.value(_ADD, _SHAPE.new_row(order)))
        self._clocks.keep(kept, new=True)
        return kept

    def update(self, order: WorkOrder) -> WorkOrder:
        """Compare-and-set on ``version``."""
        after = replace(order, version=order.version + 1)
        statement = update(WORK_ORDERS).where(_C.id == order.id, _C.version == order.version)
        if self._do.run(statement.values(_SHAPE.new_row(after))).rowcount == 0:
            found = self.get(order.id)
            raise Conflict(f"work order {order.id} is at version {found.version} by now, not {order.version}")
        self._clocks.keep(after, new=False)
        return after

    def get(self, number: int) -> WorkOrder:
        """Raises ``NotFound``."""
        row = self._do.row(select(WORK_ORDERS).where(_C.id == within(number)))
        if row is None:
            raise NotFound(f"there is no work order {number}")
        return _SHAPE.thing(row)

    def some(self, numbers: Sequence[int]) -> dict[int, WorkOrder]:
        """Those that there are."""
        wanted = select(WORK_ORDERS).where(_C.id.in_([within(number) for number in numbers]))
        return {row.id: _SHAPE.thing(row) for row in self._do.rows(wanted)} if numbers else {}

    def find(self, wanted: WorkOrderFilter, cursor: str | None = None, limit: int = 50) -> Page[WorkOrder]:
        """Newest first."""
        statement = select(WORK_ORDERS).where(*_conditions(wanted)).order_by(_C.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(_C.id < cursors.read("work-orders", cursor, 1)[0])
        found = [_SHAPE.thing(row) for row in self._do.rows(statement)]
        more = cursors.write("work-orders", found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)

    def count(self, wanted: WorkOrderFilter) -> int:
        """How many match."""
        return int(self._do.value(select(func.count()).select_from(WORK_ORDERS).where(*_conditions(wanted))))


def _conditions(wanted: WorkOrderFilter) -> list[ColumnElement[bool] | TextClause]:
    chosen: list[ColumnElement[bool] | TextClause] = []
    if wanted.open is not None:
        chosen.append(_OPEN if wanted.open else _OVER)
    for column, values in (
        (_C.state, tuple(state.value for state in wanted.states)),
        (_C.assignee, wanted.assignees),
        (_C.zone, wanted.zones),
        (_C.asset, wanted.assets),
        (_C.kind, wanted.kinds),
        (_C.source, tuple(source.value for source in wanted.sources)),
        (_C.team, wanted.teams),
        (_C.source_of, (wanted.source_of,) if wanted.source_of else ()),
        (_C.cause, (wanted.cause,) if wanted.cause else ()),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.alert is not None:
        chosen.append(_C.alert == within(wanted.alert))
    if wanted.duplicate_of is not None:
        chosen.append(_C.duplicate_of == within(wanted.duplicate_of))
    if wanted.since is not None:
        chosen.append(_C.opened >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_C.opened < within(wanted.until))
    return chosen

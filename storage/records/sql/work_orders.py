"""Work orders."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from facility.work_order import WorkOrder
from storage.records.port import Page, WorkOrderFilter
from storage.records.sql.clocks import SqlClocks
from storage.records.sql.rows import Condition, Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import ORDER_IS_OPEN, WORK_ORDERS, within
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=WORK_ORDERS, shape=Shape(WorkOrder), word="work order", pages="work-orders")
_C = WORK_ORDERS.c
_OPEN, _OVER = text(ORDER_IS_OPEN), text(f"NOT ({ORDER_IS_OPEN})")


class SqlWorkOrders(Rows[WorkOrder]):
    """See ``storage.records.port.WorkOrders``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)
        self._clocks = SqlClocks(transaction)

    def add(self, order: WorkOrder) -> WorkOrder:
        """Returns it with its id."""
        kept = self.new(order)
        self._clocks.keep(kept, new=True)
        return kept

    def update(self, order: WorkOrder) -> WorkOrder:
        """Compare-and-set on ``version``."""
        after = super().update(order)
        self._clocks.keep(after, new=False)
        return after

    def some(self, numbers: Sequence[int]) -> dict[int, WorkOrder]:
        """Those that there are."""
        found = self.those(_C.id.in_([within(number) for number in numbers])) if numbers else []
        return {order.id: order for order in found}

    def find(self, wanted: WorkOrderFilter, cursor: str | None = None, limit: int = 50) -> Page[WorkOrder]:
        """Newest first."""
        return self.page(_conditions(wanted), cursor, limit)

    def count(self, wanted: WorkOrderFilter) -> int:
        """How many match."""
        return self.many(_conditions(wanted))


def _conditions(wanted: WorkOrderFilter) -> list[Condition]:
    chosen: list[Condition] = []
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

"""When clocks must be looked at, and what was done about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, bindparam, delete, func, select, text, tuple_

from facility.clock import BREACH, Act
from facility.clock_acts import next_look
from facility.work_order import WorkOrder
from storage.records.clocks import Due
from storage.records.sql.shape import Shape
from storage.records.sql.tables import CLOCK_ACTS, CLOCK_DUES, ORDER_IS_OPEN, WORK_ORDERS, within
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(Act)
_D, _A = CLOCK_DUES.c, CLOCK_ACTS.c
_OF_ORDER = delete(CLOCK_DUES).where(_D.work_order == bindparam("order"))
_AT_ONCE = 500
_CLOCKS = 5
"""An order has about so many."""


class SqlClocks:
    """See ``storage.records.clocks.Clocks``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def due(self, now: int, limit: int) -> list[Due]:
        """The oldest first."""
        return [Due(row.work_order, row.clock, row.due) for row in self._do.rows(due_now(now).limit(limit))]

    def next(self) -> int | None:
        """The next instant of all."""
        found = self._do.value(select(func.min(_D.due)))
        return None if found is None else int(found)

    def pressing(self, limit: int) -> list[int]:
        """Missed ones first, then by the instant."""
        missed = (
            select(_A.work_order, func.min(_A.due).label("due"))
            .where(_A.work_order.in_(select(WORK_ORDERS.c.id).where(text(ORDER_IS_OPEN))))
            .where(_A.level.startswith(BREACH, autoescape=True))
            .group_by(_A.work_order)
            .order_by("due", _A.work_order)
            .limit(limit)
        )
        next_ones = select(_D.work_order).order_by(_D.due, _D.work_order).limit(limit * _CLOCKS)
        found = [row.work_order for wanted in (missed, next_ones) for row in self._do.rows(wanted)]
        return list(dict.fromkeys(found))[: 2 * limit]

    def look_at(self, dues: Iterable[Due]) -> None:
        """Look at these clocks at other instants."""
        rows = [due._asdict() for due in dues]
        if rows:
            insert = self._do.insert(CLOCK_DUES)
            anew = insert.on_conflict_do_update(
                index_elements=["work_order", "clock"], set_={"due": insert.excluded.due}
            )
            self._do.run(anew, rows)

    def forget(self, dues: Iterable[Due]) -> None:
        """Nothing will fall due on these."""
        keys = [(due.work_order, due.clock) for due in dues]
        for start in range(0, len(keys), _AT_ONCE):
            these = keys[start : start + _AT_ONCE]
            self._do.run(delete(CLOCK_DUES).where(tuple_(_D.work_order, _D.clock).in_(these)))

    def acts(self, work_orders: Sequence[int]) -> list[Act]:
        """Oldest first."""
        wanted = select(CLOCK_ACTS).where(_A.work_order.in_(work_orders)).order_by(_A.id)
        return [_SHAPE.thing(row) for row in self._do.rows(wanted)] if work_orders else []

    def act(self, acts: Sequence[Act]) -> set[tuple[int, str, str]]:
        """Those that had not been done before."""
        if not acts:
            return set()
        # The drivers count inserted rows differently; RETURNING is sure.
        insert = self._do.insert(CLOCK_ACTS).values([_SHAPE.new_row(act) for act in acts])
        statement = insert.on_conflict_do_nothing().returning(_A.work_order, _A.clock, _A.level)
        return {(row.work_order, row.clock, row.level) for row in self._do.rows(statement)}

    def keep(self, order: WorkOrder, *, new: bool) -> None:
        """The instants of an order that was just written. What was done already is found out when its instant has come."""
        if not new:
            self._do.run(_OF_ORDER, {"order": order.id})
        looks = {clock.name: next_look(clock) for clock in order.clocks}
        self.look_at([Due(order.id, name, at) for name, at in looks.items() if at is not None])


def due_now(now: int) -> Select[tuple[int, str, int]]:
    """Those whose instant has come."""
    return (
        select(_D.work_order, _D.clock, _D.due).where(_D.due <= within(now)).order_by(_D.due, _D.work_order, _D.clock)
    )

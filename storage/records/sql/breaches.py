"""Breaches, and what late readings leave to be judged again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Executable, and_, bindparam, delete, false, func, or_, select, update

from facility.breach import Breach
from storage.records.breaches import BreachFilter, Stretch
from storage.records.port import NotFound
from storage.records.sql.shape import Shape
from storage.records.sql.tables import BREACHES, LATE_WORK, within
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(Breach)
_C = BREACHES.c
_STANDS = _C.withdrawn == false()
_AS_IT_WAS = and_(
    LATE_WORK.c.point == bindparam("of"),
    LATE_WORK.c.first == bindparam("since"),
    LATE_WORK.c.last == bindparam("until"),
)


class SqlBreaches:
    """See ``storage.records.breaches.Breaches``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, breaches: Iterable[Breach]) -> None:
        """All in one statement."""
        rows = [_SHAPE.new_row(breach) for breach in breaches]
        if rows:
            self._do.run(self._do.insert(BREACHES), rows)

    def end(self, rule: str, point: str, ended: int, cleared: int) -> None:
        """The one that goes on."""
        going_on = and_(_C.rule == rule, _C.point == point, _C.cleared.is_(None), _STANDS)
        self._do.run(update(BREACHES).where(going_on).values(ended=ended, cleared=cleared))

    def update(self, breach: Breach) -> None:
        """Raises ``NotFound``."""
        statement = update(BREACHES).where(_C.id == breach.id).values(_SHAPE.new_row(breach))
        if self._do.run(statement).rowcount == 0:
            raise NotFound(f"there is no breach {breach.id}")

    def about(self, rule: str, point: str, start: int, end: int) -> list[Breach]:
        """In force at some time in [start, end]."""
        return self._found(
            and_(_C.rule == rule, _C.point == point, _C.raised <= within(end), _not_cleared(start), _STANDS)
        )

    def of_alert(self, alert: int) -> list[Breach]:
        """Of one alert."""
        return self._found(and_(_C.alert == within(alert), _STANDS))

    def find(self, wanted: BreachFilter, limit: int = 1000) -> list[Breach]:
        """Oldest first."""
        return self._found(*_conditions(wanted), limit=limit)

    def _found(self, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Breach]:
        statement = select(BREACHES).where(*conditions).order_by(_C.started, _C.id).limit(limit)
        return [_SHAPE.thing(row) for row in self._do.rows(statement)]


def _not_cleared(start: int) -> ColumnElement[bool]:
    return or_(_C.cleared.is_(None), _C.cleared > within(start))


def _conditions(wanted: BreachFilter) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if wanted.rules:
        chosen.append(_C.rule.in_(wanted.rules))
    if wanted.points:
        chosen.append(_C.point.in_(wanted.points))
    if wanted.since is not None:
        chosen.append(or_(_C.cleared.is_(None), _C.cleared >= within(wanted.since)))
    if wanted.until is not None:
        chosen.append(_C.started < within(wanted.until))
    if wanted.withdrawn is not None:
        chosen.append(_C.withdrawn.is_(wanted.withdrawn))
    return chosen


class SqlLateWork:
    """See ``storage.records.breaches.LateWork``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def waiting(self) -> dict[str, Stretch]:
        """What has waited longest first."""
        statement = select(LATE_WORK).order_by(LATE_WORK.c.id)
        return {row.point: Stretch(row.first, row.last) for row in self._do.rows(statement)}

    def add(self, stretches: Mapping[str, Stretch]) -> None:
        """Always in one order, so that two writers never wait for one another."""
        if not stretches:
            return
        rows = [{"point": point, "first": s.first, "last": s.last} for point, s in sorted(stretches.items())]
        self._do.run(self._do.made_once("late work", self._widening), rows)

    def _widening(self) -> Executable:
        insert = self._do.insert(LATE_WORK)
        least, most = (func.least, func.greatest) if self._do.on_postgres else (func.min, func.max)
        wider = {
            "first": least(LATE_WORK.c.first, insert.excluded.first),
            "last": most(LATE_WORK.c.last, insert.excluded.last),
        }
        return insert.on_conflict_do_update(index_elements=["point"], set_=wider)

    def done(self, stretches: Mapping[str, Stretch]) -> None:
        """One that grew meanwhile stays."""
        rows = [{"of": point, "since": s.first, "until": s.last} for point, s in sorted(stretches.items())]
        if rows:
            self._do.run(delete(LATE_WORK).where(_AS_IT_WAS), rows)

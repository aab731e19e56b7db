"""Incidents, bulletins, reviews and measures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Table, and_, insert, or_, select, text, update

from facility.bulletin import Bulletin
from facility.incident import Incident
from facility.review import Measure, Review
from storage.records.incidents import IncidentFilter
from storage.records.port import Conflict, NotFound, Page
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import BULLETINS, INCIDENTS, MEASURES, REVIEWS, within
from storage.records.sql.tables.incidents import INCIDENT_IS_OPEN, MEASURE_IS_OPEN
from storage.records.sql.transaction import Transaction

N = TypeVar("N", Incident, Bulletin, Review, Measure)
# Worked out once: a unit of work is begun several times a second.
_SHAPES: dict[type, Shape[Any]] = {noun: Shape(noun) for noun in (Incident, Bulletin, Review, Measure)}
_OPEN = text(INCIDENT_IS_OPEN)
_I, _B, _R, _M = INCIDENTS.c, BULLETINS.c, REVIEWS.c, MEASURES.c


class _Rows(Generic[N]):
    """What the four nouns share: a number, and a version that counts changes."""

    def __init__(self, transaction: Transaction, table: Table, noun: type[N]) -> None:
        self._do, self._table = transaction, table
        self._shape: Shape[N] = _SHAPES[noun]

    def row(self, thing: N) -> dict[str, Any]:
        return self._shape.new_row(thing)

    def add(self, thing: N) -> N:
        statement = insert(self._table).returning(self._table.c.id)
        return replace(thing, id=int(self._do.value(statement, self.row(thing))))

    def update(self, thing: N) -> N:
        after = replace(thing, version=thing.version + 1)
        c = self._table.c
        statement = update(self._table).where(c.id == thing.id, c.version == thing.version).values(self.row(after))
        if self._do.run(statement).rowcount == 0:
            found = self.get(thing.id)
            raise Conflict(f"{self._table.name} {thing.id} is at version {found.version} by now, not {thing.version}")
        return after

    def get(self, number: int) -> N:
        row = self._do.row(select(self._table).where(self._table.c.id == within(number)))
        if row is None:
            raise NotFound(f"there is no {self._table.name} {number}")
        return self._shape.thing(row)

    def all(self, *conditions: Any, order: Any = None) -> list[N]:
        statement = select(self._table).where(*conditions).order_by(self._table.c.id if order is None else order)
        return [self._shape.thing(row) for row in self._do.rows(statement)]

    def page(self, conditions: list[Any], cursor: str | None, limit: int) -> Page[N]:
        c = self._table.c
        statement = select(self._table).where(*conditions).order_by(c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(c.id < cursors.read(self._table.name, cursor, 1)[0])
        found = [self._shape.thing(row) for row in self._do.rows(statement)]
        more = cursors.write(self._table.name, found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)


class SqlIncidents:
    """See ``storage.records.incidents.Incidents``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction
        self._rows = _Rows(transaction, INCIDENTS, Incident)

    def open(self, incident: Incident) -> Incident:
        """Leaves the transaction usable when it raises ``Conflict``."""
        statement = self._do.insert(INCIDENTS).on_conflict_do_nothing(index_elements=["cause"], index_where=_OPEN)
        number = self._do.value(statement.returning(_I.id), self._rows.row(incident))
        if number is None:
            raise Conflict(f"an incident of {incident.cause!r} is open already")
        return replace(incident, id=number)

    def update(self, incident: Incident) -> Incident:
        """Compare-and-set on ``version``."""
        return self._rows.update(incident)

    def get(self, number: int) -> Incident:
        """Raises ``NotFound``."""
        return self._rows.get(number)

    def open_of(self, cause: str) -> Incident | None:
        """The open one of that cause."""
        return next(iter(self._rows.all(_I.cause == cause, _OPEN)), None)

    def open_ones(self) -> list[Incident]:
        """The most urgent first, then the oldest; drills last."""
        found = self._rows.all(_OPEN)
        return sorted(found, key=lambda one: (one.drill, not one.life_safety, one.severity, one.id))

    def find(self, wanted: IncidentFilter, cursor: str | None = None, limit: int = 50) -> Page[Incident]:
        """Newest first."""
        return self._rows.page(_conditions(wanted), cursor, limit)

    def of_alert(self, alert: int) -> list[Incident]:
        """By the list as it lies in the row: ``[1,12,3]``."""
        a = _I.alerts
        return self._rows.all(
            or_(a == f"[{alert}]", a.like(f"[{alert},%"), a.like(f"%,{alert},%"), a.like(f"%,{alert}]"))
        )

    def of_order(self, order: int) -> list[Incident]:
        """Oldest first."""
        return self._rows.all(_I.work_order == within(order))


def _conditions(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if wanted.states:
        chosen.append(_I.state.in_([state.value for state in wanted.states]))
    if wanted.playbooks:
        chosen.append(_I.playbook.in_(wanted.playbooks))
    if wanted.drill is not None:
        chosen.append(_I.drill.is_(wanted.drill))
    if wanted.work_order is not None:
        chosen.append(_I.work_order == within(wanted.work_order))
    if wanted.since is not None:
        chosen.append(_I.event_at >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_I.event_at < within(wanted.until))
    return chosen


class SqlBulletins:
    """See ``storage.records.incidents.Bulletins``."""

    def __init__(self, transaction: Transaction) -> None:
        self._rows = _Rows(transaction, BULLETINS, Bulletin)

    def add(self, bulletin: Bulletin) -> Bulletin:
        """With its id."""
        return self._rows.add(bulletin)

    def update(self, bulletin: Bulletin) -> Bulletin:
        """Compare-and-set on ``version``."""
        return self._rows.update(bulletin)

    def get(self, number: int) -> Bulletin:
        """Raises ``NotFound``."""
        return self._rows.get(number)

    def of(self, incident: int) -> list[Bulletin]:
        """Oldest first."""
        return self._rows.all(_B.incident == within(incident))

    def public(self, at: int) -> list[Bulletin]:
        """Newest first."""
        shown = and_(_B.withdrawn.is_(None), _B.corrected_by.is_(None), _B.drill.is_(False))
        return self._rows.all(shown, or_(_B.until.is_(None), _B.until > within(at)), order=_B.id.desc())


class SqlReviews:
    """See ``storage.records.incidents.Reviews``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction
        self._reviews = _Rows(transaction, REVIEWS, Review)
        self._measures = _Rows(transaction, MEASURES, Measure)

    def of(self, noun: str, subject: int) -> Review | None:
        """The review of that thing."""
        return next(iter(self._reviews.all(_R.noun == noun, _R.subject == within(subject))), None)

    def add(self, review: Review) -> Review:
        """Leaves the transaction usable when it raises ``Conflict``."""
        statement = self._do.insert(REVIEWS).on_conflict_do_nothing(index_elements=["noun", "subject"])
        number = self._do.value(statement.returning(_R.id), self._reviews.row(review))
        if number is None:
            raise Conflict(f"somebody began the review of {review.noun} {review.subject} already")
        return replace(review, id=number)

    def update(self, review: Review) -> Review:
        """Compare-and-set on ``version``."""
        return self._reviews.update(review)

    def add_measure(self, measure: Measure) -> Measure:
        """With its id."""
        return self._measures.add(measure)

    def update_measure(self, measure: Measure) -> Measure:
        """Compare-and-set on ``version``."""
        return self._measures.update(measure)

    def measure(self, number: int) -> Measure:
        """Raises ``NotFound``."""
        return self._measures.get(number)

    def measures_of(self, noun: str, subject: int) -> list[Measure]:
        """In the order in which they were added."""
        return self._measures.all(_M.noun == noun, _M.subject == within(subject))

    def open_measures(self) -> list[Measure]:
        """What is due first first."""
        return sorted(self._measures.all(text(MEASURE_IS_OPEN)), key=lambda one: (one.due, one.id))

    def measures(self, cursor: str | None = None, limit: int = 50) -> Page[Measure]:
        """Newest first."""
        return self._measures.page([], cursor, limit)

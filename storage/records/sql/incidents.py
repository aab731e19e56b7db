"""Incidents, bulletins, reviews and measures."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, text

from facility.bulletin import Bulletin
from facility.incident import Incident
from facility.review import Measure, Review
from storage.records.incidents import IncidentFilter
from storage.records.port import Conflict, Page
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import BULLETINS, INCIDENTS, MEASURES, REVIEWS, within
from storage.records.sql.tables.incidents import INCIDENT_IS_OPEN, MEASURE_IS_OPEN
from storage.records.sql.transaction import Transaction

_INCIDENT = Kind(table=INCIDENTS, shape=Shape(Incident), word="incidents", pages="incidents")
_BULLETIN = Kind(table=BULLETINS, shape=Shape(Bulletin), word="bulletins", pages="bulletins")
_REVIEW = Kind(table=REVIEWS, shape=Shape(Review), word="reviews", pages="reviews")
_MEASURE = Kind(table=MEASURES, shape=Shape(Measure), word="measures", pages="measures")
_OPEN = text(INCIDENT_IS_OPEN)
_I, _B, _R, _M = INCIDENTS.c, BULLETINS.c, REVIEWS.c, MEASURES.c


class SqlIncidents(Rows[Incident]):
    """See ``storage.records.incidents.Incidents``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _INCIDENT)

    def open(self, incident: Incident) -> Incident:
        """Leaves the transaction usable when it raises ``Conflict``."""
        opened = self.new_unless(incident, index_elements=["cause"], index_where=_OPEN)
        if opened is None:
            raise Conflict(f"an incident of {incident.cause!r} is open already")
        return opened

    def open_of(self, cause: str) -> Incident | None:
        """The open one of that cause."""
        return self.one(_I.cause == cause, _OPEN)

    def open_ones(self) -> list[Incident]:
        """The most urgent first, then the oldest; drills last."""
        found = self.those(_OPEN)
        return sorted(found, key=lambda one: (one.drill, not one.life_safety, one.severity, one.id))

    def find(self, wanted: IncidentFilter, cursor: str | None = None, limit: int = 50) -> Page[Incident]:
        """Newest first."""
        return self.page(_conditions(wanted), cursor, limit)

    def of_alert(self, alert: int) -> list[Incident]:
        """By the list as it lies in the row: ``[1,12,3]``."""
        a = _I.alerts
        return self.those(or_(a == f"[{alert}]", a.like(f"[{alert},%"), a.like(f"%,{alert},%"), a.like(f"%,{alert}]")))

    def of_order(self, order: int) -> list[Incident]:
        """Oldest first."""
        return self.those(_I.work_order == within(order))


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


class SqlBulletins(Rows[Bulletin]):
    """See ``storage.records.incidents.Bulletins``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _BULLETIN)

    def add(self, bulletin: Bulletin) -> Bulletin:
        """With its id."""
        return self.new(bulletin)

    def of(self, incident: int) -> list[Bulletin]:
        """Oldest first."""
        return self.those(_B.incident == within(incident))

    def public(self, at: int) -> list[Bulletin]:
        """Newest first."""
        shown = and_(_B.withdrawn.is_(None), _B.corrected_by.is_(None), _B.drill.is_(False))
        return self.read(
            select(BULLETINS).where(shown, or_(_B.until.is_(None), _B.until > within(at))).order_by(_B.id.desc())
        )


class SqlReviews:
    """See ``storage.records.incidents.Reviews``."""

    def __init__(self, transaction: Transaction) -> None:
        self._reviews, self._measures = Rows(transaction, _REVIEW), Rows(transaction, _MEASURE)

    def of(self, noun: str, subject: int) -> Review | None:
        """The review of that thing."""
        return self._reviews.one(_R.noun == noun, _R.subject == within(subject))

    def add(self, review: Review) -> Review:
        """Leaves the transaction usable when it raises ``Conflict``."""
        begun = self._reviews.new_unless(review, index_elements=["noun", "subject"])
        if begun is None:
            raise Conflict(f"somebody began the review of {review.noun} {review.subject} already")
        return begun

    def update(self, review: Review) -> Review:
        """Compare-and-set on ``version``."""
        return self._reviews.update(review)

    def add_measure(self, measure: Measure) -> Measure:
        """With its id."""
        return self._measures.new(measure)

    def update_measure(self, measure: Measure) -> Measure:
        """Compare-and-set on ``version``."""
        return self._measures.update(measure)

    def measure(self, number: int) -> Measure:
        """Raises ``NotFound``."""
        return self._measures.get(number)

    def measures_of(self, noun: str, subject: int) -> list[Measure]:
        """In the order in which they were added."""
        return self._measures.those(_M.noun == noun, _M.subject == within(subject))

    def open_measures(self) -> list[Measure]:
        """What is due first first."""
        return sorted(self._measures.those(text(MEASURE_IS_OPEN)), key=lambda one: (one.due, one.id))

    def measures(self, cursor: str | None = None, limit: int = 50) -> Page[Measure]:
        """Newest first."""
        return self._measures.page([], cursor, limit)

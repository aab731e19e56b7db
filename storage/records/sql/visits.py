"""Visits, who came, and where visitors' badges were seen."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, func, or_, select, text, true

from facility.crossing import Crossing, Judgement
from facility.guest import Guest
from facility.visit import IN_HOUSE, Visit, VisitState
from storage.records.port import NotFound, Page
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import CROSSINGS, VISIT_GUESTS, VISITS, within
from storage.records.sql.tables.visits import ESCORT_OPEN, GUEST_STANDS, HAS_BADGE, VISIT_OPEN
from storage.records.sql.transaction import Transaction
from storage.records.visits import VisitFilter

_KIND = Kind(table=VISITS, shape=Shape(Visit), word="visit", pages="visits")
_CROSSING = Kind(table=CROSSINGS, shape=Shape(Crossing), word="crossing", pages="crossings")
_GUEST = Shape(Guest)
_V, _G, _C = VISITS.c, VISIT_GUESTS.c, CROSSINGS.c
_PASSAGE = ["point", "at", "event", "badge", "seq"]
PORTION = 500
"""So many numbers at most in one question."""


class SqlVisits(Rows[Visit]):
    """See ``storage.records.visits.Visits``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)
        self._crossings: Rows[Crossing] = Rows(transaction, _CROSSING)

    def add(self, visit: Visit) -> Visit:
        """Raises ``Conflict``."""
        return self.new(visit)

    def some(self, numbers: Iterable[int]) -> dict[int, Visit]:
        """Those that there are."""
        found = (self.those(_V.id.in_(part)) for part in _portions(numbers))
        return {visit.id: visit for part in found for visit in part}

    def find(self, wanted: VisitFilter, cursor: str | None = None, limit: int = 50) -> Page[Visit]:
        """Newest first."""
        return self.page([_fits(wanted)], cursor, limit)

    def all(self, wanted: VisitFilter) -> list[Visit]:
        """Oldest first."""
        return self.those(_fits(wanted))

    def count(self, wanted: VisitFilter) -> int:
        """How many match."""
        return self.many([_fits(wanted)])

    def holder(self, badge: str) -> Visit | None:
        """Nobody has the empty badge."""
        return self.one(text(HAS_BADGE), _V.badge == badge) if badge else None

    def of_badges(self, badges: Iterable[str], newest: int = 20) -> dict[str, list[Visit]]:
        """The oldest of these first."""
        asked = select(VISITS).order_by(_V.id.desc()).limit(newest)
        found = {badge: self.read(asked.where(_V.badge == badge))[::-1] for badge in sorted(set(badges) - {""})}
        return {badge: visits for badge, visits in found.items() if visits}

    def badges(self) -> frozenset[str]:
        """Without the empty one."""
        return frozenset(str(row.badge) for row in self._do.rows(select(_V.badge).where(_V.badge != "").distinct()))

    def to_attend(self, before: int, waited: int, limit: int = 100) -> list[Visit]:
        """The oldest end first."""
        due = or_(
            and_(_V.state == VisitState.IN_HOUSE.value, _V.until <= within(before)),
            and_(_V.state == VisitState.EXPECTED.value, _V.until <= within(waited)),
        )
        return self.read(select(VISITS).where(text(VISIT_OPEN), due).order_by(_V.until, _V.id).limit(limit))

    def put_guest(self, guest: Guest) -> None:
        """In place of what stood there."""
        row = _GUEST.row(guest)
        self._do.run(self._do.insert(VISIT_GUESTS).on_conflict_do_update(index_elements=["visit"], set_=row), row)

    def guest(self, visit: int) -> Guest:
        """Raises ``NotFound``."""
        row = self._do.row(select(VISIT_GUESTS).where(_G.visit == within(visit)))
        if row is None:
            raise NotFound(f"nobody is written down with visit {visit}")
        return _GUEST.thing(row)

    def guests(self, visits: Iterable[int]) -> dict[int, Guest]:
        """Those that there are."""
        rows = (self._do.rows(select(VISIT_GUESTS).where(_G.visit.in_(part))) for part in _portions(visits))
        return {row.visit: _GUEST.thing(row) for part in rows for row in part}

    def guests_by(self, *, document: str = "", phone: str = "") -> list[Guest]:
        """Nothing for nothing."""
        exact = [column == value for column, value in ((_G.document_hash, document), (_G.phone, phone)) if value]
        if not exact:
            return []
        wanted = select(VISIT_GUESTS).where(text(GUEST_STANDS), or_(*exact)).order_by(_G.visit)
        return [_GUEST.thing(row) for row in self._do.rows(wanted)]

    def guests_ending(self, now: int, limit: int = 100) -> list[Guest]:
        """What ends first first."""
        open_ones = select(_V.id).where(text(VISIT_OPEN))
        over = (text(GUEST_STANDS), _G.until <= within(now), _G.visit.not_in(open_ones))
        wanted = select(VISIT_GUESTS).where(*over).order_by(_G.until, _G.visit).limit(limit)
        return [_GUEST.thing(row) for row in self._do.rows(wanted)]

    def crossed(self, badges: Iterable[str], start: int, end: int) -> set[tuple[str, int, str, str, int]]:
        """Straight from the index."""
        wanted, found = sorted(set(badges)), set[tuple[str, int, str, str, int]]()
        asked = select(_C.point, _C.at, _C.event, _C.badge, _C.seq).where(_C.at >= within(start), _C.at < within(end))
        for place in range(0, len(wanted), PORTION):
            rows = self._do.rows(asked.where(_C.badge.in_(wanted[place : place + PORTION])))
            found |= {(row.point, row.at, row.event, row.badge, row.seq) for row in rows}
        return found

    def cross(self, crossing: Crossing) -> Crossing | None:
        """None when it is there already."""
        return self._crossings.new_unless(crossing, index_elements=_PASSAGE)

    def update_crossing(self, crossing: Crossing) -> Crossing:
        """Compare-and-set."""
        return self._crossings.update(crossing)

    def crossings(self, visit: int) -> list[Crossing]:
        """By event time."""
        return self._crossings.read(select(CROSSINGS).where(_C.visit == within(visit)).order_by(_C.at, _C.id))

    def crossings_open(self, since: int) -> list[Crossing]:
        """By event time."""
        wanted = select(CROSSINGS).where(text(ESCORT_OPEN), _C.at >= within(since)).order_by(_C.at, _C.id)
        return self._crossings.read(wanted)

    def last_seen(self, visits: Iterable[int]) -> dict[int, Crossing]:
        """The newest of each at which a door opened."""
        opened = _C.judgement != Judgement.REFUSED.value
        found: dict[int, Crossing] = {}
        for part in _portions(visits):
            newest = select(_C.visit, func.max(_C.at).label("at")).where(_C.visit.in_(part), opened)
            last = newest.group_by(_C.visit).subquery()
            same = and_(_C.visit == last.c.visit, _C.at == last.c.at)
            for one in self._crossings.read(select(CROSSINGS).join(last, same).where(opened).order_by(_C.id)):
                found[one.visit] = one
        return found


def _portions(numbers: Iterable[int]) -> Iterable[list[int]]:
    wanted = [within(number) for number in sorted(set(numbers))]
    return (wanted[start : start + PORTION] for start in range(0, len(wanted), PORTION))


def _fits(wanted: VisitFilter) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [true()]
    if wanted.states:
        chosen.append(_V.state.in_([state.value for state in wanted.states]))
        if set(wanted.states) <= IN_HOUSE | {VisitState.EXPECTED}:
            chosen.append(_V.closed.is_(None))
    if wanted.hosts:
        chosen.append(_V.host.in_(wanted.hosts))
    if wanted.badge:
        chosen.append(_V.badge == wanted.badge)
    if wanted.since is not None:
        chosen.append(_V.until >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_V.expected < within(wanted.until))
    return and_(*chosen)

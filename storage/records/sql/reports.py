"""Residents' reports, the numbers that came with them, and the codes on the walls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, text, true, update

from facility.place_code import Contact, PlaceCode
from facility.report_photo import ReportPhoto
from facility.residents_report import OPEN, ResidentsReport
from storage.records.port import NotFound, Page
from storage.records.reports import ReportFilter
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import CONTACTS, PLACE_CODES, REPORT_PHOTOS, REPORTS, within
from storage.records.sql.tables.reports import REPORT_WAITS
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=REPORTS, shape=Shape(ResidentsReport), word="report", pages="reports")
_CODE, _CONTACT = Shape(PlaceCode), Shape(Contact)
_C, _N, _P, _F = REPORTS.c, CONTACTS.c, PLACE_CODES.c, REPORT_PHOTOS.c
_PHOTO = ("report", "media", "body", "thumb", "given", "until")
_STANDS = _N.erased.is_(None)
_OPEN = [state.value for state in OPEN]
Condition = ColumnElement[bool]


class SqlReports(Rows[ResidentsReport]):
    """See ``storage.records.reports.Reports``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def add(self, report: ResidentsReport) -> ResidentsReport:
        """Raises ``Conflict``."""
        return self.new(report)

    def by_link(self, digest: str) -> ResidentsReport:
        """Raises ``NotFound``."""
        found = self.one(_C.link == digest)
        if found is None:
            raise NotFound("there is no report behind that link")
        return found

    def find(self, wanted: ReportFilter, cursor: str | None = None, limit: int = 50) -> Page[ResidentsReport]:
        """Newest first."""
        return self.page([_fits(wanted)], cursor, limit)

    def all(self, wanted: ReportFilter) -> list[ResidentsReport]:
        """Oldest first."""
        return self.those(_fits(wanted))

    def count(self, wanted: ReportFilter) -> int:
        """How many match."""
        return self.many([_fits(wanted)])

    def leave_number(self, contact: Contact) -> None:
        """In place of an earlier one."""
        row = _CONTACT.row(contact)
        statement = self._do.insert(CONTACTS).on_conflict_do_update(index_elements=["report"], set_=row)
        self._do.run(statement, row)

    def number(self, report: int) -> Contact:
        """Raises ``NotFound``."""
        row = self._do.row(select(CONTACTS).where(_N.report == within(report)))
        if row is None:
            raise NotFound(f"nobody left a number with report {report}")
        return _CONTACT.thing(row)

    def numbers_ending(self, now: int) -> list[Contact]:
        """What ends first first."""
        wanted = select(CONTACTS).where(_STANDS, _N.until <= within(now)).order_by(_N.until, _N.report)
        return [_CONTACT.thing(row) for row in self._do.rows(wanted)]

    def numbered(self, reports: Iterable[int]) -> set[int]:
        """Those with a number that still stands."""
        return {
            int(row.report) for row in self._do.rows(select(_N.report).where(_STANDS, _N.report.in_(list(reports))))
        }

    def leave_photo(self, photo: ReportPhoto) -> None:
        """One a report."""
        row = {name: getattr(photo, name) for name in _PHOTO}
        self._do.run(self._do.insert(REPORT_PHOTOS).on_conflict_do_nothing(), row)

    def photo(self, report: int) -> ReportPhoto:
        """Raises ``NotFound``."""
        row = self._do.row(select(REPORT_PHOTOS).where(_F.report == within(report)))
        if row is None:
            raise NotFound(f"no photo came with report {report}, or it has been erased")
        return ReportPhoto(**{name: getattr(row, name) for name in _PHOTO})

    def photographed(self, reports: Iterable[int]) -> set[int]:
        """Those with a photo."""
        return {int(row.report) for row in self._do.rows(select(_F.report).where(_F.report.in_(list(reports))))}

    def end_photo(self, report: int, until: int) -> None:
        """Only its end."""
        self._do.run(update(REPORT_PHOTOS).where(_F.report == within(report)).values(until=until))

    def photos_ending(self, now: int) -> list[int]:
        """What ends first first."""
        wanted = select(_F.report).where(_F.until <= within(now)).order_by(_F.until, _F.report)
        return [int(row.report) for row in self._do.rows(wanted)]

    def drop_photo(self, report: int) -> bool:
        """Gone for good."""
        return self._do.run(delete(REPORT_PHOTOS).where(_F.report == within(report))).rowcount > 0

    def links_ending(self, before: int, limit: int = 100) -> list[ResidentsReport]:
        """Oldest first."""
        over = (_C.link.is_not(None), _C.closed < within(before), _C.state.not_in(_OPEN))
        return self.read(select(REPORTS).where(*over).order_by(_C.id).limit(limit))


def _fits(wanted: ReportFilter) -> ColumnElement[bool]:
    chosen: list[Any] = [true()]
    for column, values in (
        (_C.state, [state.value for state in wanted.states]),
        (_C.kind, list(wanted.kinds)),
        (_C.zone, list(wanted.zones)),
        (_C.asset, list(wanted.assets)),
        (_C.work_order, [within(number) for number in wanted.orders]),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.code is not None:
        chosen.append(_C.code == within(wanted.code))
    if wanted.since is not None:
        chosen.append(_C.received >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_C.received < within(wanted.until))
    if wanted.urgent:
        chosen += [text(REPORT_WAITS), _C.state.in_(_OPEN)]
    if wanted.escalated:
        chosen.append(_C.escalated.is_not(None))
    if wanted.words:
        chosen.append(func.lower(_C.words).contains(wanted.words.lower(), autoescape=True))
    return and_(*chosen)


class SqlPlaceCodes:
    """See ``storage.records.reports.PlaceCodes``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, code: PlaceCode) -> PlaceCode:
        """Raises ``Conflict``."""
        return replace(code, id=int(self._do.value(insert(PLACE_CODES).returning(_P.id), _CODE.new_row(code))))

    def update(self, code: PlaceCode) -> None:
        """Raises ``NotFound``."""
        if self._do.run(update(PLACE_CODES).where(_P.id == code.id).values(_CODE.new_row(code))).rowcount == 0:
            raise NotFound(f"there is no place code {code.id}")

    def get(self, number: int) -> PlaceCode:
        """Raises ``NotFound``."""
        return self._one(_P.id == within(number))

    def by_code(self, code: str) -> PlaceCode:
        """Raises ``NotFound``."""
        return self._one(_P.code == code)

    def _one(self, wanted: Condition) -> PlaceCode:
        row = self._do.row(select(PLACE_CODES).where(wanted))
        if row is None:
            raise NotFound("there is no such place code")
        return _CODE.thing(row)

    def all(self) -> list[PlaceCode]:
        """Oldest first."""
        return [_CODE.thing(row) for row in self._do.rows(select(PLACE_CODES).order_by(_P.id))]

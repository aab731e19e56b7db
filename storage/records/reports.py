"""The ports of residents' reports, of the numbers that came with them, and of the codes on the walls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.place_code import Contact, PlaceCode
from facility.report_photo import ReportPhoto
from facility.residents_report import ReportState, ResidentsReport

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Empty fields do not filter."""

    states: tuple[ReportState, ...] = ()
    kinds: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    orders: tuple[int, ...] = ()
    code: int | None = None
    since: int | None = None
    """received >= since"""
    until: int | None = None
    """received < until"""
    urgent: bool = False
    """Only emergencies of which nobody has taken note."""
    escalated: bool = False
    """Only those that wait for management."""
    words: str = ""
    """A part of what was written."""


class Reports(Protocol):
    """Residents' reports, and apart from them the numbers of the people."""

    def add(self, report: ResidentsReport) -> ResidentsReport:
        """Insert; returns it with its id. Raises ``Conflict`` when its status link is there already."""

    def update(self, report: ResidentsReport) -> ResidentsReport:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> ResidentsReport:
        """Raises ``NotFound``."""

    def by_link(self, digest: str) -> ResidentsReport:
        """By the digest of its status link's token. Raises ``NotFound``."""

    def find(self, wanted: ReportFilter, cursor: str | None = None, limit: int = 50) -> Page[ResidentsReport]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""

    def all(self, wanted: ReportFilter) -> list[ResidentsReport]:
        """Every one that fits, oldest first: for figures."""

    def count(self, wanted: ReportFilter) -> int:
        """How many match."""

    def leave_number(self, contact: Contact) -> None:
        """Keep it, in place of an earlier one."""

    def number(self, report: int) -> Contact:
        """Raises ``NotFound``."""

    def numbers_ending(self, now: int) -> list[Contact]:
        """Those whose end has come and that still stand, what ends first first."""

    def numbered(self, reports: Iterable[int]) -> set[int]:
        """Which of these have a number that still stands."""

    def leave_photo(self, photo: ReportPhoto) -> None:
        """Keep it. A report has one at most: nothing happens when it has one."""

    def photo(self, report: int) -> ReportPhoto:
        """Raises ``NotFound``."""

    def photographed(self, reports: Iterable[int]) -> set[int]:
        """Which of these have a photo."""

    def end_photo(self, report: int, until: int) -> None:
        """Move its end; nothing happens when there is none."""

    def photos_ending(self, now: int) -> list[int]:
        """The reports with a photo whose end has come, what ends first first."""

    def drop_photo(self, report: int) -> bool:
        """Gone for good. Whether there was one."""

    def links_ending(self, before: int, limit: int = 100) -> list[ResidentsReport]:
        """Closed before ``before`` with a status link that still leads to them."""


class PlaceCodes(Protocol):
    """The codes on the walls."""

    def add(self, code: PlaceCode) -> PlaceCode:
        """Insert; returns it with its id. Raises ``Conflict`` when the code is there already."""

    def update(self, code: PlaceCode) -> None:
        """Raises ``NotFound``."""

    def get(self, number: int) -> PlaceCode:
        """Raises ``NotFound``."""

    def by_code(self, code: str) -> PlaceCode:
        """Raises ``NotFound``."""

    def all(self) -> list[PlaceCode]:
        """Every one, revoked ones too, oldest first."""

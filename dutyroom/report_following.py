"""How a site takes residents' reports, followed while the program runs: its ``residents`` folder on top of what is shipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

from dutyroom.followed import Followed
from facility.fact import Fact
from response.following import Follower
from response.reports import following, telling
from response.reports.kind_files import BrokenKinds
from response.reports.ordering import OrderDesk, Room
from response.reports.settings import BrokenSettings, ReportBook, ReportSettings, load_report_book
from response.steps import Step
from response.told import Teller
from rules.book import RuleBook
from storage.records.port import Unit


class ReportFiles(Followed[ReportBook]):
    """A site's folder ``residents`` on top of what is shipped."""

    NAME, BROKEN = "residents", (BrokenKinds, BrokenSettings)

    def __init__(self, site: Path | None, address: str = "", clock: Callable[[], float] = monotonic) -> None:
        """``address``: where phones reach the pages, unless the site's own settings say otherwise; ``clock``: seconds."""
        super().__init__(site, clock)
        self._address = address

    def load(self, folder: Path | None) -> ReportBook:
        """Raises ``BrokenKinds``, ``BrokenSettings``."""
        book = load_report_book(folder)
        if book.settings.address or not self._address:
            return book
        return replace(book, settings=book.settings.model_copy(update={"address": self._address.rstrip("/")}))

    def book(self) -> ReportBook:
        """The newest that could be loaded."""
        return self.newest()


class ReportsInMotion:
    """What the responder does about reports: what follows from their orders, and from the clock."""

    def __init__(self, site: Path | None, teller: Teller, rules: Callable[[], RuleBook]) -> None:
        """``rules``: those in force, with the classes of work."""
        self._files, self._teller, self._rules = ReportFiles(site), teller, rules

    def _settings(self) -> ReportSettings:
        return self._files.book().settings

    def room(self, unit: Unit) -> Room:
        """What a deed needs to know."""
        book = self._files.book()
        desk = OrderDesk(kinds=book.kinds, classes=self._rules().classes)
        return Room(book=book, register=self._teller.register(unit), desk=desk)

    @property
    def followers(self) -> list[Follower]:
        """Facts of orders, for their reports; and what management must hear of."""

        def of_order(unit: Unit, fact: Fact, now: int) -> None:
            following.follow(self._settings, unit, fact, now)

        def unsolved(unit: Unit, fact: Fact, now: int) -> None:
            telling.tell_management(self._teller, self._files.book, unit, fact, now)

        return [
            Follower(following.NAME, of_order, following.NOUNS),
            Follower(telling.NAME, unsolved, telling.NOUNS),
        ]

    @property
    def steps(self) -> list[Step]:
        """What nobody looked at in time; numbers, links and reports whose end has come."""

        def unseen(unit: Unit, now: int) -> bool:
            return following.give_out_unseen(self._settings, self.room, unit, now)

        def ending(unit: Unit, now: int) -> bool:
            return following.end_what_ends(self._settings, unit, now)

        return [Step("residents' reports", 5_000, unseen), Step("residents' data", 60_000, ending)]

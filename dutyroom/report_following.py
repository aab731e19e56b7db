"""How a site takes residents' reports, followed while the program runs: its ``residents`` folder on top of what is shipped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from time import monotonic

import structlog

from dutyroom.rule_files import RuleFiles
from facility.fact import Fact
from facility.register import Register
from response.following import Follower
from response.reports import following, telling
from response.reports.kind_files import BrokenKinds
from response.reports.ordering import OrderDesk, Room
from response.reports.settings import BrokenSettings, ReportBook, ReportSettings, load_report_book
from response.steps import Step
from response.told import Teller
from rules.definition import BrokenRules, load_book
from storage.records.port import Unit

log = structlog.get_logger()
EVERY = 2.0
"""Seconds between two looks at the folder."""


class ReportFiles:
    """Thread-safe; the folder may come and go. What is broken is refused as a whole, and what was in force stays."""

    def __init__(self, site: Path | None, address: str = "", clock: Callable[[], float] = monotonic) -> None:
        """``address``: where phones reach the pages, unless the site's own settings say otherwise; ``clock``: seconds."""
        self._address = address
        self.folder = site / "residents" if site is not None else None
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._next = 0.0
        self._kept: ReportBook | None = None
        self.refused: tuple[str, ...] = ()
        """What is wrong with the files as they are now."""

    def book(self) -> ReportBook:
        """The newest that could be loaded; the shipped one while a site's has never been right."""
        with self._lock:
            if self._kept is None or self._clock() >= self._next:
                self._next = self._clock() + EVERY
                self._kept = self._look()
            return self._kept

    def _look(self) -> ReportBook:
        now = self._signature()
        if self._kept is not None and now == self._seen:
            return self._kept
        self._seen = now
        try:
            book = self._addressed(load_report_book(self.folder))
        except (BrokenKinds, BrokenSettings, OSError) as error:
            log.warning("residents' reports are taken as before", reason=str(error))
            self.refused = tuple(str(error).splitlines())
            return self._kept or self._addressed(load_report_book())
        self.refused = ()
        return book

    def _addressed(self, book: ReportBook) -> ReportBook:
        if book.settings.address or not self._address:
            return book
        return replace(book, settings=book.settings.model_copy(update={"address": self._address.rstrip("/")}))

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        if self.folder is None or not self.folder.is_dir():
            return ()
        found = ((path, path.stat()) for path in sorted(self.folder.rglob("*.toml")))
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found)


class ReportsInMotion:
    """What the responder does about reports: what follows from their orders, and from the clock."""

    def __init__(self, site: Path | None, teller: Teller) -> None:
        self._files, self._rules, self._teller = ReportFiles(site), RuleFiles(site), teller
        self._register: Register | None = None

    @cached_property
    def _loaded(self) -> RuleFiles:
        try:
            self._rules.load()
        except BrokenRules:
            self._rules.fall_back(load_book())
        return self._rules

    def _settings(self) -> ReportSettings:
        return self._files.book().settings

    def room(self, unit: Unit) -> Room:
        """What a deed needs to know."""
        book = self._files.book()
        if self._register is None or self._register.version != unit.registers.version():
            self._register = unit.registers.load()
        desk = OrderDesk(kinds=book.kinds, classes=self._loaded.book().classes)
        return Room(book=book, register=self._register, desk=desk)

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

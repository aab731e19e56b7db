"""Puts changed rule files in force while the worker runs, or says why not and goes on with the rules that are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

from dutyroom.rule_files import Look, RuleFiles
from rules import versions
from storage.records.port import Conflict

if TYPE_CHECKING:
    from rules.book import RuleBook
    from rules.judge import Judge
    from storage.records.port import Records, Unit

log = structlog.get_logger()


class RuleFollower:
    """``follow`` is called once a second by the thread that judges."""

    def __init__(self, files: RuleFiles, records: Records, clock: Callable[[], int]) -> None:
        self._files, self._records, self._clock = files, records, clock
        self.refused: dict[str, Any] | None = None
        """When the files that lie there now were refused, and why; None while they are in force. As JSON, for the pages."""

    @property
    def book(self) -> RuleBook:
        """The rules in force, or about to be."""
        return self._files.book()

    def first(self, unit: Unit) -> RuleBook:
        """The rules to start with: the files', or, where these are broken, those that were last in force.

        Raises ``BrokenRules`` when there are none of these either.
        """
        problems = self._files.start(unit)
        if problems:
            self._refuse(Look(book=None, problems=problems))
        return self._files.book()

    def keep(self) -> None:
        """Write the versions in force, and what was refused. Safe to repeat. Raises ``RecordsUnavailable``."""
        now = self._clock()
        with suppress(Conflict), self._records.begin() as unit:  # another worker was first with the same
            if self.refused is None:
                versions.keep(unit, self._files.book(), self._files.author, now)
            else:
                unit.facts.append(versions.refused(self.refused["problems"], now, str(self._files.folder)))

    def follow(self, judge: Judge) -> None:
        """Look at the files; a new book that is whole is put in force. Raises ``Conflict``, ``RecordsUnavailable``."""
        look = self._files.look()
        if look is None:
            return
        if look.book is None:
            self._refuse(look)
        else:
            self._put_in_force(judge, look.book)
        self.keep()

    def _refuse(self, look: Look) -> None:
        self.refused = {"at": self._clock(), "folder": str(self._files.folder), "problems": list(look.problems)}
        log.warning("the rule files were refused; the rules in force stay", problems=look.problems[:5])

    def _put_in_force(self, judge: Judge, book: RuleBook) -> None:
        with self._records.begin() as unit:
            adopt = judge.use(unit, unit.registers.load(), self._clock(), book)
        adopt()
        self.refused = None
        log.info("the rules changed", rules=len(book))

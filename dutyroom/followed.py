"""Files of a site's folder, followed while the program runs: the next ones are loaded completely, or those in force stay."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import ClassVar, Generic, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger()
EVERY = 2.0
"""Seconds between two looks at the folder."""


class Followed(ABC, Generic[T]):
    """One folder of the site on top of what is shipped. Thread-safe; the folder may come and go."""

    NAME: ClassVar[str]
    """The folder's."""
    BROKEN: ClassVar[tuple[type[Exception], ...]]
    """What ``load`` raises on files that cannot be used."""

    def __init__(self, site: Path | None, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds, only ever compared."""
        self.folder = site / self.NAME if site is not None else None
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._next = 0.0
        self._kept: T | None = None
        self.refused: tuple[str, ...] = ()
        """What is wrong with the files as they are now; empty while they are in force."""

    @abstractmethod
    def load(self, folder: Path | None) -> T:
        """The shipped ones, with those of ``folder`` on top. All or nothing."""

    def newest(self) -> T:
        """The newest that could be loaded; the shipped ones while a site's have never been right."""
        with self._lock:
            if self._kept is None or self._clock() >= self._next:
                self._next = self._clock() + EVERY
                self._kept = self._look()
            return self._kept

    def _look(self) -> T:
        now = self._signature()
        if self._kept is not None and now == self._seen:
            return self._kept
        self._seen = now
        unusable: tuple[type[Exception], ...] = (OSError, *self.BROKEN)
        try:
            loaded = self.load(self.folder if self.folder is not None and self.folder.is_dir() else None)
        except unusable as error:
            log.warning("what was in force stays", folder=self.NAME, reason=str(error))
            self.refused = tuple(str(error).splitlines())
            return self.load(None) if self._kept is None else self._kept
        self.refused = ()
        return loaded

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        """Which files, how long, last changed when."""
        if self.folder is None or not self.folder.is_dir():
            return ()
        found = ((path, path.stat()) for path in sorted(self.folder.rglob("*.toml")))
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found)

"""The site's escalation chains, followed while the program runs: the next ones are loaded completely, or those in force stay."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic

import structlog

from facility.chain import Chain
from response.chain_files import BrokenChains, load_chains

log = structlog.get_logger()
EVERY = 2.0
"""Seconds between two looks at the folder."""


class ChainFiles:
    """A site's folder ``chains`` on top of the shipped ones. Thread-safe; the folder may come and go."""

    def __init__(self, site: Path | None, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds, only ever compared."""
        self.folder = site / "chains" if site is not None else None
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._next = 0.0
        self._kept: Mapping[str, Chain] = {}
        self.refused: tuple[str, ...] = ()
        """What is wrong with the files as they are now; empty while they are in force."""

    def chains(self) -> Mapping[str, Chain]:
        """The newest that could be loaded; the shipped ones while a site's have never been right."""
        with self._lock:
            if not self._kept or self._clock() >= self._next:
                self._next = self._clock() + EVERY
                self._look()
            return self._kept

    def _look(self) -> None:
        now = self._signature()
        if self._kept and now == self._seen:
            return
        self._seen = now
        folders = [self.folder] if self.folder is not None and self.folder.is_dir() else []
        try:
            self._kept, self.refused = load_chains(*folders), ()
        except (BrokenChains, OSError) as error:
            log.warning("the chains in force stay", reason=str(error))
            self.refused = tuple(str(error).splitlines())
            self._kept = self._kept or load_chains()

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        if self.folder is None or not self.folder.is_dir():
            return ()
        found = ((path.name, path.stat()) for path in sorted(self.folder.glob("*.toml")))
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)

"""The site's playbooks, followed while the program runs: the next ones are loaded completely, or those in force stay."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic

import structlog

from facility.playbook import Playbook
from response.class_files import BrokenClasses, load_classes
from response.playbook_files import BrokenPlaybooks, load_playbooks

log = structlog.get_logger()
EVERY = 2.0
"""Seconds between two looks at the folder."""


class PlaybookFiles:
    """A site's folder ``playbooks`` on top of the shipped ones. Thread-safe; the folder may come and go."""

    def __init__(self, site: Path | None, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds, only ever compared."""
        self.folder = site / "playbooks" if site is not None else None
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._next = 0.0
        self._kept: Mapping[str, Playbook] = {}
        self._classes: Mapping[str, str] | None = None
        self.refused: tuple[str, ...] = ()
        """What is wrong with the files as they are now; empty while they are in force."""

    def playbooks(self) -> Mapping[str, Playbook]:
        """The newest that could be loaded; the shipped ones while a site's have never been right."""
        with self._lock:
            if not self._kept or self._clock() >= self._next:
                self._next = self._clock() + EVERY
                self._look()
            return self._kept

    def by_class(self) -> Mapping[str, str]:
        """The class of a work order → the playbook that it names. Where a site's classes are broken, the shipped ones'."""
        if self._classes is None:
            folder = self.folder.parent / "classes" if self.folder is not None else None
            try:
                classes = load_classes(*([folder] if folder is not None and folder.is_dir() else []))
            except BrokenClasses as error:
                log.warning("the shipped classes of work hold", reason=str(error))
                classes = load_classes()
            self._classes = {one.id: one.playbook for one in classes.values() if one.playbook}
        return self._classes

    def _look(self) -> None:
        now = self._signature()
        if self._kept and now == self._seen:
            return
        self._seen = now
        folders = [self.folder] if self.folder is not None and self.folder.is_dir() else []
        try:
            self._kept, self.refused = load_playbooks(*folders), ()
        except (BrokenPlaybooks, OSError) as error:
            log.warning("the playbooks in force stay", reason=str(error))
            self.refused = tuple(str(error).splitlines())
            self._kept = self._kept or load_playbooks()

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        if self.folder is None or not self.folder.is_dir():
            return ()
        found = ((path.name, path.stat()) for path in sorted(self.folder.glob("*.toml")))
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)

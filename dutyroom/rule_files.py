"""The site's rule files, followed while the program runs: the next book is loaded completely, or the one in force stays."""

from __future__ import annotations

import os
import pwd
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

import structlog

from facility.work_class import WorkClass
from response.class_files import BrokenClasses, load_classes
from rules.book import RuleBook
from rules.definition import MANUAL, BrokenRules, load_book
from rules.rule import Rule
from rules.versions import last_in_force
from storage.records.port import Unit

log = structlog.get_logger()
EVERY = 1.0
"""Seconds between two looks at the folder."""
Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a change of the files came to: a whole new book, or what is wrong with them."""

    book: RuleBook | None
    problems: tuple[str, ...] = ()


class RuleFiles:
    """A site's folder ``rules`` on top of the manual. Thread-safe; the folder may come and go."""

    def __init__(self, site: Path | None, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds, only ever compared."""
        self.folder = site / "rules" if site is not None else None
        self._class_folder = site / "classes" if site is not None else None
        self._classes: Mapping[str, WorkClass] = {}
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: Signature | None = None
        self._next = 0.0
        self._book = RuleBook()

    def load(self) -> RuleBook:
        """Read them now. Raises ``BrokenRules``."""
        with self._lock:
            self._seen = self._signature()
            try:
                self._classes = self._load_classes()
            except BrokenClasses as error:  # alarms open their work orders with the product's own until this is mended
                log.warning("the product's own classes of work are in force", reason=str(error))
                self._classes = load_classes()
            self._book = replace(load_book(*self._folders()), classes=self._classes)
            return self._book

    def start(self, unit: Unit) -> tuple[str, ...]:
        """Read them now; where they are broken, go on with the rules that were last in force. Returns what is wrong with them.

        Raises ``BrokenRules`` when there are none of these either.
        """
        try:
            self.load()
        except BrokenRules as error:
            book = last_in_force(unit)
            if not len(book):
                raise
            self.fall_back(book)
            return tuple(str(problem) for problem in error.problems)
        return ()

    def look(self) -> Look | None:
        """What has come of the files since the last look; None when they are as they were. Costs one listing."""
        with self._lock:
            now = self._signature()
            if now == self._seen:
                return None
            had_rules = any(name.startswith("rules/") for name, *_ in self._seen or ())
            gone, self._seen = had_rules and not self._folders(), now
            if gone:  # a disk that is not mounted is no wish to retire every rule of the site
                return Look(book=None, problems=(f"{self.folder}: the folder is gone; allowed: an empty one",))
            try:
                self._classes = self._load_classes()
                self._book = replace(load_book(*self._folders()), classes=self._classes)
            except (BrokenClasses, BrokenRules) as error:
                return Look(book=None, problems=tuple(str(problem) for problem in error.problems))
            except OSError as error:  # a file that went away between the listing and the reading
                return Look(book=None, problems=(f"{error.filename}: {error.strerror}",))
            return Look(book=self._book)

    def book(self) -> RuleBook:
        """The newest book that could be loaded; the files are looked at once a second at most."""
        if self._clock() >= self._next:
            self._next = self._clock() + EVERY
            self.look()
        return self._book

    def fall_back(self, book: RuleBook) -> RuleBook:
        """The files are broken: go on with ``book`` until they change."""
        with self._lock:
            self._book = replace(book, classes=self._classes)
            return self._book

    def save(self, rule: Rule) -> Path:
        """Write a rule's file into the site's folder; in force at once here, within a second elsewhere. Raises ``OSError``."""
        assert self.folder is not None
        file = save(self.folder, rule)
        self.look()
        return file

    def author(self, rule: Rule) -> str:
        """``manual`` for the product's own; else the owner of the file."""
        if Path(rule.path).parent == MANUAL:
            return "manual"
        try:
            owner = Path(rule.path).stat().st_uid
        except OSError:
            return "file:unknown"
        with suppress(KeyError):
            return f"file:{pwd.getpwuid(owner).pw_name}"
        return f"file:{owner}"

    def _folders(self) -> list[Path]:
        return self._existing(self.folder)

    def _existing(self, folder: Path | None) -> list[Path]:
        return [folder] if folder is not None and folder.is_dir() else []

    def _load_classes(self) -> dict[str, WorkClass]:
        return load_classes(*self._existing(self._class_folder))

    def _signature(self) -> Signature:
        """Which files, how long, last changed when: what an editor or a copy cannot leave as it was."""
        found: list[tuple[str, int, int, int]] = []
        for folder in [*self._folders(), *self._existing(self._class_folder)]:
            with suppress(OSError):
                for entry in os.scandir(folder):
                    if entry.name.endswith(".toml"):
                        stat = entry.stat()
                        found.append((f"{folder.name}/{entry.name}", stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(sorted(found))


def save(folder: Path, rule: Rule) -> Path:
    """Write the rule's file: the one that holds it now, or ``<id>.toml``; replaced as a whole. Raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = _file_of(folder, rule.id)
    fresh = folder / f".{file.name}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as out:
        out.write(rule.text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    return file


def _file_of(folder: Path, rule: str) -> Path:
    with suppress(BrokenRules):
        held = load_book(folder, manual=False).rules.get(rule)
        if held is not None:
            return Path(held.path)
    return folder / f"{rule}.toml"

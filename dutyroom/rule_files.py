"""The site's rule files, followed while the program runs: the next book is loaded completely, or the one in force stays."""

from __future__ import annotations

import os
import pwd
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from rules.book import RuleBook
from rules.definition import MANUAL, BrokenRules, load_book
from rules.rule import Rule

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
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: Signature | None = None
        self._next = 0.0
        self._book = RuleBook()

    def load(self) -> RuleBook:
        """Read them now. Raises ``BrokenRules``."""
        with self._lock:
            self._seen = self._signature()
            self._book = load_book(*self._folders())
            return self._book

    def look(self) -> Look | None:
        """What has come of the files since the last look; None when they are as they were. Costs one listing."""
        with self._lock:
            now = self._signature()
            if now == self._seen:
                return None
            gone, self._seen = bool(self._seen) and not self._folders(), now
            if gone:  # a disk that is not mounted is no wish to retire every rule of the site
                return Look(book=None, problems=(f"{self.folder}: the folder is gone; allowed: an empty one",))
            try:
                self._book = load_book(*self._folders())
            except BrokenRules as error:
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

    def fall_back(self, book: RuleBook) -> None:
        """The files are broken: go on with ``book`` until they change."""
        with self._lock:
            self._book = book

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
        return [self.folder] if self.folder is not None and self.folder.is_dir() else []

    def _signature(self) -> Signature:
        """Which files, how long, last changed when: what an editor or a copy cannot leave as it was."""
        found: list[tuple[str, int, int, int]] = []
        for folder in self._folders():
            with suppress(OSError):
                for entry in os.scandir(folder):
                    if entry.name.endswith(".toml"):
                        stat = entry.stat()
                        found.append((entry.name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
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

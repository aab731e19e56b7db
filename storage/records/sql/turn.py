"""Whose turn it is, where one at a time may work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from storage.records.port import RecordsUnavailable


class Turn:
    """SQLite takes one writer. Waiting here is fair and wakes at once; SQLite's own waiting sleeps and looks again."""

    def __init__(self, patience: float) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Raises ``RecordsUnavailable`` after ``patience`` seconds, ``RuntimeError`` when this thread has it already."""
        me = threading.get_ident()
        if self._holder == me:
            raise RuntimeError("this thread is inside a unit already: use that one")
        if not self._lock.acquire(timeout=self._patience):
            raise RecordsUnavailable(f"another unit has been writing for more than {self._patience:g} s")
        self._holder = me
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()

"""Records that somebody pulls out and puts back."""

from collections.abc import Iterator
from contextlib import contextmanager

from storage.records.port import RecordsUnavailable, Unit
from storage.records.sql import SqlRecords


class AwayRecords(SqlRecords):
    """Records that cannot be written while they are ``away``."""

    away = False

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        if self.away:
            raise RecordsUnavailable("away")
        with super().begin() as unit:
            yield unit

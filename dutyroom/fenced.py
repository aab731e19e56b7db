"""Records that only the holder of a lease can write: who was taken for dead and wakes up writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from response.tenure import LostLease, Tenure
from storage.records.port import Records, RecordsUnavailable, Unit


class FencedRecords:
    """A ``Records``. A unit of who has lost the lease raises ``RecordsUnavailable``: what it had is kept and not acknowledged."""

    def __init__(self, records: Records, tenure: Tenure) -> None:
        self._records, self._tenure = records, tenure

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """A unit in which nobody else can take the lease."""
        with self._records.begin() as unit:
            try:
                self._tenure.fence(unit)
            except LostLease:
                self._tenure.lost()
                raise RecordsUnavailable("another collector of the group judges now") from None
            yield unit

    def read(self) -> AbstractContextManager[Unit]:
        """Reading needs no lease."""
        return self._records.read()

    def migrate(self) -> None:
        """As without."""
        self._records.migrate()

    def check(self) -> str:
        """As without."""
        return self._records.check()

    def clock(self) -> int | None:
        """As without."""
        return self._records.clock()

    def close(self) -> None:
        """As without."""
        self._records.close()

"""Several programs open a new file at once, and none is sent away."""

import sqlite3

import pytest

from storage.wal import use_wal


class Refusing:
    """Refuses so often, each time with this code."""

    def __init__(self, times: int, code: int) -> None:
        self.times, self.code = times, code

    def execute(self, statement: str, /) -> object:
        if self.times <= 0:
            return None
        self.times -= 1
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = self.code
        raise error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY, sqlite3.SQLITE_LOCKED])
def test_who_is_refused_because_another_is_at_it_tries_again(code: int) -> None:
    connection = Refusing(3, code)
    use_wal(connection)
    assert connection.times == 0


def test_what_waiting_does_not_mend_is_said_at_once() -> None:
    connection = Refusing(3, sqlite3.SQLITE_IOERR)
    with pytest.raises(sqlite3.OperationalError):
        use_wal(connection)
    assert connection.times == 2


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.wal.PATIENCE", 0.1)
    with pytest.raises(sqlite3.OperationalError):
        use_wal(Refusing(1_000_000, sqlite3.SQLITE_BUSY))

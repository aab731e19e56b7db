"""InfluxDB may be away for a day: what arrives is durable, can be read, and goes on in order when it is back."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import count, pairwise, starmap
from pathlib import Path

import pytest

from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.quality import Quality
from facility.reading import Passage, Reading, Scan
from storage.readings.forwarding import Forwarder
from storage.readings.journal import AHEAD, KEPT, Journal
from storage.readings.journalled import JournalledReadings
from storage.readings.memory import MemoryReadings
from storage.readings.port import ReadingsRefused, ReadingsUnavailable

T0 = 1_764_000_000_000
POINT = "pump-1.pressure"


class Server(MemoryReadings):
    """A server that can be away, and refuses what is above 100."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.retry_after: int | None = None
        self.taken: list[list[int]] = []
        self.asked = 0

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        self._there()
        bad = [row for row in readings if row.value > 100]
        self.taken.append([row.at for row in readings if row.value <= 100])
        super().append([row for row in readings if row.value <= 100], passages, scans)
        if bad:
            raise ReadingsRefused([repr(row) for row in bad], "a value above 100")

    def range(self, point: str, start: int, end: int, limit: int | None = None) -> list[Reading]:
        self._there()
        return super().range(point, start, end, limit)

    def last(self, points: Iterable[str]) -> dict[str, Reading]:
        self.asked += 1
        self._there()
        return super().last(points)

    def _there(self) -> None:
        if self.away:
            raise ReadingsUnavailable("away", self.retry_after)


class House:
    """A journal before a server, and what forwards."""

    def __init__(self, path: Path, server: Server, limit: int = 1 << 30) -> None:
        self.server = server
        self.journal = Journal(path, limit)
        self.store = JournalledReadings(self.journal, server)
        self.buried: list[str] = []
        self.forwarder = Forwarder(
            store=self.store, bury=lambda lines, _: self.buried.extend(lines), jitter=lambda: 1.0
        )

    def give(self, *times: int, value: float = 0.6, received: int | None = None) -> None:
        self.store.append(
            [Reading(POINT, at, value, received=at + 40 if received is None else received) for at in times]
        )

    def forward(self, now: int) -> None:
        while self.forwarder.once(now):
            pass

    def times(self, start: int = 0, end: int = T0 + 9 * DAY) -> list[int]:
        return [reading.at for reading in self.store.range(POINT, start, end)]


@pytest.fixture
def house(swift_path: Path) -> House:
    return House(swift_path / "journal.db", Server())


def test_while_the_server_is_away_all_is_kept_and_what_is_recent_is_read(house: House) -> None:
    house.server.away = True
    for at in (T0, T0 + MINUTE, T0 + AHEAD + 40, T0 + AHEAD + MINUTE):
        house.give(at)
    house.forward(T0 + 10 * MINUTE)
    assert house.times(T0 + AHEAD + 40) == [T0 + AHEAD + 40, T0 + AHEAD + MINUTE]
    assert house.store.last([POINT])[POINT].at == T0 + AHEAD + MINUTE
    assert house.journal.waiting().rows == 4
    with pytest.raises(ReadingsUnavailable):
        house.times()


def test_when_it_is_back_all_goes_on_in_the_order_in_which_it_came(house: House) -> None:
    house.server.away = True
    for number in range(5):
        house.give(T0 + (5 - number) * SECOND, received=T0 + MINUTE + number)
    house.forward(T0 + 2 * MINUTE)
    house.server.away = False
    house.forward(T0 + 9 * MINUTE)
    assert [at for batch in house.server.taken for at in batch] == [T0 + number * SECOND for number in (5, 4, 3, 2, 1)]
    assert house.journal.waiting().rows == 0
    assert house.times() == sorted(house.times())
    assert len(house.times()) == 5


def test_a_clock_that_is_set_back_holds_nothing_up(house: House) -> None:
    house.forward(T0 + HOUR)
    house.give(T0)
    house.forward(T0 + SECOND)
    assert house.server.taken == [[T0]]


def test_what_was_forwarded_and_not_yet_marked_so_is_forwarded_again_and_is_one(house: House, tmp_path: Path) -> None:
    house.give(T0)
    _, batch = house.journal.oldest(10)
    house.server.append(*batch)
    house.journal.close()
    again = House(tmp_path / "journal.db", house.server)
    again.forward(T0 + MINUTE)
    assert again.times() == [T0]
    assert again.journal.waiting().rows == 0


def test_what_the_server_never_takes_is_buried_and_holds_up_nothing(house: House) -> None:
    house.give(T0)
    house.give(T0 + 1, value=101)
    house.give(T0 + 2)
    house.forward(T0 + MINUTE)
    assert house.buried == [repr(Reading(POINT, T0 + 1, 101.0, received=T0 + 41))]
    assert house.server.taken == [[T0, T0 + 2]]
    assert house.journal.waiting().rows == 0


def test_a_server_that_is_away_is_asked_less_and_less_often_and_as_late_as_it_says(house: House) -> None:
    house.server.away = True
    house.give(T0)
    tried: list[int] = []
    now = T0 + MINUTE
    while len(tried) < 8:
        before = house.forwarder.error
        house.forwarder.error = ""
        house.forwarder.once(now)
        if house.forwarder.error:
            tried.append(now)
        house.forwarder.error = house.forwarder.error or before
        now += SECOND
    waits = [(b - a) // SECOND for a, b in pairwise(tried)]
    assert waits == [1, 2, 4, 8, 16, 32, 60]
    assert house.forwarder.note()["away_since"] == T0 + MINUTE
    house.server.retry_after = 300 * SECOND
    house.forwarder.once(now + 60 * SECOND)
    assert not house.forwarder.once(now + 350 * SECOND)
    house.server.away = False
    house.forwarder.once(now + 361 * SECOND)
    assert house.forwarder.note()["away_since"] is None
    assert house.forwarder.note()["error"] == ""


def test_too_much_that_waits_is_not_taken_and_nothing_is_overwritten(tmp_path: Path) -> None:
    house = House(tmp_path / "journal.db", Server(), limit=200)
    house.server.away = True
    with pytest.raises(ReadingsUnavailable, match="200 bytes wait for InfluxDB already"):
        deque(map(house.give, count(T0)), maxlen=0)
    taken = house.journal.waiting().rows
    assert taken > 1
    house.server.away = False
    house.forward(T0 + MINUTE)
    house.give(T0 + DAY)
    assert len(house.times()) == taken + 1


def test_what_is_old_leaves_the_journal_but_for_the_newest_and_for_what_waits(house: House) -> None:
    house.give(T0, T0 + 1)
    house.forward(T0 + MINUTE)
    house.server.away = True
    late = T0 + 2
    house.give(late, received=T0 + KEPT + DAY)
    house.forwarder.settle()
    house.forwarder.once(T0 + KEPT + DAY + MINUTE)
    assert [r.at for r in house.journal.range(POINT, 0, T0 + DAY)] == [late]
    house.server.away = False
    assert house.times() == [T0, T0 + 1, late]
    house.forward(T0 + KEPT + DAY + 20 * MINUTE)
    house.forwarder.once(T0 + KEPT + DAY + 40 * MINUTE)
    assert [r.at for r in house.journal.range(POINT, 0, T0 + DAY)] == [late]
    assert house.store.last([POINT])[POINT].at == late


def test_a_bucket_with_a_late_reading_that_still_waits_counts_it(house: House) -> None:
    house.give(T0, T0 + 1)
    house.forward(T0 + MINUTE)
    house.forwarder.once(T0 + KEPT + DAY)
    house.give(T0 + 2, received=T0 + KEPT + DAY)
    [bucket] = house.store.buckets(POINT, T0, T0 + DAY, DAY * 400)
    assert (bucket.count, bucket.low) == (3, 0.6)


def test_the_server_is_asked_once_for_the_newest_of_a_point_and_need_not_be_there_again(house: House) -> None:
    house.server.append([Reading("old.point", T0 - DAY, 1.0)])
    assert set(house.store.last([POINT, "old.point"])) == {"old.point"}
    house.server.away = True
    assert set(house.store.last([POINT, "old.point"])) == {"old.point"}
    assert house.server.asked == 1
    with pytest.raises(ReadingsUnavailable):
        house.store.last(["never.asked"])


def test_what_is_forwarded_between_two_looks_is_not_missed(house: House) -> None:
    house.give(T0)

    class Moving(Server):
        def range(self, point: str, start: int, end: int, limit: int | None = None) -> list[Reading]:
            seq, batch = house.journal.oldest(10)
            self.append(*batch)
            house.journal.forwarded(seq)
            house.journal.prune(T0 + 9 * DAY)
            return super().range(point, start, end, limit)

    moving = JournalledReadings(house.journal, Moving())
    assert [reading.at for reading in moving.range(POINT, 0, T0 + DAY)] == [T0]


def test_a_check_says_that_the_server_is_away_and_what_waits(house: House) -> None:
    house.give(T0)
    house.server.check = lambda: (_ for _ in ()).throw(ReadingsUnavailable("no route"))  # type: ignore[method-assign]
    assert house.store.check().startswith("away (no route); 1 rows wait in SQLite")


def test_what_an_older_version_left_waiting_is_forwarded(house: House) -> None:
    body = b'[[["pump-1.pressure",1764000000000,0.6,1,true,1764000000040]],[],[["cp-1",1764000000000,"t","g",2,1764000000041]]]'
    with house.journal._file.writing() as connection:
        connection.execute("INSERT INTO waiting VALUES (1, ?, 2, ?, 2, ?, ?)", (T0 + 40, len(body), len(body), body))
    _, batch = house.journal.oldest(10)
    assert list(batch.readings) == [Reading(POINT, T0, 0.6, Quality.STAMPED, test=True, received=T0 + 40)]
    assert batch.scans == [Scan(point="cp-1", at=T0, tag="t", guard="g", seq=2, received=T0 + 41)]


def test_rows_that_an_older_version_wrote_are_read_with_the_rest(house: House) -> None:
    house.give(T0 + 1)
    house.forward(T0 + MINUTE)
    with house.journal._file.writing() as connection:
        connection.executemany("INSERT INTO readings VALUES (1, ?, 0.5, 1, 1, ?)", [(T0, T0 + 9), (T0 + 2, T0 + 9)])
    old = [Reading(POINT, at, 0.5, Quality.STAMPED, test=True, received=T0 + 9) for at in (T0, T0 + 2)]
    new = Reading(POINT, T0 + 1, 0.6, received=T0 + 41)
    assert house.journal.range(POINT, 0, T0 + DAY) == [old[0], new, old[1]]
    assert house.journal.range(POINT, 0, T0 + DAY, 2) == [old[0], new]
    assert house.journal.before(POINT, T0 + 2, 1) == [new]
    assert house.journal.last([POINT]) == {POINT: old[1]}


def test_hundreds_of_batches_are_settled_as_few_runs_and_read_like_one(house: House) -> None:
    times = [T0 + number * MINUTE // 2 + (number % 7) * HOUR for number in range(600)]
    for number, at in enumerate(times):
        house.give(at, received=T0 + DAY + number)
        if number % 150 == 100:
            house.journal.settle()
    with house.journal._file.reading() as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone()[0] < 120
    known = sorted(times)
    assert house.times() == known
    for limit in (1, 7, 100, 599, 600, 700):
        for edge in (known[0], known[5] + 1, known[300], known[-1], T0 + DAY):
            first = [reading.at for reading in house.journal.range(POINT, edge, T0 + 9 * DAY, limit)]
            newest = [reading.at for reading in house.journal.before(POINT, edge, limit)]
            assert first == [at for at in known if at >= edge][:limit]
            assert newest == [at for at in known if at < edge][::-1][:limit]


def test_what_has_settled_is_not_settled_again_by_whoever_opens_the_journal_next(house: House) -> None:
    house.give(T0, T0 + 1)
    house.forwarder.settle()
    house.journal.close()
    again = House(house.journal._file.path, house.server)
    again.give(T0 + 2)
    again.forwarder.settle()
    with again.journal._file.reading() as connection:
        assert connection.execute("SELECT length(body) FROM runs").fetchall() == [(52,), (26,)]
    assert [reading.at for reading in again.journal.range(POINT, 0, T0 + DAY)] == [T0, T0 + 1, T0 + 2]


def test_what_the_server_has_stays_here_even_if_it_went_before_it_had_settled(house: House) -> None:
    house.give(T0)
    seq, batch = house.journal.oldest(1)
    house.server.append(*batch)
    house.journal.forwarded(seq)
    assert [reading.at for reading in house.journal.range(POINT, 0, T0 + DAY)] == [T0]


def test_a_disk_that_is_full_gets_room_again_by_what_goes_on_to_the_server(house: House) -> None:
    house.server.away = True
    house.give(T0)
    with house.journal._file.writing() as connection:
        connection.execute("PRAGMA max_page_count = 60")
    batches = (range(at, at + 50) for at in range(T0 + 1, T0 + 100_000, 50))
    with pytest.raises(ReadingsUnavailable, match="full"):
        deque(starmap(house.give, batches), maxlen=0)
    waiting = house.journal.waiting().rows
    house.forward(T0 + MINUTE)
    house.server.away = False
    house.forward(T0 + HOUR)
    assert house.journal.waiting().rows == 0
    assert len(house.server.range(POINT, 0, T0 + DAY)) == waiting
    house.give(T0 + DAY)


def test_what_an_older_version_left_waiting_is_among_its_rows_and_settles_no_more(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    before = Journal(path)
    before.append([Reading(POINT, T0, 0.6, received=T0 + 40)])
    with before._file.writing() as connection:
        connection.execute("INSERT INTO points VALUES (1, ?)", (POINT,))
        connection.execute("INSERT INTO readings VALUES (1, ?, 0.6, 0, 0, ?)", (T0, T0 + 40))
        connection.execute("DROP TABLE runs")
    before.close()
    house = House(path, Server())
    house.give(T0 + 1)
    house.journal.settle()
    with house.journal._file.reading() as connection:
        assert connection.execute("SELECT last FROM runs").fetchall() == [(T0 + 1,)]
    house.forward(T0 + MINUTE)
    assert house.server.taken == [[T0, T0 + 1]]


def test_the_newest_of_a_point_stays_also_where_an_older_version_wrote_it(house: House) -> None:
    house.server.append([Reading(POINT, T0, 0.6, received=T0 + 40)])
    house.store.learn([POINT])
    with house.journal._file.writing() as connection:
        connection.execute("DELETE FROM runs")
        connection.execute("INSERT INTO readings VALUES (1, ?, 0.6, 0, 0, ?)", (T0, T0 + 40))
    house.journal.prune(T0 + 3 * DAY)
    assert house.store.last([POINT])[POINT].at == T0


def test_of_two_that_were_received_together_the_first_counts_however_they_are_asked_for(house: House) -> None:
    for values in (((T0, 1.0), (T0 + 10, 1.0)), ((T0, 2.0),)):
        house.store.append([Reading(POINT, at, value, received=T0 + 40) for at, value in values])
        house.journal.settle()
    assert [reading.value for reading in house.journal.range(POINT, T0, T0 + 10)] == [1.0]
    assert [reading.value for reading in house.journal.range(POINT, T0, T0 + 10, 1)] == [1.0]
    assert [reading.value for reading in house.journal.before(POINT, T0 + 1, 1)] == [1.0]


def test_an_instant_beyond_all_time_may_be_asked_for(house: House) -> None:
    house.give(T0)
    assert len(house.journal.range(POINT, 0, 2**63 - 1)) == len(house.journal.before(POINT, 2**63 - 1, 5)) == 1


def test_a_repeat_that_stayed_longer_than_the_first_is_not_shown_instead_of_it(house: House) -> None:
    house.give(T0, value=0.5)
    house.forward(T0 + MINUTE)
    house.give(T0, T0 + 1, value=0.7, received=T0 + HOUR)
    house.forward(T0 + HOUR + MINUTE)
    house.forwarder.once(T0 + KEPT + DAY)
    assert [reading.value for reading in house.journal.range(POINT, 0, T0 + DAY)] == [0.7, 0.7]
    assert [reading.value for reading in house.store.range(POINT, 0, T0 + DAY)] == [0.5, 0.7]
    assert house.store.columns(POINT, 0, T0 + DAY).value.tolist() == [0.5, 0.7]


def test_as_long_as_more_waits_than_goes_on_at_once_nobody_waits_for_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.readings.forwarding.AT_ONCE", 3)
    for second in range(7):
        house.give(T0 + second * 1_000, received=T0 + MINUTE)
    house.forward(T0 + MINUTE)
    assert house.journal.waiting().rows == 0

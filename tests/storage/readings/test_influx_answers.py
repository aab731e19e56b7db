"""A server that answers everything there is, one after the other: nothing is lost, nothing is sent for ever."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from facility.instant import MINUTE, SECOND
from facility.reading import Reading
from storage.readings.forwarding import Forwarder
from storage.readings.influx import InfluxReadings
from storage.readings.influx_url import InfluxTarget
from storage.readings.journal import Journal
from storage.readings.journalled import JournalledReadings
from tests.storage.readings.test_influx_troubles import GENERATIONS, server

T0 = 1_764_000_000_000
Judged = Callable[[list[bytes]], tuple[int, bytes, dict[str, str]]]


@dataclass
class Script:
    """What the server says next, once; then it takes what comes."""

    lines: list[Judged] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    asked: int = 0

    def answer(self, path: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        if "write" not in path:
            return 200, b'{"results":[{"statement_id":0}]}', {}
        self.asked += 1
        lines = body.splitlines()
        said = self.lines[0](lines) if self.lines else (204, b"", {})
        if said[0] == 204:
            self.kept += lines
        return said


def always(status: int, body: bytes = b"", **headers: str) -> Judged:
    return lambda _: (status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def bad(*points: str) -> Judged:
    """Refuses a body with a line of these points, as a server does: all of it."""

    def judge(lines: list[bytes]) -> tuple[int, bytes, dict[str, str]]:
        found = [point for point in points if any(f"point={point}," in line.decode() for line in lines)]
        return (400, f'{{"error":"unable to parse {found[0]}"}}'.encode(), {}) if found else (204, b"", {})

    return judge


def at_most(count: int) -> Judged:
    return lambda lines: (413, b"too large", {}) if len(lines) > count else (204, b"", {})


class House:
    def __init__(self, folder: Path, script: Script, target: InfluxTarget) -> None:
        self.script, self.now = script, T0 + MINUTE
        self.store = JournalledReadings(
            Journal(folder / "journal.db"), InfluxReadings(target, lambda _: ("riverside", "pressure"))
        )
        self.buried: list[tuple[str, str]] = []
        self.forwarder = Forwarder(store=self.store, bury=self.bury, jitter=lambda: 0.5)
        self.store.append([Reading(f"p-{i}", T0, 0.5, received=T0) for i in range(40)])
        self.forwarder.once(T0)

    def bury(self, lines: Sequence[str], reason: str) -> None:
        self.buried += [(line, reason) for line in lines]

    def forward(self, after: int) -> int:
        """How often the server was asked to write."""
        before, self.now = self.script.asked, self.now + after
        while self.forwarder.once(self.now):
            pass
        return self.script.asked - before

    @property
    def waiting(self) -> int:
        return self.store.journal.waiting().rows


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    script = Script(lines=[always(503)])
    with server("1.8.10", script.answer) as target:
        made = House(tmp_path, script, target)
        yield made
        made.store.close()


def test_a_server_that_asks_to_be_left_alone_is_left_alone_for_so_long_and_a_little_longer(house: House) -> None:
    for status in (429, 503):
        house.script.lines = [always(status, b"busy", Retry_After="120")]
        house.forward(3 * MINUTE)
        assert house.forwarder.error.endswith(f"{status}: busy")
        assert house.forward(120 * SECOND) == 0, "not before it said"
        assert house.forward(SECOND) == 1
    house.script.lines = [always(503, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")]
    house.forward(3 * MINUTE)
    assert house.forward(MINUTE) == 1, "a date is no reason to wait for ever"
    house.script.lines = []
    house.forward(MINUTE)
    assert (house.waiting, len(house.script.kept)) == (0, 40)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_sign_in_keeps_everything_and_says_why(house: House, status: int) -> None:
    house.script.lines = [always(status, b'{"error":"authorization failed"}')]
    house.forward(2 * MINUTE)
    house.forward(2 * MINUTE)
    assert (house.waiting, house.script.kept, house.buried) == (40, [], [])
    assert f"refuses the sign-in ({status})" in house.forwarder.error
    assert house.forwarder.note()["away_since"] is not None


def test_bad_lines_are_dead_letters_each_with_the_server_s_reason_and_good_ones_are_stored(house: House) -> None:
    house.script.lines = [bad("p-3", "p-30")]
    house.forward(2 * MINUTE)
    assert (house.waiting, len(house.script.kept)) == (0, 38)
    assert house.buried == [(repr(Reading(f"p-{i}", T0, 0.5, received=T0)), f"unable to parse p-{i}") for i in (3, 30)]


def test_what_is_too_large_goes_in_parts(house: House) -> None:
    house.script.lines = [at_most(7)]
    house.forward(2 * MINUTE)
    assert (house.waiting, len(house.script.kept), house.buried) == (0, 40, [])


@GENERATIONS
def test_a_server_that_fails_in_the_middle_of_a_split_gets_all_of_it_again(tmp_path: Path, version: str) -> None:
    def judge(lines: list[bytes]) -> tuple[int, bytes, dict[str, str]]:
        if script.asked > 4:
            return 500, b"engine: shutting down", {}
        return at_most(15)(lines)

    script = Script(lines=[judge])
    with server(version, script.answer) as target:
        house = House(tmp_path, script, target)
        house.forward(2 * MINUTE)
        assert house.waiting == 40
        assert house.buried == []
        script.lines = []
        house.forward(2 * MINUTE)
        assert (house.waiting, len(set(script.kept))) == (0, 40)
        house.store.close()

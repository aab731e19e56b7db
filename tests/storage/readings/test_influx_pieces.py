"""Many readings go to InfluxDB in pieces, two of them under way together; what one piece meets does not spoil the others."""

import threading

import pytest

from facility.reading import Reading
from storage.readings.port import ReadingsRefused, ReadingsUnavailable
from tests.storage.readings.test_influx_troubles import Answer, readings, server, store_on

PATIENCE = 20.0


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.readings.influx.LINES_AT_ONCE", 4)


def points_of(body: bytes) -> list[str]:
    return [line.split(b"point=")[1].split(b",")[0].decode() for line in body.splitlines()]


def keeping(kept: list[str], refused: frozenset[str] = frozenset()) -> Answer:
    """Takes what it is given, but nothing of a body in which one of these is."""

    def answer(_: str, body: bytes) -> tuple[int, bytes]:
        points = points_of(body)
        if bad := sorted(refused & set(points)):
            return 400, f'{{"error":"unable to parse {bad[0]}"}}'.encode()
        kept.extend(points)
        return 204, b""

    return answer


def test_two_writes_are_under_way_together() -> None:
    meeting = threading.Barrier(2, timeout=PATIENCE)

    def answer(_: str, body: bytes) -> tuple[int, bytes]:
        meeting.wait()  # the first is not answered before the second is there
        return 204, b""

    with server("v2.7.12", answer) as target, store_on(target) as store:
        store.append(readings(8))
    assert not meeting.broken


def test_each_is_written_once_and_each_bad_one_is_named() -> None:
    kept: list[str] = []
    bad = frozenset({"p-1", "p-10", "p-18"})
    with (
        server("v2.7.12", keeping(kept, bad)) as target,
        store_on(target) as store,
        pytest.raises(ReadingsRefused) as refusal,
    ):
        store.append(readings(19))
    assert sorted(kept) == sorted(f"p-{n}" for n in range(19) if n not in (1, 10, 18))
    assert {reason: list(lines) for reason, lines in refusal.value.by_reason.items()} == {
        f"unable to parse p-{n}": [repr(Reading(f"p-{n}", row.at, 0.5))]
        for n, row in enumerate(readings(19))
        if n in (1, 10, 18)
    }


@pytest.mark.parametrize("count", [1, 4, 5, 19])
def test_where_one_piece_is_not_taken_nothing_counts_as_written(count: int) -> None:
    kept: list[str] = []
    away = keeping(kept)

    def answer(path: str, body: bytes) -> tuple[int, bytes] | tuple[int, bytes, dict[str, str]]:
        return (503, b"starting") if f"p-{count - 1}" in points_of(body) else away(path, body)

    with (
        server("1.8.10", answer) as target,
        store_on(target) as store,
        pytest.raises(ReadingsUnavailable, match="503: starting"),
    ):
        store.append(readings(count))
    assert f"p-{count - 1}" not in kept


def test_after_the_first_that_is_not_taken_no_more_are_tried() -> None:
    asked: list[str] = []

    def answer(_: str, body: bytes) -> tuple[int, bytes]:
        asked.append(points_of(body)[0])
        return 503, b"starting"

    with server("1.8.10", answer) as target, store_on(target) as store, pytest.raises(ReadingsUnavailable):
        store.append(readings(400))
    assert len(asked) <= 2

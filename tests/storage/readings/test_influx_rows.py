"""Rows of InfluxDB that have not every field: what is good and no test does not say so."""

from collections.abc import Iterator

import pytest

from facility.instant import DAY, HOUR, SECOND
from facility.quality import Quality
from facility.reading import Bucket, Reading
from storage.readings.influx import InfluxReadings
from storage.readings.influx_server import InfluxServer
from storage.readings.influx_url import InfluxTarget, parse_influx_url

START = 1_764_000_000_000 // DAY * DAY
POINT = "pump-1.pressure"


@pytest.fixture(params=["influx1", "influx2"])
def target(request: pytest.FixtureRequest) -> InfluxTarget:
    return parse_influx_url(request.getfixturevalue(f"{request.param}_emptied"))


@pytest.fixture
def store(target: InfluxTarget) -> Iterator[InfluxReadings]:
    opened = InfluxReadings(target, lambda _: ("riverside", "pressure"))
    yield opened
    opened.close()


def reading(second: int, value: float, quality: Quality = Quality.GOOD, *, test: bool = False) -> Reading:
    at = START + second * SECOND
    return Reading(POINT, at, value, quality, test, at + 40)


def as_an_older_version_wrote(row: Reading) -> str:
    return (
        f"reading,point={row.point} value={row.value!r},quality={int(row.quality)}i,test={'t' if row.test else 'f'},"
        f"received={row.received}i {row.at}000000"
    )


def test_where_no_row_has_ever_said_more_all_are_good(store: InfluxReadings) -> None:
    given = [reading(second, float(second)) for second in range(4)]
    store.append(given)
    assert store.range(POINT, START, START + HOUR) == given
    assert store.buckets(POINT, START, START + HOUR, HOUR) == [Bucket(start=START, low=0, high=3, mean=1.5, count=4)]


def test_rows_of_an_older_version_and_new_ones_are_read_as_one(store: InfluxReadings, target: InfluxTarget) -> None:
    old = [reading(n, 10.0 + n, quality) for n, quality in enumerate(Quality)]
    old.append(reading(20, -1.0, test=True))
    server = InfluxServer(target)
    server.write("\n".join(map(as_an_older_version_wrote, old)).encode())
    server.close()
    new = [reading(100 + n, 20.0 + n, quality) for n, quality in enumerate(Quality)]
    new += [reading(120, -2.0, test=True), reading(121, -3.0, Quality.STALE, test=True)]
    store.append(new)

    assert store.range(POINT, START, START + HOUR) == [*old, *new]
    assert store.before(POINT, START + HOUR, 2) == [new[-1], new[-2]]
    assert store.last([POINT]) == {POINT: new[-1]}
    for width in (HOUR, DAY):
        assert store.buckets(POINT, START, START + DAY, width) == [
            Bucket(start=START, low=10.0, high=21.0, mean=15.5, count=4)
        ]


def test_what_spoke_against_a_reading_stays_with_its_time(store: InfluxReadings) -> None:
    store.append([reading(0, 5.0, Quality.SENSOR_FAULT)])
    store.append([reading(0, 0.6)])
    assert store.range(POINT, START, START + HOUR) == [reading(0, 0.6, Quality.SENSOR_FAULT)]

"""Empty databases on real InfluxDB servers, as quickly as they are to be had.

Their shards are long: at the server's own week a test that spans years would make and empty hundreds.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest

from tests.services import InfluxAddress, influx1_database, influx2_bucket

SHARED_MEMORY = folder if (folder := Path("/dev/shm")).is_dir() else None
"""Where there is one: for tests of what is answered, not of what is durable."""


@pytest.fixture
def swift_path() -> Iterator[Path]:
    """A folder in memory where there is one."""
    with TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def influx1_of_file(influx1_url: str) -> Iterator[str]:
    with influx1_database(influx1_url, "2000w") as url:
        yield url


@pytest.fixture
def influx1_emptied(influx1_of_file: str) -> Iterator[str]:
    yield influx1_of_file
    database = influx1_of_file.rpartition("/")[2]
    InfluxAddress.of(influx1_of_file).ask("POST", f"/query?db={database}&q={quote('DROP SERIES FROM /.*/')}")


@pytest.fixture
def influx2_emptied(influx2_url: str) -> Iterator[str]:
    """A fresh one: InfluxDB 2 takes longer to empty a bucket than to make another."""
    with influx2_bucket(influx2_url, 2000 * 7 * 86_400) as url:
        yield url

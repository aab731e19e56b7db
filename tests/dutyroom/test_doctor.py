"""What doctor says of the store of readings."""

from pathlib import Path

import pytest

from dutyroom.doctor import Finding, examine
from dutyroom.settings import Settings
from tests.services import free_port


def of_readings(tmp_path: Path, url: str) -> Finding:
    found = examine(Settings(data=str(tmp_path), readings_url=url, _env_file=None))  # type: ignore[call-arg]
    return next(one for one in found if one.part == "readings")


def test_a_server_that_is_away_is_bad_though_a_start_goes_on_without_it(tmp_path: Path) -> None:
    finding = of_readings(tmp_path, f"influxdb://127.0.0.1:{free_port()}/duty")
    assert not finding.good
    assert "cannot be reached" in finding.text


@pytest.mark.parametrize(("database", "good"), [("", True), ("nowhere", False)])
def test_it_says_which_server_it_is_and_what_to_do(
    tmp_path: Path, influx1_db_url: str, database: str, good: bool
) -> None:
    url = influx1_db_url.rpartition("/")[0] + f"/{database}" if database else influx1_db_url
    finding = of_readings(tmp_path, url)
    assert finding.good is good
    assert ("InfluxDB 1." in finding.text) is good
    assert ("CREATE DATABASE" in finding.text) is not good

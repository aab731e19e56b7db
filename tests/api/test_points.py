from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.charts import blemishes, bucket_width, gaps
from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.person import Role
from facility.point import Setting
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Change, key_of
from storage.readings.port import Kept
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, House

Headers = Callable[[Role], dict[str, str]]
POINT = f"/api/v1/points/{GAUGE}"


def test_a_point_has_its_newest_reading_and_its_limits(lively: House, client: TestClient, program: Headers) -> None:
    row = client.get(POINT, headers=program(Role.GUARD)).json()
    assert (row["unit"], row["resolution"], row["zone"]) == ("MPa", 0.001, "t1-pump-room")
    assert row["last"]["at"] == "2026-11-24T00:09:50.000Z"
    band = next(limit for limit in row["limits"] if limit["rule"] == "pump-pressure-band")
    assert (band["low"], band["high"], band["clause"]) == (0.5, 0.7, "EQ-4")


def test_a_point_that_never_spoke_says_so(home: House, client: TestClient, program: Headers) -> None:
    assert client.get(POINT, headers=program(Role.GUARD)).json()["last"] is None


def test_points_are_paged_in_the_register_s_order(lively: House, client: TestClient, program: Headers) -> None:
    headers = program(Role.GUARD)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = "limit=100" + (f"&cursor={cursor}" if cursor else "")
        page = client.get(f"/api/v1/points?{query}", headers=headers).json()
        seen += [row["id"] for row in page["rows"]]
        cursor = page["cursor"]
    assert seen == list(lively.register().points)


def test_points_of_a_zone_include_those_of_the_zones_below(lively: House, client: TestClient, program: Headers) -> None:
    rows = client.get("/api/v1/points?zone=garage&quantity=pressure&limit=500", headers=program(Role.GUARD)).json()
    assert GAUGE in [row["id"] for row in rows["rows"]]


def test_raw_readings_come_in_pages_without_gap_or_repeat(lively: House, client: TestClient, program: Headers) -> None:
    start, end = NOW - 10 * MINUTE, NOW
    seen, cursor = [], None
    while True:
        query = f"from={start}&to={end}&limit=7" + (f"&cursor={cursor}" if cursor else "")
        page = client.get(f"{POINT}/readings?{query}", headers=program(Role.GUARD)).json()
        seen += [row["at"] for row in page["rows"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == len(lively.readings.range(GAUGE, start, end)) == 60


def test_times_are_iso_with_an_offset_or_milliseconds(lively: House, client: TestClient, program: Headers) -> None:
    def count(start: str) -> int:
        answer = client.get(f"{POINT}/readings?from={start}", headers=program(Role.GUARD))
        return len(answer.json()["rows"]) if answer.status_code == 200 else answer.status_code

    assert count(str(NOW - MINUTE)) == 6
    assert count("2026-11-24T08:09:00%2B08:00") == count("2026-11-24T08:09:00+08:00") == 6
    assert count("2026-11-24T00:09:00Z") == 6
    assert count("2026-11-24T08:09:00") == 422
    assert count("yesterday") == 422


def test_a_time_without_an_offset_is_refused_with_what_is_allowed(client: TestClient, program: Headers) -> None:
    problem = client.get(f"{POINT}/readings?from=2026-11-24T08:09:00", headers=program(Role.GUARD)).json()
    assert problem["errors"][0]["field"] == "from"
    assert "offset" in problem["errors"][0]["wrong"]
    assert problem["errors"][0]["given"] == "2026-11-24T08:09:00"


def test_buckets_hold_min_max_mean_and_count(lively: House, client: TestClient, program: Headers) -> None:
    address = f"{POINT}/buckets?from={NOW - HOUR}&to={NOW}&width=600000"
    rows = client.get(address, headers=program(Role.GUARD)).json()
    assert rows[-1]["count"] == 60
    assert rows[-1]["low"] <= rows[-1]["mean"] <= rows[-1]["high"]


def test_more_buckets_than_anybody_reads_are_refused(client: TestClient, program: Headers) -> None:
    problem = client.get(f"{POINT}/buckets?from=0&to={NOW}&width=1000", headers=program(Role.GUARD))
    assert (problem.status_code, problem.json()["errors"][0]["field"]) == (422, "width")


def test_a_chart_has_values_limits_alerts_tests_and_gaps(lively: House, client: TestClient, program: Headers) -> None:
    chart = client.get(f"{POINT}/chart?from={NOW - HOUR}&to={NOW}", headers=program(Role.GUARD)).json()
    band = next(band for band in chart["bands"] if band["rule"] == "pump-pressure-band")
    assert (band["low"], band["high"], band["set_value"]) == (0.5, 0.7, 0.6)
    assert [mark["id"] for mark in chart["marks"]] == [2]
    assert {span["kind"] for span in chart["spans"]} == {"test", "gap"}
    assert (chart["width"], chart["unit"], chart["decimals"]) == (0, "MPa", 3)
    assert len(chart["at"]) == len(chart["mean"])


def test_a_long_chart_is_an_envelope(lively: House, client: TestClient, program: Headers) -> None:
    lively.readings.append([Reading(GAUGE, NOW - DAY + n * 5 * SECOND, 0.6, received=NOW) for n in range(4000)])
    chart = client.get(f"{POINT}/chart?from={NOW - DAY}&to={NOW}&pixels=300", headers=program(Role.GUARD)).json()
    assert chart["width"] == 300_000
    assert len(chart["at"]) <= 300
    rows = zip(chart["low"], chart["mean"], chart["high"], strict=True)
    assert all(low - 1e-9 <= mean <= high + 1e-9 for low, mean, high in rows)


def test_where_readings_have_ended_a_chart_shows_their_hours_and_hides_no_breach(
    home: House, client: TestClient, program: Headers
) -> None:
    start = (NOW - 200 * DAY) // DAY * DAY
    values = {17: 0.93, 140: 0.02}
    home.readings.append([Reading(GAUGE, start + i * 10 * MINUTE, values.get(i, 0.6)) for i in range(2 * 144)])
    while home.readings.summarise(NOW):
        pass
    home.readings.forget(Kept.READINGS, start + DAY)
    headers = program(Role.GUARD)

    def chart(since: int, until: int) -> dict[str, Any]:
        answer: dict[str, Any] = client.get(f"{POINT}/chart?from={since}&to={until}", headers=headers).json()
        return answer

    for whole in (chart(start, start + DAY), chart(start - 300 * DAY, NOW)):
        assert whole["width"] >= HOUR
        assert (max(whole["high"]), min(whole["low"])) == (0.93, 0.02)
    near = chart(start + 2 * HOUR, start + 3 * HOUR)
    assert (near["width"], near["low"], near["high"]) == (HOUR, [0.6], [0.93])
    assert chart(start + DAY, start + 2 * DAY)["width"] == 0


def test_a_chart_shows_the_limits_as_they_were_in_force(home: House, client: TestClient, program: Headers) -> None:
    raised = Setting(point=GAUGE, name="set_pressure", value=0.65, since=NOW - 30 * MINUTE, approver="王工")
    with home.records.begin() as unit:
        unit.registers.apply([Change(table="settings", key=key_of(raised), before=None, after=raised)], "manager", NOW)
    chart = client.get(f"{POINT}/chart?from={NOW - HOUR}&to={NOW}", headers=program(Role.GUARD)).json()
    bands = [band for band in chart["bands"] if band["rule"] == "pump-pressure-band"]
    assert [(b["start"], b["end"], b["set_value"]) for b in bands] == [
        (NOW - HOUR, NOW - 30 * MINUTE, 0.6),
        (NOW - 30 * MINUTE, NOW, 0.65),
    ]


def test_a_state_is_drawn_with_its_words(lively: House, client: TestClient, program: Headers) -> None:
    smoke = next(p.id for p in lively.register().points.values() if p.quantity == "smoke")
    chart = client.get(f"/api/v1/points/{smoke}/chart?from={NOW - HOUR}&to={NOW}", headers=program(Role.GUARD)).json()
    assert chart["states"]["1"] == {"zh": "报警", "en": "alarm"}
    assert chart["mean"] == [1.0]


def test_an_empty_stretch_is_refused(client: TestClient, program: Headers) -> None:
    assert client.get(f"{POINT}/chart?from={NOW}&to={NOW}", headers=program(Role.GUARD)).status_code == 422


@pytest.mark.parametrize("address", ["/api/v1/points/nothing", "/api/v1/points/nothing/readings", "/points/nothing"])
def test_an_unknown_point_is_not_found(client: TestClient, program: Headers, address: str) -> None:
    assert client.get(address, headers=program(Role.GUARD)).status_code == 404


def test_a_csv_holds_every_reading_with_unit_quality_and_local_time(
    lively: House, client: TestClient, program: Headers
) -> None:
    address = f"/points/{GAUGE}/readings.csv?from={NOW - MINUTE}&to={NOW}"
    answer = client.get(address, headers=program(Role.INSPECTOR))
    lines = answer.text.lstrip("\ufeff").splitlines()
    assert answer.headers["content-disposition"] == f'attachment; filename="{GAUGE}.csv"'
    assert lines[0] == "point,utc,local (Asia/Shanghai),value,unit,quality,test,received"
    assert lines[-1].startswith(f"{GAUGE},2026-11-24T00:09:50.000Z,2026-11-24 08:09:50,0.4")
    assert len(lines) == 7


def test_a_csv_is_longer_than_one_page_of_the_store(home: House, client: TestClient, program: Headers) -> None:
    home.readings.append([Reading(GAUGE, NOW - 11_000 + n, 0.6, received=NOW) for n in range(11_000)])
    text = client.get(f"/points/{GAUGE}/readings.csv", headers=program(Role.INSPECTOR)).text
    assert len(text.splitlines()) == 11_001


def test_gaps_are_found_at_both_ends_and_only_where_readings_are_expected() -> None:
    assert [(s.start, s.end) for s in gaps([50, 60, 100], 20, 0, 200)] == [(0, 50), (60, 100), (100, 200)]
    assert gaps([], 20, 0, 100)[0].kind == "gap"
    assert gaps([], 0, 0, 100) == []


def test_runs_of_tests_and_faults_are_told_apart() -> None:
    readings = [
        Reading("p", 1, 0.6),
        Reading("p", 2, 0.6, test=True),
        Reading("p", 3, 0.6, test=True),
        Reading("p", 4, 0.0, Quality.SENSOR_FAULT),
        Reading("p", 5, 0.6),
        Reading("p", 6, 0.0, Quality.SENSOR_FAULT),
    ]
    assert [(s.kind, s.start, s.end) for s in blemishes(readings)] == [
        ("test", 2, 3),
        ("sensor-fault", 4, 4),
        ("sensor-fault", 6, 6),
    ]


@pytest.mark.parametrize(
    ("length", "pixels", "width"), [(HOUR, 800, 5_000), (DAY, 300, 300_000), (365 * DAY, 800, 43_200_000)]
)
def test_bucket_widths_are_round_and_about_a_pixel(length: int, pixels: int, width: int) -> None:
    assert bucket_width(length, pixels) == width
    assert length / width <= pixels


def test_where_readings_have_ended_a_point_s_page_says_what_is_left_and_claims_no_gap(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    day = (NOW - 200 * DAY) // DAY * DAY
    home.readings.append([Reading(GAUGE, day + hour * HOUR, 0.6) for hour in range(48)])
    home.readings.summarise(NOW)
    home.readings.forget(Kept.READINGS, day + DAY)
    browser = browser_of("officer")
    browser.client.cookies.set("language", "en")
    then = words(browser.page(f"/points/{GAUGE}?range=day&to={day + DAY}"))
    assert "single readings have ended; lowest, mean and highest of each hour are shown" in then
    assert "is not told once single readings have ended" in then
    assert "No readings for" not in then
    after = words(browser.page(f"/points/{GAUGE}?range=day&to={day + 2 * DAY}"))
    assert "have ended" not in after

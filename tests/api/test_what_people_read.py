"""Values and times as they are shown."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from api.health import read_worker
from api.web import times
from api.web.values import amount, is_stale, number, show, trend
from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.point import Point
from facility.quality import Quality
from facility.reading import Reading
from facility.text import Text
from tests.api.seed import NOW

SHANGHAI = ZoneInfo("Asia/Shanghai")


def point(
    quantity: str = "pressure", unit: str = "MPa", resolution: float = 0.001, interval: int = 10 * SECOND
) -> Point:
    return Point(
        id="p", asset="a", name=Text("p"), quantity=quantity, unit=unit, resolution=resolution, interval=interval
    )


@pytest.mark.parametrize(
    ("language", "now", "shown"),
    [("zh", NOW, "11月24日 08:10"), ("en", NOW, "24 Nov 08:10"), ("zh", NOW + 300 * DAY, "2026年11月24日 08:10"),
     ("en", NOW + 300 * DAY, "24 Nov 2026 08:10")],
)  # fmt: skip
def test_local_time_has_its_date_and_the_year_where_it_is_another(language: str, now: int, shown: str) -> None:
    assert times.local(NOW, SHANGHAI, language, now) == shown


def test_the_day_changes_at_local_midnight() -> None:
    assert times.local(NOW - 8 * HOUR - 11 * MINUTE, SHANGHAI, "zh", NOW) == "11月23日 23:59"
    assert times.local(NOW, UTC, "zh", NOW) == "11月24日 00:10"


def test_utc_and_the_zone_stand_behind_it() -> None:
    assert times.utc(NOW, SHANGHAI) == "2026-11-24T00:10:00.000Z · CST UTC+0800"


@pytest.mark.parametrize(
    ("milliseconds", "en", "zh"),
    [
        (0, "0 s", "0 秒"),
        (59_999, "59 s", "59 秒"),
        (5 * MINUTE, "5 min", "5 分钟"),
        (3 * HOUR, "3 h", "3 小时"),
        (3 * HOUR + 20 * MINUTE, "3 h 20 min", "3 小时 20 分"),
        (50 * HOUR, "2 d", "2 天"),
        (-5, "0 s", "0 秒"),
    ],
)
def test_durations_in_words(milliseconds: int, en: str, zh: str) -> None:
    assert (times.span(milliseconds, "en"), times.span(milliseconds, "zh")) == (en, zh)


def test_the_future_is_not_the_past() -> None:
    assert times.ago(NOW + 5 * MINUTE, NOW, "en") == "in 5 min"
    assert times.ago(NOW - 5 * MINUTE, NOW, "zh") == "5 分钟前"


def test_numbers_are_shown_at_the_point_s_resolution_and_states_as_words() -> None:
    assert number(point(), 0.6, "en") == "0.600"
    assert number(point(resolution=0.05), 0.6, "en") == "0.60"
    assert number(point("door", ""), 3.0, "zh") == "强行打开"
    assert number(point("door", ""), 17.0, "zh") == "17"


def test_an_alert_s_value_keeps_its_own_unit_when_the_point_has_gone_or_changed() -> None:
    assert amount(0.48, "MPa", point(), "en") == "0.480 MPa"
    assert amount(480.0, "kPa", point(), "en") == "480 kPa"
    assert amount(0.48, "MPa", None, "en") == "0.48 MPa"
    assert amount(0.4, "1", None, "en") == "0.4"
    assert amount(1.0, "", point("smoke", ""), "en") == "alarm"


def test_no_reading_is_no_data_and_never_zero() -> None:
    shown = show(point(), None, NOW, "en")
    assert (shown.text, shown.known, shown.at) == ("", False, None)


@pytest.mark.parametrize(
    ("quality", "known"),
    [(Quality.GOOD, True), (Quality.STAMPED, True), (Quality.UNCALIBRATED, True), (Quality.BAD_CLOCK, True),
     (Quality.SENSOR_FAULT, False), (Quality.OUT_OF_RANGE, False), (Quality.STALE, False)],
)  # fmt: skip
def test_a_broken_sensor_s_number_is_not_shown_as_a_value(quality: Quality, known: bool) -> None:
    assert show(point(), Reading("p", NOW, 0.0, quality), NOW, "en").known is known


def test_staleness_follows_the_point_s_interval() -> None:
    assert not is_stale(point(), NOW - 2 * MINUTE, NOW)
    assert is_stale(point(), NOW - 2 * MINUTE - 1, NOW)
    assert not is_stale(point(interval=HOUR), NOW - 3 * HOUR, NOW)
    assert not is_stale(point(interval=0), NOW - 300 * DAY, NOW)


@pytest.mark.parametrize(
    ("values", "arrow"),
    [([0.6] * 6, "→"), ([0.60, 0.61, 0.62, 0.63], "↗"), ([0.63, 0.62, 0.61, 0.60], "↘"), ([0.600, 0.601, 0.600], "→"),
     ([0.6, 0.7], "")],
)  # fmt: skip
def test_a_trend_is_a_change_of_two_steps(values: list[float], arrow: str) -> None:
    newest_first = [Reading("p", NOW + n, value) for n, value in enumerate(values)][::-1]
    assert trend(point(), newest_first) == arrow


def test_a_trend_leaves_out_tests_and_faults() -> None:
    readings = [Reading("p", NOW - n, 0.6) for n in range(6)]
    odd = [Reading("p", NOW + 1, 9.0, Quality.SENSOR_FAULT), Reading("p", NOW, 9.0, test=True)]
    assert trend(point(), odd + readings) == "→"
    assert trend(point("smoke", ""), readings) == ""


@pytest.mark.parametrize(
    "note",
    [None, [], "x", 7, {}, {"at": "now"}, {"link": []}, {"rules": [1, None, {}]}, {"errors": {"a": 1}, "stores": 3},
     {"message_rate": True, "lag": "slow", "in_hand": None}],
)  # fmt: skip
def test_whatever_a_worker_s_note_holds_it_can_be_read(note: object) -> None:
    worker = read_worker("w", note)
    assert worker.silent(NOW)
    assert worker.rate is None


def test_a_worker_is_silent_when_it_says_nothing_for_a_quarter_of_a_minute() -> None:
    one = read_worker("w", {"at": NOW, "connected": True, "url": "mqtt://a", "message_rate": 3, "lag": 9})
    assert (one.connected, one.url, one.rate, one.lag) == (True, "mqtt://a", 3, 9)
    assert not one.silent(NOW + 14 * SECOND)
    assert one.silent(NOW + 16 * SECOND)


def test_a_rule_that_failed_is_named() -> None:
    note = {"rules": [{"rule": "a", "error": {"text": "boom"}}, {"id": "b", "error": None}]}
    assert read_worker("w", note).broken_rules == [("a", None, "boom")]

"""Durations: as a file or setting has them, and as a person reads them."""

import pytest

from facility.instant import DAY, HOUR, MINUTE, SECOND, duration, duration_text, duration_words


@pytest.mark.parametrize(
    ("milliseconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (500, "500 毫秒", "500 ms"),
        (30 * SECOND, "30 秒", "30 s"),
        (90 * SECOND, "1 分 30 秒", "1 min 30 s"),
        (10 * MINUTE, "10 分钟", "10 min"),
        (HOUR, "1 小时", "1 h"),
        (90 * MINUTE, "1 小时 30 分", "1 h 30 min"),
        (HOUR + 1, "1 小时 1 毫秒", "1 h 1 ms"),
        (90 * DAY, "90 天", "90 d"),
        (DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5, "1 天 2 小时 3 分 4 秒 5 毫秒", "1 d 2 h 3 min 4 s 5 ms"),
    ],
)
def test_a_person_reads_a_duration_in_plain_words(milliseconds: int, zh: str, en: str) -> None:
    said = duration_words(milliseconds)
    assert (said.zh, said.en) == (zh, en)


@pytest.mark.parametrize("milliseconds", [0, 1, 999, 30 * SECOND, 90 * SECOND, 61 * MINUTE, 90 * DAY + 1])
def test_neither_form_loses_anything(milliseconds: int) -> None:
    assert duration(duration_text(milliseconds)) == milliseconds
    assert duration(duration_words(milliseconds).en) == milliseconds

"""Reasons are counted by a few classes."""

from __future__ import annotations

from collections import Counter

import pytest

from collector.refusals import CLASSES, OTHER, class_of
from tests.collector.test_reasons import BROKEN, OTHERS, refused


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [
        ("not JSON at character 3: unexpected end", "format"),
        ("payload: null found; allowed: one JSON object", "format"),
        ("payload of 3000000 bytes; allowed: up to 2097152", "size"),
        ("it claims to be gauge-2; the topic says gauge-1, and the topic decides", "identity"),
        ("device 'a': 'b' may not speak for it; its register entry must name it as gateway", "identity"),
        ("gauge-1: pressure: '0_02' is not a number; allowed: pressure in MPa", "value"),
        ("gauge-1: pressure: Cel is a unit of temperature, not of pressure", "unit"),
        ("gauge-1: pressure: 4.0 mA cannot become MPa: the point needs its range (low and high) for that", "unit"),
        ("ts: 'x' is no time; allowed: ISO 8601 with an offset, a number, or nothing", "time"),
        ("topic: it ends in 'what'; allowed: readings, events, status, batch", "topic"),
        ("unexpected ZeroDivisionError while decoding: x", "unexpected"),
        ("object: no decoded values: the frame's bytes are still encoded; set the device's codec", "encoded"),
        ("a sentence that nobody foresaw", OTHER),
    ],
)
def test_a_reason_has_the_class_that_says_what_to_mend(reason: str, wanted: str) -> None:
    assert class_of(reason) == wanted
    assert wanted in CLASSES


def test_few_of_the_decoders_reasons_are_of_no_class() -> None:
    reasons = [*OTHERS, *(refused(*broken) for broken in BROKEN)]
    found = Counter(class_of(reason) for reason in reasons)
    assert found[OTHER] <= 3, [reason for reason in reasons if class_of(reason) == OTHER]
    assert len(found) >= 8

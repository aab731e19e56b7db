"""Whatever is taken in at once is what decoder and qualifier make of it, and what is out of the ordinary is left to them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.property import property_of
from collector.intake import Intake, Prepared
from collector.link import Delivery
from collector.memory import Memories
from collector.ordinary import Ordinary
from collector.qualify import AHEAD, EARLIEST, Qualifier
from collector.sources import DEFAULT_SOURCES
from collector.stats import Stats
from facility.register import Register

NOW = 1_764_000_000_000
TOPIC = "dutyroom/v1/site/gauge-0/readings"


def register() -> Register:
    """Two pressures at one gauge, one of which is calibrated until an hour ago, and a smoke detector."""
    made = property_of(2, per_device=2)
    points = {
        **made.points,
        "gauge-0.pressure-1": replace(made.points["gauge-0.pressure-1"], calibration_due=NOW - 3_600_000),
        "smoke": replace(
            made.points["gauge-0.pressure"], id="smoke", key="smoke", quantity="smoke", unit="", low=None, high=None
        ),
    }
    return replace(made, points=points)


REGISTER = register()


def intake(*, at_once: bool) -> Intake:
    made = Intake(DEFAULT_SOURCES, Qualifier(REGISTER, b"k" * 32), Memories(), Stats())
    if not at_once:
        made._ordinary.readings = lambda *_: None  # type: ignore[method-assign]
    return made


def taken(payload: bytes, *, at_once: bool, topic: str = TOPIC) -> Prepared:
    return intake(at_once=at_once).prepare(Delivery(topic, payload, NOW), NOW + 5, NOW)


times = st.one_of(
    st.integers(NOW - 7_200_000, NOW + AHEAD + 10),
    st.sampled_from(
        [EARLIEST - 1, EARLIEST, NOW + 5 + AHEAD, NOW + 6 + AHEAD, None, 1.5, "2026-11-24T08:00:00+08:00", "?", True]
    ),
)
numbers: st.SearchStrategy[Any] = st.one_of(
    st.floats(-1, 2),
    st.integers(-3, 3),
    st.sampled_from([True, False, None, "0.6", "x", 2.0**63, -(2**63), 2**62, 1e308, [], {}]),
)
values = st.dictionaries(st.sampled_from(["pressure", "pressure-1", "smoke", "nobody"]), numbers, max_size=3)
more = st.sampled_from(
    [
        {},
        {"seq": 7},
        {"test": True},
        {"unit": {"pressure": "kPa"}},
        {"device": "gauge-1"},
        {"device": "gauge-0"},
        {"event": "open"},
        {"deep": [[[[1]]]]},
    ]
)
rows: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda at, said, also: {"ts": at, "values": said, **also}, times, values, more),
    st.sampled_from([{}, [], 5, {"ts": NOW}, {"values": {"pressure": 0.6}}, {"ts": NOW, "values": 3}]),
)


@given(st.one_of(rows, st.lists(rows, max_size=4)))
def test_both_ways_make_the_same_of_any_message(document: Any) -> None:
    payload = json.dumps(document).encode()
    assert taken(payload, at_once=True) == taken(payload, at_once=False)


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"\xef\xbb\xbf{}", b"[" * 40 + b"]" * 40, b'{"ts":1,"values":{"pressure":NaN}}']
)
def test_both_ways_refuse_what_is_no_document(payload: bytes) -> None:
    assert taken(payload, at_once=True) == taken(payload, at_once=False)


@pytest.mark.parametrize(
    "topic", [TOPIC.replace("readings", "events"), TOPIC.replace("readings", "batch"), TOPIC.replace("gauge-0", "?")]
)
def test_other_topics_are_left_to_the_decoder(topic: str) -> None:
    payload = json.dumps({"ts": NOW, "values": {"pressure": 0.6}, "device": "gauge-0"}).encode()
    assert taken(payload, at_once=True, topic=topic) == taken(payload, at_once=False, topic=topic)


def test_an_ordinary_message_is_taken_in_at_once_and_another_register_is_known_at_once() -> None:
    qualifier = Qualifier(REGISTER, b"k" * 32)
    ordinary = Ordinary(qualifier)
    payload = json.dumps([{"ts": NOW + n, "values": {"pressure": 0.6 + n}, "seq": n} for n in range(3)]).encode()
    match = DEFAULT_SOURCES.match(TOPIC)
    assert match is not None
    found = ordinary.readings(Delivery(TOPIC, payload, NOW), match, NOW)
    assert found is not None
    assert [(r.point, r.at, r.value, int(r.quality)) for r in found] == [
        ("gauge-0.pressure", NOW, 0.6, 0), ("gauge-0.pressure", NOW + 1, 1.6, 0), ("gauge-0.pressure", NOW + 2, 2.6, 3)
    ]  # fmt: skip
    qualifier.use(Register())
    assert ordinary.readings(Delivery(TOPIC, payload, NOW), match, NOW) is None

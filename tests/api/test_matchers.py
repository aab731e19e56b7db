"""Prometheus' label matchers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.matchers import BadMatcher, Matcher, parse

LABELS = {"alertname": "pump-pressure-band", "zone": "t1", "severity": "high"}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('alertname="pump-pressure-band"', True),
        ("alertname=pump-pressure-band", True),
        ('{zone = "t1"}', True),
        ('zone!="t1"', False),
        ('alertname=~"pump.*"', True),
        ('alertname=~"pump"', False),
        ('alertname!~"pump|smoke"', True),
        ('severity=~"high|critical"', True),
        ('nothing=""', True),
        ('nothing!=""', False),
        ('zone=~"T1"', False),
        ('zone="\\u0074\\u0031"', True),
    ],
)
def test_a_matcher_fits_as_prometheus_has_it(text: str, fits: bool) -> None:
    assert parse(text).fits(LABELS) is fits


@pytest.mark.parametrize("text", ["", "zone", "=x", "a b=c", 'zone="x', 'zone=~"("', 'zone=~"(a+)+"', 'zone=~"(?=a)a"'])
def test_what_is_none_says_what_is_allowed(text: str) -> None:
    if text == 'zone="x':
        assert parse(text).value == '"x', "an open quote is a letter, as with them"
        return
    with pytest.raises(BadMatcher):
        parse(text)


@pytest.mark.parametrize("text", ["(a|a)*b", "((a*)*)*", "a*a*a*a*a*b", "(.*)(.*)(.*)(.*)(.*)x", "(a)\\1", "x" * 501])
def test_an_expression_that_could_run_for_years_is_refused(text: str) -> None:
    with pytest.raises(BadMatcher):
        Matcher("zone", text, regex=True)


@given(st.text(max_size=30))
def test_anything_that_is_quoted_comes_back(value: str) -> None:
    import json

    assert parse(f"zone={json.dumps(value)}").value == value

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.quality import Quality
from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings.columns import Columns
from storage.readings.line_protocol import (
    MILLISECOND,
    hour_line,
    passage_line,
    quoted,
    reading_lines,
    scan_line,
    stored_name,
)

AT = 1_764_000_000_000
PASSAGE = Passage(point="door-1", at=AT, event="denied", credential="k1", direction="in", seq=4, received=AT + 9)
SCAN = Scan(point="cp-1", at=AT, tag="t1", guard="g1", seq=2, received=AT + 9)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

# A reader of our own, after the protocol's description: a backslash before comma, space or equals keeps it in the name.
TAG = re.compile(r"(?:\\[,= ]|[^,= \\])+")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


def tags_of(line: str) -> dict[str, str]:
    rest, tags = line.partition(",")[2], {}
    while True:
        key, _, rest = rest.partition("=")
        found = TAG.match(rest)
        assert found is not None
        tags[key] = re.sub(r"\\([,= ])", r"\1", found[0])
        rest = rest[found.end() :]
        if rest.startswith(" "):
            return tags
        assert rest.startswith(",")
        rest = rest[1:]


def reading_line(reading: Reading, site: str, quantity: str) -> str:
    (line,) = reading_lines(Columns.of([reading]), lambda _: (site, quantity))
    return line


def test_a_reading_is_one_line_with_a_float_and_nanoseconds() -> None:
    line = reading_line(Reading("p-1", AT, 1, Quality.STAMPED, test=True, received=AT + 5), "riverside", "pressure")
    assert line == (
        "reading,point=p-1,quantity=pressure,site=riverside"
        " value=1.0,quality=1i,test=t,received=1764000000005i 1764000000000000000"
    )


def test_tags_that_are_empty_are_left_out() -> None:
    assert reading_line(Reading("p-1", AT, 0.5), "", "").startswith("reading,point=p-1 value=0.5,")


def test_passages_scans_and_hours_are_one_line_each() -> None:
    assert passage_line(PASSAGE, "s", "access").startswith(
        'passage,point=door-1,quantity=access,site=s event="denied",credential="k1",direction="in",seq=4i,test=f,'
    )
    assert scan_line(SCAN, "s", "scan").startswith(
        'scan,point=cp-1,quantity=scan,site=s tag="t1",guard="g1",seq=2i,received='
    )
    hour = Bucket(start=AT, low=1, high=3, mean=2, count=2)
    assert hour_line("p 1", hour, 5) == (
        "reading_hour,point=p\\ 1 low=1.0,high=3.0,mean=2.0,count=2i,readings=5i 1764000000000000000"
    )


@given(point=ANY_TEXT.filter(bool), site=ANY_TEXT, quantity=ANY_TEXT)
def test_no_name_can_end_its_tag_or_its_line(point: str, site: str, quantity: str) -> None:
    line = reading_line(Reading(point, AT, 0.5), site, quantity)
    assert len(re.split("[\n\r\x00]", line)) == 1
    wanted = {"point": point, "quantity": quantity, "site": site}
    assert tags_of(line) == {key: stored_name(value) for key, value in wanted.items() if value}


@given(one=ANY_TEXT, other=ANY_TEXT)
def test_different_names_are_stored_differently(one: str, other: str) -> None:
    assert (stored_name(one) == stored_name(other)) == (one == other)


@given(event=ANY_TEXT, credential=ANY_TEXT)
def test_no_text_can_end_its_field(event: str, credential: str) -> None:
    line = passage_line(replace(PASSAGE, event=event, credential=credential, direction=""), "s", "q")
    found = [re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) for text in STRING.findall(line)]
    assert found == [event, credential, ""]


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("plain", "'plain'"),
        ("it's", "'it\\'s'"),
        ("back\\slash", "'back\\\\slash'"),
        ("\\' OR 1=1", "'\\\\\\' OR 1=1'"),
    ],
)
def test_a_text_stays_inside_its_quotes_in_a_question(text: str, literal: str) -> None:
    assert quoted(text) == literal


def time_of(line: str) -> int:
    return int(line.rpartition(" ")[2])


def test_events_of_one_millisecond_stay_inside_it_and_apart() -> None:
    lines = [passage_line(replace(PASSAGE, seq=seq), "s", "q") for seq in (-5, 0, 1, 2, 999_999, 2**62)]
    lines += [passage_line(replace(PASSAGE, event=event), "s", "q") for event in ("open", "forced")]
    times = [time_of(line) for line in lines]
    assert len(set(times)) == len(times)
    assert {time // MILLISECOND for time in times} == {AT}


def test_a_repeat_has_the_same_time_whatever_else_differs() -> None:
    again = replace(PASSAGE, received=AT + 60_000, test=True, direction="out")
    assert time_of(passage_line(again, "s", "q")) == time_of(passage_line(PASSAGE, "other", "q"))
    assert time_of(scan_line(replace(SCAN, received=0), "s", "q")) == time_of(scan_line(SCAN, "s", "q"))

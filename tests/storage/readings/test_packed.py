"""What is packed comes out as it was, and quicker ways give the same as slow ones."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from facility.quality import Quality
from facility.reading import Reading
from storage.readings.columns import Columns
from storage.readings.keepable import LATEST, _reading_fault, sift
from storage.readings.line_protocol import MILLISECOND, _series, reading_lines
from storage.readings.packed import MARK, pack, unpack

fit = st.builds(
    Reading,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
    st.integers(0, LATEST),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(Quality),
    st.booleans(),
    st.integers(0, LATEST),
)
unfit = st.builds(
    Reading,
    st.sampled_from(["", "a\n", "p", "x" * 2_000]),
    st.sampled_from([-1, 0, LATEST + 1, 2**70]),
    st.sampled_from([0.5, float("nan"), float("inf")]),
    received=st.sampled_from([-1, 0, LATEST + 1]),
)


@given(st.lists(fit, max_size=20))
def test_readings_come_out_as_they_were_and_in_their_order(readings: list[Reading]) -> None:
    body = pack(Columns.of(readings), [[["door-1", 5]], []])
    found, rest = unpack(body)
    assert body[:1] == MARK
    assert list(found) == readings
    assert [found[place] for place in range(len(found))] == readings
    assert all(type(a) is Reading and type(a.quality) is Quality and type(a.test) is bool for a in found)
    assert rest == [[["door-1", 5]], []]


@given(st.lists(st.one_of(fit, unfit), max_size=12))
def test_looking_at_all_at_once_refuses_what_looking_at_each_does(readings: list[Reading]) -> None:
    found = sift(readings, (), ())
    assert repr(list(found.readings)) == repr([row for row in readings if not _reading_fault(row)])
    assert [fault for _, fault in found.refused] == [fault for row in readings if (fault := _reading_fault(row))]


def line_of(reading: Reading, site: str, quantity: str, *, whole: bool) -> str:
    """The plain way."""
    _, at, value, quality, test, received = reading
    fields = [f"value={float(value)!r}"]
    if whole or quality is not Quality.GOOD:
        fields.append(f"quality={int(quality)}i")
    if whole or test:
        fields.append(f"test={'t' if test else 'f'}")
    fields.append(f"received={received}i")
    return f"{_series('reading', reading.point, site, quantity)} {','.join(fields)} {at * MILLISECOND}"


@given(st.lists(fit, max_size=12), st.booleans())
def test_many_lines_are_those_that_each_reading_has(readings: list[Reading], whole: bool) -> None:
    assert reading_lines(Columns.of(readings), lambda point: ("site", point), whole=whole) == [
        line_of(r, "site", r.point, whole=whole) for r in readings
    ]


def test_a_batch_of_a_thousand_takes_less_than_half_of_what_json_takes() -> None:
    readings = [
        Reading(f"gauge-{n % 9}.pressure", 1_764_000_000_000 + n, 0.601, received=1_764_000_000_000)
        for n in range(1_000)
    ]
    assert len(pack(Columns.of(readings), [[], []])) * 2 < len(orjson.dumps([tuple(row) for row in readings]))

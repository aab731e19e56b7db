"""Where Prometheus and we mean the same, both fire at the same instants; where we do not, both sides are shown.

docs/decisions/0020-differences-from-prometheus.md says why.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.differential.prometheus import FAULT, SECOND, STEP, Firing, Series, Twin, differs, our_firing

LONG = 48
"""Steps of each random series: eight minutes."""
HIGH, LOW, BOTH = "pressure > 0.7", "pressure < 0.5", "pressure > 0.7 or pressure < 0.5"
MAXIMUM, MINIMUM = '[maximum]\nlimit = "0.7 MPa"', '[minimum]\nlimit = "500 kPa"'
BAND = '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"'
TWINS = [
    Twin(name="at-once", expression=HIGH, table=MAXIMUM),
    Twin(name="one-step", expression=LOW, table=MINIMUM, hold=10 * SECOND),
    Twin(name="half-a-minute", expression=BOTH, table=BAND, hold=30 * SECOND),
    Twin(name="between-steps", expression=BOTH, table=BAND, hold=25 * SECOND, clear=15 * SECOND),
    Twin(name="slow-to-clear", expression=LOW, table=MINIMUM, hold=20 * SECOND, clear=60 * SECOND),
    Twin(name="only-clears-slowly", expression=HIGH, table=MAXIMUM, clear=40 * SECOND),
]
VALUES = ["0.600", "0.500", "0.499", "0.501", "0.700", "0.701", "0.699", "0.200", "1.200"]
"""On the limits, one step to either side of them, and far away."""


def stretches() -> st.SearchStrategy[list[str]]:
    """A value that lasts for some steps, and then another one."""
    stretch = st.tuples(st.sampled_from(VALUES), st.integers(1, 9))
    return st.lists(stretch, min_size=4, max_size=16).map(
        lambda parts: ([value for value, times in parts for _ in range(times)] * LONG)[:LONG]
    )


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(many=st.lists(stretches(), min_size=15, max_size=30))
def test_threshold_hold_and_clear_time_fire_at_the_same_instants(promtool_path: str, many: list[list[str]]) -> None:
    series = {f"gauge-{number}.pressure": words for number, words in enumerate(many)}
    with TemporaryDirectory() as folder:
        assert not differs(promtool_path, Path(folder), TWINS, series, our_firing(TWINS, series))


def test_the_comparison_notices_one_instant_too_many_and_one_too_few(promtool_path: str, tmp_path: Path) -> None:
    [twin] = [twin for twin in TWINS if twin.name == "half-a-minute"]
    series = {"gauge": ["0.600"] + ["0.400"] * 5 + ["0.600"]}
    right = {("half-a-minute", "gauge", 4), ("half-a-minute", "gauge", 5)}
    assert our_firing([twin], series) == right
    assert not differs(promtool_path, tmp_path, [twin], series, right)
    for wrong in (right | {("half-a-minute", "gauge", 3)}, right - {("half-a-minute", "gauge", 5)}):
        assert "half-a-minute" in differs(promtool_path, tmp_path, [twin], series, wrong)


def drawn(twin: Twin, firing: str) -> Firing:
    """``.`` is quiet, ``F`` fires; one sign a step."""
    return {(twin.name, "gauge", step) for step, sign in enumerate(firing.replace(" ", "")) if sign == "F"}


def told(story: str) -> Series:
    """``0.400*3`` stands for three of them."""
    words: list[str] = []
    for part in story.split():
        word, _, times = part.partition("*")
        words += [word] * int(times or 1)
    return words


def hold(seconds: int, clear: int = 0) -> Twin:
    return Twin(name="low", expression=LOW, table=MINIMUM, hold=seconds * SECOND, clear=clear * SECOND)


DEADBAND = Twin(name="high", expression=HIGH, table=MAXIMUM + '\ndeadband = "0.02 MPa"')
AROUND_1 = Twin(name="band", expression="abs(pressure - 1.0) > 0.1", table=BAND)
NO_DATA_CLEARS = "." + "F" * 31 + "." * 8
"""Prometheus looks back five minutes for a sample, and then there is none."""
DIFFERENCES = {
    "a dead sensor resolves its alert there, and leaves it open here": (
        hold(0),
        "0.600 0.400 _*38",
        NO_DATA_CLEARS,
        "." + "F" * 39,
    ),
    "one bad sample and then nothing fires there, and is a matter of silence here": (
        hold(30),
        "0.600 0.400 _*5 0.600",
        "....FFF.",
        "........",
    ),
    "a gap longer than three intervals starts the hold again here": (
        hold(60),
        "0.400 _*5 0.400 0.400*6",
        "......FFFFFFF",
        "............F",
    ),
    "the hold ends at a sample here, and at an evaluation with an old sample there": (
        hold(20),
        "0.600 0.400 0.400 _ 0.400 0.600",
        "...FF.",
        "....F.",
    ),
    "silence counts as good for keep_firing_for, and not for clear_for": (
        hold(0, clear=360),
        "0.400 _*70",
        "F" * 67 + "." * 4,
        "F" * 71,
    ),
    "a faulty sensor resolves its alert there, and changes nothing here": (
        hold(0),
        f"0.600 0.400*2 {FAULT}*3 0.400 0.600",
        ".FF...F.",
        ".FFFFFF.",
    ),
    "a deadband keeps an alert from flapping here": (
        DEADBAND,
        "0.701 0.700 0.701 0.690 0.681 0.680",
        "F.F...",
        "FFFFF.",
    ),
}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_the_differences_are_these(difference: str, promtool_path: str, tmp_path: Path) -> None:
    twin, story, theirs, ours = DIFFERENCES[difference]
    series = {"gauge": told(story)}
    assert not differs(promtool_path, tmp_path, [twin], series, drawn(twin, theirs))
    assert our_firing([twin], series) == drawn(twin, ours)


def test_what_happens_between_two_evaluations_is_not_seen_there(promtool_path: str, tmp_path: Path) -> None:
    twin, series = hold(20), {"gauge": told("0.600 0.400*4 0.600*8")}
    assert not differs(promtool_path, tmp_path, [twin], series, set(), every=6 * STEP)
    assert our_firing([twin], series) == drawn(twin, "...FF........")


def test_a_hold_is_rounded_up_to_evaluations_there(promtool_path: str, tmp_path: Path) -> None:
    twin, series = hold(30), {"gauge": told("0.600 0.400*30")}
    assert not differs(promtool_path, tmp_path, [twin], series, drawn(twin, "." * 12 + "F" * 19), every=6 * STEP)
    assert our_firing([twin], series) == drawn(twin, "...." + "F" * 27)


def test_exactly_on_the_limit_is_outside_there_where_binary_numbers_are_a_hair_off(
    promtool_path: str, tmp_path: Path
) -> None:
    series = {"gauge": told("1.000 1.100 0.900 1.101 1.000")}
    assert not differs(promtool_path, tmp_path, [AROUND_1], series, drawn(AROUND_1, ".F.F."))
    assert our_firing([AROUND_1], series, set_to=1.0) == drawn(AROUND_1, "...F.")


def test_less_than_the_instrument_can_tell_apart_is_no_breach_here(promtool_path: str, tmp_path: Path) -> None:
    twin, series = Twin(name="high", expression=HIGH, table=MAXIMUM), {"gauge": told("0.700 0.704 0.706")}
    assert not differs(promtool_path, tmp_path, [twin], series, drawn(twin, ".FF"))
    assert our_firing([twin], series, resolution=0.01) == drawn(twin, "..F")


def test_the_page_has_every_difference() -> None:
    page = (Path(__file__).parents[2] / "docs/decisions/0020-differences-from-prometheus.md").read_text("utf-8")
    names = [name for name in globals() if name.endswith(("_there", "_here", "_a_hair_off"))]
    sentences = [name.removeprefix("test_").replace("_", " ") for name in names]
    rows = page.replace(",", "")
    assert len(sentences) == 4
    assert [one for one in (*DIFFERENCES, *sentences) if f"| {one.replace(',', '')} |" not in rows] == []

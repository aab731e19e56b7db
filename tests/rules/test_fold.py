"""The fold that leaps over quiet stretches finds what going sample by sample finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from facility.alert import QUIET, Condition, Timing, Track, Verdict, advance
from facility.breach import Spell
from rules.fold import Settling, Verdicts, fold
from rules.timeline import BREACHED, CLEAR, UNKNOWN, Sample, What, follow

CODES = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1, 1, 1, 2, 9])), max_size=60)
TIMINGS = st.builds(Timing, st.sampled_from([0, 1, 3]), st.sampled_from([0, 1, 3]), st.sampled_from([0, 4]))
TRACKS = st.sampled_from(
    [
        QUIET,
        Track(Condition.PENDING, bad_since=-2, last=-1),
        Track(Condition.ACTIVE, bad_since=-5, raised=-4, last=-1),
        Track(Condition.CLEARING, bad_since=-5, raised=-4, good_since=-2, last=-1),
    ]
)


def verdicts(pairs: list[tuple[int, int]]) -> Verdicts:
    at = np.cumsum(np.array([gap for _, gap in pairs], np.int64))
    value = np.asarray(at * 0.5, np.float64)
    return Verdicts(at, np.array([code for code, _ in pairs], np.int64), value)


def one_by_one(found: Verdicts, timing: Timing, track: Track) -> tuple[tuple[Spell, ...], Track]:
    spells = [Spell(track.bad_since, track.raised)] if track.firing else []
    columns = (column.tolist() for column in found)
    move = follow(0, track, (Sample(*sample) for sample in zip(*columns, strict=True)), timing)
    for what, after, value, *_ in move.transitions:
        if what is What.RAISED:
            spells.append(Spell(after.bad_since, after.raised, value=value))
        elif what is What.RETURNED:
            spells[-1] = spells[-1]._replace(ended=after.good_since, cleared=after.last)
    return tuple(spells), move.after


@given(pairs=CODES, timing=TIMINGS, track=TRACKS)
def test_leaping_finds_what_going_sample_by_sample_finds(
    pairs: list[tuple[int, int]], timing: Timing, track: Track
) -> None:
    found = verdicts(pairs)
    folded = fold(found, timing, track)
    assert (folded.spells, folded.track) == one_by_one(found, timing, track)


def test_it_stops_where_it_meets_what_was_known() -> None:
    found = verdicts([(BREACHED, 1), (CLEAR, 1), (CLEAR, 1), (BREACHED, 1), (BREACHED, 1)])
    calm, none = np.array([2, 4]), np.array([], np.intp)
    assert fold(found, Timing(), settling=Settling(calm=calm, firing=none)).settled == 2
    assert fold(found, Timing(), settling=Settling(calm=none, firing=np.array([1, 4]))).settled == 4
    assert fold(found, Timing(), settling=Settling(calm=none, firing=none)).settled is None


def test_a_hold_needs_two_bad_samples_that_belong_together() -> None:
    held = Timing(hold=1, max_gap=30)
    assert advance(QUIET, Verdict.BREACHED, 100, held).condition is Condition.PENDING
    assert fold(verdicts([(BREACHED, 100), (UNKNOWN, 10), (UNKNOWN, 10)]), held).spells == ()
    assert fold(verdicts([(BREACHED, 100), (BREACHED, 30)]), held).spells[0].started == 100
    assert fold(verdicts([(BREACHED, 100), (BREACHED, 31)]), held).spells == ()
    late = fold(verdicts([(BREACHED, 100), (BREACHED, 31), (BREACHED, 1)]), held)
    assert [(spell.started, spell.raised) for spell in late.spells] == [(131, 132)]

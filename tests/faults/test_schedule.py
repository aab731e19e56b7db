"""Faults come as the seed says, and each kind has its turn."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.faults.schedule import BROKER, LONGEST, NoSuchFault, deck, parse_only, schedule, whole

ALL = whole()


def test_the_same_seed_brings_the_same_faults() -> None:
    assert list(schedule(7, 5, ALL)) == list(schedule(7, 5, ALL)) != list(schedule(8, 5, ALL))


def test_an_hour_kills_every_part_twenty_times_and_leaves_no_kind_out() -> None:
    dealt = Counter(fault.kind for fault in schedule(1, 60, ALL))
    assert set(dealt) == set(ALL)
    assert min(count for kind, count in dealt.items() if kind.startswith("kill ") and kind != "kill all") >= 20


def test_pauses_last_half_a_minute_and_less_in_short_runs() -> None:
    assert {fault.seconds for fault in schedule(1, 60, ["pause worker"])} == {LONGEST}
    assert {fault.seconds for fault in schedule(1, 1, ["pause worker"])} == {7.5}
    assert all(fault.after < 60 for fault in schedule(1, 1, ALL))


def test_only_what_a_house_has_can_be_broken() -> None:
    small = deck((BROKER,), disks=False)
    assert not [kind for kind in small if "influx" in kind or "postgres" in kind or "disk" in kind]


def test_kinds_are_chosen_by_name_or_by_first_word() -> None:
    assert set(parse_only("clock, kill worker", ALL)) == {"clock +1 h", "clock -1 h", "kill worker"}
    with pytest.raises(NoSuchFault, match="'earthquake' is no kind of fault here; allowed: kill worker"):
        parse_only("earthquake", ALL)

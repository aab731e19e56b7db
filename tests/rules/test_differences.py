"""What differs between the breaches that are stored and those that judging again found."""

from facility.breach import Spell
from rules.differences import Comparison, Kind, compare

KEY = ("band", "gauge.pressure")
NOON = 1_000_000


def spell(start: int, end: int | None = None, hold: int = 30, clear: int = 300) -> Spell:
    return Spell(start, start + hold, end, None if end is None else end + clear)


def differs(before: list[Spell], after: list[Spell], end: int = NOON) -> Comparison:
    return compare({KEY: before}, {KEY: after}, end)


def test_what_is_the_same_is_counted_and_not_told() -> None:
    found = differs([spell(100, 900), spell(5_000)], [spell(100, 900), spell(5_000)])
    assert (found.differences, found.same) == ([], 2)


def test_the_value_is_no_difference() -> None:
    assert differs([spell(100, 900)._replace(value=0.4)], [spell(100, 900)]).same == 1


def test_added_removed_and_moved_ones_are_told_apart_and_oldest_first() -> None:
    before = [spell(1_000, 2_000), spell(10_000, 11_000)]
    after = [spell(10_200, 11_000), spell(20_000, 21_000)]
    found = differs(before, after)
    assert [(one.kind, one.at) for one in found.differences] == [
        (Kind.REMOVED, 1_000),
        (Kind.MOVED, 10_000),
        (Kind.ADDED, 20_000),
    ]
    assert [len(found.of(kind)) for kind in Kind] == [1, 1, 1]


def test_one_that_falls_into_two_is_one_moved_and_one_added() -> None:
    found = differs([spell(1_000, 9_000)], [spell(1_000, 3_000), spell(5_000, 9_000)])
    assert [one.kind for one in found.differences] == [Kind.MOVED, Kind.ADDED]


def test_what_ended_after_the_end_still_goes_on_at_the_end() -> None:
    assert differs([spell(100, NOON + 50)], [spell(100)]).same == 1
    assert differs([spell(NOON + 1)], []).same == 0
    assert differs([spell(NOON + 1)], []).differences == []


def test_levels_of_a_rule_are_one_breach() -> None:
    levels = {
        ("band", "p"): [spell(100, 900, hold=0, clear=0)],
        ("band#critical", "p"): [spell(300, 500, hold=0, clear=0), spell(850, 950, hold=0, clear=0)],
    }
    assert compare({("band", "p"): [spell(100, 950, hold=0, clear=0)]}, levels, NOON).same == 1

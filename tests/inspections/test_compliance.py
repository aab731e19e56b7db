"""What was owed and what became of it, folded from facts."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from facility.fact import Fact
from facility.instant import DAY, HOUR
from inspections.compliance import (
    SIGNS,
    Fold,
    Item,
    Mark,
    Wanted,
    by_clause,
    grouped,
    month_of,
    tally,
)
from tests.inspections.owed import Owed, became, done, fell_due, fold_of

NOON = 1_795_492_800_000
ONE, TWO, THREE, FOUR, FIVE = (Owed(id=n, due=NOON, target=f"t1-ext-{n}", asset=f"t1-ext-{n}") for n in range(1, 6))
ALL = Wanted(since=NOON - 30 * DAY, until=NOON + 30 * DAY)


def numbered(*facts: Fact) -> list[Fact]:
    return [replace(fact, seq=n) for n, fact in enumerate(facts, 1)]


def folded(facts: list[Fact], as_of: int, wanted: Wanted = ALL) -> list[Item]:
    return fold_of(facts, wanted).items(as_of)


DAY_OF_FIVE = numbered(
    done(ONE),
    fell_due(ONE, TWO, THREE, FOUR, FIVE),
    became(TWO, "late", NOON),
    became(FOUR, "suspended", NOON, who="system:duties"),
    became(TWO, "done-late", NOON + HOUR, done=NOON + HOUR, result=2),
    became(THREE, "missed", NOON + DAY, who="system:duties"),
)


def test_each_becomes_what_its_last_fact_says() -> None:
    items = folded(DAY_OF_FIVE, NOON + HOUR)
    assert [one.mark for one in items] == [Mark.DONE, Mark.LATE, Mark.MISSED, Mark.SUSPENDED, Mark.DUE]
    assert (items[0].done, items[0].who, items[0].result) == (NOON - HOUR, "engineer", 1)


def test_what_is_past_its_end_without_a_word_is_missed() -> None:
    assert folded(DAY_OF_FIVE, FIVE.missed - 1)[4].mark is Mark.DUE
    assert folded(DAY_OF_FIVE, FIVE.missed)[4].mark is Mark.MISSED


def test_what_was_postponed_waits_for_its_own_fact_and_keeps_its_due_date() -> None:
    facts = numbered(*DAY_OF_FIVE, became(FIVE, "postponed", NOON - HOUR, after="open", missed_at=NOON + 9 * DAY))
    (item,) = (one for one in folded(facts, NOON + 5 * DAY) if one.id == 5)
    assert (item.mark, item.due, item.postponed) == (Mark.DUE, NOON, 1)
    (item,) = (one for one in folded(facts, NOON + 9 * DAY) if one.id == 5)
    assert (item.mark, item.due) == (Mark.MISSED, NOON)


def test_what_was_missed_stays_missed_also_when_it_is_made_up_for() -> None:
    facts = numbered(*DAY_OF_FIVE, became(THREE, "made-up", NOON + 3 * DAY, after="missed", result=9))
    (item,) = (one for one in folded(facts, NOON + 4 * DAY) if one.id == 3)
    assert (item.mark, item.made_up) == (Mark.MISSED, 9)
    assert tally(folded(facts, NOON + 4 * DAY)).made_up == 1


def test_the_denominator_leaves_out_what_was_suspended_and_nothing_else() -> None:
    told = tally(folded(DAY_OF_FIVE, NOON + HOUR))
    assert (told.due, told.owed, told.done, told.attainment) == (5, 4, 1, 0.25)
    assert told.mark is Mark.MISSED
    assert tally([]).attainment is None
    assert tally([]).mark is None


def test_a_denominator_that_was_written_twice_counts_once() -> None:
    facts = numbered(*DAY_OF_FIVE, fell_due(ONE, TWO, at=NOON + HOUR))
    assert len(folded(facts, NOON + HOUR)) == 5
    assert folded(facts, NOON + HOUR)[0].seq == 2


def test_periods_zones_and_clauses_limit_what_is_counted() -> None:
    def count(**wanted: Any) -> int:
        return len(folded(DAY_OF_FIVE, NOON, replace(ALL, **wanted)))

    assert count(since=NOON) == 5
    assert count(until=NOON) == 0
    assert count(zones=frozenset({"t2"})) == 0
    assert count(zones=frozenset({"t1-l1"})) == 5
    assert count(clauses=frozenset({"EQ-1"})) == 0
    assert count(clauses=frozenset({"LA-2"}), duties={"extinguishers": frozenset({"FI-1", "LA-2"})}) == 5


def test_a_duty_of_two_clauses_stands_under_both_and_counts_once() -> None:
    items = folded(DAY_OF_FIVE, NOON)
    parts = by_clause(items, {"extinguishers": frozenset({"FI-1", "LA-2"})})
    assert {clause: len(some) for clause, some in parts.items()} == {"FI-1": 5, "LA-2": 5}
    assert tally(items).due == 5


def test_months_are_the_property_s_own() -> None:
    month = month_of(ZoneInfo("Asia/Shanghai"))
    new_year = 1_798_732_800_000  # 2026-12-31T16:00Z
    assert (month(new_year - 1), month(new_year)) == ("2026-12", "2027-01")
    counts = grouped(folded(DAY_OF_FIVE, NOON), lambda one: month(one.due))
    assert {key: told.due for key, told in counts.items()} == {("2026-11",): 5}


def test_every_mark_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(Mark)
    assert len(set(SIGNS.values())) == len(Mark)


def test_what_is_told_out_of_order_is_named_and_right_once_it_is_told_anew() -> None:
    fold = Fold(ALL)
    facts = [fact for fact in DAY_OF_FIVE if fact.noun == "occurrence"]
    fold.freeze(DAY_OF_FIVE[1])
    for fact in reversed(facts):
        fold.tell(fact)
    assert fold.disordered == {2}
    fold.tell_anew(2, [fact for fact in facts if fact.subject == "2"])
    assert (fold.disordered, fold.items(NOON + HOUR)) == (set(), folded(DAY_OF_FIVE, NOON + HOUR))

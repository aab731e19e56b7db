"""The oracle notices whatever is lost, doubled, altered or made up, and calls nothing wrong that is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.oracle import Found, Kill, Raised, Stored, Verdict, conditions, in_doubt, judge
from tests.faults.town import LIMIT, STEP, Message, Told, Town

ISSUED = list(Town(seed=1, begins=1_800_000_000_000, gauges=2, lives=2).messages())
ALL = {message.number for message in ISSUED}
TOLD = sorted({told for message in ISSUED for told in message.readings})
WHOLE = Found(
    readings=[Stored(*told) for told in TOLD],
    alerts=[Raised(*condition) for condition in conditions(TOLD)],
    letters=sorted({message.payload for message in ISSUED if message.poison}),
)


def verdict(found: Found, doubtful: set[int] | None = None) -> Verdict:
    return judge(ISSUED, ALL, doubtful or set(), found)


def test_what_is_whole_is_found_good() -> None:
    found = verdict(WHOLE)
    assert found.good
    assert (found.acknowledged, found.stored) == (len(TOLD), len(TOLD)) == (1_200, 1_200)
    assert found.alerts_wanted == found.alerts_found == 2
    assert found.letters_wanted == found.letters_found > 0


BREAKS: list[tuple[str, Callable[[Found], Found]]] = [
    ("missing", lambda found: replace(found, readings=found.readings[1:])),
    ("doubled", lambda found: replace(found, readings=[*found.readings, found.readings[0]])),
    ("altered", lambda found: replace(found, readings=[found.readings[0]._replace(value=0.0), *found.readings[1:]])),
    ("altered", lambda found: replace(found, readings=[found.readings[0]._replace(good=False), *found.readings[1:]])),
    ("made up", lambda found: replace(found, readings=[*found.readings, Stored("g000-00.level", 1, 20.0)])),
    ("alerts missing", lambda found: replace(found, alerts=found.alerts[1:])),
    ("alerts doubled", lambda found: replace(found, alerts=[*found.alerts, found.alerts[0]])),
    ("alerts uncalled for", lambda found: replace(found, alerts=[*found.alerts, Raised("g000-01.level", 5)])),
    ("letters missing", lambda found: replace(found, letters=found.letters[1:])),
    ("letters uncalled for", lambda found: replace(found, letters=[*found.letters, b"a good one"])),
    ("facts broken", lambda found: replace(found, broken_fact=7)),
]


@pytest.mark.parametrize(("wrong", "broken"), BREAKS, ids=[f"{wrong}-{i}" for i, (wrong, _) in enumerate(BREAKS)])
def test_it_notices(wrong: str, broken: Callable[[Found], Found]) -> None:
    found = verdict(broken(WHOLE))
    assert not found.good
    assert found.count(wrong) == 1


def test_an_alert_with_another_start_is_missing_and_uncalled_for() -> None:
    moved = replace(WHOLE, alerts=[WHOLE.alerts[0]._replace(started=WHOLE.alerts[0].started + STEP), *WHOLE.alerts[1:]])
    assert set(verdict(moved).wrong) == {"alerts missing", "alerts uncalled for"}


def test_an_alert_is_wanted_for_what_is_missing_too() -> None:
    assert set(verdict(Found()).wrong) == {"missing", "alerts missing", "letters missing"}


def test_what_was_never_acknowledged_may_be_there_or_not() -> None:
    known = {message.number for message in ISSUED[:100]}
    for readings in (WHOLE.readings, [Stored(*told) for message in ISSUED[:100] for told in set(message.readings)]):
        here = sorted(set(readings))
        alerts = [Raised(*condition) for condition in conditions(Told(s.point, s.at, s.value) for s in here)]
        assert not judge(ISSUED, known, set(), Found(readings=here, alerts=alerts, letters=WHOLE.letters)).wrong


def test_what_a_killed_broker_took_with_it_is_counted_apart_and_nothing_else_is_excused() -> None:
    lonely = next(message for message in ISSUED if len(message.readings) == 1 and not _again(message))
    without = replace(WHOLE, readings=[s for s in WHOLE.readings if Told(*s[:3]) not in lonely.readings])
    assert verdict(without, {lonely.number}).wrong == {}
    assert verdict(without, {lonely.number}).lost_with_broker == 1
    assert verdict(without, ALL - {lonely.number}).count("missing") == 1


def _again(message: Message) -> bool:
    """Whether something else says the same, or it is within a breach."""
    twice = sum(bool(set(one.readings) & set(message.readings)) for one in ISSUED) > 1
    return twice or message.readings[0].value > LIMIT


def test_only_what_the_broker_alone_had_since_its_last_save_is_in_doubt() -> None:
    first, second, third, fourth = ISSUED[:4]
    acknowledged = {first.number: 9.0, second.number: 11.0, third.number: 12.0, fourth.number: 21.0}
    kill = Kill(saved=10.0, up=20.0, taken=frozenset({second.payload}))
    assert in_doubt(ISSUED, acknowledged, [kill]) == {third.number}
    assert in_doubt(ISSUED, acknowledged, []) == set()


def test_conditions_last_for_the_hold_and_are_told_once() -> None:
    def told(text: str) -> list[Told]:
        return [Told("p", number * 1_000, LIMIT + 1 if sign == "x" else LIMIT) for number, sign in enumerate(text)]

    assert list(conditions(told("..xx..xx.."))) == []
    assert list(conditions(told("..xxx....."))) == [("p", 2_000)]
    assert list(conditions(told("xxx.xxx..."))) == [("p", 0)]
    assert list(conditions(told("xxx...xxx."))) == [("p", 0), ("p", 6_000)]
    assert list(conditions([*told("x.x"), *(one._replace(point="q") for one in told("x"))])) == []

"""A rule whose code fails is an alert; what each rule costs is measured."""

import pytest

from facility.alert import Condition
from rules.failing import FAILING, Failures, report
from rules.judge import Judge
from tests.rules.room import GAUGE, MINUTE, SECOND, T0, Room, book_of, register, rule_text, series

HIGH = rule_text("high", '[maximum]\nlimit = "0.7 MPa"')
LOW = rule_text("low", '[minimum]\nlimit = "0.5 MPa"')


class Broken(Room):
    """A room whose reporter looks every two seconds."""

    failures: Failures

    def look(self, now: int) -> None:
        failing = self.failures.now_failing(self.judge.health(), now)
        if self.failures.differ(failing):
            with self.records.begin() as unit:
                report(unit, self.book, failing, now)
            self.failures.told(failing)

    def told_of(self) -> list[tuple[str, Condition]]:
        return [(alert.point, alert.condition) for alert in self.alerts() if alert.rule == FAILING]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """In which the maximum's code fails."""
    from rules.kinds import maximum

    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    # One stack of patches: a test that mends it again is undone before this is.
    monkeypatch.setattr(maximum, "breached", broken)
    made = Broken(book_of(HIGH, LOW))
    made.failures = Failures()
    return made


def test_a_rule_that_fails_is_one_alert_and_the_others_go_on_judging(room: Broken) -> None:
    for step in range(5):
        room.take(series(GAUGE, [0.4], start=T0 + step * SECOND))
        room.look(T0 + step * SECOND)
    [failing, low] = sorted(room.alerts(), key=lambda alert: alert.rule == "low")
    assert (failing.rule, failing.point, failing.severity.name, low.rule) == (FAILING, "high", "HIGH", "low")
    assert failing.limit.en == "a rule's code must not fail; it says: ZeroDivisionError: division by zero"
    assert room.told().count("alert raised") == 2


def test_the_alert_stays_while_nothing_is_judged_and_returns_when_the_rule_works_again(
    room: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rules.kinds import maximum
    from rules.measured import breached

    room.take(series(GAUGE, [0.4]))
    room.look(T0)
    room.look(T0 + 60 * MINUTE)  # silence: nothing shows that it works
    assert room.told_of() == [("high", Condition.ACTIVE)]
    monkeypatch.setattr(maximum, "breached", breached)
    room.take(series(GAUGE, [0.6], start=T0 + 61 * MINUTE))
    room.look(T0 + 61 * MINUTE)
    assert room.told_of() == [("high", Condition.NORMAL)]
    assert room.told()[-1] == "alert returned"


def test_it_is_neither_retired_by_the_clock_nor_lost_by_a_restart(room: Broken) -> None:
    room.take(series(GAUGE, [0.4]))
    room.look(T0)
    room.tick(T0 + SECOND)
    room.restart(T0 + 2 * SECOND)
    room.tick(T0 + 3 * SECOND)
    with room.records.begin() as unit:
        room.judge.use(unit, register(), T0 + 4 * SECOND)()
    room.tick(T0 + 5 * SECOND)
    assert room.told_of() == [("high", Condition.ACTIVE)]


def test_after_a_restart_without_the_failure_it_returns(room: Broken) -> None:
    room.take(series(GAUGE, [0.4]))
    room.look(T0)
    room.failures = Failures()
    room.judge = Judge(book_of(LOW), T0 + SECOND, register=register())
    room.look(T0 + SECOND)
    assert room.told_of() == [("high", Condition.NORMAL)]


def test_one_that_was_acknowledged_is_announced_again_when_it_fails_again(room: Broken) -> None:
    room.take(series(GAUGE, [0.4]))
    room.look(T0)
    with room.records.begin() as unit:
        report(unit, room.book, {}, T0 + SECOND)
        report(unit, room.book, {"high": "again"}, T0 + 2 * SECOND)
    [alert] = [alert for alert in room.alerts() if alert.rule == FAILING]
    assert (alert.condition, alert.ended, alert.acknowledged) == (Condition.ACTIVE, None, False)
    assert room.told()[-1] == "alert re-raised"


def test_what_each_rule_costs_is_sampled_and_changes_nothing() -> None:
    ticks = iter(range(10**6))
    plain, measured = Room(book_of(HIGH, LOW)), Room(book_of(HIGH, LOW))
    measured.judge = Judge(measured.book, T0, register=register(), stopwatch=lambda: next(ticks) / 1e6)
    readings = series(GAUGE, [0.6, 0.4, 0.4, 0.8, 0.6])
    for room in (plain, measured):
        room.take(readings[:2])
        room.take(readings[2:])
    assert measured.lives() == plain.lives()
    assert [health.cost for health in plain.judge.health()] == [None, None]
    assert [health.note()["cost_us"] for health in measured.judge.health()] == [0.5, 0.5]

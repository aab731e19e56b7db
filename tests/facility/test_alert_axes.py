"""Every pair of a state and an event of an alert's life, and every state reached from a new alert."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from facility.alert import Alert, AlertAction, Condition, NotAllowed, Severity, Track, follow
from facility.alert_life import (
    NEVER_SHELVED,
    SHELVE_MAX,
    STEP_OF,
    STEPS,
    FieldRefused,
    Wish,
    alert_actions,
    by_the_clock,
    take_action,
)
from facility.instant import HOUR, MINUTE
from facility.text import Text
from facility.work_order import MissingField

NOON = 1_795_492_800_000
RAISED = Alert(
    rule="pump-pressure-band",
    rule_version="9f2c",
    clause="EQ-4",
    point="pump-1.pressure",
    asset="pump-1",
    zone="b1",
    severity=Severity.HIGH,
    title=Text("压力", "pressure"),
    started=NOON,
    raised=NOON,
    opened=NOON,
    limit=Text("0.5–0.7 MPa"),
    latched=True,
)
SEEN: dict[str, Any] = {"acknowledged": True, "acknowledged_by": "officer", "acknowledged_at": NOON}
OVER: dict[str, Any] = {"condition": Condition.NORMAL, "ended": NOON}
STATES: dict[str, Alert] = {
    "unacknowledged": RAISED,
    "acknowledged": replace(RAISED, **SEEN),
    "returned-unacknowledged": replace(RAISED, **OVER),
    "latched": replace(RAISED, **SEEN, **OVER),
    "shelved": replace(RAISED, shelved_until=NOON + HOUR, shelved_by="officer", shelved_why="welding"),
    "suppressed-by-design": replace(RAISED, suppressed_by="mains-lost"),
    "out-of-service": replace(RAISED, out_of_service=True),
    "normal": replace(RAISED, **SEEN, **OVER, latched=False, closed=NOON),
}
ON, OFF = Track(Condition.ACTIVE, bad_since=NOON, raised=NOON), Track(Condition.NORMAL, good_since=NOON + 5)


def person(action: AlertAction) -> Callable[[Alert], Alert]:
    wish = Wish(action=action, who="officer", at=NOON + MINUTE, reason="looked at it", until=NOON + 2 * HOUR)
    return lambda alert: take_action(alert, wish)


def clock(at: int, *, out: bool, alert: Alert) -> Alert:
    happened = by_the_clock(alert, at, out_of_service=out, testing=False)
    return happened[-1].after if happened else alert


def goes_on(alert: Alert) -> Alert:
    return follow(alert, ON, NOON + MINUTE, None)


def returns(alert: Alert) -> Alert:
    return follow(alert, OFF, NOON + MINUTE, None)


EVENTS: dict[str, Callable[[Alert], Alert]] = {
    **{action.value: person(action) for action in AlertAction},
    "bad again": goes_on,
    "good again": returns,
    "an hour later": lambda alert: clock(NOON + HOUR, out=alert.out_of_service, alert=alert),
    "window over": lambda alert: clock(NOON + MINUTE, out=False, alert=alert),
}
NO = "refused"
COLUMNS = (
    "acknowledge",
    "shelve",
    "unshelve",
    "reset",
    "comment",
    "bad again",
    "good again",
    "an hour later",
    "window over",
)
LETTERS = {
    "U": "unacknowledged",
    "A": "acknowledged",
    "R": "returned-unacknowledged",
    "L": "latched",
    "S": "shelved",
    "D": "suppressed-by-design",
    "O": "out-of-service",
    "N": "normal",
    "-": NO,
    "?": "",
}
"""``?``: readings never reach a closed alert."""
ROWS = """
U  A S - - U U R U U
A  - S - - A A L A A
R  L S - N R U R R R
L  - S - N L U L L L
S  S - U - S S S U S
D  D D - - D D D D D
O  O O - - O O O O U
N  - - - - N ? ? N N
"""
TABLE = {
    LETTERS[row[0]]: [LETTERS[letter] for letter in row[1:]]
    for row in (line.split() for line in ROWS.split("\n") if line)
}
PAIRS = [(state, event, to) for state, row in TABLE.items() for event, to in zip(COLUMNS, row, strict=True) if to]


def after(state: str, event: str) -> str:
    try:
        return EVENTS[event](STATES[state]).state
    except NotAllowed as error:
        return f"{NO}, and offered" if event in error.allowed else NO


def test_the_table_has_every_state_and_every_event() -> None:
    assert set(TABLE) == set(STATES)
    assert set(COLUMNS) == set(EVENTS)
    assert {state: alert.state for state, alert in STATES.items()} == {state: state for state in STATES}


@pytest.mark.parametrize(("state", "event", "to"), PAIRS)
def test_each_pair_leads_where_the_table_says(state: str, event: str, to: str) -> None:
    assert after(state, event) == to


def test_every_state_is_reached_from_a_new_alert() -> None:
    """Windows and inhibitions begin outside the alert: the store writes these two axes."""
    reached, more = {"unacknowledged", "out-of-service", "suppressed-by-design"}, True
    while more:
        found = {to for state, _, to in PAIRS if state in reached and to != NO} | reached
        more, reached = found != reached, found
    assert reached == set(STATES)


def test_every_state_but_the_last_has_a_way_out() -> None:
    without_inhibition = set(STATES) - {"normal", "suppressed-by-design"}
    for state in without_inhibition:
        assert any(to not in (state, NO) for start, _, to in PAIRS if start == state), state


def test_what_is_offered_is_exactly_what_is_possible() -> None:
    for state, alert in STATES.items():
        possible = [step.action for step in STEPS if after(state, step.action.value) != NO]
        assert alert_actions(alert) == possible


@pytest.mark.parametrize("action", [step.action for step in STEPS if step.needs])
def test_each_field_that_an_action_needs_is_asked_for(action: AlertAction) -> None:
    alert = next(alert for alert in STATES.values() if STEP_OF[action].fits(alert))
    for field in STEP_OF[action].needs:
        full = Wish(action=action, who="officer", at=NOON, reason="because", until=NOON + HOUR)
        bare = replace(full, reason="  ") if field == "reason" else replace(full, until=None)
        with pytest.raises(MissingField) as missing:
            take_action(alert, bare)
        assert missing.value.field == field


@pytest.mark.parametrize("state", STATES)
def test_life_safety_is_never_shelved_in_any_state(state: str) -> None:
    alert = replace(STATES[state], life_safety=True, shelved_until=None)
    with pytest.raises(NotAllowed) as refused:
        person(AlertAction.SHELVE)(alert)
    assert refused.value.why == NEVER_SHELVED
    assert "shelve" not in refused.value.allowed
    assert AlertAction.SHELVE not in alert_actions(alert)


@pytest.mark.parametrize("span", [0, -1, SHELVE_MAX + 1])
def test_a_shelf_lasts_more_than_nothing_and_at_most_what_the_rule_says(span: int) -> None:
    wish = Wish(action=AlertAction.SHELVE, who="officer", at=NOON, reason="welding", until=NOON + span)
    with pytest.raises(FieldRefused, match="at most 8h"):
        take_action(RAISED, wish)
    assert take_action(RAISED, replace(wish, until=NOON + SHELVE_MAX)).shelved_until == NOON + SHELVE_MAX


def test_it_comes_back_at_the_second_and_not_before() -> None:
    shelved = STATES["shelved"]
    assert by_the_clock(shelved, NOON + HOUR - 1, out_of_service=False, testing=False) == []
    [back] = by_the_clock(shelved, NOON + HOUR, out_of_service=False, testing=False)
    assert (back.what, back.after.state, back.after.shelved_by) == ("unshelved", "unacknowledged", "")


def test_a_shelved_alert_that_is_over_and_seen_stays_until_its_shelf_ends() -> None:
    """A nuisance that comes and goes is what shelving is for: the next one must not page as a new alert."""
    shelved = replace(STATES["shelved"], **SEEN, latched=False)
    over = returns(shelved)
    assert (over.open, over.state) == (True, "shelved")
    assert goes_on(over).state == "shelved"
    assert clock(NOON + HOUR, out=False, alert=over).state == "normal"


def test_a_latched_alert_that_comes_back_must_be_looked_at_again() -> None:
    again = goes_on(STATES["latched"])
    assert (again.acknowledged, again.acknowledged_by, again.ended) == (False, "", None)


def test_who_resets_has_seen_it() -> None:
    reset = person(AlertAction.RESET)(STATES["returned-unacknowledged"])
    assert (reset.acknowledged_by, reset.latched, reset.closed) == ("officer", False, NOON + MINUTE)


def test_a_test_closes_by_itself_and_waits_for_no_reset() -> None:
    over = returns(replace(RAISED, test=True))
    assert (over.open, over.acknowledged) == (False, False)


def test_what_still_goes_on_when_the_test_ends_is_in_earnest() -> None:
    [back] = by_the_clock(replace(RAISED, test=True), NOON, out_of_service=False, testing=False)
    assert (back.what, back.after.test, back.after.announces) == ("test-over", False, True)


def test_what_nobody_attends_to_is_announced_again_each_period() -> None:
    alert = replace(RAISED, realarm_after=5 * MINUTE, realarm_at=NOON + 5 * MINUTE)
    assert by_the_clock(alert, NOON + 5 * MINUTE - 1, out_of_service=False, testing=False) == []
    [again] = by_the_clock(alert, NOON + 5 * MINUTE, out_of_service=False, testing=False)
    assert (again.what, again.after.realarm_at) == ("re-alarmed", NOON + 10 * MINUTE)


def test_after_an_outage_it_is_announced_once_and_not_for_each_period_missed() -> None:
    alert = replace(RAISED, realarm_after=5 * MINUTE, realarm_at=NOON + 5 * MINUTE)
    happened = by_the_clock(alert, NOON + 3 * HOUR, out_of_service=False, testing=False)
    assert [one.what for one in happened] == ["re-alarmed"]


@pytest.mark.parametrize("aside", [{"shelved_until": NOON + 9 * HOUR}, {"suppressed_by": "mains-lost"}])
def test_what_is_set_aside_is_not_announced_again(aside: dict[str, Any]) -> None:
    alert = replace(RAISED, realarm_after=MINUTE, realarm_at=NOON, **aside)
    happened = by_the_clock(alert, NOON + MINUTE, out_of_service=False, testing=False)
    assert [one.what for one in happened] == [""]


def test_acknowledged_and_over_alerts_are_not_announced_again() -> None:
    alert = replace(RAISED, realarm_after=MINUTE, realarm_at=NOON)
    assert person(AlertAction.ACKNOWLEDGE)(alert).realarm_at is None
    assert returns(alert).realarm_at is None
    assert goes_on(returns(alert)).realarm_at == NOON + 2 * MINUTE

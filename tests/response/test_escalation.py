"""Who is told, when, until somebody answers."""

from dataclasses import replace
from typing import Any

import pytest

from facility.alert import Condition, Severity
from facility.chain import whom
from facility.door_check import SILENT
from facility.instant import HOUR, MINUTE
from facility.notice import NoticeState
from facility.work_order import State
from response.dispatching import WHO as BY_ITSELF
from storage.records.sql import SqlRecords
from tests.response.escalation_house import NIGHT, House, a_rota

POSTGRES = pytest.param("postgres", marks=pytest.mark.services)


@pytest.fixture
def house(records: SqlRecords) -> House:
    made = House(records)
    made.open(a_rota())
    return made


def test_the_first_engineer_then_the_others_then_the_manager_and_the_contractor(house: House) -> None:
    house.raise_alert()
    house.minutes(31)
    assert house.told() == [
        (0, "li", "in-app"),
        (0, "li", "sms"),
        (0, "zhou", "in-app"),
        (5, "he", "in-app"),
        (5, "he", "sms"),
        (5, "li", "sms"),
        (5, "zhou", "sms"),
        (10, "he", "sms"),
        (10, "li", "sms"),
        (10, "zhou", "sms"),
        (15, "deng", "sms"),
        (15, "he", "sms"),
        (15, "li", "sms"),
        (15, "wang", "in-app"),
        (15, "wang", "sms"),
        (15, "zhou", "sms"),
        (30, "deng", "sms"),
        (30, "wang", "sms"),
    ]


@pytest.mark.parametrize("answer", ["acknowledge", "accept"])
def test_an_answer_stops_it_and_lets_go_what_waits(house: House, answer: str) -> None:
    alert = house.raise_alert()
    house.minutes(1)
    if answer == "acknowledge":
        house.acknowledge(alert.id, "li")
    else:
        house.accept(1, "li")
    house.minutes(60)
    assert {minute for minute, _, _ in house.told()} == {0}
    states = {(notice.person, notice.channel): notice.state for notice in house.notices()}
    assert set(states.values()) == {NoticeState.DROPPED}
    assert house.facts() == ["begun", "told", "told", "stopped"]


def test_whoever_answers_has_seen_what_they_were_told(house: House) -> None:
    alert = house.raise_alert()
    notices = house.notices()
    with house.records.begin() as unit:
        for notice in notices:
            unit.notices.update(replace(notice, state=NoticeState.SENT, sent=house.now))
    house.now += MINUTE
    house.acknowledge(alert.id, "li")
    found = {(n.person, n.channel): (n.state, n.acknowledged, n.acknowledged_by) for n in house.notices()}
    assert found["li", "sms"] == (NoticeState.ACKNOWLEDGED, NIGHT + MINUTE, "li")
    assert found["zhou", "in-app"] == (NoticeState.SENT, None, "")


def test_a_silent_alert_is_told_to_the_duty_officer_and_the_manager_and_nobody_else(house: House) -> None:
    house.raise_alert(order=False, rule=SILENT, severity=Severity.MEDIUM)
    house.minutes(40)
    assert set(house.people()) == {"zhou", "wang"}
    assert {channel for _, _, channel in house.told()} == {"in-app", "sms"}


def test_life_safety_tells_several_at_once_by_several_channels(house: House) -> None:
    house.raise_alert(life_safety=True)
    assert {(person, channel) for _, person, channel in house.told()} == {
        ("zhou", "sms"),
        ("zhou", "in-app"),
        ("jiang", "sms"),
        ("wang", "sms"),
        ("wang", "in-app"),
    }
    assert all(notice.life_safety and notice.due == NIGHT and not notice.digest for notice in house.notices())
    house.minutes(3)
    assert {person for minute, person, _ in house.told() if minute == 3} == {"zhou", "jiang", "wang", "lu", "li", "he"}


def test_life_safety_goes_on_when_it_is_over_and_the_rest_does_not(house: House) -> None:
    life = house.raise_alert(life_safety=True, order=False, point="smoke")
    water = house.raise_alert(order=False, point="leak")
    for alert in (life, water):
        house.change_alert(alert.id, "returned", condition=Condition.NORMAL, ended=NIGHT)
    house.minutes(4)
    assert {notice.cause for notice in house.notices() if notice.created > NIGHT} == {f"alert:{life.id}"}


@pytest.mark.parametrize(
    "aside",
    [
        {"test": True},
        {"late": True, "condition": Condition.NORMAL, "ended": NIGHT},
        {"suppressed_by": "pipe-burst"},
        {"shelved_until": NIGHT + HOUR},
        {"out_of_service": True},
    ],
)
def test_what_is_no_alarm_pages_nobody(house: House, aside: dict[str, Any]) -> None:
    house.raise_alert(life_safety=True, **aside)
    house.minutes(10)
    assert house.told() == []


def test_what_counts_again_is_told(house: House) -> None:
    alert = house.raise_alert(suppressed_by="pipe-burst")
    house.change_alert(alert.id, "unsuppressed", suppressed_by="")
    assert house.people() == ["li", "zhou"]


def test_a_rise_in_severity_begins_again_whoever_answered_before(house: House) -> None:
    alert = house.raise_alert(severity=Severity.MEDIUM)
    assert house.people() == ["zhou"]
    house.minutes(1)
    house.accept(1, "li")
    house.minutes(5)
    house.change_alert(alert.id, "raised-severity", severity=Severity.CRITICAL, acknowledged=False)
    assert {person for minute, person, _ in house.told() if minute == 6} == {"li", "zhou"}
    house.minutes(5)
    house.change_alert(alert.id, "commented")
    assert any(minute == 11 for minute, _, _ in house.told()), "the old acceptance does not answer for what it is now"
    house.accept(1, "li")
    house.minutes(30)
    assert max(minute for minute, _, _ in house.told()) == 11


def test_a_rise_while_it_runs_begins_again_from_the_first_level(house: House) -> None:
    alert = house.raise_alert(severity=Severity.HIGH)
    house.minutes(12)
    before = len(house.notices())
    house.change_alert(alert.id, "raised-severity", severity=Severity.CRITICAL)
    assert {(notice.person, notice.channel) for notice in house.notices()[before:]} == {
        ("li", "sms"),
        ("li", "in-app"),
        ("zhou", "in-app"),
    }
    assert "begun-again" in house.facts()


def test_an_order_that_is_given_back_needs_somebody_again(house: House) -> None:
    house.raise_alert()
    house.accept(1, "li")
    house.minutes(3)
    house.change_order(1, "rejected", "li", state=State.REJECTED, assignee="")
    told = [(notice.person, notice.template) for notice in house.notices() if notice.created == house.now]
    assert ("zhou", "returned") in told
    assert ("li", "alarm") in told


def test_further_alerts_of_the_same_order_tell_nobody_twice(house: House) -> None:
    first = house.raise_alert(point="leak-1")
    house.raise_alert(point="leak-2", join=1)
    house.minutes(4)
    assert {notice.cause for notice in house.notices()} == {f"alert:{first.id}"}
    house.acknowledge(first.id, "li")
    house.minutes(30)
    assert max(minute for minute, _, _ in house.told()) == 0
    house.change_alert(2, "re-raised")
    assert {notice.cause for notice in house.notices()} == {"alert:1", "alert:2"}


def test_when_the_first_of_several_is_over_the_chain_goes_on_for_the_others(house: House) -> None:
    first = house.raise_alert(point="leak-1")
    house.raise_alert(point="leak-2", join=1)
    house.minutes(2)
    house.change_alert(first.id, "returned", condition=Condition.NORMAL, ended=house.now)
    house.minutes(5)
    assert "alert:2" in {notice.cause for notice in house.notices()}


def test_a_more_urgent_alert_that_joins_begins_again(house: House) -> None:
    house.raise_alert(point="leak-1", severity=Severity.MEDIUM)
    house.minutes(1)
    house.raise_alert(point="leak-2", join=1, severity=Severity.CRITICAL)
    assert {person for minute, person, _ in house.told() if minute == 1} == {"li", "zhou"}


def test_nobody_on_duty_is_said_and_the_next_level_does_not_wait(records: SqlRecords) -> None:
    house = House(records)
    house.open(a_rota(without=("li", "he", "zhou")))
    house.raise_alert()
    assert house.people() == ["wang", "deng"]
    assert house.facts() == ["begun", "nobody-there", "nobody-there", "nobody-there", "told"]


def test_without_any_rota_those_who_can_act_are_told(records: SqlRecords) -> None:
    house = House(records)
    house.open()
    house.raise_alert()
    assert house.people() == ["admin"]
    assert {notice.channel for notice in house.notices()} == {"in-app"}


def test_when_no_level_reaches_anybody_everybody_who_can_act_is_told(records: SqlRecords) -> None:
    house = House(records)
    house.open()
    only_engineers = replace(house.chains["water"], levels=house.chains["water"].levels[:1])
    house.chains = {**house.chains, "water": only_engineers}
    house.raise_alert()
    assert house.people() == ["admin", "he", "li", "officer"]
    assert "told-everybody" in house.facts()


def test_when_there_is_nobody_at_all_that_is_kept(records: SqlRecords) -> None:
    house = House(records)
    house.open(accounts=False)
    house.raise_alert(life_safety=True)
    assert house.told() == []
    assert "nobody-at-all" in house.facts()


def test_a_channel_that_the_house_has_not_is_made_up_for(records: SqlRecords) -> None:
    house = House(records, channels=frozenset({"email"}))
    house.open(a_rota())
    house.raise_alert(order=False, severity=Severity.MEDIUM)
    house.minutes(160)
    manager = [notice for notice in house.notices() if notice.person == "wang"]
    assert {notice.channel for notice in manager} == {"in-app", "email"}
    assert {notice.channel for notice in house.notices() if notice.person == "zhou"} == {"in-app"}


def test_a_room_of_many_is_told_besides(house: House) -> None:
    water = house.chains["water"]
    first = replace(
        water.levels[0], whom=(whom("room:wecom-group"), whom("room:not-here"), *water.levels[0].whom), most=0
    )
    house.chains = {**house.chains, "water": replace(water, levels=(first, *water.levels[1:]))}
    house.channels = frozenset({"sms", "wecom-group"})
    house.raise_alert()
    (notice,) = [notice for notice in house.notices() if notice.channel == "wecom-group"]
    assert (notice.person, notice.address) == ("room/wecom-group", "")


def test_quiet_hours_are_kept_but_not_for_whoever_is_on_duty_nor_for_what_is_urgent(house: House) -> None:
    house.channels = frozenset({"wecom", "email"})
    house.raise_alert(severity=Severity.MEDIUM, order=False)
    house.minutes(151)
    late = [notice for notice in house.notices() if notice.person == "wang" and notice.channel == "email"]
    assert [(notice.created - NIGHT) // MINUTE for notice in late] == [150]
    assert [notice.due - NIGHT for notice in late] == [4 * HOUR + 50 * MINUTE], "07:00, when their night is over"
    assert late[0].planned == late[0].due
    house.raise_alert(point="other", severity=Severity.HIGH, order=False)
    house.minutes(20)
    urgent = [notice for notice in house.notices() if notice.person == "wang" and notice.cause == "alert:2"]
    assert urgent
    assert all(notice.due == notice.created for notice in urgent)


def test_what_is_low_waits_to_go_out_together(house: House) -> None:
    house.channels = frozenset({"email"})
    house.raise_alert(severity=Severity.LOW, order=False)
    by_channel = {(notice.person, notice.channel): notice for notice in house.notices()}
    assert by_channel["wang", "email"].digest
    assert by_channel["wang", "email"].due - NIGHT == 6 * HOUR + 20 * MINUTE, "08:30"
    assert not by_channel["wang", "in-app"].digest


def test_a_person_who_is_flooded_gets_the_rest_together_but_for_life_safety(house: House) -> None:
    for number in range(12):
        house.raise_alert(point=f"p{number}", order=False)
    assert any(notice.digest for notice in house.notices() if notice.person == "zhou" and notice.channel == "sms")
    house.raise_alert(point="smoke", order=False, life_safety=True)
    assert not any(notice.digest for notice in house.notices() if notice.life_safety)


def test_a_fact_that_comes_twice_tells_nobody_twice(house: House) -> None:
    alert = house.raise_alert()
    before = house.told()
    for what in ("raised", "commented", "raised"):
        house.fact("alert", alert.id, what)
    house.fact("work-order", 1, "opened")
    house.look()
    assert house.told() == before


def test_a_day_of_downtime_is_made_up_for_once_and_in_order(house: House) -> None:
    house.raise_alert()
    house.now += 24 * HOUR
    house.look()
    told = [notice for notice in house.notices() if notice.created == house.now]
    assert [notice.person for notice in told if notice.channel == "sms"] == ["li", "he", "zhou", "wang", "deng"]
    before = len(house.notices())
    house.look()
    assert len(house.notices()) == before


def test_an_order_without_an_alert_climbs_until_somebody_takes_it(house: House) -> None:
    number = house.open_order(severity=Severity.HIGH)
    house.minutes(6)
    assert {notice.template for notice in house.notices()} == {"order"}
    assert {"li", "he"} <= set(house.people())
    house.accept(number, "li")
    before = len(house.notices())
    house.minutes(60)
    assert len(house.notices()) == before


def test_whom_an_order_is_given_to_is_told_and_not_whoever_took_it_themselves(house: House) -> None:
    house.raise_alert()
    house.change_order(1, "dispatched", "officer", state=State.DISPATCHED, assignee="he")
    (sms,) = [n for n in house.notices() if n.template == "dispatched" and n.channel == "sms"]
    assert (sms.person, sms.data["by"]) == ("he", "周")
    house.change_order(1, "dispatched", "he", state=State.DISPATCHED, assignee="he")
    assert len([n for n in house.notices() if n.template == "dispatched" and n.channel == "sms"]) == 1


def given(house: House, who: str, by: str = BY_ITSELF) -> list[tuple[str, str, str]]:
    """Gives order 1 to somebody: (person, channel, text) of what is told beyond what was told before."""
    before = len(house.notices())
    house.change_order(1, "dispatched", by, state=State.DISPATCHED, assignee=who)
    return [(notice.person, notice.channel, notice.template) for notice in house.notices()[before:]]


def test_whom_the_alarm_reaches_as_the_order_goes_out_in_turn_is_told_once(house: House) -> None:
    house.raise_alert()
    assert house.people() == ["li", "zhou"]
    assert given(house, "li") == []
    assert all(notice.data["order"] == 1 for notice in house.notices())
    assert given(house, "he") == [("he", "in-app", "dispatched"), ("he", "sms", "dispatched")]


def test_the_alarm_spares_only_the_ways_by_which_it_came(house: House) -> None:
    """The desk has the alarm in its list alone: the message of the order still goes to the phone."""
    house.raise_alert()
    assert given(house, "officer") == [("zhou", "sms", "dispatched")]


def test_an_alarm_that_does_not_go_out_spares_nobody_the_message(house: House) -> None:
    house.raise_alert()
    with house.records.begin() as unit:
        for notice in unit.notices.of_causes(["alert:1"]):
            unit.notices.update(replace(notice, state=NoticeState.DEAD))
    assert given(house, "li") == [("li", "in-app", "dispatched"), ("li", "sms", "dispatched")]


def test_what_somebody_is_given_later_or_by_a_person_is_told_in_any_case(house: House) -> None:
    house.raise_alert()
    assert len(given(house, "li", by="officer")) == 2
    house.now += 3 * MINUTE
    assert len(given(house, "li")) == 2


def test_a_time_limit_is_told_to_those_who_can_still_keep_it(house: House) -> None:
    house.raise_alert()
    house.accept(1, "li")
    house.fact("work-order", 1, "warned", clock="arrive", due=NIGHT + HOUR)
    assert {n.person for n in house.notices() if n.template == "clock"} == {"li", "zhou"}
    house.fact("work-order", 1, "breached", clock="arrive", due=NIGHT + HOUR)
    assert {n.person for n in house.notices() if n.data.get("what") == "breached"} == {"li", "zhou", "wang"}


def test_why_somebody_was_told_is_kept_with_the_notice(house: House) -> None:
    house.raise_alert()
    notice = next(notice for notice in house.notices() if notice.channel == "sms")
    assert notice.why["chain"] == "water"
    assert notice.why["level"] == 1
    assert notice.why["whom"] == "on-duty:engineering"
    assert notice.why["shift"]["team"] == "engineering"
    assert notice.why["shift"]["start"] <= NIGHT < notice.why["shift"]["end"]
    assert notice.data["first"] == {"zh": "先关阀门", "en": "Shut the valve first"}
    assert (notice.language, notice.address) == ("en", "103")

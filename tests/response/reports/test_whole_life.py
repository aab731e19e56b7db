"""From a resident's words to the call back: what is written, for whom it counts, and what is forgotten."""

from dataclasses import replace

import pytest

from facility.alert import NotAllowed, Severity
from facility.instant import DAY, HOUR, MINUTE
from facility.residents_report import Deed, Outcome, ReportState, Way
from facility.work_order import Action, MissingField, State, WorkOrder
from response.reports.following import end_what_ends, give_out_unseen
from response.reports.links import LATEST, SOONEST, digest, hand_out, recognise, site_key
from response.reports.similar import similar
from response.reports.writing import erase_number, see_number
from storage.records.port import Conflict, NotFound
from tests.response.reports.desk import NOON, DutyRoom


def clean(duty: DutyRoom) -> bool:
    with duty.records.begin() as unit:
        return end_what_ends(lambda: duty.book.settings, unit, duty.now)


def numbers(duty: DutyRoom) -> set[int]:
    with duty.records.read() as unit:
        return unit.reports.numbered([1, 2, 3, 4])


def test_an_ordinary_report_waits_for_a_persons_word_and_then_becomes_work(duty: DutyRoom) -> None:
    report = duty.tell("厨房天花板一直滴水")
    assert (report.kind, report.state, report.work_order) == ("water", ReportState.RECEIVED, None)
    given_out = duty.do(report.id, Deed.ASSIGN)
    order = duty.order(given_out.work_order)
    assert (order.kind, order.zone, order.event_at, order.emergency) == ("water-supply", "t1-f1", NOON, False)
    duty.finish(order.id)
    assert duty.report(report.id).state is ReportState.SOLVED
    ended = duty.do(report.id, Deed.CONFIRM, satisfaction=5)
    assert (ended.outcome, ended.satisfaction) == (Outcome.CONFIRMED, 5)
    assert duty.order(order.id).state is State.CLOSED
    assert duty.facts(report.id) == ["reported", "given-out", "visited", "solved", "confirmed"]


def test_an_emergency_becomes_work_at_once_and_further_voices_join_it(duty: DutyRoom) -> None:
    first = duty.tell("电梯里有人被困", asset="t1-lift-1", zone="t1")
    order = duty.order(first.work_order)
    assert (first.urgent, order.emergency, order.severity, order.kind) == (True, True, Severity.CRITICAL, "lift")
    duty.now += 10 * MINUTE
    second = duty.tell("my mother is stuck in the lift", asset="t1-lift-1", zone="t1")
    elsewhere = duty.tell("someone is trapped", zone="t2")
    assert (second.work_order, second.same_as) == (order.id, first.id)
    assert elsewhere.work_order != order.id
    duty.now += HOUR
    assert duty.tell("电梯里有人被困", asset="t1-lift-1", zone="t1").same_as is None


def test_taking_note_of_an_emergency_takes_it_from_the_head(duty: DutyRoom) -> None:
    first = duty.tell("楼道着火了")
    assert not duty.do(first.id, Deed.LOOK).urgent
    assert not duty.tell("楼道着火了").urgent
    assert not duty.tell("走廊着火了", way=Way.HOTLINE, who="officer", zone="t2").urgent


def test_nobody_calls_back_about_his_own_work(duty: DutyRoom) -> None:
    report = duty.do(duty.tell("灯坏了").id, Deed.ASSIGN)
    duty.finish(report.work_order or 0, who="officer")
    for deed in (Deed.CONFIRM, Deed.REFUTE, Deed.NOT_REACHED):
        with pytest.raises(NotAllowed, match="somebody who did not work on it"):
            duty.do(report.id, deed, who="officer", reason="x", satisfaction=5)
    assert duty.do(report.id, Deed.CONFIRM, who="officer-2", satisfaction=3).satisfaction == 3


def test_unsolved_reopens_the_order_and_goes_up_to_management(duty: DutyRoom) -> None:
    report = duty.do(duty.tell("灯坏了").id, Deed.ASSIGN)
    duty.finish(report.work_order or 0)
    with pytest.raises(MissingField):
        duty.do(report.id, Deed.REFUTE)
    again = duty.do(report.id, Deed.REFUTE, reason="还是不亮", satisfaction=1)
    duty.follow()
    assert (again.state, again.work_order, again.escalated) == (ReportState.ASSIGNED, report.work_order, NOON)
    assert duty.order(report.work_order).state is State.IN_PROGRESS
    duty.work(report.work_order or 0, Action.FINISH)
    assert duty.report(report.id).state is ReportState.SOLVED
    assert duty.do(report.id, Deed.TAKE_UP, who="manager", reason="new lamp").escalated is None


def test_unsolved_after_the_order_was_closed_opens_one_that_follows_it(duty: DutyRoom) -> None:
    report = duty.do(duty.tell("灯坏了").id, Deed.ASSIGN)
    duty.finish(report.work_order or 0)
    duty.do(report.id, Deed.CONFIRM, satisfaction=4)
    duty.now += DAY
    again = duty.do(report.id, Deed.REFUTE, who="resident", reason="又坏了")
    assert again.earlier_orders == (report.work_order,)
    assert duty.order(again.work_order).event_at == NOON + DAY
    duty.finish(again.work_order or 0, who="zhao")
    with pytest.raises(NotAllowed):
        duty.do(report.id, Deed.CONFIRM, who="wang")


def test_called_in_vain_so_often_it_is_closed_as_not_reached(duty: DutyRoom) -> None:
    report = duty.do(duty.tell("灯坏了").id, Deed.ASSIGN)
    duty.finish(report.work_order or 0)
    outcomes = [duty.do(report.id, Deed.NOT_REACHED).outcome for _ in range(3)]
    assert outcomes == [Outcome.NONE, Outcome.NONE, Outcome.NOT_REACHED]


def test_work_that_goes_on_before_anybody_called_takes_the_report_along(duty: DutyRoom) -> None:
    report = duty.do(duty.tell("灯坏了").id, Deed.ASSIGN)
    order = duty.finish(report.work_order or 0)
    with duty.records.begin() as unit:
        from facility.fact import Fact

        unit.facts.append(Fact(at=NOON, noun="work-order", subject=str(order.id), what="reopened", who="officer"))
    duty.follow()
    assert (duty.report(report.id).state, duty.report(report.id).solved) == (ReportState.ASSIGNED, None)


def test_an_order_that_is_called_off_gives_its_report_back(duty: DutyRoom) -> None:
    report = duty.do(duty.tell("灯坏了").id, Deed.ASSIGN)
    duty.work(report.work_order or 0, Action.CANCEL)
    assert (duty.report(report.id).state, duty.report(report.id).work_order) == (ReportState.RECEIVED, None)


def test_a_duplicate_order_takes_its_reports_to_the_other(duty: DutyRoom) -> None:
    one, two = (duty.do(duty.tell("灯坏了").id, Deed.ASSIGN) for _ in range(2))
    duty.work(two.work_order or 0, Action.DUPLICATE, other=one.work_order)
    assert duty.report(two.id).work_order == one.work_order


def test_joined_to_another_report_that_one_gets_its_order_first(duty: DutyRoom) -> None:
    one, two, three = duty.tell("没水"), duty.tell("停水了"), duty.tell("没水", zone="t1-f2")
    joined = duty.do(two.id, Deed.ASSIGN, same_as=one.id)
    third = duty.do(three.id, Deed.ASSIGN, same_as=two.id)
    assert joined.work_order == third.work_order == duty.report(one.id).work_order
    assert (joined.same_as, third.same_as, joined.case) == (one.id, one.id, False)
    with pytest.raises(MissingField):
        duty.do(one.id, Deed.ASSIGN, same_as=one.id)
    duty.finish(joined.work_order or 0)
    assert {duty.report(n).state for n in (1, 2, 3)} == {ReportState.SOLVED}


def test_similar_ones_are_found_by_place_kind_and_words(duty: DutyRoom) -> None:
    one = duty.tell("厨房没水")
    near = duty.tell("停水了", zone="t1-f2")
    lamp = duty.tell("走廊灯坏了")
    far = duty.tell("没水", zone="t2-f1")
    mine = duty.tell("没水了")
    with duty.records.read() as unit:
        found = [one.report.id for one in similar(unit, unit.registers.load(), mine, duty.now) if one.report]
    assert found == [one.id, near.id, lamp.id]
    assert far.id not in found


def test_an_open_order_that_came_from_elsewhere_is_offered_too(duty: DutyRoom) -> None:
    first = duty.do(duty.tell("没水").id, Deed.ASSIGN)
    duty.finish(first.work_order or 0)
    mine = duty.tell("没水了")
    with duty.records.read() as unit:
        orders = [one.order.id for one in similar(unit, unit.registers.load(), mine, duty.now) if one.order]
    assert orders == [first.work_order]


def test_an_agreed_visit_is_a_clock_of_the_order_also_when_agreed_before_there_was_one(duty: DutyRoom) -> None:
    report = duty.tell("没水")
    duty.do(report.id, Deed.AGREE, by=NOON + 3 * HOUR)
    order = duty.order(duty.do(report.id, Deed.ASSIGN).work_order)
    assert visits(order) == [(NOON + 3 * HOUR, "RS-2", None)]
    duty.do(report.id, Deed.AGREE, by=NOON + HOUR)
    assert visits(duty.order(order.id)) == [(NOON + HOUR, "RS-2", None)]
    # What was missed of the first agreement says nothing of the second.
    assert [clock.edition for clock in duty.order(order.id).clocks if clock.name == "visit"] == [1]
    duty.now = NOON + MINUTE
    arrived = duty.work(order.id, Action.ACCEPT, Action.ARRIVE)
    assert visits(arrived) == [(NOON + HOUR, "RS-2", NOON + MINUTE)]


def visits(order: WorkOrder) -> list[tuple[int, str, int | None]]:
    return [(clock.due, clock.clause, clock.stopped) for clock in order.clocks if clock.name == "visit"]


def test_an_order_has_the_clocks_and_the_team_of_its_class_from_when_it_was_reported(duty: DutyRoom) -> None:
    report = duty.tell("没水")
    duty.now += 10 * MINUTE
    order = duty.order(duty.do(report.id, Deed.ASSIGN).work_order)
    assert [(clock.name, clock.started, clock.limit) for clock in order.clocks] == [("respond", NOON, 15 * MINUTE)]
    assert (order.team, order.source, order.source_of, order.opened) == ("water", "report", "report:1", duty.now)
    assert order.description == "没水"
    with duty.records.read() as unit:
        assert "没水" not in "".join(fact.why for fact in unit.facts.after(0))
    burst = duty.order(duty.tell("水管爆裂", zone="t2-f1").work_order)
    assert [clock.name for clock in burst.clocks] == ["respond", "arrive"]


def test_what_is_given_out_by_itself_joins_the_open_order_of_the_same_cause_and_makes_it_as_urgent(
    duty: DutyRoom,
) -> None:
    first = duty.do(duty.tell("没水").id, Deed.ASSIGN)
    burst = duty.tell("水管爆裂，到处是水")
    order = duty.order(first.work_order)
    assert burst.work_order == first.work_order
    assert (order.severity, order.emergency) == (Severity.CRITICAL, True)
    # A person who says "a new order" has looked, and is believed.
    assert duty.do(duty.tell("水管漏水").id, Deed.ASSIGN).work_order != first.work_order


def test_only_emergencies_about_people_are_life_safety(duty: DutyRoom) -> None:
    def life_safety(words: str) -> bool:
        return duty.order(duty.tell(words).work_order).life_safety

    assert [life_safety(words) for words in ("着火了", "煤气味", "电梯困人", "触电", "水管爆裂")] == [True] * 4 + [
        False
    ]


def test_what_nobody_looked_at_in_time_is_given_out_by_its_words(duty: DutyRoom) -> None:
    report, late = duty.tell("没水"), replace(duty.tell("灯坏了"))
    duty.do(late.id, Deed.ASSIGN)
    duty.now = NOON + 30 * MINUTE
    with duty.records.begin() as unit:
        assert not give_out_unseen(lambda: duty.book.settings, duty.room, unit, duty.now)
    assert duty.report(report.id).state is ReportState.RECEIVED
    duty.now += 1
    with duty.records.begin() as unit:
        assert not give_out_unseen(lambda: duty.book.settings, duty.room, unit, duty.now)
    assert duty.report(report.id).state is ReportState.ASSIGNED
    assert duty.facts(report.id) == ["reported", "given-out"]


def test_a_number_is_kept_only_with_consent_and_never_in_a_fact(duty: DutyRoom) -> None:
    duty.tell("没水 13812345678", phone="13812345678")
    duty.tell("没水", phone="13912345678", consent=True)
    assert numbers(duty) == {2}
    with duty.records.read() as unit:
        assert "13" not in unit.reports.get(1).words
        assert "12345678" not in str(unit.facts.after(0))


def test_each_look_at_a_number_is_a_fact_with_its_purpose(duty: DutyRoom) -> None:
    duty.tell("没水", phone="13912345678", consent=True)
    with duty.records.begin() as unit:
        assert see_number(unit, 1, "officer", "call-back", NOON).phone == "13912345678"
        told = unit.facts.of("report", "1")[-1]
        assert (told.what, told.who, told.why) == ("number-seen", "officer", "call-back")


def test_a_number_ends_when_its_time_has_come(duty: DutyRoom) -> None:
    duty.tell("没水", phone="139", consent=True)
    duty.now = NOON + 180 * DAY - 1
    clean(duty)
    assert numbers(duty) == {1}
    duty.now += 1
    with duty.records.begin() as unit, pytest.raises(NotFound, match="erased"):
        see_number(unit, 1, "officer", "visit", duty.now)
    clean(duty)
    assert numbers(duty) == set()
    assert duty.facts(1)[-1] == "number-erased"


def test_once_closed_a_number_ends_sooner_and_later_again_when_it_was_not_solved(duty: DutyRoom) -> None:
    report = duty.do(duty.tell("没水", phone="139", consent=True).id, Deed.ASSIGN)
    duty.finish(report.work_order or 0)
    duty.do(report.id, Deed.CONFIRM)
    with duty.records.read() as unit:
        assert unit.reports.number(1).until == NOON + 30 * DAY
    duty.do(report.id, Deed.REFUTE, who="resident", reason="again")
    with duty.records.read() as unit:
        assert unit.reports.number(1).until == NOON + 180 * DAY


def test_a_number_that_was_erased_on_request_cannot_be_seen(duty: DutyRoom) -> None:
    duty.tell("没水", phone="139", consent=True)
    with duty.records.begin() as unit:
        erase_number(unit, unit.reports.number(1), "resident", NOON, "asked")
        with pytest.raises(NotFound):
            see_number(unit, 1, "officer", "visit", NOON)


def test_a_status_link_ends_after_its_report(duty: DutyRoom) -> None:
    report = duty.do(duty.tell("没水", link="d" * 64).id, Deed.ASSIGN)
    duty.finish(report.work_order or 0)
    duty.do(report.id, Deed.CONFIRM)
    duty.now = NOON + 90 * DAY + 1
    clean(duty)
    assert duty.report(report.id).link is None


def test_without_a_number_and_without_a_word_a_solved_report_is_closed_in_the_end(duty: DutyRoom) -> None:
    silent = duty.do(duty.tell("没水").id, Deed.ASSIGN)
    called = duty.do(duty.tell("没水", phone="139", consent=True).id, Deed.ASSIGN)
    for report in (silent, called):
        duty.finish(report.work_order or 0)
    duty.now = NOON + 7 * DAY
    clean(duty)
    assert duty.report(silent.id).outcome is Outcome.NO_WORD
    assert duty.report(called.id).state is ReportState.SOLVED


def test_a_form_is_known_again_and_sent_twice_leads_to_one_report(duty: DutyRoom) -> None:
    with duty.records.begin() as unit:
        key = site_key(unit, make=True)
        assert key == site_key(unit, make=True)
    assert key is not None
    form = hand_out(key, "abc", NOON)
    good = recognise(key, "abc", form, NOON + SOONEST)
    assert good.good
    assert recognise(key, "abc", form, NOON + LATEST) == good
    duty.tell("没水", link=digest(good.token))
    with pytest.raises(Conflict):
        duty.tell("没水", link=digest(good.token))


@pytest.mark.parametrize("change", ["code", "seal", "early", "late", "time", "key", "empty", "digits"])
def test_a_form_that_is_not_ours_or_not_timely_is_not_taken(change: str) -> None:
    key, form, code, now = b"k" * 32, hand_out(b"k" * 32, "abc", NOON), "abc", NOON + 9 * SOONEST
    match change:
        case "code":
            code = "abd"
        case "seal":
            form = form[:-1] + ("0" if form[-1] != "0" else "1")
        case "early":
            now = NOON + SOONEST - 1
        case "late":
            now = NOON + LATEST + 1
        case "time":
            form = str(NOON - 1) + form[form.index(".") :]
        case "key":
            key = b"x" * 32
        case "empty":
            form = ""
        case "digits":
            form = "١٢.a.b"
    found = recognise(key, code, form, now)
    assert (found.good, found.young) == (False, change == "early")

"""The review drafts itself from facts: the same facts, the same bytes; what was late is told with what people said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from facility.alert import Condition, NotAllowed
from facility.alert_life import FieldRefused
from facility.clock import Clock, Pause
from facility.fact import Fact
from facility.incident_step import Deed
from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.notice import Notice, NoticeState
from facility.text import Text
from facility.work_order import MissingField, WorkOrder
from facility.work_order import State as OrderState
from response.bulletins import Wording, post
from response.incidents import end_incident
from response.review import Written, add_measure, check, finish_review, measure_done, write_review
from response.review_case import gather
from response.review_draft import body, digest, draft
from tests.api.seed import NOW, House, house
from tests.response.test_incidents import Story

BEGAN = NOW - 40 * SECOND


@pytest.fixture
def home() -> Iterator[House]:
    made = house()
    yield made
    made.records.close()


@pytest.fixture
def night(home: House) -> Story:
    """A small fire: confirmed late, reported, its order held for a while and closed, the residents told."""
    story = Story(home)
    story.alarm()
    story.act(Deed.BEGIN, "confirm", who="guard", after=20 * SECOND)
    story.act(Deed.CHOOSE, "confirm", who="guard", after=4 * MINUTE, choice="small")
    story.act(Deed.DO, "extinguish", who="guard")
    story.act(Deed.DO, "report-119", value=str(home.clock() - MINUTE))
    with home.records.begin() as unit:
        said = Wording(title=Text("火已扑灭", "The fire is out"), body=Text("请放心", "All is well"), place="t1")
        post(unit, unit.registers.load(), 1, said, who="officer", at=home.clock())
        unit.notices.add(told())
        order = unit.work_orders.get(unit.incidents.get(1).work_order or 0)
        unit.work_orders.update(closed(order))
        unit.facts.append(held(order))
    return story


def told() -> Notice:
    return Notice(
        key="k",
        cause="work-order:1",
        person="wang",
        channel="sms",
        address="13800000000",
        template="alert",
        why={"chain": "fire", "level": 1},
        created=NOW,
        due=NOW,
        state=NoticeState.SENT,
        sent=NOW + 2 * SECOND,
    )


def closed(order: WorkOrder) -> WorkOrder:
    """Answered in time, resolved ten minutes late although half an hour of a hold is left out."""
    pause = Pause(since=BEGAN + HOUR, until=BEGAN + 90 * MINUTE, by="engineer", approver="manager", why="等备件")
    clocks = (
        Clock(name="respond", started=BEGAN, limit=3 * MINUTE, clause="FI-3", stopped=BEGAN + 3 * MINUTE),
        Clock(
            name="resolve", started=BEGAN, limit=2 * HOUR, stopped=BEGAN + 160 * MINUTE, pausable=True, pauses=(pause,)
        ),
        Clock(
            name="notice",
            started=BEGAN,
            limit=30 * MINUTE,
            every=30 * MINUTE,
            met=(BEGAN + 25 * MINUTE, BEGAN + HOUR),
            stopped=BEGAN + 80 * MINUTE,
        ),
        Clock(name="review", started=BEGAN + 3 * HOUR, limit=3 * DAY),
    )
    return replace(order, state=OrderState.CLOSED, closed=BEGAN + 3 * HOUR, clocks=clocks, emergency=True)


def held(order: WorkOrder) -> Fact:
    return Fact(at=BEGAN + HOUR, noun="work-order", subject=str(order.id), what="held", why="等备件", who="engineer")


def over(story: Story) -> None:
    story.home.clock.now = BEGAN + 3 * HOUR
    with story.home.records.begin() as unit:
        end_incident(unit, 1, "officer", story.home.clock(), "其余步骤不需要")


def report(story: Story, noun: str = "incident") -> dict[str, Any]:
    with story.home.records.read() as unit:
        return draft(gather(unit, noun, 1))


def written(story: Story) -> None:
    with story.home.records.begin() as unit:
        said = Written(happened="厨房起火，三分钟扑灭", lacked="二层灭火器不足", effect="无人受伤")
        write_review(unit, "incident", 1, said, who="manager", at=story.home.clock())


def finished(story: Story, after: int = HOUR) -> str:
    written(story)
    story.home.clock.now += after
    with story.home.records.begin() as unit:
        return finish_review(unit, "incident", 1, who="manager", at=story.home.clock()).body


def test_clocks_are_told_raw_net_and_by_how_much_they_were_late(night: Story) -> None:
    over(night)
    clocks = {one["name"]: one for one in report(night)["clocks"]}
    respond, resolve, notice, review = (clocks[name] for name in ("respond", "resolve", "notice", "review"))
    assert (respond["raw"], respond["late"]) == (3 * MINUTE, None)
    assert (resolve["raw"], resolve["net"], resolve["late"]) == (160 * MINUTE, 130 * MINUTE, 10 * MINUTE)
    assert resolve["due"] == BEGAN + 150 * MINUTE
    assert [(one["met"] and one["met"] - BEGAN, one["late"]) for one in notice["rounds"]] == [
        (25 * MINUTE, 0),
        (HOUR, 5 * MINUTE),
    ]
    assert notice["late"] == 5 * MINUTE
    assert (review["raw"], review["late"]) == (None, None)


def test_what_was_late_is_told_the_most_first_with_what_people_said(night: Story) -> None:
    over(night)
    late = report(night)["late"]
    assert [(one["what"], one["name"]) for one in late][:1] == [("step", "support")]
    by_name = {one["name"]: one for one in late}
    assert by_name["resolve"]["reasons"] == ["等备件"]
    assert by_name["confirm"]["late"] == (20 * SECOND + 4 * MINUTE) - (3 * MINUTE - 40 * SECOND)
    assert [one["late"] for one in late] == sorted((one["late"] for one in late), reverse=True)
    assert "respond" not in by_name


def test_a_step_that_was_never_done_was_late_until_the_end(night: Story) -> None:
    over(night)
    steps = {one["id"]: one for one in report(night)["steps"]}
    assert steps["support"]["done"] is None
    assert steps["support"]["late"] == BEGAN + 3 * HOUR - steps["support"]["due"]
    assert (steps["call-119"]["state"], steps["call-119"]["late"]) == ("not-owed", None)


def test_who_was_told_and_when_stands_there_and_no_address_does(night: Story) -> None:
    over(night)
    made = report(night)
    [one] = made["told"]
    assert (one["person"], one["channel"], one["sent"], one["why"]) == (
        "wang",
        "sms",
        NOW + 2 * SECOND,
        {"chain": "fire", "level": 1},
    )
    assert "13800000000" not in json.dumps(made)


def test_what_changed_meanwhile_is_told_and_what_changed_at_another_time_is_not(night: Story) -> None:
    with night.home.records.begin() as unit:
        for what, at in (("before", BEGAN - 1), ("meanwhile", BEGAN + HOUR), ("afterwards", BEGAN + 4 * HOUR + 1)):
            unit.facts.append(Fact(at=at, noun="register", subject="x", what="set", why=what, who="manager"))
    over(night)
    assert [one["why"] for one in report(night)["changed"]] == ["meanwhile"]


def test_the_same_facts_give_the_same_bytes_whenever_and_from_wherever_it_is_asked(night: Story) -> None:
    over(night)
    with night.home.records.read() as unit:
        first = body(gather(unit, "incident", 1))
    night.home.clock.now += 9 * DAY
    with night.home.records.read() as unit:
        assert body(gather(unit, "incident", 1)) == first
        assert body(gather(unit, "work-order", 1)) == first


def test_every_line_of_the_timeline_can_be_looked_up_in_the_chain(night: Story) -> None:
    over(night)
    timeline = report(night)["timeline"]
    assert [one["seq"] for one in timeline] == sorted(one["seq"] for one in timeline)
    assert {one["noun"] for one in timeline} == {"alert", "incident", "work-order", "bulletin"}
    with night.home.records.read() as unit:
        chain = {fact.seq: fact.hash for fact in unit.facts.after(0)}
    assert all(chain[one["seq"]] == one["hash"] for one in timeline)


def test_it_is_finished_only_when_all_is_over_and_somebody_wrote_what_happened(night: Story) -> None:
    with night.home.records.begin() as unit, pytest.raises(NotAllowed):
        finish_review(unit, "incident", 1, who="manager", at=NOW)
    over(night)
    with night.home.records.begin() as unit, pytest.raises(MissingField, match="happened"):
        finish_review(unit, "incident", 1, who="manager", at=NOW)


def test_finishing_is_the_order_s_review_and_stops_its_clock(night: Story) -> None:
    over(night)
    finished(night)
    with night.home.records.read() as unit:
        order = unit.work_orders.get(1)
        facts = unit.facts.of("work-order", "1")
    assert order.state is OrderState.REVIEWED
    assert {clock.name: clock.stopped for clock in order.clocks}["review"] == night.home.clock()
    assert facts[-1].what == "reviewed"


def test_the_report_is_kept_as_shown_and_can_be_checked_later(night: Story) -> None:
    over(night)
    kept = finished(night)
    with night.home.records.begin() as unit:
        case = gather(unit, "incident", 1)
        assert check(unit, case) == "true"
        [fact] = [one for one in unit.facts.of("review", "incident/1") if one.what == "review-finished"]
        assert fact.data["digest"] == digest(kept)
        unit.reviews.update(replace(case.review, body=kept.replace("三分钟", "一分钟")))
        assert check(unit, gather(unit, "incident", 1)) == "changed"


def test_a_forged_digest_beside_a_forged_report_is_found_as_well(night: Story) -> None:
    over(night)
    forged = finished(night).replace("三分钟", "一分钟")
    with night.home.records.begin() as unit:
        review = gather(unit, "incident", 1).review
        unit.reviews.update(replace(review, body=forged, digest=digest(forged)))
        assert check(unit, gather(unit, "incident", 1)) == "changed"


def test_a_finished_report_is_not_written_on(night: Story) -> None:
    over(night)
    finished(night)
    with pytest.raises(NotAllowed):
        written(night)
    with night.home.records.begin() as unit, pytest.raises(NotAllowed):
        add_measure(unit, "incident", 1, text="x", owner="manager", due=NOW + 9 * DAY, who="manager", at=NOW)


def test_measures_have_an_owner_and_a_day_and_are_tracked_until_they_are_done(night: Story) -> None:
    with night.home.records.begin() as unit:
        for wrong in ({"owner": "nobody"}, {"due": NOW}):
            given = {"text": "二层加两具灭火器", "owner": "engineer", "due": NOW + DAY} | wrong
            with pytest.raises(FieldRefused):
                add_measure(unit, "incident", 1, who="manager", at=NOW, **given)  # type: ignore[arg-type]
        made = add_measure(
            unit, "incident", 1, text="二层加两具灭火器", owner="engineer", due=NOW + DAY, who="manager", at=NOW
        )
        assert unit.reviews.open_measures() == [made]
        assert (made.late_at(NOW + DAY), made.late_at(NOW + DAY + 1)) == (False, True)
        with pytest.raises(MissingField):
            measure_done(unit, made.id, note=" ", who="engineer", at=NOW)
        measure_done(unit, made.id, note="已到位", who="engineer", at=NOW + 2 * DAY)
        assert unit.reviews.open_measures() == []
        assert [f.what for f in unit.facts.of("review", "incident/1")] == ["measure-added", "measure-done"]
        with pytest.raises(NotAllowed):
            measure_done(unit, made.id, note="again", who="engineer", at=NOW)


def test_an_emergency_order_without_an_incident_has_its_review_too(home: House) -> None:
    alert = home.raise_alert("pump-pressure-band", "t1-pump-1.pressure", value=0.4)
    with home.records.begin() as unit:
        order = unit.work_orders.get(unit.alerts.get(alert.id).work_order or 0)
        unit.work_orders.update(closed(order))
        unit.alerts.update(replace(unit.alerts.get(alert.id), condition=Condition.NORMAL, ended=NOW))
        made = draft(gather(unit, "work-order", order.id))
        assert (made["about"], made["incident"], made["steps"]) == ({"noun": "work-order", "id": order.id}, None, [])
        write_review(unit, "work-order", order.id, Written(happened="a", lacked="b"), who="manager", at=NOW)
        finish_review(unit, "work-order", order.id, who="manager", at=NOW)
        assert unit.work_orders.get(order.id).state is OrderState.REVIEWED


def test_a_correction_of_the_grade_does_not_make_the_first_confirmation_late(home: House) -> None:
    story = Story(home)
    story.alarm()
    story.act(Deed.CHOOSE, "confirm", choice="small")
    story.act(Deed.CHOOSE, "confirm", choice="large", after=HOUR)
    steps = {one["id"]: one for one in report(story)["steps"]}
    assert (steps["confirm"]["done"], steps["confirm"]["late"]) == (NOW + MINUTE, None)

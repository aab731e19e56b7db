"""Incidents open from facts, one a cause; what is confirmed, what acts, what is late and what is false is kept and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from facility.alert import AlertAction, Condition, NotAllowed
from facility.alert_life import Wish, take_action
from facility.clock import Clock
from facility.fact import Fact
from facility.incident import Act, Incident, State
from facility.incident_step import Deed, StepState
from facility.instant import HOUR, MINUTE, SECOND
from facility.notice import Notice
from facility.point import Device, Point
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register, difference
from facility.site import Asset
from facility.text import Text
from facility.work_order import MissingField
from facility.work_order import State as OrderState
from response.bulletins import WHOLE, Wording, post, read_board, set_board, shown, withdraw_bulletin, wording
from response.incident_watch import NOUNS, Feedback, IncidentWatch, say_what_is_late
from response.incidents import Opening, end_incident, open_by_hand, take_step
from response.playbook_files import load_playbooks
from storage.readings.port import Readings, ReadingsUnavailable
from storage.records.incidents import IncidentFilter
from storage.records.port import NotFound
from tests.api.seed import NOW, House, house

BOOKS = load_playbooks()
WATCH = IncidentWatch(playbooks=lambda: BOOKS, by_class=lambda: {"electrical": "short-circuit"})
SMOKE, OTHER, ELSEWHERE = "t1-f03-smoke-1.smoke", "t1-f04-smoke-1.smoke", "t2-f03-smoke-1.smoke"


@pytest.fixture
def home() -> Iterator[House]:
    made = house()
    yield made
    made.records.close()


class Story:
    """A house, and a watch that has read its facts up to now."""

    def __init__(self, home: House) -> None:
        self.home, self.seq = home, 0

    def watch(self, *, again: bool = False) -> None:
        """Handle what is new; ``again``: everything once more."""
        with self.home.records.begin() as unit:
            for fact in unit.facts.after(0 if again else self.seq):
                if fact.noun in NOUNS:
                    WATCH.handle(unit, fact, self.home.clock())
                self.seq = fact.seq

    def alarm(self, rule: str = "smoke-alarm", point: str = SMOKE) -> int:
        alert = self.home.raise_alert(rule, point, value=1.0, ago=40 * SECOND)
        self.watch()
        return alert.id

    def found(self, alert: int, finding: str, why: str = "") -> None:
        """As somebody says it at the alert."""
        with self.home.records.begin() as unit:
            before = unit.alerts.get(alert)
            wish = Wish(action=AlertAction.ACKNOWLEDGE, who="guard", at=self.home.clock(), reason=why)
            after = unit.alerts.update(take_action(before, wish))
            data = {"finding": finding}
            unit.facts.append(
                Fact(
                    at=wish.at,
                    noun="alert",
                    subject=str(alert),
                    what="acknowledged",
                    after=after.state,
                    why=why,
                    who="guard",
                    data=data,
                )
            )
        self.watch()

    def all(self) -> list[Incident]:
        with self.home.records.read() as unit:
            return unit.incidents.find(IncidentFilter()).rows[::-1]

    def one(self) -> Incident:
        [incident] = self.all()
        return incident

    def facts(self, number: int = 1, noun: str = "incident") -> list[Fact]:
        with self.home.records.read() as unit:
            return unit.facts.of(noun, str(number))

    def act(
        self, deed: Deed, step: str, who: str = "officer", after: int = MINUTE, number: int = 1, **more: str
    ) -> Incident:
        self.home.clock.now += after
        with self.home.records.begin() as unit:
            act = Act(deed=deed, step=step, who=who, at=self.home.clock(), **more)  # type: ignore[arg-type]
            return take_step(unit, unit.registers.load(), number, act)

    def notices(self) -> list[Notice]:
        with self.home.records.read() as unit:
            return unit.notices.of_causes(["incident:1"])


@pytest.fixture
def story(home: House) -> Story:
    return Story(home)


def test_an_alert_whose_rule_names_a_playbook_opens_it_from_the_event_s_own_time(story: Story) -> None:
    alert = story.alarm()
    incident = story.one()
    assert (incident.playbook, incident.place, incident.alerts) == ("fire", "t1", (alert,))
    assert (incident.event_at, incident.opened) == (NOW - 40 * SECOND, NOW)
    assert incident.work_order is not None
    assert [fact.what for fact in story.facts()] == ["opened"]


def test_a_rule_without_a_playbook_opens_none(story: Story) -> None:
    story.alarm("door-forced", next(p for p in story.home.register().points if "door" in p))
    assert story.all() == []


def test_further_alerts_of_the_building_join_and_other_buildings_have_their_own(story: Story) -> None:
    first, second, third = story.alarm(), story.alarm(point=OTHER), story.alarm(point=ELSEWHERE)
    assert [(one.place, one.alerts) for one in story.all()] == [("t1", (first, second)), ("t2", (third,))]
    assert [fact.what for fact in story.facts()] == ["opened", "joined"]


def test_a_fact_that_is_handled_again_changes_nothing(story: Story) -> None:
    story.alarm()
    story.alarm(point=OTHER)
    before, facts = story.all(), story.facts()
    story.watch(again=True)
    assert (story.all(), story.facts()) == (before, facts)


def test_what_is_a_test_or_set_aside_or_over_when_it_was_known_opens_nothing(story: Story) -> None:
    for change in ({"test": True}, {"suppressed_by": "mains-lost"}, {"late": True, "condition": Condition.NORMAL}):
        alert = story.home.raise_alert("smoke-alarm", SMOKE, value=1.0)
        with story.home.records.begin() as unit:
            kept = unit.alerts.update(replace(unit.alerts.get(alert.id), **change))
        story.watch()
        assert story.all() == []
        with story.home.records.begin() as unit:
            unit.alerts.update(replace(kept, closed=NOW))


def test_an_emergency_order_s_class_opens_its_playbook_where_no_rule_does(story: Story) -> None:
    point = next(p.id for p in story.home.register().points.values() if p.quantity == "residual_current")
    alert = story.home.raise_alert("residual-current-maximum", point, value=600.0)
    with story.home.records.begin() as unit:
        order = unit.work_orders.get(unit.alerts.get(alert.id).work_order or 0)
        unit.work_orders.update(replace(order, emergency=True, kind="electrical"))
    story.watch()
    assert story.one().playbook == "short-circuit"


def test_confirming_acknowledges_the_alerts_so_that_nobody_taps_twice(story: Story) -> None:
    alert = story.alarm()
    story.act(Deed.CHOOSE, "confirm", choice="small")
    fact = story.facts(alert, "alert")[-1]
    assert (fact.what, fact.who, fact.data["finding"]) == ("acknowledged", "officer", "real")
    story.watch()
    assert story.one().step("confirm").state is StepState.DONE


def test_a_false_alarm_is_false_everywhere_with_its_cause_and_time_and_nobody_runs_any_more(story: Story) -> None:
    alert = story.alarm()
    incident = story.act(Deed.CHOOSE, "confirm", choice="false", reason="厨房油烟")
    assert (incident.state, incident.ended, incident.ended_why) == (State.FALSE, NOW + MINUTE, "厨房油烟")
    assert story.facts(alert, "alert")[-1].data["finding"] == "false"
    with story.home.records.read() as unit:
        order = unit.work_orders.get(incident.work_order or 0)
    assert (order.state, order.open) == (OrderState.CANCELLED, False)
    assert [fact.what for fact in story.facts()] == ["opened", "step-chosen", "found-false"]
    assert story.facts(order.id, "work-order")[-1].why == "false alarm: 厨房油烟"


def test_an_order_on_which_somebody_works_goes_on_after_a_false_alarm(story: Story) -> None:
    story.alarm()
    number = story.one().work_order or 0
    with story.home.records.begin() as unit:
        order = unit.work_orders.get(number)
        unit.work_orders.update(replace(order, state=OrderState.IN_PROGRESS))
    story.act(Deed.CHOOSE, "confirm", choice="false", reason="探测器进水，正在更换")
    with story.home.records.read() as unit:
        assert unit.work_orders.get(order.id).state is OrderState.IN_PROGRESS


def test_alerts_that_were_all_found_to_be_nothing_end_the_incident(story: Story) -> None:
    first, second = story.alarm(), story.alarm(point=OTHER)
    story.found(first, "false", "油烟")
    assert story.one().open
    story.found(second, "test")
    over = story.one()
    assert (over.state, over.ended_by, over.ended) == (State.FALSE, "guard", NOW)
    assert story.facts()[-1].what == "found-false"


def test_real_at_the_alert_means_that_somebody_is_looking_and_the_grade_is_still_owed(story: Story) -> None:
    alert = story.alarm()
    story.found(alert, "real")
    step = story.one().step("confirm")
    assert (step.state, step.begun, step.begun_by) == (StepState.BEGUN, NOW, "guard")


def test_a_new_alarm_after_a_false_one_is_a_new_incident(story: Story) -> None:
    story.alarm()
    story.act(Deed.CHOOSE, "confirm", choice="false", reason="油烟")
    story.alarm(point=OTHER)
    assert [one.state for one in story.all()] == [State.FALSE, State.OPEN]


def test_what_is_late_is_said_once_and_stays(story: Story) -> None:
    story.alarm()
    due = NOW - 40 * SECOND + 3 * MINUTE
    for at in (due, due + 1, due + 5, due + HOUR):
        with story.home.records.begin() as unit:
            assert say_what_is_late(unit, at) is False
    late = [fact for fact in story.facts() if fact.what == "step-late"]
    assert [(fact.at, fact.data["step"], fact.data["due"]) for fact in late] == [(due + 1, "confirm", due)]
    assert story.act(Deed.CHOOSE, "confirm", choice="small").step("confirm").late


# ── what acts on the building ──


def with_valve(register: Register) -> Register:
    """The property, with a gas valve in tower 1 that can be shut and says so."""
    valve = Asset(id="t1-gas-valve", zone="t1-f01", kind="gas-valve", name=Text("燃气总阀", "gas valve"))
    drive = Device(id="t1-gas-drive", name=Text("阀门控制器", "valve drive"), takes="open close")
    shows = Point(
        id="t1-gas-valve.valve",
        asset=valve.id,
        name=Text("阀位", "position"),
        quantity="valve",
        unit="",
        resolution=1,
        interval=10 * SECOND,
        device=drive.id,
    )
    return replace(
        register,
        assets=register.assets | {valve.id: valve},
        devices=register.devices | {drive.id: drive},
        points=register.points | {shows.id: shows},
    )


@pytest.fixture
def large(story: Story) -> Story:
    """A large fire in a tower whose gas valve can be shut from afar."""
    with story.home.records.begin() as unit:
        register = unit.registers.load()
        unit.registers.apply(difference(register, with_valve(register)), "manager", NOW)
    story.alarm()
    story.act(Deed.CHOOSE, "confirm", choice="large")
    return story


def look(story: Story) -> StepState:
    assert Feedback(readings=lambda: story.home.readings).run(story.home.records, story.home.clock()) is False
    return story.one().step("gas-shut").state


def test_a_valve_is_told_after_two_people_said_so_and_done_when_it_shows(large: Story) -> None:
    large.act(Deed.ARM, "gas-shut", who="engineer")
    assert large.notices() == []
    large.act(Deed.FIRE, "gas-shut", who="officer", after=5 * SECOND)
    [notice] = large.notices()
    assert (notice.channel, notice.address, notice.cause) == ("mqtt", "t1-gas-drive", "incident:1")
    assert (notice.data["command"], notice.data["points"]) == ("close", ["t1-gas-valve.valve"])
    assert notice.data["void"] - notice.data["at"] == MINUTE
    assert (notice.why["first"], notice.why["second"], notice.life_safety) == ("engineer", "officer", True)
    assert look(large) is StepState.SENT
    large.home.clock.now += 10 * SECOND
    large.home.say("t1-gas-valve.valve", 0.0)
    assert look(large) is StepState.DONE
    told = [fact.what for fact in large.facts() if fact.data.get("step") == "gas-shut"]
    assert told == ["step-armed", "step-sent", "step-fed-back"]


def test_a_device_that_does_not_take_the_word_is_not_told_it(large: Story) -> None:
    with large.home.records.begin() as unit:
        register = unit.registers.load()
        deaf = replace(register.devices["t1-gas-drive"], takes="open")
        changed = replace(register, devices=register.devices | {deaf.id: deaf})
        unit.registers.apply(difference(register, changed), "manager", NOW)
    with pytest.raises(NotAllowed, match="The register has no device"):
        large.act(Deed.ARM, "gas-shut", who="engineer")


def test_a_valve_that_does_not_answer_in_time_has_failed_and_may_still_answer(large: Story) -> None:
    large.home.say("t1-gas-valve.valve", 1.0)
    large.act(Deed.ARM, "gas-shut", who="engineer")
    large.act(Deed.FIRE, "gas-shut", who="officer", after=5 * SECOND)
    large.home.clock.now += MINUTE
    assert look(large) is StepState.SENT
    large.home.clock.now += 1
    assert look(large) is StepState.FAILED
    large.home.say("t1-gas-valve.valve", 0.0)
    assert look(large) is StepState.DONE


@pytest.mark.parametrize(
    ("ago", "value", "quality", "test"),
    [
        (HOUR, 0.0, Quality.GOOD, False),
        (0, 1.0, Quality.GOOD, False),
        (0, 0.0, Quality.SENSOR_FAULT, False),
        (0, 0.0, Quality.GOOD, True),
    ],
)
def test_old_other_faulty_and_test_readings_prove_nothing(
    large: Story, ago: int, value: float, quality: Quality, test: bool
) -> None:
    large.act(Deed.ARM, "gas-shut", who="engineer")
    large.act(Deed.FIRE, "gas-shut", who="officer", after=5 * SECOND)
    large.home.readings.append([Reading("t1-gas-valve.valve", large.home.clock() - ago, value, quality, test)])
    assert look(large) is StepState.SENT


def test_what_the_register_does_not_have_is_done_by_hand_with_words(large: Story) -> None:
    with pytest.raises(NotAllowed, match="The register has no device"):
        large.act(Deed.ARM, "siren")
    with pytest.raises(MissingField):
        large.act(Deed.DO, "siren")
    assert large.act(Deed.DO, "siren", reason="用广播喊话").step("siren").state is StepState.DONE


# ── by hand, drills, the end ──


def opened(story: Story, playbook: str, **wish: object) -> Incident:
    with story.home.records.begin() as unit:
        opening = Opening(zone="t1", why="演练", **wish)  # type: ignore[arg-type]
        return open_by_hand(unit, unit.registers.load(), BOOKS[playbook], opening, who="officer", at=story.home.clock())


def test_a_drill_moves_nothing_pages_nobody_and_leaves_the_real_thing_its_place(story: Story) -> None:
    with story.home.records.begin() as unit:
        register = unit.registers.load()
        unit.registers.apply(difference(register, with_valve(register)), "manager", NOW)
    drill = opened(story, "fire", drill=True)
    story.act(Deed.CHOOSE, "confirm", choice="large")
    story.act(Deed.ARM, "gas-shut", who="engineer")
    after = story.act(Deed.FIRE, "gas-shut", after=5 * SECOND)
    step = after.step("gas-shut")
    assert (step.state, step.sent, step.done) == (StepState.DONE, story.home.clock(), story.home.clock())
    assert story.notices() == []
    assert all(fact.data["drill"] for fact in story.facts())
    alert = story.alarm()
    real = story.all()[1]
    assert (drill.drill, real.drill, real.alerts) == (True, False, (alert,))


def test_opening_by_hand_needs_a_place_and_a_reason_and_is_once_a_cause(story: Story) -> None:
    with story.home.records.begin() as unit:
        register = unit.registers.load()
        for wish in (Opening(zone="", why="x"), Opening(zone="t1")):
            with pytest.raises(MissingField):
                open_by_hand(unit, register, BOOKS["theft-or-conflict"], wish, who="guard", at=NOW)
        storm = open_by_hand(unit, register, BOOKS["storm"], Opening(zone="", why="橙色预警"), who="officer", at=NOW)
        with pytest.raises(NotAllowed, match=f"#{storm.id}"):
            open_by_hand(unit, register, BOOKS["storm"], Opening(zone="t1", why="红色"), who="officer", at=NOW)


def test_an_order_that_closes_ends_an_incident_that_owes_nothing_and_no_other(story: Story) -> None:
    story.alarm()
    order = story.one().work_order or 0
    closed = Fact(at=NOW, noun="work-order", subject=str(order), what="verified", after="closed", who="engineer-2")
    with story.home.records.begin() as unit:
        kept = unit.work_orders.get(order)
        unit.work_orders.update(replace(kept, state=OrderState.CLOSED, closed=NOW))
        unit.facts.append(closed)
    story.watch()
    assert story.one().open
    with story.home.records.begin() as unit:
        incident = unit.incidents.get(1)
        done = tuple(replace(step, state=StepState.SKIPPED) for step in incident.steps)
        unit.incidents.update(replace(incident, steps=done))
        WATCH.handle(unit, closed, NOW)
    assert (story.one().state, story.one().ended_by) == (State.OVER, "engineer-2")


# ── bulletins ──


WATER = Wording(title=Text("停水", "No water"), body=Text("抢修中", "Under repair"), place="t1")


def burst(story: Story, *, every: int = 0) -> int:
    """A burst pipe with a work order whose notice clock runs; the order's number."""
    story.alarm()
    with story.home.records.begin() as unit:
        order = unit.work_orders.get(unit.incidents.get(1).work_order or 0)
        clock = Clock(name="notice", started=NOW, limit=30 * MINUTE, every=every)
        unit.work_orders.update(replace(order, clocks=(clock,)))
    return order.id


def tell(story: Story, after: int = 10 * MINUTE, **more: object) -> int:
    story.home.clock.now += after
    with story.home.records.begin() as unit:
        at = story.home.clock()
        return post(unit, unit.registers.load(), 1, WATER, who="officer", at=at, **more).id  # type: ignore[arg-type]


def clock_of(story: Story, order: int) -> Clock:
    with story.home.records.read() as unit:
        return unit.work_orders.get(order).clocks[0]


def titles(story: Story, place: str, at: int | None = None) -> list[int]:
    with story.home.records.read() as unit:
        return [b.id for b in shown(unit, unit.registers.load(), place, story.home.clock() if at is None else at)]


def test_a_bulletin_meets_the_notice_clock_which_begins_its_next_round(story: Story) -> None:
    order = burst(story, every=30 * MINUTE)
    tell(story)
    tell(story, after=20 * MINUTE)
    clock = clock_of(story, order)
    assert (clock.met, clock.due, clock.stopped) == ((NOW + 10 * MINUTE, NOW + 30 * MINUTE), NOW + HOUR, None)
    assert [fact.what for fact in story.facts(order, "work-order")].count("residents-told") == 2


def test_a_notice_clock_that_does_not_repeat_is_stopped_by_the_first(story: Story) -> None:
    order = burst(story)
    tell(story)
    tell(story)
    assert clock_of(story, order).stopped == NOW + 10 * MINUTE


def test_a_bulletin_is_corrected_and_withdrawn_by_new_facts_and_never_changed(story: Story) -> None:
    burst(story)
    first = tell(story)
    with pytest.raises(MissingField):
        tell(story, corrects=first)
    second = tell(story, corrects=first, why="楼号写错了")
    assert titles(story, "t1") == [second]
    with pytest.raises(NotAllowed):
        tell(story, corrects=first, why="again")
    with story.home.records.begin() as unit:
        withdraw_bulletin(unit, second, who="officer", at=story.home.clock(), why="已恢复供水")
    assert titles(story, "t1") == []
    assert [fact.what for fact in story.facts(first, "bulletin")] == ["posted", "corrected"]
    assert [fact.what for fact in story.facts(second, "bulletin")] == ["posted", "taken-back"]


def test_a_building_s_page_shows_what_is_its_own_and_what_concerns_all(story: Story) -> None:
    burst(story)
    own = tell(story)
    assert (titles(story, "t1"), titles(story, "t2"), titles(story, "")) == ([own], [], [own])


def test_a_bulletin_leaves_the_public_page_a_day_after_its_incident(story: Story) -> None:
    burst(story)
    own = tell(story)
    at = story.home.clock()
    with story.home.records.begin() as unit:
        end_incident(unit, 1, "officer", at, "修好了")
    assert titles(story, "t1", at + 24 * HOUR - 1) == [own]
    assert titles(story, "t1", at + 24 * HOUR) == []


def test_what_is_practised_is_never_published(story: Story) -> None:
    opened(story, "fire", drill=True)
    tell(story)
    assert titles(story, "") == []


def test_both_languages_are_needed(story: Story) -> None:
    burst(story)
    with story.home.records.begin() as unit, pytest.raises(MissingField, match="body_en"):
        post(unit, Register(), 1, replace(WATER, body=Text("抢修中", " ")), who="officer", at=NOW)
    with story.home.records.begin() as unit, pytest.raises(NotFound):
        post(unit, Register(), 9, WATER, who="officer", at=NOW)


def test_the_page_s_address_is_a_place_or_a_secret_that_can_be_changed(story: Story) -> None:
    register = story.home.register()
    with story.home.records.begin() as unit:
        board = read_board(unit)
        assert (board.key(""), board.place(WHOLE, register), board.place("t1", register)) == (WHOLE, "", "t1")
        assert board.place("t1-f03", register) is None
        secret = set_board(unit, {"": "s3cret", "t1": "other"}, who="manager", at=NOW)
        assert read_board(unit) == secret
        assert (secret.place("other", register), secret.place("t1", register), secret.place("", register)) == (
            "t1",
            None,
            None,
        )
        assert "s3cret" not in str(unit.facts.of("bulletin", "board"))


def test_place_and_time_are_filled_in_in_both_languages() -> None:
    first = BOOKS["burst-pipe"].announcements[0]
    title, body = wording(first, Text("1号楼", "Tower 1"), "02:10")
    assert (title.zh, title.en) == ("1号楼临时停水", "Tower 1: no water for the moment")
    assert body.zh.startswith("02:10，1号楼的供水管爆裂")
    assert "burst at 02:10" in body.en


def test_readings_that_cannot_be_asked_are_no_feedback(large: Story) -> None:
    def down() -> Readings:
        raise ReadingsUnavailable("influx is down")

    large.act(Deed.ARM, "gas-shut", who="engineer")
    large.act(Deed.FIRE, "gas-shut", who="officer", after=5 * SECOND)
    Feedback(readings=down).run(large.home.records, large.home.clock() + MINUTE + 1)
    assert large.one().step("gas-shut").state is StepState.FAILED

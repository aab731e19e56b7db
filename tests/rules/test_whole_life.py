"""The whole life at random: readings, silence, people, windows, tests, restarts; the promises are checked after each step."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from facility.alert import Alert, AlertAction, Condition, NotAllowed
from facility.alert_life import Wish, alert_actions, take_action
from facility.fact import Fact
from facility.instant import HOUR, MINUTE, SECOND
from facility.maintenance import Maintenance, end_window
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register, difference
from facility.scope import Extent
from facility.test_mode import TestMode, end_test
from rules.book import RuleBook
from rules.definition import read_rule
from rules.proof import report_tests
from storage.records.port import NotFound
from tests.rules.room import GAUGE, SMOKE, T0, Room, manual, register, rule_text

PRESSURE = rule_text(
    "pressure",
    '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"\nhold_for = "20s"\nclear_for = "1m"\n[response]\nwork_order = "water"',
    more="latched = true\nrealarm_after = '10m'\nshelve_max = '1h'",
)
BOOK = RuleBook(
    rules={"pressure": read_rule(PRESSURE, "pressure.toml")}
    | {id: manual().rules[id] for id in ("smoke-alarm", "silence-life-safety", "silence-equipment")}
)
HOUSE = register(points=[p for p in register().points.values() if p.id in (GAUGE, SMOKE)])
BY_READINGS = {"raised", "re-raised", "returned"}


class WholeLife(RuleBasedStateMachine):
    """One room. Time only goes forward; everything goes through the same functions as in the building."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(BOOK, HOUSE)
        self.now = T0
        self.known: dict[int, Alert] = {}
        self.just_read: set[str] = set()

    @initialize()
    def open_the_room(self) -> None:
        with self.room.records.begin() as unit:
            unit.registers.apply(difference(Register(), HOUSE), "manager", T0)

    def teardown(self) -> None:
        self.room.records.close()

    # What happens

    @rule(value=st.sampled_from([0.6, 0.45, 0.75, 0.51]), times=st.integers(1, 9), bad=st.booleans())
    def pressure(self, value: float, times: int, bad: bool) -> None:
        quality = Quality.SENSOR_FAULT if bad and value < 0.5 else Quality.GOOD
        batch = [Reading(GAUGE, self.now + step * 10 * SECOND, value, quality) for step in range(times)]
        self.take(GAUGE, batch)

    @rule(value=st.sampled_from([0.0, 1.0]), test=st.booleans())
    def smoke(self, value: float, test: bool) -> None:
        self.take(SMOKE, [Reading(SMOKE, self.now, value, Quality.GOOD, test)])

    def take(self, point: str, batch: list[Reading]) -> None:
        self.now = batch[-1].at
        self.room.take(batch, self.now)
        self.now += SECOND
        self.just_read.add(point)

    @rule(span=st.sampled_from([SECOND, MINUTE, 11 * MINUTE, HOUR]))
    def time_passes(self, span: int) -> None:
        self.now += span
        self.room.tick(self.now)
        with self.room.records.begin() as unit:
            report_tests(unit, self.room.readings, self.now)

    @rule()
    def restart(self) -> None:
        self.room.restart(self.now)

    @rule(
        action=st.sampled_from(list(AlertAction)),
        pick=st.integers(0, 5),
        span=st.sampled_from([MINUTE, HOUR, 9 * HOUR]),
    )
    def act(self, action: AlertAction, pick: int, span: int) -> None:
        alerts = self.room.alerts()
        if not alerts:
            return
        alert = alerts[-1 - pick % len(alerts)]
        wish = Wish(action=action, who="officer", at=self.now, reason="seen it", until=self.now + min(span, HOUR))
        with self.room.records.begin() as unit:
            after, possible = alert, True
            try:
                after = take_action(alert, wish, BOOK.rules[alert.rule].shelve_max)
            except NotAllowed:
                possible = False
            assert possible is (action in alert_actions(alert))
            if not possible:
                return
            after = unit.alerts.update(after)
            unit.facts.append(
                Fact(
                    at=self.now, noun="alert", subject=str(alert.id), what=action.value,
                    before=alert.state, after=after.state, who="officer",
                )
            )  # fmt: skip

    @rule(extent=st.sampled_from(["point", "zone"]), second=st.booleans(), wait=st.sampled_from([0, MINUTE]))
    def plan_window(self, extent: str, second: bool, wait: int) -> None:
        plan = Maintenance(
            extent=Extent(extent),
            scope={"point": SMOKE, "zone": "room"}[extent],
            since=self.now + wait,
            until=self.now + wait + 20 * MINUTE,
            who="li",
            why="overhaul",
            second="wang" if second else "",
            created=self.now,
        )
        with self.room.records.begin() as unit:
            unit.maintenance.add(plan)

    @rule(number=st.integers(1, 3))
    def end_window(self, number: int) -> None:
        with self.room.records.begin() as unit:
            try:
                unit.maintenance.update(end_window(unit.maintenance.get(number), "li", self.now))
            except (NotAllowed, NotFound):
                return

    @rule()
    def start_test(self) -> None:
        mode = TestMode(
            extent=Extent.ZONE, scope="room", since=self.now, until=self.now + 30 * MINUTE,
            who="li", why="monthly", expected=(SMOKE,),
        )  # fmt: skip
        with self.room.records.begin() as unit:
            unit.test_modes.add(mode)

    @rule(number=st.integers(1, 3))
    def end_test(self, number: int) -> None:
        with self.room.records.begin() as unit:
            try:
                unit.test_modes.update(end_test(unit.test_modes.get(number), "li", self.now))
            except (NotAllowed, NotFound):
                return

    # What must hold

    @invariant()
    def one_open_alert_for_each_rule_and_point(self) -> None:
        keys = [(alert.rule, alert.point) for alert in self.room.alerts() if alert.open]
        assert len(keys) == len(set(keys))

    @invariant()
    def silence_never_clears(self) -> None:
        """An alert of a limit or a state only returns in a step in which its point was read."""
        for alert in self.room.alerts():
            before = self.known.get(alert.id)
            was_on = before is not None and before.condition is not Condition.NORMAL
            if was_on and alert.condition is Condition.NORMAL:
                assert alert.point in self.just_read, alert
        self.just_read = set()

    @invariant()
    def every_transition_has_its_fact_and_the_facts_their_order(self) -> None:
        with self.room.records.read() as unit:
            assert unit.facts.verify() is None
        facts = self.room.facts()
        for alert in self.room.alerts():
            about = [fact for fact in facts if fact.noun == "alert" and fact.subject == str(alert.id)]
            assert about[0].what == "raised"
            assert about[-1].after == alert.state, (about, alert)
        self.known = {alert.id: alert for alert in self.room.alerts()}

    @invariant()
    def life_safety_is_never_shelved(self) -> None:
        assert all(alert.shelved_until is None for alert in self.room.alerts() if alert.life_safety)
        assert not [f for f in self.room.facts() if f.what in ("shelve", "shelved") and self.is_life(f)]

    def is_life(self, fact: Fact) -> bool:
        return self.known[int(fact.subject)].life_safety

    @invariant()
    def life_safety_is_set_aside_by_two_people_or_a_test_only(self) -> None:
        with self.room.records.read() as unit:
            windows = unit.maintenance.find(limit=500).rows
            tests = unit.test_modes.find(limit=500).rows
        for alert in self.room.alerts():
            if alert.life_safety and alert.out_of_service:
                assert any(window.second for window in windows)
            if alert.test:
                assert any(mode.since <= alert.raised < mode.until for mode in tests)

    @invariant()
    def whatever_counts_has_its_work_order(self) -> None:
        for alert in self.room.alerts():
            wants = BOOK.rules[alert.rule].response.work_order
            before = self.known.get(alert.id)
            stood = before is not None and before.announces
            if wants and stood and alert.announces and alert.condition is not Condition.NORMAL:
                assert alert.work_order is not None, alert

    @precondition(lambda self: self.now > T0)
    @invariant()
    def nothing_stays_shelved_beyond_its_time(self) -> None:
        self.room.tick(self.now)
        assert all(a.shelved_until is None or a.shelved_until > self.now for a in self.room.alerts() if a.open)


WholeLife.TestCase.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestWholeLife = WholeLife.TestCase

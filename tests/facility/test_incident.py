"""An incident's steps go by one table, and everything is timed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.alert import NotAllowed, Severity
from facility.alert_life import FieldRefused
from facility.incident import (
    APART,
    ARMED_FOR,
    Act,
    Incident,
    State,
    advance,
    begin,
    due,
    end,
    newly_late,
    next_step,
    owed,
    owed_since,
    rows_for,
)
from facility.incident_step import TABLE, Deed, Kind, Step, StepState
from facility.instant import MINUTE, SECOND
from facility.playbook import Choice, Command, Evidence, Playbook, Script, Twice
from facility.text import Text
from facility.work_order import MissingField

NOTHING = Text("", "")


def script(id: str, **changes: object) -> Script:
    made = Script(id=id, title=Text(id, id), how=NOTHING, who=Text("人", "somebody"))
    return replace(made, **changes)  # type: ignore[arg-type]


SIREN = Command(assets=("siren",), quantity="switch", state="on", send="on", within=30 * SECOND)
CHOICES = (
    Choice(id="small", title=NOTHING),
    Choice(id="large", title=NOTHING, also_after=("small",)),
    Choice(id="false", title=NOTHING, false_alarm=True),
)
STEPS = {
    Kind.CHOICE: script("confirm", choices=CHOICES, within=3 * MINUTE),
    Kind.PLAIN: script("call", within=MINUTE),
    Kind.COMMAND: script("siren", command=SIREN),
}
BOOK = Playbook(
    id="fire", title=NOTHING, about=NOTHING, severity=Severity.CRITICAL, clause="", steps=tuple(STEPS.values())
)


def fresh(*scripts: Script) -> Incident:
    book = replace(BOOK, steps=scripts) if scripts else BOOK
    return begin(book, place="t1", zone="t1", at=1000, event_at=0, who="system:incidents")


def act(deed: Deed, step: str, at: int = MINUTE, who: str = "li", **more: str) -> Act:
    return Act(deed=deed, step=step, who=who, at=at, **more)  # type: ignore[arg-type]


def with_state(kind: Kind, state: StepState) -> Incident:
    """An incident whose step of that kind stands there."""
    incident = fresh()
    choice = "small" if kind is Kind.CHOICE and state is StepState.DONE else ""
    steps = [
        replace(step, state=state, choice=choice, armed=MINUTE - APART, armed_by="li") if step.kind is kind else step
        for step in incident.steps
    ]
    return replace(incident, steps=tuple(steps))


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("state", StepState)
@pytest.mark.parametrize("kind", Kind)
def test_every_deed_in_every_state_goes_as_the_table_says_or_is_refused(
    kind: Kind, state: StepState, deed: Deed
) -> None:
    incident = with_state(kind, state)
    wish = act(deed, STEPS[kind].id, choice="large", reason="because", value="1")
    row = next((r for r in TABLE if kind in r.kinds and state in r.sources and r.deed is deed), None)
    if row is None:
        with pytest.raises(NotAllowed) as refused:
            advance(incident, wish)
        assert refused.value.allowed == [r.deed.value for r in rows_for(incident, incident.step(STEPS[kind].id))]
    else:
        after = advance(incident, wish).step(STEPS[kind].id)
        assert after.state is row.target
        assert after.who == "li" or deed is Deed.REOPEN
        assert after.at == MINUTE


def test_a_row_s_needs_are_needed() -> None:
    for row in TABLE:
        for kind in row.kinds:
            for state in row.sources:
                for field in row.needs:
                    with pytest.raises(MissingField, match=field):
                        advance(with_state(kind, state), act(row.deed, STEPS[kind].id))


def test_each_kind_of_step_can_reach_its_end() -> None:
    for kind in Kind:
        reached, before = {StepState.OPEN}, set[StepState]()
        while reached != before:
            before = set(reached)
            reached |= {row.target for row in TABLE if kind in row.kinds and row.sources & reached}
        assert {StepState.DONE, StepState.SKIPPED} <= reached


def test_what_acts_asks_twice_apart_and_not_after_it_lapsed() -> None:
    armed = advance(fresh(), act(Deed.ARM, "siren", at=MINUTE))
    for at in (MINUTE, MINUTE + APART - 1, MINUTE + ARMED_FOR + 1):
        with pytest.raises(NotAllowed):
            advance(armed, act(Deed.FIRE, "siren", at=at))
    for at in (MINUTE + APART, MINUTE + ARMED_FOR):
        assert advance(armed, act(Deed.FIRE, "siren", at=at)).step("siren").state is StepState.SENT


@pytest.mark.parametrize("state", [state for state in StepState if state is not StepState.ARMED])
def test_nothing_is_sent_without_a_first_confirmation(state: StepState) -> None:
    with pytest.raises(NotAllowed):
        advance(with_state(Kind.COMMAND, state), act(Deed.FIRE, "siren"))


def test_two_people_are_two_people() -> None:
    valve = script("valve", command=replace(SIREN, twice=Twice.PEOPLE))
    armed = advance(fresh(valve), act(Deed.ARM, "valve", who="li"))
    with pytest.raises(NotAllowed, match="another person"):
        advance(armed, act(Deed.FIRE, "valve", at=2 * MINUTE, who="li"))
    assert advance(armed, act(Deed.FIRE, "valve", at=MINUTE, who="wang")).step("valve").sent == MINUTE


def test_a_false_alarm_ends_it_with_its_cause_and_time() -> None:
    with pytest.raises(MissingField, match="reason"):
        advance(fresh(), act(Deed.CHOOSE, "confirm", choice="false"))
    over = advance(fresh(), act(Deed.CHOOSE, "confirm", choice="false", reason="油烟"))
    assert (over.state, over.ended, over.ended_by, over.ended_why) == (State.FALSE, MINUTE, "li", "油烟")
    assert owed(over) == []
    with pytest.raises(NotAllowed):
        advance(over, act(Deed.BEGIN, "call"))


def test_a_second_answer_must_be_one_it_can_turn_into_and_the_first_time_stays() -> None:
    small = advance(fresh(), act(Deed.CHOOSE, "confirm", choice="small"))
    with pytest.raises(FieldRefused, match="large"):
        advance(small, act(Deed.CHOOSE, "confirm", choice="false", reason="x"))
    large = advance(small, act(Deed.CHOOSE, "confirm", at=5 * MINUTE, choice="large"))
    step = large.step("confirm")
    assert (step.answered, step.done, step.choice) == (MINUTE, 5 * MINUTE, "large")
    with pytest.raises(NotAllowed):
        advance(large, act(Deed.CHOOSE, "confirm", choice="small"))


def test_a_branch_is_owed_from_its_answer_and_only_then() -> None:
    branch = script("evacuate", when=("confirm=large",), within=MINUTE)
    incident = fresh(STEPS[Kind.CHOICE], branch)
    assert owed_since(incident, incident.step("evacuate")) is None
    with pytest.raises(NotAllowed, match="not-owed"):
        advance(incident, act(Deed.DO, "evacuate"))
    large = advance(incident, act(Deed.CHOOSE, "confirm", at=2 * MINUTE, choice="large"))
    assert due(large, large.step("evacuate")) == 3 * MINUTE
    assert [step.script.id for step in owed(large)] == ["evacuate"]


def test_confirming_is_the_next_step_whatever_stands_before_it() -> None:
    incident = fresh(STEPS[Kind.PLAIN], STEPS[Kind.CHOICE])
    following = next_step(incident)
    assert following is not None
    assert following.script.id == "confirm"


def test_a_step_is_late_once_and_from_its_own_time() -> None:
    incident = fresh()
    assert newly_late(incident, MINUTE) == []
    assert [step.script.id for step in newly_late(incident, MINUTE + 1)] == ["call"]
    said = replace(incident, steps=tuple(replace(step, late=True) for step in incident.steps))
    assert newly_late(said, 9 * MINUTE) == []


@pytest.mark.parametrize(
    ("evidence", "value", "right"),
    [
        (Evidence.NUMBER, "0.5", True),
        (Evidence.NUMBER, "nan", False),
        (Evidence.NUMBER, "half", False),
        (Evidence.TIME, str(MINUTE), True),
        (Evidence.TIME, str(MINUTE + 1), False),
        (Evidence.TIME, "yesterday", False),
        (Evidence.TEXT, "锁好了", True),
    ],
)
def test_evidence_is_what_it_says(evidence: Evidence, value: str, right: bool) -> None:
    incident = fresh(script("call", evidence=evidence))
    with pytest.raises(MissingField, match="value"):
        advance(incident, act(Deed.DO, "call"))
    if right:
        assert advance(incident, act(Deed.DO, "call", value=value)).step("call").value == value
    else:
        with pytest.raises(FieldRefused):
            advance(incident, act(Deed.DO, "call", value=value))


def test_what_must_be_done_is_never_left_out() -> None:
    incident = fresh(script("119", must=True))
    with pytest.raises(NotAllowed):
        advance(incident, act(Deed.SKIP, "119", reason="no"))


def test_ending_with_something_owed_needs_a_reason() -> None:
    with pytest.raises(MissingField):
        end(fresh(), "li", MINUTE, " ")
    over = end(fresh(), "li", MINUTE, "handed to the fire brigade")
    assert (over.state, over.ended_why) == (State.OVER, "handed to the fire brigade")
    with pytest.raises(NotAllowed):
        end(over, "li", MINUTE, "again")


ACTS = st.lists(
    st.tuples(
        st.sampled_from(list(Deed)),
        st.sampled_from([script.id for script in STEPS.values()]),
        st.sampled_from(["li", "wang"]),
        st.integers(0, 4 * MINUTE),
        st.sampled_from(["", "small", "large", "false"]),
        st.sampled_from(["", "because"]),
    ),
    max_size=14,
)


@given(ACTS)
def test_whatever_people_do_times_never_run_backwards_and_nothing_done_is_owed(
    wishes: list[tuple[Deed, str, str, int, str, str]],
) -> None:
    incident, now = fresh(), 1000
    for deed, step, who, pause, choice, reason in wishes:
        now += pause
        before = incident
        try:
            incident = advance(incident, act(deed, step, at=now, who=who, choice=choice, reason=reason))
        except (NotAllowed, MissingField, FieldRefused):
            assert incident is before
        for one in incident.steps:
            _held(incident, one, now)
    assert incident.open or incident.ended is not None


def _held(incident: Incident, step: Step, now: int) -> None:
    times = [t for t in (step.begun, step.answered, step.done, step.armed, step.sent) if t is not None]
    assert all(1000 <= t <= now for t in times)
    assert (step.state is StepState.DONE) == (step.done is not None) or step.kind is Kind.COMMAND
    if step.state is StepState.SENT:
        assert step.armed is not None
        assert step.sent is not None
        assert APART <= step.sent - step.armed <= ARMED_FOR
    assert step not in owed(incident) or not step.over

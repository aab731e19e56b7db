from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from facility.alert import Condition
from facility.person import Role
from facility.work_order import Action
from response.orders import DONE
from tests.api.seed import GAUGE, NOW, House

Headers = Callable[[Role], dict[str, str]]
ORDERS = "/api/v1/work-orders"


@pytest.fixture
def leak(home: House) -> int:
    """The number of the work order of a leak."""
    return home.raise_alert("pump-pressure-band", GAUGE, value=0.48).work_order or 0


class Crew:
    """People who press buttons on one order."""

    def __init__(self, client: TestClient, program: Headers, number: int) -> None:
        self._client, self._program, self._number = client, program, number

    def take(self, role: Role, action: str, **wish: object) -> tuple[int, dict[str, object]]:
        answer = self._client.post(f"{ORDERS}/{self._number}/{action}", json=wish, headers=self._program(role))
        return answer.status_code, answer.json()

    def status(self, role: Role, action: str, **wish: object) -> int:
        return self.take(role, action, **wish)[0]


@pytest.fixture
def crew(client: TestClient, program: Headers, leak: int) -> Crew:
    return Crew(client, program, leak)


def returned_to_normal(home: House) -> None:
    with home.records.begin() as unit:
        unit.alerts.update(replace(unit.alerts.get(1), condition=Condition.NORMAL, ended=NOW))


def test_an_order_carries_clause_limit_value_rule_and_clocks(client: TestClient, program: Headers, leak: int) -> None:
    row = client.get(f"{ORDERS}/{leak}", headers=program(Role.INSPECTOR)).json()
    assert (row["kind"], row["clause"], row["value"], row["unit"]) == ("water-supply", "EQ-4", 0.48, "MPa")
    assert row["rule"] == "pump-pressure-band"
    assert len(row["rule_version"]) == 64
    assert row["clocks"][0]["started"] == row["event_at"]
    assert {step["action"] for step in row["steps"]} == {"dispatch", "accept", "cancel", "duplicate", "comment"}


def test_from_new_to_closed_by_the_table(home: House, crew: Crew) -> None:
    assert crew.status(Role.OFFICER, "dispatch", assignee="engineer") == 200
    for action in ("accept", "arrive", "start"):
        assert crew.status(Role.ENGINEER, action, reason="No code hangs there.") == 200
    assert crew.status(Role.ENGINEER, "finish", reason="Seal replaced.") == 200
    returned_to_normal(home)
    assert crew.status(Role.ENGINEER, "verify") == 409
    status, order = crew.take(Role.OFFICER, "verify")
    assert (status, order["state"]) == (200, "closed")
    with home.records.read() as unit:
        whats = [fact.what for fact in unit.facts.of("work-order", "1")]
    assert whats == ["opened", "dispatched", "accepted", "arrived", "started", "finished", "verified"]


def test_a_step_that_the_table_lacks_is_refused_with_what_is_allowed(crew: Crew) -> None:
    status, problem = crew.take(Role.ENGINEER, "arrive")
    assert status == 409
    assert problem["allowed"] == ["dispatch", "accept", "cancel", "duplicate", "comment"]
    assert problem["state"] == "new"


def test_the_second_to_accept_is_told_who_was_first(crew: Crew) -> None:
    assert crew.status(Role.ENGINEER, "accept") == 200
    status, problem = crew.take(Role.ADMIN, "accept")
    last = problem["last"]
    assert status == 409
    assert isinstance(last, dict)
    assert last["what"] == "accepted"


@pytest.mark.parametrize(
    ("role", "action", "status"),
    [
        (Role.ENGINEER, "dispatch", 403),
        (Role.ENGINEER, "cancel", 403),
        (Role.GUARD, "accept", 403),
        (Role.GUARD, "arrive", 403),
        (Role.INSPECTOR, "comment", 403),
        (Role.OFFICER, "accept", 200),
        (Role.ADMIN, "accept", 200),
        (Role.ENGINEER, "nonsense", 422),
    ],
)
def test_each_step_asks_for_its_own_right(crew: Crew, role: Role, action: str, status: int) -> None:
    assert crew.status(role, action, assignee="engineer", reason="because") == status


@pytest.mark.parametrize(("action", "field"), [("dispatch", "assignee"), ("cancel", "reason"), ("duplicate", "other")])
def test_what_a_step_needs_is_named(crew: Crew, action: str, field: str) -> None:
    status, problem = crew.take(Role.OFFICER, action)
    assert status == 422
    assert problem["errors"] == [{"field": field, "wrong": "missing", "allowed": f"{action} needs it"}]


def test_while_the_point_is_not_normal_another_person_verifies_with_a_reason(crew: Crew) -> None:
    for action in ("accept", "arrive", "start"):
        crew.take(Role.ENGINEER, action, reason="No code hangs there.")
    crew.take(Role.ENGINEER, "finish", reason="done")
    assert crew.status(Role.ENGINEER, "verify", reason="trust me") == 409
    assert crew.status(Role.OFFICER, "verify") == 422
    assert crew.status(Role.OFFICER, "verify", reason="Gauge replaced tomorrow.") == 200


def test_an_order_is_no_duplicate_of_itself_or_of_nothing(crew: Crew, home: House) -> None:
    assert crew.status(Role.OFFICER, "duplicate", other=1) == 422
    assert crew.status(Role.OFFICER, "duplicate", other=99) == 404
    home.raise_alert("insulation-minimum", first_box(home), value=0.4)
    status, order = crew.take(Role.OFFICER, "duplicate", other=2)
    assert (status, order["state"], order["duplicate_of"]) == (200, "duplicate-of", 2)


def first_box(home: House) -> str:
    return next(p.id for p in home.register().points.values() if p.quantity == "insulation_resistance")


def test_a_comment_changes_nothing_but_the_timeline(crew: Crew, home: House) -> None:
    with home.records.read() as unit:
        before = unit.work_orders.get(1)
    assert crew.status(Role.ENGINEER, "comment", reason="On my way.") == 200
    with home.records.read() as unit:
        assert unit.work_orders.get(1) == before
        assert unit.facts.of("work-order", "1")[-1].why == "On my way."


def test_every_action_of_the_table_has_a_fact_s_word() -> None:
    from api.web.words import HAPPENED, ORDER_ACTIONS

    assert set(DONE) == set(Action)
    assert set(DONE.values()) <= set(HAPPENED)
    assert set(ORDER_ACTIONS) == {action.value for action in Action}


def test_orders_are_found_by_state_assignee_and_zone(crew: Crew, client: TestClient, program: Headers) -> None:
    crew.take(Role.OFFICER, "dispatch", assignee="engineer")

    def found(query: str) -> list[int]:
        return [row["id"] for row in client.get(f"{ORDERS}?{query}", headers=program(Role.GUARD)).json()["rows"]]

    assert found("state=dispatched&assignee=engineer") == [1]
    assert found("state=new") == []
    assert found("zone=garage&open=true") == [1]
    assert found("zone=t2") == []
    assert found("alert=1") == [1]

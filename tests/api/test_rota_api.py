"""The rota for programs."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from facility.person import Role
from tests.api.seed import NOW, House
from tests.api.test_rota_pages import NOON, WANG, on_duty, riverside, staffed

__all__ = ["riverside", "staffed"]
Program = Callable[[Role], dict[str, str]]
TOMORROW = {"start": "2026-11-25T00:00:00+08:00", "end": "2026-11-26T00:00:00+08:00"}


def get(client: TestClient, path: str, headers: dict[str, str], **parameters: Any) -> Any:
    answer = client.get(f"/api/v1/rota/{path}", headers=headers, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_who_is_on_duty_now_and_next(staffed: House, client: TestClient, program: Program) -> None:
    told = get(client, "on-duty", program(Role.OFFICER), team="engineering")
    assert [person["id"] for person in told["people"]] == ["qian", "he"]
    assert [person["id"] for person in told["next"]] == ["he"]
    assert told["next_at"] == "2026-11-24T10:00:00.000Z"


def test_a_skill_narrows_it(staffed: House, client: TestClient, program: Program) -> None:
    told = get(client, "on-duty", program(Role.OFFICER), skill="lift-rescue")
    assert [person["id"] for person in told["people"]] == ["he", "lift-night"]


def test_who_was_on_duty_is_answered_as_known_then(staffed: House, client: TestClient, program: Program) -> None:
    then = {"at": "2026-11-20T03:10:00+08:00"}
    assert get(client, "on-duty", program(Role.OFFICER), known_then=True, **then)["people"] == []
    assert get(client, "on-duty", program(Role.OFFICER), **then)["people"] != []


def test_private_numbers_are_for_those_who_may_act(staffed: House, client: TestClient, program: Program) -> None:
    numbers = {
        role: {person["phone"] for person in get(client, "people", program(role), team="engineering")}
        for role in (Role.GUARD, Role.INSPECTOR)
    }
    assert numbers[Role.INSPECTOR] == {""}
    assert len(numbers[Role.GUARD]) == 6
    (desk, *_) = get(client, "teams", program(Role.INSPECTOR))
    assert (desk["phone"], desk["name"]["en"]) == ("+86 755 0000 0100", "Duty room")


def test_shifts_and_gaps_between_two_times(staffed: House, client: TestClient, program: Program) -> None:
    headers = program(Role.OFFICER)
    assert WANG in [duty["key"] for duty in get(client, "duties", headers, person="wang", **TOMORROW)]
    assert get(client, "gaps", headers, **TOMORROW) == []
    client.post("/api/v1/rota/cancel", headers=headers, json={"duty": WANG, "why": "sick"})
    (gap, *_) = get(client, "gaps", headers, **TOMORROW)
    assert (gap["team"], gap["cause"], gap["said"]["en"]) == ("engineering", "nobody", "Engineers: nobody on duty")


@pytest.mark.parametrize(
    "wrong", [{"start": TOMORROW["end"], "end": TOMORROW["start"]}, {**TOMORROW, "end": "2036-01-01T00:00:00Z"}]
)
def test_a_span_that_makes_no_sense_is_refused(
    staffed: House, client: TestClient, program: Program, wrong: dict[str, str]
) -> None:
    for path in ("duties", "gaps"):
        assert client.get(f"/api/v1/rota/{path}", headers=program(Role.OFFICER), params=wrong).status_code == 422


def test_a_shift_that_is_sent_twice_is_added_once_and_can_be_undone(
    staffed: House, client: TestClient, program: Program
) -> None:
    headers = program(Role.OFFICER) | {"idempotency-key": "a"}
    body = {"person": "he", "team": "engineering", "day": "2026-11-25", "kind": "day", "why": "stands in"}
    answers = [client.post("/api/v1/rota/shifts", headers=headers, json=body) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, {"version": 2})] * 2
    assert on_duty(staffed, NOON) == ["wang", "he"]
    undone = client.post("/api/v1/rota/undo", headers=program(Role.OFFICER), json={"version": 2})
    assert undone.json() == {"version": 3}
    assert on_duty(staffed, NOON) == ["wang"]


def test_an_officer_takes_back_no_import(staffed: House, client: TestClient, program: Program) -> None:
    answer = client.post("/api/v1/rota/undo", headers=program(Role.OFFICER), json={"version": 1})
    assert (answer.status_code, answer.json()["right"]) == (403, "manage-rota")


def test_leave_and_swaps_are_asked_for_and_answered(staffed: House, client: TestClient, program: Program) -> None:
    manager = program(Role.ADMIN)
    wish = {"person": "wang", "since": NOW, "until": NOON, "why": "ill"}
    asked = client.post("/api/v1/rota/leave", headers=manager, json=wish)
    assert (asked.status_code, asked.json()) == (201, {"id": "1", "state": "asked"})
    answer = client.post("/api/v1/rota/leave/1/approve", headers=manager, json={})
    assert answer.json() == {"id": "1", "state": "approved"}
    again = client.post("/api/v1/rota/leave/1/approve", headers=manager, json={})
    assert (again.status_code, again.json()["allowed"]) == (409, ["withdraw"])
    swap = client.post(
        "/api/v1/rota/swaps", headers=manager, json={"duty": "sun/engineering/2026-11-27/day", "other": "deng"}
    )
    assert swap.status_code == 201, swap.text
    refused = client.post("/api/v1/rota/swaps/1/refuse", headers=manager, json={"why": "no"})
    assert refused.json() == {"id": "1", "state": "refused"}


def test_nobody_asks_in_the_name_of_somebody_else(staffed: House, client: TestClient, program: Program) -> None:
    wish = {"person": "wang", "since": NOW, "until": NOON, "why": "ill"}
    assert client.post("/api/v1/rota/leave", headers=program(Role.ENGINEER), json=wish).status_code == 403

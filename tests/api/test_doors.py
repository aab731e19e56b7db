"""Doors and permissions for programs and people: figures, pseudonyms, and no name where none may stand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from dutyroom.permission_files import Importing, import_permissions
from facility.door_finding import DoorFinding, DoorRule
from facility.instant import HOUR, MINUTE
from facility.permission_files.door_list import read_mapping
from facility.person import Role
from facility.pseudonym import pseudonym
from facility.reading import Passage, Reading
from tests.api.seed import NOW, House

Headers = Callable[[Role], dict[str, str]]
SITE = Path(__file__).parents[2] / "examples" / "riverside"
hide = partial(pseudonym, b"test")
CARD = hide("card", "0E11F7A1")
DOOR = "substation-door"
NAMES = ("孔工", "严立", "戚伟")


@pytest.fixture
def house(home: House) -> House:
    """Riverside with its permissions, and somebody at the substation's door this morning."""
    how = Importing(hide=partial(hide, "card"), who="system:test", at=NOW - HOUR)
    assert not import_permissions(home.context.records, SITE / "permissions", how).errors
    mapping = read_mapping((SITE / "door-list.toml").read_text("utf-8"))
    made = replace(home, context=replace(home.context, hide=hide, door_list=lambda: mapping))
    granted = Passage(
        point=f"{DOOR}.entry",
        at=NOW - 10 * MINUTE,
        event="granted",
        credential=CARD,
        direction="in",
        received=NOW - 9 * MINUTE,
    )
    denied = replace(granted, at=NOW - 20 * MINUTE, event="denied", received=NOW - 19 * MINUTE)
    forced = replace(granted, at=NOW - 5 * MINUTE, event="duress", received=NOW - 4 * MINUTE)
    made.context.readings.append([Reading(f"{DOOR}.state", NOW - 9 * MINUTE, 0.0)], [granted, denied, forced])
    plain = DoorFinding(
        key="1",
        rule=DoorRule.NOT_PERMITTED,
        door=DOOR,
        point=f"{DOOR}.entry",
        zone="substation",
        at=NOW - 10 * MINUTE,
        credential=CARD,
        holder="lift-01",
        reason="no-permission",
        permissions=1,
        found=NOW - 9 * MINUTE,
    )
    with home.context.records.begin() as unit:
        unit.door_findings.add(plain)
        unit.door_findings.add(replace(plain, key="2", rule=DoorRule.DURESS, reason="", at=NOW - 5 * MINUTE))
    return made


@pytest.fixture
def api(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.context), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


def test_a_door_says_how_it_stands_and_who_came_last_by_pseudonym(api: TestClient, program: Headers) -> None:
    rows = api.get("/api/v1/doors", headers=program(Role.GUARD)).json()["rows"]
    assert len(rows) >= 15
    (door,) = [row for row in rows if row["asset"] == DOOR]
    assert (door["access"], door["granted"], door["denied"]) == ("high-risk", 2, 1)
    assert (door["last"]["credential"], door["last"]["event"]) == (CARD, "granted")
    assert door["state"] == "closed"


def test_a_duress_card_looks_like_any_other_to_those_who_may_not_know(api: TestClient, program: Headers) -> None:
    for role, rules in ((Role.GUARD, ["not-permitted"]), (Role.OFFICER, ["duress", "not-permitted"])):
        headers = program(role)
        found = api.get(f"/api/v1/doors/findings?door={DOOR}", headers=headers).json()["rows"]
        assert [row["rule"] for row in found] == rules
        rows = api.get("/api/v1/doors", headers=headers).json()["rows"]
        assert next(row for row in rows if row["asset"] == DOOR)["findings"] == len(rules)
        passages = api.get(f"/api/v1/doors/{DOOR}/passages", headers=headers).json()["rows"]
        assert {row["event"] for row in passages} == {"granted", "denied"}


def test_passages_are_filtered_by_event_card_and_time(api: TestClient, program: Headers) -> None:
    def many(query: str) -> int:
        answer = api.get(f"/api/v1/doors/{DOOR}/passages?{query}", headers=program(Role.GUARD))
        return len(answer.json()["rows"])

    assert [many("event=denied"), many("event=granted"), many(f"credential={CARD}"), many("credential=x")] == [
        1,
        2,
        3,
        0,
    ]
    assert many(f"from={NOW - 11 * MINUTE}&to={NOW - 9 * MINUTE}") == 1


def test_a_door_that_is_not_there_is_not_found(api: TestClient, program: Headers) -> None:
    assert api.get("/api/v1/doors/t1-pump-1/passages", headers=program(Role.GUARD)).status_code == 404


def test_no_answer_names_anybody(api: TestClient, program: Headers) -> None:
    headers = program(Role.ADMIN)
    api.post("/api/v1/permissions/comparison", content=(SITE / "door-list.csv").read_bytes(), headers=headers)
    for address in ("doors", "doors/findings", f"doors/{DOOR}/passages", "permissions", "permissions/comparison"):
        text = api.get(f"/api/v1/{address}", headers=headers).text
        assert not any(name in text for name in NAMES), address


def test_a_list_is_compared_once_it_can_be_read(api: TestClient, program: Headers) -> None:
    headers = program(Role.ADMIN) | {"content-type": "text/csv"}
    assert api.get("/api/v1/permissions/comparison", headers=headers).status_code == 404
    refused = api.post("/api/v1/permissions/comparison", content=b"a,b\n1,2\n", headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "row 1, 卡号")
    answer = api.post("/api/v1/permissions/comparison", content=(SITE / "door-list.csv").read_bytes(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["figures"]["more"] == 1
    again = api.get("/api/v1/permissions/comparison", headers=headers).json()
    assert again["who"].startswith("token/")
    assert [row["kind"] for row in again["differences"]] == ["dead", "more", "unknown", "less", "twice"]
    assert all(row["to_do"]["zh"] for row in again["differences"])


@pytest.mark.parametrize("role", [Role.GUARD, Role.ENGINEER, Role.OFFICER, Role.INSPECTOR])
def test_only_who_decides_about_permissions_may_change_or_compare(
    api: TestClient, program: Headers, role: Role
) -> None:
    headers = program(role)
    for address, body in (
        ("permissions/night-crew/review", {"decision": "confirm"}),
        ("permissions/review/finish", {}),
        (f"permissions/credentials/{CARD}/state", {"state": "lost", "why": "x"}),
    ):
        assert api.post(f"/api/v1/{address}", json=body, headers=headers).status_code == 403
    assert api.post("/api/v1/permissions/comparison", content=b"", headers=headers).status_code == 403


def test_a_review_goes_on_one_by_one_and_a_phone_may_send_twice(api: TestClient, program: Headers) -> None:
    headers = program(Role.ADMIN)
    wish = {"decision": "shorten", "until": "2026-12-31", "why": "the contract ends"}
    refused = api.post("/api/v1/permissions/night-crew/review", json=wish | {"why": ""}, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "why")
    first = api.post("/api/v1/permissions/night-crew/review", json=wish, headers=headers | {"Idempotency-Key": "k"})
    again = api.post("/api/v1/permissions/night-crew/review", json=wish, headers=headers | {"Idempotency-Key": "k"})
    assert (first.status_code, first.json()) == (200, again.json())
    rows = api.get("/api/v1/permissions", headers=headers).json()["rows"]
    assert {row["id"]: row["until"] for row in rows}["night-crew"] == "2026-12-31"
    finished = api.post("/api/v1/permissions/review/finish", json={}, headers=headers).json()
    assert finished["figures"]["permissions"] == 5


def test_a_lost_card_is_lost_from_now_on(api: TestClient, house: House, program: Headers) -> None:
    address = f"/api/v1/permissions/credentials/{CARD}/state"
    headers = program(Role.ADMIN)
    assert api.post(address, json={"state": "lost"}, headers=headers).status_code == 422
    assert api.post(address, json={"state": "lost", "why": "left in a taxi"}, headers=headers).status_code == 200
    with house.context.records.read() as unit:
        assert unit.permissions.load(NOW - MINUTE).credentials[CARD].state.value == "active"
        assert unit.permissions.load().credentials[CARD].state.value == "lost"

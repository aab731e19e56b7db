"""Tests and maintenance windows as programs and people start, see and end them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from facility.instant import HOUR, MINUTE, iso
from facility.person import Role
from rules.attend import attend
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, House, first

Program = Callable[[Role], dict[str, str]]
TEST = {"extent": "zone", "scope": "t1", "minutes": 60, "why": "monthly test"}
WINDOW = {"extent": "asset", "scope": "t1-pump-1", "until": iso(NOW + HOUR), "why": "overhaul"}


def test_a_test_begins_now_with_the_life_safety_points_of_its_scope(
    home: House, client: TestClient, program: Program
) -> None:
    answer = client.post("/api/v1/test-modes", json=TEST, headers=program(Role.ENGINEER))
    body = answer.json()
    assert (answer.status_code, body["in_force"], body["until"]) == (201, True, iso(NOW + HOUR))
    assert first(home, "smoke") in body["expected"]
    register = home.register()
    assert {register.points[id].quantity for id in body["expected"]} <= {"smoke", "manual_call_point", "lift_trapped"}
    [fact] = [fact for fact in facts(home, "test-mode") if fact.what == "begun"]
    assert (fact.why, fact.data["expected"]) == ("monthly test", body["expected"])


def in_english(browser: Browser, page: str) -> str:
    return browser.client.get(page, headers={"accept-language": "en"}).text


def facts(home: House, noun: str) -> list[Any]:
    with home.records.read() as unit:
        return unit.facts.of(noun, "1")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"minutes": 241}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"scope": "t9"}, "scope"),
        ({"why": "  "}, "reason"),
        ({"extent": "planet"}, "extent"),
        ({"expected": ["nowhere.smoke"]}, "expected"),
    ],
)
def test_what_is_wrong_with_a_test_is_named(
    client: TestClient, program: Program, change: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/v1/test-modes", json=TEST | change, headers=program(Role.ENGINEER))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_test_is_ended_once(client: TestClient, program: Program) -> None:
    client.post("/api/v1/test-modes", json=TEST, headers=program(Role.ENGINEER))
    ended = client.post("/api/v1/test-modes/1/end", headers=program(Role.OFFICER))
    assert (ended.status_code, ended.json()["in_force"]) == (200, False)
    again = client.post("/api/v1/test-modes/1/end", headers=program(Role.ENGINEER))
    assert (again.status_code, again.json()["last"]["what"]) == (409, "stopped")


def test_the_same_request_twice_is_one_test(client: TestClient, program: Program) -> None:
    headers = program(Role.ENGINEER) | {"idempotency-key": "phone-1"}
    first_time = client.post("/api/v1/test-modes", json=TEST, headers=headers).json()
    assert client.post("/api/v1/test-modes", json=TEST, headers=headers).json() == first_time
    assert len(client.get("/api/v1/test-modes", headers=headers).json()["rows"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"until": iso(NOW)}, "until"),
        ({"until": iso(NOW + 31 * 24 * HOUR)}, "until"),
        ({"since": iso(NOW - HOUR)}, "until"),
        ({"second": "token/2"}, "second"),
        ({"second": "nobody"}, "second"),
    ],
)
def test_what_is_wrong_with_a_window_is_named(
    client: TestClient, program: Program, change: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/v1/maintenance", json=WINDOW | change, headers=program(Role.ENGINEER))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_disabled_account_does_not_answer_for_anything(home: House, client: TestClient, program: Program) -> None:
    with home.records.begin() as unit:
        unit.people.update(replace(unit.people.get("guard"), disabled=NOW))
    answer = client.post("/api/v1/maintenance", json=WINDOW | {"second": "guard"}, headers=program(Role.ENGINEER))
    assert answer.status_code == 422


def test_a_window_is_planned_begins_and_ends_early(home: House, client: TestClient, program: Program) -> None:
    headers = program(Role.ENGINEER)
    planned = client.post("/api/v1/maintenance", json=WINDOW | {"since": iso(NOW + MINUTE)}, headers=headers).json()
    assert (planned["state"], planned["second"]) == ("planned", "")
    with home.records.begin() as unit:
        attend(unit, unit.registers.load(), NOW + MINUTE, lambda alert: alert)
    assert client.get("/api/v1/maintenance/1", headers=headers).json()["state"] == "in-force"
    home.clock.now = NOW + 2 * MINUTE
    assert client.post("/api/v1/maintenance/1/end", headers=headers).json()["state"] == "ended"
    assert [fact.what for fact in facts(home, "maintenance")] == ["planned", "begun", "stopped"]


def test_a_running_test_stands_on_every_page_with_who_why_and_until(
    lively: House, browser_of: Callable[[str], Browser]
) -> None:
    browser = browser_of("engineer")
    assert browser.send("/test-modes", **{"scope": "zone:t1", "for": str(HOUR), "reason": "每月烟感测试"}) == 303
    for page in ("/", "/alerts", "/rules", "/test-modes/2"):
        told = words(in_english(browser, page))
        assert "Test in progress" in told, page
        assert "王工 Wang · 每月烟感测试 · until" in told, page
    assert browser.send("/test-modes/2/end") == 303
    assert "page nobody</p>" not in in_english(browser, "/")


def test_a_report_shows_what_came_and_what_did_not(lively: House, browser_of: Callable[[str], Browser]) -> None:
    told = words(in_english(browser_of("inspector"), "/test-modes/1"))
    assert "3 / 4 signals came through" in told
    assert "Did not come through 1" in told


def test_a_window_is_planned_in_the_propertys_own_time(home: House, browser_of: Callable[[str], Browser]) -> None:
    browser = browser_of("engineer")
    fields = {"scope": "asset:t1-pump-1", "begins": "2026-11-24T20:00", "for": str(HOUR), "reason": "换表"}
    assert browser.send("/maintenance", **fields) == 303
    with home.records.read() as unit:
        window = unit.maintenance.get(1)
    assert (iso(window.since), window.until - window.since) == ("2026-11-24T12:00:00.000Z", HOUR)
    assert browser.send("/maintenance/1/end") == 303


@pytest.mark.parametrize("scope", ["", "planet:x", "zone:nowhere", "nowhere"])
def test_a_made_up_scope_is_refused(browser_of: Callable[[str], Browser], scope: str) -> None:
    assert browser_of("engineer").send("/test-modes", **{"scope": scope, "for": str(HOUR), "reason": "x"}) == 422


def test_from_an_alert_its_point_is_taken_out_of_service(lively: House, browser_of: Callable[[str], Browser]) -> None:
    browser = browser_of("engineer")
    assert f'href="/maintenance?scope=point:{GAUGE}"' in browser.page("/alerts/2")
    assert f'<option value="point:{GAUGE}" selected>' in browser.page(f"/maintenance?scope=point:{GAUGE}")
    assert browser.send("/maintenance", **{"scope": f"point:{GAUGE}", "for": str(HOUR), "reason": "换表"}) == 303
    assert "/maintenance?scope=" not in browser_of("inspector").page("/alerts/2")


def test_nothing_is_chosen_until_somebody_chooses(lively: House, browser_of: Callable[[str], Browser]) -> None:
    """The whole property is not what a tired person sends by mistake."""
    for page in ("/test-modes", "/maintenance"):
        assert "selected disabled>" in browser_of("engineer").page(page).replace(
            "disabled selected>", "selected disabled>"
        )

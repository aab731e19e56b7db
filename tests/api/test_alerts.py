from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.acting import take_alert, write
from facility.alert import Alert, AlertAction, Condition, NotAllowed, Severity
from facility.alert_life import Wish
from facility.instant import DAY, HOUR
from facility.person import Actor, Role
from storage.records.port import Conflict, Unit
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, House

Headers = Callable[[Role], dict[str, str]]
ALERTS = "/api/v1/alerts"


def acknowledge(unit: Unit, number: int, actor: Actor) -> Alert:
    wish = Wish(action=AlertAction.ACKNOWLEDGE, who=actor.id, at=NOW)
    return take_alert(unit, number, actor, wish, "real")


def numbers(client: TestClient, query: str, headers: dict[str, str]) -> list[int]:
    answer = client.get(f"{ALERTS}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["rows"]]


def test_an_alert_tells_everything_it_was_judged_by(lively: House, client: TestClient, program: Headers) -> None:
    row = client.get(f"{ALERTS}/2", headers=program(Role.INSPECTOR)).json()
    assert row["rule"] == "pump-pressure-band"
    assert (row["clause"], row["severity"], row["unit"], row["value"]) == ("EQ-4", 2, "MPa", 0.48)
    assert row["state"] == "unacknowledged"
    assert row["started"] == "2026-11-23T23:58:00.000Z"
    assert row["limit"]["zh"]
    assert row["actions"] == ["acknowledge", "shelve", "comment"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("severity=1&severity=4", [5, 4]),
        ("state=returned-unacknowledged", [5]),
        ("open=false", []),
        ("zone=garage", [4, 3, 2]),
        ("rule=smoke-alarm", [1]),
        (f"point={GAUGE}", [2]),
        ("asset=t1-pump-1", [2]),
        (f"from={NOW - HOUR}", [3, 2, 1]),
        ("to=2026-11-23T08:00:00%2B08:00", [5]),
        ("severity=2&zone=t1", [1]),
    ],
)
def test_filters_of_different_kinds_must_all_fit(
    lively: House, client: TestClient, program: Headers, query: str, found: list[int]
) -> None:
    assert numbers(client, query, program(Role.GUARD)) == found


def test_pages_follow_one_another_without_gap_or_repeat(lively: House, client: TestClient, program: Headers) -> None:
    headers, seen, cursor = program(Role.GUARD), [], None
    while True:
        query = "limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = client.get(f"{ALERTS}?{query}", headers=headers).json()
        seen += [row["id"] for row in page["rows"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert seen == [5, 4, 3, 2, 1]


def test_acknowledging_says_what_was_found_and_is_a_fact(lively: House, client: TestClient, program: Headers) -> None:
    wish = {"finding": "real", "reason": "Water under pump 2."}
    answer = client.post(f"{ALERTS}/2/acknowledge", json=wish, headers=program(Role.GUARD))
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["actions"]) == ("acknowledged", ["shelve", "comment"])
    fact = client.get(f"{ALERTS}/2/facts", headers=program(Role.GUARD)).json()[-1]
    assert (fact["what"], fact["before"], fact["after"]) == ("acknowledged", "unacknowledged", "acknowledged")
    assert (fact["why"], fact["data"]) == ("Water under pump 2.", {"finding": "real"})
    assert fact["who"].startswith("token/")


def test_a_false_alarm_needs_a_reason(lively: House, client: TestClient, program: Headers) -> None:
    answer = client.post(f"{ALERTS}/1/acknowledge", json={"finding": "false"}, headers=program(Role.OFFICER))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "reason"


def test_the_second_person_is_told_what_the_first_did(lively: House, client: TestClient, program: Headers) -> None:
    address = f"{ALERTS}/2/acknowledge"
    assert client.post(address, json={"finding": "real"}, headers=program(Role.OFFICER)).status_code == 200
    second = client.post(address, json={}, headers=program(Role.ENGINEER))
    problem = second.json()
    assert second.status_code == 409
    assert problem["type"] == "urn:dutyroom:problem:not-allowed"
    assert problem["allowed"] == ["shelve", "comment"]
    assert (problem["last"]["what"], problem["last"]["at"]) == ("acknowledged", NOW)


def test_acknowledging_what_is_over_takes_it_off_the_list(lively: House, client: TestClient, program: Headers) -> None:
    answer = client.post(f"{ALERTS}/5/acknowledge", json={}, headers=program(Role.OFFICER)).json()
    assert (answer["state"], answer["closed"] is not None) == ("normal", True)
    assert numbers(client, "open=true", program(Role.OFFICER)) == [4, 3, 2, 1]


def test_a_lost_race_is_read_and_decided_again(lively: House) -> None:
    """The rules change the alert between our reading and our writing: the person's wish still comes through."""
    officer, tries = Actor(id="officer", name="", role=Role.OFFICER), []

    def do(unit: Unit) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise Conflict
        acknowledge(unit, 2, officer)

    write(lively.context, do)
    with lively.records.read() as unit:
        assert unit.alerts.get(2).acknowledged_by == "officer"
    assert len(tries) == 2


def test_a_race_that_cannot_be_won_is_a_conflict(lively: House) -> None:
    def do(unit: Unit) -> None:
        raise Conflict

    with pytest.raises(Conflict):
        write(lively.context, do)


def test_two_people_at_once_make_one_acknowledgement(lively: House) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def press(name: str) -> str:
        actor = Actor(id=name, name="", role=Role.OFFICER)
        try:
            write(lively.context, lambda unit: acknowledge(unit, 1, actor))
        except NotAllowed:
            return "too late"
        return "done"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(press, ["a", "b", "c", "d"]))
    with lively.records.read() as unit:
        facts = [fact for fact in unit.facts.of("alert", "1") if fact.what == "acknowledged"]
    assert sorted(outcomes) == ["done", "too late", "too late", "too late"]
    assert len(facts) == 1


def test_comments_are_facts_and_need_words(lively: House, client: TestClient, program: Headers) -> None:
    headers = program(Role.GUARD)
    assert client.post(f"{ALERTS}/3/comment", json={"text": "叫了工程师"}, headers=headers).status_code == 200
    assert client.post(f"{ALERTS}/3/comment", json={"text": ""}, headers=headers).status_code == 422
    assert client.post(f"{ALERTS}/3/comment", json={"text": "  "}, headers=headers).status_code == 422
    assert client.get(f"{ALERTS}/3/facts", headers=headers).json()[-1]["why"] == "叫了工程师"


def test_the_same_idempotency_key_gets_the_first_answer_again(
    lively: House, client: TestClient, program: Headers
) -> None:
    headers = program(Role.GUARD) | {"idempotency-key": "tap-1"}
    first = client.post(f"{ALERTS}/3/comment", json={"text": "seen"}, headers=headers)
    again = client.post(f"{ALERTS}/3/comment", json={"text": "seen"}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    with lively.records.read() as unit:
        assert [fact.what for fact in unit.facts.of("alert", "3")].count("commented") == 1


def test_a_key_belongs_to_one_request_one_actor_and_one_day(
    lively: House, client: TestClient, program: Headers
) -> None:
    key = {"idempotency-key": "tap-2"}

    def comment(number: int, role: Role) -> int:
        headers = program(role) | key
        return client.post(f"{ALERTS}/{number}/comment", json={"text": "x"}, headers=headers).status_code

    assert [comment(3, Role.GUARD), comment(4, Role.GUARD), comment(4, Role.OFFICER)] == [200, 422, 200]
    lively.clock.now += DAY + 1
    assert comment(4, Role.GUARD) == 200
    with lively.records.read() as unit:
        assert len(unit.facts.of("alert", "4")) == 3


def test_a_refused_write_keeps_no_answer(lively: House, client: TestClient, program: Headers) -> None:
    headers = program(Role.OFFICER) | {"idempotency-key": "tap-3"}
    address = f"{ALERTS}/1/acknowledge"
    assert client.post(address, json={"finding": "false"}, headers=headers).status_code == 422
    good = {"finding": "false", "reason": "Steam from the kitchen."}
    assert client.post(address, json=good, headers=headers).status_code == 200


def test_the_live_condition_does_not_hide_an_acknowledgement(lively: House) -> None:
    with lively.records.begin() as unit:
        alert = unit.alerts.get(2)
        unit.alerts.update(replace(alert, condition=Condition.CLEARING))
    officer = Actor(id="officer", name="", role=Role.OFFICER)
    write(lively.context, lambda unit: acknowledge(unit, 2, officer))
    with lively.records.read() as unit:
        assert (unit.alerts.get(2).condition, unit.alerts.get(2).acknowledged) == (Condition.CLEARING, True)


# --- shelving: timed, with a reason, never for life safety


def shelve(
    client: TestClient, number: int, role: Role, program: Headers, **wish: object
) -> tuple[int, dict[str, object]]:
    answer = client.post(f"{ALERTS}/{number}/shelve", json=wish, headers=program(role))
    return answer.status_code, answer.json()


def test_shelving_is_timed_and_says_why(lively: House, client: TestClient, program: Headers) -> None:
    status, row = shelve(client, 3, Role.OFFICER, program, reason="Box is being rewired.", until=NOW + HOUR)
    assert (status, row["state"], row["shelved_until"]) == (200, "shelved", "2026-11-24T01:10:00.000Z")
    with lively.records.read() as unit:
        fact = unit.facts.of("alert", "3")[-1]
    assert (fact.what, fact.why, fact.data) == ("shelved", "Box is being rewired.", {"until": NOW + HOUR})
    assert client.post(f"{ALERTS}/3/unshelve", headers=program(Role.OFFICER)).json()["state"] == "unacknowledged"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"until": NOW + HOUR}, "reason"),
        ({"reason": "x"}, "until"),
        ({"reason": "x", "until": NOW}, "until"),
        ({"reason": "x", "until": NOW + 9 * HOUR}, "until"),
    ],
)
def test_what_shelving_needs_is_named(
    lively: House, client: TestClient, program: Headers, wish: dict[str, object], field: str
) -> None:
    status, problem = shelve(client, 3, Role.OFFICER, program, **wish)
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert (status, errors[0]["field"]) == (422, field)


def test_life_safety_is_never_shelved(lively: House, client: TestClient, program: Headers) -> None:
    status, problem = shelve(client, 1, Role.ADMIN, program, reason="noise", until=NOW + HOUR)
    assert status == 409
    assert "生命安全" in str(problem["detail"])


def test_what_is_shelved_neither_counts_nor_sounds(lively: House, client: TestClient, program: Headers) -> None:
    shelve(client, 3, Role.OFFICER, program, reason="rewired", until=NOW + HOUR)
    told = client.get("/api/v1/system", headers=program(Role.OFFICER)).json()
    assert (told["unacknowledged"], told["open_alerts"]["2"]) == (4, 3)


def test_an_alert_that_a_second_detector_made_more_urgent_says_so_and_what_to_do_then(
    lively: House, browser_of: Callable[[str], Browser]
) -> None:
    with lively.records.begin() as unit:
        alert = next(one for one in unit.alerts.open_ones() if one.rule == "smoke-alarm")
        unit.alerts.update(replace(alert, severity=Severity.CRITICAL, raised_by="smoke-confirmed"))
    told = words(browser_of("officer").page(f"/alerts/{alert.id}"))
    assert "同一区域两个烟感报警" in told
    assert "按真火处理" in told
    assert "三分钟内回报" not in told

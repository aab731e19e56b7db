"""Who was told, one's own list, and who would be told: as programs and people see it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.instant import MINUTE
from facility.notice import NoticeState
from facility.person import Role
from storage.records.notices import NoticeFilter
from tests.api.browser import Browser, words
from tests.api.seed import House
from tests.api.telling import deliver, escalate, staff, with_channels

Program = Callable[[Role], dict[str, str]]


@pytest.fixture
def told(lively: House) -> House:
    """Riverside on a lively morning, people told."""
    staff(lively)
    escalate(lively)
    deliver(lively)
    return lively


@pytest.fixture
def undelivered(lively: House) -> House:
    """The same with channels that do not work."""
    staff(lively)
    escalate(lively)
    deliver(lively, broken=True)
    return lively


def seen(browser: Browser, address: str, language: str = "en") -> str:
    return words(browser.client.get(address, headers={"accept-language": language}).text)


def facts(home: House, noun: str, what: str) -> list[Any]:
    with home.records.read() as unit:
        return [fact for fact in unit.facts.after(0, 10_000) if fact.noun == noun and fact.what == what]


def number_of(home: House, person: str, channel: str = "in-app", cause: str = "") -> int:
    with home.records.read() as unit:
        wanted = NoticeFilter(people=(person,), channels=(channel,), causes=(cause,) if cause else ())
        return unit.notices.find(wanted).rows[-1].id


def test_a_program_reads_who_was_told_and_why(told: House, client: TestClient, program: Program) -> None:
    del told
    answer = client.get("/api/v1/notices?cause=alert:1", headers=program(Role.INSPECTOR)).json()["rows"]
    assert {row["cause"] for row in answer} == {"alert:1"}
    assert {row["state"] for row in answer} == {"sent"}
    assert "ma" in {row["person"] for row in answer}
    officer = next(row for row in answer if row["channel"] == "sms")
    assert officer["why"]["chain"] == "life-safety"
    assert officer["address"].startswith("…")
    one = client.get(f"/api/v1/notices/{officer['id']}", headers=program(Role.INSPECTOR)).json()
    assert one == officer


@pytest.mark.parametrize("query", ["state=dead", "channel=email", "person=feng", "test=true"])
def test_filters_of_notices(told: House, client: TestClient, program: Program, query: str) -> None:
    del told
    every = client.get("/api/v1/notices", headers=program(Role.OFFICER)).json()["rows"]
    rows = client.get(f"/api/v1/notices?{query}", headers=program(Role.OFFICER)).json()["rows"]
    name, _, value = query.partition("=")
    assert rows == [row for row in every if str(row[name]).lower() == value]
    assert client.get("/api/v1/notices?cursor=x", headers=program(Role.OFFICER)).status_code == 422


def test_ones_own_list_and_its_answer(told: House, browser_of: Callable[[str], Browser]) -> None:
    manager = browser_of("manager")
    page = seen(manager, "/notices/mine")
    assert "I see to it" in page
    assert "Why was I told?" in page
    assert "names: the manager" in page
    assert "For you" in page
    number = number_of(told, "ma", cause="alert:1")
    assert manager.send(f"/notices/{number}/acknowledge", take="yes") == 303
    with told.records.read() as unit:
        assert unit.notices.get(number).state is NoticeState.ACKNOWLEDGED
        alert = unit.alerts.get(1)
    assert (alert.acknowledged, alert.acknowledged_by) == (True, "manager")
    assert [fact.who for fact in facts(told, "notice", "acknowledged")] == ["manager"]
    escalate(told)
    with told.records.read() as unit:
        assert unit.chains.running(["alert:1"]) == []


def test_got_it_answers_no_alert(told: House, browser_of: Callable[[str], Browser]) -> None:
    number = number_of(told, "ma", cause="alert:1")
    assert browser_of("manager").send(f"/notices/{number}/acknowledge", take="no") == 303
    with told.records.read() as unit:
        assert not unit.alerts.get(1).acknowledged


def test_nobody_answers_for_somebody_else(told: House, browser_of: Callable[[str], Browser]) -> None:
    number = number_of(told, "ma", cause="alert:1")
    assert browser_of("guard").send(f"/notices/{number}/acknowledge") == 409
    with told.records.read() as unit:
        assert unit.notices.get(number).state is NoticeState.SENT


def test_a_dead_notice_is_shown_counted_and_sent_again_with_a_reason(
    undelivered: House, client: TestClient, program: Program, browser_of: Callable[[str], Browser]
) -> None:
    manager = browser_of("manager")
    page = seen(manager, "/notices")
    assert "notices could not be delivered" in page
    assert "the gateway is being mended" in page
    channels = {
        one["channel"]: one for one in client.get("/api/v1/notices/channels", headers=program(Role.OFFICER)).json()
    }
    assert channels["sms"]["dead"] > 0
    assert channels["sms"]["error"] == "HTTP 503: the gateway is being mended"
    dead = client.get("/api/v1/notices?state=dead&channel=sms", headers=program(Role.OFFICER)).json()["rows"][0]
    address = f"/api/v1/notices/{dead['id']}/resend"
    assert client.post(address, json={}, headers=program(Role.OFFICER)).status_code == 422
    assert client.post(address, json={"reason": "mended"}, headers=program(Role.GUARD)).status_code == 403
    answer = client.post(address, json={"reason": "mended"}, headers=program(Role.OFFICER))
    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "pending", 0)
    assert [fact.why for fact in facts(undelivered, "notice", "resent")] == ["mended"]
    assert client.post(address, json={"reason": "mended"}, headers=program(Role.OFFICER)).status_code == 409
    undelivered.clock.now += MINUTE
    deliver(undelivered)
    with undelivered.records.read() as unit:
        sent = unit.notices.get(dead["id"])
    assert (sent.state, sent.receipt) == (NoticeState.SENT, f"{sent.key}~1")


def test_what_waits_and_what_is_dead_is_counted_for_prometheus(
    undelivered: House, client: TestClient, program: Program
) -> None:
    del undelivered
    text = client.get("/metrics", headers=program(Role.INSPECTOR)).text
    found = dict(line.rsplit(" ", 1) for line in text.splitlines() if "channel=" in line)
    assert float(found['dutyroom_notices_undelivered{channel="sms"}']) > 0
    assert float(found['dutyroom_notices_waiting{channel="email"}']) > 0
    assert float(found['dutyroom_channel_failures{channel="sms"}']) >= 5


def test_a_dead_notice_is_let_go_with_a_reason(undelivered: House, browser_of: Callable[[str], Browser]) -> None:
    with undelivered.records.read() as unit:
        number = unit.notices.find(NoticeFilter(states=(NoticeState.DEAD,))).rows[0].id
    manager = browser_of("manager")
    assert manager.send(f"/notices/{number}/let-go") == 422
    assert manager.send(f"/notices/{number}/let-go", reason="told by radio") == 303
    with undelivered.records.read() as unit:
        assert unit.notices.get(number).state is NoticeState.DROPPED
    assert [fact.why for fact in facts(undelivered, "notice", "let-go")] == ["told by radio"]


@pytest.mark.parametrize(("language", "said"), [("en", "Who was told"), ("zh", "通知了谁")])
@pytest.mark.parametrize("address", ["/alerts/1", "/work-orders/1"])
def test_the_pages_of_the_thing_say_who_was_told(
    told: House, browser_of: Callable[[str], Browser], address: str, language: str, said: str
) -> None:
    del told
    page = seen(browser_of("inspector"), address, language)
    assert said in page
    assert "马副经理" in page
    assert ("What the chain did" if language == "en" else "升级过程") in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_notice_and_chain_has_a_page(told: House, browser_of: Callable[[str], Browser], language: str) -> None:
    browser = browser_of("manager")
    with told.records.read() as unit:
        numbers = [notice.id for notice in unit.notices.find(NoticeFilter(), limit=500).rows]
    pages = [f"/notices/{number}" for number in numbers] + [f"/chains/{id}" for id in told.context.chains()]
    for address in [*pages, "/notices", "/notices/mine", "/chains", "/notices?state=sent&person=ma&channel=sms"]:
        page = seen(browser, address, language)
        assert "None" not in page, address
        assert "%(" not in page, address


def test_an_empty_house_says_what_will_stand_there(bare: House) -> None:
    browser = Browser(TestClient(create_app(bare.context), raise_server_exceptions=False, follow_redirects=False))
    browser.sign_in("manager")
    assert "No notice fits." in seen(browser, "/notices")
    assert "Nothing waits for you." in seen(browser, "/notices/mine")
    assert "Nobody is there now" in seen(browser, "/chains/life-safety")


def test_who_would_be_told_now_is_what_is_then_told(lively: House, program: Program) -> None:
    staff(lively)
    home = replace(lively, context=with_channels(lively.context, "sms", "email"))
    with TestClient(create_app(home.context), raise_server_exceptions=False) as client:
        plan = client.get("/api/v1/chains/life-safety", headers=program(Role.OFFICER)).json()
    assert [stage["after_ms"] for stage in plan["stages"]] == [0, 180_000, 540_000]
    first = {(one["person"], way["channel"]) for one in plan["stages"][0]["people"] for way in one["ways"]}
    escalate(home)
    with home.records.read() as unit:
        told = unit.notices.of_causes(["alert:1"])
    assert first == {(notice.person, notice.channel) for notice in told}


def test_a_chain_is_tried_out_and_tells_only_whom_one_chooses(lively: House, program: Program) -> None:
    staff(lively)
    home = replace(lively, context=with_channels(lively.context, "sms", "email"))
    with TestClient(create_app(home.context), raise_server_exceptions=False) as client:
        address = "/api/v1/chains/life-safety/test"
        assert client.post(address, json={"people": ["feng"]}, headers=program(Role.ENGINEER)).status_code == 403
        assert client.post(address, json={"people": ["nobody"]}, headers=program(Role.OFFICER)).status_code == 404
        assert (
            client.post("/api/v1/chains/x/test", json={"people": ["feng"]}, headers=program(Role.OFFICER)).status_code
            == 404
        )
        answer = client.post(address, json={"people": ["feng", "wang"]}, headers=program(Role.OFFICER))
    assert answer.status_code == 201
    rows = answer.json()
    assert {(row["person"], row["channel"]) for row in rows} == {
        ("feng", "sms"),
        ("feng", "in-app"),
        ("wang", "sms"),
        ("wang", "in-app"),
    }
    assert all(row["test"] and row["cause"].startswith("test:") for row in rows)
    assert len(facts(home, "chain", "tried-out")) == 1
    with home.records.read() as unit:
        assert unit.notices.count(NoticeFilter(test=False)) == 0
        assert unit.chains.running() == []


def test_a_test_is_sent_from_the_chains_page(lively: House, browser_of: Callable[[str], Browser]) -> None:
    staff(lively)
    manager = browser_of("manager")
    assert manager.send("/chains/water/test", people="feng") == 303
    assert manager.send("/chains/water/test") == 422
    deliver(lively)
    officer = browser_of("officer")
    page = seen(officer, "/notices/mine")
    assert "Nothing has happened." in page
    assert "马副经理 Ma tried out the chain" in page
    assert officer.send(f"/notices/{number_of(lively, 'feng')}/acknowledge", take="no") == 303

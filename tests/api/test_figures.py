"""Alarm figures as programs and people read them."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.figures import limits_now
from facility.alarm_limits import AlarmLimits
from facility.instant import DAY, HOUR, MINUTE, iso
from facility.person import Role
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, House

Program = Callable[[Role], dict[str, str]]
GUARD = {"authorization": "Bearer dr_guard"}


def ask(client: TestClient, start: int, end: int) -> dict[str, object]:
    answer = client.get("/api/v1/figures/alarms", params={"from": start, "to": end}, headers=GUARD)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_figures_of_the_lively_morning(lively: House, client: TestClient) -> None:
    found = ask(client, NOW - DAY, NOW + 1)
    assert (found["total"], found["peak"], found["waiting"]) == (4, 1, 4)
    assert found["priorities"] == {"1": 0, "2": 3, "3": 0, "4": 1}
    assert [one["name"] for one in found["held"]] == [  # type: ignore[attr-defined]
        "day", "ten", "peak", "flood", "worst", "chatter", "stale", "critical", "high", "medium",
    ]  # fmt: skip


def test_an_acknowledgement_shows_in_the_figures(lively: House, client: TestClient, program: Program) -> None:
    lively.clock.now = NOW + 7 * MINUTE
    client.post("/api/v1/alerts/2/acknowledge", json={"finding": "real"}, headers=program(Role.OFFICER))
    found = ask(client, NOW - DAY, NOW + HOUR)
    with lively.records.read() as unit:
        opened = unit.alerts.get(2).opened
    assert (found["acknowledged"], found["acknowledge_median"]) == (1, lively.clock.now - opened)


@pytest.mark.parametrize("span", [(NOW, NOW), (NOW, NOW - 1), (NOW - 401 * DAY, NOW)])
def test_a_period_that_makes_no_sense_is_refused(client: TestClient, span: tuple[int, int]) -> None:
    answer = client.get("/api/v1/figures/alarms", params={"from": span[0], "to": span[1]}, headers=GUARD)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "from")


def test_days_are_the_propertys_own(home: House, client: TestClient) -> None:
    days = ask(client, NOW - 2 * DAY, NOW)["days"]
    starts = [day["start"] for day in days]  # type: ignore[attr-defined]
    assert starts == [iso(NOW - 2 * DAY), "2026-11-22T16:00:00.000Z", "2026-11-23T16:00:00.000Z"]


def test_limits_are_the_sites_and_their_change_is_a_fact(home: House, client: TestClient, program: Program) -> None:
    manager = program(Role.ADMIN)
    assert client.get("/api/v1/figures/alarm-limits", headers=GUARD).json()["flood_opens"] == 10
    assert client.post("/api/v1/figures/alarm-limits", json={"flood_opens": 20}, headers=manager).status_code == 200
    assert client.get("/api/v1/figures/alarm-limits", headers=GUARD).json()["flood_opens"] == 20
    with home.records.read() as unit:
        [fact] = unit.facts.of("system", "alarm-limits")
    assert fact.data["limits"]["flood_opens"] == 20
    refused = client.post("/api/v1/figures/alarm-limits", json={"flood_opens": 0}, headers=manager)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "flood_opens")


def test_every_figure_on_the_page_opens_the_alarms_behind_it(
    lively: House, browser_of: Callable[[str], Browser]
) -> None:
    browser = browser_of("inspector")
    html = browser.page("/figures?span=day").replace("&amp;", "&")
    links = set(re.findall(r'href="(/figures/alarms\?[^"]+)"', html))
    assert len(links) >= 6
    for link in links:
        browser.page(link)
    [gauge] = [link for link in links if f"point={GAUGE}" in link]
    told = words(browser.page(gauge))
    assert "水泵房压力超出设定值" in told
    assert 'href="/alerts/2"' in browser.page(gauge)


def test_a_period_without_alarms_has_figures_too(home: House, browser_of: Callable[[str], Browser]) -> None:
    told = words(browser_of("guard").client.get("/figures?span=quarter", headers={"accept-language": "en"}).text)
    assert "Alarms a day 0.0 150 / 300 good" in told


def test_limits_are_changed_in_a_form_by_whom_and_why(home: House, browser_of: Callable[[str], Browser]) -> None:
    admin = browser_of("manager")
    page = admin.page("/figures")
    form = dict(re.findall(r'<input name="(\w+)" value="([^"]*)"', page[page.index('action="/figures/limits"') :]))
    assert (form["flood_opens"], form["worst_share"], form["stale_after"]) == ("10", "5", "1d")
    assert (
        admin.send("/figures/limits", **form | {"flood_opens": "20", "stale_after": "12h", "reason": "two on duty"})
        == 303
    )
    with home.records.read() as unit:
        limits, [fact] = limits_now(unit), unit.facts.of("system", "alarm-limits")
    assert (limits.flood_opens, limits.stale_after, limits.worst_share) == (20, 12 * HOUR, 0.05)
    assert (fact.why, fact.who) == ("two on duty", "manager")
    assert "two on duty" in words(admin.page("/figures"))


@pytest.mark.parametrize(
    ("entered", "wrong"),
    [
        ({"reason": ""}, "reason"),
        ({"flood_opens": "many", "reason": "x"}, "flood_opens"),
        ({"worst_share": "140", "reason": "x"}, "worst_share"),
        ({"flood_opens": "3", "reason": "x"}, "flood_closes"),
    ],
)
def test_limits_that_cannot_be_are_named_and_nothing_is_changed(
    home: House, browser_of: Callable[[str], Browser], entered: dict[str, str], wrong: str
) -> None:
    admin = browser_of("manager")
    answer = admin.client.post("/figures/limits", data={"csrf": admin.csrf, **entered})
    assert answer.headers["location"] == f"/figures?wrong={wrong}#limits"
    assert 'role="alert"' in admin.page(answer.headers["location"])
    with home.records.read() as unit:
        assert limits_now(unit) == AlarmLimits()


def test_who_may_only_look_has_no_form(home: House, browser_of: Callable[[str], Browser]) -> None:
    guard = browser_of("guard")
    assert 'action="/figures/limits"' not in guard.page("/figures")
    assert guard.send("/figures/limits", flood_opens="20", reason="x") == 403


def test_the_system_page_names_points_that_a_rule_cannot_judge(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    cannot = [{"reason": "no set_pressure", "count": 7, "points": [GAUGE]}]
    with home.records.begin() as unit:
        unit.notes.put("worker/main", {"at": NOW, "rules": [{"rule": "pump-pressure-band", "cannot_judge": cannot}]})
    told = words(browser_of("guard").page("/system"))
    assert "no set_pressure" in told
    assert "7" in told

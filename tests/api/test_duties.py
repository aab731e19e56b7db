"""What is owed, as people and programs see it and act on it."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from facility.instant import DAY, HOUR
from facility.occurrence import Occurrence, Standing
from facility.person import Role
from inspections.attending import Attending
from inspections.planner import Planner
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import AlertFilter
from tests.api.browser import Browser
from tests.api.seed import House

BrowserOf = Callable[[str], Browser]
Program = Callable[[Role], dict[str, str]]


@pytest.fixture
def owed(home: House) -> House:
    """Planned three days ago, and nobody did anything since."""
    step(home, home.clock.now - 3 * DAY, home.clock.now)
    return home


def step(home: House, *times: int) -> None:
    """What the responder does at these times."""
    planner, attending = Planner(home.context.duties), Attending(home.context.duties)
    for at in times:
        more = True
        while more:
            more = False
            for each in (planner.step, attending.step):
                with home.records.begin() as unit:
                    more |= each(unit, at)


def see(browser: Browser, address: str) -> str:
    return browser.page(address, 200, **{"accept-language": "en"})


def one(home: House, standing: Standing, duty: str = "stair-rails") -> Occurrence:
    with home.records.read() as unit:
        return unit.occurrences.find(OccurrenceFilter(standings=(standing,), duties=(duty,)), soonest=True).rows[0]


def again(home: House, number: int) -> Occurrence:
    with home.records.read() as unit:
        return unit.occurrences.get(number)


def test_the_list_has_its_views_with_counts_and_filters_in_the_address(owed: House, browser_of: BrowserOf) -> None:
    browser = browser_of("officer")
    for view in ("today", "soon", "late", "open", "week", "missed", "all"):
        assert "/duties/" in see(browser, f"/duties?show={view}")
    page = see(browser, "/duties?show=all&clause=EQ-6&team=&zone=&start=2026-11-20&end=2026-12-31&standing=planned")
    rows = re.findall(r'<article class="owed (\S+)"', page)
    assert set(rows) == {"planned"}
    assert browser.client.get("/duties?cursor=zzz").status_code == 303
    assert "Nothing fits" in see(browser, "/duties?show=open&duty=nothing")


def test_odd_filters_break_nothing(owed: House, browser_of: BrowserOf) -> None:
    browser = browser_of("inspector")
    for odd in ("show=x", "standing=x", "start=x&end=2026-13-99", "clause=%00", "zone=nowhere", "who='", "team=<b>"):
        assert browser.client.get(f"/duties?{odd}").status_code == 200


def test_each_standing_has_a_page_that_says_by_when_and_why(owed: House, browser_of: BrowserOf) -> None:
    browser, page = browser_of("officer"), ""
    for standing in (Standing.PLANNED, Standing.OPEN, Standing.MISSED):
        found = one(owed, standing)
        page = see(browser, f"/duties/{found.id}")
        assert "EQ-6" in page
        assert (f"/duties/{found.id}/do" in page) == (standing is Standing.OPEN)
    assert "missed, for ever" in page
    assert browser.client.get("/duties/999999").status_code == 404


def test_the_kinds_show_the_manual_and_the_law_and_their_last_due_dates(owed: House, browser_of: BrowserOf) -> None:
    browser = browser_of("officer")
    kinds = see(browser, "/duties/kinds")
    for duty in owed.context.duties():
        assert f"/duties/kinds/{quote(duty)}" in kinds
    page = see(browser, "/duties/kinds/lift-service")
    assert "every 15 days" in page
    assert "does not ask for it" in page
    assert "version 1" in page
    assert "missed" in see(browser, "/duties/kinds/stair-rails")
    assert browser.client.get("/duties/kinds/nothing").status_code == 404


def test_the_board_says_how_many_of_today_s_are_done(owed: House, browser_of: BrowserOf) -> None:
    page = see(browser_of("officer"), "/")
    assert re.search(r'id="duties-line".*<b>0</b> / \d+ ', page)


def test_the_list_as_a_file_has_a_row_each_and_no_formulas(owed: House, browser_of: BrowserOf) -> None:
    answer = browser_of("inspector").client.get("/duties/list.csv?show=missed")
    lines = answer.text.lstrip("\ufeff").splitlines()
    assert lines[0].startswith("id,duty,duty_version,clause,target")
    with owed.records.read() as unit:
        assert len(lines) - 1 == unit.occurrences.count(OccurrenceFilter(standings=(Standing.MISSED,)))


def test_postponing_on_the_pages_takes_two_people(owed: House, browser_of: BrowserOf) -> None:
    found = one(owed, Standing.OPEN)
    engineer, officer = browser_of("engineer"), browser_of("officer")
    until = "2026-11-25T12:00"
    assert engineer.send(f"/duties/{found.id}/postpone", until=until, reason="没有备件") == 303
    assert "Allow it" not in see(engineer, f"/duties/{found.id}")
    assert "Allow it" in see(officer, f"/duties/{found.id}")
    assert officer.send(f"/duties/{found.id}/postponement", said="allow") == 303
    assert [given.why for given in again(owed, found.id).postponed] == ["没有备件"]
    assert "was postponed" in see(officer, f"/duties/{found.id}")


def test_a_program_reads_assigns_and_postpones(owed: House, client: TestClient, program: Program) -> None:
    found, later = one(owed, Standing.OPEN), one(owed, Standing.OPEN).until + 2 * HOUR
    address = f"/api/v1/occurrences/{found.id}"
    guard, officer = program(Role.GUARD), program(Role.OFFICER)
    assert client.get(address, headers=guard).json()["standing"] == "open"
    listed = client.get("/api/v1/occurrences?standing=open&duty=stair-rails&limit=2&soonest=true", headers=guard).json()
    assert listed["rows"][0]["id"] == found.id
    assert client.get("/api/v1/occurrences/counts?standing=missed", headers=guard).json()["counts"]["missed"] > 0
    assert client.post(f"{address}/assign", json={"assignee": "guard"}, headers=guard).status_code == 403
    assert client.post(f"{address}/assign", json={"assignee": "nobody"}, headers=officer).status_code == 422
    assert client.post(f"{address}/assign", json={"assignee": "guard"}, headers=officer).json()["assignee"] == "guard"
    wish = {"until": later, "why": "no part"}
    assert client.post(f"{address}/postpone", json=wish, headers=guard).status_code == 200
    assert client.post(f"{address}/postpone", json={"until": 1, "why": "x"}, headers=guard).status_code == 422
    answer = client.post(f"{address}/postponement", json={"allow": True}, headers=officer)
    assert answer.json()["postponed"][0]["approver"].startswith("token/")
    facts = [fact["what"] for fact in client.get(f"{address}/facts", headers=guard).json()]
    assert facts == ["assigned", "postponement-asked", "postponed"]
    missed = one(owed, Standing.MISSED)
    late = client.post(f"/api/v1/occurrences/{missed.id}/postpone", json=wish, headers=guard)
    assert late.status_code == 409


def test_whoever_may_only_look_is_offered_nothing(owed: House, browser_of: BrowserOf) -> None:
    browser = browser_of("inspector")
    page = see(browser, f"/duties/{one(owed, Standing.OPEN).id}")
    assert '<form method="post" action="/duties' not in page
    assert browser.client.get("/duties").status_code == 200


def test_what_is_due_soon_and_open_is_marked_listed_and_counted(owed: House, browser_of: BrowserOf) -> None:
    browser = browser_of("officer")
    assert "Nothing that is open is due soon" in see(browser, "/duties?show=soon")
    owed.clock.now += 10 * DAY  # the lifts' service is due after fifteen days, and warns three days ahead
    step(owed, owed.clock.now)
    browser.sign_in("officer")
    page = see(browser, "/duties?show=soon")
    assert page.count("Lift service visit</b>") == 5
    assert "due soon, not done" in page
    assert re.search(r"5\s*due soon", see(browser, "/"))
    assert browser.client.get("/duties/list.csv?show=soon").text.count("lift-service,") >= 5


def test_the_alert_of_a_miss_leads_to_what_is_owed_there(owed: House, browser_of: BrowserOf) -> None:
    with owed.records.read() as unit:
        alert = unit.alerts.find(AlertFilter(rules=("duty-missed",))).rows[0]
    page = see(browser_of("officer"), f"/alerts/{alert.id}")
    assert "Missed: " in page
    assert "/duties?show=all&amp;duty=" in page

"""A silent alert is there for the duty officer and the manager, and for nobody else."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.discreet import as_seen_by
from api.live import Live
from facility.alert import Alert, Severity
from facility.door_check import SILENT
from facility.notice import Notice
from facility.own_alert import own_alert, own_fact
from facility.person import Actor, Role
from facility.text import Text
from storage.records.notices import NoticeFilter
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House

Headers = Callable[[Role], dict[str, str]]
BrowserOf = Callable[[str], Browser]
TOLD = (Role.OFFICER, Role.ADMIN)
OTHERS = (Role.GUARD, Role.ENGINEER, Role.INSPECTOR)


@pytest.fixture
def alert(home: House) -> Alert:
    plain = own_alert(
        SILENT,
        "substation-door.entry",
        NOW,
        severity=Severity.HIGH,
        title=Text("门禁核对", "Door check"),
        limit=Text("详情见该门的页面", "see the door’s page"),
    )
    with home.records.begin() as unit:
        raised = unit.alerts.open(replace(plain, asset="substation-door", zone="substation"))
        unit.facts.append(own_fact(raised, "raised", "normal", NOW, who="system:doors"))
    return raised


@pytest.mark.parametrize("role", OTHERS)
def test_for_others_it_is_in_no_list_and_under_no_number(
    alert: Alert, client: TestClient, program: Headers, role: Role
) -> None:
    headers = program(role)
    assert client.get("/api/v1/alerts", headers=headers).json()["rows"] == []
    for address in (f"/api/v1/alerts/{alert.id}", f"/api/v1/alerts/{alert.id}/facts"):
        assert client.get(address, headers=headers).status_code == 404


@pytest.mark.parametrize("role", TOLD)
def test_those_who_must_know_find_it(alert: Alert, client: TestClient, program: Headers, role: Role) -> None:
    headers = program(role)
    assert [row["id"] for row in client.get("/api/v1/alerts", headers=headers).json()["rows"]] == [alert.id]
    assert client.get(f"/api/v1/alerts/{alert.id}", headers=headers).status_code == 200


def test_a_guard_can_do_nothing_to_it_by_its_number(alert: Alert, client: TestClient, program: Headers) -> None:
    wish = {"finding": "real", "reason": "x"}
    address = f"/api/v1/alerts/{alert.id}/acknowledge"
    assert client.post(address, json=wish, headers=program(Role.GUARD)).status_code == 404
    assert client.post(address, json=wish, headers=program(Role.OFFICER)).status_code == 200


@pytest.mark.parametrize("page", ["/", "/alerts", "/alerts?show=all", "/zones/substation"])
def test_no_page_of_a_guard_s_shows_it(alert: Alert, browser_of: BrowserOf, page: str) -> None:
    assert "门禁核对" not in words(browser_of("guard").page(page))


def test_the_officer_s_board_shows_it_and_makes_no_sound(alert: Alert, browser_of: BrowserOf) -> None:
    board = browser_of("officer").page("/")
    assert "门禁核对" in words(board)
    assert 'data-urgent="0"' in board
    assert 'data-unacknowledged="1"' in board
    assert 'data-unacknowledged="0"' in browser_of("guard").page("/")
    assert browser_of("guard").page(f"/alerts/{alert.id}", status=404)


def test_what_others_were_told_of_it_is_in_nobody_else_s_lists(
    alert: Alert, home: House, browser_of: BrowserOf, client: TestClient, program: Headers
) -> None:
    plain = Notice(
        key="n1", cause=f"alert:{alert.id}", person="officer", channel="in-app", address="officer", template="alarm",
        data={"title": {"zh": "门禁核对", "en": "Door check"}}, created=NOW, due=NOW,
    )  # fmt: skip
    with home.records.begin() as unit:
        unit.notices.add(plain)
        unit.notices.add(replace(plain, key="n2", person="guard", address="guard"))
        own, kept = unit.notices.find(NoticeFilter()).rows
    for role, seen in ((Role.ADMIN, {kept.id, own.id}), (Role.ENGINEER, set())):
        rows = client.get("/api/v1/notices", headers=program(role)).json()["rows"]
        assert {row["id"] for row in rows} == seen
    assert client.get(f"/api/v1/notices/{kept.id}", headers=program(Role.GUARD)).status_code == 404
    assert browser_of("guard").page(f"/notices/{kept.id}", status=404)
    with home.records.read() as unit:
        guard = as_seen_by(Actor(id="guard", name="guard", role=Role.GUARD), unit)
        assert [one.id for one in guard.notices.find(NoticeFilter()).rows] == [own.id]
        assert guard.notices.get(own.id) == own


def test_the_stream_that_everybody_hears_says_nothing_of_it(alert: Alert, home: House) -> None:
    live = Live(home.context)
    with home.records.read() as unit:
        (fact,) = unit.facts.of("alert", str(alert.id))
        body = json.loads(live._fact_event(unit, fact).data)
    assert not body.keys() & {"title", "severity", "point", "announces"}


def test_programs_that_watch_alerts_for_a_wall_are_not_given_it(
    alert: Alert, client: TestClient, program: Headers
) -> None:
    assert client.get("/api/v2/alerts", headers=program(Role.ADMIN)).json() == []

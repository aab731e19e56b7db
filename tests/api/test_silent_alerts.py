"""A silent alert is there for the duty officer and the manager, and for nobody else."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from api.discreet import as_seen_by
from api.live import Listener, Live
from facility.alert import Alert, Severity
from facility.door_check import SILENT
from facility.fact import Fact
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


@pytest.mark.parametrize("hears", [True, False])
def test_the_stream_tells_those_who_must_know_and_to_others_that_a_number_is_taken(
    alert: Alert, home: House, hears: bool
) -> None:
    listener = Listener(hears_silent=hears)
    with home.records.read() as unit:
        for event in Live(home.context)._fact_events(unit, unit.facts.of("alert", str(alert.id))):
            listener.put(event)
    heard = listener.queue.get_nowait()
    assert heard is not None
    body = json.loads(heard.data)
    assert (body["noun"], body.get("subject")) == (("alert", str(alert.id)) if hears else ("other", None))
    assert not body.keys() & {"title", "severity", "point", "announces"}


def test_facts_of_it_keep_their_places_in_the_chain_and_say_nothing(
    alert: Alert, home: House, client: TestClient, program: Headers
) -> None:
    facts = [
        Fact(at=NOW, noun="door", subject="substation-door", what="found", who="system:doors", data={"finding": 1}),
        Fact(at=NOW, noun="chain", subject="1", what="begun", who="x", data={"cause": f"alert:{alert.id}"}),
        Fact(at=NOW, noun="door", subject="lobby", what="found", who="x", data={"finding": 2, "rule": "passback"}),
    ]
    with home.records.begin() as unit:
        unit.facts.append_all(facts)
    seen = {}
    for role in (Role.OFFICER, Role.GUARD, Role.INSPECTOR):
        rows = client.get("/api/v1/facts?limit=1000", headers=program(role)).json()["rows"]
        seen[role] = [row["noun"] for row in rows][-4:]
        assert all(after["previous"] == before["hash"] for before, after in pairwise(rows))
        if role is not Role.OFFICER:
            assert not any(word in json.dumps(rows[-4:-1]) for word in ("substation", "system:doors", "raised"))
    assert seen[Role.OFFICER] == ["alert", "door", "chain", "door"]
    assert seen[Role.GUARD] == seen[Role.INSPECTOR] == ["other", "other", "other", "door"]


def test_figures_count_it_for_those_alone_who_may_see_it(alert: Alert, client: TestClient, program: Headers) -> None:
    def count(role: Role) -> int:
        figures = client.get("/api/v1/figures/alarms", headers=program(role), params={"to": NOW + 1}).json()
        return int(figures["total"])

    assert [count(role) for role in (Role.OFFICER, Role.GUARD)] == [1, 0]


def test_programs_that_watch_alerts_for_a_wall_are_not_given_it(
    alert: Alert, client: TestClient, program: Headers
) -> None:
    assert client.get("/api/v2/alerts", headers=program(Role.ADMIN)).json() == []

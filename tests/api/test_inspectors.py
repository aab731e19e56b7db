"""Inspectors' accounts: they end, they are limited to buildings and clauses, they change nothing, and each look is a fact."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.accounts import AccountError, Limits, limit_account
from api.app import create_app
from api.context import context_of
from api.looks import EVERY
from api.scoped import OPEN, is_open
from facility.fact import Fact
from facility.floor_plan import FloorPlan
from facility.instant import DAY, HOUR
from facility.occurrence import Occurrence
from facility.person import Role
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import WorkOrderFilter
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, PASSWORD, House
from tests.api.test_access import filled
from tests.inspections.owed import Owed, fell_due

BrowserOf = Callable[[str], Browser]
ENGLISH = {"accept-language": "en"}
_ALL = WorkOrderFilter()


def limited(home: House, **limits: object) -> None:
    with home.records.begin() as unit:
        limit_account(unit, name="inspector", limits=Limits(**limits), who="manager", at=NOW)  # type: ignore[arg-type]


def other_point(home: House) -> str:
    """A pressure gauge of another building."""
    register = home.register()
    return next(
        point.id
        for point in register.points.values()
        if point.quantity == "pressure" and register.zone_path(register.assets[point.asset].zone)[0].id == "t2"
    )


def building(home: House, point: str) -> str:
    register = home.register()
    return register.zone_path(register.assets[register.points[point].asset].zone)[0].id


def test_after_its_last_day_nobody_signs_in_and_the_date_is_told(home: House, client: TestClient) -> None:
    limited(home, until=NOW + HOUR)
    fields = {"account": "inspector", "password": PASSWORD}
    assert client.post("/sign-in", data=fields).status_code == 303
    home.clock.now = NOW + HOUR
    answer = client.post("/sign-in", data=fields, headers=ENGLISH)
    assert answer.status_code == 403
    assert "ended 24 Nov 09:10" in words(answer.text)
    wrong = client.post("/sign-in", data=fields | {"password": "another one"}, headers=ENGLISH)
    assert (wrong.status_code, "ended" in words(wrong.text)) == (401, False)


def test_an_open_session_ends_with_its_account(home: House, browser_of: BrowserOf) -> None:
    browser = browser_of("inspector")
    limited(home, until=NOW + HOUR)
    browser.page("/clauses")
    home.clock.now = NOW + HOUR
    assert browser.client.get("/clauses").status_code == 303


def test_only_inspectors_are_limited_to_what_there_is(home: House) -> None:
    with home.records.begin() as unit:
        for name, limits, wrong in (
            ("officer", Limits(), "inspector"),
            ("inspector", Limits(until=NOW), "until"),
            ("inspector", Limits(buildings=("nowhere",)), "buildings"),
            ("inspector", Limits(clauses=("EQ-99",)), "clauses"),
        ):
            with pytest.raises(AccountError, match=wrong):
                limit_account(unit, name=name, limits=limits, who="manager", at=NOW)


def occurrence(number: int, zone: str, duty: str = "extinguishers", clause: str = "FI-1") -> Occurrence:
    return Occurrence(
        key=f"{duty}/{number}/1", duty=duty, duty_version="v", clause=clause, target=f"x{number}", zone=zone,
        opens=NOW - DAY, due=NOW - HOUR, closes=NOW - HOUR, missed=NOW + DAY,
    )  # fmt: skip


def test_a_building_s_inspector_sees_that_building_alone(home: House) -> None:
    far = other_point(home)
    mine, other = home.raise_alert("pump-pressure-band", GAUGE), home.raise_alert("pump-pressure-band", far)
    zones = [building(home, GAUGE), "t2"]
    with home.records.begin() as unit:
        unit.occurrences.plan([occurrence(1, zones[0]), occurrence(2, zones[1])])
        unit.facts.append(fell_due(Owed(id=1, due=NOW - DAY, zone=zones[0]), Owed(id=2, due=NOW - DAY, zone=zones[1])))
        orders = {order.alert: order.id for order in unit.work_orders.find(_ALL).rows}
    limited(home, buildings=(zones[0],))
    browser = _signed(home)
    for address in (f"/alerts/{mine.id}", f"/work-orders/{orders[mine.id]}", f"/points/{GAUGE}", "/zones", "/clauses"):
        browser.page(address)
    for address in (
        f"/alerts/{other.id}",
        f"/work-orders/{orders[other.id]}",
        f"/points/{far}",
        f"/api/v1/alerts/{other.id}",
        f"/api/v1/work-orders/{orders[other.id]}",
        f"/api/v1/points/{far}",
        f"/api/v1/points/{far}/readings",
    ):
        assert browser.client.get(address).status_code == 404, address
    ids = [one["id"] for one in browser.client.get("/api/v1/alerts").json()["rows"]]
    assert ids == [mine.id]
    assert far not in {one["id"] for one in browser.client.get("/api/v1/points?limit=200").json()["rows"]}
    items = browser.client.get("/api/v1/compliance/items").json()["rows"]
    assert [one["id"] for one in items] == [1]
    assert browser.client.get("/api/v1/compliance").json()["total"]["due"] == 1


def test_what_is_owed_is_looked_at_within_the_limits_and_by_none_whose_clause_has_no_duty(home: House) -> None:
    here = building(home, GAUGE)
    with home.records.begin() as unit:
        unit.occurrences.plan([occurrence(1, here)])
        (one,) = unit.occurrences.find(OccurrenceFilter()).rows
    assert not [duty for duty in home.context.duties().values() if "ER-5" in duty.clauses]
    for limits, status in (({"clauses": ("FI-1",)}, 200), ({"buildings": (here,)}, 200), ({"clauses": ("ER-5",)}, 404)):
        limited(home, **limits)
        _signed(home).page(f"/duties/{one.id}", status)


def test_a_building_s_inspector_looks_as_far_back_as_everybody(home: House) -> None:
    limited(home, buildings=(building(home, GAUGE),))
    browser, end = _signed(home), NOW - 200 * DAY
    assert browser.client.get(f"/points/{GAUGE}?to={end}").status_code == 200
    assert browser.client.get(f"/api/v1/points/{GAUGE}/chart?from={end - DAY}&to={end}").status_code == 200


def test_an_inspector_of_some_clauses_sees_those_alone(home: House) -> None:
    mine, other = home.raise_alert("pump-pressure-band", GAUGE), _smoke(home)
    with home.records.begin() as unit:
        unit.facts.append(fell_due(Owed(id=1, due=NOW - DAY)))
        unit.facts.append(fell_due(Owed(id=2, duty="stair-rails", clause="EQ-6", due=NOW - DAY)))
    limited(home, clauses=("EQ-4", "EQ-6"))
    browser = _signed(home)
    assert [one["id"] for one in browser.client.get("/api/v1/alerts").json()["rows"]] == [mine.id]
    assert browser.client.get(f"/alerts/{other}").status_code == 404
    assert [one["id"] for one in browser.client.get("/api/v1/clauses").json()] == ["EQ-4", "EQ-6"]
    browser.page("/clauses/EQ-4")
    browser.page("/clauses/FI-1", 404)
    assert list(browser.client.get("/api/v1/compliance").json()["clauses"]) == ["EQ-4", "EQ-6"]
    assert [one["id"] for one in browser.client.get("/api/v1/compliance/items").json()["rows"]] == [2]
    points = browser.client.get("/api/v1/points?limit=200").json()["rows"]
    assert {one["quantity"] for one in points} == {"pressure"}


def test_a_building_s_inspector_sees_its_cameras_and_plans_and_no_other_s(home: House) -> None:
    register = home.register()
    inside = {camera.id for camera in register.cameras.values() if register.zone_path(camera.zone)[0].id == "t1"}
    near = next(iter(inside))
    zone = register.cameras[near].zone
    with home.records.begin() as unit:
        for one in (zone, "grounds"):
            unit.plans.put(FloorPlan(zone=one, width=20.0, height=15.0), "manager", NOW)
        coverage = Fact(at=NOW, noun="coverage", subject="2026-11-23", what="within", who="x", data={"zones": {}})
        unit.facts.append(coverage)
    limited(home, buildings=("t1",))
    browser = _signed(home)
    rows = browser.client.get("/api/v1/cameras").json()["rows"]
    assert {row["id"] for row in rows} == inside
    page = browser.page("/cameras")
    assert near in page
    assert not any(camera in page for camera in register.cameras.keys() - inside)
    assert browser.client.get("/api/v1/coverage/days").json() == []
    assert "grounds" not in browser.page("/plans")
    for address, status in ((f"/plans/{zone}", 200), ("/plans/grounds", 404), ("/api/v1/plans/grounds", 404)):
        assert browser.client.get(address).status_code == status, address
    assert browser.client.post("/api/v1/plans/grounds/what-if", json={"cameras": []}).status_code in {403, 404}


def test_instruments_are_those_that_the_clauses_ask_for(home: House) -> None:
    def shown() -> set[str]:
        page = _signed(home).page("/instruments")
        return {id for id in home.register().instruments if id in page}

    assert len(shown()) == len(home.register().instruments) > 1
    limited(home, clauses=("EQ-2",))
    page = _signed(home).page("/instruments")
    kinds = {one.kind for one in home.register().instruments.values() if one.id in page}
    assert kinds == {"insulation-tester"}


def test_what_cannot_be_limited_is_not_found(home: House) -> None:
    limited(home, buildings=("t1",))
    browser = _signed(home)
    for address in (
        "/rota",
        "/people",
        "/notices",
        "/figures",
        "/system",
        "/api/v1/facts",
        "/api/v1/register",
        "/rules",
    ):
        assert browser.client.get(address).status_code == 404, address
    home_page = browser.client.get("/")
    assert (home_page.status_code, home_page.headers["location"]) == (303, "/compliance")


def test_every_open_address_reads_through_the_scope(home: House) -> None:
    """The stores are narrowed once it is known who asks: that must come before anything is read."""
    late, walked = [], 0
    for route in _routes(home):
        walked += is_open(route.path)
        calls = [one.call for one in _flat(route.dependant)]
        checks = [place for place, call in enumerate(calls) if getattr(call, "__qualname__", "").startswith("needs.")]
        contexts = [place for place, call in enumerate(calls) if call is context_of]
        if is_open(route.path) and contexts and (not checks or min(contexts) < min(checks)):
            late.append(route.path)
    assert late == []
    assert walked > len(OPEN)


def test_an_inspector_changes_nothing_anywhere(home: House, browser_of: BrowserOf) -> None:
    browser = browser_of("inspector")
    tried, taken = 0, set()
    with home.records.read() as unit:
        before = unit.facts.head()
    for route in _routes(home):
        for method in sorted((route.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            if route.path.startswith(("/sign-", "/preferences", "/report/")):
                continue
            path = re.sub(r"\{[^}]+\}", "1", filled(route.path))
            body: dict[str, Any] = {"json": {}} if path.startswith("/api") else {"data": {"csrf": browser.csrf}}
            answer = browser.client.request(method, path, headers={"x-csrf-token": browser.csrf}, **body)
            tried += answer.status_code == 403
            # Others ask each entry for its right, or refuse what they are sent before they ask who sends it.
            if answer.status_code < 400:
                taken.add((method, route.path))
    assert tried > 50
    assert taken == set()
    with home.records.read() as unit:
        assert unit.facts.head() == before


def test_each_look_is_a_fact_once_in_ten_minutes_an_address(home: House, browser_of: BrowserOf) -> None:
    browser = browser_of("inspector")
    before = len(_looks(home))
    for _ in range(3):
        browser.page("/compliance")
    browser.page("/compliance?clause=FI-1")
    browser.client.get("/api/v1/clauses")
    assert [fact.data["address"] for fact in _looks(home)[before:]] == [
        "/compliance",
        "/compliance?clause=FI-1",
        "/api/v1/clauses",
    ]
    home.clock.now += EVERY
    browser.page("/compliance")
    assert _looks(home)[-1].data["address"] == "/compliance"
    assert {(fact.noun, fact.what, fact.who) for fact in _looks(home)} == {("look", "looked", "inspector")}


def test_a_file_that_is_taken_away_is_an_export(home: House, browser_of: BrowserOf) -> None:
    browser = browser_of("inspector")
    browser.client.get("/figures/response/behind.csv?from=0&to=86400000")
    assert (_looks(home)[-1].what, _looks(home)[-1].data["address"][:29]) == (
        "exported",
        "/figures/response/behind.csv?",
    )


def test_looks_of_others_are_nobody_s_business(home: House, browser_of: BrowserOf) -> None:
    browser_of("officer").page("/compliance")
    assert [fact for fact in _looks(home) if fact.who == "officer"] == []


def test_the_manager_makes_an_account_and_sees_what_was_looked_at(home: House, browser_of: BrowserOf) -> None:
    manager = browser_of("manager")
    page = manager.client.post(
        "/people/inspectors",
        data={
            "csrf": manager.csrf, "name": "fire.liu", "title": "消防支队 刘", "until": "2026-12-31",
            "buildings": ["t1"], "clauses": ["FI-1", "LA-2"],
        },
        headers=ENGLISH,
    )  # fmt: skip
    assert page.status_code == 200
    found = re.search(r"<code>fire\.liu</code> · <code>([^<]+)</code>", page.text)
    assert found is not None
    with home.records.read() as unit:
        account = unit.people.get("fire.liu")
    assert (account.role, account.buildings, account.clauses) == (Role.INSPECTOR, ("t1",), ("FI-1", "LA-2"))
    inspector = Browser(TestClient(create_app(home.context), follow_redirects=False))
    assert inspector.client.post("/sign-in", data={"account": "fire.liu", "password": found[1]}).status_code == 303
    inspector.page("/compliance")
    assert "/compliance" in manager.page("/people/inspectors/fire.liu")
    assert manager.send("/people/inspectors/fire.liu/disable") == 303
    assert inspector.client.get("/compliance").status_code == 303


def test_a_wrong_wish_makes_no_account(home: House, browser_of: BrowserOf) -> None:
    manager = browser_of("manager")
    for fields in ({"name": "A!"}, {"name": "ok-name", "until": "2020-01-01"}, {"name": "ok-name", "until": "soon"}):
        assert manager.send("/people/inspectors", title="x", **fields) == 422
    with home.records.read() as unit:
        assert "ok-name" not in {account.id for account in unit.people.accounts()}
    assert manager.send("/people/inspectors/officer/disable") == 404


def _signed(home: House) -> Browser:
    made = Browser(TestClient(create_app(home.context), raise_server_exceptions=False, follow_redirects=False))
    answer = made.client.post("/sign-in", data={"account": "inspector", "password": PASSWORD})
    assert answer.status_code == 303
    return made


def _smoke(home: House) -> int:
    register = home.register()
    point = next(one.id for one in register.points.values() if one.quantity == "smoke")
    return home.raise_alert("smoke-alarm", point).id


def _looks(home: House) -> list[Fact]:
    with home.records.read() as unit:
        return unit.facts.of("look", "inspector")


def _routes(home: House) -> Iterator[APIRoute]:
    """Every route with all that it depends on."""
    return (route for route in create_app(home.context).routes if isinstance(route, APIRoute))


def _flat(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield from _flat(one)
        yield one

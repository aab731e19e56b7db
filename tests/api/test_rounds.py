"""Rounds on pages and for programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.fact import Fact
from facility.floor_plan import Area, AreaKind, FloorPlan
from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.person import Role
from facility.reading import Scan
from facility.register import difference
from facility.rota import Person, rota_difference
from facility.round import Round
from facility.text import Text
from inspections.rounds.following import RoundsFollowed
from inspections.rounds.planning import Planning
from inspections.rounds.telling import summary
from storage.records.rounds import RoundFilter
from tests.api.browser import Browser
from tests.api.seed import NOW, House

ROUTE = "garage"
CARD = "79314548"


def patrol(home: House, *, late: bool = True) -> list[Round]:
    """Two hours of the garage's rounds: walked, one of them with a late point, one half, one not at all, one going on."""
    context = home.context
    with context.records.begin() as unit:
        rota = unit.rota.load()
        guard = Person(id="chen", name="Chen", account="guard", addresses={"card": CARD}, teams=("security",))
        unit.rota.apply(rota_difference(rota, replace(rota, people={"chen": guard})), "test", NOW - DAY)
    planning = Planning(draw=len, hide=context.hide)
    home.clock.now = NOW - 2 * HOUR
    with context.records.begin() as unit:
        planning.plan(unit, unit.registers.load(), unit.rota.load, home.clock.now)
        rounds = [one for one in unit.rounds.all(RoundFilter(routes=(ROUTE,))) if one.start < NOW]
    for one in rounds[:-2]:
        for number, stop in enumerate(one.stops):
            scan(
                home,
                stop.point,
                one.start + (number * 150 + (150 if late and one is rounds[0] and number == 2 else 0)) * SECOND,
            )
    scan(home, rounds[-1].stops[0].point, rounds[-1].start + 20 * SECOND)
    home.clock.now = NOW - 4 * MINUTE
    look(home)
    with context.records.read() as unit:
        return list(unit.rounds.some([one.id for one in rounds]).values())


def look(home: House) -> None:
    RoundsFollowed(readings=lambda: home.readings, hide=home.context.hide).run(home.records, home.clock.now)


def scan(home: House, point: str, at: int) -> None:
    stop = next(one for one in home.register().stops.values() if one.point == point)
    hide = home.context.hide
    home.readings.append(
        [],
        [],
        [Scan(point=point, at=at, tag=hide("tag", stop.tags[0]), guard=hide("guard", CARD), received=at + SECOND)],
    )


@pytest.fixture
def walked(home: House) -> House:
    patrol(home)
    return home


Programs = Callable[[Role], dict[str, str]]
Browsers = Callable[[str], Browser]
PERIOD = {"from": str(NOW - 3 * HOUR), "to": str(NOW)}


def test_a_round_is_given_point_by_point(walked: House, client: TestClient, program: Programs) -> None:
    officer = program(Role.OFFICER)
    rows = client.get("/api/v1/rounds", params=PERIOD | {"route": ROUTE}, headers=officer).json()["rows"]
    assert [one["state"] for one in rows][:3] == ["running", "missed", "done"]
    one = client.get(f"/api/v1/rounds/{rows[0]['id']}", headers=officer).json()
    assert [point["status"] for point in one["points"]] == ["on-time", "overdue", "overdue"] or one["points"][0][
        "status"
    ] == "on-time"
    facts = client.get(f"/api/v1/rounds/{rows[2]['id']}/facts", headers=officer).json()
    assert [fact["what"] for fact in facts] == ["begun", "point", "point", "point", "ended"]
    assert client.get("/api/v1/rounds/999999", headers=officer).status_code == 404
    assert client.get("/api/v1/rounds?cursor=x", headers=officer).status_code == 422


def test_each_figure_is_the_list_behind_it(walked: House, client: TestClient, program: Programs) -> None:
    officer = program(Role.OFFICER)
    names = {
        "planned": "planned", "visited": "visited", "on-time": "on_time", "effective": "effective", "early": "early",
        "late": "late",
        "missed": "lost", "uploaded-late": "uploaded_late", "out-of-order": "out_of_order", "too-fast": "too_fast",
    }  # fmt: skip
    for by in ("route", "team", "day", "month"):
        found = client.get("/api/v1/rounds/figures", params=PERIOD | {"by": by}, headers=officer).json()
        assert found["whole"]["planned"] > 10
        assert found["whole"]["late"] == 1
        assert found["whole"]["missed"] == 1
        for part in found["parts"]:
            for which, name in names.items():
                asked = PERIOD | {"by": by, "key": part["key"], "which": which}
                behind = client.get("/api/v1/rounds/points", params=asked, headers=officer).json()
                assert len(behind) == part[name], (by, which)


def test_the_points_are_a_csv_that_no_spreadsheet_reads_as_formulas(
    walked: House, client: TestClient, program: Programs
) -> None:
    answer = client.get("/api/v1/rounds/points", params=PERIOD | {"format": "csv"}, headers=program(Role.INSPECTOR))
    lines = answer.text.splitlines()
    assert lines[0].startswith("\ufeffround,route,team,state,start")
    assert len(lines) > 10
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line.split(","))


def test_a_period_that_is_none_is_refused(walked: House, client: TestClient, program: Programs) -> None:
    for asked in ({"from": str(NOW), "to": str(NOW - 1)}, {"from": str(NOW - 500 * DAY), "to": str(NOW)}):
        answer = client.get("/api/v1/rounds/figures", params=asked, headers=program(Role.OFFICER))
        assert (answer.status_code, "allowed: up to 400 days" in answer.json()["detail"]) == (422, True)


def test_never_and_none_in_the_stored_period_are_told_apart(home: House, client: TestClient, program: Programs) -> None:
    with home.records.begin() as unit:
        now = unit.registers.load()
    assert now.registered["cp-t1-roof.scan"] == NOW - 30 * DAY
    patrol(home)
    home.readings.append([], [], [Scan(point="cp-t1-roof.scan", at=NOW - HOUR, tag="ghost", received=NOW)])
    found = client.get("/api/v1/rounds/checkpoints", headers=program(Role.OFFICER)).json()
    by_point = {one["point"]: one for one in found}
    assert by_point["cp-t1-roof.scan"]["none"] == "never"
    assert by_point["cp-b1-east.scan"]["none"] == ""
    assert 0 <= by_point["cp-b1-east.scan"]["days"] < 1
    home.clock.now = NOW + 200 * DAY
    later = {
        one["point"]: one for one in client.get("/api/v1/rounds/checkpoints", headers=program(Role.OFFICER)).json()
    }
    assert later["cp-t1-roof.scan"]["none"] == "none-stored"
    assert later["cp-b1-east.scan"]["none"] == "none-stored"


def test_what_was_walked_is_told_by_area_on_a_plan_and_by_zone_without_one(
    walked: House, client: TestClient, program: Programs
) -> None:
    officer = program(Role.OFFICER)
    with walked.records.begin() as unit:
        for zone in list(unit.plans.all()):
            unit.plans.put(replace(unit.plans.all()[zone], areas=()), "test", NOW)
    without = client.get("/api/v1/rounds/coverage", params=PERIOD, headers=officer).json()
    assert without["share"] is None
    assert {one["zone"]: one["share"] for one in without["zones"]}["b2"] == 1
    whole = Area(id="b1", kind=AreaKind.PATROL, name=Text("", "All"), outline=((0, 0), (80, 0), (80, 20), (0, 20)))
    plan = FloorPlan(
        zone="b1", width=80, height=20, areas=(whole,), marks={"cp-b1-east": (70, 10), "cp-substation": (40, 10)}
    )
    with walked.records.begin() as unit:
        unit.plans.put(plan, "test", NOW)
    found = client.get("/api/v1/rounds/coverage", params=PERIOD, headers=officer).json()
    assert 0.4 < found["share"] < 0.5
    wider = client.get("/api/v1/rounds/coverage", params=PERIOD | {"reach": "30"}, headers=officer).json()
    assert wider["share"] > found["share"]


def test_a_phone_scans_a_checkpoint_once_however_often_it_sends(
    walked: House, client: TestClient, program: Programs
) -> None:
    with walked.records.read() as unit:
        tag = next(stop.tags[0] for stop in unit.registers.load().stops.values() if stop.point == "cp-substation.scan")
    guard = program(Role.GUARD) | {"idempotency-key": "phone-1"}
    first = client.post("/api/v1/rounds/scans", json={"code": tag}, headers=guard)
    assert (first.status_code, first.json()["point"]) == (201, "cp-substation.scan")
    walked.clock.now += SECOND
    assert client.post("/api/v1/rounds/scans", json={"code": tag}, headers=guard).json() == first.json()
    assert len(walked.readings.scans("cp-substation.scan", NOW - 5 * MINUTE, NOW)) == 1
    refused = client.post("/api/v1/rounds/scans", json={"code": "FFFF"}, headers=program(Role.GUARD))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "code")
    assert client.post("/api/v1/rounds/scans", json={"code": tag}, headers=program(Role.INSPECTOR)).status_code == 403


def test_scans_outside_rounds_are_told_and_ghosts_are_none(
    walked: House, client: TestClient, program: Programs, browser_of: Browsers
) -> None:
    officer = program(Role.OFFICER)
    assert client.get("/api/v1/rounds/outside", params=PERIOD, headers=officer).json() == []
    scan(walked, "cp-t1-lobby.scan", NOW - HOUR)
    walked.readings.append([], [], [Scan(point="cp-t1-lobby.scan", at=NOW - HOUR + 1, tag="ghost", received=NOW)])
    (found,) = client.get("/api/v1/rounds/outside", params=PERIOD, headers=officer).json()
    assert found["point"] == "cp-t1-lobby.scan"
    assert "不在任何一轮内的打点" in browser_of("officer").page("/rounds")


def test_when_a_round_at_random_begins_only_those_know_who_do_not_walk_it(
    home: House, client: TestClient, program: Programs, browser_of: Browsers
) -> None:
    with home.records.begin() as unit:
        before = unit.registers.load()
        at_random = replace(before.routes["night-indoor"], within=40 * MINUTE)
        after = replace(before, routes=before.routes | {"night-indoor": at_random})
        unit.registers.apply(difference(before, after), "test", NOW - DAY)
    patrol(home)
    asked, rows = {"route": "night-indoor", "state": "planned"}, []
    for role, known in ((Role.GUARD, False), (Role.INSPECTOR, False), (Role.OFFICER, True)):
        rows = client.get("/api/v1/rounds", params=asked, headers=program(role)).json()["rows"]
        assert {(one["start"] is not None, bool(one["points"])) for one in rows} == {(known, known)}
    page = browser_of("guard").client.get("/rounds").text
    assert ("随机开始" in page) or ("at random" in page)
    number = rows[-1]["id"]
    assert browser_of("guard").client.get(f"/rounds/{number}").status_code == 303
    assert browser_of("officer").client.get(f"/rounds/{number}").status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "address",
    ["/rounds", "/rounds?day=2026-11-23&route=garage&state=missed&team=security", "/rounds/figures?by=day&days=7",
     "/rounds/figures?by=month", "/rounds/points?which=late", "/rounds/coverage?days=30", "/rounds?day=nonsense", "/"],
)  # fmt: skip
def test_every_page_can_be_read_in_both_languages(
    walked: House, browser_of: Browsers, address: str, language: str
) -> None:
    browser = browser_of("officer")
    browser.client.cookies.set("language", language)
    page = browser.client.get(address)
    assert page.status_code == 200
    assert "rounds" in page.text


def test_the_page_of_a_round_shows_points_strays_the_alert_and_its_replay(home: House, browser_of: Browsers) -> None:
    rounds = patrol(home)
    done, running = rounds[0], rounds[-1]
    scan(home, done.stops[0].point, done.start + 30 * SECOND)
    home.readings.append([], [], [Scan(point=done.stops[0].point, at=done.start + 1, tag="ghost", received=NOW)])
    look(home)
    browser = browser_of("officer")
    browser.client.cookies.set("language", "en")
    page = browser.client.get(f"/rounds/{done.id}").text
    for said in ("visited late", "scanned again", "a tag that nobody knows", 'id="replay"', "round ended"):
        assert said in page, said
    assert "Chen" not in page.split("<main")[1], "names stand behind the register of retrievals"
    with home.records.read() as unit:
        (alert,) = [
            one for one in unit.alerts.open_ones() if one.rule == "round-points" and "missed" not in one.title.en
        ]
    assert alert.point == f"round-{running.id}"
    assert f'href="/alerts/{alert.id}"' in browser.client.get(f"/rounds/{running.id}").text
    assert f'href="/rounds/{running.id}"' in browser.client.get(f"/alerts/{alert.id}").text


def test_an_empty_day_teaches(bare: House) -> None:
    browser = Browser(TestClient(create_app(bare.context), raise_server_exceptions=False, follow_redirects=False))
    browser.sign_in("officer")
    for address in ("/rounds", "/rounds/figures", "/rounds/coverage", "/rounds/points"):
        assert browser.client.get(address).status_code == 200
    assert "routes.csv" in browser.client.get("/rounds").text


def test_an_inspector_of_other_clauses_sees_no_patrols_and_any_other_does(home: House, browser_of: Browsers) -> None:
    patrol(home)
    addresses = ("/rounds", "/rounds/figures", "/rounds/coverage", "/rounds/points", "/api/v1/rounds")
    whole = browser_of("inspector")
    assert [whole.client.get(address).status_code for address in addresses] == [200] * 5
    limit(home, clauses=("EQ-2",))
    limited = browser_of("inspector")
    assert {limited.client.get(address).status_code for address in addresses} == {404}
    limit(home, clauses=("AP-3",))
    limited = browser_of("inspector")
    assert [limited.client.get(address).status_code for address in addresses] == [200] * 5
    assert limited.client.get("/plans").status_code == 404


def test_a_building_s_inspector_sees_the_points_of_rounds_within_it_alone(home: House, browser_of: Browsers) -> None:
    patrol(home)
    zones = home.register().zones_below("grounds") | {"grounds"}
    with home.records.read() as unit:
        rounds = unit.rounds.all(RoundFilter(until=NOW + DAY))
    (mixed,) = [one for one in rounds if one.route == "outdoor"][:1]
    (garage,) = [one for one in rounds if one.route == "garage"][:1]
    with home.records.begin() as unit:
        unit.facts.append(Fact(at=NOW, noun="round", subject=str(mixed.id), what="ended", who="x", data=summary(mixed)))
    limit(home, buildings=("grounds",))
    browser = browser_of("inspector")
    for address in ("", "/figures", "/coverage", "/points", f"/{mixed.id}"):
        page = browser.page(f"/rounds{address}")
        assert not re.search(r"cp-(garage|b1|t1)", page), address
    browser.page(f"/rounds/{garage.id}", 404)

    def get(address: str) -> Any:
        return browser.client.get(f"/api/v1/rounds{address}", params=PERIOD).json()

    assert browser.client.get(f"/api/v1/rounds/{garage.id}").status_code == 404
    assert {stop["zone"] for stop in get(f"/{mixed.id}")["points"]} <= zones
    told = [point["zone"] for fact in get(f"/{mixed.id}/facts") for point in fact["data"].get("points", [])]
    assert told
    assert set(told) <= zones
    assert {row["route"] for row in get("")["rows"]} <= {"outdoor"}
    assert get("/figures")["whole"]["planned"] == sum(
        stop.zone in zones for one in rounds if one.over and NOW - 3 * HOUR <= one.start < NOW for stop in one.stops
    )
    assert {one["zone"] for one in get("/coverage")["zones"]} <= zones
    assert get("/outside") == []


def limit(home: House, *, buildings: tuple[str, ...] = (), clauses: tuple[str, ...] = ()) -> None:
    with home.records.begin() as unit:
        unit.people.update(replace(unit.people.get("inspector"), buildings=buildings, clauses=clauses))

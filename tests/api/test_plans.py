"""Plans and cameras for programs: shares by design and now, what-if, proposals, video."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from facility.instant import DAY, HOUR, MINUTE
from facility.person import Role
from facility.quality import Quality
from facility.reading import Reading
from inspections.coverage.daily import Daily
from inspections.coverage.plan_files import document_of, load_plans
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.site import SiteNow
from inspections.coverage.states import CameraState
from inspections.coverage.watching import look
from tests.api.seed import NOW, RIVERSIDE, House

Program = Callable[[Role], dict[str, str]]
PLANS = {zone: file.plan for zone, file in load_plans(RIVERSIDE.parent / "plans").items()}


@pytest.fixture
def drawn(home: House) -> House:
    """Riverside with its plans, and a look at the cameras just now: one is offline."""
    with home.records.begin() as unit:
        for plan in PLANS.values():
            unit.plans.put(plan, "manager", NOW - DAY, "drawn")
    watch(home, {"cam-b1-east": CameraState.OFFLINE})
    return home


def watch(home: House, instead: dict[str, CameraState], at: int = NOW - 3 * MINUTE // 2) -> None:
    with home.records.begin() as unit:
        site = SiteNow().look(unit)
        states = dict.fromkeys(site.register.cameras, CameraState.WORKING) | instead
        look(unit, site, states, at, CoverageSettings())


def test_each_zone_with_a_plan_says_its_share_by_design_and_now(
    drawn: House, client: TestClient, program: Program
) -> None:
    rows = {row["zone"]: row for row in client.get("/api/v1/plans", headers=program(Role.INSPECTOR)).json()}
    assert set(rows) == set(PLANS)
    garage = rows["b1"]["coverage"]
    assert garage["design"]["blind"] < 0.05 < garage["now"]["blind"]
    assert garage["over"] is True
    assert garage["settings"]["limit"] == 0.05
    assert rows["t1-f01"]["coverage"]["over"] is False
    assert (rows["b1"]["who"], rows["b1"]["why"]) == ("manager", "drawn")


def test_where_nobody_looks_at_the_cameras_there_is_no_share_of_now(
    drawn: House, client: TestClient, program: Program
) -> None:
    drawn.clock.now += 10 * MINUTE
    found = client.get("/api/v1/plans/b1", headers=program(Role.INSPECTOR)).json()
    assert found["coverage"]["now"] is None
    assert found["coverage"]["design"]["blind"] < 0.05
    assert {row["state"] for row in cameras(client, program)} == {"unwatched"}


def cameras(client: TestClient, program: Program) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get("/api/v1/cameras", headers=program(Role.GUARD)).json()["rows"]
    return rows


def test_what_if_a_camera_hung_otherwise_nothing_is_kept(drawn: House, client: TestClient, program: Program) -> None:
    body = {"cameras": [{"id": "cam-b1-west", "yaw": 225}]}
    tried = client.post("/api/v1/plans/b1/what-if", json=body, headers=program(Role.GUARD)).json()
    stands = client.get("/api/v1/plans/b1", headers=program(Role.GUARD)).json()["coverage"]
    assert tried["design"]["blind"] > 0.08 > stands["design"]["blind"]


def test_what_if_there_were_one_more_camera(drawn: House, client: TestClient, program: Program) -> None:
    body = {"cameras": [{"id": "new", "x": 30, "y": 33.7, "yaw": 270, "width_px": 2560, "hfov": 85}]}
    tried = client.post("/api/v1/plans/b1/what-if", json=body, headers=program(Role.GUARD)).json()
    stands = client.get("/api/v1/plans/b1", headers=program(Role.GUARD)).json()["coverage"]
    assert tried["design"]["seen"] > stands["design"]["seen"]


def test_a_camera_turned_to_a_toilet_is_a_violation_at_once(drawn: House, client: TestClient, program: Program) -> None:
    body = {"cameras": [{"id": "cam-b1-north", "x": 47, "y": 36, "yaw": 90}]}
    tried = client.post("/api/v1/plans/b1/what-if", json=body, headers=program(Role.GUARD)).json()
    assert [(one["camera"], one["area"]) for one in tried["violations"]] == [("cam-b1-north", "toilet")]


@pytest.mark.parametrize(
    ("camera", "told"),
    [
        ({"hfov": 400}, "400.0 is not possible; allowed: 1 to 360"),
        ({"hfov": 400}, '"field":"cam-b1-west.hfov"'),
        ({"tilt": -91}, "cam-b1-west.tilt"),
        ({"zoom": 2}, "zoom"),
    ],
)
def test_a_camera_that_no_register_takes_is_refused_with_its_field(
    camera: dict[str, float], told: str, drawn: House, client: TestClient, program: Program
) -> None:
    body = {"cameras": [{"id": "cam-b1-west"} | camera]}
    english = program(Role.GUARD) | {"accept-language": "en"}
    answer = client.post("/api/v1/plans/b1/what-if", json=body, headers=english)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_proposal_stands_in_the_register_with_its_reason(drawn: House, client: TestClient, program: Program) -> None:
    body = {"cameras": [{"id": "cam-b1-west", "yaw": 50}], "why": "turned by the installer"}
    key = {"Idempotency-Key": "k-1"}
    assert client.post("/api/v1/plans/b1/propose", json=body, headers=program(Role.GUARD)).status_code == 403
    first = client.post("/api/v1/plans/b1/propose", json=body, headers=program(Role.ADMIN) | key)
    again = client.post("/api/v1/plans/b1/propose", json=body, headers=program(Role.ADMIN) | key)
    assert first.json() == again.json()
    with drawn.records.read() as unit:
        assert unit.registers.load().cameras["cam-b1-west"].yaw == 50
        (*_, last) = unit.registers.history("cameras", "cam-b1-west")
        assert last["why"] == "turned by the installer"
    same = client.post("/api/v1/plans/b1/propose", json=body, headers=program(Role.ADMIN))
    assert same.status_code == 422
    assert "as the register says already" in same.json()["detail"]


def test_cameras_are_added_taken_down_and_taken_back(drawn: House, client: TestClient, program: Program) -> None:
    headers = program(Role.ADMIN)
    body = {"cameras": [{"id": "cam-new", "zh": "新", "x": 30, "y": 2}], "gone": ["cam-b1-west"], "why": "moved"}
    strange = client.post("/api/v1/plans/b1/propose", json=body | {"gone": ["cam-x"]}, headers=headers)
    assert (strange.status_code, strange.json()["errors"][0]["field"]) == (422, "gone")
    before = drawn.register().cameras
    version = client.post("/api/v1/plans/b1/propose", json=body, headers=headers).json()["version"]
    now = drawn.register().cameras
    assert (now.keys() - before.keys(), before.keys() - now.keys()) == ({"cam-new"}, {"cam-b1-west"})
    address = f"/api/v1/plans/cameras/{version}/take-back"
    assert client.post(address, headers=headers).json()["version"] == version + 1
    assert dict(drawn.register().cameras) == dict(before)
    assert client.post(address, headers=headers).status_code == 409


def test_a_plan_is_put_with_a_reason_and_never_over_somebody_elses(
    drawn: House, client: TestClient, program: Program
) -> None:
    plan = document_of(PLANS["b1"]) | {"width": 61}
    version = client.get("/api/v1/plans/b1", headers=program(Role.ADMIN)).json()["version"]
    body = {"plan": plan, "why": "measured anew", "version": version}
    assert client.put("/api/v1/plans/b1", json=body, headers=program(Role.ENGINEER)).status_code == 403
    assert client.put("/api/v1/plans/b1", json=body, headers=program(Role.ADMIN)).status_code == 200
    late = client.put("/api/v1/plans/b1", json=body | {"plan": plan | {"width": 62}}, headers=program(Role.ADMIN))
    assert late.status_code == 409
    assert "measured anew" in late.json()["detail"]
    found = client.get("/api/v1/plans/b1", headers=program(Role.ADMIN)).json()
    assert found["plan"]["width"] == 61
    assert [one["why"] for one in found["versions"]] == ["measured anew", "drawn"]


def test_a_plan_that_is_none_is_refused_with_its_fields(drawn: House, client: TestClient, program: Program) -> None:
    plan = document_of(PLANS["b1"]) | {"width": 10}
    answer = client.put("/api/v1/plans/b1", json={"plan": plan, "why": "x"}, headers=program(Role.ADMIN))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "plan.walls.0"
    nowhere = client.put(
        "/api/v1/plans/moon", json={"plan": document_of(PLANS["b1"]), "why": "x"}, headers=program(Role.ADMIN)
    )
    assert nowhere.status_code == 404


def test_a_zone_without_a_plan_is_not_found(drawn: House, client: TestClient, program: Program) -> None:
    assert client.get("/api/v1/plans/b2", headers=program(Role.GUARD)).status_code == 404
    body: dict[str, Any] = {"cameras": []}
    assert client.post("/api/v1/plans/b2/what-if", json=body, headers=program(Role.GUARD)).status_code == 404


def test_every_camera_says_its_state_its_share_and_its_video(
    drawn: House, client: TestClient, program: Program
) -> None:
    drawn.readings.append([Reading("cam-b1-west.oldest_frame", NOW - HOUR, 44.5, Quality.GOOD, False, NOW)])
    rows = {row["id"]: row for row in cameras(client, program)}
    assert rows["cam-b1-east"]["state"] == "offline"
    assert rows["cam-b1-west"]["state"] == "working"
    assert rows["cam-b1-west"]["alone_share"] > 0.05
    assert (rows["cam-b1-west"]["video"], rows["cam-b1-west"]["video_days"]) == ("good", 44.5)
    assert (rows["cam-gate-north"]["alone"], rows["cam-gate-north"]["video"]) == (None, "unknown")


def test_the_same_as_csv_for_spreadsheets(drawn: House, client: TestClient, program: Program) -> None:
    answer = client.get("/api/v1/cameras/export.csv", headers=program(Role.INSPECTOR))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("id,zone,state,")
    assert any(line.startswith("cam-b1-east,b1,offline,") for line in lines)


def test_what_somebody_looked_up_on_the_recorder_is_kept(drawn: House, client: TestClient, program: Program) -> None:
    path = "/api/v1/cameras/cam-gate-north/oldest-frame"
    assert client.post(path, json={"days": 31}, headers=program(Role.INSPECTOR)).status_code == 403
    assert client.post(path, json={"days": -1}, headers=program(Role.GUARD)).status_code == 422
    assert client.post(path, json={"days": 31}, headers=program(Role.GUARD)).json()["days"] == 31
    row = next(row for row in cameras(client, program) if row["id"] == "cam-gate-north")
    assert row["video"] == "good"
    assert row["video_by"].startswith("token/")
    unknown = client.post("/api/v1/cameras/none/oldest-frame", json={"days": 31}, headers=program(Role.GUARD))
    assert unknown.status_code == 404


def test_the_whole_site_is_weighted_by_area(drawn: House, client: TestClient, program: Program) -> None:
    found = client.get("/api/v1/coverage", headers=program(Role.INSPECTOR)).json()
    zones = client.get("/api/v1/plans", headers=program(Role.INSPECTOR)).json()
    required = sum(row["coverage"]["design"]["required"] for row in zones)
    assert found["design"]["required"] == pytest.approx(required)
    assert found["now"]["blind"] > found["design"]["blind"]


def test_days_that_were_figured_are_listed_as_their_facts_say(
    drawn: House, client: TestClient, program: Program
) -> None:
    Daily(readings=lambda: drawn.readings).run(drawn.records, NOW)
    (day,) = client.get("/api/v1/coverage/days", headers=program(Role.INSPECTOR)).json()
    assert (day["day"], day["within"], day["data"]["mean"]) == ("2026-11-23", False, 1)
    assert day["data"]["settings"]["limit"] == 0.05

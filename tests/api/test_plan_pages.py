"""Plans and cameras as people see them, without a script: pictures, what-if, drawing, looking up."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from api.web.plan_drawing import form_of
from facility.camera import Camera
from facility.floor_plan import FloorPlan
from facility.instant import DAY, MINUTE
from inspections.coverage.states import CameraState
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House
from tests.api.test_plans import PLANS, watch

Open = Callable[[str], Browser]


@pytest.fixture
def drawn(home: House) -> House:
    with home.records.begin() as unit:
        for plan in PLANS.values():
            unit.plans.put(plan, "manager", NOW - DAY, "drawn")
    watch(home, {"cam-b1-east": CameraState.OFFLINE})
    return home


def english(browser: Browser) -> Browser:
    browser.client.headers["accept-language"] = "en"
    return browser


def of(home: House, zone: str) -> FloorPlan:
    with home.records.read() as unit:
        found = unit.plans.of(zone)
    assert found is not None
    return found


def camera(home: House, id: str) -> Camera:
    with home.records.read() as unit:
        return unit.registers.load().cameras[id]


def version(home: House, zone: str) -> str:
    with home.records.read() as unit:
        newest = unit.plans.newest().get(zone)
    return str(newest.version if newest else 0)


def sheet(plan: FloorPlan) -> dict[str, str]:
    """The fields of the drawing form as the page fills them."""
    form = form_of(plan)
    fields = {name: getattr(form, name) for name in ("width", "height", "walls", "columns", "marks")}
    for number, one in enumerate(form.areas):
        fields |= {f"area.{number}.{name}": getattr(one, name) for name in type(one).__slots__}
    return fields


def test_without_plans_the_page_says_how_to_make_one(home: House, browser_of: Open) -> None:
    page = english(browser_of("officer")).page("/plans")
    assert "dutyroom plans check FOLDER" in page
    assert "Draw a plan" not in page
    assert "Draw a plan" in english(browser_of("manager")).page("/plans")


def test_the_list_says_each_zone_s_share_and_the_site_s(drawn: House, browser_of: Open) -> None:
    told = words(english(browser_of("inspector")).page("/plans"))
    assert "Garage level B1" in told
    assert "2.08 %" in told
    assert "5.60 % over the limit" in told


def test_a_plan_is_a_picture_with_numbers_limit_clause_and_source(drawn: House, browser_of: Open) -> None:
    page = english(browser_of("inspector")).page("/plans/b1")
    told = words(page)
    for said in (
        "by design 2.08 %",
        "now 5.60 %",
        "EQ-8",
        "source: the manual; no standard gives a number",
        "tolerance",
    ):
        assert said in told
    assert page.count('class="eye ') == 5
    assert 'class="eye offline down" data-camera="cam-b1-east"' in page
    assert 'class="blind over"' in page
    assert 'class="area forbidden"' in page


def test_where_nobody_looks_at_the_cameras_the_page_says_so(drawn: House, browser_of: Open) -> None:
    drawn.clock.now += 10 * MINUTE
    assert "now not known nobody looks at the cameras" in words(english(browser_of("officer")).page("/plans/b1"))
    assert "Nobody looks at the cameras" in english(browser_of("officer")).page("/cameras")


def test_a_zone_without_a_plan_is_not_found(drawn: House, browser_of: Open) -> None:
    browser_of("officer").page("/plans/b2", 404)


def test_what_if_works_without_a_script_and_keeps_nothing(drawn: House, browser_of: Open) -> None:
    officer = english(browser_of("officer"))
    form = {"csrf": officer.csrf, "cam-b1-west:yaw": "225"}
    told = words(officer.client.post("/plans/b1/what-if", data=form).text)
    assert "Tried, not saved" in told
    assert "by design 10." in told
    assert camera(drawn, "cam-b1-west").yaw == 45
    wrong = officer.client.post("/plans/b1/what-if", data={"csrf": officer.csrf, "cam-b1-west:hfov": "wide"})
    assert wrong.status_code == 422
    assert "allowed: 1 to 360" in wrong.text


def test_a_view_into_the_toilet_is_told_in_red_words(drawn: House, browser_of: Open) -> None:
    officer = english(browser_of("officer"))
    form = {"csrf": officer.csrf, "cam-b1-north:x": "47", "cam-b1-north:y": "36", "cam-b1-north:yaw": "90"}
    page = officer.client.post("/plans/b1/what-if", data=form).text
    assert "B1 north camera looks into Toilet" in words(page)
    assert 'class="area forbidden violated"' in page


def test_only_the_keeper_of_the_register_lets_it_say_so_with_a_reason(drawn: House, browser_of: Open) -> None:
    form = {"cam-b1-west:yaw": "50", "why": "turned by the installer"}
    assert browser_of("engineer").send("/plans/b1/propose", **form) == 403
    assert browser_of("manager").send("/plans/b1/propose", **form | {"why": " "}) == 422
    assert browser_of("manager").send("/plans/b1/propose", **form) == 303
    assert camera(drawn, "cam-b1-west").yaw == 50


ONE_MORE = {"new:id": "cam-b1-south", "new:zh": "南侧", "new:x": "30", "new:y": "2", "new:yaw": "90"}


def test_a_camera_is_added_another_taken_down_and_both_taken_back(drawn: House, browser_of: Open) -> None:
    manager = english(browser_of("manager"))
    form = ONE_MORE | {"cam-b1-west:gone": "1", "csrf": manager.csrf}
    tried = manager.client.post("/plans/b1/what-if", data=form).text
    assert 'data-camera="cam-b1-south"' in tried
    assert 'data-camera="cam-b1-west"' not in tried
    assert "Blind share: 2.08 % →" in words(tried)
    answer = manager.client.post("/plans/b1/propose", data=form | {"why": "moved by the installer"})
    assert answer.status_code == 303
    assert (camera(drawn, "cam-b1-south").x, camera(drawn, "cam-b1-south").name.en) == (30, "南侧")
    with pytest.raises(KeyError):
        camera(drawn, "cam-b1-west")
    page = manager.page(answer.headers["location"])
    version = answer.headers["location"].rpartition("=")[2]
    assert f"/plans/b1/cameras/{version}/take-back" in page
    assert browser_of("engineer").send(f"/plans/b1/cameras/{version}/take-back") == 403
    assert manager.send(f"/plans/b1/cameras/{version}/take-back") == 303
    assert camera(drawn, "cam-b1-west").yaw == 45
    assert "cam-b1-south" not in drawn.register().cameras
    assert manager.send(f"/plans/b1/cameras/{version}/take-back") == 409
    assert manager.send("/plans/b1/cameras/1/take-back") == 404


def test_every_field_of_a_camera_that_is_wrong_is_named_and_what_was_written_stays(
    drawn: House, browser_of: Open
) -> None:
    manager = english(browser_of("manager"))
    form = {"csrf": manager.csrf, "new:id": "cam-b1-west", "new:x": "far", "cam-b1-north:hfov": "400"}
    for address in ("what-if", "propose"):
        answer = manager.client.post(f"/plans/b1/{address}", data=form)
        told = words(answer.text)
        assert answer.status_code == 422
        assert "cam-b1-north · field ° : '400' is not possible; allowed: 1 to 360" in told
        assert "new camera · Id : is taken: it hangs in b1" in told
        assert "new camera · Name in Chinese : a name in one language" in told
        assert "new camera · x m : 'far' is not possible" in told
        assert 'name="new:x" value="far"' in answer.text
        assert ("Reason : is missing" in told) is (address == "propose")


def test_a_plan_is_drawn_anew_with_a_reason_and_becomes_a_version(drawn: House, browser_of: Open) -> None:
    manager = english(browser_of("manager"))
    assert "4,4 4.6,4" in manager.page("/plans/b1/edit")
    form = sheet(of(drawn, "b1")) | {"width": "61", "version": version(drawn, "b1"), "why": "measured anew"}
    assert manager.send("/plans/b1", **form) == 303
    assert replace(of(drawn, "b1"), width=60.0) == PLANS["b1"]
    assert "measured anew" in manager.page("/plans/b1")
    late = manager.client.post("/plans/b1", data=form | {"csrf": manager.csrf, "width": "62"})
    assert late.status_code == 409
    assert "measured anew" in late.text


def test_an_unchanged_form_is_no_version(drawn: House, browser_of: Open) -> None:
    before = version(drawn, "b1")
    form = sheet(of(drawn, "b1")) | {"version": before, "why": "again"}
    assert browser_of("manager").send("/plans/b1", **form) == 303
    assert version(drawn, "b1") == before


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"width": "wide"}, "'wide' is not a number; allowed: metres, as 12.5"),
        ({"walls": "0,0 hello"}, "'hello' is no point"),
        ({"walls": "0,0 70,0"}, "is off the plan; allowed: x 0 to 60"),
        ({"columns": "1,1 2,2"}, "has no inside"),
        ({"marks": "cp-b1-east"}, "an asset and one point"),
        ({"area.0.id": "a b"}, "'a b' is no id"),
        ({"area.0.kind": "secret"}, "allowed: required, forbidden, excluded, patrol"),
        ({"area.0.density": "0"}, "above 0 to 2000"),
        ({"area.0.zh": "", "area.0.en": ""}, "needs a name"),
        ({"area.1.id": "lanes"}, "is there already"),
        ({"why": ""}, "say why it was drawn anew"),
    ],
)
def test_what_is_wrong_in_the_drawing_is_told_and_what_was_written_stays(
    fields: dict[str, str], told: str, drawn: House, browser_of: Open
) -> None:
    manager = english(browser_of("manager"))
    form = sheet(of(drawn, "b1")) | {"version": version(drawn, "b1"), "why": "x", "csrf": manager.csrf} | fields
    answer = manager.client.post("/plans/b1", data=form)
    assert answer.status_code == 422
    assert told in words(answer.text)
    assert of(drawn, "b1") == PLANS["b1"]
    written = next(iter(fields.values()))
    assert written in answer.text or "kind" in next(iter(fields))  # a choice can only show what there is


def test_a_zone_without_a_plan_is_drawn_from_an_empty_sheet(drawn: House, browser_of: Open) -> None:
    manager = browser_of("manager")
    assert manager.client.get("/plans?draw=b2").headers["location"] == "/plans/b2/edit"
    manager.page("/plans/b2/edit")
    form = {"width": "20", "height": "15", "walls": "0,0 20,0", "why": "first", "version": "0"}
    assert manager.send("/plans/b2", **form) == 303
    assert of(drawn, "b2").walls == (((0, 0), (20, 0)),)
    assert "没有应监控的地方" in words(manager.page("/plans/b2"))
    manager.page("/plans/moon/edit", 404)
    assert manager.send("/plans/moon", **form) == 404


def test_only_who_keeps_the_register_draws(drawn: House, browser_of: Open) -> None:
    engineer = browser_of("engineer")
    engineer.page("/plans/b1/edit", 403)
    assert engineer.send("/plans/b1", width="1") == 403
    assert "/plans/b1/edit" not in engineer.page("/plans/b1")


def picture(kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, kind)
    return out.getvalue()


def test_a_picture_is_laid_under_the_plan_and_taken_away_again(drawn: House, browser_of: Open) -> None:
    manager = browser_of("manager")
    files = {"file": ("b1.png", picture(), "image/png")}
    assert manager.client.post("/plans/b1/image", data={"csrf": manager.csrf}, files=files).status_code == 303
    assert manager.client.get("/plans/b1/image").headers["content-type"] == "image/png"
    assert 'href="/plans/b1/image"' in manager.page("/plans/b1")
    form = sheet(of(drawn, "b1")) | {"version": version(drawn, "b1"), "why": "without", "drop_image": "1"}
    assert manager.send("/plans/b1", **form) == 303
    manager.page("/plans/b1/image", 404)


def test_what_is_no_picture_is_refused(drawn: House, browser_of: Open) -> None:
    manager = browser_of("manager")
    files = {"file": ("b1.txt", b"walls", "text/plain")}
    assert manager.client.post("/plans/b1/image", data={"csrf": manager.csrf}, files=files).status_code == 422


def test_the_cameras_are_listed_with_what_is_wrong_first(drawn: House, browser_of: Open) -> None:
    told = words(english(browser_of("inspector")).page("/cameras"))
    assert "20 of 21 see" in told
    assert told.index("B1 east camera") < told.index("Tower 1 lobby camera")
    assert "offline" in told
    assert "not known, no pass" in told


def test_who_does_duties_enters_how_far_back_video_goes(drawn: House, browser_of: Open) -> None:
    assert "oldest-frame" not in browser_of("inspector").page("/cameras")
    assert browser_of("guard").send("/cameras/cam-gate-north/oldest-frame", days="many") == 422
    assert browser_of("guard").send("/cameras/nowhere/oldest-frame", days="40") == 404
    assert browser_of("guard").send("/cameras/cam-gate-north/oldest-frame", days="40") == 303
    assert "40 days" in words(english(browser_of("guard")).page("/cameras"))


def test_without_cameras_the_page_says_how_to_add_them(bare: House) -> None:
    browser = Browser(TestClient(create_app(bare.context), follow_redirects=False))
    browser.sign_in("officer")
    assert "cameras.csv" in browser.page("/cameras")


def test_an_alert_of_a_blind_area_leads_to_its_plan(drawn: House, browser_of: Open) -> None:
    watch(drawn, {"cam-b1-east": CameraState.OFFLINE}, NOW)
    with drawn.records.read() as unit:
        (alert,) = [one for one in unit.alerts.open_ones() if one.rule == "blind-area"]
    page = english(browser_of("officer")).page(f"/alerts/{alert.id}")
    assert 'href="/plans/b1"' in page
    assert "B1 east camera offline" in words(page)
    assert "left the register" not in page

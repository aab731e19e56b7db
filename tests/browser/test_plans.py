"""Plans in a real browser: a camera is dragged and the share follows; a wall is drawn, undone, saved; by the keyboard as well."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from facility.instant import DAY
from inspections.coverage.states import CameraState
from tests.api.seed import NOW
from tests.api.test_plans import PLANS, watch
from tests.browser.conftest import Duty

SignIn = Callable[[str], Page]


@pytest.fixture
def drawn(duty: Duty) -> Duty:
    with duty.home.records.begin() as unit:
        for plan in PLANS.values():
            unit.plans.put(plan, "manager", NOW - DAY, "drawn")
    watch(duty.home, {"cam-b1-east": CameraState.OFFLINE}, NOW)
    return duty


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def comes_to(found: Locator, count: int) -> bool:
    """Whether there are so many soon: one step too far back cannot be taken again."""
    try:
        expect(found).to_have_count(count, timeout=3_000)
    except AssertionError:
        return False
    return True


def drag(page: Page, of: Locator, by: tuple[float, float]) -> None:
    of.scroll_into_view_if_needed()
    x, y = middle(of)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=4)
    page.mouse.up()


def test_a_picture_that_was_on_its_way_does_not_come_over_what_is_tried(drawn: Duty, signed_in: SignIn) -> None:
    page = signed_in("officer")
    page.goto(f"{drawn.address}/plans/b1")
    held: list[Route] = []
    page.route(
        "**/plans/b1",
        lambda route: held.append(route) if "hx-request" in route.request.headers else route.continue_(),
    )
    with page.expect_request(lambda request: "hx-request" in request.headers):
        page.evaluate("document.getElementById('news').click()")
    numbers = page.locator("#numbers .big").first
    drag(page, page.locator('[data-camera="cam-b1-west"] .body'), (150, -120))
    expect(page.locator("#picture")).to_contain_text("试算，没有保存")
    tried = numbers.inner_text()
    with page.expect_response(lambda answer: answer.request == held[0].request) as answer:
        held[0].continue_()
    answer.value.finished()
    page.wait_for_timeout(500)
    expect(numbers).to_have_text(tried)
    expect(page.locator("#picture")).to_contain_text("试算，没有保存")


def test_a_camera_is_dragged_and_the_server_says_the_share(drawn: Duty, signed_in: SignIn) -> None:
    page = signed_in("officer")
    page.goto(f"{drawn.address}/plans/b1")
    numbers = page.locator("#numbers")
    expect(numbers).to_contain_text("2.08 %")
    drag(page, page.locator('[data-camera="cam-b1-west"] .body'), (150, -120))
    expect(page.locator("#picture")).to_contain_text("试算，没有保存")
    expect(numbers).not_to_contain_text("2.08 %")
    assert float(page.input_value('[name="cam-b1-west:x"]')) > 4
    tried = numbers.locator(".big").first.inner_text()
    page.locator("#one-more summary").click()
    page.fill('[name="new:id"]', "cam-more")
    page.fill('[name="new:zh"]', "新增")
    expect(page.locator('[data-camera="cam-more"]')).to_have_count(1)
    expect(page.locator("#told")).to_contain_text("→")
    drag(page, page.locator('[data-camera="cam-more"] .body'), (40, 20))
    page.fill('[name="new:hfov"]', "999")
    expect(page.locator("#told [role=alert]")).to_contain_text("新摄像机 · 视场角 °")
    page.click("#undo")
    expect(page.locator("#told [role=alert]")).to_have_count(0)
    while not comes_to(page.locator('[data-camera="cam-more"]'), 0):
        page.click("#undo")
    expect(numbers.locator(".big").first).to_have_text(tried)
    with drawn.home.records.read() as unit:
        assert unit.registers.load().cameras["cam-b1-west"].x == 2


def test_the_share_follows_the_cameras_while_somebody_looks(drawn: Duty, signed_in: SignIn) -> None:
    page = signed_in("inspector")
    page.goto(f"{drawn.address}/plans/b1")
    expect(page.locator("#numbers")).to_contain_text("5.60 %")
    expect(page.locator('[data-camera="cam-b1-east"].down')).to_have_count(1)
    watch(drawn.home, {}, drawn.home.clock())
    expect(page.locator('[data-camera="cam-b1-east"].down')).to_have_count(0)
    expect(page.locator("#numbers")).not_to_contain_text("5.60 %")


def test_a_number_typed_does_the_same_as_dragging(drawn: Duty, signed_in: SignIn) -> None:
    page = signed_in("officer")
    page.goto(f"{drawn.address}/plans/b1")
    page.fill('[name="cam-b1-west:yaw"]', "225")
    expect(page.locator("#numbers")).to_contain_text("10.")
    page.fill('[name="cam-b1-west:yaw"]', "45")
    expect(page.locator("#numbers")).to_contain_text("2.08 %")


def test_a_wall_is_drawn_undone_and_saved(drawn: Duty, signed_in: SignIn) -> None:
    page = signed_in("manager")
    page.goto(f"{drawn.address}/plans/b1/edit")
    page.click('[data-tool="new-wall"]')
    canvas = page.locator("#canvas")
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] * 0.4, "y": box["height"] * 0.4})
    written = page.input_value("[name=walls]").splitlines()
    assert len(written) == 8
    assert len(written[-1].split()) == 2
    page.click('[data-tool="undo"]')
    assert len(page.input_value("[name=walls]").splitlines()[-1].split()) == 1
    page.click('[data-tool="undo"]')
    assert len(page.input_value("[name=walls]").splitlines()) == 7
    page.fill("[name=width]", "61")
    page.fill("[name=why]", "量过")
    page.click("form#drawing button.strong")
    page.wait_for_url("**/plans/b1?saved=*")
    with drawn.home.records.read() as unit:
        assert unit.plans.of("b1") == replace(PLANS["b1"], width=61.0)


def test_a_point_is_moved_and_taken_out_by_the_keyboard(drawn: Duty, signed_in: SignIn) -> None:
    page = signed_in("manager")
    page.goto(f"{drawn.address}/plans/t1-f01/edit")
    page.select_option("#chosen", "area/0")
    page.locator("#canvas .dot").nth(1).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    assert page.input_value('[name="area.0.outline"]').split()[1] == "11.9,1"
    page.keyboard.press("Delete")
    assert len(page.input_value('[name="area.0.outline"]').split()) == 5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_pages(theme: str, drawn: Duty, signed_in: SignIn) -> None:
    page = signed_in("manager")
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    for address in ("/plans/b1", "/plans/b1/edit"):
        page.goto(f"{drawn.address}{address}")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, (address, found.generate_report())


def test_nothing_runs_over_on_a_phone(drawn: Duty, signed_in: SignIn) -> None:
    page = signed_in("manager")
    page.set_viewport_size({"width": 360, "height": 740})
    for address in ("/plans", "/plans/b1", "/plans/b1/edit", "/cameras"):
        page.goto(f"{drawn.address}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address

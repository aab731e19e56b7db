"""A real browser at the desk, on the wall and in the hand."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from api.app import create_app
from dutyroom.permission_files import Importing, import_permissions
from facility.instant import HOUR, MINUTE
from tests.api.seed import GAUGE, PASSWORD, House, RunningClock, fill, house
from tests.api.server import serving
from tests.api.test_plans import PLANS
from tests.browser.conftest import Duty

SignedIn = Callable[..., Page]
PAGES = [
    "/",
    "/alerts",
    "/alerts/2",
    "/alerts/5",
    "/work-orders",
    "/work-orders/2",
    f"/points/{GAUGE}",
    "/zones",
    "/zones/t1",
    "/dead-letters",
    "/unclaimed",
    "/unclaimed/1",
    "/rules",
    "/rules/pump-pressure-band",
    "/system",
    "/test-modes",
    "/test-modes/1",
    "/maintenance",
    "/figures",
    "/nowhere",
    "/duties",
    "/impairments",
    "/rounds",
    "/rounds/coverage",
    "/doors",
    "/permissions",
    "/permissions/review",
    "/permissions/lift-01",
    "/permissions/entries/lift-firm-t1",
    "/visitors",
    "/visitors/new",
    "/personal-data",
    "/personal-data/retrievals",
    "/compliance",
    "/clauses",
    "/reports",
    "/results",
    "/insulation",
    "/instruments",
    "/phones",
    "/people/inspectors",
    "/plans",
    "/plans/b1",
    "/cameras",
]
DESK = [
    "/",
    "/alerts/2",
    "/work-orders/2",
    "/incidents",
    "/notices",
    "/rota",
    "/channels",
    "/residents",
    "/place-codes",
    "/figures/response",
]
PERMISSIONS = Path(__file__).parents[2] / "examples" / "riverside" / "permissions"
PHONE, TABLET, WALL = {"width": 360, "height": 740}, {"width": 768, "height": 1024}, {"width": 1920, "height": 1080}


def test_signing_in_leads_to_the_board(signed_in: SignedIn) -> None:
    page = signed_in("officer")
    expect(page.locator("#wrong .alert")).to_have_count(5)
    expect(page.locator("#link-text")).to_have_text("实时")
    expect(page).to_have_title("(5) 看板 · 滨江花园")


def test_a_wrong_password_is_told_on_the_form(page: Page, duty: Duty) -> None:
    page.goto(f"{duty.address}/alerts/2")
    page.fill("[name=account]", "officer")
    page.fill("[name=password]", "not this one")
    page.click("main form button")
    expect(page.locator("[role=alert]")).to_contain_text("账号与密码不符")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"{duty.address}/alerts/2")


def test_an_alert_appears_while_somebody_looks(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    expect(page.locator("html.alive")).to_be_attached()
    duty.home.raise_alert("pump-pressure-band", "t2-pump-1.pressure", value=0.9, ago=60_000)
    expect(page.locator("#alert-6")).to_be_visible()
    expect(page).to_have_title("(6) 看板 · 滨江花园")
    expect(page.locator("#counts")).to_have_attribute("data-unacknowledged", "6")


def test_nothing_moves_while_somebody_types(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    expect(page.locator("html.alive")).to_be_attached()
    page.locator("#alert-2 summary").click()
    field = page.locator("#alert-2 [name=reason]")
    field.fill("泵房有水")
    place = field.bounding_box()
    duty.home.raise_alert("smoke-alarm", smoke(duty.home), value=1.0, ago=60_000)
    bar = page.locator("#news")
    expect(bar).to_contain_text("1 条新消息")
    expect(bar).to_contain_text("烟感报警")
    assert page.locator("#alert-6").count() == 0
    assert field.input_value() == "泵房有水"
    assert field.bounding_box() == place
    covered = bar.bounding_box()
    assert place is not None
    assert covered is not None
    assert place["y"] + place["height"] <= covered["y"] or covered["y"] + covered["height"] <= place["y"]
    page.mouse.move(5, 5)
    bar.click()
    expect(page.locator("#alert-6")).to_be_visible()
    expect(bar).to_be_hidden()


def smoke(home: House) -> str:
    return [p.id for p in home.register().points.values() if p.quantity == "smoke"][7]


def test_acknowledging_from_the_board_takes_two_taps(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("guard")
    page.locator("#alert-2 summary").click()
    page.locator("#alert-2").get_by_role("button", name="属实").click()
    page.wait_for_url(f"{duty.address}/")
    expect(page.locator("#alert-2 .state")).to_contain_text("已确认")
    with duty.home.records.read() as unit:
        assert unit.facts.of("alert", "2")[-1].data == {"finding": "real"}


def test_keys_choose_and_acknowledge(signed_in: SignedIn) -> None:
    page = signed_in("officer")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".alert.chosen")).to_have_attribute("id", "alert-2")
    page.keyboard.press("k")
    expect(page.locator(".alert.chosen")).to_have_attribute("id", "alert-1")
    page.keyboard.press("a")
    expect(page.locator("#alert-1 form button").first).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def test_a_work_order_goes_from_step_to_step(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("engineer")
    page.goto(f"{duty.address}/work-orders/2")
    for step, state in (("接单", "已接单"), ("我已到场", "已到场"), ("开始处理", "处理中")):
        if state == "已到场":
            page.locator("#order [name=reason]").first.fill("门口没有码")
        page.locator("button.next").click()
        expect(page.locator("#order .tag").first).to_have_text(state)
        expect(page.locator("#history")).to_contain_text(step.removeprefix("我"))
    page.locator("#order [name=reason]").first.fill("换了密封圈")
    page.locator("button.next").click()
    expect(page.locator("#order .tag").first).to_have_text("待验证")
    expect(page.locator("#history .why").last).to_have_text("换了密封圈")


def test_what_was_typed_survives_a_reload(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    page.goto(f"{duty.address}/alerts/2")
    page.locator("#history textarea").fill("等工程师回电")
    page.reload()
    expect(page.locator("#history textarea")).to_have_value("等工程师回电")
    page.locator("#history button").click()
    expect(page.locator("#history .why").last).to_have_text("等工程师回电")
    expect(page.locator("#history textarea")).to_have_value("")


def test_what_was_typed_survives_a_lost_session(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    page.goto(f"{duty.address}/alerts/2")
    page.locator("#history textarea").fill("现场已封闭")
    with duty.home.records.begin() as unit:
        unit.people.end_sessions_of("officer")
    page.locator("#history button").click()
    page.fill("[name=account]", "officer")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"{duty.address}/alerts/2")
    expect(page.locator("#history textarea")).to_have_value("现场已封闭")


def test_language_and_theme_are_switched_and_stay(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    page.locator("#menu summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("#wrong h2")).to_contain_text("What is wrong now")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{duty.address}/rules")
    expect(page.locator("h1")).to_contain_text("Rules")


def test_values_change_in_place_and_age(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    page.goto(f"{duty.address}/points/{GAUGE}")
    expect(page.locator("#now-value .number")).to_have_text("0.445")
    duty.home.say(GAUGE, 0.432)
    expect(page.locator("#now-value .number")).to_have_text("0.432")
    expect(page.locator("#now-value .value")).to_have_class("value p2")
    expect(page.locator("#now-value .age")).to_contain_text("秒前")
    page.goto(f"{duty.address}/")
    duty.home.say(GAUGE, 0.431)
    expect(page.locator(f".gauges [data-point='{GAUGE}'] .number")).to_have_text("0.431")
    expect(page.locator(f"#alert-2 [data-point='{GAUGE}'] .number")).to_have_text("0.431")


def test_the_chart_is_drawn_and_reads_out_values(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    page.goto(f"{duty.address}/points/{GAUGE}")
    canvas = page.locator(".plot canvas")
    expect(canvas).to_be_visible()
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50)
    expect(page.locator(".legend b")).to_contain_text("MPa")
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 50)
    with page.expect_response(lambda answer: "/chart?" in answer.url) as zoomed:
        page.mouse.up()
    chart = zoomed.value.json()
    assert 600_000 < chart["end"] - chart["start"] < 900_000


@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_the_words_of_states_are_whole_beside_the_chart(
    page: Page, signed_in: SignedIn, duty: Duty, size: ViewportSize
) -> None:
    leak = "t1-pump-room-leak.leak"
    for minute in range(0, 60, 5):
        duty.home.say(leak, float(minute == 20), ago=(60 - minute) * MINUTE)
    page.set_viewport_size(size)
    signed_in("officer")
    page.context.add_cookies([{"name": "language", "value": "en", "url": duty.address}])
    page.add_init_script(DRAWN_WORDS)
    page.goto(f"{duty.address}/points/{leak}")
    expect(page.locator("html[data-drawn]")).to_be_attached()
    drawn = dict(page.evaluate("window.drawn"))
    assert {"dry", "water on the floor"} <= drawn.keys()
    assert all(left >= 0 for left in drawn.values()), drawn


DRAWN_WORDS = """
window.drawn = [];
const fill = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  const width = this.measureText(text).width;
  const share = { right: 1, end: 1, center: 0.5 }[this.textAlign] ?? 0;
  window.drawn.push([text, this.getTransform().transformPoint({ x, y }).x - share * width]);
  if (text === "dry") setTimeout(() => (document.documentElement.dataset.drawn = ""));
  return fill.apply(this, arguments);
};
"""


def test_a_lost_connection_shows_and_heals(page: Page, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = house(f"sqlite:///{tmp_path_factory.mktemp('lost') / 'records.db'}", RunningClock())
    fill(home)
    with serving(create_app(home.context)) as address:
        page.goto(f"{address}/sign-in")
        page.fill("[name=account]", "officer")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        expect(page.locator("html.alive")).to_be_attached()
    expect(page.locator("html.lost")).to_be_attached(timeout=6_500)
    expect(page.locator("#link-text")).to_have_text("连接中断，数值已旧")
    decoration = page.locator(".value .number").first.evaluate("n => getComputedStyle(n).textDecorationLine")
    assert decoration == "line-through"
    with serving(create_app(home.context), port=int(address.rpartition(":")[2])):
        expect(page.locator("html.alive")).to_be_attached(timeout=15_000)
        expect(page.locator("#link-text")).to_have_text("实时")
    home.records.close()


def test_a_lost_connection_catches_up_with_what_was_missed(
    page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = house(f"sqlite:///{tmp_path_factory.mktemp('missed') / 'records.db'}", RunningClock())
    fill(home)
    with serving(create_app(home.context)) as address:
        page.goto(f"{address}/sign-in")
        page.fill("[name=account]", "officer")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        expect(page.locator("html.alive")).to_be_attached()
    home.raise_alert("pump-pressure-band", "t2-pump-1.pressure", value=0.9, ago=60_000)
    with serving(create_app(home.context), port=int(address.rpartition(":")[2])):
        expect(page.locator("#alert-6")).to_be_visible(timeout=20_000)
    home.records.close()


def test_a_screen_whose_session_ended_finds_the_sign_in_page(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    expect(page.locator("html.alive")).to_be_attached()
    with duty.home.records.begin() as unit:
        unit.people.end_sessions_of("officer")
    duty.home.raise_alert("pump-pressure-band", "t2-pump-1.pressure", value=0.9, ago=60_000)
    page.wait_for_url("**/sign-in?next=/")


def test_sound_is_off_until_somebody_turns_it_on(signed_in: SignedIn) -> None:
    page = signed_in("officer")
    page.locator("#menu summary").click()
    toggle = page.locator("[data-sound=toggle]")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_text("声音已开")
    page.locator("[data-sound=test]").click()
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")


def test_a_claim_is_filled_in_and_sent(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("manager")
    page.goto(f"{duty.address}/unclaimed/1")
    page.select_option("[name=asset]", "t1-pump-1")
    page.fill("[name=device_zh]", "九号表")
    page.locator("button.next").click()
    page.wait_for_url(f"{duty.address}/points/gauge-9.pressure")
    expect(page.locator("h1")).to_have_text("压力")


@pytest.fixture
def furnished(duty: Duty) -> Duty:
    """With whom the doors let in, and two floor plans."""
    how = Importing(hide=partial(duty.home.context.hide, "card"), who="manager", at=duty.home.clock() - HOUR)
    assert not import_permissions(duty.home.records, PERMISSIONS, how).errors
    with duty.home.records.begin() as unit:
        for plan in PLANS.values():
            unit.plans.put(plan, "manager", duty.home.clock() - HOUR, "drawn")
    return duty


@pytest.mark.parametrize("part", range(4))
def test_no_page_scrolls_sideways_and_axe_finds_nothing_on_any_in_either_light(
    signed_in: SignedIn, furnished: Duty, part: int
) -> None:
    """Each page is asked for once: light and width change while it is there. What differs by light is contrast alone."""
    page = signed_in("manager")
    page.emulate_media(reduced_motion="reduce")
    for address in PAGES[part::4]:
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(furnished.address + address)
        if address == "/":
            page.locator("#alert-2 summary").click()
        for theme, only in (("light", None), ("dark", {"runOnly": ["color-contrast"]})):
            page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            found = Axe().run(page, options=only)
            assert found.violations_count == 0, f"{address}, {theme}\n{found.generate_report()}"
        for size in (PHONE, TABLET, WALL):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], (address, size, width)


def test_no_english_page_scrolls_sideways_on_a_phone(signed_in: SignedIn, furnished: Duty) -> None:
    page = signed_in("manager")
    page.context.add_cookies([{"name": "language", "value": "en", "url": furnished.address}])
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for address in PAGES:
        page.goto(furnished.address + address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], (address, width)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_top_bar_is_one_line_and_says_what_is_wrong_on_every_page(
    signed_in: SignedIn, duty: Duty, language: str
) -> None:
    page = signed_in("manager")
    page.context.add_cookies([{"name": "language", "value": language, "url": duty.address}])
    for width in (360, 480):
        page.set_viewport_size({"width": width, "height": 740})
        for address in DESK:
            page.goto(duty.address + address)
            tops = page.eval_on_selector_all(
                "header nav > a, #menu > summary",
                "all => [...new Set(all.filter(a => a.offsetParent).map(a => Math.round(a.getBoundingClientRect().top)))]",
            )
            assert len(tops) == 1, (address, width)
            expect(page.locator("#counts")).to_be_visible()
            expect(page.locator("#for-you")).to_be_visible()


def test_targets_are_large_enough_for_gloves(signed_in: SignedIn, duty: Duty) -> None:
    page = signed_in("officer")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for address in ("/", "/alerts/2", "/work-orders/2"):
        page.goto(duty.address + address)
        heights = page.eval_on_selector_all(
            "main button:not([hidden]), main summary.button, nav > a",
            "all => all.filter(b => b.offsetParent).map(b => b.offsetHeight)",
        )
        assert heights
        assert min(heights) >= 48, address


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_sign_in_page(page: Page, duty: Duty, theme: str) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": duty.address}])
    page.goto(f"{duty.address}/sign-in")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()

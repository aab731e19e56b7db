"""A resident's phone, and the duty room that hears of it."""

import io
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from facility.place_code import PlaceCode
from tests.api.seed import NOW
from tests.browser.conftest import Duty

SignedIn = Callable[..., Page]
CODE = "AbCdEf-12345"
STAFF = ["/residents", "/residents/1", "/residents/new", "/residents/analysis", "/place-codes", "/place-codes/sheet",
         "/figures/response"]  # fmt: skip


@pytest.fixture
def form(page: Page, duty: Duty, complaints: list[str]) -> Page:
    """The form on a phone, as the code at the first asset leads to it."""
    assert complaints == []
    asset = next(iter(duty.home.register().assets.values()))
    with duty.home.records.begin() as unit:
        unit.place_codes.add(PlaceCode(code=CODE, zone=asset.zone, asset=asset.id, created=NOW, created_by="manager"))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{duty.address}/report/{CODE}")
    return page


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(out, "PNG")
    return out.getvalue()


def narrow(page: Page) -> bool:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width <= 360


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found.response["violations"]]


def test_tapping_an_emergency_shows_whom_to_call_before_anything_is_sent(form: Page) -> None:
    expect(form.locator(".danger")).to_be_hidden()
    form.check("input[value=trapped]")
    expect(form.locator(".danger a[href='tel:119']")).to_be_visible()
    expect(form.locator(".for-trapped")).to_be_visible()
    expect(form.locator(".for-gas")).to_be_hidden()
    assert narrow(form)


def test_a_report_goes_from_the_form_to_its_status_without_a_script_or_a_cookie(form: Page) -> None:
    assert form.locator("script").count() == 0
    assert violations(form) == []
    form.check("input[value=water]")
    form.fill("textarea[name=words]", "电梯口滴水")
    form.locator("details:has(input[name=photo]) summary").click()
    form.set_input_files("input[name=photo]", {"name": "p.png", "mimeType": "image/png", "buffer": a_picture()})
    assert narrow(form)
    form.locator("main button.strong").click()
    while form.locator("[role=alert]").count():  # it was quicker than any person
        form.set_input_files("input[name=photo]", {"name": "p.png", "mimeType": "image/png", "buffer": a_picture()})
        form.locator("main button.strong").click()
    expect(form.locator("[aria-current=step]")).to_contain_text("已收到")
    assert "/report/status/" in form.url
    assert form.context.cookies() == []
    expect(form.get_by_text("您附了一张照片。")).to_be_visible()
    assert narrow(form)
    assert narrow(form)
    assert violations(form) == []


def test_an_emergency_appears_on_the_board_while_somebody_looks(signed_in: SignedIn, duty: Duty) -> None:
    from api.reporting import room_of
    from facility.residents_report import Way
    from response.reports.intake import Told, take_in

    page = signed_in("officer")
    expect(page.locator("html.alive")).to_be_attached()
    zone = next(iter(duty.home.register().zones))
    with duty.home.records.begin() as unit:
        told = Told(way=Way.WEB, zone=zone, words="有人被困在电梯里")
        take_in(unit, room_of(duty.home.context, unit), told, duty.home.clock())
    expect(page.locator(".urgent-report")).to_contain_text("有人被困在电梯里")
    page.locator(".urgent-report a").click()
    page.get_by_role("button", name="我来处理：从屏幕顶部撤下").click()
    expect(page.locator(".urgent-report")).to_have_count(0)


def test_the_duty_rooms_pages_fit_a_phone_and_everybody(signed_in: SignedIn, duty: Duty, form: Page) -> None:
    form.fill("textarea[name=words]", "厨房天花板一直在滴水，" * 20)
    form.locator("main button.strong").click()
    while form.locator("[role=alert]").count():
        form.locator("main button.strong").click()
    page = signed_in("manager")
    for address in STAFF:
        page.goto(f"{duty.address}{address}")
        assert narrow(page), address
        assert violations(page) == [], address

"""A checklist in a real browser: what was entered survives a reload, and a number is judged while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from facility.instant import DAY
from tests.api.seed import NOW
from tests.api.test_insulation import measure
from tests.api.test_results import owe
from tests.browser.conftest import Duty

Theme = Literal["light", "dark"]


def test_a_reload_in_the_middle_loses_nothing(duty: Duty, signed_in: Callable[[str], Page]) -> None:
    number = owe(duty.home, "box-insulation", "t1-db-07", asset="t1-db-07", zone="t1-f07")
    page = signed_in("engineer")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{duty.address}/duties/{number}/do")
    page.check("[name='deenergised.0.choice'][value=pass]")
    page.fill("[name='resistance.0.item']", "N1")
    page.fill("[name='resistance.0.value']", "0.3")
    expect(page.locator("[data-for='resistance.0.value']")).to_be_visible()
    page.select_option("[name='resistance.0.instrument']", "MEG-07")
    page.reload()
    expect(page.locator("[name='deenergised.0.choice'][value=pass]")).to_be_checked()
    expect(page.locator("[name='resistance.0.value']")).to_have_value("0.3")
    expect(page.locator("[name='resistance.0.instrument']")).to_have_value("MEG-07")
    page.fill("[name='resistance.0.value']", "2.35")
    expect(page.locator("[data-for='resistance.0.value']")).to_be_hidden()
    for name, value in (("volts", "500"), ("seconds", "60"), ("celsius", "24"), ("humidity", "61")):
        page.fill(f"[name='{name}.0.value']", value)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click("form[data-sheet] button.next")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.check("[name='signature.0.choice']")
    page.click("form[data-sheet] button.next")
    page.wait_for_url("**/results/*")
    expect(page.locator("main")).to_contain_text("2.35")
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('sheet:'))") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_results_fit_every_screen_and_axe_finds_nothing(
    duty: Duty, signed_in: Callable[[str], Page], theme: Theme
) -> None:
    number = owe(duty.home, "box-insulation", "t1-db-07", asset="t1-db-07", zone="t1-f07")
    failed = measure(duty.home, NOW - 30 * DAY, N1=0.3, N2=None)
    measure(duty.home, NOW - 20 * DAY, N1=9.0, retest_of=failed)
    page = signed_in("engineer")
    page.emulate_media(color_scheme=theme)
    for address in (
        "/results",
        f"/results/{failed}",
        f"/results/{failed}/correct",
        f"/duties/{number}/do",
        "/insulation",
        "/insulation/t1-db-07",
        "/instruments",
    ):
        page.goto(duty.address + address)
        for width in (360, 768, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found] == [], (address, found)

"""Rounds in a real browser: a scan shows without a reload, and a slider walks a round again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from facility.instant import MINUTE, SECOND
from tests.api.seed import NOW
from tests.api.test_rounds import look, patrol, scan
from tests.browser.conftest import Duty

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]


def test_a_scan_on_a_round_that_goes_on_shows_by_itself(duty: Duty, signed_in: SignIn) -> None:
    *_, running = patrol(duty.home)
    page = signed_in("officer")
    expect(page.locator("#rounds-line")).to_contain_text("1 个点超时")
    page.goto(f"{duty.address}/rounds")
    expect(page.locator("#rounds-now .mark.overdue").first).to_be_visible()
    scan(duty.home, running.stops[1].point, running.start + 350 * SECOND)
    look(duty.home)
    expect(page.locator("#rounds-now .mark.late").first).to_be_visible()
    expect(page.locator("#rounds-now .mark.overdue")).to_have_count(0)


def test_a_slider_walks_a_round_again(duty: Duty, signed_in: SignIn) -> None:
    done, *_ = patrol(duty.home)
    page = signed_in("officer")
    page.goto(f"{duty.address}/rounds/{done.id}")
    slider, walker = page.locator("#replay input"), page.locator("svg.strip .walker")
    expect(slider).to_be_visible()
    slider.fill(str(done.start + 75 * SECOND))
    expect(page.locator("#replay output")).to_have_text("06:16:15")
    expect(walker).to_be_visible()
    assert float(walker.get_attribute("cx") or 0) == pytest.approx(64, abs=1), (
        "half of the way from the first to the second"
    )
    expect(page.locator("svg.strip .mark.later")).to_have_count(2)
    slider.fill(str(done.start + 10 * MINUTE))
    expect(page.locator("svg.strip .mark.later")).to_have_count(0)
    assert done.start < NOW

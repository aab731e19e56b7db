"""Incidents in a real browser: in the hand at night, on the wall, on paper, and for who reads with their ears."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from facility.incident_step import Deed
from facility.instant import HOUR
from response.incidents import Opening, open_by_hand
from response.playbook_files import load_playbooks
from tests.browser.conftest import Duty
from tests.response.test_incidents import SMOKE, Story

SignedIn = Callable[..., Page]
PAGES = (
    "/incidents",
    "/incidents/1",
    "/incidents/2",
    "/incidents/new",
    "/incidents/new?playbook=theft-or-conflict&drill=1",
    "/incidents/measures",
    "/reviews/incident/2",
    "/bulletin-board",
    "/bulletins/t1",
)
SIZES = ({"width": 360, "height": 740}, {"width": 768, "height": 1024}, {"width": 1920, "height": 1080})


@pytest.fixture
def night(duty: Duty) -> Story:
    """A fire alarm to be confirmed, and a large fire that goes on elsewhere."""
    story = Story(duty.home)
    story.alarm(point=SMOKE.replace("f03", "f05"))
    with duty.home.records.begin() as unit:
        book, wish = load_playbooks()["fire"], Opening(zone="t2", why="业主来电：二号楼六层厨房起火，火势很大")
        at = duty.home.clock()
        open_by_hand(unit, unit.registers.load(), book, wish, who="officer", at=at - HOUR)
    story.act(Deed.CHOOSE, "confirm", number=2, choice="large", after=0)
    return story


def test_a_fire_is_confirmed_in_two_taps_on_a_phone(signed_in: SignedIn, duty: Duty, night: Story) -> None:
    page = signed_in("guard")
    page.set_viewport_size(SIZES[0])  # type: ignore[arg-type]
    page.goto(f"{duty.address}/incidents/1")
    expect(page.locator("#next-step h2")).to_have_text("派人到现场确认火情")
    page.get_by_role("button", name="已派人去看").click()
    expect(page.locator("#next-step")).to_contain_text("陈师傅")
    page.get_by_role("button", name="属实：大火或在蔓延").click()
    expect(page.locator("#next-step h2")).to_have_text("联动控制切到自动")
    assert night.all()[0].step("confirm").choice == "large"


def test_a_false_alarm_wants_its_cause_before_it_goes_out(signed_in: SignedIn, duty: Duty, night: Story) -> None:
    page = signed_in("officer")
    page.goto(f"{duty.address}/incidents/1")
    page.locator("#next-step summary", has_text="误报").click()
    page.get_by_label("做饭油烟或水蒸气").check()
    page.locator("#next-step").get_by_role("button", name="误报").click()
    expect(page.locator("#incident .tag").first).to_have_text("误报")
    assert night.all()[0].ended_why == "做饭油烟或水蒸气"


def test_a_step_of_somebody_else_appears_while_one_looks(signed_in: SignedIn, duty: Duty, night: Story) -> None:
    page = signed_in("officer")
    page.goto(f"{duty.address}/incidents/2")
    expect(page.locator("html.alive")).to_be_attached()
    night.act(Deed.DO, "evacuate", number=2, who="guard", after=0)
    expect(page.locator("#history")).to_contain_text("启动预案，组织疏散")


def test_every_page_fits_every_screen_with_room_for_thumbs(signed_in: SignedIn, duty: Duty, night: Story) -> None:
    assert len(night.all()) == 2
    page = signed_in("manager")
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for address in PAGES:
            page.goto(duty.address + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (address, size)
            low = page.eval_on_selector_all(
                "main button:not([hidden]), main summary.button",
                "all => all.filter(b => b.offsetParent && b.offsetHeight < 48).map(b => b.textContent)",
            )
            assert low == [], address


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(signed_in: SignedIn, duty: Duty, night: Story, theme: str) -> None:
    assert len(night.all()) == 2
    page = signed_in("manager")
    page.emulate_media(reduced_motion="reduce")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": duty.address}])
    for address in PAGES:
        page.goto(duty.address + address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"


def test_the_report_on_paper_has_its_words_and_no_buttons(signed_in: SignedIn, duty: Duty, night: Story) -> None:
    assert len(night.all()) == 2
    page = signed_in("manager")
    page.goto(f"{duty.address}/reviews/incident/2")
    page.emulate_media(media="print")
    assert page.locator(".report button:visible, .report textarea:visible, #aside:visible").count() == 0
    expect(page.locator(".report footer")).to_be_visible()
    assert len(page.pdf(format="A4")) > 10_000

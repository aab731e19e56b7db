"""A guard at the desk at night, in a real browser: four fields by keyboard, on a phone too, and nothing that axe objects to."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from facility.crossing import Crossing, Judgement
from facility.retrieval import KEPT, About, Basis, Retrieval, RetrievalState
from facility.visit import VisitState
from storage.records.visits import VisitFilter
from tests.api.seed import NOW
from tests.browser.conftest import Duty

pytestmark = [pytest.mark.browser, pytest.mark.services]
SignedIn = Callable[..., Page]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1920, "height": 1080}


def fill_in(page: Page, duty: Duty) -> None:
    """With the keyboard alone, as a desk's readers type too."""
    page.goto(f"{duty.address}/visitors")
    form = page.locator("form[action='/visitors']")
    form.locator("[name=name]").focus()
    page.keyboard.type("欧阳长青")
    form.locator("[name=document_number]").fill("310101198805054321")
    form.locator("[name=host]").fill("3-1201 李女士")
    form.locator("[name=badge]").fill("v0071234")
    form.locator("[name=zone]").select_option("substation")
    form.locator("button.next").click()
    page.wait_for_url("**/visitors/*")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_guard_lets_somebody_in_and_takes_the_badge_back(
    signed_in: SignedIn, duty: Duty, size: dict[str, int]
) -> None:
    page = signed_in("guard")
    page.set_viewport_size(size)  # type: ignore[arg-type]
    fill_in(page, duty)
    expect(page.locator("h1")).to_contain_text("欧阳长青")
    assert "310101198805054321" not in page.content()
    page.goto(f"{duty.address}/visitors")
    page.locator("form[action='/visitors/badge'] [name=badge]").fill("V007 1234")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visitors/*#leave")
    page.locator("#leave button").click()
    page.wait_for_url("**/visitors")
    with duty.home.records.read() as unit:
        (visit,) = unit.visits.all(VisitFilter())
    assert visit.state is VisitState.LEFT


def furnish(duty: Duty, page: Page) -> list[str]:
    """One of everything; the addresses at which it is seen."""
    fill_in(page, duty)
    number = page.url.rpartition("/")[2]
    with duty.home.records.begin() as unit:
        for judgement in Judgement:
            unit.visits.cross(
                Crossing(
                    visit=int(number), point="substation-door.entry", zone="substation", at=NOW, event="granted",
                    badge=judgement, judgement=judgement,
                )
            )  # fmt: skip
        entry = Retrieval(
            at=NOW, who="officer", about=About.VIDEO, subject="cam-t1-lobby", purpose="theft", basis=Basis.AUTHORITY,
            state=RetrievalState.APPROVED, for_whom="派出所", start=NOW, end=NOW + 9, until=NOW + KEPT,
        )  # fmt: skip
        unit.retrievals.add(entry)
    own = ("/visitors", "/visitors?show=past", "/visitors/new", f"/visitors/{number}", f"/visitors/{number}/slip")
    kept = ("", "/retrievals", "/retrievals/1", "/person", "/behind")
    return [*own, *(f"/personal-data{path}" for path in kept)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(signed_in: SignedIn, duty: Duty, theme: str) -> None:
    page = signed_in("manager")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.context.add_cookies([{"name": "theme", "value": theme, "url": duty.address}])
    found = []
    for address in furnish(duty, page):
        page.goto(f"{duty.address}{address}")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        results = Axe().run(page)
        found += [f"{address}: {one['id']}: {one['nodes'][0]['html']}" for one in results.response["violations"]]
        found += [f"{address}: scrolls sideways by {wide} px"] if wide > 0 else []
    assert found == []

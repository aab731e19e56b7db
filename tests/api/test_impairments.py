"""Stopping a fire facility on the pages."""

from collections.abc import Callable

from tests.api.browser import Browser
from tests.api.seed import House

BrowserOf = Callable[[str], Browser]


def see(browser: Browser, address: str) -> str:
    return browser.page(address, 200, **{"accept-language": "en"})


def test_a_stop_is_written_down_printed_reported_and_ended(home: House, browser_of: BrowserOf) -> None:
    with home.records.read() as unit:
        pump = next(one.id for one in home.context.register(unit).assets.values() if one.kind == "fire-pump")
    browser = browser_of("engineer")
    assert "Every fire facility is in use" in see(browser, "/impairments")
    fields = {"asset": pump, "until": "2026-11-25T08:00", "why": "换轴承 <b>", "measures": "每小时巡查"}
    assert browser.send("/impairments", **fields | {"measures": ""}) == 422
    assert browser.send("/impairments", **fields) == 303
    page = see(browser, "/impairments/1")
    assert "换轴承 &lt;b&gt;" in page
    assert "to be reported to the fire brigade if it lasts beyond" in page
    notice = see(browser, "/impairments/1/notice")
    assert "消防设施停用通知" in notice
    assert "Fire facility out of use" in notice
    assert browser.send("/impairments", **fields) == 409
    assert browser.send("/impairments/1/prolong", until="2026-11-26T08:00", why="等配件") == 303
    assert browser.send("/impairments/1/report", how="电话") == 303
    assert browser.send("/impairments/1/end", result="试水正常") == 303
    assert browser.send("/impairments/1/end", result="x") == 409
    assert "works again" in see(browser, "/impairments")
    assert browser.page("/impairments/99", 404)


def test_whoever_may_only_look_cannot_stop_anything(home: House, browser_of: BrowserOf) -> None:
    browser = browser_of("inspector")
    assert "Write down a stop" not in see(browser, "/impairments")
    assert browser.send("/impairments", asset="x") == 403

"""Every page, for every role, in both languages, with nothing and with a lively morning."""

import re
from collections.abc import Callable

import pytest

from facility.person import Role
from facility.work_order import Action
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, House

BrowserOf = Callable[[str], Browser]
PAGES = [
    "/",
    "/alerts",
    "/alerts?show=all&severity=2&zone=garage",
    "/alerts/1",
    "/alerts/2",
    "/alerts/4",
    "/alerts/5",
    "/work-orders",
    "/work-orders?show=all",
    "/work-orders/1",
    "/work-orders/2",
    f"/points/{GAUGE}",
    f"/points/{GAUGE}?range=day",
    f"/points/{GAUGE}?range=month",
    f"/points/{GAUGE}?range=year&to=2026-01-01T00:00:00Z",
    "/zones",
    "/zones/t1",
    "/zones/t1-pump-room",
    "/dead-letters",
    "/dead-letters?done=1",
    "/unclaimed",
    "/unclaimed/1",
    "/rules",
    "/rules/pump-pressure-band",
    "/rules/silence-device",
    "/system",
    "/test-modes",
    "/test-modes/1",
    "/maintenance",
    "/duties",
    "/duties?show=missed",
    "/duties/kinds",
    "/duties/kinds/stair-rails",
    "/impairments",
    "/figures",
    "/figures?span=month",
    "/figures/alarms?from=1792887000000&to=1795479000000",
    "/rounds",
    "/rounds/figures",
    "/rounds/coverage",
    "/doors",
    "/doors/substation-door",
    "/permissions",
    "/permissions/review",
    "/permissions/compare",
    "/visitors",
    "/personal-data",
    "/plans",
    "/cameras",
    "/compliance",
    "/clauses",
    "/clauses/AP-1",
    "/reports",
    "/results",
    "/insulation",
    "/instruments",
]
KEEPERS = [
    "/phones",
    "/people/inspectors",
    "/permissions/entries/new",
    "/visitors/new",
    "/plans/b1/edit",
    "/personal-data/retrievals",
]
"""Pages of those alone who keep something."""
EMPTY = [
    "/",
    "/alerts",
    "/work-orders",
    "/zones",
    "/dead-letters",
    "/unclaimed",
    "/rules",
    "/system",
    "/test-modes",
    "/maintenance",
    "/duties",
    "/impairments",
    "/figures",
]


@pytest.mark.parametrize("name", ["officer", "engineer", "guard", "inspector", "manager"])
def test_every_page_opens_for_every_role(lively: House, browser_of: BrowserOf, name: str) -> None:
    browser = browser_of(name)
    for page in PAGES:
        html = browser.page(page)
        assert html.count("<h1") == 1, page


def test_an_inspector_sees_no_button_that_changes_anything(lively: House, browser_of: BrowserOf) -> None:
    browser = browser_of("inspector")
    for page in PAGES:
        forms = re.findall(r'<form method="post" action="([^"]+)"', browser.page(page))
        assert set(forms) <= {"/preferences", "/sign-out"}, page


@pytest.mark.parametrize("page", EMPTY)
def test_an_empty_page_says_what_will_be_here_and_how(bare: House, page: str) -> None:
    from starlette.testclient import TestClient

    from api.app import create_app

    browser = Browser(TestClient(create_app(bare.context)))
    text = browser.client.get(page, headers={"authorization": "Bearer dr_admin", "accept-language": "en"}).text
    assert ('class="empty"' in text) or page in ("/rules", "/system")
    assert len(words(text)) > 200


def test_no_chinese_page_shows_english(lively: House, browser_of: BrowserOf) -> None:
    """Latin words on a Chinese page are ids, units, models and names of people; never one of our own sentences."""
    from api.web.languages import read_catalog

    ours = {m.id for m in read_catalog("zh") if isinstance(m.id, str) and len(m.id.split()) > 1 and "%" not in m.id}
    browser = browser_of("manager")
    for page in [*PAGES, *KEEPERS, "/sign-in", "/nowhere"]:
        answer = browser.client.get(page, headers={"accept-language": "zh"})
        text = words(answer.text)
        assert [sentence for sentence in ours if sentence in text] == [], page
        attributes = " ".join(re.findall(r'(?:title|aria-label|placeholder)="([^"]*)"', answer.text))
        assert [sentence for sentence in ours if sentence in attributes] == [], page


def test_no_english_page_shows_chinese_of_ours(lively: House, browser_of: BrowserOf) -> None:
    """Chinese on an English page is what people wrote: names, reasons; and the switch of the language itself."""
    browser = browser_of("manager")
    browser.client.cookies.set("language", "en")
    given = {"中文", "值", "烟感", "检"}
    for page in [p for p in [*PAGES, *KEEPERS] if "point" not in p and "rule" not in p]:
        text = re.sub(r"<(option|time)\b.*?</\1>", "", browser.page(page), flags=re.DOTALL)
        found = set(re.findall(r"[\u4e00-\u9fff]+", words(text))) - given
        people = {"周敏", "王工", "赵工", "陈师傅", "刘处", "林经理"}
        assert found - people == set(), page


def test_the_board_tells_the_most_urgent_first_and_frames_life_safety(lively: House, browser_of: BrowserOf) -> None:
    html = browser_of("officer").page("/")
    order = [int(number) for number in re.findall(r'data-alert="(\d+)"', html)]
    assert order == [1, 3, 2, 4, 5] or order == [1, 2, 3, 4, 5]
    assert re.search(r'class="alert p2 life fresh[^"]*" id="alert-1"', html)


def test_the_board_shows_a_number_with_unit_limit_age_and_trend(lively: House, browser_of: BrowserOf) -> None:
    html = browser_of("officer").page("/")
    row = words(html[html.index('id="alert-2"') : html.index('id="alert-3"')])
    for part in ("0.445 MPa", "↘", "10 秒前", "0.500–0.700 MPa", "地下车库", "低区供水压力", "工单"):
        assert part in row


def test_a_stale_value_is_marked_and_no_data_is_never_blank(lively: House, browser_of: BrowserOf) -> None:
    lively.clock.now += 3_600_000
    page = browser_of("officer").page(f"/points/{GAUGE}")
    assert 'class="value stale' in page
    assert "尚无数据" in browser_of("officer").page("/")


def test_a_flood_is_folded_by_place_but_life_safety_is_not(home: House, browser_of: BrowserOf) -> None:
    smoke = [p.id for p in home.register().points.values() if p.quantity == "smoke"][:3]
    for id in smoke:
        home.raise_alert("smoke-alarm", id, value=1.0)
    quiet = [p for p in home.register().points.values() if p.device][:200]
    for point in {p.device: p for p in quiet}.values():
        if point.quantity != "smoke":
            home.raise_alert("silence-device", point.id)
    html = browser_of("officer").page("/")
    middle = html[html.index('id="wrong"') : html.index('id="orders"')]
    folded = re.findall(
        r'<details class="flood.*?</details>\s*(?=<details class="flood|<article|</section>)', middle, re.DOTALL
    )
    assert folded
    assert all(" life" not in group for group in folded)
    assert middle.count('class="alert p2 life') == 3


def test_acknowledging_from_the_board_takes_two_taps_and_comes_back(lively: House, browser_of: BrowserOf) -> None:
    browser = browser_of("guard")
    fields = {"csrf": browser.csrf, "said": "false-nothing", "back": "board"}
    answer = browser.client.post("/alerts/1/acknowledge", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    with lively.records.read() as unit:
        fact = unit.facts.of("alert", "1")[-1]
    assert (fact.data, fact.why, fact.who) == ({"finding": "false"}, "现场无异常", "guard")
    assert "陈师傅" in browser.page("/alerts/1")


def test_the_second_to_acknowledge_reads_who_was_first(lively: House, browser_of: BrowserOf) -> None:
    first, second = browser_of("guard"), browser_of("officer")
    assert first.send("/alerts/1/acknowledge", said="real") == 303
    answer = second.client.post(
        "/alerts/1/acknowledge", data={"csrf": second.csrf, "said": "real"}, headers={"accept-language": "en"}
    )
    assert answer.status_code == 409
    assert "Last: acknowledged, by guard" in words(answer.text)


def test_the_order_page_offers_exactly_the_steps_of_the_table(lively: House, browser_of: BrowserOf) -> None:
    def steps(name: str) -> set[str]:
        html = browser_of(name).page("/work-orders/2")
        return set(re.findall(r'action="/work-orders/2/([a-z]+)"', html)) & set(Action)

    assert steps("officer") == {"dispatch", "accept", "cancel", "duplicate", "comment"}
    assert steps("engineer") == {"accept", "comment"}
    assert steps("guard") == steps("inspector") == set()


def test_an_order_goes_its_way_through_the_pages(lively: House, browser_of: BrowserOf) -> None:
    officer, engineer = browser_of("officer"), browser_of("engineer")
    assert officer.send("/work-orders/2/dispatch", assignee="engineer") == 303
    for action in ("accept", "arrive", "start"):
        assert engineer.send(f"/work-orders/2/{action}", reason="现场没有码") == 303
    assert engineer.send("/work-orders/2/finish") == 422
    assert engineer.send("/work-orders/2/finish", reason="换了密封") == 303
    assert "测点尚未恢复正常" in officer.page("/work-orders/2")
    assert officer.send("/work-orders/2/verify", reason="另行观察") == 303
    timeline = words(officer.page("/work-orders/2"))
    for part in ("派单", "接单", "已到场", "开始处理", "换了密封", "验证通过", "另行观察"):
        assert part in timeline


def test_a_wrong_number_of_another_order_is_told(lively: House, browser_of: BrowserOf) -> None:
    assert browser_of("officer").send("/work-orders/2/duplicate", other="three") == 422
    assert browser_of("officer").send("/work-orders/2/duplicate", other="#3") == 303


def test_filters_stand_in_the_address_and_an_old_cursor_leads_to_the_start(
    lively: House, browser_of: BrowserOf
) -> None:
    browser = browser_of("guard")
    html = browser.page("/alerts?severity=4&show=all")
    assert 'href="/alerts?severity=4"' in html
    assert "烟感报警" not in words(html[html.index('id="list"') :])
    assert browser.client.get("/alerts?cursor=zzz").headers["location"] == "/alerts"


def test_odd_filters_find_something_or_nothing_but_never_break(lively: House, browser_of: BrowserOf) -> None:
    browser = browser_of("guard")
    for query in ("severity=12", "severity=x", "state=asleep", "zone=nowhere", "rule=none", "show=odd", "point=%00"):
        browser.page(f"/alerts?{query}")
    for query in ("state=asleep", "assignee=nobody", "show=odd"):
        browser.page(f"/work-orders?{query}")


def test_names_of_strangers_are_text_and_not_markup(home: House, browser_of: BrowserOf) -> None:
    with home.records.begin() as unit:
        from dataclasses import replace

        unit.people.update(replace(unit.people.get("guard"), name="<img src=x onerror=alert(1)>"))
    html = browser_of("guard").page("/")
    assert "<img" not in html


def test_roles_are_called_by_their_trade(lively: House, browser_of: BrowserOf) -> None:
    from api.web.words import ROLES

    assert set(ROLES) == {role.value for role in Role}

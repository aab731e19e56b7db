"""The rota's pages: who is on duty, the week, what is asked for and decided, people and their calendars."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.instant import DAY
from facility.rota import Rota, rota_difference
from facility.rota_files import read_rota
from response.rota_watch import watcher
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House

FOLDER = Path(__file__).parents[2] / "examples" / "riverside" / "rota"
WANG = "wang/engineering/2026-11-25/day"
"""The engineer's next shift: tomorrow."""
Open = Callable[[str], Browser]


def riverside() -> Rota:
    return read_rota({file.name: file.read_bytes() for file in FOLDER.glob("*.csv")}, current=Rota())


@pytest.fixture
def staffed(home: House) -> House:
    """Riverside with its rota, and an account for engineer Zhao."""
    rota = riverside()
    people = rota.people | {"zhao": replace(rota.people["zhao"], account="engineer-2")}
    with home.records.begin() as unit:
        unit.rota.apply(rota_difference(Rota(), replace(rota, people=people)), "manager", NOW - DAY, "first import")
    return home


def on_duty(house: House, at: int, team: str = "engineering") -> list[str]:
    with house.records.read() as unit:
        return [person.id for person in unit.rota.load().on_duty(at, team=team)]


NOON = NOW + DAY + 4 * 3_600_000
"""Noon of 25 November, in Wang's shift."""


def english(browser: Browser) -> Browser:
    browser.client.headers["accept-language"] = "en"
    return browser


def test_an_empty_rota_says_how_to_fill_it(home: House, browser_of: Open) -> None:
    page = browser_of("manager").page("/rota")
    assert "dutyroom rota import FOLDER" in page
    assert "dutyroom rota import FOLDER" in browser_of("manager").page("/people")


def test_the_page_shows_who_is_on_duty_with_a_number_to_call(staffed: House, browser_of: Open) -> None:
    page = english(browser_of("officer")).page("/rota")
    assert "钱工 Qian" in words(page)
    assert 'href="tel:+8610000000116"' in page
    assert "The holidays of 2027 are not known" in words(page)
    assert "next 20:00: 孙工 Sun" in words(page), "whoever comes to the place, before whoever is on call from 18:00"


def test_an_inspector_sees_who_but_not_their_private_numbers(staffed: House, browser_of: Open) -> None:
    page = browser_of("inspector").page("/rota")
    assert "钱工 Qian" in words(page)
    assert "+8610000000116" not in page
    assert "+8610000000116" not in browser_of("inspector").page("/people")
    assert "+8610000000116" not in browser_of("inspector").page("/people/qian")


def test_a_week_can_be_chosen_and_nonsense_is_this_week(staffed: House, browser_of: Open) -> None:
    officer = browser_of("officer")
    assert "12月31日" in officer.page("/rota?day=2026-12-31")
    assert "11月24日" in officer.page("/rota?day=yesterday")


def test_a_stand_in_is_added_and_taken_back_with_one_tap(staffed: House, browser_of: Open) -> None:
    officer = browser_of("officer")
    answer = officer.client.post(
        "/rota/shifts",
        data={"csrf": officer.csrf, "person": "he", "team": "engineering", "day": "2026-11-25", "kind": "day"},
    )
    assert on_duty(staffed, NOON) == ["wang", "he"]
    page = officer.page(answer.headers["location"])
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert officer.send("/rota/undo", version=version.group(1)) == 303
    assert on_duty(staffed, NOON) == ["wang"]


def test_an_officer_takes_back_only_what_they_did_themselves(staffed: House, browser_of: Open) -> None:
    assert browser_of("officer").send("/rota/undo", version="1") == 403
    assert on_duty(staffed, NOON) == ["wang"]


def test_a_shift_without_a_person_is_refused_in_words(staffed: House, browser_of: Open) -> None:
    officer = browser_of("officer")
    assert officer.send("/rota/shifts", team="engineering", day="2026-11-25", kind="day") == 422
    assert officer.send("/rota/shifts", person="he", team="engineering", day="tomorrow", kind="day") == 422


@pytest.mark.parametrize("account", ["engineer", "guard", "inspector"])
def test_who_may_not_dispatch_may_not_change_shifts(staffed: House, browser_of: Open, account: str) -> None:
    browser = browser_of(account)
    assert browser.send("/rota/shifts", person="he", team="engineering", day="2026-11-25", kind="day") == 403
    assert browser.send(f"/rota/duties/{WANG}/cancel", reason="x") == 403
    assert "Add a shift" not in browser.page("/rota")


def test_a_shift_is_cancelled_with_a_reason(staffed: House, browser_of: Open) -> None:
    officer = browser_of("officer")
    assert officer.send(f"/rota/duties/{WANG}/cancel") == 422
    assert officer.send(f"/rota/duties/{WANG}/cancel", reason="设备停用") == 303
    assert on_duty(staffed, NOON) == []
    assert officer.client.get(f"/rota/duties/{WANG}").status_code == 404


def test_a_swap_goes_from_asker_to_taker_to_manager(staffed: House, browser_of: Open) -> None:
    wang, zhao, manager = browser_of("engineer"), browser_of("engineer-2"), browser_of("manager")
    assert "换这个班" in words(wang.page(f"/rota/duties/{WANG}"))
    assert "换这个班" not in words(zhao.page(f"/rota/duties/{WANG}"))
    assert wang.send(f"/rota/duties/{WANG}/swap", other="zhao", reason="家里有事") == 303
    assert "等 赵工 Zhao 同意" in words(manager.page("/rota"))
    assert zhao.send("/rota/swaps/1/approve") == 409
    assert manager.send("/rota/swaps/1/approve") == 409
    assert zhao.send("/rota/swaps/1/agree") == 303
    assert "等主管批准" in words(manager.page("/rota"))
    assert manager.send("/rota/swaps/1/approve") == 303
    assert on_duty(staffed, NOON) == ["zhao"]
    assert "替 王工 Wang" in words(manager.page(f"/rota/duties/{WANG}"))


def test_nobody_asks_in_the_name_of_somebody_else(staffed: House, browser_of: Open) -> None:
    zhao = browser_of("engineer-2")
    assert zhao.send(f"/rota/duties/{WANG}/swap", other="sun") == 403
    assert zhao.send("/rota/leave", person="wang", first="2026-11-25", last="2026-11-25", reason="x") == 403


def test_leave_that_is_approved_leaves_a_gap_that_the_page_shows(staffed: House, browser_of: Open) -> None:
    wang, manager = browser_of("engineer"), browser_of("manager")
    assert wang.send("/rota/leave", person="wang", first="2026-11-25", last="2026-11-25", reason="体检") == 303
    assert "王工 Wang" in words(manager.page("/rota"))
    assert manager.send("/rota/leave/1/approve") == 303
    page = words(manager.page("/rota"))
    assert "11月25日 08:00–20:00 工程班无人在岗（请假：王工 Wang）" in page
    assert wang.send("/rota/leave/1/withdraw") == 303
    assert "无人在岗" not in words(manager.page("/rota"))


def test_a_refusal_needs_a_reason(staffed: House, browser_of: Open) -> None:
    browser_of("engineer").send("/rota/leave", person="wang", first="2026-11-25", reason="体检")
    assert browser_of("manager").send("/rota/leave/1/refuse") == 422


def test_who_was_on_duty_is_answered_as_known_then_and_as_known_now(staffed: House, browser_of: Open) -> None:
    page = words(english(browser_of("inspector")).page("/rota?at=2026-11-20T03:10"))
    assert "Nothing had been entered by then." in page
    assert re.search(r"As it is known now .*Engineers: 赵工 Zhao, 邓工 Deng", page)


def test_holidays_are_entered_by_a_manager_and_taken_out_again(staffed: House, browser_of: Open) -> None:
    manager = browser_of("manager")
    assert browser_of("officer").send("/rota/holidays", day="2027-02-06", kind="holiday", name="春节") == 403
    assert manager.send("/rota/holidays", day="2027-02-06", kind="holiday", name="春节") == 303
    assert "2月6日 周六 · 节假日 · 春节" in words(manager.page("/rota/holidays?year=2027"))
    assert manager.send("/rota/holidays", day="2027-02-06", kind="holiday", name="春节", remove="true") == 303
    assert "春节" not in words(manager.page("/rota/holidays?year=2027"))
    assert "国庆节" in words(manager.page("/rota/holidays?year=2026"))


def test_my_settings_are_mine_to_set_and_errors_name_the_field(staffed: House, browser_of: Open) -> None:
    wang = browser_of("engineer")
    assert (
        wang.send(
            "/people/wang/contacts", phone="+86 100 0000 9999", quiet="23-6", language="en", skills="none", back="me"
        )
        == 303
    )
    with staffed.records.read() as unit:
        person = unit.rota.load().people["wang"]
    assert (person.phone, person.quiet, person.language) == ("+86 100 0000 9999", (23, 6), "en")
    assert person.skills == riverside().people["wang"].skills
    assert wang.send("/people/wang/contacts", quiet="late") == 422
    assert wang.send("/people/zhao/contacts", phone="1") == 422
    assert wang.send("/people/zhao/contacts", phone="+86 1") == 403


def test_skills_have_words(staffed: House, browser_of: Open) -> None:
    page = browser_of("manager").page("/people?skill=lift-rescue")
    assert "电梯救援" in words(page)
    assert "lift-rescue" not in words(page)
    assert '<option value="lift-rescue" selected>' in page


def test_a_manager_links_a_person_to_an_account(staffed: House, browser_of: Open) -> None:
    manager = browser_of("manager")
    assert manager.send("/people/sun/contacts", account="engineer") == 422
    assert manager.send("/people/sun/contacts", account="nobody") == 422
    assert manager.send("/people/sun/contacts", teams="nowhere") == 422
    assert manager.send("/people/zhao/contacts", account="") == 303
    assert "还没有对应到排班里的人" in words(browser_of("engineer-2").page("/me"))


def test_somebody_who_is_not_in_the_rota_is_told_so(home: House, browser_of: Open) -> None:
    assert "还没有对应到排班里的人" in words(browser_of("officer").page("/me"))


def address(browser: Browser) -> str:
    answer = browser.client.post("/me/calendar", data={"csrf": browser.csrf})
    found = re.search(r'id="address">http://[^/]+(/rota/calendar/[^<]+)<', answer.text)
    assert found is not None
    return found.group(1)


def test_a_calendar_is_read_by_its_secret_address_until_it_is_revoked(staffed: House, browser_of: Open) -> None:
    wang = browser_of("engineer")
    first = address(wang)
    stranger = TestClient(create_app(staffed.context))
    answer = stranger.get(first)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    second = address(wang)
    assert [stranger.get(one).status_code for one in (first, second)] == [404, 200]
    assert "上次读取" in words(wang.page("/me"))
    assert wang.send("/me/calendar/revoke") == 303
    assert stranger.get(second).status_code == 404
    assert second.rpartition("/")[2].removesuffix(".ics") not in wang.page("/me")


def test_a_manager_makes_somebodys_address_useless(staffed: House, browser_of: Open) -> None:
    secret = address(browser_of("engineer"))
    assert browser_of("officer").send("/people/wang/calendar/take-back") == 403
    assert browser_of("manager").send("/people/wang/calendar/take-back") == 303
    assert TestClient(create_app(staffed.context)).get(secret).status_code == 404


def test_a_day_of_the_week_has_its_name_and_what_is_special_about_it(staffed: House, browser_of: Open) -> None:
    page = words(browser_of("officer").page("/rota?day=2026-10-10"))
    assert "10月10日 周六 国庆节 · 调休上班" in page
    assert date(2026, 10, 10).isoweekday() == 6


def test_the_board_says_who_is_on_duty_and_where_nobody_is(staffed: House, browser_of: Open) -> None:
    manager = english(browser_of("manager"))
    assert "On duty Duty room 冯倩 Feng Fire-control room 尤佳 You, 许诺 Xu Engineers 钱工 Qian" in words(
        manager.page("/")
    )
    manager.send("/rota/duties/qian/engineering/2026-11-24/day/cancel", reason="sick")
    assert re.search(r"Engineers 2 high gap in the rota", words(manager.page("/")))


def test_a_board_without_a_rota_has_no_such_line(home: House, browser_of: Open) -> None:
    assert 'id="duty-line"' not in browser_of("manager").page("/")


def test_an_alert_about_the_rota_says_what_to_do_and_nothing_about_instruments(
    staffed: House, browser_of: Open
) -> None:
    manager = english(browser_of("manager"))
    manager.send(f"/rota/duties/{WANG}/cancel", reason="sick")
    with staffed.records.begin() as unit:
        watcher(60)(unit, NOW)
        points = {alert.point: alert.id for alert in unit.alerts.open_ones() if alert.rule.startswith("rota-")}
    page = manager.page(f"/alerts/{points['engineering/nobody']}")
    told = words(page)
    assert "Gap in the rota: Engineers: nobody on duty 25 Nov 08:00–20:00" in told
    assert 'href="/rota">Look for somebody' in page
    assert "Instrument" not in words(page[page.index('<main id="main"') :])  # the menu leads to instruments
    assert "left the register" not in told
    assert "raised the rota" in told
    assert 'href="/rota/holidays?year=2027"' in manager.page(f"/alerts/{points['2027']}")
    assert "engineering/nobody" not in words(manager.page("/"))

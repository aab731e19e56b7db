"""A phone in a basement: the signal goes in the middle of a checklist, and nothing that was done is lost or doubled."""

import io
import time
from dataclasses import replace

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, expect

from facility.instant import SECOND
from facility.occurrence import Standing
from inspections.draft import Answer, Draft
from storage.records.phones import PhoneEntryFilter
from tests.api.seed import NOW
from tests.browser.basement import (
    CODE,
    KEPT,
    Basement,
    a_photo,
    fill_in,
    open_the_duty,
    sign,
    sign_in,
    waits,
)


def test_the_signal_goes_in_the_middle_and_the_inspection_arrives_once(
    phone: Page, context: BrowserContext, basement: Basement
) -> None:
    open_the_duty(phone)
    phone.fill("[data-check=pressure] input[name=value]", "0.48")
    expect(phone.locator("[data-check=pressure] .verdict.bad")).to_contain_text("超出限值")
    context.set_offline(True)
    expect(phone.locator("#bar")).to_contain_text("没有信号")
    phone.click("[data-check=pressure] button.order")
    phone.click("[data-check=leaks] .choices-big button:nth-child(3)")
    phone.set_input_files(
        "[data-check=leaks] input[type=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    )
    expect(phone.locator("[data-check=leaks] .photos img")).to_have_count(1)
    circuit = phone.locator("[data-check=resistance]")
    for name, text in (("item", "N1"), ("value", "2,35"), ("phase", "L1-PE")):
        circuit.locator(f"[name={name}]").fill(text)
    circuit.locator("summary").click()
    for name, text in (("volts", "250"), ("seconds", "60"), ("celsius", "21,5"), ("humidity", "wet")):
        circuit.locator(f"[name={name}]").fill(text)
    expect(phone.locator("form.checks:not([data-keeping])")).to_be_visible()

    phone.reload()
    expect(phone.locator("#bar")).to_contain_text("没有信号")
    expect(phone.locator("[data-check=pressure] input[name=value]")).to_have_value("0.48")
    expect(phone.locator("[data-check=leaks] .photos img")).to_have_count(1)
    phone.click("form.checks button.strong")
    expect(phone.locator("form.checks")).to_contain_text("还缺：现场的码, 签字, 绝缘电阻")
    phone.fill("[data-check=resistance] [name=humidity]", "48")

    phone.fill("[data-check=place] input[name=code]", CODE)
    phone.press("[data-check=place] input[name=code]", "Enter")
    sign(phone)
    phone.click("form.checks button.strong")
    expect(phone.locator(".kept")).to_contain_text("已存在本机，将会发送")
    waits(phone, 1)
    phone.click("#nav a[href='#queue']")
    expect(phone.locator("#waiting li")).to_have_count(1)
    assert basement.entries() == []

    phone.reload()
    waits(phone, 1)
    context.set_offline(False)
    waits(phone, 0)
    expect(phone.locator("#sent li")).to_contain_text("已发送")
    basement.heard(phone, ("engineer", "result", "taken"))
    with basement.home.records.read() as unit:
        [result] = unit.results.of_occurrence(basement.occurrence)
        [entry] = unit.phone_entries.find(PhoneEntryFilter()).rows
        orders = [unit.work_orders.get(number) for number in result.orders]
        findings = {one.check: one for one in result.findings}
        photo = unit.files.get(findings["leaks"].files[0])
        occurrence = unit.occurrences.get(basement.occurrence)
        assert unit.facts.verify() is None
    assert (result.who, result.outcome.value, findings["pressure"].value) == ("engineer", "fail", 0.48)
    told = dict(findings["resistance"].conditions)
    assert told == {"phase": "L1-PE", "volts": 250, "seconds": 60, "celsius": 21.5, "humidity": 48}
    assert (findings["resistance"].item, findings["resistance"].value) == ("N1", 2.35)
    assert (occurrence.standing, occurrence.result) == (Standing.DONE, result.id)
    assert [order.kind for order in orders] == ["water-supply"]
    assert findings["signature"].signed == ("engineer",)
    assert max(Image.open(io.BytesIO(photo.body)).size) == 1600
    real = int(time.time() * 1000)
    assert abs(entry.device_at - real) < 60 * SECOND
    assert abs(entry.offset - (real - basement.home.clock())) < 5 * SECOND
    assert entry.round_trip is not None
    assert abs(result.done - (entry.device_at - entry.offset)) == 0
    assert result.done <= entry.received


def test_an_answer_that_is_lost_doubles_nothing(phone: Page, basement: Basement) -> None:
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost or '"entries":[]' in (route.request.post_data or ""):
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    phone.context.route("**/api/v1/phone/sync", lose)
    open_the_duty(phone)
    fill_in(phone)
    phone.click("form.checks button.strong")
    expect(phone.locator(".kept")).to_contain_text("已发送", timeout=30_000)
    assert lost == [200]
    basement.heard(phone, ("engineer", "result", "taken"))
    with basement.home.records.read() as unit:
        assert len(unit.results.of_occurrence(basement.occurrence)) == 1


def test_who_was_first_is_told_and_both_are_kept(phone: Page, context: BrowserContext, basement: Basement) -> None:
    open_the_duty(phone)
    context.set_offline(True)
    fill_in(phone)
    phone.click("form.checks button.strong")
    waits(phone, 1)
    submit_elsewhere(basement)
    context.set_offline(False)
    expect(phone.locator("#bar")).to_contain_text("1 条要看")
    phone.click("#nav a[href='#queue']")
    expect(phone.locator("[data-state=conflict]")).to_contain_text("赵工 Zhao 已于")
    basement.heard(phone, ("engineer", "result", "conflict"))
    with basement.home.records.read() as unit:
        assert [one.who for one in unit.results.of_occurrence(basement.occurrence)] == ["engineer-2", "engineer"]
    phone.click("[data-state=conflict] button")
    expect(phone.locator("#bar")).not_to_contain_text("要看")


def submit_elsewhere(basement: Basement) -> None:
    """A colleague did it at a desk meanwhile."""
    from api.result_room import result_room
    from inspections.submitting import submit

    home = basement.home
    answers = (
        Answer(check="pressure", value=0.6),
        Answer(check="leaks", choice="pass"),
        Answer(check="place", code=CODE),
        Answer(check="signature", choice="signed"),
    )
    draft = Draft(key="desk-1", occurrence=basement.occurrence, answers=answers)
    with home.records.begin() as unit:
        submit(unit, result_room(home.context, unit), draft, "engineer-2", home.clock())


def test_steps_of_an_order_wait_in_their_order(phone: Page, context: BrowserContext, basement: Basement) -> None:
    phone.locator("a.card", has_text=f"#{basement.order}").click()
    context.set_offline(True)
    expect(phone.locator("#bar")).to_contain_text("没有信号")
    phone.click("button.next")
    expect(phone.locator("button.next")).to_have_text("我已到场")
    phone.fill("textarea[name=reason]", "码被撕掉了")
    phone.click("button.next")
    expect(phone.locator("button.next")).to_have_text("开始处理")
    phone.click("button.next")
    waits(phone, 3)
    context.set_offline(False)
    waits(phone, 0)
    with basement.home.records.read() as unit:
        facts = unit.facts.of("work-order", str(basement.order))
    assert [fact.what for fact in facts][-3:] == ["accepted", "arrived", "started"]
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)


def test_what_is_refused_says_why_and_is_mended(phone: Page, context: BrowserContext, basement: Basement) -> None:
    open_the_duty(phone)
    context.set_offline(True)
    fill_in(phone)
    phone.click("form.checks button.strong")
    waits(phone, 1)
    with basement.home.records.begin() as unit:
        code = unit.place_codes.by_code(CODE)
        unit.place_codes.update(replace(code, revoked=NOW, revoked_by="manager", why="torn off"))
        unit.place_codes.add(replace(code, id=0, code="NewCode-6789"))
    # The new code is known here once the day has come anew.
    with phone.expect_response("**/api/v1/phone/day"):
        context.set_offline(False)
    expect(phone.locator("#bar")).to_contain_text("1 条要看")
    phone.click("#nav a[href='#queue']")
    expect(phone.locator("[data-state=refused]")).to_contain_text("不认识这个码")
    phone.click("[data-state=refused] button.strong")
    expect(phone.locator("[data-check=pressure] input[name=value]")).to_have_value("0.62")
    phone.locator("[data-check=place] button").click()
    phone.fill("[data-check=place] input[name=code]", "NewCode-6789")
    phone.press("[data-check=place] input[name=code]", "Enter")
    phone.click("form.checks button.strong")
    expect(phone.locator(".kept")).to_contain_text("已发送")
    basement.heard(phone, ("engineer", "result", "refused"), ("engineer", "result", "taken"))


def test_signing_out_clears_the_data_and_keeps_what_was_not_sent_for_its_owner(
    phone: Page, context: BrowserContext, basement: Basement
) -> None:
    open_the_duty(phone)
    phone.context.route("**/api/v1/phone/sync", lambda route: route.abort())
    fill_in(phone)
    phone.click("form.checks button.strong")
    waits(phone, 1)
    phone.click("#nav a[href='#me']")
    phone.click("button.next")
    expect(phone.locator("h1")).to_have_text("登录")
    expect(phone.locator("main")).to_contain_text("1 条记录")
    kept = phone.evaluate(KEPT)
    assert [key for key in kept["kept"] if key.startswith("day:") or key == "me"] == []
    assert len(kept["queue"]) == 1
    phone.context.unroute("**/api/v1/phone/sync")

    sign_in(phone, basement, "engineer-2")
    phone.click("#nav a[href='#queue']")
    expect(phone.locator("main")).to_contain_text("engineer：1 条".replace("engineer", "王工 Wang"))
    assert basement.entries() == []
    phone.click("#nav a[href='#me']")
    phone.click("button.next")
    sign_in(phone, basement)
    waits(phone, 0)
    expect(phone.locator("#bar")).to_have_attribute("data-link", "sent")
    basement.heard(phone, ("engineer", "result", "taken"))


def test_a_session_that_ran_out_loses_nothing(phone: Page, basement: Basement) -> None:
    open_the_duty(phone)
    with basement.home.records.begin() as unit:
        unit.people.end_sessions_of("engineer")
    fill_in(phone)
    phone.click("form.checks button.strong")
    expect(phone.locator("#bar")).to_contain_text("已退出登录")
    waits(phone, 1)
    phone.click("#bar a[href^='/sign-in']")
    sign_in(phone, basement)
    waits(phone, 0)
    basement.heard(phone, ("engineer", "result", "taken"))


def test_a_new_version_is_taken_and_the_queue_stays(
    phone: Page, context: BrowserContext, basement: Basement, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_the_duty(phone)
    phone.context.route("**/api/v1/phone/sync", lambda route: route.abort())
    fill_in(phone)
    phone.click("form.checks button.strong")
    waits(phone, 1)
    monkeypatch.setattr("api.web.pages.phone.shell_version", lambda: "0123456789ab")
    phone.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    expect(phone.locator("#bar button")).to_have_text("有新版本：更新")
    phone.click("#bar button")
    waits(phone, 1)
    assert phone.evaluate(KEPT)["shells"] == ["shell-0123456789ab"]
    phone.context.unroute("**/api/v1/phone/sync")
    phone.reload()
    waits(phone, 0)
    basement.heard(phone, ("engineer", "result", "taken"))


def test_what_waits_is_sent_by_the_worker_with_no_page_open(
    phone: Page, context: BrowserContext, basement: Basement
) -> None:
    open_the_duty(phone)
    context.set_offline(True)
    fill_in(phone)
    phone.click("form.checks button.strong")
    waits(phone, 1)
    phone.goto("about:blank")
    context.set_offline(False)
    other = context.new_page()
    other.goto(f"{basement.address}/healthz")
    tools = context.new_cdp_session(other)
    versions: list[dict[str, str]] = []
    tools.on("ServiceWorker.workerVersionUpdated", lambda event: versions.extend(event["versions"]))
    tools.send("ServiceWorker.enable")
    other.wait_for_timeout(300)
    sync = {
        "origin": basement.address,
        "registrationId": versions[-1]["registrationId"],
        "tag": "queue",
        "lastChance": True,
    }
    tools.send("ServiceWorker.dispatchSyncEvent", sync)
    basement.heard(other, ("engineer", "result", "taken"))


def test_signing_out_at_a_desk_leaves_no_data_on_the_phone(
    phone: Page, context: BrowserContext, basement: Basement
) -> None:
    phone.goto(f"{basement.address}/work-orders")
    phone.evaluate("document.querySelector('form[action=\"/sign-out\"]').submit()")
    phone.wait_for_url(f"{basement.address}/sign-in")
    context.set_offline(True)
    phone.goto(f"{basement.address}/m/")
    expect(phone.locator("main")).to_contain_text("没有信号不能登录")
    assert phone.evaluate(KEPT)["kept"] == ["device"]


def test_what_was_asked_for_before_signing_out_is_not_kept_after_it(phone: Page) -> None:
    held: list[Route] = []
    phone.context.route("**/api/v1/phone/day", lambda route: held.append(route))  # noqa: PLW0108 - it must be a function
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.click("#nav a[href='#me']")
    expect(phone.locator("h1")).to_have_text("王工 Wang")
    for _ in range(100):
        if held:
            break
        phone.wait_for_timeout(50)
    phone.click("button.next")
    phone.wait_for_timeout(200)
    held[0].continue_()
    expect(phone.locator("h1")).to_have_text("登录")
    assert phone.evaluate(KEPT)["kept"] == ["device"]

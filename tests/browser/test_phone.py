"""A phone in a basement: the signal goes in the middle of a checklist, and nothing that was done is lost or doubled."""

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, expect

from api.app import create_app
from api.phone.day import check_out
from facility.duty import CheckKind, DutyCheck
from facility.instant import HOUR, SECOND
from facility.instrument import Instrument
from facility.occurrence import Occurrence, Standing
from facility.place_code import PlaceCode
from facility.text import Text
from inspections.draft import Answer, Draft
from inspections.duty_files import read_duty
from inspections.judging import Bench, judge
from storage.records.phones import PhoneEntryFilter
from tests.api.seed import NOW, PASSWORD, House, RunningClock, house, order_of
from tests.api.server import serving

TARGET, CODE = "t1-pump-1", "AbCdEf-12345"
DUTY = read_duty(
    """
id      = "pump-look"
clause  = "EQ-4"
title   = { zh = "水泵房检查", en = "Look at the pump room" }
do      = { zh = "看压力、查泄漏、签字。", en = "Read the gauge, look for leaks, sign." }
applies = { asset = ["pump-room-gauge"] }
every   = "day"
by      = "22:00"
grace   = "2h"
warn    = ["1h"]
severity = "medium"
fail_order = "water-supply"
who     = { team = "engineering" }
[manual]
zh = "每日一次。"
en = "Once a day."
[[check]]
id    = "pressure"
title = { zh = "压力", en = "Pressure" }
kind  = "number"
unit  = "MPa"
low   = 0.5
high  = 0.7
[[check]]
id    = "leaks"
title = { zh = "无渗漏", en = "No leaks" }
photo_on_fail = true
[[check]]
id    = "place"
title = { zh = "现场的码", en = "Code at the place" }
kind  = "scan"
[[check]]
id    = "signature"
title = { zh = "签字", en = "Signature" }
kind  = "signature"
[[story]]
name   = "once a day"
since  = "2026-01-01"
first  = "2026-01-01"
last   = "2026-01-01"
done   = ["2026-01-01 10:00"]
expect = ["2026-01-01 done"]
""",
    "pump-look.toml",
)


class Basement:
    """Riverside with one thing owed, served, and a phone whose clock is a few days wrong."""

    def __init__(self, address: str, home: House, occurrence: int, order: int) -> None:
        self.address, self.home, self.occurrence, self.order = address, home, occurrence, order

    def entries(self) -> list[tuple[str, str, str]]:
        with self.home.records.read() as unit:
            rows = unit.phone_entries.find(PhoneEntryFilter()).rows[::-1]
        return [(one.account, one.kind, one.outcome.value) for one in rows]


@pytest.fixture
def basement(tmp_path: Path) -> Iterator[Basement]:
    made = house(f"sqlite:///{tmp_path / 'records.db'}", RunningClock())
    home = replace(made, context=replace(made.context, duties=lambda: {DUTY.id: DUTY}))
    order = order_of(home, home.raise_alert("pump-pressure-band", "t1-pump-1.pressure", value=0.48))
    with home.records.begin() as unit:
        unit.place_codes.add(PlaceCode(code=CODE, zone="t1-pump-room", asset=TARGET, created=NOW, created_by="manager"))
        unit.occurrences.plan([owed()])
        occurrence = unit.occurrences.by_key(owed().key).id
        unit.work_orders.update(replace(order, assignee="engineer"))
    with serving(create_app(home.context)) as address:
        yield Basement(address, home, occurrence, order.id)
    home.records.close()


def owed() -> Occurrence:
    return Occurrence(
        key=f"pump-look/{TARGET}/{NOW}",
        duty=DUTY.id,
        duty_version=DUTY.version,
        clause="EQ-4",
        target=TARGET,
        asset=TARGET,
        zone="t1-pump-room",
        opens=NOW - 8 * HOUR,
        due=NOW + 14 * HOUR,
        closes=NOW + 14 * HOUR,
        missed=NOW + 16 * HOUR,
        standing=Standing.OPEN,
        assignee="engineer",
    )


@pytest.fixture
def phone(page: Page, basement: Basement, complaints: list[str]) -> Page:
    """The engineer's, signed in, with the day's data on it and the worker in charge."""
    assert complaints == []
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, basement)
    return page


IN_CHARGE = """() => new Promise((done) => {
  const worker = navigator.serviceWorker;
  if (worker.controller) done();
  else worker.addEventListener("controllerchange", () => done());
})"""


def sign_in(page: Page, basement: Basement, account: str = "engineer") -> None:
    page.goto(f"{basement.address}/sign-in?next=/m/")
    page.fill("[name=account]", account)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"{basement.address}/m/")
    expect(page.locator("#bar")).to_have_attribute("data-link", "sent")
    page.evaluate(IN_CHARGE)


def a_photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def fill_in(page: Page, *, pressure: str = "0.62") -> None:
    page.fill("[data-check=pressure] input[name=value]", pressure)
    page.click("[data-check=leaks] .choices-big button:nth-child(1)")
    page.fill("[data-check=place] input[name=code]", CODE)
    page.press("[data-check=place] input[name=code]", "Enter")
    expect(page.locator("[data-check=place] .verdict")).to_contain_text(CODE)
    sign(page)


def sign(page: Page) -> None:
    pad = page.locator("[data-check=signature] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for step in range(5):
        page.mouse.move(box["x"] + 30 + 30 * step, box["y"] + 20 + 15 * (step % 3))
    page.mouse.up()


def open_the_duty(page: Page) -> None:
    page.locator("a.card", has_text="水泵房检查").first.click()
    expect(page.locator("[data-check=pressure]")).to_be_visible()


def waits(page: Page, count: int) -> None:
    if count:
        expect(page.locator("#bar")).to_contain_text(f"{count} 条待发")
    else:
        expect(page.locator("#bar")).not_to_contain_text("条待发")


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

    phone.reload()
    expect(phone.locator("#bar")).to_contain_text("没有信号")
    expect(phone.locator("[data-check=pressure] input[name=value]")).to_have_value("0.48")
    expect(phone.locator("[data-check=leaks] .photos img")).to_have_count(1)
    phone.click("form.checks button.strong")
    expect(phone.locator("form.checks")).to_contain_text("还缺：现场的码, 签字")

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
    assert basement.entries() == [("engineer", "result", "taken")]
    with basement.home.records.read() as unit:
        [result] = unit.results.of_occurrence(basement.occurrence)
        [entry] = unit.phone_entries.find(PhoneEntryFilter()).rows
        orders = [unit.work_orders.get(number) for number in result.orders]
        findings = {one.check: one for one in result.findings}
        photo = unit.files.get(findings["leaks"].files[0])
        occurrence = unit.occurrences.get(basement.occurrence)
        assert unit.facts.verify() is None
    assert (result.who, result.outcome.value, findings["pressure"].value) == ("engineer", "fail", 0.48)
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
    assert basement.entries() == [("engineer", "result", "taken")]
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
    assert basement.entries() == [("engineer", "result", "conflict")]
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
    assert basement.entries() == [("engineer", "result", "refused"), ("engineer", "result", "taken")]


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
    assert basement.entries() == [("engineer", "result", "taken")]


KEPT = """async () => {
  const open = indexedDB.open("dutyroom-phone");
  const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const all = (name, how) => new Promise((done) => {
    const asked = db.transaction(name).objectStore(name)[how]();
    asked.onsuccess = () => done(asked.result);
  });
  return { kept: await all("kept", "getAllKeys"), queue: await all("queue", "getAll"), shells: await caches.keys() };
}"""


def test_a_session_that_ran_out_loses_nothing(phone: Page, basement: Basement) -> None:
    open_the_duty(phone)
    with basement.home.records.begin() as unit:
        unit.people.end_sessions_of("engineer")
    fill_in(phone)
    phone.click("form.checks button.strong")
    expect(phone.locator("#bar")).to_contain_text("已退出登录")
    waits(phone, 1)
    sign_in(phone, basement)
    waits(phone, 0)
    assert basement.entries() == [("engineer", "result", "taken")]


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
    assert basement.entries() == [("engineer", "result", "taken")]


def test_every_view_is_accessible_and_fits_a_small_phone_in_both_lights(phone: Page, basement: Basement) -> None:
    for light in ("light", "dark"):
        phone.evaluate("(light) => { localStorage.theme = light; }", light)
        for view in (
            "",
            "scan",
            "queue",
            "me",
            f"check/{basement.occurrence}",
            f"order/{basement.order}",
            f"place/{TARGET}",
        ):
            phone.goto(f"{basement.address}/m/#{view}")
            phone.reload()
            expect(phone.locator("#main h1")).to_be_visible()
            expect(phone.locator("#bar")).to_have_attribute("data-link", "sent")
            assert violations(phone) == [], view
            assert phone.evaluate("document.documentElement.scrollWidth") <= 360, view


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]


def test_a_code_leads_to_its_asset_with_what_is_owed_there(
    phone: Page, context: BrowserContext, basement: Basement
) -> None:
    context.set_offline(True)
    phone.click("#nav a[href='#scan']")
    phone.fill("input[name=code]", f"http://anywhere.example/report/{CODE}")
    phone.press("input[name=code]", "Enter")
    expect(phone.locator("h1")).to_have_text("1号楼低区压力表")
    expect(phone.locator("main")).to_contain_text("水泵房检查")
    expect(phone.locator("main")).to_contain_text("水泵房压力超出设定值")


def test_the_words_change_without_a_signal(phone: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    phone.click("#nav a[href='#me']")
    phone.get_by_role("button", name="English").click()
    expect(phone.locator("#bar")).to_contain_text("no signal")
    phone.click("#nav a[href='#']")
    expect(phone.locator("main")).to_contain_text("Look at the pump room")
    expect(phone.locator("html")).to_have_attribute("lang", "en")


SEES = """
globalThis.BarcodeDetector = class { async detect() { return [{ rawValue: "http://anywhere/report/CODE" }]; } };
Object.defineProperty(navigator, "mediaDevices", { value: {
  async getUserMedia() {
    const seen = document.createElement("canvas"), pen = seen.getContext("2d");
    setInterval(() => pen.fillRect(Math.random() * 100, 0, 9, 9), 50);
    return seen.captureStream();
  },
} });
globalThis.NDEFReader = class {
  async scan() { setTimeout(() => this.onreading({ message: { records: [] }, serialNumber: "04:a1:b2:c3" }), 50); }
};
""".replace("CODE", CODE)


def test_a_code_is_seen_by_the_camera_where_the_browser_can_read_it(phone: Page, context: BrowserContext) -> None:
    context.add_init_script(SEES)
    phone.reload()
    phone.click("#nav a[href='#scan']")
    phone.get_by_role("button", name="用摄像头扫").click()
    expect(phone.locator("h1")).to_have_text("1号楼低区压力表")


def test_a_tag_is_read_and_nobody_s_is_said_to_be_nobody_s(phone: Page, context: BrowserContext) -> None:
    context.add_init_script(SEES)
    phone.reload()
    phone.click("#nav a[href='#scan']")
    phone.get_by_role("button", name="读标签").click()
    expect(phone.locator("main")).to_contain_text("本机不认识这个码")


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
    for _ in range(100):
        if basement.entries():
            break
        other.wait_for_timeout(100)
    assert basement.entries() == [("engineer", "result", "taken")]


def test_it_can_be_put_beside_the_phone_s_other_programs(phone: Page, context: BrowserContext) -> None:
    tools = context.new_cdp_session(phone)
    manifest = tools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    errors = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []


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


def test_the_list_of_phones_is_accessible_on_a_small_screen_and_a_wide_one(phone: Page, basement: Basement) -> None:
    phone.context.clear_cookies()
    sign_in(phone, basement, "manager")
    for width in (360, 1920):
        phone.set_viewport_size({"width": width, "height": 900})
        phone.goto(f"{basement.address}/phones")
        expect(phone.locator("main")).to_contain_text("林经理 Lin")
        assert violations(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth") <= width


JUDGED = [
    # low, high, value, over range, instrument's calibration is over, and what both must find
    (0.5, None, 0.5, False, False, "pass"),
    (0.5, None, 0.49999, False, False, "fail"),
    (0.1 + 0.2, None, 0.3, False, False, "pass"),
    (None, 0.3, 0.1 + 0.2, False, False, "pass"),
    (0.5, 0.7, 0.71, False, False, "fail"),
    (0.5, None, None, True, False, "pass"),
    (0.5, 2.0, None, True, False, "fail"),
    (0.5, None, 2.0, False, True, "flag"),
    (0.5, None, 0.1, False, True, "fail"),
    (None, None, 3.0, False, False, "none"),
    (-5.0, -1.0, -1.0, False, False, "pass"),
]


def test_the_phone_judges_a_number_as_the_server_does(phone: Page) -> None:
    for low, high, value, over, expired, wanted in JUDGED:
        line = DutyCheck(
            id="r",
            title=Text("r"),
            kind=CheckKind.NUMBER,
            low=low,
            high=high,
            over_range=True,
            instrument="meter" if expired else "",
        )
        meter = Instrument(id="M", kind="meter", name=Text("m"), calibration_due=NOW - 1)
        bench = Bench(who="engineer", done=NOW, instruments={"M": meter})
        answer = Answer(check="r", value=value, over_range=over, instrument="M" if expired else "")
        [finding], wrong = judge(replace(DUTY, checks=(line,)), [answer], bench)
        assert wrong == ()
        told = phone.evaluate(
            "([line, answer, expired]) => import('/static/phone/judge.js').then((one) => one.judge(line, answer, expired))",
            [check_out(line), {"value": value, "over_range": over}, expired],
        )
        assert (finding.outcome.value, told or "none") == (wanted, wanted), (low, high, value)


TYPED = [
    ("0,62", 0.62),
    (" 5 ", 5),
    ("-1.5", -1.5),
    (".5", 0.5),
    ("1e3", 1000),
    ("", None),
    ("1.2.3", None),
    ("0x10", None),
]


def test_what_is_typed_is_a_number_or_none(phone: Page) -> None:
    for typed, read in TYPED:
        found = phone.evaluate("(text) => import('/static/phone/judge.js').then((one) => one.read(text))", typed)
        assert found == read, typed

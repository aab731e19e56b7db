"""What the phone shows: every view, codes and tags, numbers judged, a gate, and the manager's list of phones."""

from dataclasses import replace

from playwright.sync_api import BrowserContext, Page, expect

from api.phone.shapes import check_out
from facility.duty import CheckKind, DutyCheck
from facility.instant import HOUR
from facility.instrument import Instrument
from facility.place_code import PlaceCode
from facility.round import Round, RoundStop
from facility.text import Text
from inspections.draft import Answer
from inspections.judging import Bench, judge
from storage.records.visits import VisitFilter
from tests.api.seed import NOW
from tests.browser.basement import CODE, DUTY, KEPT, TARGET, Basement, sign_in, violations, waits


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


def test_it_can_be_put_beside_the_phone_s_other_programs(phone: Page, context: BrowserContext) -> None:
    tools = context.new_cdp_session(phone)
    manifest = tools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    errors = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []


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


def test_a_visitor_is_let_in_at_a_gate_without_a_signal(
    page: Page, context: BrowserContext, basement: Basement
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, basement, "guard")
    page.locator("a.card", has_text="门岗").click()
    context.set_offline(True)
    page.locator("summary", has_text="没有预约的访客").click()
    page.fill("input[name=name]", "Emma Example")
    page.select_option("select[name=host]", "engineer")
    page.fill("input[name=document_number]", "X1234567")
    page.fill("input[name=badge]", "BADGE-7")
    page.click("details[open] button.next")
    waits(page, 1)
    context.set_offline(False)
    waits(page, 0)
    with basement.home.records.read() as unit:
        [visit] = unit.visits.find(VisitFilter()).rows
    assert (visit.state.value, visit.host) == ("in-house", "engineer")
    assert "Emma" not in page.evaluate("async () => JSON.stringify(await (" + KEPT + ")())")
    expect(page.locator("main")).to_contain_text("E**")
    page.get_by_role("button", name="证件已收回：离开").click()
    expect(page.locator("#bar")).not_to_contain_text("条待发")
    expect(page.locator("main")).to_contain_text("没有访客在内")
    assert violations(page) == []
    basement.heard(page, ("guard", "visit", "taken"), ("guard", "visit", "taken"))


def test_a_round_is_walked_from_point_to_point_without_a_signal(
    page: Page, context: BrowserContext, basement: Basement
) -> None:
    with basement.home.records.begin() as unit:
        unit.place_codes.add(
            PlaceCode(code="RoundPoint-1", zone="t1-f01", asset="cp-t1-lobby", created=NOW, created_by="manager")
        )
        unit.rounds.plan([a_round()])
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, basement, "guard")
    page.locator("a.card", has_text="夜巡").click()
    expect(page.locator("ol.cards li")).to_contain_text("1号楼大堂巡更点")
    context.set_offline(True)
    page.fill("input[name=code]", "RoundPoint-1")
    page.press("input[name=code]", "Enter")
    page.get_by_role("button", name="我在这里").click()
    waits(page, 1)
    expect(page.locator("main")).to_contain_text("已存在本机，将会发送")
    context.set_offline(False)
    waits(page, 0)
    basement.heard(page, ("guard", "scan", "taken"))
    [scan] = basement.home.readings.scans("cp-t1-lobby.scan", NOW - HOUR, NOW + HOUR)
    assert scan.at < scan.received
    assert violations(page) == []


def a_round() -> Round:
    stop = RoundStop(
        order=1,
        point="cp-t1-lobby.scan",
        asset="cp-t1-lobby",
        zone="t1-f01",
        opens=NOW - HOUR,
        due=NOW + HOUR,
        until=NOW + HOUR,
    )
    return Round(
        key="night/1",
        route="night-indoor",
        name=Text("夜巡", "Night round"),
        slot=NOW,
        start=NOW,
        opens=NOW - HOUR,
        due=NOW + HOUR,
        closes=NOW + HOUR,
        stops=(stop,),
    )

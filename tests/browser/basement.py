"""A property with one thing owed, and a phone in the hand of whoever owes it."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from api.app import create_app
from facility.duty import Insulation
from facility.instant import HOUR
from facility.occurrence import Occurrence, Standing
from facility.place_code import PlaceCode
from inspections.duty_files import read_duty
from storage.records.phones import PhoneEntryFilter
from tests.api.seed import NOW, PASSWORD, House, RunningClock, house, order_of
from tests.api.server import serving

TARGET, CODE = "t1-pump-1", "AbCdEf-12345"
_READ = read_duty(
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
[[check]]
id    = "resistance"
title = { zh = "绝缘电阻", en = "Insulation resistance" }
kind  = "number"
unit  = "MΩ"
low   = 0.5
must  = false
per   = { zh = "回路", en = "circuit" }
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
DUTY = replace(_READ, insulation=Insulation())


class Basement:
    """Riverside with one thing owed, served, and a phone whose clock is a few days wrong."""

    def __init__(self, address: str, home: House, occurrence: int, order: int) -> None:
        self.address, self.home, self.occurrence, self.order = address, home, occurrence, order

    def entries(self) -> list[tuple[str, str, str]]:
        with self.home.records.read() as unit:
            rows = unit.phone_entries.find(PhoneEntryFilter()).rows[::-1]
        return [(one.account, one.kind, one.outcome.value) for one in rows]

    def heard(self, page: Page, *wanted: tuple[str, str, str]) -> None:
        """What a phone shows may be before what it sends has come."""
        for _ in range(100):
            if self.entries() == list(wanted):
                return
            page.wait_for_timeout(100)
        assert self.entries() == list(wanted)


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


KEPT = """async () => {
  const open = indexedDB.open("dutyroom-phone");
  const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const all = (name, how) => new Promise((done) => {
    const asked = db.transaction(name).objectStore(name)[how]();
    asked.onsuccess = () => done(asked.result);
  });
  return { kept: await all("kept", "getAllKeys"), queue: await all("queue", "getAll"), shells: await caches.keys() };
}"""


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]

"""What phones bring: once, in order, under the right name, with the device's clock beside the server's."""

import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from api.phone.kinds import kinds
from api.phone.shell import shell_files
from api.web.phone_words import CHINESE
from facility.instant import MINUTE, SECOND
from facility.phone import EntryOutcome, PhoneEntry
from storage.records.phones import PhoneEntryFilter
from tests.api.browser import Browser
from tests.api.seed import NOW, Clockwork, House, order_of

SCRIPTS = Path(__file__).parents[2] / "api" / "web" / "static" / "phone"
DEVICE = "3d8f0a1c-2b7d-4a55-9a0e-6f1c1f0e8a52"
BrowserOf = Callable[[str], Browser]


class Phone:
    """As much of the phone as the server sees."""

    def __init__(self, browser: Browser, clock: Clockwork, *, ahead: int = 0) -> None:
        self.browser, self.clock, self.ahead = browser, clock, ahead

    def entry(self, number: int, kind: str, *, ago: int = 0, **body: Any) -> dict[str, Any]:
        at = self.clock() + self.ahead - ago
        return {"id": f"entry-{number:08}", "kind": kind, "device_at": at, "body": body}

    def sync(self, *entries: dict[str, Any], status: int = 200, **more: Any) -> Any:
        body = {"device": DEVICE, "device_now": self.clock() + self.ahead, "entries": list(entries), **more}
        headers = {"x-csrf-token": self.browser.csrf}
        answer = self.browser.client.post("/api/v1/phone/sync", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def statuses(self, *entries: dict[str, Any]) -> list[str]:
        return [one["status"] for one in self.sync(*entries)["answers"]]

    def bring(self, body: bytes, name: str = "", status: int = 204) -> str:
        sha = name or hashlib.sha256(body).hexdigest()
        headers = {"x-csrf-token": self.browser.csrf, "content-type": "image/jpeg"}
        answer = self.browser.client.put(f"/api/v1/phone/files/{sha}", content=body, headers=headers)
        assert answer.status_code == status, answer.text
        return sha


@pytest.fixture
def engineer(home: House, browser_of: BrowserOf) -> Phone:
    return Phone(browser_of("engineer"), home.clock)


@pytest.fixture
def order(home: House) -> int:
    """A new work order about the pump."""
    return order_of(home, home.raise_alert("pump-pressure-band", "t1-pump-1.pressure", value=0.48)).id


def stored(home: House) -> list[PhoneEntry]:
    with home.records.read() as unit:
        return unit.phone_entries.find(PhoneEntryFilter()).rows[::-1]


def picture(*, located: bool = False) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    if located:
        exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (64, 48), "#888").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_who_is_signed_in_is_told_with_the_server_s_clock_and_never_without_a_session(
    engineer: Phone, client: TestClient
) -> None:
    me = engineer.browser.client.get("/api/v1/phone/me").json()
    assert (me["account"], me["role"], me["now"], me["csrf"]) == ("engineer", "engineer", NOW, engineer.browser.csrf)
    assert "act-on-work" in me["rights"]
    assert client.get("/api/v1/phone/me").status_code == 401


def test_a_step_is_taken_once_even_when_its_answer_was_lost(home: House, engineer: Phone, order: int) -> None:
    accept = engineer.entry(1, "order-step", order=order, action="accept")
    assert engineer.statuses(accept) == ["taken"]
    assert engineer.statuses(accept, accept) == ["already", "already"]
    with home.records.read() as unit:
        told = [fact.what for fact in unit.facts.of("work-order", str(order))]
        assert told == ["opened", "accepted"]
        assert [fact.what for fact in unit.facts.of("phone-entry", "1")] == ["entry-taken"]
        assert unit.facts.verify() is None


def test_steps_keep_their_order_and_their_own_times(home: House, engineer: Phone, order: int) -> None:
    entries = [
        engineer.entry(1, "order-step", ago=3 * MINUTE, order=order, action="accept"),
        engineer.entry(2, "order-step", ago=2 * MINUTE, order=order, action="arrive", reason="no code on the wall"),
        engineer.entry(3, "order-step", ago=MINUTE, order=order, action="start"),
    ]
    assert engineer.statuses(*entries) == ["taken"] * 3
    with home.records.read() as unit:
        told = {fact.what: fact.at for fact in unit.facts.of("work-order", str(order))}
    assert (told["accepted"], told["arrived"], told["started"]) == (NOW - 3 * MINUTE, NOW - 2 * MINUTE, NOW - MINUTE)


def test_the_device_s_time_the_server_s_and_the_offset_are_kept(home: House, browser_of: BrowserOf, order: int) -> None:
    phone = Phone(browser_of("engineer"), home.clock, ahead=90 * SECOND)
    answer = phone.sync(
        phone.entry(1, "order-step", ago=30 * SECOND, order=order, action="accept"), round_trip=400, waits=2
    )
    assert answer["offset"] == 90 * SECOND + 200
    [entry] = stored(home)
    assert (entry.device_at, entry.offset, entry.round_trip, entry.received) == (NOW + 60_000, 90_200, 400, NOW)
    assert entry.done == NOW - 30_200
    with home.records.read() as unit:
        [known] = unit.phones.all()
        [fact] = unit.facts.of("phone-entry", str(entry.id))
    assert (known.device, known.account, known.offset, known.waits, known.seen) == (DEVICE, "engineer", 90_200, 2, NOW)
    assert (fact.data["device_at"], fact.data["offset"], fact.data["done"]) == (NOW + 60_000, 90_200, NOW - 30_200)


def test_what_was_done_is_never_later_than_it_was_received_nor_before_what_was_last_done(
    home: House, engineer: Phone, order: int
) -> None:
    ahead = engineer.entry(1, "order-step", ago=-5 * MINUTE, order=order, action="accept")
    behind = engineer.entry(2, "order-step", ago=500 * MINUTE, order=order, action="arrive", reason="was there")
    assert engineer.statuses(ahead, behind) == ["taken", "taken"]
    with home.records.read() as unit:
        assert [fact.at for fact in unit.facts.of("work-order", str(order))][1:] == [NOW, NOW]


def test_a_clock_that_was_set_between_doing_and_sending_shows(home: House, engineer: Phone, order: int) -> None:
    entry = engineer.entry(1, "order-step", order=order, action="accept") | {"offset": 10 * MINUTE}
    assert engineer.statuses(entry) == ["taken"]
    assert stored(home)[0].clock_set


def test_one_that_is_refused_does_not_hold_up_the_next_and_says_why(home: House, engineer: Phone, order: int) -> None:
    wrong = engineer.entry(1, "order-step", order=order, action="arrive", code="no-such-code")
    nobody = engineer.entry(2, "order-step", order=999, action="accept")
    unknown = engineer.entry(3, "juggling", balls=3)
    odd = engineer.entry(4, "order-step", order="x", action="accept", surprise=1)
    good = engineer.entry(5, "order-step", order=order, action="accept")
    answers = engineer.sync(engineer.entry(9, "order-step", order=order, action="accept"), wrong)["answers"]
    assert [one["status"] for one in answers] == ["taken", "refused"]
    assert "no such code" in answers[1]["why"] or "没有这个码" in answers[1]["why"]
    answers = engineer.sync(nobody, unknown, odd, good)["answers"]
    assert [one["status"] for one in answers] == ["refused", "refused", "refused", "conflict"]
    assert "juggling" in answers[1]["why"]
    assert {one["field"] for one in answers[2]["more"]["errors"]} == {"order", "surprise"}
    assert [entry.outcome for entry in stored(home)].count(EntryOutcome.REFUSED) == 4


def test_a_refusal_sent_again_is_the_same_refusal_and_a_mended_one_names_it(
    home: House, engineer: Phone, order: int
) -> None:
    finish = engineer.entry(1, "order-step", order=order, action="comment", reason="")
    assert engineer.statuses(finish, finish) == ["refused", "refused"]
    mended = engineer.entry(2, "order-step", order=order, action="comment", reason="valve is tight") | {
        "mends": finish["id"]
    }
    assert engineer.statuses(mended) == ["taken"]
    assert [(one.outcome, one.mends) for one in stored(home)] == [
        (EntryOutcome.REFUSED, ""),
        (EntryOutcome.TAKEN, finish["id"]),
    ]


def test_the_same_id_with_something_else_in_it_is_no_repetition(engineer: Phone, order: int) -> None:
    first = engineer.entry(1, "order-step", order=order, action="comment", reason="one")
    other = engineer.entry(1, "order-step", order=order, action="comment", reason="two")
    assert engineer.statuses(first, other) == ["taken", "refused"]


def test_who_comes_second_is_told_who_was_first_and_keeps_his_word(
    home: House, browser_of: BrowserOf, engineer: Phone, order: int
) -> None:
    other = Phone(browser_of("engineer-2"), home.clock)
    engineer.sync(engineer.entry(1, "order-step", order=order, action="accept"))
    engineer.sync(engineer.entry(2, "order-step", order=order, action="arrive", reason="here"))
    [answer] = other.sync(other.entry(1, "order-step", order=order, action="arrive", reason="me too"))["answers"]
    assert answer["status"] == "conflict"
    assert (answer["more"]["earlier"]["who"], answer["more"]["earlier"]["at"]) == ("engineer", NOW)
    with home.records.read() as unit:
        last = unit.facts.of("work-order", str(order))[-1]
    assert (last.what, last.who) == ("commented", "engineer-2")
    assert "me too" in last.why


def test_another_s_entry_is_left_on_the_phone_and_never_sent_under_this_name(
    home: House, engineer: Phone, order: int
) -> None:
    theirs = engineer.entry(1, "order-step", order=order, action="accept") | {"account": "engineer-2"}
    assert engineer.statuses(theirs) == ["later"]
    assert stored(home) == []


def test_two_people_on_one_phone_are_two_rows(home: House, browser_of: BrowserOf, engineer: Phone) -> None:
    engineer.sync()
    Phone(browser_of("guard"), home.clock).sync(waits=1)
    with home.records.read() as unit:
        assert {(one.device, one.account, one.waits) for one in unit.phones.all()} == {
            (DEVICE, "engineer", 0),
            (DEVICE, "guard", 1),
        }


def test_a_guard_has_no_work_orders_and_an_inspector_brings_nothing(
    home: House, browser_of: BrowserOf, order: int
) -> None:
    guard, inspector = Phone(browser_of("guard"), home.clock), Phone(browser_of("inspector"), home.clock)
    assert guard.statuses(guard.entry(1, "order-step", order=order, action="accept")) == ["refused"]
    inspector.sync(inspector.entry(1, "order-step", order=order, action="accept"), status=403)
    inspector.bring(picture(), status=403)


def test_a_write_that_comes_from_another_page_is_refused(home: House, engineer: Phone) -> None:
    engineer.browser.csrf = "guessed"
    engineer.sync(status=403)
    engineer.bring(picture(), status=403)


def test_photos_come_first_byte_for_byte_and_may_come_again(home: House, engineer: Phone, order: int) -> None:
    body = picture()
    sha = engineer.bring(body)
    assert engineer.bring(body) == sha
    accept = engineer.entry(1, "order-step", order=order, action="accept")
    comment = engineer.entry(2, "order-step", order=order, action="comment", reason="leak", files=[sha])
    absent = engineer.entry(3, "order-step", order=order, action="comment", reason="gone", files=["0" * 64])
    assert engineer.statuses(accept, comment, absent) == ["taken", "taken", "refused"]
    with home.records.read() as unit:
        assert unit.files.get(sha).body == body
        assert [f.data["sha256"] for f in unit.facts.of("work-order", str(order)) if f.what == "attached"] == [sha]


def test_a_photo_that_is_broken_located_renamed_or_too_large_is_refused(engineer: Phone) -> None:
    engineer.bring(picture()[:-40], status=422)
    engineer.bring(picture(located=True), status=422)
    engineer.bring(picture(), name="0" * 64, status=422)
    engineer.bring(b"\xff\xd8\xff" + b"0" * (4 * 1024 * 1024), status=422)


def test_an_entry_given_up_leaves_its_reason(home: House, engineer: Phone, order: int) -> None:
    engineer.sync(engineer.entry(1, "order-step", order=999, action="accept"))
    empty = engineer.entry(2, "discard", entry="entry-00000001", why=" ")
    good = engineer.entry(3, "discard", entry="entry-00000001", why="wrong number")
    assert engineer.statuses(empty, good) == ["refused", "taken"]
    assert stored(home)[2].answer["made"] == {"discarded": 1}


@pytest.mark.parametrize(
    "change",
    [{"device": "x"}, {"device_now": -1}, {"entries": [{}]}, {"round_trip": -1}, {"waits": "many"}],
)
def test_a_request_that_makes_no_sense_is_refused_as_a_whole(engineer: Phone, change: dict[str, Any]) -> None:
    body = {"device": DEVICE, "device_now": NOW, "entries": []} | change
    headers = {"x-csrf-token": engineer.browser.csrf}
    assert engineer.browser.client.post("/api/v1/phone/sync", json=body, headers=headers).status_code == 422


def test_a_kind_that_breaks_makes_its_entry_wait_and_what_follows_about_the_same(
    home: House, engineer: Phone, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from api.phone import syncing

    def broken(_: Any) -> Any:
        raise ZeroDivisionError

    odd = {name: replace(kind, take=broken) if name == "order-step" else kind for name, kind in kinds().items()}
    first = engineer.entry(1, "order-step", order=order, action="accept")
    second = engineer.entry(2, "order-step", order=order, action="comment", reason="x")
    other = engineer.entry(3, "discard", entry="entry-1", why="y")
    with monkeypatch.context() as patched:
        patched.setattr(syncing, "kinds", lambda: odd)
        assert engineer.statuses(first, second, other) == ["later", "later", "taken"]
    assert engineer.statuses(first, second, other) == ["taken", "taken", "already"]


def test_the_day_is_the_person_s_own(home: House, engineer: Phone, order: int) -> None:
    engineer.sync(engineer.entry(1, "order-step", order=order, action="accept"))
    day = engineer.browser.client.get("/api/v1/phone/day").json()
    assert (day["account"], day["at"], day["site"]["zone"]) == ("engineer", NOW, "Asia/Shanghai")
    assert [(one["id"], one["state"]) for one in day["orders"]] == [(order, "accepted")]
    assert day["orders"][0]["severity_word"] == {"zh": "高", "en": "high"}


def test_the_shell_is_the_same_for_everybody_and_holds_nobody_s_data(client: TestClient, browser_of: BrowserOf) -> None:
    shell = client.get("/m/")
    assert shell.status_code == 200
    assert browser_of("engineer").client.get("/m/").text == shell.text
    assert "camera=(self)" in shell.headers["permissions-policy"]
    assert "script-src 'self'" in shell.headers["content-security-policy"]
    assert client.get("/m").headers["location"] == "/m/"


def test_every_file_that_the_worker_keeps_is_there(client: TestClient) -> None:
    worker = client.get("/m/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    for address in shell_files():
        assert address in worker.text
        assert client.get(address).status_code == 200
    manifest = client.get("/m/manifest.webmanifest", headers={"accept-language": "en"}).json()
    assert (manifest["start_url"], manifest["scope"], manifest["short_name"]) == ("/m/", "/m/", "Dutyroom")
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200


def test_a_changed_file_is_another_version(home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.phone import shell

    before = shell.shell_version()
    monkeypatch.setattr(shell, "texts", lambda _: {"Today": "Heute"})
    assert shell.shell_version.__wrapped__() != before


def test_the_scripts_say_what_the_words_have_and_nothing_else() -> None:
    said = {
        text
        for path in SCRIPTS.glob("*.js")
        for text in re.findall(r'\bt\("((?:[^"\\]|\\.)*)"', path.read_text("utf-8"))
    }
    assert said - CHINESE.keys() == set()
    assert CHINESE.keys() - said == set()
    for english, chinese in CHINESE.items():
        assert sorted(re.findall(r"%\((\w+)\)s", english)) == sorted(re.findall(r"%\((\w+)\)s", chinese)), english
        assert chinese


def test_no_script_puts_text_into_the_page_as_markup() -> None:
    for path in SCRIPTS.glob("*.js"):
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
        )
        assert found == [], path.name


def test_the_page_opens_without_any_store_of_ours(home: House) -> None:
    with TestClient(create_app(home.context)) as plain:
        home.records.close()
        assert plain.get("/m/").status_code == 200


def test_the_scripts_come_compressed_and_small(client: TestClient) -> None:
    scripts = [address for address in shell_files() if address.endswith(".js")]
    sizes = []
    for address in scripts:
        with client.stream("GET", address, headers={"accept-encoding": "gzip"}) as answer:
            assert answer.headers.get("content-encoding") == "gzip"
            sizes.append(len(b"".join(answer.iter_raw())))
    assert sum(sizes) < 40_000

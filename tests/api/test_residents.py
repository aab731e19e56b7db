"""What residents see without a login, and what the duty room does with it."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from api.reporting import network
from facility.instant import HOUR, MINUTE, SECOND
from facility.person import Role
from facility.place_code import PlaceCode
from facility.residents_report import Deed, Done, ReportState
from facility.work_order import Action, Order, take
from response.reports.following import end_what_ends
from response.reports.settings import load_report_book
from response.reports.writing import write_deed
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House

CODE = "AbCdEf-12345"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def place(home: House) -> PlaceCode:
    """A code at the first lift, or at the first asset there is."""
    register = home.register()
    asset = next(one for one in register.assets.values())
    with home.records.begin() as unit:
        return unit.place_codes.add(
            PlaceCode(code=CODE, zone=asset.zone, asset=asset.id, created=NOW, created_by="manager")
        )


@pytest.fixture
def phone(home: House, place: PlaceCode) -> Iterator[TestClient]:
    """A resident's telephone: no account, no cookie."""
    assert place.good
    with TestClient(create_app(home.context), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


def form_of(html: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found is not None
    return found.group(1)


def send(home: House, mobile: TestClient, /, **fields: str) -> tuple[int, str]:
    """The form, opened, read for a while, and sent. (status, where it leads)"""
    form = form_of(mobile.get(f"/report/{CODE}").text)
    home.clock.now += 5 * SECOND
    answer = mobile.post(f"/report/{CODE}", data={"form": form, **fields})
    return answer.status_code, answer.headers.get("location", answer.text)


def reports(home: House) -> int:
    with home.records.read() as unit:
        from storage.records.reports import ReportFilter

        return unit.reports.count(ReportFilter())


def test_the_form_knows_its_place_and_asks_for_nothing_but_what_is_wrong(home: House, phone: TestClient) -> None:
    page = phone.get(f"/report/{CODE}", headers={"accept-language": "en"})
    shown = words(page.text)
    assert page.status_code == 200
    assert "Smell of gas" in shown
    assert "Call the fire brigade: 119" in shown
    assert "It is erased 30 d after the report is closed" in shown
    assert {*re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', page.text)} == {
        "next", "form", "website", "choice", "words", "phone", "consent", "photo",
    }  # fmt: skip
    assert "set-cookie" not in page.headers
    assert "noindex" in page.text


def test_a_report_leads_to_its_status_and_the_status_names_nobody(home: House, phone: TestClient) -> None:
    status, link = send(home, phone, choice="lift", words="抖得厉害", phone="13812345678", consent="1")
    assert status == 303
    shown = words(phone.get(link, headers={"accept-language": "zh"}).text)
    assert "电梯不动、异响、抖动" in shown
    assert "13812345678" not in shown
    assert "抖得厉害" not in shown
    assert "值班室正在查看" in shown


def test_an_emergency_tells_to_call_and_stands_at_the_head_of_every_page(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    _, link = send(home, phone, words="someone is trapped in the lift")
    assert "Call now, if you have not yet" in words(phone.get(link, headers={"accept-language": "en"}).text)
    officer = browser_of("officer")
    for address in ("/", "/alerts", "/rules"):
        html = officer.page(address, 200, **ENGLISH)
        assert "Someone is trapped in the lift" in html
        assert 'data-urgent="1"' in html
    assert officer.send("/residents/1/look") == 303
    assert "Someone is trapped" not in officer.page("/rules", 200, **ENGLISH)
    with home.records.read() as unit:
        assert unit.work_orders.get(unit.reports.get(1).work_order or 0).emergency


def test_the_same_form_sent_twice_is_one_report(home: House, phone: TestClient) -> None:
    form = form_of(phone.get(f"/report/{CODE}").text)
    home.clock.now += 5 * SECOND
    links = {phone.post(f"/report/{CODE}", data={"form": form, "words": "没水"}).headers["location"] for _ in range(3)}
    assert len(links) == reports(home) == 1


@pytest.mark.parametrize("wrong", ["no form", "quick", "filled trap", "nothing said", "no consent"])
def test_what_is_not_taken_comes_back_with_everything_that_was_written(
    home: House, phone: TestClient, wrong: str
) -> None:
    form = form_of(phone.get(f"/report/{CODE}").text)
    fields = {"form": form, "words": "楼道没水", "phone": "13812345678", "consent": "1"}
    home.clock.now += 0 if wrong == "quick" else 5 * SECOND
    match wrong:
        case "no form":
            fields.pop("form")
        case "filled trap":
            fields["website"] = "https://spam.example"
        case "nothing said":
            fields["words"] = " "
        case "no consent":
            fields.pop("consent")
    answer = phone.post(f"/report/{CODE}", data=fields)
    assert (answer.status_code, reports(home)) == (422, 0)
    assert 'role="alert"' in answer.text
    assert (wrong == "nothing said") or "楼道没水" in answer.text
    assert "13812345678" in answer.text
    if wrong == "quick":
        assert form_of(answer.text) == form
    again = {**fields, "form": form_of(answer.text), "words": "楼道没水", "consent": "1", "website": ""}
    home.clock.now += 5 * SECOND
    assert phone.post(f"/report/{CODE}", data=again).status_code == 303


def test_too_much_is_refused_before_it_is_read(phone: TestClient, home: House) -> None:
    form = form_of(phone.get(f"/report/{CODE}").text)
    assert phone.post(f"/report/{CODE}", data={"form": form, "words": "x" * 20_000}).status_code == 413
    endless = phone.post(f"/report/{CODE}", content=iter([b"words=x"]))
    assert (endless.status_code, reports(home)) == (413, 0)


def test_a_form_of_another_site_is_refused(home: House, phone: TestClient) -> None:
    form = form_of(phone.get(f"/report/{CODE}").text)
    answer = phone.post(f"/report/{CODE}", data={"form": form}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def limited(home: House, **limits: int) -> House:
    book = load_report_book()
    few = replace(book, settings=book.settings.model_copy(update=limits))
    return replace(home, context=replace(home.context, report_book=lambda: few))


def test_an_address_sends_only_so_many_and_is_told_to_call(home: House, place: PlaceCode) -> None:
    few = limited(home, per_address=2, emergencies_per_address=3)
    assert place.good
    phone = TestClient(create_app(few.context), raise_server_exceptions=False, follow_redirects=False)
    assert [send(home, phone, words="没水")[0] for _ in range(3)] == [303, 303, 429]
    # An emergency has its own, larger measure.
    assert [send(home, phone, words="着火了")[0] for _ in range(4)] == [303, 303, 303, 429]
    assert reports(home) == 5


def test_a_code_takes_only_so_many_in_an_hour_but_every_emergency(home: House, place: PlaceCode) -> None:
    few = limited(home, per_code=2)
    assert place.good
    phone = TestClient(create_app(few.context), raise_server_exceptions=False, follow_redirects=False)
    assert [send(home, phone, words="没水")[0] for _ in range(3)] == [303, 303, 429]
    assert send(home, phone, words="着火了")[0] == 303
    home.clock.now += HOUR
    assert send(home, phone, words="没水")[0] == 303


def test_of_ipv6_a_customers_half_counts() -> None:
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network("203.0.113.9") == "203.0.113.9"
    assert network("testclient") == "testclient"


def test_codes_and_links_that_lead_nowhere_say_what_to_do(home: House, phone: TestClient) -> None:
    for address in ("/report/nonsense", "/report/status/nonsense"):
        answer = phone.get(address, headers={"accept-language": "en"})
        assert answer.status_code == 404
        assert "Call the fire brigade" in words(answer.text)
    with home.records.begin() as unit:
        unit.place_codes.update(replace(unit.place_codes.by_code(CODE), revoked=NOW, revoked_by="manager"))
    assert phone.get(f"/report/{CODE}").status_code == 404
    assert phone.post(f"/report/{CODE}", data={"words": "没水"}).status_code == 404


def finish(home: House, number: int, who: str = "engineer") -> None:
    """The order is done, and followed as the responder does."""
    from facility.fact import Fact
    from response.reports.following import follow

    for action, word in ((Action.ACCEPT, "accepted"), (Action.ARRIVE, "arrived"), (Action.START, "started"),
                         (Action.FINISH, "finished")):  # fmt: skip
        with home.records.begin() as unit:
            order = unit.work_orders.get(number)
            wish = Order(action=action, who=who, at=home.clock(), reason="done")
            after = unit.work_orders.update(take(order, wish, point_normal=None))
            fact = Fact(at=home.clock(), noun="work-order", subject=str(number), what=word, who=who,
                        before=order.state.value, after=after.state.value)  # fmt: skip
            follow(lambda: home.context.report_book().settings, unit, unit.facts.append(fact), home.clock())


def solved(home: House, phone: TestClient, officer: Browser, /, **fields: str) -> str:
    """A report whose work is done; its status link."""
    _, link = send(home, phone, words="楼道没水", **fields)
    assert officer.send("/residents/1/assign") == 303
    finish(home, 1)
    return link


def state(home: House, number: int = 1) -> ReportState:
    with home.records.read() as unit:
        return unit.reports.get(number).state


def test_the_resident_says_by_the_link_that_it_is_solved(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    link = solved(home, phone, browser_of("officer"))
    assert "Is it solved?" in words(phone.get(link, headers={"accept-language": "en"}).text)
    answer = phone.post(f"{link}/answer", data={"solved": "yes", "mark": "4"})
    assert answer.headers["location"] == f"{link}?said=yes"
    with home.records.read() as unit:
        report = unit.reports.get(1)
        assert (report.state, report.satisfaction) == (ReportState.CLOSED, 4)
        assert unit.work_orders.get(1).state.value == "closed"
    assert "You gave 4 of 5" in words(phone.get(link, headers={"accept-language": "en"}).text)


def test_the_resident_says_by_the_link_that_it_is_not_and_no_word_goes_into_a_fact(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    officer = browser_of("officer")
    link = solved(home, phone, officer)
    phone.post(f"{link}/answer", data={"solved": "no", "words": "还是滴，我是王小明 13812345678"})
    assert state(home) is ReportState.ASSIGNED
    with home.records.read() as unit:
        assert "王小明" not in str(unit.facts.after(0))
        assert "还是滴" in unit.reports.get(1).words
        assert "1381" not in unit.reports.get(1).words
    assert "not solved: for management" in words(officer.page("/residents?show=escalated", 200, **ENGLISH))
    assert officer.send("/residents/1/take-up", reason="x") == 403
    assert browser_of("manager").send("/residents/1/take-up", reason="New pipe ordered.") == 303


def test_an_answer_that_comes_too_late_or_says_nothing_is_told_so(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    _, link = send(home, phone, words="没水")
    assert phone.post(f"{link}/answer", data={"solved": "yes"}).headers["location"].endswith("said=late")
    assert phone.post(f"{link}/answer", data={}).headers["location"].endswith("said=choose")
    assert phone.post("/report/status/nonsense/answer", data={"solved": "yes"}).status_code == 404


def test_a_number_is_seen_with_a_purpose_by_those_who_work_and_each_look_is_a_fact(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    send(home, phone, words="没水", phone="13812345678", consent="1")
    officer, guard = browser_of("officer"), browser_of("guard")
    assert "13812345678" not in officer.page("/residents/1")
    assert guard.send("/residents/1/number", purpose="visit") == 403
    assert officer.send("/residents/1/number") == 422
    answer = officer.client.post("/residents/1/number", data={"csrf": officer.csrf, "purpose": "call-back"})
    assert "13812345678" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    with home.records.read() as unit:
        looks = [(fact.who, fact.why) for fact in unit.facts.of("report", "1") if fact.what == "number-seen"]
        assert looks == [("officer", "call-back")]


def test_the_resident_takes_the_number_back_at_once(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    _, link = send(home, phone, words="没水", phone="13812345678", consent="1")
    assert "Erase my number now" in words(phone.get(link, headers={"accept-language": "en"}).text)
    phone.post(f"{link}/forget")
    assert browser_of("officer").send("/residents/1/number", purpose="visit") == 404
    assert "Erase my number" not in words(phone.get(link, headers={"accept-language": "en"}).text)


def test_the_officer_writes_down_what_the_hotline_says_and_it_is_given_out_or_joined(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    officer, zone = browser_of("officer"), next(iter(home.register().zones))
    assert (
        officer.send("/residents", place=f"zone:{zone}", words="没水", way="hotline", phone="139", consent="1") == 303
    )
    assert officer.send("/residents", place=f"zone:{zone}", words="停水了") == 303
    assert officer.send("/residents/1/assign") == 303
    assert "The same: join it" in words(officer.page("/residents/2", 200, **ENGLISH))
    assert officer.send("/residents/2/assign", same_as="1") == 303
    with home.records.read() as unit:
        assert unit.reports.get(2).work_order == unit.reports.get(1).work_order
        assert (unit.reports.get(1).taken_by, unit.reports.get(1).way.value) == ("officer", "hotline")


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 422), ({"place": "zone:nowhere", "words": "没水"}, 422), ({"place": "zone:riverside"}, 422)],
)
def test_what_is_missing_is_told(browser_of: Callable[[str], Browser], fields: dict[str, str], status: int) -> None:
    assert browser_of("officer").send("/residents", **fields) == status


def test_who_did_the_work_is_not_offered_the_call_back(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    solved(home, phone, browser_of("officer"))
    engineer = browser_of("engineer")
    assert "somebody else must call back" in words(engineer.page("/residents/1", 200, **ENGLISH))
    assert engineer.send("/residents/1/confirm", mark="5") == 409
    assert browser_of("officer").send("/residents/1/confirm", mark="5") == 303


def test_the_archive_is_searched_by_words_kind_and_place(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser], place: PlaceCode
) -> None:
    send(home, phone, words="楼道没水")
    send(home, phone, words="灯坏了 lamp")
    officer = browser_of("officer")

    def found(query: str) -> list[str]:
        html = officer.page(f"/residents?show=all&{query}")
        return re.findall(r'<a href="/residents/(\d+)"><b>', html)

    assert found("") == ["2", "1"]
    assert found("words=LAMP") == ["2"]
    assert found("kind=water") == ["1"]
    assert found(f"zone={place.zone}") == ["2", "1"]
    assert found("words=nothing") == []


def test_codes_are_made_printed_and_revoked_by_who_keeps_the_register(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    manager, officer = browser_of("manager"), browser_of("officer")
    asset = next(iter(home.register().assets))
    assert officer.send("/place-codes", scope=f"asset:{asset}") == 403
    made = manager.client.post(
        "/place-codes", data={"csrf": manager.csrf, "scope": [f"asset:{asset}", f"asset:{asset}"]}
    )
    assert made.status_code == 303
    sheet = officer.page(made.headers["location"])
    assert sheet.count("<svg") >= 1
    assert sheet.count("扫码报修") == sheet.count("Scan to report") == 1
    with home.records.read() as unit:
        (code,) = unit.place_codes.all()
    assert len(code.code) == 12
    assert officer.client.get(f"/place-codes/{code.id}.svg").headers["content-type"] == "image/svg+xml"
    assert manager.send(f"/place-codes/{code.id}/revoke") == 422
    assert manager.send(f"/place-codes/{code.id}/revoke", reason="torn off") == 303
    assert "扫码报修" not in officer.page("/place-codes/sheet")
    assert "torn off" in officer.page("/place-codes")


def test_a_printed_code_leads_to_the_form(home: House, browser_of: Callable[[str], Browser], place: PlaceCode) -> None:
    from api.web.pages.place_codes import qr

    sheet = browser_of("officer").page("/place-codes/sheet")
    drawn = qr(f"http://testserver/report/{place.code}")
    assert drawn in sheet
    assert "<script" not in drawn


def test_pages_teach_while_they_are_empty(browser_of: Callable[[str], Browser]) -> None:
    officer = browser_of("officer")
    assert "Nothing is reported." in words(officer.page("/residents", 200, **ENGLISH))
    assert "No code yet." in words(officer.page("/place-codes", 200, **ENGLISH))
    assert "No code yet." in words(officer.page("/place-codes/sheet", 200, **ENGLISH))


def test_an_agreed_visit_is_shown_to_the_resident(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    _, link = send(home, phone, words="没水")
    assert browser_of("officer").send("/residents/1/agree", by="2026-11-25T09:30") == 303
    assert "25 Nov 09:30" in words(phone.get(link, headers={"accept-language": "en"}).text)
    assert browser_of("officer").send("/residents/1/agree", by="2020-01-01T00:00") == 422
    assert browser_of("officer").send("/residents/1/agree", by="soon") == 422
    assert home.clock.now - NOW < MINUTE
    assert Role.GUARD


def a_photo() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (22.0, 32.0, 0.0), 3: "E", 4: (114.0, 3.0, 0.0)})
    Image.new("RGB", (400, 300), "grey").save(out, "JPEG", exif=exif)
    return out.getvalue()


def send_photo(home: House, mobile: TestClient, body: bytes, **fields: str) -> tuple[int, str]:
    form = form_of(mobile.get(f"/report/{CODE}").text)
    home.clock.now += 5 * SECOND
    files = {"photo": ("p.jpg", body, "image/jpeg")}
    answer = mobile.post(f"/report/{CODE}", data={"form": form, **fields}, files=files)
    return answer.status_code, answer.headers.get("location", answer.text)


def test_a_photo_comes_without_its_place_and_only_the_duty_room_sees_it(
    home: House, phone: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    status, link = send_photo(home, phone, a_photo(), choice="lift")
    assert (status, "said" in link) == (303, False)
    assert "/photo" not in phone.get(link).text
    assert phone.get("/residents/1/photo").status_code in (303, 401)
    officer = browser_of("officer")
    assert 'src="/residents/1/photo?small=1"' in officer.page("/residents/1")
    got = officer.client.get("/residents/1/photo")
    assert (got.status_code, got.headers["content-type"], got.headers["cache-control"]) == (
        200,
        "image/jpeg",
        "no-store",
    )
    assert dict(Image.open(io.BytesIO(got.content)).getexif().get_ifd(0x8825)) == {}


@pytest.mark.parametrize("body", [b"only words", b"\xff\xd8\xff half a picture", b"\xff\xd8\xff" + bytes(10_500_000)])
def test_a_photo_that_cannot_be_used_does_not_hold_up_the_report(home: House, phone: TestClient, body: bytes) -> None:
    status, link = send_photo(home, phone, body, words="someone is trapped in the lift")
    assert (status, link.endswith("?said=no-photo"), reports(home)) == (303, True, 1)
    assert "The photo could not be used" in words(phone.get(link, headers=ENGLISH).text)
    with home.records.read() as unit:
        assert unit.reports.photographed([1]) == set()


def test_a_form_that_comes_back_says_that_the_photo_has_to_be_chosen_again(home: House, phone: TestClient) -> None:
    status, page = send_photo(home, phone, a_photo())
    assert (status, "照片要重新选一次" in page) == (422, True)
    assert "照片要重新选一次" not in send(home, phone)[1]


def test_only_the_form_of_a_report_may_be_as_large_as_a_photo(home: House, phone: TestClient) -> None:
    _, link = send_photo(home, phone, a_photo(), choice="lift")
    files = {"photo": ("p.jpg", bytes(20_000), "image/jpeg")}
    assert phone.post(f"{link}/answer", data={"solved": "yes"}, files=files).status_code == 413
    huge = {"photo": ("p.jpg", bytes(17_000_000), "image/jpeg")}
    assert phone.post(f"/report/{CODE}", files=huge).status_code == 413


def test_a_photo_is_erased_when_the_resident_asks_and_when_its_end_comes(home: House, phone: TestClient) -> None:
    settings = load_report_book().settings
    _, link = send_photo(home, phone, a_photo(), choice="lift")
    assert "Erase my photo now" in words(phone.get(link, headers=ENGLISH).text)
    assert phone.post(f"{link}/forget").status_code == 303
    send_photo(home, phone, a_photo(), choice="lift")
    with home.records.begin() as unit:
        assert unit.reports.photographed([1, 2]) == {2}
        now = home.clock.now
        end_what_ends(lambda: settings, unit, now + settings.number_kept_at_most - MINUTE)
        assert unit.reports.photographed([2]) == {2}
        done = Done(deed=Deed.DISMISS, who="officer", at=now, reason="a game")
        write_deed(unit, unit.reports.get(2), done, settings)
        end_what_ends(lambda: settings, unit, now + settings.number_kept - 1)
        assert unit.reports.photographed([2]) == {2}
        end_what_ends(lambda: settings, unit, now + settings.number_kept)
        assert unit.reports.photographed([2]) == set()
        assert [unit.facts.of("report", number)[-1].what for number in ("1", "2")] == ["photo-erased"] * 2

"""The desk, visits and what is kept about people, as people and programs meet them."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from facility.crossing import Crossing, Judgement
from facility.guest import Guest
from facility.instant import DAY, HOUR
from facility.permission import Permissions, permission_difference
from facility.permission_entries import Credential, Holder
from facility.person import Role
from facility.place_code import Contact
from facility.rota import Person, Rota, rota_difference
from facility.visit import Visit, VisitState
from inspections.visits.ending import end_visits
from storage.records.retrievals import RetrievalFilter
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House

Browsers = Callable[[str], Browser]
NUMBER = "310101198805054321"
NAME = "欧阳长青"
ENGLISH: dict[str, Any] = {"accept-language": "en"}
FORM = {"name": NAME, "document": "id-card", "document_number": NUMBER, "host": "3-1201 李女士", "badge": "V0071234"}


def send(browser: Browser, address: str, **fields: str) -> Any:
    """A form of the page, with its token."""
    return browser.client.post(address, data={"csrf": browser.csrf} | fields)


def zone_of(home: House, access: str = "public") -> str:
    return next(zone.id for zone in home.register().zones.values() if zone.access == access)


def let_in(home: House, guard: Browser, **changed: str) -> int:
    answer = send(guard, "/visitors", **(FORM | {"zone": zone_of(home)} | changed))
    assert answer.status_code == 303, words(answer.text)
    return int(answer.headers["location"].rpartition("/")[2])


def visit(home: House, number: int) -> Visit:
    with home.records.read() as unit:
        return unit.visits.get(number)


def guest(home: House, number: int) -> Guest:
    with home.records.read() as unit:
        return unit.visits.guest(number)


def test_an_empty_desk_says_what_will_be_here(browser_of: Browsers) -> None:
    page = words(browser_of("guard").page("/visitors", **ENGLISH))
    assert "No visitor is in the house." in page
    assert "Nobody is announced." in page


def test_four_fields_let_somebody_in_and_the_number_is_nowhere_afterwards(home: House, browser_of: Browsers) -> None:
    guard = browser_of("guard")
    number = let_in(home, guard)
    found, who = visit(home, number), guest(home, number)
    assert (found.state, found.persons, found.badge_label) == (VisitState.IN_HOUSE, 1, "1234")
    assert found.badge == home.context.hide("card", "V0071234")
    assert (who.name, who.host_text, who.document_tail) == (NAME, "3-1201 李女士", "4321")
    page = guard.page("/visitors")
    assert NAME in page
    assert NUMBER not in page
    assert NUMBER not in guard.page(f"/visitors/{number}")
    with home.records.read() as unit:
        said = repr(unit.facts.after(0, 10_000))
    assert NAME not in said
    assert "李女士" not in said


def test_the_badge_leads_back_and_is_free_afterwards(home: House, browser_of: Browsers) -> None:
    guard = browser_of("guard")
    number = let_in(home, guard)
    taken = send(guard, "/visitors", **(FORM | {"zone": zone_of(home), "name": "另一人"}))
    assert taken.status_code == 422
    assert f"#{number}" in words(taken.text)
    assert send(guard, "/visitors/badge", badge="v007 1234").headers["location"] == f"/visitors/{number}#leave"
    assert send(guard, "/visitors/badge", badge="0000").status_code == 404
    assert send(guard, f"/visitors/{number}/leave").status_code == 303
    assert visit(home, number).state is VisitState.LEFT
    assert send(guard, f"/visitors/{number}/leave").status_code == 409
    let_in(home, guard, name="另一人")


def test_a_second_visit_with_the_same_document_is_recognised(home: House, browser_of: Browsers) -> None:
    guard = browser_of("guard")
    first = let_in(home, guard)
    send(guard, f"/visitors/{first}/leave")
    second = let_in(home, guard, document_number="310101 19880505 4321")
    assert f'href="/visitors/{first}"' in guard.page(f"/visitors/{second}")


def test_a_host_announces_and_the_desk_lets_in(home: House, browser_of: Browsers) -> None:
    engineer, guard = browser_of("engineer"), browser_of("guard")
    assert "王工 Wang" in engineer.page("/visitors/new")
    answer = send(engineer,
        "/visitors/new", name="供应商", host="王工 Wang", zone=zone_of(home), expected="2026-11-24T09:00",
        until="2026-11-24T11:00", persons="3",
    )  # fmt: skip
    number = int(answer.headers["location"].rpartition("/")[2])
    assert (visit(home, number).host, visit(home, number).persons) == ("engineer", 3)
    assert "供应商" in engineer.page(f"/visitors/{number}")
    assert "供应商" not in browser_of("engineer-2").page(f"/visitors/{number}")
    missing = send(guard, f"/visitors/{number}/arrive", badge="V1234567")
    assert missing.status_code == 422
    assert send(guard, f"/visitors/{number}/arrive", document_number=NUMBER, badge="V1234567").status_code == 303
    assert visit(home, number).state is VisitState.IN_HOUSE
    slip = guard.page(f"/visitors/{number}/slip")
    assert "<svg" in slip
    assert "供应商" not in slip


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "访客姓名"),
        ({"host": ""}, "host"),
        ({"zone": "nowhere"}, "nowhere"),
        ({"until": "2026-11-23T09:00"}, "离开时间"),
        ({"until": "2027-11-23T09:00"}, "7 天"),
        ({"until": "soon"}, "until"),
        ({"persons": "many"}, "persons"),
        ({"persons": "0"}, "人数"),
        ({"document": "library-card"}, "证件类型"),
        ({"document_number": ""}, "document_number"),
        ({"badge": ""}, "badge"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    home: House, browser_of: Browsers, changed: dict[str, str], field: str
) -> None:
    answer = send(browser_of("guard"), "/visitors", **(FORM | {"zone": zone_of(home)} | changed))
    assert answer.status_code == 422
    assert field in words(answer.text)
    with home.records.read() as unit:
        assert unit.visits.badges() == frozenset()


def test_a_name_that_is_a_script_is_shown_as_text(home: House, browser_of: Browsers) -> None:
    guard = browser_of("guard")
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    number = let_in(home, guard, name=evil[:80], host="<b>bold</b>", reason="'><svg/onload=x>")
    for address in ("/visitors", f"/visitors/{number}", f"/visitors/{number}/slip"):
        page = guard.page(address)
        assert not re.search(r"<script>alert|<img src=x|<b>bold|<svg/onload", page), address


def test_five_hundred_visitors_are_one_page(home: House, browser_of: Browsers) -> None:
    with home.records.begin() as unit:
        for place in range(500):
            kept = unit.visits.add(
                Visit(
                    state=VisitState.IN_HOUSE, zones=("t1",), expected=NOW, until=NOW + HOUR, registered=NOW,
                    registered_by="guard", arrived=NOW, badge=f"badge{place}", badge_label=f"{place:04}",
                )
            )  # fmt: skip
            unit.visits.put_guest(Guest(visit=kept.id, name=f"访客 {place}", given=NOW, until=NOW + DAY))
    page = browser_of("guard").page("/visitors")
    assert page.count('class="visit') >= 500
    assert "访客 499" in page


@pytest.mark.parametrize("name", ["engineer", "inspector"])
def test_those_who_let_nobody_in_see_no_names(home: House, browser_of: Browsers, name: str) -> None:
    number = let_in(home, browser_of("guard"))
    reader = browser_of(name)
    for address in ("/visitors", f"/visitors/{number}"):
        page = reader.page(address)
        assert NAME not in page
        assert "李女士" not in page
        assert "4321" not in page
    assert send(reader, "/visitors", **FORM).status_code == 403
    assert send(reader, f"/visitors/{number}/leave").status_code == 403
    assert send(reader, f"/visitors/{number}/reveal", purpose="x").status_code == 403
    assert reader.page(f"/visitors/{number}/slip", status=403)
    assert visit(home, number).in_house


def test_numbers_that_are_guessed_lead_nowhere(browser_of: Browsers) -> None:
    guard = browser_of("guard")
    for address in ("/visitors/999", "/visitors/999/slip", f"/visitors/{10**30}"):
        assert guard.page(address, status=404)
    assert send(guard, "/visitors/999/leave").status_code == 404
    assert send(guard, "/visitors/1/overstay").status_code == 403


def test_without_the_page_s_token_nothing_is_written(home: House, browser_of: Browsers) -> None:
    guard = browser_of("guard")
    assert guard.client.post("/visitors", data=FORM | {"zone": zone_of(home)}).status_code == 403


def test_an_officer_confirms_an_escort_and_sees_the_doors(home: House, browser_of: Browsers) -> None:
    number = let_in(home, browser_of("guard"))
    zone = zone_of(home, "high-risk")
    with home.records.begin() as unit:
        unit.visits.cross(
            Crossing(
                visit=number, point="x", zone=zone, at=NOW, event="granted", badge="b", judgement=Judgement.UNESCORTED
            )
        )
    officer = browser_of("officer")
    assert "无人陪同" in officer.page(f"/visitors/{number}")
    assert send(officer, f"/visitors/{number}/confirm-escort", reason="工程师已到").status_code == 303
    assert "已确认陪同" in officer.page(f"/visitors/{number}")


def test_who_stays_too_long_stands_first(home: House, browser_of: Browsers) -> None:
    guard = browser_of("guard")
    first = let_in(home, guard, until="2026-11-24T08:40")
    let_in(home, guard, badge="V9", name="另一人")
    home.clock.now += 2 * HOUR
    with home.records.begin() as unit:
        end_visits(unit, home.clock())
    page = guard.page("/visitors")
    assert "超时未离开" in words(page)
    assert page.index(f'id="visit-{first}"') < page.index(f'id="visit-{first + 1}"')


def test_past_visits_are_listed_and_an_erased_guest_has_no_name(home: House, browser_of: Browsers) -> None:
    guard = browser_of("guard")
    number = let_in(home, guard)
    send(guard, f"/visitors/{number}/leave")
    with home.records.begin() as unit:
        unit.visits.put_guest(
            Guest(visit=number, name="", given=NOW, until=NOW, erased=NOW, erased_by="system:retention")
        )
    assert "已抹去" in words(guard.page("/visitors?show=past"))
    assert guard.client.get("/visitors?show=past&cursor=nonsense").status_code == 303


# Programs.


def test_programs_let_in_once_and_see_no_more_than_their_role(
    home: House, client: TestClient, program: Callable[[Role], dict[str, str]]
) -> None:
    body = {
        "name": NAME, "host_text": "3-1201", "zones": [zone_of(home)], "until": NOW + HOUR, "document": "id-card",
        "document_number": NUMBER, "badge": "V1",
    }  # fmt: skip
    guard = program(Role.GUARD)
    answers = [
        client.post("/api/v1/visits/walk-in", json=body, headers=guard | {"idempotency-key": "a"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    number = answers[0].json()["id"]
    assert client.get(f"/api/v1/visits/{number}", headers=guard).json()["guest"]["name"] == NAME
    seen = client.get("/api/v1/visits", headers=program(Role.INSPECTOR)).json()["rows"][0]
    assert (seen["guest"]["name"], seen["guest"]["document_tail"], seen["deeds"]) == ("欧**", "", [])
    with home.records.read() as unit:
        kept = [unit.notes.get(name) for name in unit.notes.names("idempotency/")]
    assert NAME not in repr(kept)
    assert "4321" not in repr(kept)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"badge": ""}, 422),
        ({"document": "x"}, 422),
        ({"zones": ["nowhere"]}, 422),
        ({"until": NOW - 1}, 422),
        ({"persons": 0}, 422),
    ],
)
def test_programs_are_told_what_is_wrong(
    home: House, client: TestClient, program: Callable[[Role], dict[str, str]], changed: dict[str, Any], status: int
) -> None:
    body = {
        "name": NAME, "host_text": "x", "zones": [zone_of(home)], "until": NOW + HOUR, "document": "id-card",
        "document_number": NUMBER, "badge": "V1",
    } | changed  # fmt: skip
    answer = client.post("/api/v1/visits/walk-in", json=body, headers=program(Role.GUARD))
    assert answer.status_code == status
    assert answer.json()["errors"]


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.INSPECTOR])
def test_programs_without_the_right_let_nobody_in(
    client: TestClient, program: Callable[[Role], dict[str, str]], role: Role
) -> None:
    body = {"name": "x", "host_text": "x", "zones": ["t1"], "until": NOW + HOUR, "document": "id-card",
            "document_number": "1234", "badge": "V1"}  # fmt: skip
    assert client.post("/api/v1/visits/walk-in", json=body, headers=program(role)).status_code == 403


# What is kept about people.


def test_everybody_sees_what_is_kept_and_how_it_ends(browser_of: Browsers) -> None:
    page = words(browser_of("inspector").page("/personal-data", **ENGLISH))
    assert "180 d · from the end of the visit" in page
    assert "1830 d · from being given" in page


def test_what_is_past_its_end_stands_out(home: House, browser_of: Browsers) -> None:
    with home.records.begin() as unit:
        unit.reports.leave_number(
            Contact(report=1, phone="13800000000", given=NOW - 9 * DAY, consent="1", until=NOW - 2 * DAY)
        )
    assert "past its end" in words(browser_of("officer").page("/personal-data", **ENGLISH))


def cards(home: House) -> tuple[str, str]:
    """The pseudonyms of a holder's card and of somebody of the rota."""
    mine, patrol = home.context.hide("card", "04A1B2C3"), home.context.hide("guard", "11223344")
    wanted = Permissions(
        holders={"li": Holder(id="li", name="李持卡")},
        credentials={mine: Credential(pseudonym=mine, holder="li", tail="B2C3")},
    )
    with home.records.begin() as unit:
        unit.permissions.apply(permission_difference(Permissions(), wanted), "manager", NOW)
        people = {"chen": Person(id="chen", name="陈巡逻", phone="+86 139-0000-0001", addresses={"card": "11223344"})}
        unit.rota.apply(rota_difference(Rota(), Rota(people=people)), "manager", NOW)
    return mine, patrol


def entries(home: House) -> list[tuple[str, str, str]]:
    with home.records.read() as unit:
        found = unit.retrievals.find(RetrievalFilter()).rows
    return [(one.who, one.about.value, one.purpose) for one in found]


def test_a_name_behind_a_pseudonym_needs_a_purpose_and_leaves_an_entry(home: House, browser_of: Browsers) -> None:
    mine, patrol = cards(home)
    officer = browser_of("officer")
    assert "李持卡" not in officer.page(f"/personal-data/behind?pseudonym={mine}")
    assert send(officer, "/personal-data/behind", pseudonym=mine, purpose=" ").status_code == 422
    assert send(officer, "/personal-data/behind", pseudonym=mine, purpose="x", basis="curiosity").status_code == 422
    assert entries(home) == []
    shown = send(officer, "/personal-data/behind", pseudonym=mine, purpose="门被强行打开")
    assert "李持卡" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "陈巡逻" in send(officer, "/personal-data/behind", pseudonym=patrol, purpose="巡更漏点").text
    assert "Nobody" in officer.client.post(
        "/personal-data/behind", data={"csrf": officer.csrf, "pseudonym": "0" * 16, "purpose": "x"},
        headers={"accept-language": "en"},
    ).text  # fmt: skip
    assert [one[:2] for one in entries(home)] == [("officer", "pseudonym")] * 3
    with home.records.read() as unit:
        facts = [fact for fact in unit.facts.after(0, 10_000) if fact.noun == "retrieval"]
    assert [fact.data["purpose"] for fact in facts] == ["门被强行打开", "巡更漏点", "x"]
    assert "李持卡" not in repr(facts)


def test_a_visitor_s_badge_leads_to_each_who_had_it(home: House, browser_of: Browsers) -> None:
    guard, officer = browser_of("guard"), browser_of("officer")
    first = let_in(home, guard)
    send(guard, f"/visitors/{first}/leave")
    let_in(home, guard, name="另一人")
    badge = home.context.hide("card", "V0071234")
    shown = send(officer, "/personal-data/behind", pseudonym=badge, purpose="x").text
    assert shown.index("另一人") < shown.index(NAME)


@pytest.mark.parametrize("name", ["engineer", "guard", "inspector"])
def test_looking_behind_is_for_officer_and_manager_alone(home: House, browser_of: Browsers, name: str) -> None:
    mine, _ = cards(home)
    reader = browser_of(name)
    assert reader.page("/personal-data/behind", status=403)
    assert send(reader, "/personal-data/behind", pseudonym=mine, purpose="x").status_code == 403
    assert send(reader, "/personal-data/person", kind="card", value="04A1B2C3", purpose="x").status_code == 403
    assert send(reader, "/personal-data/retrievals", subject="x", purpose="x").status_code == 403
    assert entries(home) == []


def test_the_register_is_read_by_manager_and_inspector_and_an_officer_reads_his_own(
    home: House, browser_of: Browsers
) -> None:
    mine, _ = cards(home)
    officer, manager = browser_of("officer"), browser_of("manager")
    send(officer, "/personal-data/behind", pseudonym=mine, purpose="由值班员看")
    send(manager, "/personal-data/behind", pseudonym=mine, purpose="由主管看")
    for name in ("manager", "inspector"):
        page = browser_of(name).page("/personal-data/retrievals")
        assert "由值班员看" in page
        assert "由主管看" in page
    own = officer.page("/personal-data/retrievals")
    assert "由值班员看" in own
    assert "由主管看" not in own
    assert officer.page("/personal-data/retrievals/1")
    assert officer.page("/personal-data/retrievals/2", status=403)
    for name in ("guard", "engineer"):
        assert browser_of(name).page("/personal-data/retrievals", status=403)


VIDEO = {
    "about": "video", "start": "2026-11-24T01:00", "end": "2026-11-24T01:30", "for_whom": "河畔派出所", "request": "调字 12 号",
    "purpose": "地下车库失窃", "basis": "authority",
}  # fmt: skip
SHA = "ab" * 32


def test_a_video_is_asked_for_approved_by_somebody_else_and_handed_over(home: House, browser_of: Browsers) -> None:
    officer, manager = browser_of("officer"), browser_of("manager")
    camera = next(iter(home.register().cameras))
    address = send(officer, "/personal-data/retrievals", **VIDEO, subject=camera).headers["location"]
    early = send(officer, f"{address}/hand-over", recipient="张警官", given="30 min", sha256=SHA)
    assert early.status_code == 409
    assert send(officer, f"{address}/approve").status_code == 403
    assert "/approve" in manager.page(address)
    assert send(manager, f"{address}/approve").status_code == 303
    assert send(officer, f"{address}/hand-over", recipient="张警官", given="30 min", sha256="xyz").status_code == 422
    assert send(officer, f"{address}/hand-over", given="30 min").status_code == 422
    given = {"recipient": "张警官 031234", "given": "01:00–01:30", "medium": "USB", "sha256": SHA}
    assert send(officer, f"{address}/hand-over", **given).status_code == 303
    page = browser_of("inspector").page(address)
    assert "张警官 031234" in page
    assert SHA in page
    with home.records.read() as unit:
        facts = unit.facts.of("retrieval", "1")
    assert [fact.what for fact in facts] == ["asked-for", "approved", "handed-over"]
    assert "张警官" not in repr(facts)


def test_of_a_written_request_the_hash_is_kept(home: House, browser_of: Browsers) -> None:
    officer = browser_of("officer")
    fields = VIDEO | {"subject": next(iter(home.register().cameras)), "csrf": officer.csrf}
    sent = officer.client.post("/personal-data/retrievals", data=fields, files={"scan": ("letter.pdf", b"%PDF letter")})
    assert sent.status_code == 303
    with home.records.read() as unit:
        assert unit.retrievals.get(1).request == f"调字 12 号 · SHA-256 {hashlib.sha256(b'%PDF letter').hexdigest()}"


def test_nobody_approves_what_he_asked_for_himself(home: House, browser_of: Browsers) -> None:
    manager = browser_of("manager")
    camera = next(iter(home.register().cameras))
    address = send(manager, "/personal-data/retrievals", **VIDEO, subject=camera).headers["location"]
    refused = send(manager, f"{address}/approve")
    assert refused.status_code == 409
    assert "申请人之外" in words(refused.text)
    assert send(manager, f"{address}/withdraw", reason="重复").status_code == 303


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "no-camera"},
        {"start": ""},
        {"end": "2026-11-24T00:30"},
        {"for_whom": " "},
        {"purpose": ""},
        {"about": "person"},
    ],
)
def test_a_request_that_is_not_whole_is_refused(home: House, browser_of: Browsers, changed: dict[str, str]) -> None:
    camera = next(iter(home.register().cameras))
    assert (
        send(browser_of("officer"), "/personal-data/retrievals", **(VIDEO | {"subject": camera} | changed)).status_code
        == 422
    )
    assert entries(home) == []


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("document", "310101 19880505-4321", NAME),
        ("phone", "138 0013 8000", NAME),
        ("card", "v0071234", NAME),
        ("card", "04A1B2C3", "李持卡"),
        ("phone", "+8613900000001", "陈巡逻"),
        ("account", "engineer", "王工 Wang"),
    ],
)
def test_a_person_gets_what_is_kept_by_a_whole_number(
    home: House, browser_of: Browsers, kind: str, value: str, shown: str
) -> None:
    cards(home)
    let_in(home, browser_of("guard"), phone="13800138000")
    officer = browser_of("officer")
    found = send(officer, "/personal-data/person", kind=kind, value=value, purpose="本人来问")
    assert shown in found.text
    assert found.headers["cache-control"] == "no-store"
    with home.records.read() as unit:
        (entry,) = unit.retrievals.find(RetrievalFilter()).rows
    assert (entry.about.value, entry.purpose) == ("person", "本人来问")
    assert value not in repr(entry)
    export = send(officer, "/personal-data/person", kind=kind, value=value, purpose="导出", form="json")
    assert shown in export.text
    assert "attachment" in export.headers["content-disposition"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("document", "31010119880505432"),
        ("phone", "1380013"),
        ("phone", "%"),
        ("card", "V007"),
        ("account", "eng"),
        ("card", "*"),
    ],
)
def test_a_part_of_a_number_finds_nobody(home: House, browser_of: Browsers, kind: str, value: str) -> None:
    let_in(home, browser_of("guard"), phone="13800138000")
    found = send(browser_of("officer"), "/personal-data/person", kind=kind, value=value, purpose="x")
    assert found.status_code == 200
    assert NAME not in found.text


def test_an_empty_search_is_none(home: House, browser_of: Browsers) -> None:
    officer = browser_of("officer")
    for fields in ({"kind": "phone", "value": " "}, {"kind": "name", "value": NAME}):
        assert send(officer, "/personal-data/person", purpose="x", **fields).status_code == 422
    assert entries(home) == []


def test_erasing_waits_for_the_end_of_the_visit_and_for_whoever_asks_for_it_by_law(
    home: House, browser_of: Browsers
) -> None:
    guard, officer, manager = (browser_of(name) for name in ("guard", "officer", "manager"))
    number = let_in(home, guard)
    erase = f"/personal-data/visits/{number}/erase"
    assert send(officer, erase).status_code == 403
    going_on = send(manager, erase)
    assert going_on.status_code == 409
    assert "来访尚未结束" in words(going_on.text)
    send(guard, f"/visitors/{number}/leave")
    asked = {"about": "visit", "subject": str(number), "for_whom": "派出所", "purpose": "案件", "basis": "authority"}
    address = send(officer, "/personal-data/retrievals", **asked).headers["location"]
    assert "国家机关" in words(send(manager, erase).text)
    send(officer, f"{address}/withdraw", reason="撤回")
    assert send(officer, f"/personal-data/visits/{number}/correct", note="名字写错了").status_code == 303
    assert guest(home, number).note == "名字写错了"
    assert send(manager, erase).status_code == 303
    assert (guest(home, number).name, guest(home, number).erased_by) == ("", "manager")
    assert send(manager, erase).status_code == 404
    with home.records.read() as unit:
        whats = [fact.what for fact in unit.facts.of("visit", str(number))]
    assert whats[-2:] == ["guest-corrected", "guest-erased"]


def test_an_officer_sees_names_at_the_desk_and_others_through_the_register(home: House, browser_of: Browsers) -> None:
    number = let_in(home, browser_of("guard"))
    officer = browser_of("officer")
    assert NAME in officer.page(f"/visitors/{number}")
    assert NAME in send(officer, f"/visitors/{number}/reveal", purpose="x").text
    assert entries(home) == [("officer", "visit", "x")]


def test_programs_read_the_register_by_the_same_rights(
    home: House, client: TestClient, program: Callable[[Role], dict[str, str]], browser_of: Browsers
) -> None:
    mine, _ = cards(home)
    send(browser_of("officer"), "/personal-data/behind", pseudonym=mine, purpose="x")
    rows = client.get("/api/v1/retrievals", headers=program(Role.INSPECTOR)).json()["rows"]
    assert [(row["who"], row["about"], row["purpose"]) for row in rows] == [("officer", "pseudonym", "x")]
    assert client.get("/api/v1/retrievals", headers=program(Role.GUARD)).status_code == 403
    assert client.get("/api/v1/retrievals", headers=program(Role.OFFICER)).json()["rows"] == []
    assert client.get("/api/v1/retrievals/1", headers=program(Role.OFFICER)).status_code == 403
    assert client.get("/api/v1/retrievals/1", headers=program(Role.INSPECTOR)).status_code == 200


def test_each_word_that_is_stored_has_one_that_people_read() -> None:
    from api.web.words import HAPPENED, WORDS
    from api.web.words_incidents import HAPPENED_TO
    from facility.guest import DOCUMENTS
    from facility.retrieval import STEPS as RETRIEVAL_STEPS
    from facility.retrieval import About, Basis, RetrievalState
    from facility.visit import STEPS
    from inspections.personal.person import KEYS
    from inspections.visits.crossings import DONE

    def known(noun: str, what: str) -> bool:
        return what in HAPPENED or f"{noun} {what}" in HAPPENED_TO

    said = [step.done for step in STEPS] + [*DONE.values(), "announced", "guest-erased", "guest-corrected"]
    assert [what for what in said if not known("visit", what)] == []
    assert all(known("retrieval", step.done) for step in RETRIEVAL_STEPS)
    assert known("personal-data", "ended")
    for kind, stored in (
        ("visit-state", VisitState), ("judgement", Judgement), ("document", DOCUMENTS), ("retrieval-about", About),
        ("basis", Basis), ("retrieval-state", RetrievalState), ("held-key", KEYS),
    ):  # fmt: skip
        assert set(WORDS[kind]) == {str(one) for one in stored}, kind


def test_an_alert_about_a_visitor_leads_to_the_visit(home: House, browser_of: Browsers) -> None:
    number = let_in(home, browser_of("guard"), until="2026-11-24T08:40")
    home.clock.now += 2 * HOUR
    with home.records.begin() as unit:
        end_visits(unit, home.clock())
        (alert,) = unit.alerts.open_ones()
    page = browser_of("officer").page(f"/alerts/{alert.id}")
    assert f'href="/visitors/{number}"' in page
    assert f"visit-{number}:" not in words(page)

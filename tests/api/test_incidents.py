"""Incidents as people and programs carry them out, tell the residents, and write the report."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.clock import Clock
from facility.incident_step import Deed
from facility.instant import DAY, HOUR, MINUTE, iso
from facility.person import Role
from facility.work_order import State as OrderState
from response.class_files import load_classes
from storage.records.port import WorkOrderFilter
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House
from tests.response.test_incidents import SMOKE, Story, with_valve
from tests.response.test_review import closed

Program = Callable[[Role], dict[str, str]]
Browsers = Callable[[str], Browser]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def fire(home: House) -> Story:
    """A fire alarm in tower 1 that opened its incident."""
    story = Story(home)
    story.alarm()
    return story


def post(client: TestClient, address: str, headers: dict[str, str], **body: Any) -> tuple[int, Any]:
    answer = client.post(f"/api/v1{address}", json=body, headers=headers)
    return answer.status_code, answer.json()


def seen(browser: Browser, address: str, status: int = 200) -> str:
    return words(browser.page(address, status, **ENGLISH))


def over(story: Story) -> None:
    """The fire put out, its order closed."""
    story.act(Deed.CHOOSE, "confirm", choice="small")
    with story.home.records.begin() as unit:
        order = unit.work_orders.get(1)
        unit.work_orders.update(closed(order))


# ── programs ──


def test_an_incident_says_what_comes_next_and_what_may_be_done(
    fire: Story, client: TestClient, program: Program
) -> None:
    body = client.get("/api/v1/incidents/1", headers=program(Role.OFFICER)).json()
    assert (body["playbook"], body["next"], body["alerts"], body["work_order"]) == ("fire", "confirm", [1], 1)
    confirm = body["steps"][0]
    assert (confirm["kind"], confirm["choices"], confirm["deeds"]) == (
        "choice",
        ["small", "large", "false"],
        ["begin", "choose"],
    )
    assert confirm["due"] == iso(NOW - 40_000 + 3 * MINUTE)
    watcher = client.get("/api/v1/incidents/1", headers=program(Role.INSPECTOR)).json()
    assert watcher["steps"][0]["deeds"] == []


def test_a_guard_confirms_and_only_who_may_act_on_work_moves_the_building(
    fire: Story, client: TestClient, program: Program
) -> None:
    with fire.home.records.begin() as unit:
        from facility.register import difference

        register = unit.registers.load()
        unit.registers.apply(difference(register, with_valve(register)), "manager", NOW)
    status, body = post(client, "/incidents/1/steps/confirm/choose", program(Role.GUARD), choice="large")
    assert (status, body["steps"][0]["choice"]) == (200, "large")
    arm = "/incidents/1/steps/gas-shut/arm"
    assert post(client, arm, program(Role.GUARD))[0] == 403
    assert post(client, arm, program(Role.ENGINEER))[0] == 200
    again = client.post(f"/api/v1{arm.replace('arm', 'fire')}", json={}, headers=program(Role.ENGINEER))
    assert (again.status_code, again.json()["allowed"]) == (409, ["disarm"])
    fire.home.clock.now += 5_000
    status, body = post(client, "/incidents/1/steps/gas-shut/fire", program(Role.OFFICER))
    assert status == 200
    assert [n.address for n in fire.notices()] == ["t1-gas-drive"]


def test_nobody_says_that_the_building_answered(fire: Story, client: TestClient, program: Program) -> None:
    fire.act(Deed.CHOOSE, "confirm", choice="large")
    for deed in ("feedback", "fail"):
        assert post(client, f"/incidents/1/steps/siren/{deed}", program(Role.ADMIN))[0] == 409


@pytest.mark.parametrize(
    ("address", "body", "status", "field"),
    [
        ("/incidents/1/steps/confirm/choose", {"choice": "false"}, 422, "reason"),
        ("/incidents/1/steps/confirm/choose", {"choice": "huge"}, 422, "choice"),
        ("/incidents/1/steps/confirm/choose", {}, 422, "choice"),
        ("/incidents/1/steps/confirm/skip", {"reason": "x"}, 409, None),
        ("/incidents/1/steps/nothing/do", {}, 404, None),
        ("/incidents/9/steps/confirm/begin", {}, 404, None),
        ("/incidents/1/end", {}, 422, "reason"),
    ],
)
def test_what_is_wrong_is_named(
    fire: Story,
    client: TestClient,
    program: Program,
    address: str,
    body: dict[str, str],
    status: int,
    field: str | None,
) -> None:
    assert fire.one().open
    found, answer = post(client, address, program(Role.OFFICER), **body)
    assert found == status
    assert field is None or answer["errors"][0]["field"] == field


def test_two_people_at_once_the_second_is_told_what_the_first_did(
    fire: Story, client: TestClient, program: Program
) -> None:
    post(client, "/incidents/1/steps/confirm/choose", program(Role.GUARD), choice="false", reason="油烟")
    status, body = post(client, "/incidents/1/steps/confirm/choose", program(Role.OFFICER), choice="large")
    assert (status, body["last"]["what"], body["last"]["why"]) == (409, "found-false", "油烟")


def test_the_same_request_twice_is_done_once(fire: Story, client: TestClient, program: Program) -> None:
    headers = program(Role.GUARD) | {"idempotency-key": "tap"}
    first = client.post("/api/v1/incidents/1/steps/confirm/begin", json={}, headers=headers)
    again = client.post("/api/v1/incidents/1/steps/confirm/begin", json={}, headers=headers)
    assert first.status_code == 200
    assert first.json() == again.json()
    assert [fact.what for fact in fire.facts()].count("step-begun") == 1


def test_one_is_opened_by_hand_once_a_place(home: House, client: TestClient, program: Program) -> None:
    wish = {"playbook": "theft-or-conflict", "zone": "t1-f01", "why": "大堂失窃"}
    status, body = post(client, "/incidents", program(Role.GUARD), **wish)
    assert (status, body["opened_by"], body["why"]) == (201, "token/4", "大堂失窃")
    assert post(client, "/incidents", program(Role.GUARD), **wish)[0] == 409
    for change, expected in (({"zone": "t9"}, 422), ({"why": " "}, 422), ({"playbook": "war"}, 404)):
        assert post(client, "/incidents", program(Role.GUARD), **(wish | change))[0] == expected
    rows = client.get("/api/v1/incidents?playbook=theft-or-conflict&drill=false", headers=program(Role.GUARD)).json()
    assert [row["id"] for row in rows["rows"]] == [1]
    assert client.get("/api/v1/incidents?state=over", headers=program(Role.GUARD)).json()["rows"] == []


TOLD = {
    "title": {"zh": "停水", "en": "No water"},
    "body": {"zh": "抢修中", "en": "Under repair"},
    "place": "t1",
}


def test_a_bulletin_is_told_corrected_and_withdrawn(fire: Story, client: TestClient, program: Program) -> None:
    officer = program(Role.OFFICER)
    assert post(client, "/incidents/1/bulletins", program(Role.ENGINEER), **TOLD)[0] == 403
    status, first = post(client, "/incidents/1/bulletins", officer, **TOLD)
    assert (status, first["public"]) == (201, True)
    status, second = post(client, "/incidents/1/bulletins", officer, **(TOLD | {"corrects": 1, "reason": "错字"}))
    assert (status, second["corrects"]) == (201, 1)
    assert post(client, "/bulletins/2/withdraw", officer, reason="恢复了")[0] == 200
    rows = client.get("/api/v1/incidents/1/bulletins", headers=officer).json()
    assert [(row["public"], row["corrected_by"], bool(row["withdrawn"])) for row in rows] == [
        (False, 2, False),
        (False, None, True),
    ]
    assert post(client, "/bulletins/2/withdraw", officer, reason="again")[0] == 409


def test_a_review_is_written_finished_and_checked(fire: Story, client: TestClient, program: Program) -> None:
    over(fire)
    officer, at = program(Role.OFFICER), "/reviews/work-order/1"
    fire.home.clock.now += 3 * HOUR
    assert post(client, f"{at}/finish", officer)[0] == 409
    assert post(client, "/incidents/1/end", officer, reason="扑灭")[0] == 200
    draft = client.get(f"/api/v1{at}", headers=program(Role.INSPECTOR)).json()
    assert (draft["noun"], draft["id"], draft["check"]) == ("incident", 1, "unfinished")
    assert post(client, f"{at}/words", officer, happened="起火", lacked="灭火器不足")[0] == 200
    status, measure = post(client, f"{at}/measures", officer, text="加灭火器", owner="engineer", due=iso(NOW + 9 * DAY))
    assert status == 201
    status, done = post(client, f"{at}/finish", officer)
    assert (status, done["check"], done["report"]["measures"][0]["text"]) == (200, "true", "加灭火器")
    assert done["report"]["clocks"] == draft["report"]["clocks"]
    assert post(client, f"{at}/words", officer, happened="x", lacked="y")[0] == 409
    owed = client.get("/api/v1/measures?open=true", headers=officer).json()["rows"]
    assert [row["id"] for row in owed] == [measure["id"]]
    assert (
        post(client, f"/measures/{measure['id']}/done", program(Role.ENGINEER), note="装好了")[1]["done_by"]
        == "token/3"
    )
    with fire.home.records.read() as unit:
        assert unit.work_orders.get(1).state is OrderState.REVIEWED


# ── people ──


def test_the_page_leads_with_one_big_step_and_asks_for_the_cause_of_a_false_alarm(
    fire: Story, browser_of: Browsers
) -> None:
    officer = browser_of("officer")
    page = seen(officer, "/incidents/1")
    assert "Send somebody to look, and confirm" in page
    assert "Call 119" in page.split("Only after another answer")[1]
    assert officer.send("/incidents/1/steps/confirm/choose", choice="false") == 422
    assert (
        officer.send("/incidents/1/steps/confirm/choose", choice="false", cause="cooking or steam", reason="302") == 303
    )
    assert fire.one().ended_why == "cooking or steam · 302"
    assert "false alarm" in seen(officer, "/incidents/1")


def test_a_call_is_noted_with_the_local_time_at_which_it_was_made(fire: Story, browser_of: Browsers) -> None:
    officer = browser_of("officer")
    officer.send("/incidents/1/steps/confirm/choose", choice="large")
    fire.home.clock.now += 2 * MINUTE
    assert officer.send("/incidents/1/steps/call-119/do", when="2026-11-24T08:11:30") == 303
    assert fire.one().step("call-119").value == str(NOW + 90_000)
    assert officer.send("/incidents/1/steps/report-119/do", when="2027-01-01T00:00:00") in (409, 422)
    assert "08:11:30" in seen(officer, "/incidents/1")


def test_what_happened_is_told_in_words_and_not_in_ids(fire: Story, browser_of: Browsers) -> None:
    why = "pump-pressure-band on t1-pump-1.pressure, water-leak on t1-pump-room-leak.leak"
    with fire.home.records.begin() as unit:
        opened = unit.facts.of("incident", "1")[0]
        unit.facts.append(replace(opened, what="joined", who="system:rules", why=why))
    page = words(browser_of("officer").page("/incidents/1", 200))
    assert "事件开始" in page
    assert "又有报警或工单归入事件" in page
    assert "水泵房压力超出设定值 ±0.1 MPa · 低区供水压力; 地面有水 · 漏水" in page
    assert "pump-pressure-band" not in page


def test_a_banner_on_every_page_leads_to_what_goes_on(fire: Story, browser_of: Browsers) -> None:
    page = browser_of("guard").page("/alerts", 200, **ENGLISH)
    assert 'href="/incidents/1">Fire alarm' in page
    assert fire.one().open


def test_a_text_of_the_playbook_is_told_with_one_tap_and_read_without_signing_in(
    fire: Story, browser_of: Browsers, client: TestClient
) -> None:
    officer = browser_of("officer")
    page = officer.page("/incidents/1", 200, **ENGLISH)
    assert "Tower 1: the fire alarm was false" in page
    fields = {
        "title_zh": "1号楼火警已排除",
        "title_en": "False",
        "body_zh": "没有起火",
        "body_en": "There is no fire",
        "place": "t1",
    }
    assert officer.send("/incidents/1/bulletins", **fields) == 303
    public = client.get("/bulletins/t1")
    assert public.status_code == 200
    assert {"1号楼火警已排除", "There is no fire"} <= set(fields.values())
    read = words(public.text)
    assert "没有起火" in read
    assert "There is no fire" in read
    assert "周敏" not in public.text
    assert "officer" not in public.text
    assert "<script" not in public.text
    assert "没有起火" not in words(client.get("/bulletins/t2").text)
    assert client.get("/bulletins/t1-f03").status_code == 404


def test_addresses_that_cannot_be_guessed_replace_the_public_ones(
    home: House, browser_of: Browsers, client: TestClient
) -> None:
    manager = browser_of("manager")
    assert client.get("/bulletins/all").status_code == 200
    assert browser_of("officer").send("/bulletin-board/addresses", kind="secret") == 403
    assert manager.send("/bulletin-board/addresses", kind="secret") == 303
    assert client.get("/bulletins/all").status_code == 404
    with home.records.read() as unit:
        keys = unit.notes.get("bulletins/board")["keys"]
    assert client.get(f"/bulletins/{keys['t1']}").status_code == 200
    assert keys["t1"] in manager.page("/bulletin-board")


def test_a_drill_is_marked_everywhere_and_published_nowhere(
    home: House, browser_of: Browsers, client: TestClient
) -> None:
    officer = browser_of("officer")
    assert officer.send("/incidents", playbook="fire", zone="t2", reason="季度演练", drill="1") == 303
    assert "Nobody is paged" in seen(officer, "/incidents/1")
    officer.send("/incidents/1/bulletins", title_zh="演", title_en="d", body_zh="演练", body_en="drill", place="t2")
    assert "演练" not in words(client.get("/bulletins/t2").text)
    assert "Drill" in seen(officer, "/alerts")


def test_while_it_goes_on_the_review_page_says_what_is_past_its_limit(fire: Story, browser_of: Browsers) -> None:
    """What still runs has no figures yet: that is not to say that nothing is late."""
    officer = browser_of("officer")
    with fire.home.records.begin() as unit:
        order = unit.work_orders.get(1)
        clock = Clock(name="respond", started=order.event_at, limit=3 * MINUTE)
        unit.work_orders.update(replace(order, clocks=(clock,)))
    assert "past its limit" not in seen(officer, "/reviews/incident/1")
    fire.home.clock.now += HOUR
    page = seen(officer, "/reviews/incident/1")
    assert "Late 2" in page, "its clock, and the step that confirms"
    assert page.count("past its limit") == 2


def test_the_review_page_is_what_is_kept(fire: Story, browser_of: Browsers) -> None:
    over(fire)
    officer = browser_of("officer")
    fire.home.clock.now += 3 * HOUR
    officer.send("/incidents/1/end", reason="扑灭")
    page = seen(officer, "/reviews/incident/1")
    assert "2 h 10 min" in page
    assert "10 min late" in page
    assert "not finished yet" in page
    officer.send("/reviews/incident/1/words", happened="油锅起火", lacked="灭火器不足")
    officer.send("/reviews/incident/1/measures", text="加灭火器", owner="engineer", day="2026-11-30")
    assert officer.send("/reviews/incident/1/finish") == 303
    assert "checked: this is what was shown" in seen(officer, "/reviews/work-order/1")
    assert "加灭火器" in seen(officer, "/incidents/measures")
    assert officer.send("/incidents/measures/1/done", note="装好了") == 303
    assert "No measure is owed" in seen(officer, "/incidents/measures")
    with fire.home.records.begin() as unit:
        kept = unit.reviews.of("incident", 1)
        assert kept is not None
        assert json.loads(kept.body)["words"]["happened"] == "油锅起火"
        unit.reviews.update(replace(kept, body=kept.body.replace("油锅", "插座")))
    assert "this is not what was shown" in seen(officer, "/reviews/incident/1")


@pytest.mark.parametrize("address", ["/incidents", "/incidents/new", "/incidents/measures", "/bulletin-board"])
def test_every_empty_page_teaches(home: House, browser_of: Browsers, address: str) -> None:
    assert home.records is not None
    assert len(seen(browser_of("inspector"), address)) > 200


def test_whoever_only_looks_sees_no_buttons_that_act(fire: Story, browser_of: Browsers) -> None:
    page = browser_of("inspector").page("/incidents/1", 200, **ENGLISH)
    assert "/steps/" not in page
    assert "/bulletins" not in page
    assert "may look, not act" in page
    assert fire.alarm(point=SMOKE.replace("f03", "f05")) > 0


# ── orders and photos ──


@pytest.fixture
def with_classes(home: House) -> Iterator[TestClient]:
    """A program in a house that knows its classes of work."""
    book = replace(home.book, classes=load_classes())
    context = replace(home.context, book=lambda: book)
    with TestClient(create_app(context), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


def test_what_is_opened_by_hand_has_an_order_whose_clocks_run_from_the_event(
    home: House, with_classes: TestClient, program: Program
) -> None:
    client = with_classes
    wish = {"playbook": "trapped-in-lift", "asset": "t1-lift-1", "why": "业主来电", "event_at": iso(NOW - 10 * MINUTE)}
    status, body = post(client, "/incidents", program(Role.OFFICER), **wish)
    assert (status, body["place"], body["work_order"]) == (201, "t1-lift-1", 1)
    with home.records.read() as unit:
        order = unit.work_orders.get(1)
    assert (order.kind, order.emergency, order.source_of, order.asset) == ("lift", True, "incident:1", "t1-lift-1")
    clocks = {clock.name: clock for clock in order.clocks}
    assert {clock.started for clock in clocks.values() if not clock.waits} == {NOW - 10 * MINUTE}
    assert clocks["notice"].due == NOW + 20 * MINUTE
    said = {"title": {"zh": "救援中", "en": "Rescue"}, "body": {"zh": "请勿使用", "en": "Do not use"}}
    post(client, "/incidents/1/bulletins", program(Role.OFFICER), **said)
    with home.records.read() as unit:
        told = {clock.name: clock for clock in unit.work_orders.get(1).clocks}["notice"]
    assert told.met == (NOW,) or told.stopped == NOW
    post(client, "/incidents/1/steps/confirm/choose", program(Role.OFFICER), choice="false", reason="误碰警铃")
    with home.records.read() as unit:
        assert unit.work_orders.get(1).state is OrderState.CANCELLED


def test_a_drill_opens_no_work(home: House, with_classes: TestClient, program: Program) -> None:
    client = with_classes
    wish = {"playbook": "fire", "zone": "t1", "why": "季度演练", "drill": True}
    assert post(client, "/incidents", program(Role.OFFICER), **wish)[1]["work_order"] is None
    with home.records.read() as unit:
        assert unit.work_orders.find(WorkOrderFilter()).rows == []


def picture() -> bytes:
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (640, 480), "grey").save(made, "JPEG")
    return made.getvalue()


def test_a_photo_is_kept_as_the_step_s_evidence_and_nothing_else_is_shown(home: House, browser_of: Browsers) -> None:
    story = Story(home)
    story.alarm()
    story.act(Deed.CHOOSE, "confirm", choice="small")
    guard = browser_of("guard")

    def send(files: dict[str, Any], **fields: str) -> int:
        data = {"csrf": guard.csrf, **fields}
        return guard.client.post("/incidents/1/steps/watch-embers/do", data=data, files=files).status_code

    assert send({"photo": ("", b"", "application/octet-stream")}) == 422
    assert send({"photo": ("x.jpg", b"MZ not a picture\x00", "image/jpeg")}) == 422
    assert send({"photo": ("x.jpg", picture(), "image/jpeg")}) == 303
    step = story.one().step("watch-embers")
    assert len(step.value) == 64
    shown = guard.client.get(f"/incidents/1/photos/{step.value}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert f"/incidents/1/photos/{step.value}?small=1" in guard.page("/incidents/1")
    assert guard.client.get(f"/incidents/1/photos/{'0' * 64}").status_code == 404


def test_a_photo_that_cannot_be_sent_is_somewhere_all_the_same(home: House, browser_of: Browsers) -> None:
    story = Story(home)
    story.alarm()
    story.act(Deed.CHOOSE, "confirm", choice="small")
    assert browser_of("guard").send("/incidents/1/steps/watch-embers/do", value="陈师傅的手机") == 303
    assert story.one().step("watch-embers").value == "陈师傅的手机"


def test_the_alert_and_the_order_lead_to_their_incident_and_the_order_to_its_report(
    fire: Story, browser_of: Browsers
) -> None:
    officer = browser_of("officer")
    assert 'href="/incidents/1"' in officer.page("/alerts/1").split('id="alert"')[1]
    assert 'href="/incidents/1"' in officer.page("/work-orders/1").split('id="order"')[1]
    over(fire)
    assert 'href="/reviews/work-order/1"' in officer.page("/work-orders/1")

"""What a phone takes along for the day, and the kinds of entries that it brings back."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.instant import DAY, HOUR, MINUTE
from facility.occurrence import Occurrence, Standing
from facility.phone import EntryOutcome
from facility.place_code import PlaceCode
from facility.rota import Person, rota_difference
from facility.round import Round, RoundStop
from facility.text import Text
from facility.visit import VisitState
from inspections.duty_files import load_duties
from storage.records.phones import PhoneEntryFilter
from storage.records.visits import VisitFilter
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House
from tests.api.test_phone import Phone, picture
from tests.storage.records.examples import at_once

DUTIES = load_duties()
DUTY = DUTIES["box-insulation"]
BOX = "t1-db-01"
CODE = "AbCdEf-12345"


@pytest.fixture
def phone(home: House) -> Iterator[Phone]:
    """The engineer's."""
    app = create_app(home.context)
    with TestClient(app, follow_redirects=False) as client:
        browser = Browser(client)
        browser.sign_in("engineer")
        yield Phone(browser, home.clock)


def box(home: House) -> str:
    return next(one.id for one in home.register().assets.values() if one.kind == "distribution-box")


def owe(home: House, **changes: object) -> int:
    """An insulation test that is open for the engineer."""
    asset = home.register().assets[box(home)]
    one = Occurrence(
        key=f"{DUTY.id}/{asset.id}/{len(changes)}/{changes.get('assignee', '')}{changes.get('standing', '')}",
        duty=DUTY.id,
        duty_version=DUTY.version,
        clause="EQ-2",
        target=asset.id,
        asset=asset.id,
        zone=asset.zone,
        opens=NOW - DAY,
        due=NOW + DAY,
        closes=NOW + DAY,
        missed=NOW + 2 * DAY,
        standing=Standing.OPEN,
        assignee="engineer",
    )
    with home.records.begin() as unit:
        unit.occurrences.plan([replace(one, **changes)])  # type: ignore[arg-type]
        return unit.occurrences.by_key(replace(one, **changes).key).id  # type: ignore[arg-type]


def answers(*, resistance: float = 5.0) -> list[dict[str, object]]:
    return [
        {"check": "deenergised", "choice": "pass"},
        {"check": "resistance", "item": "N1", "value": resistance, "instrument": "MEG-07"},
        {"check": "volts", "value": 500},
        {"check": "seconds", "value": 60},
        {"check": "celsius", "value": 21},
        {"check": "humidity", "value": 48},
        {"check": "signature", "choice": "signed"},
    ]


def test_the_day_has_what_is_owed_with_its_checklist_its_place_and_its_instruments(home: House, phone: Phone) -> None:
    number = owe(home)
    day = phone.browser.client.get("/api/v1/phone/day").json()
    [owed] = day["occurrences"]
    assert (owed["id"], owed["mine"], owed["standing"]) == (number, True, "open")
    duty = day["duties"][owed["duty_key"]]
    lines = {check["id"]: check for check in duty["checks"]}
    assert (lines["resistance"]["low"], lines["resistance"]["over_range"], lines["resistance"]["per"]["en"]) == (
        0.5,
        True,
        "circuit",
    )
    assert {"MEG-07", "MEG-03"} <= {one["id"] for one in day["instruments"]}
    assert day["places"][box(home)]["name"]["zh"]


def test_what_is_late_stands_before_what_is_open_and_mine_before_others(home: House, phone: Phone) -> None:
    others = owe(home, assignee="engineer-2", due=NOW - HOUR)
    later = owe(home, due=NOW + HOUR)
    late = owe(home, standing=Standing.LATE, due=NOW - HOUR)
    missed = owe(home, standing=Standing.MISSED, due=NOW - DAY, closes=NOW - DAY)
    owe(home, standing=Standing.DONE, due=NOW - 2)
    day = phone.browser.client.get("/api/v1/phone/day").json()
    assert [one["id"] for one in day["occurrences"]] == [late, missed, later, others]
    assert [one["mine"] for one in day["occurrences"]] == [True, True, True, False]


def test_what_the_team_owes_is_mine_when_the_rota_says_so(home: House, phone: Phone) -> None:
    number = owe(home, assignee="", team="engineering")
    assert [one["mine"] for one in phone.browser.client.get("/api/v1/phone/day").json()["occurrences"]] == [False]
    with home.records.begin() as unit:
        old = unit.rota.load()
        wang = Person(id="wang", name="王工", account="engineer", teams=("engineering",))
        unit.rota.apply(rota_difference(old, replace(old, people={"wang": wang})), "manager", NOW)
    day = phone.browser.client.get("/api/v1/phone/day").json()
    assert [(one["id"], one["mine"]) for one in day["occurrences"]] == [(number, True)]


def test_codes_are_recognised_and_cannot_be_read_off_the_phone(home: House, phone: Phone) -> None:
    with home.records.begin() as unit:
        unit.place_codes.add(
            PlaceCode(code=CODE, zone="t1-f01", asset="cp-t1-lobby", created=NOW, created_by="manager")
        )
    answer = phone.browser.client.get("/api/v1/phone/day")
    assert CODE not in answer.text
    assert answer.json()["codes"] == {
        hashlib.sha256(CODE.encode()).hexdigest(): {"zone": "t1-f01", "asset": "cp-t1-lobby"}
    }


def test_an_inspector_takes_no_day_along(home: House) -> None:
    with TestClient(create_app(home.context), follow_redirects=False) as client:
        browser = Browser(client)
        browser.sign_in("inspector")
        assert client.get("/api/v1/phone/day").status_code == 403


def test_a_result_arrives_with_both_clocks_and_is_known_next_time(home: House, phone: Phone) -> None:
    number = owe(home)
    phone.ahead = 3 * MINUTE
    entry = phone.entry(1, "result", ago=HOUR, occurrence=number, answers=answers())
    [answer] = phone.sync(entry)["answers"]
    assert (answer["status"], answer["more"]["made"]["outcome"]) == ("taken", "pass")
    with home.records.read() as unit:
        [result] = unit.results.of_occurrence(number)
        occurrence = unit.occurrences.get(number)
    assert (result.done, result.device_at, result.offset) == (NOW - HOUR, NOW - HOUR + 3 * MINUTE, 3 * MINUTE)
    assert (result.received, result.who, result.late_upload) == (NOW, "engineer", False)
    assert (occurrence.standing, occurrence.result) == (Standing.DONE, result.id)
    owe(home, due=NOW + 2 * DAY)
    last = phone.browser.client.get("/api/v1/phone/day").json()["last"][f"{DUTY.id}/{box(home)}"]
    assert (last["done"], last["findings"]["resistance|N1|"]["value"]) == (NOW - HOUR, 5.0)


def test_a_result_that_lacks_something_is_refused_field_by_field_and_settles_nothing(home: House, phone: Phone) -> None:
    number = owe(home)
    short = [one for one in answers() if one["check"] not in ("volts", "signature")]
    [answer] = phone.sync(phone.entry(1, "result", occurrence=number, answers=short))["answers"]
    assert answer["status"] == "refused"
    assert [one["field"] for one in answer["more"]["errors"]] == ["answers.volts", "answers.signature"]
    with home.records.read() as unit:
        assert unit.results.of_occurrence(number) == []
        assert unit.occurrences.get(number).standing is Standing.OPEN


def test_a_failed_line_opens_one_work_order_however_often_it_is_sent(home: House, phone: Phone) -> None:
    number = owe(home)
    found = answers(resistance=0.2)
    found[1] |= {"order": True}
    entry = phone.entry(1, "result", occurrence=number, answers=found)
    assert phone.statuses(entry) == ["taken"]
    assert phone.statuses(entry) == ["already"]
    with home.records.read() as unit:
        [result] = unit.results.of_occurrence(number)
        [order] = [unit.work_orders.get(one) for one in result.orders]
    assert (order.kind, order.asset) == ("electrical", box(home))


def test_done_in_time_and_heard_of_late_counts_with_its_flag(home: House, phone: Phone) -> None:
    number = owe(home)
    entry = phone.entry(1, "result", ago=HOUR, occurrence=number, answers=answers())
    home.clock.now = NOW + 3 * DAY
    phone.browser.sign_in("engineer")
    assert phone.statuses(entry) == ["taken"]
    with home.records.read() as unit:
        [result] = unit.results.of_occurrence(number)
        occurrence = unit.occurrences.get(number)
    assert (result.late_upload, result.done, result.received) == (True, NOW - HOUR, NOW + 3 * DAY)
    assert (occurrence.standing, occurrence.result) == (Standing.DONE, result.id)


def test_a_checkpoint_is_scanned_once_by_the_code_on_the_wall(home: House, phone: Phone) -> None:
    with home.records.begin() as unit:
        unit.place_codes.add(
            PlaceCode(code=CODE, zone="t1-f01", asset="cp-t1-lobby", created=NOW, created_by="manager")
        )
    sha = phone.bring(picture())
    entry = phone.entry(1, "scan", ago=MINUTE, code=CODE, files=[sha], value=21.5)
    nowhere = phone.entry(2, "scan", code="nothing-here")
    answers_ = phone.sync(entry, nowhere)["answers"]
    assert [one["status"] for one in answers_] == ["taken", "refused"]
    assert answers_[0]["more"]["made"]["point"] == "cp-t1-lobby.scan"
    assert phone.statuses(entry) == ["already"]
    [scan] = home.readings.scans("cp-t1-lobby.scan", NOW - HOUR, NOW + 1)
    assert (scan.at, scan.received) == (NOW - MINUTE, NOW)
    with home.records.read() as unit:
        facts = [fact for fact in unit.facts.after(0, 1_000) if fact.noun == "phone-entry"]
    assert {fact.who for fact in facts} == {"system:phones"}
    assert not any(word in repr(facts) for word in ("cp-t1-lobby", CODE, "nothing-here", sha))


def test_a_visitor_is_let_in_without_a_signal_and_nothing_about_him_stays_with_the_phone(home: House) -> None:
    with TestClient(create_app(home.context), follow_redirects=False) as client:
        browser = Browser(client)
        browser.sign_in("guard")
        guard = Phone(browser, home.clock)
        body: dict[str, Any] = {
            "deed": "arrive",
            "name": "Emma Example",
            "host": "engineer",
            "zones": ["t1-f01"],
            "until": NOW + HOUR,
            "document": "passport",
            "document_number": "X1234567",
            "badge": "BADGE-7",
        }
        wrong = guard.entry(2, "visit", **(body | {"persons": "many", "name": "Rudolf Example"}))
        assert guard.statuses(guard.entry(1, "visit", ago=MINUTE, **body), wrong) == ["taken", "refused"]
    with home.records.read() as unit:
        [visit] = unit.visits.find(VisitFilter()).rows
        entries = unit.phone_entries.find(PhoneEntryFilter()).rows
        facts = [fact for one in entries for fact in unit.facts.of("phone-entry", str(one.id))]
    assert (visit.state, visit.arrived) == (VisitState.IN_HOUSE, NOW - MINUTE)
    for text in ("Emma", "Rudolf", "X1234567", "BADGE-7"):
        assert text not in repr(entries)
        assert text not in repr(facts)
    assert {one.outcome for one in entries} == {EntryOutcome.TAKEN, EntryOutcome.REFUSED}


def test_a_manager_sees_the_phones_their_clocks_and_what_was_refused(home: House, phone: Phone) -> None:
    number = owe(home)
    phone.ahead = 5 * MINUTE
    phone.sync(phone.entry(1, "result", occurrence=number, answers=answers()), waits=2)
    phone.sync(phone.entry(2, "order-step", order=999, action="accept"))
    with TestClient(create_app(home.context), follow_redirects=False) as client:
        browser = Browser(client)
        browser.sign_in("manager")
        page = words(browser.page("/phones"))
        assert "王工 Wang" in page
        assert "快 5 分钟" in page
        assert "检查结果 #1" in page
        assert "已收下" in page
        refused = words(browser.page("/phones?outcome=refused"))
        assert "工单步骤 #999" in refused
        assert "检查结果" not in refused.partition("手机发来的")[2].replace("处理结果", "")
        assert client.get("/phones?cursor=nonsense").status_code == 303
        engineer = phone.browser.client.get("/phones")
        assert engineer.status_code == 403


def test_the_same_entry_sent_by_several_at_once_is_taken_once(home: House, phone: Phone) -> None:
    number = owe(home)
    entry = phone.entry(1, "result", occurrence=number, answers=answers())
    statuses = at_once(4, lambda _: phone.statuses(entry)[0])
    assert sorted(map(str, statuses)) == ["already", "already", "already", "taken"]
    with home.records.read() as unit:
        assert len(unit.results.of_occurrence(number)) == 1


def test_a_restart_between_sending_and_sending_again_changes_nothing(home: House, phone: Phone) -> None:
    number = owe(home)
    entry = phone.entry(1, "result", occurrence=number, answers=answers())
    assert phone.statuses(entry) == ["taken"]
    with TestClient(create_app(replace(home.context)), follow_redirects=False) as client:
        browser = Browser(client)
        browser.sign_in("engineer")
        later = Phone(browser, home.clock, ahead=-2 * HOUR)
        assert later.statuses(entry) == ["already"]
    with home.records.read() as unit:
        assert len(unit.results.of_occurrence(number)) == 1


def test_a_round_that_goes_on_is_on_the_guard_s_phone(home: House, phone: Phone) -> None:
    stop = RoundStop(
        order=1,
        point="cp-t1-lobby.scan",
        asset="cp-t1-lobby",
        zone="t1-f01",
        opens=NOW - HOUR,
        due=NOW + MINUTE,
        until=NOW + HOUR,
    )
    walk = Round(
        key="night/1",
        route="night-indoor",
        name=Text("夜巡", "Night round"),
        slot=NOW - MINUTE,
        start=NOW - MINUTE,
        opens=NOW - HOUR,
        due=NOW + HOUR,
        closes=NOW + HOUR,
        stops=(stop,),
    )
    with home.records.begin() as unit:
        later = [replace(walk, key=f"night/{n}", start=NOW + n * HOUR, slot=NOW + n * HOUR) for n in (2, 4)]
        unit.rounds.plan([*later, walk])
    day = phone.browser.client.get("/api/v1/phone/day").json()
    [shown] = day["rounds"]
    assert (shown["name"]["en"], [one["status"] for one in shown["stops"]]) == ("Night round", ["open"])
    assert day["checkpoints"]["cp-t1-lobby"]["point"] == "cp-t1-lobby.scan"

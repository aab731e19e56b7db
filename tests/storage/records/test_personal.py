"""What is personal ends in each table, and nothing else does, on every database."""

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from sqlalchemy import text

from facility.crossing import Crossing, Judgement
from facility.door_finding import DoorFinding, DoorRule
from facility.issued_report import Making
from facility.notice import Notice, NoticeState
from facility.permission import Permissions, permission_difference
from facility.permission_entries import Holder
from facility.person import Role
from facility.phone import EntryOutcome, Phone, PhoneEntry
from facility.place_code import Contact
from facility.rota import Person, Rota, rota_difference
from storage.records.people import Account
from storage.records.permissions import FindingFilter
from storage.records.personal import Ended, Tally
from storage.records.port import Unit
from storage.records.sql import SqlRecords
from tests.storage.records.examples import ACCOUNT, LETTER, NOON
from tests.storage.records.test_issued_reports import REPORT
from tests.storage.records.test_notices import NOTICE

CROSSING = Crossing(visit=1, point="d", zone="t1", at=NOON, event="granted", badge="b", judgement=Judgement.FINE)
FINDING = DoorFinding(
    key="passback/d.entry/1/c0ffee/3", rule=DoorRule.PASSBACK, door="d", point="d.entry", zone="t1", at=NOON,
    credential="c0ffee", holder="li", found=NOON,
)  # fmt: skip
ENTRY = PhoneEntry(
    key="k", account="li", device="d", kind="visit", device_at=NOON, received=NOON, outcome=EntryOutcome.TAKEN,
    body={"name": "王芳", "document_number": "310101198805054321"},
)  # fmt: skip


def test_only_what_is_old_goes_the_oldest_first_and_in_portions(records: SqlRecords) -> None:
    with records.begin() as unit:
        for place in range(5):
            unit.visits.cross(replace(CROSSING, at=NOON + place))
        assert unit.personal.tally("crossings") == Tally(count=5, oldest=NOON)
        assert unit.personal.end("crossings", NOON + 4, 3) == Ended(count=3, oldest=NOON, newest=NOON + 2)
        assert unit.personal.end("crossings", NOON + 4, 3) == Ended(count=1, oldest=NOON + 3, newest=NOON + 3)
        assert unit.personal.end("crossings", NOON + 4, 3) == Ended()
        assert unit.personal.end("crossings", NOON + 9, 3, NOON + 5) == Ended()
        assert [one.at for one in unit.visits.crossings(1)] == [NOON + 4]


def test_a_notice_loses_its_address_once_nothing_is_to_be_sent_any_more(records: SqlRecords) -> None:
    sent = replace(NOTICE, key="a", address="13800000000", created=NOON, state=NoticeState.SENT)
    with records.begin() as unit:
        for one in (
            sent,
            replace(sent, key="b", state=NoticeState.PENDING),
            replace(sent, key="c", address="li", person="li"),
        ):
            unit.notices.add(one)
        assert unit.personal.notices_to("13800000000") == 2
        assert unit.personal.end("notices", NOON + 1, 9).count == 1
        assert unit.personal.end("notices", NOON + 1, 9).count == 0
        assert unit.personal.notices_to("13800000000") == 1
        assert _kept(unit, sent.key).state is NoticeState.SENT


def _kept(unit: Unit, key: str) -> Notice:
    from storage.records.notices import NoticeFilter

    return next(one for one in unit.notices.find(NoticeFilter()).rows if one.key == key)


def test_a_disabled_account_becomes_its_sign_in_name_and_one_in_use_stays(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.people.add(Account(id="li", name="李工", role=Role.ENGINEER, password="x", created=NOON, disabled=NOON))
        unit.people.add(replace(ACCOUNT, id="wu"))
        assert unit.personal.tally("accounts") == Tally(count=2, oldest=NOON)
        assert unit.personal.end("accounts", NOON + 1, 9).count == 1
        assert (unit.people.get("li").name, unit.people.get("li").password) == ("li", "")
        assert unit.people.get("wu").name == ACCOUNT.name


def test_the_bytes_of_a_letter_end_once_it_is_done_with(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.letters.bury(LETTER)
        assert unit.personal.end("letters", NOON + 99, 9) == Ended()
        unit.letters.resolve(1, NOON)
        assert unit.personal.end("letters", NOON + 99, 9).count == 1
        assert unit.letters.get_dead(1).payload == b""


def test_what_a_phone_sent_of_a_visit_ends_and_what_it_sent_of_anything_else_stays(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.phone_entries.add(ENTRY)
        unit.phone_entries.add(replace(ENTRY, key="other", kind="result"))
        assert unit.personal.end("phone-visits", NOON + 1, 9).count == 1
        found = unit.phone_entries.by_key("li", "k")
        other = unit.phone_entries.by_key("li", "other")
        assert found is not None
        assert other is not None
        assert (dict(found.body), dict(other.body)) == ({}, dict(ENTRY.body))


def _rota(unit: Unit, at: int, *people: Person) -> None:
    unit.rota.apply(rota_difference(unit.rota.load(), Rota(people={one.id: one for one in people})), "lin", at)


def test_earlier_versions_of_the_rota_lose_how_people_were_reached(records: SqlRecords) -> None:
    li = Person(id="li", name="李工", phone="13800000000", addresses={"card": "AAAA1111"})
    wu = Person(id="wu", name="吴敏", phone="13900000000", email="wu@example.com")
    with records.begin() as unit:
        _rota(unit, NOON, li, wu)
        _rota(unit, NOON + 5, replace(li, phone="13811111111"))
        assert unit.personal.tally("rota") == Tally(count=3, oldest=NOON + 5)
        assert unit.personal.end("rota", NOON + 5, 9) == Ended()
        assert unit.personal.end("rota", NOON + 6, 9) == Ended(count=2, oldest=NOON + 5, newest=NOON + 5)
        then, now = unit.rota.load(NOON), unit.rota.load()
        assert (then.people["li"].name, then.people["li"].phone, dict(then.people["li"].addresses)) == ("李工", "", {})
        assert (then.people["wu"].name, then.people["wu"].email) == ("wu", "")
        assert now.people["li"].phone == "13811111111"
        assert unit.personal.tally("rota") == Tally(count=1, oldest=None)


def test_holders_who_were_taken_out_are_found_until_they_are_forgotten(records: SqlRecords) -> None:
    def hold(unit: Unit, at: int, *people: Holder) -> None:
        wanted = Permissions(holders={one.id: one for one in people})
        unit.permissions.apply(permission_difference(unit.permissions.load(), wanted), "lin", at)

    with records.begin() as unit:
        hold(unit, NOON, Holder(id="li", name="李工"), Holder(id="wu", name="吴敏"))
        hold(unit, NOON + 3, Holder(id="li", name="李工程师"), Holder(id="wu", name="吴敏"))
        hold(unit, NOON + 5, Holder(id="wu", name="吴敏"))
        assert unit.personal.tally("holders") == Tally(count=2, oldest=NOON + 5)
        assert unit.personal.holders_gone(NOON + 5, 9) == []
        assert unit.personal.holders_gone(NOON + 6, 9) == [("li", NOON + 5)]
        unit.permissions.forget("li", "system:retention", NOON + 9)
        assert unit.personal.holders_gone(NOON + 99, 9) == []


def test_a_number_is_found_however_it_was_written_and_only_as_a_whole(records: SqlRecords) -> None:
    contact = Contact(report=3, phone="138 0000-0000", given=NOON, consent="1", until=NOON + 5)
    with records.begin() as unit:
        unit.reports.leave_number(contact)
        unit.reports.leave_number(replace(contact, report=4, phone=""))
        assert unit.personal.reports_of("13800000000") == [3]
        assert unit.personal.reports_of("1380000") == unit.personal.reports_of("") == []
        assert unit.personal.tally("report-numbers") == Tally(count=2, until=NOON + 5)


@pytest.mark.parametrize("ask", [lambda unit: unit.personal.tally("x"), lambda unit: unit.personal.end("visits", 1, 1)])
def test_a_class_that_lies_elsewhere_is_no_class_of_this_store(
    records: SqlRecords, ask: Callable[[Unit], object]
) -> None:
    with records.begin() as unit, pytest.raises(KeyError):
        ask(unit)


def test_each_class_can_be_counted(records: SqlRecords) -> None:
    with records.begin() as unit:
        for name in (
            *unit.personal.names(),
            "visits",
            "holders",
            "report-photos",
            "retrievals",
            "sessions",
            "work-files",
        ):
            assert unit.personal.tally(name) == Tally()


def test_an_ended_entry_of_the_rota_is_still_json_that_can_be_read(records: SqlRecords) -> None:
    with records.begin() as unit:
        _rota(unit, NOON, Person(id="li", name="李工", phone="1"))
        _rota(unit, NOON + 1)
        unit.personal.end("rota", NOON + 9, 9)
    with records.engine.connect() as connection:
        bodies = connection.execute(text("SELECT body FROM rota_entries WHERE body IS NOT NULL")).scalars().all()
    assert [orjson.loads(body)["ended"] for body in bodies] == [True]


def test_a_finding_at_a_door_a_phone_and_who_a_report_went_to_end(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.door_findings.add(FINDING)
        unit.phones.note(Phone(device="d", account="li", first=NOON, seen=NOON))
        report = unit.issued_reports.ask(REPORT)
        for name in ("door-findings", "phones", "report-mail"):
            assert unit.personal.tally(name).count == 1, name
            assert unit.personal.end(name, NOON, 9).count == 0
        assert unit.personal.end("report-mail", NOON + 1, 9).count == 0  # it is still to be made
        unit.issued_reports.update(replace(report, making=Making.MADE))
        for name in ("door-findings", "phones", "report-mail"):
            assert unit.personal.end(name, NOON + 1, 9).count == 1, name
            assert unit.personal.tally(name).count == 0
        assert unit.issued_reports.get(report.id).recipients == ()
        (found,) = unit.door_findings.find(FindingFilter()).rows
        assert (found.credential, found.holder, found.rule) == ("", "", FINDING.rule)
        assert "c0ffee" not in repr(found)

"""Facts stay for ever, so nothing in them is about a person: a lively property's whole chain is walked."""

import re
from pathlib import Path

import pytest

from api.accounts import add_account
from dutyroom.permission_files import Importing, import_permissions
from facility.fact import Fact
from facility.instant import HOUR
from facility.person import Role
from facility.place_code import PlaceCode
from facility.report_kind import without_numbers
from facility.rota import Person, rota_difference
from inspections.personal.catalogue import load_classes
from inspections.personal.retention import end_what_is_due
from inspections.visits.ending import end_visits
from response.reports.following import end_what_ends
from response.reports.settings import load_report_book
from tests.api.browser import Browser
from tests.api.seed import NOW, House
from tests.api.test_visitors import FORM, NAME, NUMBER, Browsers, let_in, send

SITE = Path(__file__).parents[2] / "examples" / "riverside"
PHONE = "13800138000"


@pytest.fixture
def busy(lively: House, browser_of: Browsers) -> House:
    """People of the rota, permissions, residents, visitors, looks behind pseudonyms, a person who left, ends."""
    home = lively
    _people(home)
    guard, officer, manager = (browser_of(name) for name in ("guard", "officer", "manager"))
    number = let_in(home, guard, phone=PHONE, reason=f"call {PHONE}", vehicle="沪A12345")
    send(officer, f"/visitors/{number}/confirm-escort", reason=f"ask {PHONE}")
    send(guard, f"/visitors/{number}/leave")
    _looks(home, officer, manager, number)
    _resident(home, officer)
    home.clock.now += 400 * 24 * HOUR
    with home.records.begin() as unit:
        end_visits(unit, home.clock())
        end_what_ends(lambda: load_report_book().settings, unit, home.clock())
        end_what_is_due(load_classes(), unit, home.clock())
    return home


def _people(home: House) -> None:
    with home.records.begin() as unit:
        rota = unit.rota.load()
        people = {"chen": Person(id="chen", name="陈巡逻", phone="+86 139 0000 0001", addresses={"card": "C0FFEE11"})}
        unit.rota.apply(rota_difference(rota, type(rota)(people=people)), "manager", NOW)
        unit.rota.apply(rota_difference(unit.rota.load(), type(rota)()), "manager", NOW + 1, "left")
        add_account(
            unit, name="xu", title="徐新人", role=Role.GUARD, password="a long password 9", who="manager", at=NOW
        )
    how = Importing(hide=lambda card: home.context.hide("card", card), who="manager", at=NOW)
    assert not import_permissions(home.records, SITE / "permissions", how).errors


def _looks(home: House, officer: Browser, manager: Browser, number: int) -> None:
    badge = home.context.hide("card", FORM["badge"])
    assert NAME in send(officer, "/personal-data/behind", pseudonym=badge, purpose=f"ask {PHONE}").text
    assert NAME in send(officer, "/personal-data/person", kind="document", value=NUMBER, purpose="wishes").text
    send(officer, f"/personal-data/visits/{number}/correct", note=f"name is wrong, {PHONE}")
    asked = {
        "about": "visit",
        "subject": str(number),
        "for_whom": "派出所张警官",
        "purpose": "案件",
        "basis": "authority",
    }
    address = send(officer, "/personal-data/retrievals", **asked).headers["location"]
    send(manager, f"{address}/approve")
    send(officer, f"{address}/hand-over", recipient="张警官 031234", given="name")


def _resident(home: House, officer: Browser) -> None:
    zone = next(iter(home.register().zones))
    with home.records.begin() as unit:
        unit.place_codes.add(PlaceCode(code="AbCdEf-12345", zone=zone, asset="", created=NOW, created_by="manager"))
    told = {"place": f"zone:{zone}", "words": f"漏水，请打 {PHONE}", "phone": "13700000002", "consent": "1"}
    assert send(officer, "/residents", **told).status_code == 303
    assert send(officer, "/residents/1/number", purpose="visit").status_code == 200


def facts(home: House) -> list[Fact]:
    with home.records.read() as unit:
        return unit.facts.after(0, 100_000)


def personal(home: House) -> list[str]:
    """Names, numbers, cards and pseudonyms that somebody entered."""
    holders = re.findall(
        r"^[^,]*,([^,\n]+)", (SITE / "permissions" / "holders.csv").read_text("utf-8-sig"), re.MULTILINE
    )[1:]
    cards = re.findall(r"\b[0-9A-F]{8}\b", (SITE / "permissions" / "credentials.csv").read_text("utf-8-sig"))
    assert len(holders) > 5
    assert len(cards) > 5
    typed = [NAME, NUMBER, "4321", PHONE, "13700000002", "139 0000 0001", "13900000001", "沪A12345", "李女士", "陈巡逻"]
    return [*typed, "徐新人", "张警官", "031234", "C0FFEE11", FORM["badge"], *holders, *cards]


def test_no_fact_of_a_busy_property_names_anybody(busy: House) -> None:
    found = facts(busy)
    assert {"visit", "retrieval", "personal-data", "report", "rota", "permission", "account"} <= {
        one.noun for one in found
    }
    wrong = [(one.noun, one.what, value) for one in found for value in personal(busy) if value in repr(one)]
    assert wrong == []


def test_no_fact_of_visits_and_retrievals_carries_a_badge_or_anything_like_a_number(busy: House) -> None:
    badges = busy.context.hide("card", FORM["badge"])
    for one in facts(busy):
        if one.noun in ("visit", "retrieval", "personal-data"):
            assert badges not in repr(one)
            assert without_numbers(one.why) == one.why


def test_what_is_due_after_a_year_is_gone_and_the_chain_still_holds(busy: House) -> None:
    with busy.records.read() as unit:
        guest = unit.visits.guest(1)
        assert (guest.name, guest.phone, guest.document_hash) == ("", "", "")
        assert unit.visits.get(1).left is not None
        assert unit.rota.load(NOW).people["chen"].phone == ""
        assert unit.facts.verify() is None

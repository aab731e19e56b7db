"""Results at the edge: programs submit them once, people fill in a checklist at a desk, and everybody reads what was found."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from facility.inspection import Outcome, Result
from facility.instant import DAY, HOUR, MINUTE
from facility.occurrence import Occurrence, Standing
from facility.person import Role
from inspections.retests import ask_for_retest, retest_key
from storage.records.port import WorkOrderFilter
from storage.records.results import ResultFilter
from tests.api.browser import Browser, words
from tests.api.seed import NOW, PASSWORD, House

Program = Callable[[Role], dict[str, str]]
Browsers = Callable[[str], Browser]
ENGLISH = {"accept-language": "en"}
SLIP = {"check": "coefficient", "value": 0.62, "instrument": "SLIP-01"}


def owe(home: House, duty: str, target: str, *, asset: str = "", zone: str = "", key: str = "1") -> int:
    known = home.context.duties()[duty]
    one = Occurrence(
        key=f"{duty}/{target}/{key}",
        duty=duty,
        duty_version=known.version,
        clause=known.clause,
        target=target,
        asset=asset,
        zone=zone,
        opens=NOW - DAY,
        due=NOW + DAY,
        closes=NOW + DAY,
        missed=NOW + 2 * DAY,
        standing=Standing.OPEN,
    )
    with home.records.begin() as unit:
        unit.occurrences.plan([one])
        return unit.occurrences.by_key(one.key).id


@pytest.fixture
def tiles(home: House) -> int:
    return owe(home, "tile-slip", "t2-lobby-floor", asset="t2-lobby-floor", zone="t2-f01")


@pytest.fixture
def box(home: House) -> int:
    return owe(home, "box-insulation", "t1-db-07", asset="t1-db-07", zone="t1-f07")


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


# --- programs -----------------------------------------------------------------------------------------------------------


def submit(client: TestClient, headers: dict[str, str], key: str = "", **body: Any) -> Any:
    return client.post("/api/v1/results", json=body, headers=headers | ({"idempotency-key": key} if key else {}))


def test_a_program_submits_and_reads_what_it_submitted(client: TestClient, program: Program, tiles: int) -> None:
    made = submit(client, program(Role.ENGINEER), occurrence=tiles, answers=[SLIP])
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["outcome"], told["asset"], told["proves"], told["late_upload"]) == (
        "pass",
        "t2-lobby-floor",
        True,
        False,
    )
    assert told["findings"][0]["instrument"]["id"] == "SLIP-01"
    assert len(told["fact"]) == 64
    assert client.get(f"/api/v1/results/{told['id']}", headers=program(Role.INSPECTOR)).json() == told


def test_the_same_key_is_the_same_result_and_another_body_under_it_is_refused(
    client: TestClient, program: Program, home: House, tiles: int
) -> None:
    engineer = program(Role.ENGINEER)
    first = submit(client, engineer, "k1", occurrence=tiles, answers=[SLIP]).json()
    assert submit(client, engineer, "k1", occurrence=tiles, answers=[SLIP]).json() == first
    refused = submit(client, engineer, "k1", occurrence=tiles, answers=[SLIP | {"value": 0.3}])
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("idempotency-key-reused")
    with home.records.read() as unit:
        assert unit.results.count(ResultFilter()) == 1


def test_everything_that_is_wrong_is_named_with_its_field(client: TestClient, program: Program, tiles: int) -> None:
    answers = [SLIP | {"unit": "MΩ"}, {"check": "x", "text": "?"}]
    wrong = submit(client, program(Role.ENGINEER), occurrence=tiles, answers=answers)
    assert wrong.status_code == 422
    assert [one["field"] for one in wrong.json()["errors"]] == ["answers.x", "answers.coefficient.unit"]
    none = submit(client, program(Role.ENGINEER), occurrence=tiles, answers=[SLIP | {"value": "NaN"}])
    assert none.status_code == 422
    assert submit(client, program(Role.ENGINEER), occurrence=10**12, answers=[SLIP]).status_code == 404


def test_inspectors_read_and_submit_nothing(client: TestClient, program: Program, tiles: int) -> None:
    assert submit(client, program(Role.INSPECTOR), occurrence=tiles, answers=[SLIP]).status_code == 403
    assert client.get("/api/v1/results", headers=program(Role.INSPECTOR)).json() == {"rows": [], "cursor": None}
    assert client.get("/api/v1/results").status_code == 401


def test_a_correction_names_what_it_corrects_and_both_are_read(
    client: TestClient, program: Program, tiles: int
) -> None:
    engineer = program(Role.ENGINEER)
    first = submit(client, engineer, occurrence=tiles, answers=[SLIP | {"value": 0.26}]).json()
    better = submit(client, engineer, corrects=first["id"], why="digits swapped", answers=[SLIP]).json()
    assert (better["corrects"], better["done"], better["outcome"]) == (first["id"], first["done"], "pass")
    again = client.get(f"/api/v1/results/{first['id']}", headers=engineer).json()
    assert (again["outcome"], again["corrected_by"]) == ("fail", better["id"])
    refused = submit(client, program(Role.GUARD), corrects=better["id"], why="no", answers=[SLIP])
    assert [one["field"] for one in refused.json()["errors"]] == ["corrects"]


def test_the_second_is_told_who_was_first(client: TestClient, program: Program, tiles: int) -> None:
    first = submit(client, program(Role.ENGINEER), occurrence=tiles, answers=[SLIP]).json()
    second = submit(client, program(Role.GUARD), occurrence=tiles, answers=[SLIP]).json()
    assert (first["earlier"], second["earlier"]) == (None, first["id"])


def test_a_failed_line_that_asks_for_it_opens_work_of_its_class(
    client: TestClient, program: Program, home: House, tiles: int
) -> None:
    answers = [SLIP | {"value": 0.3, "order": True}]
    made = submit(client, program(Role.ENGINEER), occurrence=tiles, answers=answers).json()
    with home.records.read() as unit:
        order = unit.work_orders.get(made["orders"][0])
    assert (order.kind, order.source.value, order.asset, order.value) == (
        "public-area",
        "inspection",
        "t2-lobby-floor",
        0.3,
    )


def test_lists_are_filtered_and_paged(client: TestClient, program: Program, home: House, tiles: int) -> None:
    engineer = program(Role.ENGINEER)
    for value in (0.6, 0.3, 0.7):
        submit(client, engineer, occurrence=tiles, answers=[SLIP | {"value": value}])
        home.clock.now += 1000
    failed = client.get("/api/v1/results", params={"outcome": "fail"}, headers=engineer).json()
    assert [one["findings"][0]["value"] for one in failed["rows"]] == [0.3]
    page = client.get("/api/v1/results", params={"limit": 2, "duty": "tile-slip"}, headers=engineer).json()
    rest = client.get("/api/v1/results", params={"cursor": page["cursor"]}, headers=engineer).json()
    assert [one["findings"][0]["value"] for one in page["rows"] + rest["rows"]] == [0.7, 0.3, 0.6]
    assert client.get("/api/v1/results", params={"cursor": "x"}, headers=engineer).status_code in (400, 422)


def test_a_photo_is_uploaded_first_and_read_only_with_its_result(
    client: TestClient, program: Program, home: House
) -> None:
    engineer = program(Role.ENGINEER)
    number = owe(home, "box-terminals", "t1-db-07", asset="t1-db-07", zone="t1-f07")
    upload = {"file": ("a.png", picture(), "image/png")}
    kept = client.post("/api/v1/results/files", files=upload, headers=engineer).json()
    answers = [{"check": one, "choice": "pass"} for one in ("tight", "no-heat")]
    answers.append({"check": "photo", "files": [kept["sha256"]]})  # type: ignore[dict-item]
    made = submit(client, engineer, occurrence=number, answers=answers)
    assert made.status_code == 201, made.text
    address = f"/api/v1/results/{made.json()['id']}/files/"
    shown = client.get(address + kept["sha256"], headers=engineer)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert client.get(address + "0" * 64, headers=engineer).status_code == 404


# --- people -------------------------------------------------------------------------------------------------------------


def sheet(browser: Browser, address: str) -> dict[str, str]:
    """The hidden fields of the form."""
    html = browser.page(address)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)) | {"csrf": browser.csrf}


def slippery(browser: Browser, address: str, value: str) -> dict[str, str]:
    return sheet(browser, address) | {"coefficient.0.value": value, "coefficient.0.instrument": "SLIP-01"}


def submitted(browser: Browser, number: int, value: str) -> str:
    """The address of the result."""
    address = f"/duties/{number}/do"
    sent = browser.client.post(address, data=slippery(browser, address, value))
    assert sent.status_code == 303, words(sent.text)
    return str(sent.headers["location"])


def test_a_checklist_is_filled_in_at_a_desk(home: House, browser_of: Browsers, box: int) -> None:
    wang, address = browser_of("engineer"), f"/duties/{box}/do"
    said = words(wang.client.get(address, headers={"accept-language": "en"}).text)
    assert "MEG-07 500 V megohmmeter · calibrated until" in said
    assert "MEG-03 Spare megohmmeter · calibration ended" in said
    fields = sheet(wang, address) | {
        "deenergised.0.choice": "pass",
        "resistance.0.item": "N1",
        "resistance.0.value": "2350 kΩ",
        "resistance.0.instrument": "MEG-07",
        "resistance.1.item": "N2",
        "resistance.1.over": "yes",
        "volts.0.value": "500",
        "seconds.0.value": "60",
        "celsius.0.value": "24",
        "humidity.0.value": "61",
        "signature.0.choice": "signed",
    }
    sent = wang.client.post(address, data=fields)
    assert sent.status_code == 303, words(sent.text)
    with home.records.read() as unit:
        (made,) = unit.results.of_occurrence(box)
        assert unit.occurrences.get(box).standing is Standing.DONE
    assert sent.headers["location"] == f"/results/{made.id}"
    first, second = (one for one in made.findings if one.check == "resistance")
    assert (first.item, first.value, second.over_range, second.value) == ("N1", 2.35, True, None)
    assert made.outcome is Outcome.PASS
    assert wang.client.post(address, data=fields).headers["location"] == f"/results/{made.id}"
    shown = words(wang.page(f"/results/{made.id}"))
    for part in ("2.35", "MEG-07", "N2", "王工"):
        assert part in shown


def test_what_was_entered_stays_and_what_is_wrong_stands_beside_it(home: House, browser_of: Browsers, box: int) -> None:
    wang, address = browser_of("engineer"), f"/duties/{box}/do"
    fields = sheet(wang, address) | {"resistance.0.item": "N1", "resistance.0.value": "much", "volts.0.value": "500"}
    answer = wang.client.post(address, data=fields)
    assert answer.status_code == 422
    assert 'value="much"' in answer.text
    assert 'value="N1"' in answer.text
    assert "'much'" in words(answer.text)
    answer = wang.client.post(address, data=fields | {"resistance.0.value": "2"})
    assert answer.status_code == 422
    assert "MEG-07, MEG-03" in words(answer.text)
    with home.records.read() as unit:
        assert unit.results.count(ResultFilter()) == 0


def test_a_photo_that_came_with_a_refused_sheet_need_not_be_sent_again(home: House, browser_of: Browsers) -> None:
    number = owe(home, "box-terminals", "t1-db-07", asset="t1-db-07", zone="t1-f07")
    wang, address = browser_of("engineer"), f"/duties/{number}/do"
    fields = sheet(wang, address) | {"tight.0.choice": "pass"}
    answer = wang.client.post(address, data=fields, files={"photo.0.photo": ("a.png", picture(), "image/png")})
    assert answer.status_code == 422
    kept = re.search(r'name="photo.0.kept" value="([0-9a-f]{64})"', answer.text)
    assert kept is not None
    answer = wang.client.post(address, data=fields | {"no-heat.0.choice": "pass", "photo.0.kept": kept[1]})
    assert answer.status_code == 303, words(answer.text)
    shown = wang.client.get(f"{answer.headers['location']}/files/{kept[1]}?small=true")
    assert shown.headers["content-type"] == "image/jpeg"


def test_a_second_person_signs_with_their_own_password(home: House, browser_of: Browsers) -> None:
    number = owe(home, "fire-check", "riverside")
    lin, address = browser_of("manager"), f"/duties/{number}/do"
    checks = home.context.duties()["fire-check"].checks
    fields = sheet(lin, address) | {f"{one.id}.0.choice": "pass" for one in checks if one.kind == "pass"}
    fields |= {f"{one.id}.0.text": "无" for one in checks if one.kind == "text"}
    fields |= {"signature.0.choice": "signed"}
    alone = lin.client.post(address, data=fields)
    assert alone.status_code == 422
    fields["second.1.who"] = "officer"
    assert lin.client.post(address, data=fields | {"second.1.password": "guess"}).status_code == 422
    self_signed = {"second.1.who": "manager", "second.1.password": PASSWORD}
    assert lin.client.post(address, data=fields | self_signed).status_code == 422
    sent = lin.client.post(address, data=fields | {"second.1.password": PASSWORD})
    assert sent.status_code == 303, words(sent.text)
    with home.records.read() as unit:
        (made,) = unit.results.of_occurrence(number)
    assert made.with_whom == ("officer",)
    assert [one.signed for one in made.findings if one.check == "signature"] == [("manager", "officer")]


def test_one_tap_from_a_failed_line_to_its_work_order(home: House, browser_of: Browsers, tiles: int) -> None:
    wang = browser_of("engineer")
    address = submitted(wang, tiles, "0.3")
    tap = {"csrf": wang.csrf, "check": "coefficient"}
    sent = wang.client.post(f"{address}/order", data=tap)
    assert sent.status_code == 303
    assert wang.client.post(f"{address}/order", data=tap).headers["location"] == sent.headers["location"]
    assert sent.headers["location"] in wang.page(address)
    assert "/results?duty=tile-slip&amp;asset=t2-lobby-floor" in wang.page(sent.headers["location"])
    with home.records.read() as unit:
        assert unit.work_orders.count(WorkOrderFilter()) == 1
    assert wang.client.post(f"{address}/order", data=tap | {"check": "zz"}).status_code == 422


def test_a_fail_and_what_is_owed_because_of_it_lead_to_each_other(home: House, browser_of: Browsers, box: int) -> None:
    duty = home.context.duties()["box-insulation"]
    with home.records.begin() as unit:
        failed = unit.results.add(
            Result(
                key="f",
                duty=duty.id,
                duty_version=duty.version,
                occurrence=box,
                target="t1-db-07",
                asset="t1-db-07",
                zone="t1-f07",
                who="engineer",
                done=NOW,
                device_at=NOW,
                received=NOW,
                outcome=Outcome.FAIL,
                orders=(5,),
            )
        )
        ask_for_retest(unit, duty, failed, NOW, "engineer")
        again = unit.occurrences.by_key(retest_key(duty.id, "t1-db-07", failed.id))
    wang = browser_of("engineer")
    page = wang.page(f"/results/{failed.id}", 200, **ENGLISH)
    assert all(f'href="{one}"' in page for one in (f"/duties/{box}", f"/duties/{again.id}", "/work-orders/5"))
    page = wang.page(f"/duties/{again.id}", 200, **ENGLISH)
    assert f'href="/results/{failed.id}"' in page
    assert "to be measured again after the repair" in page
    with home.records.begin() as unit:
        passed = unit.results.add(
            replace(failed, id=0, key="p", outcome=Outcome.PASS, corrects=failed.id, why="misread")
        )
        ask_for_retest(unit, duty, passed, NOW, "engineer")
    page = wang.page(f"/duties/{again.id}", 200, **ENGLISH)
    assert "a correction says that it had not failed" in page
    assert f'href="/results/{passed.id}"' in page


def test_a_result_is_corrected_by_who_submitted_it_and_both_are_shown(
    home: House, browser_of: Browsers, tiles: int
) -> None:
    wang = browser_of("engineer")
    address = submitted(wang, tiles, "0.26")
    assert 'value="0.26"' in wang.page(f"{address}/correct")
    home.clock.now += HOUR
    fields = slippery(wang, f"{address}/correct", "0.62")
    assert wang.client.post(f"{address}/correct", data=fields).status_code == 422
    newer = wang.client.post(f"{address}/correct", data=fields | {"why": "digits swapped"}).headers["location"]
    assert newer in wang.page(address)
    assert address in wang.page(newer)
    assert f"{address}/correct" not in wang.page(address)
    assert f"{newer}/correct" not in browser_of("guard").page(newer)
    assert f"{newer}/correct" in browser_of("manager").page(newer)


def test_done_without_being_owed_at_a_desk(home: House, browser_of: Browsers) -> None:
    wang, address = browser_of("engineer"), "/results/new?duty=tile-slip&target=t2-lobby-floor"
    sent = wang.client.post(address, data=slippery(wang, address, "0.6"))
    assert sent.status_code == 303, words(sent.text)
    assert wang.client.get("/results/new?duty=tile-slip&target=nothing").status_code == 404
    assert wang.client.get("/results/new?duty=nothing&target=nothing").status_code == 404


def test_the_list_teaches_while_it_is_empty_and_then_shows(home: House, browser_of: Browsers, tiles: int) -> None:
    wang = browser_of("engineer")
    assert 'href="/duties"' in wang.page("/results")
    address = submitted(wang, tiles, "0.3")
    assert address in wang.page("/results")
    assert address in wang.page("/results?duty=tile-slip&outcome=fail&asset=t2-lobby-floor")
    assert address not in wang.page("/results?outcome=pass")
    inspector = browser_of("inspector")
    assert inspector.client.get(f"/duties/{tiles}/do").status_code == 403
    assert f"{address}/correct" not in inspector.page(address)


# --- sensors ------------------------------------------------------------------------------------------------------------

DETECTOR = "t2-f10-smoke-1"


def signalled(home: House, *, test: bool = True) -> int:
    number = owe(home, "smoke-detectors", DETECTOR, asset=DETECTOR, zone="t2-f10")
    for ago, value in ((20, 0.0), (15, 1.0), (10, 0.0)):
        home.say(f"{DETECTOR}.smoke", value, ago=ago * MINUTE, test=test)
    return number


def test_what_sensors_saw_is_prepared_and_needs_a_person(home: House, browser_of: Browsers) -> None:
    number = signalled(home)
    wang, address = browser_of("engineer"), f"/duties/{number}/do"
    said = words(wang.client.get(address, headers={"accept-language": "en"}).text)
    assert "Sensors saw it at" in said
    assert "needs" in said or "confirmed" in said
    assert 'value="pass" checked' in wang.page(address)
    assert "Sensors saw it at" in wang.client.get(f"/duties/{number}", headers={"accept-language": "en"}).text
    with home.records.read() as unit:
        assert unit.occurrences.get(number).standing is Standing.OPEN
    fields = sheet(wang, address) | {
        "signal.0.choice": "pass",
        "reset.0.choice": "pass",
        "signature.0.choice": "signed",
    }
    sent = wang.client.post(address, data=fields)
    assert sent.status_code == 303, words(sent.text)
    with home.records.read() as unit:
        (made,) = unit.results.of_occurrence(number)
        assert unit.occurrences.get(number).standing is Standing.DONE
    assert made.sensors == ((f"{DETECTOR}.smoke", NOW - 15 * MINUTE),)
    assert f"{DETECTOR}.smoke" in wang.page(f"/results/{made.id}")


def test_a_signal_that_was_no_test_is_not_offered_as_one(home: House, browser_of: Browsers) -> None:
    number = signalled(home, test=False)
    wang = browser_of("engineer")
    assert "checked" not in re.sub(
        r"order", "", re.sub(r'name="[^"]*order"[^>]*', "", wang.page(f"/duties/{number}/do"))
    )
    assert "Sensors saw" not in wang.client.get(f"/duties/{number}", headers={"accept-language": "en"}).text


def test_what_was_owed_shows_its_results_and_the_one_kept_beside(home: House, browser_of: Browsers, tiles: int) -> None:
    wang = browser_of("engineer")
    first, second = submitted(wang, tiles, "0.62"), submitted(browser_of("guard"), tiles, "0.4")
    page = wang.page(f"/duties/{tiles}")
    assert first in page
    assert second in page
    assert "0.62" in page

"""Dead letters and unclaimed devices, and the claim that gives a device its place."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.guessing import announced, guess, guesses
from api.web.pages.letters import readable
from facility.letter import Unclaimed
from facility.person import Role
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House

Headers = Callable[[Role], dict[str, str]]
BrowserOf = Callable[[str], Browser]
DEAD, UNCLAIMED = "/api/v1/dead-letters", "/api/v1/unclaimed"

CLAIM: dict[str, Any] = {
    "device": "gauge-9",
    "name_zh": "九号表",
    "asset": "t1-pump-1",
    "points": [
        {
            "key": "pressure",
            "name_zh": "供水压力",
            "quantity": "pressure",
            "unit": "MPa",
            "resolution": 0.001,
            "high": 1.6,
            "interval": 60_000,
        }
    ],
}


def test_a_dead_letter_has_its_reason_and_its_bytes(lively: House, client: TestClient, program: Headers) -> None:
    rows = client.get(DEAD, headers=program(Role.INSPECTOR)).json()["rows"]
    assert len(rows) == 2
    assert "null is not a number" in rows[0]["reason"]
    assert base64.b64decode(rows[1]["payload"]) == bytes(range(64))


def test_a_retry_is_asked_of_the_collector_and_is_a_fact(lively: House, client: TestClient, program: Headers) -> None:
    answer = client.post(f"{DEAD}/1/retry", headers=program(Role.OFFICER))
    assert (answer.status_code, answer.json()["retry"]) == (200, "2026-11-24T00:10:00.000Z")
    with lively.records.read() as unit:
        assert [letter.id for letter in unit.letters.to_retry()] == [1]
        assert [fact.what for fact in unit.facts.of("letter", "1")] == ["retry-asked"]


def test_putting_away_needs_a_reason_that_is_kept(lively: House, client: TestClient, program: Headers) -> None:
    headers = program(Role.OFFICER)
    assert client.post(f"{DEAD}/1/put-away", json={"reason": ""}, headers=headers).status_code == 422
    assert client.post(f"{DEAD}/1/put-away", json={"reason": "installer's test"}, headers=headers).status_code == 200
    assert [row["id"] for row in client.get(f"{DEAD}?resolved=true", headers=headers).json()["rows"]] == [1]
    with lively.records.read() as unit:
        assert unit.facts.of("letter", "1")[-1].why == "installer's test"


def test_an_unknown_letter_is_not_found(client: TestClient, program: Headers) -> None:
    assert client.post(f"{DEAD}/7/retry", headers=program(Role.OFFICER)).status_code == 404


def test_an_unclaimed_device_comes_with_guesses(lively: House, client: TestClient, program: Headers) -> None:
    row = client.get(f"{UNCLAIMED}/1", headers=program(Role.GUARD)).json()
    assert [(v["key"], v["quantity"], v["unit"]) for v in row["values"]] == [
        ("pressure", "pressure", "MPa"),
        ("battery", "battery", "%"),
    ]


def test_a_claim_enters_device_and_points_and_forgets_the_row(
    lively: House, client: TestClient, program: Headers
) -> None:
    answer = client.post(f"{UNCLAIMED}/1/claim", json=CLAIM, headers=program(Role.ADMIN))
    assert (answer.status_code, answer.json()) == (200, {"points": ["gauge-9.pressure"]})
    register = lively.register()
    point = register.points["gauge-9.pressure"]
    assert (point.asset, point.unit, point.interval, point.high) == ("t1-pump-1", "MPa", 60_000, 1.6)
    assert register.device_by_external["native", "gauge-9"].name.zh == "九号表"
    assert client.get(UNCLAIMED, headers=program(Role.ADMIN)).json()["rows"] == []
    with lively.records.read() as unit:
        assert unit.facts.of("device", "gauge-9")[0].data == {"points": ["gauge-9.pressure"]}
        assert unit.registers.history("points", "gauge-9.pressure")[0]["why"] == "claimed gauge-9"


def test_a_new_key_of_a_known_device_gets_a_point_only(lively: House, client: TestClient, program: Headers) -> None:
    with lively.records.begin() as unit:
        unit.letters.notice(
            Unclaimed(
                source="native",
                external_id="t1-pump-1",
                key="temperature",
                topic="dutyroom/v1/riverside/t1-pump-1/readings",
                payload=b'{"values": {"pressure": 0.6, "temperature": 31.5}}',
                guess="native",
                first=NOW,
                last=NOW,
            )
        )
    row = client.get(f"{UNCLAIMED}/2", headers=program(Role.ADMIN)).json()
    assert [value["key"] for value in row["values"]] == ["temperature"]
    new = {"key": "temperature", "name_en": "motor", "quantity": "temperature", "unit": "°C", "resolution": 0.1}
    wish = {"device": "ignored", "asset": "t1-pump-1", "points": [new]}
    before = lively.register().devices
    answer = client.post(f"{UNCLAIMED}/2/claim", json=wish, headers=program(Role.ADMIN))
    assert answer.json() == {"points": ["t1-pump-1.temperature"]}
    assert lively.register().devices == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"device": "9 gauge"}, "device"),
        ({"device": "t1-pump-1"}, "device"),
        ({"asset": "nowhere"}, "points.0.asset"),
        ({"gateway": "nobody"}, "gateway"),
        ({"points": [CLAIM["points"][0] | {"quantity": "presure"}]}, "points.0.quantity"),
        ({"points": [CLAIM["points"][0] | {"unit": "°C"}]}, "points.0.unit"),
        ({"points": [CLAIM["points"][0] | {"sent_unit": "litre"}]}, "points.0.sent_unit"),
        ({"points": [CLAIM["points"][0] | {"resolution": 0}]}, "points.0.resolution"),
        ({"points": [CLAIM["points"][0] | {"name_zh": ""}]}, "points.0.name"),
        ({"points": [CLAIM["points"][0] | {"interval": -1}]}, "points.0.interval"),
        ({"points": []}, "points"),
    ],
)
def test_a_claim_that_does_not_fit_names_the_field_and_changes_nothing(
    lively: House, client: TestClient, program: Headers, change: dict[str, Any], field: str
) -> None:
    version = lively.register().version
    problem = client.post(f"{UNCLAIMED}/1/claim", json=CLAIM | change, headers=program(Role.ADMIN))
    assert problem.status_code == 422
    assert field in [error["field"] for error in problem.json()["errors"]]
    assert lively.register().version == version


FORM = {
    "device": "gauge-9", "device_zh": "九号表", "asset": "t1-pump-1", "take": "pressure",
    "key": ["pressure", "battery"], "name_zh": ["供水压力", "电池"], "name_en": ["", ""], "quantity": ["pressure", "battery"],
    "unit": ["MPa", "%"], "resolution": ["0.001", "1"], "low": ["0", ""], "high": ["1.6", ""],
    "interval": ["30s", "1m"], "sent_unit": ["", ""],
}  # fmt: skip


def test_claiming_is_a_form(lively: House, browser_of: BrowserOf) -> None:
    browser = browser_of("manager")
    assert "0.61" in browser.page("/unclaimed/1")
    answer = browser.client.post("/unclaimed/1/claim", data=FORM | {"csrf": browser.csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/points/gauge-9.pressure")
    assert lively.register().points["gauge-9.pressure"].interval == 30_000
    assert "gauge-9.battery" not in lively.register().points


def test_a_wrong_form_comes_back_as_it_was_filled_in(lively: House, browser_of: BrowserOf) -> None:
    browser = browser_of("manager")
    wrong = FORM | {"csrf": browser.csrf, "asset": "", "interval": ["often", "1m"], "high": ["much", ""]}
    answer = browser.client.post("/unclaimed/1/claim", data=wrong)
    assert answer.status_code == 422
    assert 'value="often"' in answer.text
    assert "points.0.interval" in answer.text
    assert "points.0.high" in answer.text
    assert "九号表" in answer.text


def test_only_a_manager_sees_the_claim_form(lively: House, browser_of: BrowserOf) -> None:
    assert "主管可以认领" in browser_of("officer").page("/unclaimed/1")


@pytest.mark.parametrize(
    ("key", "value", "unit", "quantity", "kept"),
    [
        ("pressure", 612, "kPa", "pressure", "kPa"),
        ("water_level", 1.2, "m", "level", "m"),
        ("Temperature", 21.5, "℃", "temperature", "°C"),
        ("smoke", True, "", "smoke", ""),
        ("r_iso", 2.1, "MΩ", "", ""),
        ("x", 3.0, "NTU", "turbidity", "NTU"),
        ("mystery", 3.0, "", "", ""),
        ("battery", 3.6, "V", "battery", "V"),
    ],
)
def test_what_a_value_is_is_guessed_by_its_name_then_its_unit(
    key: str, value: float, unit: str, quantity: str, kept: str
) -> None:
    found = guess(key, value, unit)
    assert (found.quantity, found.unit) == (quantity, kept)


def test_a_sample_that_no_decoder_understands_gives_no_guess() -> None:
    seen = Unclaimed(source="", external_id="x", topic="a/b", payload=b"\xff", first=0, last=0)
    assert guesses(seen) == []


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (b'{"a": 1}', '{"a": 1}'),
        ("烟感".encode(), "烟感"),
        (b"\xff\x00\x01", "ff 00 01"),
        (b"a\x00b", "a·b"),
        ("烟".encode() * 1000, "烟" * 666),
    ],
)
def test_bytes_are_shown_as_text_where_they_are_text(payload: bytes, shown: str) -> None:
    assert readable(payload) == shown


def test_the_page_of_dead_letters_escapes_what_a_stranger_sent(home: House, browser_of: BrowserOf) -> None:
    from facility.letter import DeadLetter

    with home.records.begin() as unit:
        unit.letters.bury(
            DeadLetter(
                source="x",
                topic="<b>t</b>",
                reason="<i>r</i>",
                payload=b"<script>alert(1)</script>",
                size=25,
                first=NOW,
                last=NOW,
            )
        )
    html = browser_of("officer").page("/dead-letters")
    assert "<script>alert" not in html
    assert "<script>alert(1)</script>" in words(html)


def test_why_a_message_could_not_be_used_is_told_in_the_readers_language(lively: House, browser_of: BrowserOf) -> None:
    officer = browser_of("officer")
    chinese, english = (
        words(officer.client.get("/dead-letters", headers={"accept-language": language}).text)
        for language in ("zh", "en")
    )
    assert "不是数字；允许：" in chinese
    assert "is not a number" not in chinese
    assert "null is not a number; allowed: " in english


def announcement(key: str, unit: str, kind: str, *, component: str = "sensor") -> Unclaimed:
    config = {
        "name": f"the {key}",
        "state_topic": "zigbee2mqtt/cold store",
        "value_template": "{{ value_json." + key + " }}",
        "unit_of_measurement": unit,
        "device_class": kind,
        "device": {"name": "Cold store", "model": "WSDCGQ11LM"},
    }
    return Unclaimed(
        source="zigbee2mqtt",
        external_id="cold store",
        key=key,
        topic=f"homeassistant/{component}/cold_store/{key}/config",
        payload=json.dumps(config).encode(),
        guess="home_assistant",
        first=NOW,
        last=NOW,
    )


@pytest.fixture
def announced_store(home: House) -> int:
    """Two announcements of one device and one state that it sent; the number of the first."""
    with home.records.begin() as unit:
        unit.letters.notice(announcement("temp_now", "°F", "temperature"))
        unit.letters.notice(announcement("water", "", "moisture", component="binary_sensor"))
        heard = {"source": "zigbee2mqtt", "external_id": "cold store", "topic": "zigbee2mqtt/cold store"}
        unit.letters.notice(
            Unclaimed(**heard, payload=b'{"battery": 97}', guess="zigbee2mqtt", first=NOW, last=NOW)  # type: ignore[arg-type]
        )
        return unit.letters.unclaimed_of("zigbee2mqtt", "cold store")[0].id


def test_what_a_device_announced_fills_in_one_form_and_registers_nothing(
    home: House, browser_of: BrowserOf, client: TestClient, program: Headers, announced_store: int
) -> None:
    before = home.register()
    values = client.get(f"{UNCLAIMED}/{announced_store}", headers=program(Role.GUARD)).json()["values"]
    assert [(v["key"], v["value"], v["quantity"], v["unit"], v["name"]) for v in values] == [
        ("temp_now", None, "temperature", "°F", "the temp_now"),
        ("water", None, "leak", "", "the water"),
    ]
    page = browser_of("manager").page(f"/unclaimed/{announced_store}")
    assert 'name="device_en" value="Cold store"' in page
    assert 'name="model" value="WSDCGQ11LM"' in page
    assert 'name="device" value="cold-store"' in page
    listed = browser_of("manager").client.get("/unclaimed", headers={"accept-language": "en"}).text
    said = words(listed)
    assert "Announced: Cold store · the temp_now · °F · will come by zigbee2mqtt/cold store" in said
    assert home.register() == before


def test_a_claimed_announcement_is_in_the_register_with_its_unit_and_gone_from_the_list(
    home: House, client: TestClient, program: Headers, announced_store: int
) -> None:
    points = [{"key": "temp_now", "name_en": "t", "quantity": "temperature", "unit": "°C", "sent_unit": "°F"}]
    claim = {"device": "cold-store", "asset": "t1-pump-1", "points": points}
    answer = client.post(f"{UNCLAIMED}/{announced_store}/claim", json=claim, headers=program(Role.ADMIN))
    assert answer.json() == {"points": ["cold-store.temp_now"]}
    assert home.register().points["cold-store.temp_now"].sent_unit == "°F"
    with home.records.read() as unit:
        assert unit.letters.unclaimed_of("zigbee2mqtt", "cold store") == []


def test_a_current_behind_a_pressure_is_claimed_with_it(lively: House, client: TestClient, program: Headers) -> None:
    found = guess("Water_pressure_MPa", 0.6)
    assert (found.quantity, found.unit, found.loop) == ("pressure", "MPa", "IDC_intput_mA")
    claim = CLAIM | {"points": [CLAIM["points"][0] | {"loop": "IDC_intput_mA"}]}
    assert client.post(f"{UNCLAIMED}/1/claim", json=claim, headers=program(Role.ADMIN)).is_success
    assert lively.register().points["gauge-9.pressure"].loop == "IDC_intput_mA"


def test_what_no_source_hears_says_which_source_it_needs(home: House, browser_of: BrowserOf) -> None:
    tasmota = announcement("DS18B20.Temperature", "°C", "temperature")
    payload = tasmota.payload.replace(b"zigbee2mqtt/cold store", b"tele/cold/SENSOR")
    with home.records.begin() as unit:
        unit.letters.notice(replace(tasmota, source="", external_id="tele/cold/SENSOR", payload=payload))
        number = unit.letters.unclaimed_of("", "tele/cold/SENSOR")[0].id
    said = words(browser_of("manager").page(f"/unclaimed/{number}"))
    assert 'name = "tasmota" decoder = "tasmota"' in said


@pytest.mark.parametrize(("place", "name"), [("north", "cold"), ("south", "warm")])
def test_of_values_of_one_name_that_are_announced_together_each_is_told_of_its_own_topic(place: str, name: str) -> None:
    parts = {of: {"p": "sensor", "name": said} | {"state_topic": f"hall/{of}/state"} for of, said in NAMES_OF.items()}
    bundle = json.dumps({"dev": {"ids": "hall"}, "cmps": parts}).encode()
    row = replace(announcement("state", "", ""), topic="homeassistant/device/hall/config", payload=bundle)
    for device in (f"hall/{place}/state", place):
        told = announced(replace(row, external_id=device))
        assert told is not None
        assert told.name == name


NAMES_OF = {"north": "cold", "south": "warm"}


def test_the_percent_of_an_announced_humidity_is_its_own_unit() -> None:
    found = guess("humidity", None, "%", "humidity")
    assert (found.sent_unit, found.unit) == ("%RH", "%RH")


@pytest.mark.parametrize(
    ("key", "value", "quantity", "unit"),
    [
        ("BAT_V", 3.1, "battery", "V"),
        ("DOOR_OPEN_STATUS", "open", "door", ""),
        ("DOOR_OPEN_TIMES", 7091.0, "count", "1"),
        ("leakage_status", "leak", "leak", ""),
        ("activePowerL1", 1150.0, "power", "kW"),
        ("humi", 28.0, "humidity", "%RH"),
        ("door", 7091.0, "", ""),
        ("pressure", "high", "", ""),
    ],
)
def test_a_published_name_says_what_it_is(key: str, value: float | str, quantity: str, unit: str) -> None:
    found = guess(key, value)
    assert (found.quantity, found.unit) == (quantity, unit)

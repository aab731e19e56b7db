"""Try a payload: every decoder's opinion, what would be stored, and nothing stored."""

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.payload_trying import Entered, Unreadable, read_entered, shown_as, try_payload
from collector.decoders import gb26875
from collector.sources import Sources, SourcesError, read_sources
from facility.person import Role
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, House

Headers = Callable[[Role], dict[str, str]]
BrowserOf = Callable[[str], Browser]
SOURCES = read_sources((Path(__file__).parents[2] / "examples/riverside/sources.toml").read_text("utf-8"))
TRY = "/api/v1/devices/try"
READINGS = "dutyroom/v1/riverside/t1-pump-1/readings"
GOOD = '{"ts": "2026-11-24T08:09:59+08:00", "values": {"pressure": 0.612}}'


def tried(home: House, topic: str, payload: bytes, *, retained: bool = False, sources: Sources = SOURCES) -> Any:
    context = replace(home.context, sources=lambda: sources)
    with home.records.read() as unit:
        return try_payload(context, unit, Entered(topic=topic, payload=payload, retained=retained))


def test_what_would_be_stored_is_what_the_collector_would_store(home: House) -> None:
    found = tried(home, READINGS, GOOD.encode())
    assert (found.source, found.decoder) == ("native", "native")
    assert [(r.point, r.value) for r in found.prepared.found.readings] == [(GAUGE, 0.612)]
    assert found.prepared.letter is None
    first = found.opinions[0]
    assert (first.decoder, first.usual, first.useful) == ("native", True, True)


def test_nothing_is_stored_and_no_fact_is_made(
    home: House, client: TestClient, program: Headers, browser_of: BrowserOf
) -> None:
    browser = browser_of("engineer")
    with home.records.read() as unit:
        before = (unit.facts.head(), unit.letters.counts(), list(unit.notes.names("decoder/")))
    born = "spBv1.0/Plant/DDATA/edge-1/gauge"
    for topic, payload in ((READINGS, GOOD), (READINGS, "{"), ("a/b", "{}"), (born, "")):
        assert client.post(TRY, json={"topic": topic, "payload": payload}, headers=program(Role.ENGINEER)).is_success
        assert browser.send("/devices/try", topic=topic, payload=payload) == 200
    with home.records.read() as unit:
        assert (unit.facts.head(), unit.letters.counts(), list(unit.notes.names("decoder/"))) == before
    assert home.readings.last([GAUGE]) == {}


def test_every_decoder_has_an_opinion_and_a_reason(home: House) -> None:
    opinions = tried(home, "zigbee2mqtt/x", b'{"battery": 97}').opinions
    by_name = {one.decoder: one for one in opinions}
    assert len(opinions) >= 13
    assert opinions[0].decoder == "zigbee2mqtt"
    assert "frame at byte 0" in by_name["gb26875"].reason
    assert all(one.decoded is not None or one.reason for one in opinions)


def test_a_message_of_nobody_shows_what_sources_toml_would_need(browser_of: BrowserOf) -> None:
    browser = browser_of("manager")
    answer = browser.client.post(
        "/devices/try",
        data={"csrf": browser.csrf, "topic": "tele/probe-1/SENSOR", "payload": '{"DS18B20": {"Temperature": 21.5}}'},
        headers={"accept-language": "en"},
    )
    said = words(answer.text)
    assert "no source's filter matches this topic" in said
    assert 'decoder = "tasmota"' in said
    assert "DS18B20.Temperature 21.5" in said


def test_quality_test_and_dead_letters_are_shown_in_both_languages(browser_of: BrowserOf) -> None:
    browser = browser_of("engineer")

    def said(language: str, payload: str) -> str:
        fields = {"csrf": browser.csrf, "topic": READINGS, "payload": payload}
        return words(browser.client.post("/devices/try", data=fields, headers={"accept-language": language}).text)

    old = '{"ts": 0, "test": true, "values": {"pressure": null}}'
    assert "sensor fault · test" in said("en", old)
    assert "传感器故障 · 测试" in said("zh", old)
    assert "It would be kept as a dead letter: pressure: an array found" in said("en", '{"values": {"pressure": []}}')
    assert "会成为死信： pressure: 收到数组" in said("zh", '{"values": {"pressure": []}}')


def test_cards_are_never_shown_and_their_pseudonyms_are_of_the_moment(home: House, browser_of: BrowserOf) -> None:
    topic, event = "dutyroom/v1/riverside/t1-lobby-door/events", b'{"event": "denied", "credential": "04A1B2C3"}'
    one, other = (tried(home, topic, event).prepared.found.passages[0].credential for _ in range(2))
    assert "04A1B2C3" not in one
    assert one != other
    browser = browser_of("engineer")
    fields = {"csrf": browser.csrf, "topic": topic, "payload": event.decode()}
    page = browser.client.post("/devices/try", data=fields).text
    assert "04A1B2C3" not in page[page.index('id="outcome"') : page.index('id="opinions"')]
    assert one not in page


def test_a_retained_message_without_a_time_is_no_longer_current(home: House) -> None:
    (reading,) = tried(home, READINGS, b'{"values": {"pressure": 0.6}}', retained=True).prepared.found.readings
    assert reading.quality == 6


def test_the_sources_options_decide_and_bytes_come_in_hexadecimal(home: House) -> None:
    panel = gb26875.frame(b"\x01\x01" + bytes.fromhex("0102 0100") + bytes.fromhex("040009020715"))
    entered = read_entered("gb26875/panel", panel.hex(" "), "hex")
    for option, test in (("0", False), ("1", True)):
        sources = read_sources(f'[[source]]\nname = "p"\ndecoder = "gb26875"\noptions = {{ test_bit = "{option}" }}\n')
        (opinion,) = (
            o for o in tried(home, entered.topic, entered.payload, sources=sources).opinions if o.decoder == "gb26875"
        )
        assert {signal.test for signal in opinion.decoded.signals} == {test}


def test_sources_that_cannot_be_read_are_said_and_the_opinions_stay(home: House, program: Headers) -> None:
    def broken() -> Sources:
        raise SourcesError("sources.toml, line 3, source[1].decoder: 'x' is no decoder")

    client = TestClient(create_app(replace(home.context, sources=broken)))
    answer = client.post(TRY, json={"topic": READINGS, "payload": GOOD}, headers=program(Role.ADMIN)).json()
    assert answer["broken"].startswith("sources.toml, line 3")
    assert answer["opinions"][0]["signals"][0]["value"] == 0.612
    assert answer["readings"] == []


def test_the_interface_says_the_same(client: TestClient, program: Headers) -> None:
    body = {"topic": READINGS, "payload": base64.b64encode(GOOD.encode()).decode(), "encoding": "base64"}
    answer = client.post(TRY, json=body, headers=program(Role.ENGINEER)).json()
    assert answer["readings"] == [
        {"point": GAUGE, "at": "2026-11-24T00:09:59.000Z", "value": 0.612, "quality": "good", "test": False}
    ]
    assert answer["captured"] == {"site": "riverside", "device": "t1-pump-1", "kind": "readings"}
    stranger = client.post(
        TRY, json=body | {"topic": READINGS.replace("pump-1", "x")}, headers=program(Role.ADMIN)
    ).json()
    assert stranger["unclaimed"] == [{"external_id": "t1-x", "key": "", "guess": "native"}]


def test_an_announcement_is_shown_and_so_is_why_the_topics_own_decoder_refuses(
    client: TestClient, program: Headers, browser_of: BrowserOf
) -> None:
    config = '{"name": "Leak", "state_topic": "zigbee2mqtt/pit", "value_template": "{{ value_json.water_leak }}"}'
    body = {"topic": "homeassistant/binary_sensor/pit/config", "payload": config}
    first = client.post(TRY, json=body, headers=program(Role.ENGINEER)).json()["opinions"][0]
    assert (first["decoder"], first["announced"][0]["topic"]) == ("home_assistant", "zigbee2mqtt/pit")
    browser = browser_of("engineer")

    def said(topic: str, payload: str) -> str:
        fields = {"csrf": browser.csrf, "topic": topic, "payload": payload}
        page = browser.client.post("/devices/try", data=fields, headers={"accept-language": "en"}).text
        return words(page[page.index('id="opinions"') :])

    assert "Announced: Leak · will come by zigbee2mqtt/pit · water_leak" in said(body["topic"], config)
    refused = said("application/1/device/01/event/up", '{"data": "AA=="}')
    assert refused.index("no decoded values") < refused.index("zigbee2mqtt")


@pytest.mark.parametrize(
    ("topic", "text", "encoding", "field"),
    [
        ("", "x", "text", "topic"),
        ("a/+/b", "x", "text", "topic"),
        ("a\0b", "x", "text", "topic"),
        ("a" * 2_000, "x", "text", "topic"),
        ("a", "0g", "hex", "payload"),
        ("a", "012", "hex", "payload"),
        ("a", "!!", "base64", "payload"),
        ("a", "x" * 300_000, "text", "payload"),
        ("a", "x", "morse", "encoding"),
    ],
)
def test_what_is_no_topic_or_no_bytes_is_said_by_its_field(
    browser_of: BrowserOf, topic: str, text: str, encoding: str, field: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_entered(topic, text, encoding)
    assert caught.value.field == field
    assert caught.value.why.zh != caught.value.why.en


def test_a_mistake_leaves_what_was_entered_in_the_form(
    browser_of: BrowserOf, client: TestClient, program: Headers
) -> None:
    browser = browser_of("engineer")
    fields = {"csrf": browser.csrf, "topic": "a/b", "payload": "0g <b>", "encoding": "hex"}
    answer = browser.client.post("/devices/try", data=fields, headers={"accept-language": "zh"})
    assert answer.status_code == 422
    assert "不是十六进制数字" in words(answer.text)
    assert "0g &lt;b&gt;</textarea>" in answer.text
    problem = client.post(TRY, json={"topic": "a/#", "payload": ""}, headers=program(Role.ENGINEER))
    assert (problem.status_code, problem.headers["content-type"]) == (422, "application/problem+json")


def test_hexadecimal_and_base64_are_read_as_people_write_them() -> None:
    assert read_entered(" a/b ", "0x40 40,0d:0A", "hex") == Entered(topic="a/b", payload=b"@@\r\n")
    assert read_entered("a", "-_8", "base64").payload == b"\xfb\xff"
    assert shown_as(b"@\x00") == ("40 00", "hex")
    assert shown_as("值\n".encode()) == ("值\n", "text")
    assert shown_as(b"\xff") == ("ff", "hex")


def test_the_form_is_filled_with_what_lies_among_the_dead_letters_and_the_unclaimed(
    lively: House, browser_of: BrowserOf
) -> None:
    browser = browser_of("officer")
    assert "/devices/try?letter=1" in browser.page("/dead-letters")
    assert "/devices/try?unclaimed=1" in browser_of("manager").page("/unclaimed")
    with lively.records.read() as unit:
        seen = unit.letters.get_unclaimed(1)
    page = browser.page("/devices/try?unclaimed=1")
    assert f'name="topic" value="{seen.topic}"' in page
    assert browser.page("/devices/try?letter=999")

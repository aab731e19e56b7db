"""A codec runs within bounds, and the same frame always gives the same values."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import codec, scalars
from collector.catalogue import DECODERS
from collector.decoding import Codec, Decoded, DecodeError, Message
from collector.sources import SourcesError, read_sources

FILE = Path(__file__).resolve().parents[2] / "examples/riverside/codecs/level-probe.js"
PROBE = Codec(name="level-probe", script=FILE.read_text("utf-8"))
FRAME = bytes.fromhex("0e10 05dc ffce 00")
AT = 1_795_478_400_250


def run(script: str, frame: bytes = b"\x01\x02", at: int = AT) -> dict[str, Any]:
    return codec.run(Codec(name="probe", script=script), frame, 7, at)


def uplink(script: str) -> str:
    return "function decodeUplink(input) {" + script + "}"


def test_the_example_codec_reads_a_frame() -> None:
    assert codec.run(PROBE, FRAME, 2, AT) == {
        "battery": {"value": 3.6, "unit": "V"},
        "level": {"value": 1.5, "unit": "m"},
        "temperature": {"value": -5, "unit": "°C"},
        "test": False,
    }


def test_what_a_codec_says_is_wrong_is_the_reason() -> None:
    with pytest.raises(DecodeError, match="codec 'level-probe': port 1 with 1 bytes; expected port 2"):
        codec.run(PROBE, b"a", 1, AT)


@pytest.mark.parametrize(
    "script",
    [
        "function Decode(fPort, bytes, variables) { return { sum: fPort + bytes[0] + bytes[1] }; }",
        "function Decoder(bytes, port) { return { sum: port + bytes[0] + bytes[1] }; }",
        "const decodeUplink = (input) => ({ data: { sum: input.fPort + input.bytes[0] + input.bytes[1] } });",
    ],
)
def test_all_three_forms_in_which_codecs_are_published_are_called(script: str) -> None:
    assert run(script) == {"sum": 10}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (uplink("while (true) {}"), "did not end within 0.1 s"),
        (uplink("for (;;) { try { while (true) {} } catch (e) {} }"), "did not end within"),
        (uplink('return /(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");'), "did not end within"),
        ("while (true) {}", "did not end within"),
        (uplink("var a = []; for (;;) a.push(new Array(1000).fill(1));"), "more than 8 MiB"),
        (uplink('return { data: { a: "x".repeat(6e6) + "y".repeat(6e6) } };'), "more than 8 MiB"),
        (uplink('return { data: { a: "x".repeat(1e5) } };'), "payload of 100017 bytes; allowed: up to 65536"),
        ("function f() { return f() + 1; } function decodeUplink() { return f(); }", "call stack size exceeded"),
        (uplink("var a = {}, b = a; for (var i = 0; i < 60; i++) b = b.x = {}; return { data: a };"), "nested 62 deep"),
        (uplink("var a = {}; a.a = a; return { data: a };"), "circular reference"),
        (uplink('throw new Error("bad frame");'), "Error: bad frame"),
        (uplink("throw null;"), "null"),
        (uplink("return input.bytes.foo.bar;"), "cannot read property 'bar' of undefined"),
        (uplink(""), "null found"),
        (uplink("return 3;"), "a number found"),
        (uplink("return {};"), "null for data"),
        (uplink("return { data: [1] };"), "an array for data"),
        (uplink('return { data: { a: "\\ud800" } };'), "cannot be used"),
        (uplink("return { data: { a: Math.random() } };"), "not a function"),
        (uplink('return eval("1");'), "not defined|not a function"),
        (uplink('return (function () {}).constructor("return 1")();'), "not a function"),
        (uplink('return new Date("2026-11-24 08:00");'), "a time without its zone"),
        ("var x = 1;", "Decoder is not defined"),
        ("function (", "SyntaxError"),
    ],
)
def test_a_codec_that_goes_wrong_is_a_reason_that_names_it(script: str, said: str) -> None:
    with pytest.raises(DecodeError, match=f"^codec 'probe': .*({said})"):
        run(script)


def test_a_number_that_is_not_finite_is_no_value() -> None:
    assert run(uplink("return { data: { a: 0 / 0, b: 1 / 0, c: 2 } };")) == {"a": None, "b": None, "c": 2}


def test_nothing_is_carried_from_one_frame_to_the_next() -> None:
    script = "var n = 0;" + uplink("n += 1; Array.prototype.spoiled = n; return { data: { n: n, s: [].spoiled } };")
    assert [run(script), run(script)] == [{"n": 1, "s": 1}] * 2


def test_a_codecs_clock_stands_at_the_frames_time_and_its_zone_is_utc() -> None:
    script = uplink(
        "var d = new Date(); return { data: { now: Date.now(), d: d.getTime(), hour: d.getHours(), text: String(d),"
        " zone: d.getTimezoneOffset(), made: new Date(2026, 0, 1).getTime(), recv: input.recvTime.getTime(), f: Date() } };"
    )
    assert run(script) == {
        "now": AT,
        "d": AT,
        "recv": AT,
        "hour": 0,
        "zone": 0,
        "made": 1_767_225_600_000,
        "text": "2026-11-24T00:00:00.250Z",
        "f": "2026-11-24T00:00:00.250Z",
    }


def test_there_is_nothing_to_reach_the_outside_with() -> None:
    names = (
        "['require', 'process', 'fetch', 'std', 'os', 'setTimeout', 'XMLHttpRequest', 'import', 'load', 'performance']"
    )
    assert run(uplink(f"return {{ data: {{ n: {names}.filter((x) => x in globalThis).length }} }};")) == {"n": 0}


def test_a_longer_frame_than_lorawan_has_is_refused() -> None:
    with pytest.raises(DecodeError, match="256 bytes; allowed: up to 255"):
        codec.run(PROBE, bytes(256), 2, AT)


def chirpstack(codecs: dict[str, Codec], *, profile: str = "", **given: Any) -> Decoded:
    about = {
        "time": "2026-11-24T00:00:00Z",
        "data": "DhAF3P/OAQ==",
        "fPort": 2,
        "deviceInfo": {"deviceProfileName": profile},
    }
    message = Message(
        topic="t",
        payload=json.dumps(about | given).encode(),
        received=AT,
        source="s",
        captured={"device": "0101010101010101", "event": "up"},
        codecs=codecs,
    )
    return DECODERS["chirpstack"].decode(message, {})


def test_a_frame_that_chirpstack_did_not_decode_becomes_values_and_its_self_test_a_test() -> None:
    found = chirpstack({"*": PROBE}).signals
    assert {(s.key, s.value, s.unit, s.test) for s in found} >= {("level", 1.5, "m", True), ("battery", 3.6, "V", True)}


def test_a_probe_that_is_lost_has_no_value() -> None:
    level = next(s for s in chirpstack({"*": PROBE}, data="DhAF3P/OAg==").signals if s.key == "level")
    assert level.fault == scalars.NO_VALUE


def test_what_the_network_server_decoded_is_left_as_it_is() -> None:
    assert [s.value for s in chirpstack({"*": PROBE}, object={"level": 7}).signals] == [7.0]


def test_the_device_goes_before_its_profile_and_both_before_the_rest() -> None:
    def made(n: int) -> Codec:
        return Codec(name=str(n), script=uplink(f"return {{ data: {{ n: {n} }} }};"))

    def chosen(profile: str, *names: str) -> Iterator[float | bool | str]:
        codecs = {name: made(n) for n, name in enumerate(names)}
        return (s.value for s in chirpstack(codecs, profile=profile).signals)

    assert list(chosen("probe", "*", "probe", "0101010101010101")) == [2.0]
    assert list(chosen("probe", "*", "probe")) == [1.0]
    assert list(chosen("other", "*", "probe")) == [0.0]
    with pytest.raises(DecodeError, match="or name one under the source's codecs"):
        list(chosen("other", "probe"))


@pytest.mark.parametrize("data", [None, 3, "DhAF", "@@@@", "DhAF3P/O"])
def test_bytes_that_are_missing_or_no_base64_are_refused(data: object) -> None:
    with pytest.raises(DecodeError, match=r"^frame: |codec 'level-probe'"):
        chirpstack({"*": PROBE}, data=data)


def test_the_things_stack_has_its_frames_decoded_too() -> None:
    payload = b'{"uplink_message": {"f_port": 2, "frm_payload": "DhAF3P/OAA==", "version_ids": {"model_id": "probe"}}}'
    message = Message(
        topic="t",
        payload=payload,
        received=AT,
        source="s",
        captured={"device": "d", "event": "up"},
        codecs={"probe": PROBE},
    )
    found = DECODERS["the_things_stack"].decode(message, {}).signals
    assert ("d", "level", 1.5) in {(s.device, s.key, s.value) for s in found}


HEAD = '[[source]]\nname = "l"\ndecoder = "chirpstack"\n'


def test_a_source_names_its_codecs() -> None:
    found = read_sources(HEAD + 'codecs = { "*" = "level-probe" }\n', scripts={"level-probe": PROBE.script}).named("l")
    assert found is not None
    assert found.codecs == {"*": PROBE}


@pytest.mark.parametrize(
    ("text", "script", "said"),
    [
        (HEAD + 'codecs = { "*" = "x" }', None, r"line 4.*codecs/x\.js is not there; there is none"),
        (HEAD + 'codecs = { "*" = "x" }', "function (", "codec 'x': SyntaxError"),
        (HEAD + 'codecs = { "*" = "x" }', "var a = 1;", "no decodeUplink"),
        (HEAD + 'codecs = { "*" = "x" }', uplink("return 2n ** 100n;"), "big integers"),
        (HEAD + 'codecs = { "*" = "x" }', "//" + "x" * 600_000, "more than 524288 bytes"),
        (
            HEAD.replace("chirpstack", "tasmota") + 'codecs = { "*" = "x" }',
            "",
            "tasmota takes no codecs; allowed for chirp",
        ),
    ],
)
def test_a_codec_that_cannot_be_used_stops_the_start_with_its_place(text: str, script: str | None, said: str) -> None:
    with pytest.raises(SourcesError, match=said):
        read_sources(text, scripts={} if script is None else {"x": script})

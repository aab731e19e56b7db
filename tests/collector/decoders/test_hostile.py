"""Whatever arrives, a decoder gives back something sensible or a DecodeError, and soon."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import fuzz
from benchmarks.mutations import tries
from collector.catalogue import DECODERS, Decoder, guess
from collector.decoding import Decoded, DecodeError, Message
from tests.collector.property import qualified

NAMES = ("device", "kind", "event", "type", "edge", "group", "site", "gateway")
SPOKEN = {
    "kind": ("readings", "events", "status", "batch", "telemetry", "attributes", "connect", "disconnect"),
    "event": ("up", "status", "join", "down/ack"),
    "type": ("NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH", "NCMD"),
    "edge": ("e", "e/d", "e/d/x", ""),
    "device": ("d", "a/availability", "bridge/x", "a/set", ""),
}
FIELDS = st.sampled_from(
    ("values", "ts", "unit", "test", "event", "device", "seq", "object", "history", "timestamp", "uplink_message",
     "decoded_payload", "time", "deviceInfo", "devEui", "batteryLevel", "n", "bn", "t", "bt", "v", "vs", "vb", "vd", "u",
     "bver", "value", "data", "state", "online", "last_seen", "contact", "type", "received_at", "end_device_ids"),
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("0_02")
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | st.text(max_size=6), inner, max_size=6),
    max_leaves=25,
)


def captured(decoder: Decoder) -> st.SearchStrategy[dict[str, str]]:
    names = {name for f in decoder.filters for name in f.names} | {"gateway"}
    given_names = {name: st.sampled_from(SPOKEN.get(name, ("x",))) | st.text(max_size=8) for name in sorted(names)}
    needed = {name for group in decoder.needs for name in group[:1]}
    return st.fixed_dictionaries(
        {name: of for name, of in given_names.items() if name in needed},
        optional={name: of for name, of in given_names.items() if name not in needed},
    )


def decode(decoder: Decoder, payload: bytes, levels: dict[str, str]) -> Decoded | None:
    message = Message(topic="/".join(levels.values()), payload=payload, received=1, source="s", captured=levels)
    try:
        return decoder.decode(message, {})
    except DecodeError:
        return None


def check(decoder: Decoder, payload: bytes, levels: dict[str, str]) -> None:
    decoded = decode(decoder, payload, levels)
    if decoded is not None:
        for signal in decoded.signals:
            assert isinstance(signal.value, bool | str) or abs(signal.value) < 2**63
            assert signal.at is None or isinstance(signal.at, int)
        for reading in qualified(decoded).readings:
            assert abs(reading.value) < float("inf")


@pytest.mark.parametrize("decoder", DECODERS.values(), ids=lambda d: d.name)
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_bytes_and_any_document_are_decoded_or_refused(decoder: Decoder, data: st.DataObject) -> None:
    check(decoder, data.draw(st.binary(max_size=200)), data.draw(captured(decoder)))
    document = data.draw(DOCUMENTS)
    try:
        payload = orjson.dumps(document)
    except TypeError:  # an integer beyond 64 bits, or half a surrogate pair
        payload = repr(document).encode("utf-8", "replace")
    check(decoder, payload, data.draw(captured(decoder)))


@pytest.mark.parametrize("decoder", DECODERS.values(), ids=lambda d: d.name)
def test_changed_examples_are_decoded_or_refused(decoder: Decoder) -> None:
    """A few of what ``python -m benchmarks fuzz`` does by the million."""
    refused = sum(fuzz.feed(decoder, one) for one in tries(decoder, 300, seed=20))
    assert 0 < refused < 300


HOSTILE = [
    b"[" * (50 << 20),
    b"\x00" * (50 << 20),
    b"[" * 200_000,
    b'{"values":' * 200_000,
    b"\x12" * 200_000,
    b'{"values": {"pressure": ' + b"9" * 5_000 + b"}}",
    b'{"values": {"pressure": NaN}}',
    b'{"values": {"pressure": 1e400}}',
    b'\xef\xbb\xbf{"values": {"pressure": 1}}',
    b'"' * 1_000_000,
    b"\\" * 1_000_000,
    b'[{"n":"a","v":' * 30_000,
    b"[" + b"{}," * 300_000 + b"{}]",
    b"\x12\x02\x0a\x00" * 200_000,
]


@pytest.mark.parametrize("decoder", DECODERS.values(), ids=lambda d: d.name)
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_payloads_harm_nothing(decoder: Decoder, number: int) -> None:
    for topic_filter in decoder.filters:
        levels = {name: SPOKEN.get(name, ("x",))[0] for name in topic_filter.names}
        check(decoder, HOSTILE[number], levels)


def test_guessing_a_hostile_payloads_decoder_harms_nothing() -> None:
    for payload in HOSTILE[2:]:
        assert isinstance(guess("a/b/c", payload[:65_536], 1), str)

"""SenML (RFC 8428) in JSON or CBOR, told apart by the first byte: an array of records with base fields.

Times are seconds; below 2^28 they are relative to now (section 4.5.3), and a record without any has no time. Which device it
is comes from the topic when the filter names ``{device}``; where it names ``{gateway}``, the gateway speaks and the names
say for whom: ``urn:dev:ow:10e2073a01080063:temp`` is key ``temp`` of device ``urn:dev:ow:10e2073a01080063``, and
``pump-room/gauge-1/pressure`` is key ``pressure`` of ``pump-room/gauge-1``. A name that has no key of its own takes its unit
as its key. ``vd`` (bytes) and sums (``s``) are left out.
"""

from __future__ import annotations

import re
from typing import Any

from collector import cbor_input, json_input, scalars
from collector.decoding import Decoded, DecodeError, Example, Memory, Message, Signal

NAME = "senml"
FILTERS = ("senml/{device}",)
NEEDS = (("device", "gateway"),)

VERSION = 10
RECORD_LIMIT = 10_000
_RELATIVE = 2**28
"""Times below this are relative to now."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]{0,199}")
_URN = re.compile(r"(urn:dev:[a-z0-9]+:[A-Za-z0-9.\-]+)(?:[:_/](.*))?")
_BASE = {"bn", "bt", "bu", "bv", "bs", "bver"}
_VALUES = ("v", "vs", "vb", "vd")
_LABELS: dict[Any, str] = {
    -1: "bver",
    -2: "bn",
    -3: "bt",
    -4: "bu",
    -5: "bv",
    -6: "bs",
    0: "n",
    1: "u",
    2: "v",
    3: "vs",
    4: "vb",
    5: "s",
    6: "t",
    7: "ut",
    8: "vd",
}
"""CBOR's labels for the fields (RFC 8428, section 6, table 4)."""
_CBOR = frozenset((*range(0x80, 0xA0), 0xD9))
"""First bytes of an array, and of the mark that says that this is CBOR. JSON begins with none of them."""


def decode(message: Message, memory: Memory) -> Decoded:
    """One pack."""
    del memory
    records = resolve(_pack(message), message.received / 1_000)
    own, speaker = message.captured.get("device", ""), message.captured.get("gateway", "")
    found = [(*_device_and_key(record), record) for record in records]
    devices = {device for device, _, _ in found}
    if own and len(devices) > 1:
        raise DecodeError(
            f"n: {len(devices)} devices in one pack of {own!r}; the source's filter must name a gateway's level {{gateway}}",
        )
    signals = [s for device, key, record in found for s in _signals(own or device, key, record, message.received)]
    return Decoded(signals=tuple(signals), speaker=speaker)


def _pack(message: Message) -> list[Any]:
    in_cbor = not _CBOR.isdisjoint(message.payload[:1])
    document = cbor_input.document(message) if in_cbor else json_input.document(message)
    if type(document) is not list:
        raise DecodeError(f"payload: {json_input.kind_of(document)} found; allowed: an array of SenML records")
    if len(document) > RECORD_LIMIT:
        raise DecodeError(f"payload: {len(document)} records; allowed: up to {RECORD_LIMIT}")
    return [_named(record, index) for index, record in enumerate(document)] if in_cbor else document


def _named(record: Any, index: int) -> Any:
    """A record of CBOR with the fields' names for its labels."""
    if type(record) is not dict:
        return record
    named: dict[str, Any] = {}
    for label, value in record.items():
        field = _LABELS.get(label, label) if type(label) in (int, str) else None
        if type(field) is not str or field in named:
            raise DecodeError(
                f"[{index}]: label {label!r:.40} found; allowed: {min(_LABELS)} to {max(_LABELS)}, or text, once"
            )
        named[field] = value
    return named


def resolve(pack: list[Any], now: float) -> list[dict[str, Any]]:
    """Resolved records (RFC 8428, section 4.6): base fields applied, times absolute in seconds, ``now`` where there is none.

    A record without a value only changes the base. Raises ``DecodeError``.
    """
    base: dict[str, Any] = {}
    resolved = []
    for index, record in enumerate(pack):
        if type(record) is not dict:
            raise DecodeError(f"[{index}]: {json_input.kind_of(record)} found; allowed: a SenML record")
        try:
            base.update({field: record[field] for field in _BASE & record.keys()})
            found = _resolve(record, base, now)
        except DecodeError as error:
            raise DecodeError(f"[{index}] {error}") from None
        if found is not None:
            resolved.append(found)
    return resolved


def _resolve(record: dict[str, Any], base: dict[str, Any], now: float) -> dict[str, Any] | None:
    _check(record, base)
    if not any(field in record for field in ("v", "vs", "vb")):
        return None
    time = _number(base, "bt") + _number(record, "t")
    rest = {field: value for field, value in record.items() if field not in _BASE and field not in ("ut", "s")}
    found = {
        **rest,
        "n": _text(base, "bn") + _text(record, "n"),
        "t": round(now + time if time < _RELATIVE else time, 6),
    }
    if "v" in record and record["v"] is not None:
        found["v"] = _number(base, "bv") + _number(record, "v")
    unit = _text(record, "u") or _text(base, "bu")
    if unit:
        found["u"] = unit
    if not _NAME.fullmatch(found["n"]):
        raise DecodeError(
            f"n: {found['n'][:40]!r} is no SenML name; allowed: letters, digits and - : . / _ after a first one"
        )
    return found


def _check(record: dict[str, Any], base: dict[str, Any]) -> None:
    if _number(base, "bver") > VERSION:
        raise DecodeError(f"bver: version {base['bver']}; allowed: up to {VERSION}")
    for field in record:
        if field.endswith("_"):
            raise DecodeError(f"{field[:40]}: a field that must be understood and is not (RFC 8428, section 4.4)")
    if sum(field in record for field in _VALUES) > 1:
        raise DecodeError("v: more than one value in a record; allowed: one of v, vs, vb, vd")


def _number(record: dict[str, Any], field: str) -> float:
    raw = record.get(field, 0)
    if type(raw) not in (int, float):
        raise DecodeError(f"{field}: {json_input.kind_of(raw)} found; allowed: a number")
    scalars.number(raw, field)
    return raw  # type: ignore[no-any-return]


def _text(record: dict[str, Any], field: str) -> str:
    raw = record.get(field, "")
    if type(raw) is not str:
        raise DecodeError(f"{field}: {json_input.kind_of(raw)} found; allowed: text")
    return raw


def _device_and_key(record: dict[str, Any]) -> tuple[str, str]:
    name: str = record["n"]
    bare: str = record.get("u") or "value"
    urn = _URN.fullmatch(name)
    if urn is not None:
        return urn.group(1), urn.group(2) or bare
    device, slash, key = name.rpartition("/")
    return (device, key or bare) if slash else (name, bare)


def _signals(device: str, key: str, record: dict[str, Any], received: int) -> list[Signal]:
    at: int | None = round(record["t"] * 1_000)
    if at == received:
        at = None
    unit = record.get("u", "")
    if "v" in record:
        return [scalars.signal(device, key, record["v"], at, unit)]
    if "vb" in record:
        if type(record["vb"]) is not bool:
            raise DecodeError(f"vb: {json_input.kind_of(record['vb'])} found; allowed: true or false")
        return [Signal(device, key, record["vb"], at, unit)]
    text = _text(record, "vs").strip()
    return [Signal(device, key, text, at, unit)] if 0 < len(text) <= scalars.WORD_LIMIT else []


EXAMPLES = (
    Example(
        what="a base name, a base time, and times relative to it",
        topic="senml/box-3",
        payload=b'[{"bn": "urn:dev:ow:10e2073a0108006:", "bt": 1276020076.001, "bu": "A", "n": "voltage", "u": "V", "v": 120.1},'
        b' {"n": "current", "t": -5, "v": 1.2}, {"n": "open", "vb": false}, {"n": "photo", "vd": "aGkgCg"}]',
        decoded=Decoded(
            signals=(
                Signal("box-3", "voltage", 120.1, 1276020076001, "V"),
                Signal("box-3", "current", 1.2, 1276020071001, "A"),
                Signal("box-3", "open", False, 1276020076001, "A"),
            )
        ),
    ),
    Example(
        what="no time, and a name that is the device alone: the unit is the key",
        topic="senml/box-3",
        payload=b'[{"n": "urn:dev:ow:10e2073a01080063", "v": 23.1, "u": "Cel"}]',
        decoded=Decoded(signals=(Signal("box-3", "Cel", 23.1, None, "Cel"),)),
    ),
    Example(
        what="two devices under a device's topic",
        topic="senml/box-3",
        payload=b'[{"bn": "2001:db8::2/", "n": "temperature", "v": 25.2}, {"bn": "2001:db8::1/", "n": "temperature", "v": 12.3}]',
        refused="{gateway}",
    ),
    Example(
        what="in CBOR: numbers for the fields' names, and a decimal fraction",
        topic="senml/box-3",
        payload=bytes.fromhex(
            "83a621781b75726e3a6465763a6f773a3130653230373361303130383030363a22fb41d303a15b0010622361410067766f6c746167"
            "6501615602fb405e066666666666a200646f70656e04f4a200656c696d697402c48221196ab3"
        ),
        decoded=Decoded(
            signals=(
                Signal("box-3", "voltage", 120.1, 1276020076001, "V"),
                Signal("box-3", "open", False, 1276020076001, "A"),
                Signal("box-3", "limit", 273.15, 1276020076001, "A"),
            )
        ),
    ),
    Example(
        what="CBOR that was cut off",
        topic="senml/box-3",
        payload=bytes.fromhex("81a20061"),
        refused="the CBOR ends too early",
    ),
)

"""GB/T 26875.3-2011: frames of a user information transmission device (用户信息传输装置) behind a fire alarm panel, in bytes.

A frame is ``@@``, serial, version, time, source, target, length, command, data, checksum, ``##``; a message may hold several.
The topic names the device that transmits (``{gateway}``); it speaks for systems (``1-2``: kind and address) and their parts
(``1-2/04030201``: the part's address, in hexadecimal). States (types 1, 2 and 21), measured values (3) and what people did
at the panel (4 and 24) are understood; other types, and frames that send nothing up, say nothing about a point.

Times are local time in China, without an offset; one that cannot be is a clock that was never set, and spoils no alarm. Whether
bit 0 of a state is 1 while all is normal differs between makers, and with some between systems and parts: the options
``test_bit`` and ``part_test_bit`` say which value means test. A point that calls a part's ``fire`` ``smoke`` says so in
sources.toml.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from collector.decoding import Decoded, DecodeError, Example, Memory, Message, Signal

NAME = "gb26875"
FILTERS = ("gb26875/{gateway}",)
NEEDS = (("gateway",),)
OPTIONS = {"test_bit": ("0", "1"), "part_test_bit": ("same", "0", "1")}

CHINA = timezone(timedelta(hours=8))
NEVER_SET = 0
"""An impossible time: the moment of arrival stands in for it, and the reading says so. A fire is never lost for its clock."""
UPLOAD = 2
"""The command with which data are sent up; 1 controls, 3 confirms, 4 asks, 5 answers, 6 refuses."""
ANSWER = 5
SYSTEM: tuple[str, ...] = (
    *("fire", "fault", "shielded", "supervised", "started", "feedback", "delayed", "mains_fault", "battery_fault"),
    *("bus_fault", "manual", "configuration_changed", "reset"),
)
"""Bits 1 to 13 of a system's state."""
PART = ("fire", "fault", "shielded", "supervised", "started", "feedback", "delayed", "power_fault")
DEVICE = ("fire", "fault", "mains_fault", "battery_fault", "link_fault", "line_fault")
"""Bits 1 to 6 of the transmitting device's own state."""
DONE = ("reset", "muted", "manual_alarm", "alarm_cleared", "self_check", "confirmed", "test")
MEASURED: dict[int, tuple[str, float, str]] = {
    1: ("events", 1, "1"),
    2: ("level", 0.01, "m"),
    3: ("temperature", 0.1, "°C"),
    4: ("pressure", 0.1, "MPa"),
    5: ("pressure", 0.1, "kPa"),
    6: ("gas", 0.1, "%LEL"),
    7: ("time", 1, "s"),
    8: ("voltage", 0.1, "V"),
    9: ("current", 0.1, "A"),
    10: ("flow", 0.1, "L/s"),
    11: ("air_flow", 6, "m3/h"),
    12: ("air_speed", 1, "m/s"),
}
"""Kind of value → key, step, unit. Type 4 moves in steps of 0.1 MPa: too coarse for a limit of ±0.1 MPa."""

_HEAD = struct.Struct("<2sHH6s6s6sHB")
_TAIL = 3
_MOST = 200
"""Frames in one message."""


class _TestBits(NamedTuple):
    system: int
    part: int


def decode(message: Message, memory: Memory) -> Decoded:
    """Every frame of the message; one that cannot be used spoils all, since what follows it cannot be trusted."""
    del memory
    gateway = message.captured["gateway"]
    test_bit = _test_bits(message.options)
    if len(message.payload) > message.limit:
        raise DecodeError(f"payload of {len(message.payload)} bytes; allowed: up to {message.limit}")
    signals = [s for data in _frames(message.payload) for s in _signals(data, gateway, test_bit)]
    return Decoded(signals=tuple(signals), speaker=gateway)


def _test_bits(options: Mapping[str, str]) -> _TestBits:
    """The values of bit 0 that mean test, for systems and for parts."""
    system = options.get("test_bit", OPTIONS["test_bit"][0])
    part = options.get("part_test_bit", OPTIONS["part_test_bit"][0])
    return _TestBits(int(system), int(system if part == "same" else part))


def _frames(payload: bytes) -> Iterator[bytes]:
    """The data of each frame that uploads or answers."""
    at = count = 0
    while at < len(payload):
        if len(payload) - at < _HEAD.size:
            raise DecodeError(f"frame at byte {at}: it ends within its head; allowed: 27 bytes and more")
        start, _, _, _, _, _, length, command = _HEAD.unpack_from(payload, at)
        end = at + _HEAD.size + length + _TAIL
        count += 1
        if start != b"@@" or count > _MOST:
            raise DecodeError(f"frame at byte {at}: {start!r} found; allowed: up to {_MOST} frames that begin with @@")
        if len(payload) < end or payload[end - 2 : end] != b"##":
            raise DecodeError(f"frame at byte {at}: no ## where it should end, {length} bytes of data on")
        if sum(payload[at + 2 : end - _TAIL]) & 0xFF != payload[end - _TAIL]:
            raise DecodeError(f"frame at byte {at}: its checksum is wrong; bytes were changed on their way")
        if command in (UPLOAD, ANSWER):
            yield payload[at + _HEAD.size : end - _TAIL]
        at = end


def _signals(data: bytes, gateway: str, test_bit: _TestBits) -> Iterator[Signal]:
    if len(data) < 2:
        return
    kind, count = data[0], data[1]
    if kind not in _KINDS:
        return
    size, read = _KINDS[kind]
    if len(data) != 2 + count * size:
        raise DecodeError(f"type {kind}: {count} objects of {size} bytes announced, {len(data) - 2} bytes found")
    for index in range(count):
        yield from read(data[2 + index * size : 2 + (index + 1) * size], gateway, test_bit)


def _time(raw: bytes) -> int:
    """Second, minute, hour, day, month, year of this century; ``NEVER_SET`` where that is no time."""
    second, minute, hour, day, month, year = raw
    try:
        return int(datetime(2000 + year, month, day, hour, minute, second, tzinfo=CHINA).timestamp()) * 1_000
    except ValueError:
        return NEVER_SET


def _states(device: str, names: tuple[str, ...], bits: int, at: int, test_bit: int) -> Iterator[Signal]:
    test = bits & 1 == test_bit
    for index, name in enumerate(names, 1):
        yield Signal(device, name, bool(bits >> index & 1), at, test=test)


def _system(raw: bytes, gateway: str, test_bit: _TestBits) -> Iterator[Signal]:
    del gateway
    yield from _states(
        f"{raw[0]}-{raw[1]}", SYSTEM, int.from_bytes(raw[2:4], "little"), _time(raw[4:10]), test_bit.system
    )


def _part_name(raw: bytes) -> str:
    return f"{raw[0]}-{raw[1]}/{int.from_bytes(raw[3:7], 'little'):08x}"


def _part(raw: bytes, gateway: str, test_bit: _TestBits) -> Iterator[Signal]:
    del gateway
    yield from _states(_part_name(raw), PART, int.from_bytes(raw[7:9], "little"), _time(raw[40:46]), test_bit.part)


def _measured(raw: bytes, gateway: str, test_bit: _TestBits) -> Iterator[Signal]:
    del gateway, test_bit
    known = MEASURED.get(raw[7])
    if known is not None:
        key, step, unit = known
        value = round(float(int.from_bytes(raw[8:10], "little", signed=True) * step), 3)
        yield Signal(_part_name(raw), key, value, _time(raw[10:16]), unit)


def _done(raw: bytes, gateway: str, test_bit: _TestBits) -> Iterator[Signal]:
    """What somebody did at a system; the operator's number is a person's and is not kept."""
    del gateway, test_bit
    yield from _deeds(f"{raw[0]}-{raw[1]}", raw[2], _time(raw[4:10]))


def _own(raw: bytes, gateway: str, test_bit: _TestBits) -> Iterator[Signal]:
    yield from _states(gateway, DEVICE, raw[0], _time(raw[1:7]), test_bit.system)


def _own_done(raw: bytes, gateway: str, test_bit: _TestBits) -> Iterator[Signal]:
    del test_bit
    yield from _deeds(gateway, raw[0], _time(raw[2:8]))


def _deeds(device: str, bits: int, at: int) -> Iterator[Signal]:
    for index, name in enumerate(DONE):
        if bits >> index & 1:
            yield Signal(device, name, True, at)


_Read = Callable[[bytes, str, _TestBits], Iterator[Signal]]
_KINDS: dict[int, tuple[int, _Read]] = {
    1: (10, _system),
    2: (46, _part),
    3: (16, _measured),
    4: (10, _done),
    21: (7, _own),
    24: (8, _own_done),
}
"""Type of data → bytes of one object, and how it is read."""


def frame(data: bytes, command: int = UPLOAD, at: datetime = datetime(2021, 7, 2, 1, 0, 4, tzinfo=UTC)) -> bytes:
    """A frame as a device would send it, for examples, tests and simulators."""
    time = bytes((at.second, at.minute, at.hour, at.day, at.month, at.year - 2000))
    head = _HEAD.pack(b"@@", 1, 1, time, bytes(6), bytes(6), len(data), command)
    return head + data + bytes([sum(head[2:] + data) & 0xFF]) + b"##"


_AT = 1625187604000
_TIME = bytes.fromhex("040009020715")
_SMOKE_PART = bytes.fromhex("0102 28 01020304 0300") + bytes(31) + _TIME

EXAMPLES = (
    Example(
        what="a smoke detector's fire, in normal operation",
        topic="gb26875/fire-gw-1",
        payload=frame(b"\x02\x01" + _SMOKE_PART),
        decoded=Decoded(
            signals=tuple(Signal("1-2/04030201", name, name == "fire", _AT) for name in PART), speaker="fire-gw-1"
        ),
    ),
    Example(
        what="a panel under test, with a shielded point",
        topic="gb26875/fire-gw-1",
        payload=frame(b"\x01\x01" + bytes.fromhex("0102 0800") + _TIME),
        decoded=Decoded(
            signals=tuple(Signal("1-2", name, name == "shielded", _AT, test=True) for name in SYSTEM),
            speaker="fire-gw-1",
        ),
    ),
    Example(
        what="the same frame from a panel whose first bit means the opposite",
        topic="gb26875/fire-gw-1",
        payload=frame(b"\x01\x01" + bytes.fromhex("0102 0800") + _TIME),
        options={"test_bit": "1"},
        decoded=Decoded(
            signals=tuple(Signal("1-2", name, name == "shielded", _AT) for name in SYSTEM), speaker="fire-gw-1"
        ),
    ),
    Example(
        what="a fire, sent by a device whose clock was never set",
        topic="gb26875/fire-gw-1",
        payload=frame(b"\x01\x01" + bytes.fromhex("0102 0300") + bytes(6)),
        decoded=Decoded(
            signals=tuple(Signal("1-2", name, name == "fire", NEVER_SET) for name in SYSTEM), speaker="fire-gw-1"
        ),
    ),
    Example(
        what="a temperature of a part",
        topic="gb26875/fire-gw-1",
        payload=frame(b"\x03\x01" + bytes.fromhex("0102 28 01020304 03 2003") + _TIME),
        decoded=Decoded(signals=(Signal("1-2/04030201", "temperature", 80.0, _AT, "°C"),), speaker="fire-gw-1"),
    ),
    Example(
        what="somebody reset the panel",
        topic="gb26875/fire-gw-1",
        payload=frame(b"\x04\x01" + bytes.fromhex("0102 01 fa") + _TIME),
        decoded=Decoded(signals=(Signal("1-2", "reset", True, _AT),), speaker="fire-gw-1"),
    ),
    Example(
        what="a confirmation of what was sent down",
        topic="gb26875/fire-gw-1",
        payload=frame(b"", command=3),
        decoded=Decoded(speaker="fire-gw-1"),
    ),
    Example(
        what="a byte was changed on its way",
        topic="gb26875/fire-gw-1",
        payload=frame(b"\x01\x01" + bytes.fromhex("0102 0100") + _TIME)[:-4] + b"\x00\x00##",
        refused="its checksum is wrong",
    ),
)

"""ThingsBoard's MQTT API, as devices and gateways speak it to their platform.

A gateway: ``v1/gateway/telemetry``, ``…/attributes`` (an object by device name), ``…/connect``, ``…/disconnect``.
A device: ``v1/devices/me/telemetry``, ``…/attributes``. ``ts`` is epoch milliseconds; a row without it has no time.
On a shared broker ``me`` says nothing: give each device's topics a prefix, and name that level ``{device}``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from collector import flattening, json_input, scalars
from collector.decoding import Decoded, DecodeError, Example, Memory, Message, Signal, Status

NAME = "thingsboard"
FILTERS = ("v1/gateway/{kind}", "v1/devices/{device}/{kind}")
NEEDS = (("kind",),)

ROW_LIMIT = 10_000


class Row(NamedTuple):
    """Values of one device at one time; ``at`` None where the platform's own clock would stand in."""

    device: str
    at: int | None
    values: dict[str, Any]


def decode(message: Message, memory: Memory) -> Decoded:
    """One message of a device or of a gateway (which is the speaker when the filter names ``{gateway}``)."""
    del memory
    kind = message.captured["kind"]
    speaker = message.captured.get("gateway", "")
    if kind in ("telemetry", "attributes"):
        signals = [s for row in rows(message) for s in flattening.signals(row.device, row.values, row.at)]
        return Decoded(signals=tuple(signals), speaker=speaker)
    if kind in ("connect", "disconnect") and "device" not in message.captured:
        device = json_input.table(message).get("device")
        if type(device) is not str or not device:
            raise DecodeError("device: missing; allowed: the device's name")
        return Decoded(statuses=(Status(device=device, online=kind == "connect", at=None),), speaker=speaker)
    raise DecodeError(
        f"topic: it ends in {kind[:40]!r}; allowed: telemetry, attributes, and a gateway's connect, disconnect"
    )


def rows(message: Message) -> list[Row]:
    """The rows of a telemetry or attributes message. Raises ``DecodeError``."""
    document = json_input.document(message)
    own = message.captured.get("device")
    found = list(_of_device(own, document) if own is not None else _of_gateway(document))
    if len(found) > ROW_LIMIT:
        raise DecodeError(f"payload: {len(found)} rows; allowed: up to {ROW_LIMIT}")
    return found


def _of_gateway(document: Any) -> Iterator[Row]:
    if type(document) is not dict:
        raise DecodeError(f"payload: {json_input.kind_of(document)} found; allowed: an object by device name")
    for device, inner in document.items():
        yield from _of_device(device, inner)


def _of_device(device: str, document: Any) -> Iterator[Row]:
    for index, entry in enumerate(document if type(document) is list else [document]):
        if type(entry) is not dict:
            raise DecodeError(
                f"{device}[{index}]: {json_input.kind_of(entry)} found; allowed: an object of key and value"
            )
        values = entry.get("values")
        if "ts" in entry and type(values) is dict:
            yield Row(device, scalars.instant(entry["ts"], f"{device}[{index}].ts"), values)
        else:
            yield Row(device, None, entry)


EXAMPLES = (
    Example(
        what="a gateway sends two devices",
        topic="v1/gateway/telemetry",
        payload=b'{"Device A": [{"ts": 1483228800000, "values": {"temperature": 42}},'
        b' {"ts": 1483228801000, "values": {"temperature": 43}}],'
        b' "Device B": [{"humidity": 80}]}',
        decoded=Decoded(
            signals=(
                Signal("Device A", "temperature", 42.0, 1483228800000),
                Signal("Device A", "temperature", 43.0, 1483228801000),
                Signal("Device B", "humidity", 80.0, None),
            )
        ),
    ),
    Example(
        what="a device sends for itself",
        topic="v1/devices/boiler-2/telemetry",
        payload=b'{"ts": 1451649600512, "values": {"state": "running", "pressure": "0.612"}}',
        decoded=Decoded(
            signals=(
                Signal("boiler-2", "state", "running", 1451649600512),
                Signal("boiler-2", "pressure", 0.612, 1451649600512),
            )
        ),
    ),
    Example(
        what="a device left its gateway",
        topic="v1/gateway/disconnect",
        payload=b'{"device": "Device A"}',
        decoded=Decoded(statuses=(Status(device="Device A", online=False, at=None),)),
    ),
    Example(
        what="what is sent to a device",
        topic="v1/gateway/rpc",
        payload=b"{}",
        refused="allowed: telemetry",
    ),
)

"""The Things Stack v3 over MQTT: ``v3/<application>/devices/<device>/up``, JSON.

The codec's values are in ``uplink_message.decoded_payload``, or only the frame's bytes in ``frm_payload`` for one of the source's
codecs; the time is the network's ``received_at``. ``join``, ``down/…``, ``service/data`` and ``location/…`` say nothing about a
point and are left out. The device is the topic's device id.
"""

from __future__ import annotations

from typing import Any

from collector import json_input, lorawan, scalars
from collector.decoding import ClaimsAnother, Decoded, DecodeError, Example, Memory, Message, Signal

NAME = "the_things_stack"
FILTERS = ("v3/{application}/devices/{device}/{event#}",)
NEEDS = (("device",), ("event",))
CODECS = True

LEFT_OUT = ("join", "down", "service", "location")


def decode(message: Message, memory: Memory) -> Decoded:
    """One message of one end device."""
    del memory
    event = message.captured["event"]
    if event.split("/")[0] in LEFT_OUT:
        return Decoded()
    if event != "up":
        raise DecodeError(f"topic: event {event[:40]!r}; allowed: up, {', '.join(LEFT_OUT)}")
    found = json_input.table(message)
    uplink = found.get("uplink_message")
    if type(uplink) is not dict:
        raise DecodeError("uplink_message: missing; allowed: an object with decoded_payload")
    signals = _up(message, _device(message, found), uplink, _time(found, uplink))
    return Decoded(signals=tuple(signals), duplicate_key=_identity(found))


def _up(message: Message, device: str, uplink: dict[str, Any], at: int | None) -> list[Signal]:
    versions, field = uplink.get("version_ids"), "decoded_payload"
    model = versions.get("model_id") if type(versions) is dict else None
    frame = lorawan.Frame(device=device, model=model, data=uplink.get("frm_payload"), port=uplink.get("f_port"), at=at)
    return lorawan.signals(device, lorawan.values(message, uplink.get(field), frame, field), at, field)


def _device(message: Message, found: dict[str, Any]) -> str:
    device = message.captured["device"]
    ids = found.get("end_device_ids")
    claimed = ids.get("device_id") if type(ids) is dict else None
    if claimed is not None and claimed != device:
        raise ClaimsAnother(
            f"end_device_ids.device_id: {claimed!r:.40}, but the topic says {device!r}, and the topic decides", claimed
        )
    return device


def _time(found: dict[str, Any], uplink: dict[str, Any]) -> int | None:
    """When the network received the uplink, which is earlier than when the application server passed it on."""
    if uplink.get("received_at") is not None:
        return scalars.instant(uplink["received_at"], "uplink_message.received_at")
    return scalars.instant(found.get("received_at"), "received_at")


def _identity(found: dict[str, Any]) -> str:
    """The application server's own id of this uplink (``as:up:…``), or nothing."""
    ids = found.get("correlation_ids")
    if type(ids) is not list:
        return ""
    return next((i for i in ids if type(i) is str and i.startswith("as:up:") and len(i) <= 64), "")


EXAMPLES = (
    Example(
        what="an uplink with decoded values",
        topic="v3/weather-stations@ttn/devices/dev-eu868-01/up",
        payload=b'{"end_device_ids": {"device_id": "dev-eu868-01"}, "correlation_ids": ["as:up:01HX6YGQ7E0V83YRZ7K4S5J4ZN"],'
        b' "received_at": "2026-05-25T13:42:11.500Z", "uplink_message": {"f_port": 2, "received_at": "2026-05-25T13:42:11.412Z",'
        b' "decoded_payload": {"temperature_c": 29.9, "battery_v": 3.62}}}',
        decoded=Decoded(
            signals=(
                Signal("dev-eu868-01", "temperature_c", 29.9, 1779716531412),
                Signal("dev-eu868-01", "battery_v", 3.62, 1779716531412),
            ),
            duplicate_key="as:up:01HX6YGQ7E0V83YRZ7K4S5J4ZN",
        ),
    ),
    Example(
        what="no payload formatter is set",
        topic="v3/app1/devices/dev1/up",
        payload=b'{"uplink_message": {"frm_payload": "ASsBKAAA"}}',
        refused="payload codec",
    ),
    Example(
        what="a downlink says nothing about a point",
        topic="v3/app1/devices/dev1/down/ack",
        payload=b"{}",
        decoded=Decoded(),
    ),
)

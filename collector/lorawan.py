"""What LoRaWAN codecs put out, whether the network server ran them or we do.

Bytes of a frame are never guessed at: where the network server did not decode them, the source names the codec that does.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import Any

from collector import codec, flattening, scalars
from collector.decoding import DecodeError, Message, Signal
from collector.makers import WORDS

NO_CODEC = (
    "no decoded values: the frame's bytes are still encoded; set the device's payload codec in the network server, "
    "which then publishes {field!r}, or name one under the source's codecs"
)
EVERY_OTHER = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An uplink as the network server passes it on. What it says of itself is not yet checked."""

    device: str
    model: Any
    """The network server's name for its kind: ChirpStack's device profile, The Things Stack's model."""
    data: Any
    """Base64."""
    port: Any
    at: int | None


def values(message: Message, found: Any, frame: Frame, field: str) -> Any:
    """``found`` where the network server decoded; else what the codec for this device makes of the frame's bytes.

    Raises ``DecodeError``, also when the source names no codec for it.
    """
    if type(found) is dict or not message.codecs:
        return found
    by_model = message.codecs.get(frame.model) if type(frame.model) is str else None
    chosen = message.codecs.get(frame.device) or by_model or message.codecs.get(EVERY_OTHER)
    if chosen is None:
        raise DecodeError(NO_CODEC.format(field=field))
    port = frame.port if type(frame.port) is int and 0 <= frame.port <= 255 else 0
    at = message.received if frame.at is None else frame.at
    return codec.run(chosen, _bytes(frame.data), port, at)


def _bytes(data: Any) -> bytes:
    if type(data) is not str:
        raise DecodeError("frame: missing; allowed: its bytes in base64")
    try:
        return binascii.a2b_base64(data, strict_mode=True)
    except ValueError:
        raise DecodeError(f"frame: {data[:40]!r} found; allowed: its bytes in base64") from None


def signals(device: str, found: Any, at: int | None, field: str) -> list[Signal]:
    """Signals of one decoded uplink. Raises ``DecodeError``, also when no codec has run.

    ``history`` (late records, each with its own ``timestamp`` in seconds) keeps its own times.
    """
    if type(found) is not dict:
        raise DecodeError(NO_CODEC.format(field=field))
    test = _is_test(found)
    now = _worded(flattening.signals(device, found, at, test=test, skip=frozenset({"history"})))
    return now + _smoke_of_event(device, found, at, test) + _history(device, found.get("history"), field)


def _worded(signals: list[Signal]) -> list[Signal]:
    """A maker's number for a contact as the word that it means; any other number stays, and is refused by the point."""
    return [
        signal._replace(value=WORDS[signal.key].get(signal.value, signal.value))
        if signal.key in WORDS and type(signal.value) is float
        else signal
        for signal in signals
    ]


def _is_test(found: dict[str, Any]) -> bool:
    """A detector in its self-test says so: GS524N by its ``event``, yobiiq SD-1001 by its button, others by ``test``."""
    event = found.get("event")
    by_word = type(event) is str and event.startswith("testing")
    return by_word or found.get("testButtonPressed") == "Pushed" or found.get("test") is True


def _smoke_of_event(device: str, found: dict[str, Any], at: int | None, test: bool) -> list[Signal]:
    """Milesight GS524N says by one word whether there is smoke: that word as a state of its own, key ``smoke``.

    ``alarm`` and ``silent`` (muted, still smoke) are an alarm, and so is the alarm of a test; ``failover`` is the sensor's
    own fault; ``removed`` says that it no longer watches.
    """
    event = found.get("event")
    if "smoke" in found or type(event) is not str or found.get("type") != "smoke sensor":
        return []
    fault = f"the detector says: {event}" if event in ("failover", "removed") else ""
    alarm = event in ("alarm", "silent") or event.startswith("testing alarm")
    return [Signal(device, "smoke", alarm, at, "", test, fault)]


def _history(device: str, history: Any, field: str) -> list[Signal]:
    if history is None:
        return []
    if type(history) is not list:
        raise DecodeError(f"{field}.history: not an array; allowed: records with timestamp and values")
    late: list[Signal] = []
    for index, record in enumerate(history):
        if type(record) is not dict or type(record.get("timestamp")) not in (int, float):
            raise DecodeError(f"{field}.history[{index}].timestamp: missing; allowed: seconds since 1970")
        at = scalars.epoch_instant(record["timestamp"], f"{field}.history[{index}].timestamp", 1_000)
        late += flattening.signals(device, record, at, skip=frozenset({"timestamp"}))
    return late

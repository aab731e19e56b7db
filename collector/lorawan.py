"""What LoRaWAN codecs put out, whichever network server ran them.

The network server must run the codec: bytes of a frame are never guessed at here.
"""

from __future__ import annotations

from typing import Any

from collector import flattening, scalars
from collector.decoding import DecodeError, Signal

NO_CODEC = (
    "no decoded values: the frame's bytes are still encoded; set the device's payload codec in the network server, "
    "which then publishes {field!r}"
)


def signals(device: str, found: Any, at: int | None, field: str) -> list[Signal]:
    """Signals of one decoded uplink. Raises ``DecodeError``, also when no codec has run.

    ``history`` (late records, each with its own ``timestamp`` in seconds) keeps its own times.
    """
    if type(found) is not dict:
        raise DecodeError(NO_CODEC.format(field=field))
    test = _is_test(found)
    now = flattening.signals(device, found, at, test=test, skip=frozenset({"history"}))
    return now + _smoke_of_event(device, found, at, test) + _history(device, found.get("history"), field)


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

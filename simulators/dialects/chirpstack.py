"""ChirpStack v4 ``up`` events: values decoded by the device profile's codec in ``object``."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import orjson

from facility.instant import iso
from simulators.spoken import Address, Spoken, Value

APPLICATION = "1f9c6a3e-5d0b-4c55-9d53-6a0f0d3a7b21"
"""Any application id will do; a network server makes one up too."""
WORDS = {"smokeAlarm": ("Normal", "Alarm"), "leakage_status": ("normal", "leak")}
"""How makers name a state in their codec's output: yobiiq SD1001, Milesight EM300-SLD."""


def wire(spoken: Spoken, address: Address) -> tuple[str, bytes] | None:
    """One uplink; the address' name is the DevEUI. Whether a sleeping device is there, its network server does not know."""
    if spoken.online is not None:
        return None
    name, seq = address.name, address.seq
    up: dict[str, Any] = {
        "deduplicationId": _deduplication(name, seq),
        "time": iso(spoken.at).replace("Z", "+00:00"),
        "deviceInfo": {"applicationId": APPLICATION, "deviceName": spoken.device, "devEui": name},
        "fCnt": seq,
        "fPort": 2,
        "object": _decoded(spoken),
        "rxInfo": [{"gatewayId": "24e124fffef79114", "rssi": -61 - seq % 9, "snr": 9.5}],
    }
    return f"application/{APPLICATION}/device/{name}/event/up", orjson.dumps(up)


def _decoded(spoken: Spoken) -> dict[str, Value]:
    """What the codec puts out, with the maker's own words; where a key is none of these, ``test`` says that it is one."""
    said = {key: WORDS[key][bool(value)] if key in WORDS else value for key, value in spoken.values.items()}
    if "smokeAlarm" in said:
        return said | {"testButtonPressed": "Pushed" if spoken.test else "Normal"}
    return said | ({"test": True} if spoken.test else {})


def _deduplication(name: str, seq: int) -> str:
    """As unique as the server's, and the same for the same uplink."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"{name}/{seq}".encode()).digest()[:16], version=4))

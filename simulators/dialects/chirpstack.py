"""ChirpStack v4 ``up`` events: values decoded by the device profile's codec in ``object``."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import orjson

from facility.instant import iso
from simulators.spoken import Address, Spoken

APPLICATION = "1f9c6a3e-5d0b-4c55-9d53-6a0f0d3a7b21"
"""Any application id will do; a network server makes one up too."""


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
        "object": dict(spoken.values) | ({"test": True} if spoken.test else {}),
        "rxInfo": [{"gatewayId": "24e124fffef79114", "rssi": -61 - seq % 9, "snr": 9.5}],
    }
    return f"application/{APPLICATION}/device/{name}/event/up", orjson.dumps(up)


def _deduplication(name: str, seq: int) -> str:
    """As unique as the server's, and the same for the same uplink."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"{name}/{seq}".encode()).digest()[:16], version=4))

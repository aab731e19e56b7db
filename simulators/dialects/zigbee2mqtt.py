"""``zigbee2mqtt/<friendly name>``: values bare, the test flag among them, ``last_seen`` as the bridge can be told to add."""

from __future__ import annotations

import orjson

from facility.instant import iso
from simulators.spoken import Address, Spoken, Value


def wire(spoken: Spoken, address: Address) -> tuple[str, bytes]:
    """The whole state of the device, as the bridge repeats it with every change; its availability, retained."""
    topic = f"zigbee2mqtt/{address.name}"
    if spoken.online is not None:
        return f"{topic}/availability", orjson.dumps({"state": "online" if spoken.online else "offline"})
    state: dict[str, Value] = dict(spoken.values)
    state |= {"test": spoken.test, "linkquality": 90 + address.seq * 7 % 60}
    return topic, orjson.dumps(state | {"last_seen": iso(spoken.at)})

"""``dutyroom/v1/<site>/<device>/readings|events|status``, and a gateway's batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone
from typing import Any

import orjson

from facility.instant import iso
from simulators.spoken import Address, Spoken

_CHINA = timezone(timedelta(hours=8))
"""What the clocks of the simulated devices show; an offset is part of each time stamp."""


def wire(spoken: Spoken, address: Address) -> tuple[str, bytes]:
    """One device for itself. Its offline status the broker would publish as its last will."""
    topic = f"dutyroom/v1/{address.site}/{address.name}"
    if spoken.online is not None:
        return f"{topic}/status", orjson.dumps({"ts": iso(spoken.at, _CHINA), "online": spoken.online})
    return f"{topic}/{'events' if spoken.event else 'readings'}", orjson.dumps(entry(spoken, seq=address.seq))


def batch(entries: Sequence[dict[str, Any]], address: Address) -> tuple[str, bytes]:
    """A gateway for others: ``entries`` carry their device."""
    return f"dutyroom/v1/{address.site}/{address.name}/batch", orjson.dumps(entries)


def entry(spoken: Spoken, *, seq: int, device: str = "") -> dict[str, Any]:
    """One object of the native payload. Values go with ISO 8601, events with epoch milliseconds: both are allowed."""
    said: dict[str, Any] = {"device": device} if device else {}
    if spoken.event:
        said |= {"ts": spoken.at, "event": spoken.event}
        named = {name: getattr(spoken, name) for name in ("credential", "direction", "tag", "guard")}
        said |= {name: text for name, text in named.items() if text}
    else:
        said |= {"ts": iso(spoken.at, _CHINA), "values": dict(spoken.values)}
    said["seq"] = seq
    return said | ({"test": True} if spoken.test else {})

"""The way of a device's words: its clock, its connection, and the gateway that collects them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from facility.instant import SECOND
from facility.point import Device
from simulators.devices.model import DURATION, Kinds, read_parameters
from simulators.dialects import Dialect, native
from simulators.spoken import Address, Message, Spoken

COLLECT = 5 * SECOND
"""A gateway sends what it has this often; what is urgent goes at once."""
BATCH = 500
"""Objects in one message of a gateway's backlog."""
BETWEEN_BATCHES = SECOND
NEVER = 10**18


@dataclass(slots=True, kw_only=True)
class Line:
    """One device's own clock and connection. ``offset`` is how far its clock is ahead, ms."""

    device: Device
    site: str
    dialect: Dialect
    offset: int = 0
    silent: bool = False
    seq: int = 0

    can: ClassVar[Mapping[str, Kinds]] = {
        "fall-silent": {},
        "speak-again": {},
        "clock-ahead": {"by": DURATION},
        "clock-behind": {"by": DURATION},
        "clock-right": {},
    }

    @property
    def address(self) -> Address:
        """Who speaks, as the wire names it."""
        return Address(self.site, self.device.external_id or self.device.id, self.seq)

    def say(self, spoken: Spoken, now: int) -> Iterator[Message]:
        """On the wire, unless it is silent."""
        if not self.silent:
            self.seq += 1
            said = self.dialect(replace(spoken, at=spoken.at + self.offset), self.address)
            if said:
                yield Message(now, *said)

    def status(self, *, online: bool, now: int) -> Iterator[Message]:
        """The retained message that says whether it is there."""
        said = self.dialect(Spoken(device=self.device.id, at=now + self.offset, online=online), self.address)
        if said:
            yield Message(now, *said, retain=True)

    def happen(self, what: str, given: Mapping[str, object], now: int) -> Iterator[Message]:
        """A scenario's step. Raises ``CannotHappen``."""
        parameters = read_parameters(self.can, what, given)
        yield from self._happen(what, parameters, now)

    def _happen(self, what: str, parameters: Mapping[str, float], now: int) -> Iterator[Message]:
        match what:
            case "fall-silent" | "speak-again":
                self.silent = what == "fall-silent"
                if not self.device.gateway:
                    # Behind a gateway it has no connection that anybody could see break.
                    yield from self.status(online=not self.silent, now=now)
            case "clock-ahead":
                self.offset = round(parameters["by"])
            case "clock-behind":
                self.offset = -round(parameters["by"])
            case _:
                self.offset = 0


@dataclass(slots=True, kw_only=True)
class GatewayLine(Line):
    """A native gateway. While it is offline it keeps what its devices say, and sends the backlog in batches later."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    due: int = NEVER
    offline: bool = False

    can: ClassVar[Mapping[str, Kinds]] = {**Line.can, "go-offline": {}, "come-back": {}}

    def collect(self, spoken: Spoken, line: Line, now: int) -> None:
        """Keep one utterance of a device behind it, with the time that the two clocks give it."""
        if line.silent or self.silent:
            return
        line.seq += 1
        moved = replace(spoken, at=spoken.at + line.offset + self.offset)
        self.kept.append(native.entry(moved, seq=line.seq, device=line.address.name))
        if not self.offline:
            self.due = min(self.due, now if spoken.urgent else now + COLLECT)

    def step(self, now: int) -> Iterator[Message]:
        """Send a batch; the rest of a backlog follows shortly."""
        batch, self.kept = self.kept[:BATCH], self.kept[BATCH:]
        self.due = now + BETWEEN_BATCHES if self.kept else NEVER
        if batch:
            yield Message(now, *native.batch(batch, self.address))

    def _happen(self, what: str, parameters: Mapping[str, float], now: int) -> Iterator[Message]:
        if what not in ("go-offline", "come-back"):
            yield from Line._happen(self, what, parameters, now)
            return
        self.offline = what == "go-offline"
        self.due = NEVER if self.offline else now
        yield from self.status(online=not self.offline, now=now)

"""Signals and the register → readings, passages and scans, with the quality decided once and for all.

What comes first wins: the device's own fault or a broken loop (SENSOR_FAULT), stale, out of range, calibration expired,
a bad clock, no clock. Whatever cannot be a value of its point at all is refused, with the field and what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import partial

from collector.conduct import Claim
from collector.decoding import Decoded, Event, Signal, Status
from collector.instrument import Instrument, instrument, loop_is_broken
from collector.sources import Source
from facility.instant import MINUTE, SECOND
from facility.point import Device, Point
from facility.pseudonym import pseudonym
from facility.quality import Quality
from facility.reading import Passage, Reading, Scan
from facility.register import Register
from facility.units import UnitError, convert

EARLIEST = 946_684_800_000
"""2000-01-01T00:00:00Z. A device whose clock says less has lost its battery."""
AHEAD = 5 * MINUTE
"""How far a device's clock may be ahead of ours."""
NAME_LIMIT = 200
"""Characters of a device's or a key's name that is worth showing to a person."""
_APART = SECOND

GOOD, STAMPED, BAD_CLOCK, OUT_OF_RANGE = Quality.GOOD, Quality.STAMPED, Quality.BAD_CLOCK, Quality.OUT_OF_RANGE
STALE, SENSOR_FAULT, UNCALIBRATED = Quality.STALE, Quality.SENSOR_FAULT, Quality.UNCALIBRATED

EVENT_KEYS = {
    "granted": ("entry", "granted"),
    "denied": ("entry", "denied"),
    "duress": ("entry", "granted"),  # the door opens as always, and the passage alone says why
    "open": ("state", "open"),
    "opened": ("state", "open"),
    "closed": ("state", "closed"),
    "close": ("state", "closed"),
    "held": ("state", "held"),
    "forced": ("state", "forced"),
    "scan": ("scan", "scanned"),
}
"""Event → the key of the state point that shows it, and that state's word. Any other event is its own key, and true."""


Direct = tuple[str, float, float, float]
"""A point, its range, and when its calibration ends."""


@dataclass(slots=True)
class Qualified:
    """What one message, or many, came to."""

    readings: list[Reading] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    unclaimed: dict[tuple[str, str], None] = field(default_factory=dict)
    """(external id, key) of what is not in the register; the key is empty when the device is not."""
    refused: dict[str, int] = field(default_factory=dict)
    """Reason → how often."""
    claims: list[Claim] = field(default_factory=list)
    """Who spoke for whom without leave; each is refused too."""

    def refuse(self, reason: str) -> None:
        """Count one part that cannot be used."""
        self.refused[reason] = self.refused.get(reason, 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How and when a message came."""

    source: Source
    arrived: int
    """When it reached us: what stands in for a missing or impossible time."""
    received: int
    """The collector's own order; never decreasing."""
    retained: bool = False
    """Kept by the broker from earlier: without a time of its own it is news of unknown age."""

    @property
    def latest(self) -> int:
        """What a device's clock may say. ``received`` remembers when our own clock is set back: then devices are not wrong."""
        return max(self.arrived, self.received) + AHEAD


class Qualifier:
    """Knows the register and the site's key. Not thread-safe; reads no clock.

    It remembers one thing between messages: the time last stamped on each point by us, so that two messages without a time
    that arrive in the same millisecond stay two readings.
    """

    def __init__(self, register: Register, key: bytes) -> None:
        self._pseudonym: Callable[[str, str], str] = partial(pseudonym, key)
        self._stamped: dict[str, int] = {}
        self.hushed: frozenset[str] = frozenset()
        """Duress cards, by pseudonym: a refusal of theirs is in the passage alone, for rules on readings speak aloud."""
        self.use(register)

    def use(self, register: Register) -> None:
        """Go on with another register."""
        self._register = register
        self._instruments: dict[tuple[str, str, str], Instrument] = {}
        self.direct: dict[tuple[str, str], dict[str, Direct]] = {}
        self._points_of: dict[str, list[Point]] = {}
        for point in register.points.values():
            self._points_of.setdefault(point.device, []).append(point)
        self._loops = {(p.device, p.loop) for p in register.points.values() if p.loop}

    def learn_direct(self, source: Source, external_id: str, key: str) -> Direct | None:
        """What there is to know of a key whose numbers only need their range checked; None for any other. Kept in ``direct``."""
        known = self._instrument(source, external_id, key)
        if not isinstance(known, Instrument) or not known.direct:
            return None
        found = known.point, known.low, known.high, known.due
        self.direct.setdefault((source.name, external_id), {})[key] = found
        return found

    def qualify(self, decoded: Decoded, arrival: Arrival) -> Qualified:
        """Everything that the message says, as far as it may."""
        found = Qualified()
        for reason in decoded.refused:
            found.refuse(reason)
        if decoded.speaker:
            decoded = self._only_its_own(decoded, arrival.source, found)
        if decoded.signals:
            self._signals(decoded.signals, arrival, found)
        forced = {event.credential for event in decoded.events if event.name == "duress"} - {""}
        for event in decoded.events:
            self._event(event, arrival, found, forced)
        for status in decoded.statuses:
            self._status(status, arrival, found)
        return found

    # --- who ------------------------------------------------------------------------------------------------------

    def device(self, source: Source, external_id: str) -> Device | None:
        """The register's device behind what the source calls it: by the register first, then by sources.toml."""
        known = self._register.device_by_external.get((source.name, external_id))
        return known or self._register.devices.get(source.devices.get(external_id, ""))

    def _only_its_own(self, decoded: Decoded, source: Source, found: Qualified) -> Decoded:
        """What the speaker may say. A gateway speaks only for devices whose register entry names it."""
        speaker = self.device(source, decoded.speaker)
        gateway = speaker.id if speaker else decoded.speaker
        spoken_of = {s.device for s in decoded.signals} | {e.device for e in decoded.events}
        spoken_of |= {s.device for s in decoded.statuses}
        barred = {name for name in spoken_of if not self._may_speak(gateway, self.device(source, name))}
        if not barred:
            return decoded
        for name in sorted(barred):
            found.claims.append(Claim(source.name, decoded.speaker, name[:NAME_LIMIT]))
            found.refuse(
                f"device {name!r}: {decoded.speaker!r} may not speak for it; its register entry must name it as gateway"
            )
        return Decoded(
            signals=tuple(s for s in decoded.signals if s.device not in barred),
            events=tuple(e for e in decoded.events if e.device not in barred),
            statuses=tuple(s for s in decoded.statuses if s.device not in barred),
        )

    def may_speak(self, source: Source, claim: Claim) -> bool:
        """Whether the register says by now that it is the claimed one's gateway."""
        speaker, claimed = self.device(source, claim.speaker), self.device(source, claim.claimed)
        return claimed is not None and self._may_speak(speaker.id if speaker else claim.speaker, claimed)

    @staticmethod
    def _may_speak(gateway: str, device: Device | None) -> bool:
        """A device that nobody knows is unclaimed rather than refused."""
        return device is None or gateway in (device.id, device.gateway)

    # --- values ---------------------------------------------------------------------------------------------------

    def _signals(self, signals: tuple[Signal, ...], arrival: Arrival, found: Qualified) -> None:
        """Written out rather than split up: it runs for each of hundreds of thousands of values a second."""
        source, received, latest = arrival.source, arrival.received, arrival.latest
        name, instruments, add = source.name, self._instruments, found.readings.append
        loops: dict[tuple[str, str, int | None], Signal] = {}
        for signal in signals:
            device, key, value, at, unit, test, fault, stale = signal
            known: Instrument | str | None = instruments.get((name, device, key))
            if known is None:
                known = self._find(source, device, key)
            if type(known) is not Instrument:
                self._no_instrument(known, signal, source, found)
            elif (
                known.direct
                and type(value) is float
                and at is not None
                and EARLIEST <= at <= latest
                and at < known.due
                and not (unit or fault or stale)
            ):
                quality = GOOD if known.low <= value <= known.high else OUT_OF_RANGE
                add(Reading(known.point, at, value, quality, test, received))
            else:
                if known.loop and not loops:
                    loops = {(s.device, s.key, s.at): s for s in signals}
                self._with_care(known, signal, loops.get((device, known.loop, at)), arrival, found)

    def knows(self, source: Source, external_id: str, key: str) -> bool:
        """Whether what a device says under ``key`` has its point, or is left out on purpose."""
        return self._instrument(source, external_id, key) is not None

    def _find(self, source: Source, external_id: str, key: str) -> Instrument | str | None:
        """The instrument; "" for what is known and left out; a reason; None for what nobody claimed."""
        known = self._instrument(source, external_id, key)
        if isinstance(known, Instrument):  # what anybody can make up is not remembered
            self._instruments[source.name, external_id, key] = known
        return known

    def _instrument(self, source: Source, external_id: str, key: str) -> Instrument | str | None:
        device = self.device(source, external_id)
        if device is None:
            return None
        meaning = source.meaning(key, device.model)
        point = self._register.point_by_key.get((device.id, meaning.name))
        if point is None:
            left_out = (
                key in source.ignore or (device.id, key) in self._loops or (device.id, meaning.name) in self._loops
            )
            return "" if left_out else None
        try:
            return instrument(point, meaning.unit, meaning.scale, meaning.words)
        except UnitError as error:
            return str(error)

    def _no_instrument(self, known: Instrument | str | None, signal: Signal, source: Source, found: Qualified) -> None:
        if known is None and max(len(signal.device), len(signal.key)) > NAME_LIMIT:
            found.refuse(
                f"{signal.device[:40]}: {signal.key[:40]}: a name too long; allowed: up to {NAME_LIMIT} characters"
            )
        elif known is None:
            strange = self.device(source, signal.device) is None
            found.unclaimed[signal.device, "" if strange else signal.key] = None
        elif known:
            found.refuse(str(known))

    def _with_care(
        self, known: Instrument, signal: Signal, loop: Signal | None, arrival: Arrival, found: Qualified
    ) -> None:
        """Everything that is not the plain case."""
        try:
            value, quality = self._value(known, signal)
            if loop is not None and quality is not SENSOR_FAULT and self._loop_is_broken(loop, arrival.source):
                quality = SENSOR_FAULT
        except UnitError as error:
            found.refuse(f"{signal.device}: {signal.key}: {error}")
            return
        at, clock = self._time(known.point, signal.at, arrival)
        if (signal.stale or clock is STALE) and quality is not SENSOR_FAULT:
            quality = STALE
        if quality is GOOD:
            quality = UNCALIBRATED if at >= known.due else clock
        found.readings.append(Reading(known.point, at, value, quality, signal.test, arrival.received))

    @staticmethod
    def _value(known: Instrument, signal: Signal) -> tuple[float, Quality]:
        if not signal.fault:
            return known.value(signal.value, signal.unit)
        try:
            return known.value(signal.value, signal.unit)[0], SENSOR_FAULT
        except UnitError:
            return 0.0, SENSOR_FAULT

    def _loop_is_broken(self, loop: Signal, source: Source) -> bool:
        """Whether the current behind a value says that the value means nothing: 0 mA is a broken wire, never 0 MPa."""
        if loop.fault or isinstance(loop.value, bool | str):
            return True
        device = self.device(source, loop.device)
        meaning = source.meaning(loop.key, device.model if device else "")
        unit = loop.unit or meaning.unit or "mA"
        return loop_is_broken(convert(loop.value * meaning.scale, unit, "mA", "loop_current"))

    # --- when -----------------------------------------------------------------------------------------------------

    def _time(self, point: str, at: int | None, arrival: Arrival) -> tuple[int, Quality]:
        """Event time and what the clock alone makes of it."""
        if at is None:
            return self._stamp(point, arrival.arrived), STALE if arrival.retained else STAMPED
        if EARLIEST <= at <= arrival.latest:
            return at, GOOD
        return self._stamp(point, arrival.arrived), BAD_CLOCK

    def _stamp(self, point: str, arrived: int) -> int:
        """Our time, one millisecond on where this point has it already; no further on than a second."""
        last = self._stamped.get(point, 0)
        at = last + 1 if arrived <= last < arrived + _APART else arrived
        self._stamped[point] = at
        return at

    # --- events and statuses --------------------------------------------------------------------------------------

    def _event(self, event: Event, arrival: Arrival, found: Qualified, forced: Container[str] = ()) -> None:
        """A passage or scan, and a reading on the state point that shows it."""
        if arrival.retained and event.at is None:
            return
        quietly = event.name == "denied" and self._is_forced(event, forced)
        key, word = EVENT_KEYS["duress"] if quietly else EVENT_KEYS.get(event.name, (event.name, True))
        known = self._find(arrival.source, event.device, key)
        signal = Signal(event.device, key, word, event.at, "", event.test)
        if type(known) is not Instrument:
            self._no_instrument(known, signal, arrival.source, found)
            return
        before = len(found.readings)
        self._with_care(known, signal, None, arrival, found)
        if len(found.readings) == before:
            return
        self._keep(event, known.point, found.readings[-1].at, arrival.received, found)

    def _is_forced(self, event: Event, forced: Container[str]) -> bool:
        """By the reader's word about this card, or because the permissions know it."""
        return event.credential in forced or (
            bool(self.hushed and event.credential) and self._pseudonym("card", event.credential) in self.hushed
        )

    def _keep(self, event: Event, point: str, at: int, received: int, found: Qualified) -> None:
        hide = self._pseudonym
        if event.name == "scan":
            tag, guard = hide("tag", event.tag), hide("guard", event.guard)
            found.scans.append(Scan(point=point, at=at, tag=tag, guard=guard, seq=event.seq, received=received))
            return
        found.passages.append(
            Passage(
                point=point,
                at=at,
                event=event.name,
                credential=hide("card", event.credential),
                direction=event.direction,
                seq=event.seq,
                test=event.test,
                received=received,
            ),
        )

    def _status(self, status: Status, arrival: Arrival, found: Qualified) -> None:
        """A device that is said to be offline makes each of its points stale now, so that nobody waits for the silence.

        The time is ours: a last will was written when the device connected. The value of such a reading is 0 and means
        nothing. That a device is online says nothing about its points.
        """
        device = self.device(arrival.source, status.device)
        if device is None:
            found.unclaimed[status.device, ""] = None
            return
        if status.online:
            return
        for point in self._points_of.get(device.id, []):
            at = self._stamp(point.id, arrival.arrived)
            found.readings.append(Reading(point.id, at, 0.0, STALE, False, arrival.received))

"""What sensors say of a duty's being done: answers to its checklist, with the points and instants that they rest on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from facility.duty import Duty, Evidence, EvidenceKind
from facility.instant import MINUTE, to_datetime
from facility.instrument import Instrument
from facility.point import Point
from facility.quality import EVIDENCE, TRUE_BUT_UNTIMELY
from facility.reading import Reading
from facility.register import Register
from facility.test_mode import LIFE_SAFETY, TestMode, is_signal
from facility.units import convert
from inspections.draft import Answer
from inspections.judging import SIGNED

Read = Callable[[str, int, int], Sequence[Reading]]
"""(point, start, end) → its readings with start <= at < end, oldest first."""
Told = dict[str, dict[str, object]]
"""Word of the duty's file → the fields of an answer; none where it could not be told."""
_AUTOMATIC = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen, once."""

    at: int
    """When it was done."""
    answers: tuple[Answer, ...]
    sensors: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which a state held."""

    since: int
    until: int | None
    """None: it still did at the last reading."""


def seen(
    duty: Duty,
    asset: str,
    register: Register,
    *,
    read: Read,
    span: tuple[int, int],
    tests: Sequence[TestMode] = (),
    since: int = 0,
) -> Seen | None:
    """What sensors of that asset said within ``span``; None where they said nothing of it.

    ``tests`` are those in whose time a signal is a test; a reading that is marked as one needs none. What began before
    ``since`` is looked at and does not count.
    """
    evidence = duty.evidence
    if evidence is None or not asset:
        return None
    look = _Look(evidence=evidence, asset=asset, register=register, read=read, span=span, tests=tests, since=since)
    match evidence.kind:
        case EvidenceKind.TEST_SIGNAL:
            return look.test_signal()
        case EvidenceKind.PUMP_START:
            return look.pump_start()
        case EvidenceKind.DISCHARGE:
            return look.discharge()
        case EvidenceKind.MEASURED:
            return look.measured()


def instruments_for(register: Register, asset: str, duty: Duty) -> dict[str, Instrument]:
    """The register's, and where a duty takes what an instrument sends: the asset's own points, by their calibration."""
    evidence = duty.evidence
    if evidence is None or evidence.kind is not EvidenceKind.MEASURED:
        return register.instruments
    kinds = {check.instrument for check in duty.checks if check.instrument}
    points = _points(register, asset, evidence.quantity)
    own = {
        one.id: Instrument(id=one.id, kind=kind, name=one.name, calibration_due=one.calibration_due)
        for one in points
        for kind in kinds
    }
    return register.instruments | own


def stretches(readings: Iterable[Reading], value: float) -> list[Stretch]:
    """When a state held, by its good readings."""
    found: list[Stretch] = []
    since: int | None = None
    for one in readings:
        if one.quality not in TRUE_BUT_UNTIMELY:
            continue
        holds = round(one.value) == value
        if holds and since is None:
            since = one.at
        elif not holds and since is not None:
            found.append(Stretch(since=since, until=one.at))
            since = None
    return found if since is None else [*found, Stretch(since=since, until=None)]


def _points(register: Register, asset: str, *quantities: str) -> list[Point]:
    return [one for one in register.points.values() if one.asset == asset and one.quantity in quantities]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One look at one asset."""

    evidence: Evidence
    asset: str
    register: Register
    read: Read
    span: tuple[int, int]
    tests: Sequence[TestMode]
    since: int

    def test_signal(self) -> Seen | None:
        """The first signal that came as a test."""
        quantities = (self.evidence.quantity,) if self.evidence.quantity else LIFE_SAFETY
        for point in _points(self.register, self.asset, *quantities):
            readings = self._all(point)
            first = next((one for one in readings if self._is_test(one, point)), None)
            if first is None:
                continue
            cleared = any(one.at > first.at and round(one.value) == 0 for one in readings)
            told: Told = {"pass": _pass(), "cleared": _pass() if cleared else {}, "person": {"choice": SIGNED}}
            return self._seen(first.at, told, ((point.id, first.at),))
        return None

    def _is_test(self, one: Reading, point: Point) -> bool:
        return is_signal(one, point.quantity) and self._in_test(one, point)

    def _in_test(self, one: Reading, point: Point) -> bool:
        if one.at < self.since:
            return False
        return one.test or any(mode.in_force(one.at) and mode.covers(point.id, self.register) for mode in self.tests)

    def pump_start(self) -> Seen | None:
        """Its starts, and the pressures while it ran; done when it stopped, or at its start while it runs."""
        for point in _points(self.register, self.asset, self.evidence.quantity or "running"):
            readings = self._all(point)
            runs = [
                run
                for run in stretches(readings, 1.0)
                if run.since >= self.since and _was_seen_before(readings, run.since)
            ]
            if not runs:
                continue
            first, last = runs[0], runs[-1]
            trace = self._trace([(run.since, run.until or self.span[1]) for run in runs])
            told: Told = {
                "pass": _pass(),
                "automatic": _pass() if self._mode(first.since) == _AUTOMATIC else {},
                "starts": {"value": float(len(runs))},
                "pressure-min": _number(trace.low),
                "pressure-max": _number(trace.high),
                "person": {"choice": SIGNED},
            }
            remark = self._told_run(first, len(runs), trace)
            sensors = (*((point.id, run.since) for run in runs), *trace.points)
            return self._seen(last.until or last.since, told, sensors, remark)
        return None

    def _mode(self, at: int) -> float | None:
        """How it was controlled when it started: the last word before."""
        for point in _points(self.register, self.asset, "control_mode"):
            known = [
                one for one in self.read(point.id, at - 24 * 60 * MINUTE, at + 1) if one.quality in TRUE_BUT_UNTIMELY
            ]
            return float(round(known[-1].value)) if known else None
        return None

    def _trace(self, runs: list[tuple[int, int]]) -> _Trace:
        """Of the gauge that the duty names, the pump's own, or the only one in its room; several are told, none is its own."""
        own = _points(self.register, self.asset, "pressure")
        asset = self.register.assets.get(self.asset)
        room = [
            one
            for one in self.register.points.values()
            if one.quantity == "pressure"
            and asset is not None
            and (there := self.register.assets.get(one.asset)) is not None
            and there.zone == asset.zone
        ]
        named = self.register.points.get(dict(self.evidence.gauges).get(self.asset, ""))
        gauges = [named] if named is not None else own or room
        found = [(gauge, lowest) for gauge in gauges if (lowest := self._pressures(gauge, runs))]
        single = found[0] if len(found) == 1 else None
        return _Trace(
            low=_mpa(single[0], min(single[1])) if single else None,
            high=_mpa(single[0], max(single[1])) if single else None,
            points=tuple((gauge.id, runs[0][0]) for gauge, _ in found),
            told=tuple(f"{gauge.id} {min(values):g}–{max(values):g} {gauge.unit}" for gauge, values in found),
        )

    def _pressures(self, gauge: Point, runs: list[tuple[int, int]]) -> list[float]:
        return [
            one.value
            for since, until in runs
            for one in self.read(gauge.id, since, until + 1)
            if one.quality in EVIDENCE
        ]

    def _told_run(self, first: Stretch, runs: int, trace: _Trace) -> str:
        zone = self.register.time_zone
        until = f"–{_clock(first.until, zone)}" if first.until is not None else "–"
        return " · ".join((f"{runs} × {_clock(first.since, zone)}{until}", *trace.told))

    def discharge(self) -> Seen | None:
        """From the loss of its mains to its going out: so many minutes it was lit."""
        mains, lit = (_points(self.register, self.asset, one) for one in ("mains", self.evidence.quantity or "switch"))
        for supply, lamp in zip(mains, lit, strict=False):
            for out in stretches(self._all(supply), 0.0):
                span = self._lit(lamp, out)
                if span is None or out.since < self.since:
                    continue
                minutes, end = span
                told: Told = {
                    "minutes": {"value": minutes},
                    "charging": _pass() if out.until is not None else {},
                    "person": {"choice": SIGNED},
                }
                return self._seen(end, told, ((supply.id, out.since), (lamp.id, end)))
        return None

    def _lit(self, lamp: Point, out: Stretch) -> tuple[float, int] | None:
        """(minutes, end); None while it still burns in the dark: nobody knows yet how long it lasts."""
        readings = self._all(lamp)
        for burning in stretches(readings, 1.0):
            if burning.until is not None and burning.until < out.since:
                continue
            ends = [end for end in (burning.until, out.until) if end is not None]
            if not ends or burning.since > min(ends):
                return None
            begun = max(out.since, burning.since) if burning.since > out.since else out.since
            return round((min(ends) - begun) / MINUTE, 1), min(ends)
        return None

    def measured(self) -> Seen | None:
        """The newest value of each of its points that came during a test: one circuit a point."""
        newest: list[tuple[Point, Reading]] = []
        for point in _points(self.register, self.asset, self.evidence.quantity):
            good = [one for one in self._all(point) if one.quality in EVIDENCE and self._in_test(one, point)]
            if good:
                newest.append((point, good[-1]))
        if not newest:
            return None
        answers = [
            Answer(
                check=check,
                item=point.id.rpartition(".")[2],
                value=one.value,
                unit=point.unit,
                instrument=point.id,
            )
            for check, word in self.evidence.sets
            if word == "value"
            for point, one in newest
        ]
        answers += [Answer(check=check, choice=SIGNED) for check, word in self.evidence.sets if word == "person"]
        sensors = tuple((point.id, one.at) for point, one in newest)
        return Seen(at=max(one.at for _, one in newest), answers=tuple(answers), sensors=sensors)

    def _all(self, point: Point) -> Sequence[Reading]:
        return self.read(point.id, *self.span)

    def _seen(self, at: int, told: Told, sensors: tuple[tuple[str, int], ...], remark: str = "") -> Seen:
        answers = tuple(
            Answer(check=check, text=remark if word != "person" else "", **told[word])  # type: ignore[arg-type]
            for check, word in self.evidence.sets
            if told.get(word)
        )
        return Seen(at=at, answers=answers, sensors=sensors)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trace:
    """Pressures while a pump ran. ``low`` and ``high`` in MPa, only where one gauge is its own."""

    low: float | None
    high: float | None
    points: tuple[tuple[str, int], ...]
    told: tuple[str, ...]


def _pass() -> dict[str, object]:
    return {"choice": "pass"}


def _number(value: float | None) -> dict[str, object]:
    return {} if value is None else {"value": value, "unit": "MPa"}


def _mpa(gauge: Point, value: float) -> float:
    return round(convert(value, gauge.unit, "MPa", "pressure"), 6)


def _was_seen_before(readings: Sequence[Reading], since: int) -> bool:
    """Whether it was seen standing still before: a pump that ran already when the window opened did not start in it."""
    return any(one.at < since and round(one.value) == 0 for one in readings)


def _clock(at: int, zone: tzinfo) -> str:
    return to_datetime(at, zone).strftime("%H:%M:%S")
